import Tables

/// The ways in which R lays out named vectors and matrices of finished texts, 80 columns wide.
enum PrintedLayout {
  /// The width of a printed line.
  static let lineWidth = 80

  /// Texts side by side, each with a blank behind it but the last; one that would reach the line's end begins the next line.
  static func filled(_ texts: [String]) -> String {
    var out = ""
    var width = 0
    for (i, text) in texts.enumerated() {
      if width > 0, width + text.displayWidth + 1 > lineWidth {
        out += "\n"
        width = 0
      }
      out += text + (i + 1 < texts.count ? " " : "\n")
      width += text.displayWidth + 1
    }
    return out
  }

  /// A named vector: a line of names above a line of values, right-aligned, as many to a line as fit.
  /// - Parameter gap: blanks behind each entry.
  static func namedVector(_ names: [String], _ values: [String], gap: Int = 1) -> String {
    let width = (names + values).reduce(0) { max($0, $1.displayWidth) }
    let perLine = max(1, lineWidth / (width + gap))
    let blanks = String(repeating: " ", count: gap)
    var out = ""
    for start in stride(from: 0, to: names.count, by: perLine) {
      let range = start..<min(start + perLine, names.count)
      out += names[range].map { $0.leftPadded(to: width) + blanks }.joined() + "\n"
      out += values[range].map { $0.leftPadded(to: width) + blanks }.joined() + "\n"
    }
    return out
  }

  /// A vector without names: each line begins with the number of its first entry in brackets.
  /// - Parameter gap: blanks before each entry.
  static func vector(_ values: [String], gap: Int = 1) -> String {
    let labelWidth = String(values.count).utf8.count + 2
    let width = values.reduce(0) { max($0, $1.displayWidth) } + gap
    let perLine = max(1, (lineWidth - labelWidth) / width)
    var out = ""
    for start in stride(from: 0, to: values.count, by: perLine) {
      out += "[\(start + 1)]".leftPadded(to: labelWidth)
      out +=
        values[start..<min(start + perLine, values.count)].map { $0.leftPadded(to: width) }.joined() + "\n"
    }
    return out
  }

  /// A matrix of texts with row names; columns that don't fit on a line follow in blocks below.
  static func matrix(
    rowNames: [String], columnNames: [String], cells: [[String]], alignment: TextTable.Alignment
  ) -> String {
    let nameWidth = rowNames.reduce(0) { max($0, $1.displayWidth) }
    let widths = columnNames.indices.map { j in
      cells.reduce(columnNames[j].displayWidth) { max($0, $1[j].displayWidth) }
    }
    func line(_ name: String, _ texts: [String], _ columns: Range<Int>) -> String {
      name.padded(to: nameWidth)
        + columns.map { j in
          " " + (alignment == .left ? texts[j].padded(to: widths[j]) : texts[j].leftPadded(to: widths[j]))
        }.joined() + "\n"
    }
    var out = ""
    var first = 0
    while first < columnNames.count {
      var last = first
      var total = nameWidth
      repeat {
        total += 1 + widths[last]
        last += 1
      } while last < columnNames.count && total + 1 + widths[last] <= lineWidth
      out += line("", columnNames, first..<last)
      for (name, row) in zip(rowNames, cells) { out += line(name, row, first..<last) }
      first = last
    }
    return out
  }
}
