/// A table of finished texts, to be laid out for a terminal or as Markdown.
///
/// Who makes it has rounded the numbers; data that shall keep its precision is a `DataTable`.
public struct TextTable: Sendable, Equatable {
  /// Where a column's texts stand.
  public enum Alignment: Sendable, Equatable {
    case left, right
  }

  /// A column's title and alignment.
  public struct Head: Sendable, Equatable {
    /// What stands above the column.
    public let title: String
    /// Where its texts stand.
    public let alignment: Alignment
    /// A column's title and alignment.
    public init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// The columns' heads.
  public let heads: [Head]
  /// The cells, row by row.
  public let rows: [[String]]

  /// A table from heads and rows.
  /// - Precondition: every row has one cell a column.
  public init(_ heads: [Head], rows: [[String]]) {
    for row in rows {
      precondition(row.count == heads.count, "\(row.count) cells for \(heads.count) columns")
    }
    self.heads = heads
    self.rows = rows
  }

  /// Display widths of the columns: the widest of title and cells.
  public var widths: [Int] {
    heads.indices.map { j in rows.reduce(heads[j].title.displayWidth) { max($0, $1[j].displayWidth) } }
  }

  /// Lines with columns aligned by display width; no blanks at line ends, a line end after each line.
  /// - Parameter gap: blanks between columns.
  public func text(gap: Int = 2) -> String {
    let widths = widths
    let between = String(repeating: " ", count: gap)
    return ([heads.map(\.title)] + rows).map { row in
      var line = heads.indices.map { aligned(row[$0], column: $0, width: widths[$0]) }.joined(
        separator: between)
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// A pipe table; characters that Markdown would read are escaped, line ends inside cells become blanks.
  public func markdown() -> String {
    let escaped = TextTable(
      heads.map { Head(TextTable.escaped($0.title), $0.alignment) },
      rows: rows.map { $0.map(TextTable.escaped) })
    let widths = escaped.widths.map { max($0, 3) }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    func row(_ cells: [String]) -> String {
      line(heads.indices.map { escaped.aligned(cells[$0], column: $0, width: widths[$0]) })
    }
    let rule = line(
      heads.indices.map {
        heads[$0].alignment == .right
          ? String(repeating: "-", count: widths[$0] - 1) + ":" : String(repeating: "-", count: widths[$0])
      })
    return row(escaped.heads.map(\.title)) + rule + escaped.rows.map(row).joined()
  }

  private func aligned(_ text: String, column: Int, width: Int) -> String {
    heads[column].alignment == .left ? text.padded(to: width) : text.leftPadded(to: width)
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|", "*", "`", "\\", "<", "$":
        out += "\\"
        out.unicodeScalars.append(scalar)
      case "\n", "\r": out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
