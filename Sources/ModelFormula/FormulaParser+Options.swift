extension FormulaParser {
  /// What to say of arguments of R's fitting functions, which are no parts of the formula.
  private static func option(_ name: String) -> String? {
    switch name {
    case "data", "weights", "offset", "contrasts":
      "'\(name)' is no part of the formula but an option of the command, --\(name)"
    case "family", "link":
      "'\(name)' is no part of the formula; models are fitted with normal errors"
    case "REML":
      "'REML' is no part of the formula; mlm fit has --ml for maximum likelihood"
    default: nil
    }
  }

  /// Refuses `family = …` and its like wherever it stands, and shows the formula without it.
  /// - Throws: `FormulaError.syntax` at the option's name.
  func refuseOptions() throws(FormulaError) {
    for i in tokens.indices.dropLast() {
      guard tokens[i + 1].text == "=", tokens[i + 1].kind == .symbol, tokens[i].kind == .name,
        let option = FormulaParser.option(tokens[i].text)
      else { continue }
      // The value: one name, number or text, and what stands in parentheses behind it.
      var end = i + 2
      if tokens[end].kind != .end, tokens[end].kind != .symbol { end += 1 }
      if tokens[end].text == "(", tokens[end].kind == .symbol {
        var depth = 0
        repeat {
          if tokens[end].kind == .symbol {
            depth += tokens[end].text == "(" ? 1 : tokens[end].text == ")" ? -1 : 0
          }
          end += 1
        } while depth > 0 && tokens[end].kind != .end
      }
      let joined = i > 0 && tokens[i - 1].kind == .symbol && ["+", ","].contains(tokens[i - 1].text)
      let before = text(from: 0, to: tokens[joined ? i - 1 : i].position)
      let after = text(from: tokens[end].position, to: source.utf8.count)
      let rest = before + (after.isEmpty || after.hasPrefix(")") || before.isEmpty ? "" : " ") + after
      throw .syntax(
        formula: source, column: tokens[i].position,
        found: "'\(text(from: tokens[i].position, to: tokens[end].position))'",
        hint: option
          + (rest.isEmpty ? "" : "; the formula without it: \(rest)"))
    }
  }

  /// What to say of a sign behind a whole expression: `=` for `~`, or a random-effects term without `+` before it; nil for anything else.
  func probablyMeant(before rest: Token) -> String? {
    guard rest.kind == .symbol, let place = tokens.firstIndex(of: rest) else { return nil }
    if rest.text == "=", !tokens.contains(where: { $0.kind == .symbol && $0.text == "~" }) {
      var after = rest.position + 1
      if tokens[place + 1].text == "=", tokens[place + 1].position == after { after += 1 }
      let bytes = Array(source.utf8)
      let meant = String(decoding: bytes[..<rest.position] + [0x7e] + bytes[after...], as: UTF8.self)
      return "a formula has ~ between the response and what explains it; perhaps you mean \(meant)"
    }
    if rest.text == "(" {
      let end = tokens[place...].firstIndex { $0.kind == .symbol && $0.text == ")" } ?? tokens.count
      let hasBar = tokens[place..<end].contains { $0.kind == .symbol && $0.text.hasPrefix("|") }
      if hasBar { return withPlus(before: rest) }
    }
    return nil
  }

  /// The source with `+` before a random-effects term.
  func withPlus(before opening: Token) -> String {
    let meant =
      text(from: 0, to: opening.position) + " + " + text(from: opening.position, to: source.utf8.count)
    return "a random-effects term is added with +; perhaps you mean \(meant)"
  }

  /// A part of the source without the blanks at its end.
  private func text(from start: Int, to end: Int) -> String {
    let bytes = Array(source.utf8)[start..<end]
    let last = bytes.lastIndex { $0 != UInt8(ascii: " ") && !(9...13).contains($0) }
    return String(decoding: last.map { bytes[...$0] } ?? [], as: UTF8.self)
  }
}
