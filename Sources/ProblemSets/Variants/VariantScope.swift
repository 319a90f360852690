import Estimates
import Labs
import Tables

/// The names of one variant with their values: drawn numbers and words, the numbers of fits.
struct VariantScope {
  private(set) var numbers: [String: Double] = [:]
  private(set) var words: [String: ProblemParameter.Word] = [:]
  private var estimates: [String: Estimates] = [:]
  private var boundaries: [String: Int] = [:]

  init(dataSeed: Int) { numbers["seed"] = Double(dataSeed) }

  /// A name that cannot be found, for messages.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  mutating func set(_ name: String, _ value: Double) { numbers[name] = value }
  mutating func set(_ name: String, _ word: ProblemParameter.Word) { words[name] = word }

  /// The same scope with one word more.
  func with(_ name: String, _ word: ProblemParameter.Word) -> VariantScope {
    var copy = self
    copy.words[name] = word
    return copy
  }

  /// Adds what a block's commands report; `ID.boundary` counts the boundaries on which its fits end.
  mutating func add(_ id: String, _ found: Estimates, boundaries count: Int) {
    estimates[id] = found
    boundaries[id] = count
  }

  /// The number at an address. A part that names a drawn word stands for that word.
  func value(_ address: Address) throws(Missing) -> Double {
    let parts = address.parts
    if parts.count == 1 {
      if let number = numbers[parts[0]] { return number }
      throw Missing(
        description: words[parts[0]] != nil ? "'\(parts[0])' is a word, no number" : "no number '\(parts[0])'"
      )
    }
    guard let found = estimates[parts[0]] else { throw Missing(description: "no number '\(address)'") }
    if parts.count == 2, parts[1] == "boundary" { return Double(boundaries[parts[0]] ?? 0) }
    let inner = Address(parts.dropFirst().map { words[$0]?.key ?? $0 })
    if let number = found[inner] { return number }
    throw Missing(
      description: "\(parts[0]) reports no number '\(inner)'; \(VariantScope.offer(found, besides: inner))")
  }

  /// What a block reports that may have been meant: all numbers of the row, else the addresses that are most
  /// alike.
  private static func offer(_ found: Estimates, besides address: Address) -> String {
    func names(_ row: EstimateRow) -> [String] {
      let short = ["std.error": "se", "p.value": "p"]
      return [row.address.description]
        + row.quantities.filter { $0.name != "estimate" }
        .map { row.address.appending(short[$0.name] ?? $0.name).description }
    }
    for row in found.rows where !row.address.parts.isEmpty && address.parts.starts(with: row.address.parts) {
      return "there are \(names(row).joined(separator: ", "))"
    }
    let near = NearestNames.of(address.description, among: found.rows.flatMap(names))
    return near.isEmpty ? "it reports none" : "the nearest are \(near.joined(separator: ", "))"
  }

  /// An argument or a line of a file with `{{name}}` replaced by numbers and words.
  func replaced(_ text: String) throws(Missing) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var out = ""
    var rest = Substring(text)
    while let open = rest.place(of: "{{") {
      let inside = rest[rest.index(open, offsetBy: 2)...]
      let name = String(inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      let behind = inside.dropFirst(name.count)
      guard !name.isEmpty, behind.hasPrefix("}}") else {
        out += rest[..<inside.startIndex]
        rest = inside
        continue
      }
      out += rest[..<open]
      if let word = words[name] {
        out += word.key
      } else if let number = numbers[name] {
        out += number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : shortestText(number)
      } else {
        throw Missing(description: "nothing drawn is called '\(name)'")
      }
      rest = behind.dropFirst(2)
    }
    return out + rest
  }
}
