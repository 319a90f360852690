import Tables

extension DataTable {
  /// The table as a tibble prints: a headline with its shape, types below the names, numbers with three significant digits and
  /// aligned points, ten rows of a table of more than twenty.
  ///
  /// A number whose digits before the point are more than three shows them all; a point without decimals says that there
  /// is more behind it. Columns that do not fit on 80 characters are named below.
  /// - Parameters:
  ///   - groups: the name of a grouping column, to be named in the headline with its number of levels.
  ///   - complete: shows all rows and all columns.
  public func tibble(groupedBy groups: String? = nil, complete: Bool = false) -> String {
    let shown = rowCount > 20 && !complete ? 10 : rowCount
    var out = "# A tibble: \(TibbleText.grouped(rowCount)) × \(TibbleText.grouped(columns.count))\n"
    if let groups, let column = self[groups] {
      out += "# Groups:   \(groups) [\(TibbleText.grouped(column.factor.levels.count))]\n"
    }
    if rowCount == 0 { return out + "# ℹ \(columns.count) variables: \(TibbleText.named(columns[...]))\n" }

    let numberWidth = String(shown).utf8.count
    let pillars = columns.map { TibbleText.pillar($0, rows: shown) }
    var fitting = 0
    var width = numberWidth
    while fitting < pillars.count, complete || width + 1 + pillars[fitting].width <= PrintedLayout.lineWidth {
      width += 1 + pillars[fitting].width
      fitting += 1
    }
    func line(_ label: String, _ cells: [String]) -> String {
      label.leftPadded(to: numberWidth) + cells.map { " " + $0 }.joined() + "\n"
    }
    let visible = pillars[..<fitting]
    out += line("", visible.map { $0.aligned($0.name) })
    out += line("", visible.map { $0.aligned($0.type) })
    for row in 0..<shown { out += line(String(row + 1), visible.map { $0.aligned($0.cells[row]) }) }
    if shown < rowCount {
      let more = rowCount - shown
      out += "# ℹ \(TibbleText.grouped(more)) more row\(more == 1 ? "" : "s")\n"
    }
    if fitting < columns.count {
      let more = columns.count - fitting
      out += "# ℹ \(more) more variable\(more == 1 ? "" : "s"): \(TibbleText.named(columns[fitting...]))\n"
    }
    return out
  }
}

/// One column of a tibble as text.
private struct Pillar {
  let name: String
  let type: String
  let cells: [String]
  let alignment: TextTable.Alignment

  var width: Int { cells.reduce(max(name.displayWidth, type.displayWidth)) { max($0, $1.displayWidth) } }

  func aligned(_ text: String) -> String {
    alignment == .left ? text.padded(to: width) : text.leftPadded(to: width)
  }
}

/// The parts of a printed tibble.
private enum TibbleText {
  /// Significant digits of a number.
  static let digits = 3
  /// Decimal notation wider than this gives way to scientific notation.
  static let widestDecimal = 13

  static func pillar(_ column: Column, rows: Int) -> Pillar {
    switch column.values {
    case .text(let texts):
      let cells = texts[..<rows].map { $0.map { $0.isEmpty ? "\"\"" : $0 } ?? "<NA>" }
      return Pillar(name: column.name, type: "<chr>", cells: cells, alignment: .left)
    case .logical:
      let cells = (0..<rows).map { column.text($0) ?? "NA" }
      return Pillar(name: column.name, type: "<lgl>", cells: cells, alignment: .left)
    case .integer:
      let cells = (0..<rows).map { column.text($0) ?? "NA" }
      return Pillar(name: column.name, type: "<int>", cells: cells, alignment: .right)
    case .real(let values):
      return Pillar(
        name: column.name, type: "<dbl>", cells: numbers(Array(values[..<rows])), alignment: .right)
    }
  }

  /// Names with types, for columns that are not shown.
  static func named(_ columns: ArraySlice<Column>) -> String {
    columns.map { "\($0.name) \(pillar($0.selecting(rows: []), rows: 0).type)" }.joined(separator: ", ")
  }

  /// A count with commas between thousands.
  static func grouped(_ n: Int) -> String {
    var out = ""
    let text = String(n)
    for (i, digit) in text.enumerated() {
      if i > 0, (text.count - i) % 3 == 0 { out += "," }
      out.append(digit)
    }
    return out
  }

  static func numbers(_ values: [Double]) -> [String] {
    let decimal = values.map(decimalParts)
    let texts = joined(decimal)
    if (texts.first?.utf8.count ?? 0) <= widestDecimal { return texts }
    return scientific(values)
  }

  /// A number's text before and behind the point.
  private struct Parts {
    var before: String
    var behind: String
  }

  /// Parts put together, points below each other.
  private static func joined(_ parts: [Parts]) -> [String] {
    let before = parts.reduce(0) { max($0, $1.before.utf8.count) }
    let behind = parts.reduce(0) { max($0, $1.behind.utf8.count) }
    return parts.map { $0.before.leftPadded(to: before) + $0.behind.padded(to: behind) }
  }

  private static func decimalParts(_ x: Double) -> Parts {
    guard x.isFinite else {
      return Parts(before: x.isNaN ? "NA" : x < 0 ? "-Inf" : "Inf", behind: "")
    }
    let full = DecimalText.decomposed(x, digits: 15)
    let short = DecimalText.decomposed(x, digits: digits)
    // A number that needs no more digits is shown without trailing zeros.
    let decimals =
      full.significant <= digits
      ? max(0, full.significant - 1 - full.power) : max(0, digits - 1 - short.power)
    return parts(
      DecimalText.fixed(x == 0 ? 0 : x, decimals: decimals), isWhole: full.significant - 1 <= full.power)
  }

  private static func parts(_ text: String, isWhole: Bool) -> Parts {
    guard let point = text.firstIndex(of: ".") else { return Parts(before: text, behind: isWhole ? "" : ".") }
    return Parts(before: String(text[..<point]), behind: String(text[point...]))
  }

  /// Mantissas with aligned points, exponents of one width with blanks behind the sign; a sign only where some exponent is negative.
  private static func scientific(_ values: [Double]) -> [String] {
    var powers: [Int?] = []
    var mantissas: [Parts] = []
    for x in values {
      guard x.isFinite, x != 0 else {
        mantissas.append(decimalParts(x))
        powers.append(nil)
        continue
      }
      let full = DecimalText.decomposed(x, digits: 15)
      let decimals = min(full.significant, digits) - 1
      let text = DecimalText.scientific(x, decimals: decimals)
      let e = text.firstIndex(of: "e")!
      mantissas.append(parts(String(text[..<e]), isWhole: full.significant == 1))
      powers.append(Int(text[text.index(after: e)...])!)
    }
    let width = powers.reduce(1) { max($0, String(abs($1 ?? 0)).utf8.count) }
    let isSigned = powers.contains { $0 ?? 0 < 0 }
    let texts = joined(mantissas)
    return zip(texts, powers).map { mantissa, power in
      guard let power else { return mantissa + String(repeating: " ", count: width + (isSigned ? 2 : 1)) }
      return mantissa + (isSigned ? (power < 0 ? "e-" : "e+") : "e")
        + String(abs(power)).leftPadded(to: width)
    }
  }
}
