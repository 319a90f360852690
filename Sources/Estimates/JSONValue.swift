import Tables

/// A JSON value whose objects keep the order of their members, so that output is stable.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// An array of numbers.
  public static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
  /// An array of texts.
  public static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

  /// Equality member by member, in order.
  public static func == (a: JSONValue, b: JSONValue) -> Bool { a.text() == b.text() }

  /// The document as text, numbers in the shortest form that reads back to the same bits; NaN and infinities become null.
  /// - Parameter indent: spaces a level; 0 puts all on one line. Arrays without objects always stay on one line.
  public func text(indent: Int = 0) -> String {
    var out = ""
    write(into: &out, indent: indent, depth: 0)
    return out
  }

  private func write(into out: inout String, indent: Int, depth: Int) {
    switch self {
    case .null: out += "null"
    case .bool(let b): out += b ? "true" : "false"
    case .integer(let n): out += String(n)
    case .number(let x): out += x.isFinite ? shortestText(x) : "null"
    case .string(let s): JSONValue.writeQuoted(s, into: &out)
    case .array(let items):
      let flat = indent == 0 || items.allSatisfy { !$0.holdsObject }
      writeItems(items.count, open: "[", close: "]", flat: flat, indent: indent, depth: depth, into: &out) {
        items[$0].write(into: &$1, indent: flat ? 0 : indent, depth: depth + 1)
      }
    case .object(let members):
      writeItems(
        members.count, open: "{", close: "}", flat: indent == 0, indent: indent, depth: depth, into: &out
      ) {
        JSONValue.writeQuoted(members[$0].0, into: &$1)
        $1 += indent == 0 ? ":" : ": "
        members[$0].1.write(into: &$1, indent: indent, depth: depth + 1)
      }
    }
  }

  private func writeItems(
    _ count: Int, open: String, close: String, flat: Bool, indent: Int, depth: Int, into out: inout String,
    item: (Int, inout String) -> Void
  ) {
    out += open
    for i in 0..<count {
      if i > 0 { out += flat && indent > 0 ? ", " : "," }
      if !flat { out += "\n" + String(repeating: " ", count: indent * (depth + 1)) }
      item(i, &out)
    }
    if !flat && count > 0 { out += "\n" + String(repeating: " ", count: indent * depth) }
    out += close
  }

  private var holdsObject: Bool {
    switch self {
    case .object: true
    case .array(let items): items.contains { $0.holdsObject }
    default: false
    }
  }

  private static func writeQuoted(_ s: String, into out: inout String) {
    out += "\""
    for scalar in s.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
