extension DataTable {
  /// The table as CSV: a header, one line a row, lines ended by LF.
  ///
  /// Quotes stand only where a field needs them (it holds the separator, a quote or a line end, has a blank at an end, or starts with what
  /// would be a byte-order mark); missing entries are written as the options' word; numbers carry full precision. A text equal to the word for missing
  /// values reads back as missing, quoted or not, in R as here: choose another word for data that holds it.
  public func csv(options: CSVOptions = CSVOptions()) -> String {
    String(decoding: csvBytes(options: options), as: UTF8.self)
  }

  /// The bytes of `csv(options:)`.
  public func csvBytes(options: CSVOptions = CSVOptions()) -> [UInt8] {
    let separator = UInt8(options.separator.value)
    let mark = options.decimalMark
    let missing = Array(options.missing.utf8)
    var out: [UInt8] = []
    out.reserveCapacity((rowCount + 1) * columns.count * 10)
    for (j, column) in columns.enumerated() {
      if j > 0 { out.append(separator) }
      appendField(column.name, options, to: &out)
    }
    out.append(UInt8(ascii: "\n"))
    for row in 0..<rowCount {
      for (j, column) in columns.enumerated() {
        if j > 0 { out.append(separator) }
        switch column.values {
        case .text(let texts):
          if let text = texts[row] { appendField(text, options, to: &out) } else { out += missing }
        default:
          guard let number = column.text(row) else {
            out += missing
            continue
          }
          if mark == "." {
            out += number.utf8
          } else {
            out += number.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(mark.value) : $0 }
          }
        }
      }
      out.append(UInt8(ascii: "\n"))
    }
    return out
  }

  private func appendField(_ text: String, _ options: CSVOptions, to out: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let utf8 = text.utf8
    let special = utf8.contains {
      $0 == UInt8(options.separator.value) || $0 == quote || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
    let blankAtAnEnd = utf8.first == 0x20 || utf8.last == 0x20
    // A lone empty field would make its row a blank line.
    let blankLine = text.isEmpty && columns.count == 1
    // At the start of a file the character would be read as a byte-order mark.
    let mark = text.unicodeScalars.first == "\u{FEFF}"
    if special || blankAtAnEnd || blankLine || mark {
      out.append(quote)
      for byte in utf8 {
        if byte == quote { out.append(quote) }
        out.append(byte)
      }
      out.append(quote)
    } else {
      out += utf8
    }
  }
}
