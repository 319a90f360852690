import Tables

/// A value of a specification (a design, a study, priors): a text, a list, or named values in the order written, each with its place.
///
/// Specifications are YAML 1.2 texts. A node never changes; `setting(_:to:)` gives another tree.
public struct SpecificationNode: Sendable {
  /// What a node holds.
  public enum Content: Sendable {
    /// A text, number or truth value as it was written. A quoted one is never null.
    case scalar(String, isQuoted: Bool)
    /// A list.
    case list([SpecificationNode])
    /// Named values in the order written; no name occurs twice.
    case mapping([Entry])
  }

  /// One named value.
  public struct Entry: Sendable {
    /// The name.
    public let key: String
    /// Where the name stands.
    public let keyPlace: SpecificationPlace
    /// The value.
    public let value: SpecificationNode

    init(key: String, keyPlace: SpecificationPlace, value: SpecificationNode) {
      self.key = key
      self.keyPlace = keyPlace
      self.value = value
    }
  }

  /// What the node holds.
  public let content: Content
  /// Where it begins.
  public let place: SpecificationPlace
  /// Where it stands in the document, e.g. `response.sd.school`; empty for the whole.
  public let path: String

  init(_ content: Content, at place: SpecificationPlace, path: String) {
    self.content = content
    self.place = place
    self.path = path
  }

  /// A number in place of this node, for example the value of a scenario.
  public func replaced(by number: Double) -> SpecificationNode {
    SpecificationNode(.scalar(shortestText(number), isQuoted: false), at: place, path: path)
  }

  /// A text in place of this node.
  public func replaced(byText text: String) -> SpecificationNode {
    SpecificationNode(.scalar(text, isQuoted: true), at: place, path: path)
  }

  /// Whether nothing is written: an empty value, `null` or `~`.
  public var isNull: Bool {
    guard case .scalar(let text, false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What kind of value stands here, for messages: "a list of 3", "the text 'abc'".
  public var summary: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "'\(text)'"
    case .list(let items): "a list of \(items.count)"
    case .mapping(let entries):
      entries.isEmpty
        ? "an empty mapping" : "a mapping of \(entries.map(\.key).prefix(4).joined(separator: ", "))"
    }
  }

  /// An error at this node. The message is preceded by the node's path.
  public func fault(_ message: String) -> SpecificationError {
    SpecificationError(at: place, path.isEmpty ? message : "\(path): \(message)")
  }

  /// The node at a path of names and of positions in lists (from 1), nil where there is none.
  public subscript(path path: [String]) -> SpecificationNode? {
    guard let first = path.first else { return self }
    let rest = Array(path.dropFirst())
    switch content {
    case .scalar: return nil
    case .list(let items):
      guard let k = Int(first), items.indices.contains(k - 1) else { return nil }
      return items[k - 1][path: rest]
    case .mapping(let entries): return entries.first { $0.key == first }?.value[path: rest]
    }
  }

  /// The same tree with another node at a path; nil where the path leads nowhere.
  public func setting(_ path: [String], to node: SpecificationNode) -> SpecificationNode? {
    guard let first = path.first else { return node }
    let rest = Array(path.dropFirst())
    switch content {
    case .scalar: return nil
    case .list(var items):
      guard let k = Int(first), items.indices.contains(k - 1),
        let changed = items[k - 1].setting(rest, to: node)
      else { return nil }
      items[k - 1] = changed
      return SpecificationNode(.list(items), at: place, path: self.path)
    case .mapping(var entries):
      guard let k = entries.firstIndex(where: { $0.key == first }),
        let changed = entries[k].value.setting(rest, to: node)
      else { return nil }
      entries[k] = Entry(key: first, keyPlace: entries[k].keyPlace, value: changed)
      return SpecificationNode(.mapping(entries), at: place, path: self.path)
    }
  }

  /// The tree on one line, comments and layout gone: JSON but for scalars, which keep the text they were written with. Equal texts, equal
  /// specifications.
  public var canonicalText: String {
    var out = ""
    writeCanonical(into: &out)
    return out
  }

  private func writeCanonical(into out: inout String) {
    switch content {
    case .scalar(let text, let isQuoted):
      // A quoted and a plain text differ only where the plain one is null.
      if isNull { out += "null" } else { SpecificationNode.quote(text, always: isQuoted, into: &out) }
    case .list(let items):
      out += "["
      for (k, item) in items.enumerated() {
        if k > 0 { out += ", " }
        item.writeCanonical(into: &out)
      }
      out += "]"
    case .mapping(let entries):
      out += "{"
      for (k, entry) in entries.enumerated() {
        if k > 0 { out += ", " }
        SpecificationNode.quote(entry.key, always: false, into: &out)
        out += ": "
        entry.value.writeCanonical(into: &out)
      }
      out += "}"
    }
  }

  /// A text in double quotes, or bare where it consists of letters, digits and . _ - + alone and is not to be quoted in any case.
  private static func quote(_ text: String, always: Bool, into out: inout String) {
    let bare = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-+".unicodeScalars.contains($0))
    }
    if bare && !always && !text.isEmpty && !text.hasPrefix("-") || Double(text) != nil {
      out += text
      return
    }
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
