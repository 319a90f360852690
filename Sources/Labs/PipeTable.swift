import Tables

/// A pipe table that a command printed, with its numbers set as those of the text: a true minus sign, thousands parted.
///
/// A column's thousands are parted where one of its numbers has five digits before the point, or any after it: a column of
/// years stays as it is.
package struct PipeTable {
  private let cells: [[String]]
  private let isRight: [Bool]
  /// The table with its numbers set; the same text where none changes.
  let typeset: String

  /// Reads the lines of one table; nil where they are none.
  private init?(_ lines: [Substring]) {
    let rows = lines.map(PipeTable.cells)
    guard rows.count > 1, rows.allSatisfy({ $0.count == rows[0].count }),
      rows[1].allSatisfy({ !$0.isEmpty && $0.allSatisfy { "-:".contains($0) } })
    else { return nil }
    isRight = rows[1].map { $0.hasSuffix(":") && !$0.hasPrefix(":") }
    cells = [rows[0]] + rows[2...]
    var set = cells
    for column in isRight.indices {
      let numbers = cells.dropFirst().map { PlainNumber($0[column]) }
      let groups = numbers.contains { $0.map { $0.whole.count > 4 || !$0.fraction.isEmpty } ?? false }
      for (row, number) in numbers.enumerated() {
        if let number { set[row + 1][column] = number.text(groupingThousands: groups) }
      }
    }
    typeset =
      set == cells ? lines.joined(separator: "\n") : PipeTable.text(set, rule: rows[1], isRight: isRight)
  }

  /// An output with all its tables set.
  package static func typeset(_ output: String) -> String {
    var parts: [String] = []
    var table: [Substring] = []
    func flush() {
      if !table.isEmpty { parts.append(PipeTable(table)?.typeset ?? table.joined(separator: "\n")) }
      table = []
    }
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("|") {
        table.append(line)
      } else {
        flush()
        parts.append(String(line))
      }
    }
    flush()
    return parts.joined(separator: "\n")
  }

  /// The cells of a line without the blanks around them; `\|` parts none.
  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isEscaped = false
    for c in line.trimmingBlanks().dropFirst() {
      if c == "|", !isEscaped {
        cells.append(cell.trimmingBlanks())
        cell = ""
      } else {
        cell.append(c)
      }
      isEscaped = c == "\\" && !isEscaped
    }
    if !cell.trimmingBlanks().isEmpty { cells.append(cell.trimmingBlanks()) }
    return cells
  }

  private static func text(_ rows: [[String]], rule: [String], isRight: [Bool]) -> String {
    let widths = isRight.indices.map { j in rows.reduce(3) { max($0, $1[j].displayWidth) } }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    func row(_ cells: [String]) -> String {
      line(
        cells.enumerated().map { j, cell in
          isRight[j] ? cell.leftPadded(to: widths[j]) : cell.padded(to: widths[j])
        })
    }
    let dashes = rule.enumerated().map { j, mark in
      let left = mark.hasPrefix(":") ? ":" : ""
      let right = mark.hasSuffix(":") ? ":" : ""
      return left + String(repeating: "-", count: widths[j] - left.count - right.count) + right
    }
    return ([row(rows[0]), line(dashes)] + rows.dropFirst().map(row)).joined(separator: "\n")
  }
}

/// A number as programs print it: `-8913.4`, `2.75e-44`.
private struct PlainNumber {
  let isNegative: Bool
  let whole: String
  let fraction: String
  let exponent: String

  /// Reads a cell; nil where it is no number.
  init?(_ cell: String) {
    var rest = Substring(cell)
    isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    func digits() -> String {
      let run = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(run.count)
      return String(run)
    }
    whole = digits()
    if whole.isEmpty { return nil }
    if rest.first == "." {
      rest.removeFirst()
      fraction = digits()
      if fraction.isEmpty { return nil }
    } else {
      fraction = ""
    }
    if rest.first == "e" {
      let power = rest.dropFirst().drop { $0 == "-" || $0 == "+" }
      guard rest.count - power.count <= 2, !power.isEmpty, power.allSatisfy({ $0.isASCII && $0.isNumber })
      else { return nil }
      exponent = String(rest)
      rest = ""
    } else {
      exponent = ""
    }
    if !rest.isEmpty { return nil }
  }

  func text(groupingThousands: Bool) -> String {
    let digits = groupingThousands ? NumberFormat.grouped(whole, by: "\u{202F}") : whole
    return (isNegative ? "\u{2212}" : "") + digits + (fraction.isEmpty ? "" : "." + fraction) + exponent
  }
}
