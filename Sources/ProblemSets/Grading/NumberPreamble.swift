import Labs

/// What students write around a number that changes nothing of it.
enum NumberPreamble {
  /// The number with its unit: marks of TeX become plain signs; parentheses around everything, `=`, `≈`, `~`,
  /// `about` and a name before one of the signs are left out.
  static func bare(_ text: String) -> String {
    var rest = plainTeX(text)
    while true {
      let shorter = withoutAbout(withoutName(withoutBrackets(rest)))
      if shorter == rest { return rest }
      rest = shorter
    }
  }

  // MARK: TeX

  private static let signs: [(tex: String, plain: String)] = [
    ("\\times", "×"), ("\\cdot", "·"), ("\\approx", "≈"), ("\\simeq", "≈"), ("\\sim", "≈"), ("\\%", "%"),
    ("\\$", "$"), ("{,}", ","), ("\\,", " "), ("\\;", " "), ("\\ ", " "), ("\\left", ""), ("\\right", ""),
  ]

  /// The text without the delimiters of a formula, signs written out.
  private static func plainTeX(_ text: String) -> String {
    var out = text
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")]
    where out.count > open.count + close.count && out.hasPrefix(open) && out.hasSuffix(close) {
      out = String(out.dropFirst(open.count).dropLast(close.count)).trimmingSpaces()
      break
    }
    guard out.contains("\\") || out.contains("{") else { return out }
    for (tex, plain) in signs { out = out.replacing(tex, with: plain) }
    // A word in a formula: \text{USD}.
    for command in ["\\text", "\\mathrm", "\\textrm"] {
      while let open = out.firstRange(of: command + "{"),
        let close = out[open.upperBound...].firstIndex(of: "}")
      {
        out = out[..<open.lowerBound] + " " + out[open.upperBound..<close] + out[out.index(after: close)...]
      }
    }
    return out.trimmingSpaces()
  }

  // MARK: brackets and names

  /// The text without one pair of brackets that stands around all of it.
  private static func withoutBrackets(_ text: String) -> String {
    let pairs: [Character: Character] = ["(": ")", "[": "]", "{": "}"]
    guard let open = text.first, let close = pairs[open], text.last == close else { return text }
    var depth = 0
    for (i, c) in text.enumerated() {
      if c == open { depth += 1 }
      if c == close { depth -= 1 }
      if depth == 0, i < text.count - 1 { return text }
    }
    return String(text.dropFirst().dropLast()).trimmingSpaces()
  }

  private static let abouts = [
    "about ", "approximately ", "approx. ", "approx ", "circa ", "ca. ", "大约", "约", "大概",
  ]

  /// The text behind a word that says that a number is rounded.
  private static func withoutAbout(_ text: String) -> String {
    let small = text.lowercased()
    guard let word = abouts.first(where: small.hasPrefix) else { return text }
    return String(text.dropFirst(word.count)).trimmingSpaces()
  }

  /// The text behind a leading `=`, `≈`, `~`, or behind a name and one of `= ≈ :`.
  private static func withoutName(_ text: String) -> String {
    guard let mark = text.firstIndex(where: { "=≈~≅≃:".contains($0) }) else { return text }
    let name = text[..<mark]
    let rest = String(text[text.index(after: mark)...]).trimmingSpaces()
    if rest.isEmpty { return text }
    if name.isEmpty { return text[mark] == ":" ? text : rest }
    return text[mark] != "~" && isName(name.trimmingBlanks()) ? rest : text
  }

  /// Whether a text names a quantity: it begins with a letter or a command of TeX, and holds no operator.
  private static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first == "\\", text.count <= 40,
      text.split(separator: " ").count <= 4, ChineseNumeral(text) == nil
    else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "_^\\{}()[]' ,|".contains($0) }
  }
}
