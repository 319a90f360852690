/// A rectangular data set: named columns of equal length.
public struct DataTable: Sendable, Equatable {
  /// The columns in file order.
  public let columns: [Column]
  /// Number of rows.
  public let rowCount: Int
  /// What to call the data in messages and printed calls: the file's name, or `df`.
  public var name: String

  /// A table from columns of equal length.
  /// - Precondition: all columns have the same count and names differ.
  public init(_ columns: [Column], name: String = "df") {
    let count = columns.first?.count ?? 0
    for column in columns {
      precondition(column.count == count, "column '\(column.name)' has \(column.count) rows, not \(count)")
    }
    precondition(Set(columns.map(\.name)).count == columns.count, "column names repeat")
    self.columns = columns
    self.rowCount = count
    self.name = name
  }

  /// The names of the columns, in order.
  public var columnNames: [String] { columns.map(\.name) }

  /// The column of a name, if there is one.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }

  /// The table restricted to some rows, in the given order.
  public func selecting(rows: [Int]) -> DataTable {
    DataTable(columns.map { $0.selecting(rows: rows) }, name: name)
  }

  /// A name that none of the columns has: the one given, or it with the first free of `.1`, `.2`, … behind it.
  public static func freeName(_ name: String, among taken: [String]) -> String {
    if !taken.contains(name) { return name }
    var number = 1
    while taken.contains("\(name).\(number)") { number += 1 }
    return "\(name).\(number)"
  }

  /// The table with one more column at the right end.
  public func appending(_ column: Column) -> DataTable { DataTable(columns + [column], name: name) }
}
