import Plotting
import Tables

/// The numbers of a figure as a table, for the CSV beside it.
public struct PlottedData: Equatable, Sendable {
  /// One cell.
  public enum Cell: Equatable, Sendable {
    /// A text.
    case text(String)
    /// A number; written so that it reads back to the same bits, `NA` if missing.
    case number(Double)
  }
  /// Column names.
  public let columns: [String]
  /// Rows, each with a cell for every column.
  public private(set) var rows: [[Cell]] = []

  /// A table without rows.
  public init(_ columns: [String]) { self.columns = columns }

  /// Adds a row.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "row of \(row.count) cells for \(columns.count) columns")
    rows.append(row)
  }

  /// The table: a column is text where its first cell is.
  public var table: DataTable {
    DataTable(
      columns.indices.map { j in
        if case .text = rows.first?[j] {
          return Column(
            columns[j],
            rows.map { row -> String in
              if case .text(let text) = row[j] { return text }
              return ""
            })
        }
        return Column(
          columns[j],
          rows.map { row -> Double in
            if case .number(let value) = row[j] { return value }
            return .nan
          })
      })
  }

  /// The table as RFC 4180 text with line feeds, header first, numbers in full precision.
  public var csv: String { table.csv() }
}
