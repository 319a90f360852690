extension DataTable {
  /// Reads a CSV text (RFC 4180, UTF-8 with or without byte-order mark, any line ends, header required).
  ///
  /// Column types are guessed as R's `read.csv` does (see `ColumnBuilder`); names stay as the header spells them, without
  /// blanks around them; a first column without name is called `X`. Blank lines are skipped. Numbers are rounded correctly.
  /// - Parameters:
  ///   - bytes: the whole text.
  ///   - file: what messages call it.
  ///   - options: separator, decimal mark and the word for a missing value.
  ///   - name: what printed calls name the data.
  /// - Throws: `CSVError` with line, column, what was found and what would work.
  /// - Complexity: one pass over the bytes; a second one when a column's first text comes behind other values.
  public init(
    csv bytes: [UInt8], file: String = "input", options: CSVOptions = CSVOptions(), name: String = "df"
  ) throws(CSVError) {
    self.init(try CSVReader(bytes: bytes, file: file, format: CSVFormat(options)).columns(), name: name)
  }
}

/// One reading of a CSV text.
private struct CSVReader {
  let bytes: [UInt8]
  let file: String
  let format: CSVFormat

  /// Rows that are cut into fields before their columns are filled, few enough to stay in the cache.
  private static let rowsAtOnce = 2048

  /// The columns in file order.
  func columns() throws(CSVError) -> [Column] {
    try checkEncoding()
    do {
      return try read(bytes.span)
    } catch {
      throw fault(error.fault, at: error.offset)
    }
  }

  private func read(_ bytes: Span<UInt8>) throws(CSVScanner.Stop) -> [Column] {
    var scanner = CSVScanner(separator: format.separator, position: startsWithMark ? 3 : 0)
    let names = try header(bytes, &scanner)
    let firstRow = scanner.position
    var builders = names.map { _ in ColumnBuilder() }
    try fill(&builders, names: names, bytes, &scanner)
    let places = builders.map { $0.firstText.map { place($0.start, $0.end) } }
    if builders.contains(where: \.needsRestart) {
      builders = builders.map { ColumnBuilder(asText: $0.needsRestart) }
      scanner = CSVScanner(separator: format.separator, position: firstRow)
      try fill(&builders, names: names, bytes, &scanner)
    }
    return builders.indices.map { builders[$0].column(named: names[$0], firstText: places[$0]) }
  }

  private func place(_ start: Int, _ end: Int) -> CSVPlace {
    let (line, column) = position(of: start)
    return CSVPlace(
      file: file, line: line, column: column, text: String(decoding: bytes[start..<end], as: UTF8.self))
  }

  private func fill(
    _ builders: inout [ColumnBuilder], names: [String], _ bytes: Span<UInt8>, _ scanner: inout CSVScanner
  ) throws(CSVScanner.Stop) {
    var fields = CSVFields()
    let width = names.count
    var total = 0
    while true {
      fields.removeAll()
      var rows = 0
      while rows < CSVReader.rowsAtOnce {
        let found = try scanner.nextRow(bytes, into: &fields)
        if found == 0 { break }
        if found != width {
          // Point at the first field too many, or at the end of a row too short.
          let firstOfRow = fields.count - found
          let offset = found > width ? fields.starts[firstOfRow + width] : fields.ends[fields.count - 1]
          throw CSVScanner.Stop(offset: offset, fault: .raggedRow(found: found, expected: width))
        }
        rows += 1
      }
      if rows == 0 { break }
      total += rows
      for column in 0..<width {
        var field = column
        for _ in 0..<rows {
          builders[column].append(
            bytes, fields.starts[field], fields.ends[field], doubled: fields.hasDoubledQuotes[field],
            format: format)
          field += width
        }
      }
    }
    if total == 0 { throw CSVScanner.Stop(offset: bytes.count, fault: .noRows(columns: names)) }
  }

  private func header(_ bytes: Span<UInt8>, _ scanner: inout CSVScanner) throws(CSVScanner.Stop) -> [String] {
    var fields = CSVFields()
    if try scanner.nextRow(bytes, into: &fields) == 0 {
      throw CSVScanner.Stop(offset: 0, fault: .empty)
    }
    var names: [String] = []
    for i in 0..<fields.count {
      let (start, end) = DecimalNumber.trimmed(bytes, fields.starts[i], fields.ends[i])
      var name =
        fields.hasDoubledQuotes[i]
        ? ColumnBuilder.withoutDoubledQuotes(bytes, start, end)
        : String(decoding: (start..<end).map { bytes[$0] }, as: UTF8.self)
      if name.isEmpty {
        if i > 0 || fields.count == 1 {
          throw CSVScanner.Stop(offset: fields.starts[i], fault: .emptyName(position: i + 1))
        }
        name = "X"
      }
      if let earlier = names.firstIndex(of: name) {
        let fault = CSVError.Fault.duplicateName(name, first: earlier + 1, second: i + 1)
        throw CSVScanner.Stop(offset: fields.starts[i], fault: fault)
      }
      names.append(name)
    }
    if names.count == 1, let other = otherSeparator(in: names[0]) {
      let fault = CSVError.Fault.otherSeparator(found: other, header: names[0])
      throw CSVScanner.Stop(offset: fields.starts[0], fault: fault)
    }
    return names
  }

  private func otherSeparator(in header: String) -> String? {
    for (byte, word) in [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar"), (",", "comma")]
    where header.contains(byte) {
      return word
    }
    return nil
  }

  private var startsWithMark: Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }

  /// Refuses zero bytes and anything that is not UTF-8.
  private func checkEncoding() throws(CSVError) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { throw fault(.utf16, at: 0) }
    var all: UInt8 = 0
    var holdsZero = false
    for byte in bytes {
      all |= byte
      holdsZero = holdsZero || byte == 0
    }
    if holdsZero { throw fault(.zeroByte, at: bytes.firstIndex(of: 0)!) }
    if all >= 0x80, let offset = UTF8Text.firstInvalidByte(bytes) {
      throw fault(.notUTF8(byte: bytes[offset]), at: offset)
    }
  }

  private func fault(_ fault: CSVError.Fault, at offset: Int) -> CSVError {
    let (line, column) = position(of: offset)
    return CSVError(file: file, line: line, column: column, fault: fault)
  }

  /// Line and column of a byte, from 1: lines are counted by their ends, columns in characters.
  private func position(of offset: Int) -> (line: Int, column: Int) {
    var line = 1
    var start = startsWithMark ? min(3, offset) : 0
    var i = start
    while i < offset {
      let isReturn = bytes[i] == UInt8(ascii: "\r")
      if bytes[i] == UInt8(ascii: "\n") || isReturn {
        if isReturn, i + 1 < offset, bytes[i + 1] == UInt8(ascii: "\n") { i += 1 }
        line += 1
        start = i + 1
      }
      i += 1
    }
    return (line, String(decoding: bytes[start..<max(start, offset)], as: UTF8.self).count + 1)
  }
}
