import Estimates
import Tables

/// Typed readings of a node. Each throws what was found, where, and what would work.
extension SpecificationNode {
  /// The text; numbers and truth values are texts too.
  public func text() throws(SpecificationError) -> String {
    guard case .scalar(let text, _) = content, !isNull else { throw fault("\(summary) where a text belongs") }
    return text
  }

  /// A number, or arithmetic over named numbers: `sigma_a * sqrt((1 - icc) / icc)`.
  /// - Parameters:
  ///   - names: the named numbers.
  ///   - range: what would work; every finite number unless told.
  public func number(
    with names: [String: Double] = [:], in range: ClosedRange<Double>? = nil
  ) throws(SpecificationError) -> Double {
    guard case .scalar(let text, _) = content, !isNull else {
      throw fault("\(summary) where a number belongs")
    }
    let value: Double
    if let written = Double(text) { value = written } else { value = try evaluate(text, with: names) }
    guard value.isFinite else { throw fault("'\(text)' is \(value); a finite number would work") }
    if let range, !range.contains(value) {
      let meaning = Double(text) == nil ? "'\(text)' is \(shortestText(value))" : "\(text) is outside"
      throw fault("\(meaning); \(SpecificationNode.text(of: range)) would work")
    }
    return value
  }

  /// A whole number, or arithmetic over named numbers that gives one.
  public func integer(
    with names: [String: Double] = [:], in range: ClosedRange<Int> = 0...Int(Int32.max)
  ) throws(SpecificationError) -> Int {
    let value = try number(with: names)
    guard let whole = Int(exactly: value) else {
      throw fault("\(shortestText(value)) where a whole number belongs")
    }
    guard range.contains(whole) else {
      throw fault("\(whole) is outside; from \(range.lowerBound) to \(range.upperBound) would work")
    }
    return whole
  }

  /// `true` or `false`.
  public func flag() throws(SpecificationError) -> Bool {
    switch try text() {
    case "true", "True", "TRUE", "yes", "on": return true
    case "false", "False", "FALSE", "no", "off": return false
    case let other: throw fault("'\(other)' where true or false belongs")
    }
  }

  /// One of several words.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type = Choice.self
  ) throws(SpecificationError) -> Choice where Choice.RawValue == String {
    let found = try text()
    if let choice = Choice(rawValue: found) { return choice }
    throw fault(SpecificationNode.unknown(found, allowed: type.allCases.map(\.rawValue)))
  }

  /// The items of a list; a single value is a list of one.
  public func items() throws(SpecificationError) -> [SpecificationNode] {
    switch content {
    case .list(let items): return items
    case .scalar where !isNull: return [self]
    default: throw fault("\(summary) where a list belongs")
    }
  }

  /// Named values in the order written.
  public func entries() throws(SpecificationError) -> [Entry] {
    guard case .mapping(let entries) = content else {
      throw fault("\(summary) where a mapping (name: value) belongs")
    }
    return entries
  }

  /// Named values of which only some names are known; nothing counts as no values.
  public func fields(_ known: [String]) throws(SpecificationError) -> SpecificationFields {
    if isNull { return SpecificationFields(entries: [], known: known, node: self) }
    let entries = try entries()
    for entry in entries where !known.contains(entry.key) {
      throw SpecificationError(
        at: entry.keyPlace,
        (path.isEmpty ? "" : "\(path): ") + SpecificationNode.unknown(entry.key, allowed: known))
    }
    return SpecificationFields(entries: entries, known: known, node: self)
  }

  /// The message for a word that is none of several: which was meant, which there are.
  public static func unknown(_ found: String, allowed: [String]) -> String {
    let meant = NearestNames.close(to: found, among: allowed).map { " (did you mean '\($0)'?)" } ?? ""
    return "unknown '\(found)'\(meant); there are \(allowed.joined(separator: ", "))"
  }

  private func evaluate(_ text: String, with names: [String: Double]) throws(SpecificationError) -> Double {
    let expression: ValueExpression
    do { expression = try ValueExpression(parsing: text) } catch {
      throw fault("'\(text)' where a number belongs: column \(error.column): \(error)")
    }
    return try expression.value { (address: Address) throws(SpecificationError) -> Double in
      let name = address.parts.joined(separator: ".")
      if let value = names[name] { return value }
      throw fault(
        names.isEmpty
          ? "'\(text)' where a number belongs; '\(name)' could be named under parameters:"
          : "'\(text)': "
            + SpecificationNode.unknown(name, allowed: names.keys.sorted()))
    }
  }

  private static func text(of range: ClosedRange<Double>) -> String {
    if range.upperBound >= .greatestFiniteMagnitude { return "\(shortestText(range.lowerBound)) or more" }
    if range.lowerBound <= -.greatestFiniteMagnitude { return "\(shortestText(range.upperBound)) or less" }
    return "from \(shortestText(range.lowerBound)) to \(shortestText(range.upperBound))"
  }
}

/// The named values of a node whose names are known.
public struct SpecificationFields: Sendable {
  private let entries: [SpecificationNode.Entry]
  private let known: [String]
  private let node: SpecificationNode

  init(entries: [SpecificationNode.Entry], known: [String], node: SpecificationNode) {
    self.entries = entries
    self.known = known
    self.node = node
  }

  /// The value of a name, nil where it is not written.
  public subscript(name: String) -> SpecificationNode? {
    precondition(known.contains(name), "'\(name)' is not among the names asked for")
    return entries.first { $0.key == name }?.value
  }

  /// The value of a name that must be there.
  public func required(_ name: String) throws(SpecificationError) -> SpecificationNode {
    if let value = self[name] { return value }
    throw node.fault("'\(name)' is missing")
  }

  /// Names written, in order.
  public var names: [String] { entries.map(\.key) }
}
