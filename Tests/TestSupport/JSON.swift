import Estimates
import Foundation
import Testing

/// A parsed JSON document, read only by tests. `null` stands for R's NULL, NA, NaN and infinities.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// The member `key` of an object; `.null` for anything else.
  public subscript(key: String) -> JSON {
    if case .object(let members) = self { return members[key] ?? .null }
    return .null
  }

  /// The element at `index` of an array; `.null` outside.
  public subscript(index: Int) -> JSON {
    if case .array(let items) = self, items.indices.contains(index) { return items[index] }
    return .null
  }

  /// The number, or NaN for null.
  public var double: Double {
    if case .number(let x) = self { return x }
    return .nan
  }
  /// The number as an integer.
  public var int: Int { Int(double) }
  /// The text, or nil.
  public var string: String? {
    if case .string(let s) = self { return s }
    return nil
  }
  /// The Boolean, or nil.
  public var bool: Bool? {
    if case .bool(let b) = self { return b }
    return nil
  }
  /// The elements. Anything else than an array fails the test, so that no loop over a missing key passes unseen.
  public var array: [JSON] {
    if case .array(let items) = self { return items }
    recordMissing("an array")
    return []
  }
  /// The numbers of an array (NaN for null).
  public var doubles: [Double] { array.map(\.double) }
  /// The texts of an array, all of whose elements must be texts.
  public var strings: [String] {
    array.compactMap { item in
      if item.string == nil { item.recordMissing("a text") }
      return item.string
    }
  }
  /// The rows of a matrix.
  public var matrix: [[Double]] { array.map(\.doubles) }
  /// The members of an object. Anything else fails the test.
  public var object: [String: JSON] {
    if case .object(let members) = self { return members }
    recordMissing("an object")
    return [:]
  }
  /// Whether this is an array.
  public var isArray: Bool {
    if case .array = self { return true }
    return false
  }
  /// Whether this is null (or absent).
  public var isNull: Bool { self == .null }

  private func recordMissing(_ expected: String) {
    let found = "\(self)"
    Issue.record("the recorded document should hold \(expected) here, not \(found.prefix(60))")
  }

  /// Parses a document.
  /// - Throws: `JSONParsingError` with the byte offset.
  public init(parsing data: Data) throws {
    self.init(try JSONValue(parsing: [UInt8](data)))
  }

  private init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let n): self = .number(Double(n))
    case .number(let x): self = .number(x)
    case .string(let text): self = .string(text)
    case .array(let items): self = .array(items.map(JSON.init))
    case .object(let members):
      self = .object(Dictionary(members.map { ($0, JSON($1)) }, uniquingKeysWith: { $1 }))
    }
  }
}
