/// Reads formula text by R's precedences: `^`, then `:`, then `* /`, then `+ -`, then `| ||`, then `~`.
struct FormulaParser {
  struct Token: Equatable {
    enum Kind { case name, logical, number, text, symbol, end }
    var kind: Kind
    var text: String
    var position: Int
  }

  let source: String
  private(set) var tokens: [Token] = []
  private var next = 0
  private var depth = 0

  /// Parentheses nested deeper than this, and texts of more signs and names than that, are no formula but would exhaust the stack.
  private static let deepest = 200
  private static let longest = 4000

  /// Parses a whole formula.
  static func parse(_ source: String) throws(FormulaError) -> FormulaExpression {
    var parser = try FormulaParser(source)
    let tree = try parser.formula()
    let rest = parser.tokens[parser.next]
    if rest.kind != .end {
      if let meant = parser.probablyMeant(before: rest) {
        throw parser.unexpected(rest, hint: meant)
      }
      throw parser.unexpected(
        rest,
        hint: "an operator such as + or a closing parenthesis would work here"
          + (rest.kind == .name ? "; a name with blanks or signs stands in backquotes, e.g. `my column`" : "")
      )
    }
    return tree
  }

  private init(_ source: String) throws(FormulaError) {
    self.source = source
    let bytes = FormulaParser.withPlainSpaces(Array(source.utf8))
    tokens.reserveCapacity(bytes.count / 2 + 1)
    var i = 0
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    while i < bytes.count {
      let c = bytes[i]
      let start = i
      if c == UInt8(ascii: " ") || (9...13).contains(c) {
        i += 1
      } else if FormulaParser.beginsName(c) || c == UInt8(ascii: ".") && !FormulaParser.isDigit(bytes, i + 1)
      {
        while i < bytes.count, FormulaParser.continuesName(bytes[i]) { i += 1 }
        let name = text(start..<i)
        if let (wide, plain, before) = FormulaParser.fullWidthForm(in: name) {
          throw .syntax(
            formula: source, column: start + before, found: "character '\(wide)'",
            hint: "write '\(plain)' instead; formulas use ASCII signs, also around Chinese names")
        }
        let isLogical = name == "TRUE" || name == "FALSE"
        tokens.append(Token(kind: isLogical ? .logical : .name, text: name, position: start))
      } else if c == UInt8(ascii: "\"") || c == UInt8(ascii: "'") {
        i += 1
        while i < bytes.count, bytes[i] != c { i += 1 }
        if i == bytes.count {
          throw .syntax(
            formula: source, column: start, found: "quotation mark", hint: "a second one must close the text")
        }
        i += 1
        tokens.append(Token(kind: .text, text: text(start..<i), position: start))
      } else if c == UInt8(ascii: "`") {
        i += 1
        while i < bytes.count, bytes[i] != UInt8(ascii: "`") { i += 1 }
        if i == bytes.count {
          throw .syntax(
            formula: source, column: start, found: "backquote", hint: "a second ` must close the name")
        }
        tokens.append(Token(kind: .name, text: text(start + 1..<i), position: start))
        i += 1
      } else if FormulaParser.isDigit(bytes, i) || c == UInt8(ascii: ".") {
        while FormulaParser.isDigit(bytes, i) || i < bytes.count && bytes[i] == UInt8(ascii: ".") { i += 1 }
        if i < bytes.count, bytes[i] | 0x20 == UInt8(ascii: "e") {
          var j = i + 1
          if j < bytes.count, bytes[j] == UInt8(ascii: "+") || bytes[j] == UInt8(ascii: "-") { j += 1 }
          if FormulaParser.isDigit(bytes, j) {
            while FormulaParser.isDigit(bytes, j) { j += 1 }
            i = j
          }
        }
        tokens.append(Token(kind: .number, text: text(start..<i), position: start))
      } else if c == UInt8(ascii: "|"), i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "|") {
        i += 2
        tokens.append(Token(kind: .symbol, text: "||", position: start))
      } else if FormulaParser.symbols.contains(c) {
        i += 1
        tokens.append(Token(kind: .symbol, text: text(start..<i), position: start))
      } else {
        throw .syntax(
          formula: source, column: start, found: "character '\(text(start..<i + 1))'",
          hint: "formulas use column names, numbers and ~ + - * / : ^ | || ( )")
      }
    }
    if tokens.count > FormulaParser.longest {
      throw .unsupported(
        formula: source, column: tokens[FormulaParser.longest].position,
        what: "a formula of more than \(FormulaParser.longest) names and signs",
        hint: "fewer terms would work")
    }
    tokens.append(Token(kind: .end, text: "", position: bytes.count))
    try refuseOptions()
  }

  /// The text with no-break and full-width spaces outside backquotes turned into as many blanks as they have bytes.
  private static func withPlainSpaces(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 == 0xC2 || $0 == 0xE3 }) else { return bytes }
    var plain = bytes
    var isQuoted = false
    for i in plain.indices {
      if plain[i] == UInt8(ascii: "`") { isQuoted.toggle() }
      for space in [[0xC2, 0xA0], [0xE3, 0x80, 0x80]] as [[UInt8]]
      where !isQuoted && plain[i...].starts(with: space) {
        for k in space.indices { plain[i + k] = UInt8(ascii: " ") }
      }
    }
    return plain
  }

  /// Mathematical signs that are copied in place of ASCII ones.
  private static let copied: [Unicode.Scalar: Character] = [
    "\u{2212}": "-", "\u{2223}": "|", "\u{223C}": "~", "\u{2217}": "*",
  ]

  /// The first full-width form (U+FF01 to U+FF5E) of an ASCII sign in a name, or a mathematical sign, its ASCII twin, and the bytes
  /// before it.
  private static func fullWidthForm(in name: String) -> (Character, Character, Int)? {
    var before = 0
    for scalar in name.unicodeScalars {
      if let plain = copied[scalar] { return (Character(scalar), plain, before) }
      if (0xFF01...0xFF5E).contains(scalar.value), let plain = Unicode.Scalar(scalar.value - 0xFEE0),
        !(plain.properties.isAlphabetic || ("0"..."9").contains(plain))
      {
        return (Character(scalar), Character(plain), before)
      }
      before += scalar.utf8.count
    }
    return nil
  }

  private static let symbols = Array("~+-*/:^|(),=".utf8)

  /// Letters, the underscore, and every byte of a character beyond ASCII.
  private static func beginsName(_ c: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(c | 0x20) || c == UInt8(ascii: "_") || c >= 0x80
  }

  private static func continuesName(_ c: UInt8) -> Bool {
    beginsName(c) || c == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c)
  }

  private static func isDigit(_ bytes: [UInt8], _ i: Int) -> Bool {
    i < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[i])
  }

  private mutating func formula() throws(FormulaError) -> FormulaExpression {
    let left = try bar()
    let token = tokens[next]
    if token.text == "~", token.kind == .symbol {
      next += 1
      return .binary("~", left, try bar(), at: token.position)
    }
    return left
  }

  private mutating func bar() throws(FormulaError) -> FormulaExpression {
    var left = try sum()
    while let op = symbol("|", "||") { left = .binary(op.text, left, try sum(), at: op.position) }
    return left
  }

  private mutating func sum() throws(FormulaError) -> FormulaExpression {
    var left: FormulaExpression
    if let op = symbol("+", "-") {
      left = .sign(op.text, try product(), at: op.position)
    } else {
      left = try product()
    }
    while let op = symbol("+", "-") { left = .binary(op.text, left, try product(), at: op.position) }
    return left
  }

  private mutating func product() throws(FormulaError) -> FormulaExpression {
    var left = try interaction()
    while let op = symbol("*", "/") { left = .binary(op.text, left, try interaction(), at: op.position) }
    return left
  }

  private mutating func interaction() throws(FormulaError) -> FormulaExpression {
    var left = try power()
    while let op = symbol(":") { left = .binary(":", left, try power(), at: op.position) }
    return left
  }

  private mutating func power() throws(FormulaError) -> FormulaExpression {
    let base = try operand()
    if let op = symbol("^") { return .binary("^", base, try operand(), at: op.position) }
    return base
  }

  private mutating func operand() throws(FormulaError) -> FormulaExpression {
    let token = tokens[next]
    switch token.kind {
    case .name:
      next += 1
      let opening = tokens[next]
      guard symbol("(") != nil else { return .variable(token.text, at: token.position) }
      var arguments = [try nested(token)]
      if case .binary(let bar, _, _, _) = arguments[0], bar.hasPrefix("|") {
        throw unexpected(opening, hint: withPlus(before: opening))
      }
      while symbol(",") != nil { arguments.append(try argument()) }
      try close(of: tokens[next - 1])
      return .call(token.text, arguments, at: token.position)
    case .logical:
      next += 1
      return .logical(token.text == "TRUE", at: token.position)
    case .number:
      next += 1
      return .number(token.text, at: token.position)
    case .symbol where token.text == "(":
      next += 1
      let first = next
      let inner = try nested(token)
      if case .named = inner {
        throw unexpected(tokens[first + 1], hint: "only functions have named arguments")
      }
      try close(of: token)
      return .parenthesized(inner, at: token.position)
    case .text:
      throw unexpected(token, hint: "a column goes by its name without quotation marks")
    default:
      throw unexpected(
        token,
        hint: next == 0 && token.text == "~"
          ? "in front of it stands the response, e.g. salary ~ experience + (1 | department)"
          : "a column name, a number or an opening parenthesis would work here")
    }
  }

  /// What stands inside parentheses, unless they are nested too deep.
  private mutating func nested(_ opening: Token) throws(FormulaError) -> FormulaExpression {
    depth += 1
    defer { depth -= 1 }
    if depth > FormulaParser.deepest {
      throw unexpected(opening, hint: "parentheses are nested deeper than \(FormulaParser.deepest)")
    }
    return try argument()
  }

  /// An expression, or `name = expression` inside the parentheses of a call.
  private mutating func argument() throws(FormulaError) -> FormulaExpression {
    let name = tokens[next]
    // After a name there is always another token, the end at least.
    guard name.kind == .name, tokens[next + 1].kind == .symbol, tokens[next + 1].text == "=" else {
      return try formula()
    }
    next += 2
    return .named(name.text, try formula(), at: name.position)
  }

  private mutating func close(of opening: Token) throws(FormulaError) {
    if symbol(")") == nil {
      throw unexpected(tokens[next], hint: "the parenthesis has no ) that closes it")
    }
  }

  /// Takes the next token if it is one of the symbols.
  private mutating func symbol(_ text: String, _ other: String? = nil) -> Token? {
    let token = tokens[next]
    guard token.kind == .symbol, token.text == text || token.text == other else { return nil }
    next += 1
    return token
  }

  func unexpected(_ token: Token, hint: String) -> FormulaError {
    .syntax(
      formula: source, column: token.position,
      found: token.kind == .end ? "end of the formula" : "'\(token.text)'",
      hint: hint)
  }
}
