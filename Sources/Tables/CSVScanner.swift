/// The places of some rows' fields in a CSV text, row after row.
struct CSVFields {
  /// The first byte of each field, without its opening quote.
  var starts: [Int] = []
  /// The byte behind each field, without its closing quote.
  var ends: [Int] = []
  /// Whether doubled quotes stand inside the field.
  var hasDoubledQuotes: [Bool] = []

  /// Number of fields.
  var count: Int { starts.count }

  /// Forgets the fields but keeps the storage.
  mutating func removeAll() {
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    hasDoubledQuotes.removeAll(keepingCapacity: true)
  }

  fileprivate mutating func append(_ start: Int, _ end: Int, doubled: Bool = false) {
    starts.append(start)
    ends.append(end)
    hasDoubledQuotes.append(doubled)
  }
}

/// Cuts a CSV text into fields by RFC 4180; lines end with CR, LF or both, blank lines are skipped.
struct CSVScanner {
  private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"),
    carriageReturn = UInt8(ascii: "\r")
  private static let blank = UInt8(ascii: " "), tab = UInt8(ascii: "\t")

  /// The separator's byte.
  let separator: UInt8
  /// The next byte to read.
  var position: Int
  /// Where the row read last begins.
  private(set) var rowStart = 0

  /// A scanner that begins at a byte.
  init(separator: UInt8, position: Int) {
    self.separator = separator
    self.position = position
  }

  /// A fault at a byte of the text.
  struct Stop: Error {
    let offset: Int
    let fault: CSVError.Fault
  }

  /// Appends the fields of the next row; returns their number, 0 at the end of the text.
  mutating func nextRow(_ bytes: Span<UInt8>, into fields: inout CSVFields) throws(Stop) -> Int {
    let end = bytes.count
    var i = position
    while i < end, bytes[i] == CSVScanner.lineFeed || bytes[i] == CSVScanner.carriageReturn { i += 1 }
    rowStart = i
    position = i
    if i == end { return 0 }
    var count = 0
    // No byte above this one ends an unquoted field.
    let highest = max(separator, CSVScanner.carriageReturn)
    while true {
      if i < end, bytes[i] == CSVScanner.quote {
        i = try quotedField(bytes, from: i, into: &fields)
      } else {
        let start = i
        while i < end {
          let byte = bytes[i]
          if byte <= highest,
            byte == separator || byte == CSVScanner.lineFeed || byte == CSVScanner.carriageReturn
          {
            break
          }
          i += 1
        }
        if start < i, bytes[start] == CSVScanner.blank || bytes[start] == CSVScanner.tab {
          try refuseQuoteAfterBlanks(bytes, from: start, to: i)
        }
        fields.append(start, i)
      }
      count += 1
      if i < end, bytes[i] == separator {
        i += 1
        continue
      }
      if i < end, bytes[i] == CSVScanner.carriageReturn { i += 1 }
      if i < end, bytes[i] == CSVScanner.lineFeed { i += 1 }
      position = i
      return count
    }
  }

  /// Appends the quoted field that opens at a byte; returns the byte behind its closing quote.
  private func quotedField(
    _ bytes: Span<UInt8>, from open: Int, into fields: inout CSVFields
  ) throws(Stop) -> Int {
    let end = bytes.count
    var i = open + 1
    var doubled = false
    while true {
      while i < end, bytes[i] != CSVScanner.quote { i += 1 }
      if i == end { throw Stop(offset: open, fault: .unclosedQuote) }
      if i + 1 < end, bytes[i + 1] == CSVScanner.quote {
        doubled = true
        i += 2
        continue
      }
      break
    }
    fields.append(open + 1, i, doubled: doubled)
    i += 1
    if i < end, bytes[i] != separator, bytes[i] != CSVScanner.lineFeed, bytes[i] != CSVScanner.carriageReturn
    {
      let last = min(i + 12, end)
      var stop = i
      while stop < last, bytes[stop] != separator, bytes[stop] >= CSVScanner.blank { stop += 1 }
      let text = String(decoding: (i..<stop).map { bytes[$0] }, as: UTF8.self)
      throw Stop(offset: i, fault: .textAfterQuote(text))
    }
    return i
  }

  private func refuseQuoteAfterBlanks(_ bytes: Span<UInt8>, from start: Int, to end: Int) throws(Stop) {
    var i = start
    while i < end, bytes[i] == CSVScanner.blank || bytes[i] == CSVScanner.tab { i += 1 }
    if i < end, bytes[i] == CSVScanner.quote { throw Stop(offset: start, fault: .blankBeforeQuote) }
  }
}
