/// A column read as a factor: one level code a row.
///
/// Levels sort as numbers where every level is an integer or a real number, FALSE before TRUE, else by bytes (the C locale),
/// so that an analysis does not depend on the machine's language.
public struct CategoricalColumn: Sendable, Equatable {
  /// The column's name.
  public let name: String
  /// The distinct values that occur, sorted.
  public let levels: [String]
  /// For each row the index of its level, or −1 where the entry is missing.
  public let codes: [Int]

  /// A factor from codes and levels.
  public init(name: String, levels: [String], codes: [Int]) {
    self.name = name
    self.levels = levels
    self.codes = codes
  }

  /// Reads any column as a factor. Costs one dictionary look-up a row at most: none where an entry repeats the one before it, or is an integer and
  /// the integers lie close together.
  init(levelsOf column: Column) {
    if case .integer(let numbers) = column.values, let coded = CloseIntegers(numbers) {
      (name, levels, codes) = (column.name, coded.levels, coded.codes)
      return
    }
    name = column.name
    var levels = LevelCounter()
    var raw = [Int](repeating: -1, count: column.count)
    switch column.values {
    case .text(let texts):
      var (last, code): (String?, Int) = (nil, -1)
      for row in texts.indices {
        guard let text = texts[row] else { continue }
        if text != last { (last, code) = (text, levels.code(of: text)) }
        raw[row] = code
      }
    case .integer(let numbers):
      var (last, code): (Int?, Int) = (nil, -1)
      for row in numbers.indices {
        guard let number = numbers[row] else { continue }
        if number != last { (last, code) = (number, levels.code(of: String(number))) }
        raw[row] = code
      }
    case .real(let numbers):
      var (last, code) = (Double.nan, -1)
      for row in numbers.indices where !numbers[row].isNaN {
        if numbers[row] != last { (last, code) = (numbers[row], levels.code(of: shortestText(numbers[row]))) }
        raw[row] = code
      }
    case .logical:
      for row in 0..<column.count { if let text = column.text(row) { raw[row] = levels.code(of: text) } }
    }
    let found = levels.found
    let sorted = CategoricalColumn.sortedLevels(found)
    var place = [Int](repeating: 0, count: found.count)
    for (new, old) in sorted.enumerated() { place[old] = new }
    self.levels = sorted.map { found[$0] }
    for row in raw.indices where raw[row] >= 0 { raw[row] = place[raw[row]] }
    codes = raw
  }

  /// Codes of integers that lie close together, by a table over their range: in two passes, a third where some between them do not occur.
  private struct CloseIntegers {
    private(set) var codes: [Int]
    private(set) var levels: [String]

    /// Nil where the range is much longer than the column.
    init?(_ numbers: [Int?]) {
      var (low, high) = (Int.max, Int.min)
      for case .some(let number) in numbers {
        low = min(low, number)
        high = max(high, number)
      }
      let (range, overflow) = high.subtractingReportingOverflow(low)
      guard !overflow, range >= 0, range < 4 * numbers.count else { return nil }
      // The place of each number of the range among those that occur.
      var place = [Int](repeating: -1, count: range + 1)
      codes = [Int](unsafeUninitializedCapacity: numbers.count) { codes, count in
        for (row, number) in numbers.enumerated() {
          if let number {
            codes[row] = number - low
            place[number - low] = 0
          } else {
            codes[row] = -1
          }
        }
        count = numbers.count
      }
      levels = []
      for i in place.indices where place[i] == 0 {
        place[i] = levels.count
        levels.append(String(low + i))
      }
      if levels.count <= range {
        for row in codes.indices where codes[row] >= 0 { codes[row] = place[codes[row]] }
      }
    }
  }

  /// Numbers texts in the order in which they first occur.
  private struct LevelCounter {
    private(set) var found: [String] = []
    private var order: [String: Int] = [:]
    /// Few levels are found sooner by looking through them than by hashing.
    private static let few = 8

    mutating func code(of text: String) -> Int {
      if found.count <= LevelCounter.few {
        for i in found.indices where found[i] == text { return i }
      } else if let code = order[text] {
        return code
      }
      if found.count == LevelCounter.few { for (i, level) in found.enumerated() { order[level] = i } }
      if found.count >= LevelCounter.few { order[text] = found.count }
      found.append(text)
      return found.count - 1
    }
  }

  /// How many rows have each level.
  public var counts: [Int] {
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[code] += 1 }
    return counts
  }

  /// The order of levels: as integers where all are integers (text such as "10" included), as numbers where all are numbers, else by bytes.
  private static func sortedLevels(_ found: [String]) -> [Int] {
    let numbers = found.map { text in
      text.utf8.allSatisfy("+-.eE0123456789".utf8.contains)
        ? Double(text).flatMap { $0.isFinite ? $0 : nil } : nil
    }
    if numbers.allSatisfy({ $0 != nil }) {
      return found.indices.sorted {
        (numbers[$0]!, found[$0].utf8.count) < (numbers[$1]!, found[$1].utf8.count)
      }
    }
    return found.indices.sorted { found[$0].utf8.lexicographicallyPrecedes(found[$1].utf8) }
  }
}
