import GRDB
import Studies
import Tables

/// The tables of results in one SQLite file.
public enum ResultDatabase {
  /// Writes the tables to a new file; the caller gives it its final name.
  /// - Throws: `StoreError.file` with SQLite's reason.
  public static func write(_ tables: [DataTable], to path: String) throws(StoreError) {
    do {
      let queue = try DatabaseQueue(path: path)
      try queue.inTransaction { database in
        for table in tables {
          let columns = table.columns.map { "\(quoted($0.name)) \(type(of: $0))" }
          try database.execute(sql: "CREATE TABLE \(quoted(table.name)) (\(columns.joined(separator: ", ")))")
          let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
          let insert = try database.makeStatement(
            sql: "INSERT INTO \(quoted(table.name)) VALUES (\(marks))")
          for row in 0..<table.rowCount {
            try insert.execute(arguments: StatementArguments(table.columns.map { value(of: $0, row) }))
          }
        }
        return .commit
      }
      try queue.close()
    } catch { throw .file(path: path, action: "write", reason: "\(error)") }
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  private static func type(of column: Tables.Column) -> String {
    switch column.values {
    case .logical, .integer: "INTEGER"
    case .real: "REAL"
    case .text: "TEXT"
    }
  }

  private static func value(of column: Tables.Column, _ row: Int) -> DatabaseValue {
    switch column.values {
    case .logical(let v): (v[row].map { $0 ? 1 : 0 } as Int?).databaseValue
    case .integer(let v): v[row].databaseValue
    case .real(let v): v[row].isNaN ? .null : v[row].databaseValue
    case .text(let v): v[row].databaseValue
    }
  }
}
