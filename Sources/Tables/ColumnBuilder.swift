/// A column of a CSV file while it is read: holds the narrowest type that fits all fields so far, by the rules of R's
/// `type.convert(as.is = TRUE)`.
///
/// The order is logical (`T`, `F`, `TRUE`, `FALSE`, `true`, `false`), integer (below 2³¹), real, text. Blanks around numbers
/// don't count. Missing entries fit any type; an empty field is missing too, unless the column ends up as text, where it
/// stays the empty text. Hexadecimal numbers are real.
struct ColumnBuilder {
  private enum Stage {
    case missingOnly, logical, integer, real, text, restartAsText
  }

  private var stage: Stage
  private var logicals: [Bool?] = []
  private var integers: [Int?] = []
  private var reals: [Double] = []
  private var texts: [String?] = []
  private var count = 0
  private var recent = RecentTexts()
  /// The first byte, and the one behind the last, of the first field that is neither missing nor of the columns' type so far.
  private(set) var firstText: (start: Int, end: Int)?

  /// A builder; `asText` skips the guessing, for a second reading.
  init(asText: Bool = false) { stage = asText ? .text : .missingOnly }

  /// Whether a field did not fit what was kept of the fields before it, so that the file must be read again with this column as text.
  var needsRestart: Bool {
    if case .restartAsText = stage { return true }
    return false
  }

  /// The finished column.
  /// - Parameter place: what `firstText` is, told by the reader.
  func column(named name: String, firstText place: CSVPlace?) -> Column {
    switch stage {
    case .missingOnly: Column(name, .logical([Bool?](repeating: nil, count: count)))
    case .logical: Column(name, .logical(logicals))
    case .integer: Column(name, .integer(integers))
    case .real: Column(name, .real(reals))
    case .text, .restartAsText: Column(name, .text(texts), firstText: place)
    }
  }

  /// Adds the field between two bytes.
  mutating func append(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, doubled: Bool, format: CSVFormat) {
    let before = stage
    defer {
      count += 1
      if before != stage, stage == .text || stage == .restartAsText { firstText = (start, end) }
    }
    switch stage {
    case .restartAsText: return
    case .text: appendText(bytes, start, end, doubled: doubled, format: format)
    case .real: appendReal(bytes, start, end, format: format)
    case .integer: appendInteger(bytes, start, end, format: format)
    case .logical:
      if format.isMissing(bytes, start, end) {
        logicals.append(nil)
      } else if let value = ColumnBuilder.logical(bytes, start, end) {
        logicals.append(value)
      } else {
        stage = .restartAsText
      }
    case .missingOnly:
      let (first, last) = DecimalNumber.trimmed(bytes, start, end)
      if format.isMissing(bytes, first, last) { return }
      if let value = ColumnBuilder.logical(bytes, start, end) {
        stage = .logical
        logicals = [Bool?](repeating: nil, count: count)
        logicals.append(value)
      } else if DecimalNumber.real(bytes, first, last, mark: format.decimalMark) != nil {
        stage = .integer
        integers = [Int?](repeating: nil, count: count)
        appendInteger(bytes, start, end, format: format)
      } else if count == 0 {
        stage = .text
        appendText(bytes, start, end, doubled: doubled, format: format)
      } else {
        stage = .restartAsText
      }
    }
  }

  private mutating func appendInteger(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, format: CSVFormat) {
    let (start, end) = DecimalNumber.trimmed(bytes, start, end)
    if let value = DecimalNumber.integer(bytes, start, end) {
      integers.append(value)
    } else if format.isMissing(bytes, start, end) {
      integers.append(nil)
    } else {
      stage = .real
      reals = integers.map { $0.map(Double.init) ?? .nan }
      integers = []
      appendReal(bytes, start, end, format: format)
    }
  }

  private mutating func appendReal(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, format: CSVFormat) {
    let (start, end) = DecimalNumber.trimmed(bytes, start, end)
    if let value = DecimalNumber.real(bytes, start, end, mark: format.decimalMark) {
      reals.append(value)
    } else if format.isMissing(bytes, start, end) {
      reals.append(.nan)
    } else {
      stage = .restartAsText
      reals = []
    }
  }

  private mutating func appendText(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, doubled: Bool, format: CSVFormat
  ) {
    if start < end, format.isMissing(bytes, start, end) {
      texts.append(nil)
    } else if doubled {
      texts.append(ColumnBuilder.withoutDoubledQuotes(bytes, start, end))
    } else {
      texts.append(recent.text(bytes, start, end))
    }
  }

  private static func logical(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool? {
    func spells(_ word: StaticString) -> Bool {
      guard word.utf8CodeUnitCount == end - start else { return false }
      return word.withUTF8Buffer { letters in letters.indices.allSatisfy { letters[$0] == bytes[start + $0] }
      }
    }
    switch end - start {
    case 1: return spells("T") ? true : spells("F") ? false : nil
    case 4: return spells("TRUE") || spells("true") ? true : nil
    case 5: return spells("FALSE") || spells("false") ? false : nil
    default: return nil
    }
  }

  static func withoutDoubledQuotes(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    let quote = UInt8(ascii: "\"")
    var kept: [UInt8] = []
    var i = start
    while i < end {
      kept.append(bytes[i])
      i += bytes[i] == quote ? 2 : 1
    }
    return String(decoding: kept, as: UTF8.self)
  }
}

/// The bytes that matter while fields are read.
struct CSVFormat {
  let separator: UInt8
  let decimalMark: UInt8
  let missing: [UInt8]

  init(_ options: CSVOptions) {
    separator = UInt8(options.separator.value)
    decimalMark = UInt8(options.decimalMark.value)
    missing = Array(options.missing.utf8)
  }

  /// Whether a field is empty or the word for a missing value.
  func isMissing(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    if start == end { return true }
    guard end - start == missing.count else { return false }
    for i in 0..<missing.count where bytes[start + i] != missing[i] { return false }
    return true
  }
}

/// Texts met lately, so that a column of repeated labels makes each label once.
private struct RecentTexts {
  private var places = [(start: Int, length: Int)](repeating: (0, -1), count: 256)
  private var texts = [String](repeating: "", count: 256)

  /// The text between two bytes of valid UTF-8.
  mutating func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    var hash: UInt32 = 2_166_136_261
    for i in start..<end { hash = (hash ^ UInt32(bytes[i])) &* 16_777_619 }
    let slot = Int((hash ^ hash >> 15) & 255)
    let known = places[slot]
    if known.length == end - start {
      var i = 0
      while i < known.length, bytes[start + i] == bytes[known.start + i] { i += 1 }
      if i == known.length { return texts[slot] }
    }
    let text = bytes.extracting(start..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    places[slot] = (start, end - start)
    texts[slot] = text
    return text
  }
}
