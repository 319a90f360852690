/// One named column of a data table. Missing entries are `nil`, or NaN among real numbers.
public struct Column: Sendable, Equatable {
  /// The values of a column, all of one type, as R guesses types on reading.
  public enum Values: Sendable, Equatable {
    case logical([Bool?])
    case integer([Int?])
    case real([Double])
    case text([String?])
  }

  /// The column's name as the header spells it.
  public let name: String
  /// The entries, one a row.
  public let values: Values
  /// Where a text column read from a file first holds a text that is no number; nil for other columns.
  public let firstText: CSVPlace?

  private let facts = Facts()

  /// What is found out of the entries when it is first asked for; copies of the column share it.
  private final class Facts: Sendable {
    let hasMissing = MadeOnce<Bool>()
    let isOrdinary = MadeOnce<Bool>()
    let factor = MadeOnce<CategoricalColumn>()
  }

  /// A column from its name and entries.
  public init(_ name: String, _ values: Values, firstText: CSVPlace? = nil) {
    self.name = name
    self.values = values
    self.firstText = firstText
  }

  /// Whether name and entries are the same, wherever they were read.
  public static func == (a: Column, b: Column) -> Bool { a.name == b.name && a.values == b.values }

  /// A real column.
  public init(_ name: String, _ values: [Double]) { self.init(name, .real(values)) }
  /// An integer column.
  public init(_ name: String, _ values: [Int]) { self.init(name, .integer(values)) }
  /// A text column.
  public init(_ name: String, _ values: [String]) { self.init(name, .text(values)) }

  /// Number of entries.
  public var count: Int {
    switch values {
    case .logical(let v): v.count
    case .integer(let v): v.count
    case .real(let v): v.count
    case .text(let v): v.count
    }
  }

  /// The entries as numbers (logical as 0 and 1, missing as NaN); nil for text.
  public var numbers: [Double]? {
    switch values {
    case .logical(let v): v.map { $0.map { $0 ? 1 : 0 } ?? .nan }
    case .integer(let v): v.map { $0.map(Double.init) ?? .nan }
    case .real(let v): v
    case .text: nil
    }
  }

  /// Whether the entry of a row is missing.
  public func isMissing(_ row: Int) -> Bool {
    switch values {
    case .logical(let v): v[row] == nil
    case .integer(let v): v[row] == nil
    case .real(let v): v[row].isNaN
    case .text(let v): v[row] == nil
    }
  }

  /// Whether an entry is missing. The entries are looked through once.
  public var hasMissing: Bool {
    facts.hasMissing.value {
      switch values {
      case .logical(let v): v.contains { $0 == nil }
      case .integer(let v): v.contains { $0 == nil }
      case .real(let v): v.contains { $0.isNaN }
      case .text(let v): v.contains { $0 == nil }
      }
    }
  }

  /// Whether it is a real column of ordinary numbers (`[Double].isOrdinary`), none of them missing. They are looked through once.
  package var isOrdinary: Bool {
    guard case .real(let numbers) = values else { return false }
    return facts.isOrdinary.value { numbers.isOrdinary }
  }

  /// The column as a factor. The levels are found once.
  public var factor: CategoricalColumn { facts.factor.value { CategoricalColumn(levelsOf: self) } }

  /// The entry of a row as text in full precision; nil where it is missing.
  public func text(_ row: Int) -> String? {
    switch values {
    case .logical(let v): v[row].map { $0 ? "TRUE" : "FALSE" }
    case .integer(let v): v[row].map { String($0) }
    case .real(let v): v[row].isNaN ? nil : shortestText(v[row])
    case .text(let v): v[row]
    }
  }

  /// The column restricted to some rows, in the given order.
  public func selecting(rows: [Int]) -> Column {
    switch values {
    case .logical(let v): Column(name, .logical(rows.map { v[$0] }))
    case .integer(let v): Column(name, .integer(rows.map { v[$0] }))
    case .real(let v): Column(name, .real(rows.map { v[$0] }))
    case .text(let v): Column(name, .text(rows.map { v[$0] }), firstText: firstText)
    }
  }

  /// The type as messages show it; for text read from a file with the field that made it text.
  public var typeDescription: String {
    guard let firstText else { return typeName }
    let remedy =
      firstText.hasDecimalComma
      ? "has a decimal comma, which is read as such when that is asked for (--decimal comma)"
      : "is no number; a missing value is written NA or left empty"
    return "\(typeName) (\(firstText) \(remedy))"
  }

  /// Whether a text column is mostly numbers, so that a slip rather than names made it text: at least half of its different texts.
  public var isMostlyNumbers: Bool {
    guard case .text(let texts) = values else { return false }
    let different = Set(texts.compactMap { $0 })
    let numbers = different.count {
      Double($0.split(separator: ",", maxSplits: 1).joined(separator: ".")) != nil
    }
    return numbers > 0 && 2 * numbers >= different.count
  }

  /// The name of the type as messages show it.
  public var typeName: String {
    switch values {
    case .logical: "logical"
    case .integer: "integer"
    case .real: "numeric"
    case .text: "text"
    }
  }
}

/// A field of a file: where it stands and what it holds.
public struct CSVPlace: Sendable, Equatable, CustomStringConvertible {
  /// The file's name as messages show it.
  public let file: String
  /// The line of the field's first character, from 1.
  public let line: Int
  /// Its column, from 1.
  public let column: Int
  /// The field.
  public let text: String

  /// `file:line:column: 'text'`.
  public var description: String { "\(file):\(line):\(column): '\(text)'" }
  /// Whether the field is a number with a decimal comma.
  public var hasDecimalComma: Bool {
    let plain = text.split(separator: ",", omittingEmptySubsequences: false)
    return plain.count == 2 && Double(plain.joined(separator: ".")) != nil
  }
}

/// The shortest decimal text that reads back to the same bits; whole numbers below 10¹⁵ without a point.
public func shortestText(_ x: Double) -> String {
  if x == x.rounded(), abs(x) < 1e15 { return x == 0 ? "0" : String(Int64(x)) }
  if x.isInfinite { return x < 0 ? "-Inf" : "Inf" }
  return "\(x)"
}
