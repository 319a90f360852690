import Estimates
import Tables

/// The forms in which tables leave the program.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// As a tibble prints, with all rows and columns.
  case text
  /// An array of objects, one a row, in full precision.
  case json
  /// Comma-separated values in full precision.
  case csv
  /// A pipe table with four significant digits.
  case markdown
}

extension DataTable {
  /// The table in one of the forms.
  public func text(in format: OutputFormat) -> String {
    switch format {
    case .text: tibble(complete: true)
    case .json: jsonRows.text(indent: 2) + "\n"
    case .csv: csv()
    case .markdown: markdown()
    }
  }

  /// One object a row, missing entries as null.
  public var jsonRows: JSONValue {
    .array(
      (0..<rowCount).map { row in
        .object(columns.map { ($0.name, $0.jsonValue(row)) })
      })
  }

  /// A Markdown table: numbers with some significant digits, but never fewer than all digits before the point; missing entries
  /// empty.
  public func markdown(digits: Int = 4) -> String {
    let heads = columns.map { column -> TextTable.Head in
      if case .text = column.values { return .init(column.name) }
      return .init(column.name, .right)
    }
    let rows = (0..<rowCount).map { row in
      columns.map { column -> String in
        if case .real(let values) = column.values {
          return values[row].isNaN ? "" : DecimalText.readable(values[row], digits: digits)
        }
        return column.text(row) ?? ""
      }
    }
    return TextTable(heads, rows: rows).markdown()
  }
}

extension Column {
  fileprivate func jsonValue(_ row: Int) -> JSONValue {
    switch values {
    case .logical(let v): v[row].map { .bool($0) } ?? .null
    case .integer(let v): v[row].map { .integer($0) } ?? .null
    case .real(let v): v[row].isNaN ? .null : .number(v[row])
    case .text(let v): v[row].map { .string($0) } ?? .null
    }
  }
}

extension DecimalText {
  /// A number by itself for reading: some significant digits, all digits before the point, scientific notation below 10⁻⁴.
  static func readable(_ x: Double, digits: Int) -> String {
    guard x.isFinite else { return x.isNaN ? "NaN" : x < 0 ? "-Inf" : "Inf" }
    let full = decomposed(x, digits: 15)
    if full.significant - 1 <= full.power, abs(x) < 1e15 { return fixed(x == 0 ? 0 : x, decimals: 0) }
    let power = decomposed(x, digits: digits).power
    if power < -4 || power > 14 { return scientific(x, decimals: digits - 1) }
    return fixed(x, decimals: max(0, digits - 1 - power))
  }
}
