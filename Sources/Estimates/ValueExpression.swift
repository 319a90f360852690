import Glibc

/// Arithmetic over addresses: what stands in `{{…}}` of labs, in the keys of problems, and for numbers of specifications.
///
///     m4.random.department."(Intercept)".sd
///     a.sd^2 / (a.sd^2 + a.sigma^2)
///
/// Operators by rising strength: `+ -`, `* /`, sign, `^` (from the right); functions `sqrt abs exp log min
/// max`; numbers without sign. Names with points are addresses; parts that are not plain words stand in
/// double quotes.
public struct ValueExpression: Sendable, Equatable {
  /// A node of the expression's tree.
  indirect enum Node: Sendable, Equatable {
    case number(Double)
    case address(Address, column: Int)
    case negative(Node)
    case binary(Character, Node, Node)
    case call(String, [Node])
  }

  let root: Node
  /// The text as it was written.
  public let text: String

  /// Reads an expression.
  /// - Throws: `ValueExpressionError` with the column (from 1) of the first character that does not fit.
  public init(parsing text: String) throws(ValueExpressionError) {
    var parser = ValueExpressionParser(text)
    root = try parser.whole()
    self.text = text
  }

  /// Every address with the column (from 1) where it begins, in order.
  public var addresses: [(address: Address, column: Int)] {
    var found: [(Address, Int)] = []
    func walk(_ node: Node) {
      switch node {
      case .number: break
      case .address(let address, let column): found.append((address, column))
      case .negative(let a): walk(a)
      case .binary(_, let a, let b):
        walk(a)
        walk(b)
      case .call(_, let arguments): for a in arguments { walk(a) }
      }
    }
    walk(root)
    return found
  }

  /// The value, with a lookup for the addresses. Domain errors give NaN or an infinity, as the functions of
  /// C do.
  public func value<E: Error>(_ lookup: (Address) throws(E) -> Double) throws(E) -> Double {
    try ValueExpression.value(of: root, lookup)
  }

  private static func value<E: Error>(
    of node: Node, _ lookup: (Address) throws(E) -> Double
  ) throws(E) -> Double {
    switch node {
    case .number(let x): return x
    case .address(let address, _): return try lookup(address)
    case .negative(let a): return -(try value(of: a, lookup))
    case .binary(let sign, let first, let second):
      let a = try value(of: first, lookup)
      let b = try value(of: second, lookup)
      switch sign {
      case "+": return a + b
      case "-": return a - b
      case "*": return a * b
      case "/": return a / b
      default: return pow(a, b)
      }
    case .call(let name, let nodes):
      var x: [Double] = []
      for node in nodes { x.append(try value(of: node, lookup)) }
      switch name {
      case "sqrt": return x[0].squareRoot()
      case "abs": return abs(x[0])
      case "exp": return exp(x[0])
      case "log": return log(x[0])
      case "min": return x.dropFirst().reduce(x[0]) { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
      default: return x.dropFirst().reduce(x[0]) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
      }
    }
  }
}

/// What can be wrong with an expression.
public struct ValueExpressionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The column in the expression, from 1.
  public let column: Int
  /// What was found and what would work.
  public let description: String
}

/// Recursive descent over the characters of one expression.
private struct ValueExpressionParser {
  private let characters: [Character]
  private var i = 0
  private var depth = 0
  /// Parentheses and signs nested deeper than this are a slip.
  private static let deepest = 100
  private static let longest = 5000

  init(_ text: String) { characters = Array(text) }

  mutating func whole() throws(ValueExpressionError) -> ValueExpression.Node {
    if characters.count > Self.longest {
      throw fault("more than \(Self.longest) characters are no expression")
    }
    let node = try sum()
    skipBlanks()
    if i < characters.count {
      throw fault("'\(characters[i])' is not expected here; after a value come + - * / ^ or the end")
    }
    return node
  }

  private mutating func sum() throws(ValueExpressionError) -> ValueExpression.Node {
    var node = try product()
    while let sign = accept("+-") { node = .binary(sign, node, try product()) }
    return node
  }

  private mutating func product() throws(ValueExpressionError) -> ValueExpression.Node {
    var node = try signed()
    while let sign = accept("*/") { node = .binary(sign, node, try signed()) }
    return node
  }

  private mutating func signed() throws(ValueExpressionError) -> ValueExpression.Node {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw fault("signs and parentheses are nested deeper than \(Self.deepest)") }
    if accept("-") != nil { return .negative(try signed()) }
    let base = try primary()
    if accept("^") != nil { return .binary("^", base, try signed()) }
    return base
  }

  private mutating func primary() throws(ValueExpressionError) -> ValueExpression.Node {
    skipBlanks()
    guard i < characters.count else {
      throw fault("a value is missing at the end; write an address or a number")
    }
    let c = characters[i]
    if c == "(" {
      i += 1
      let node = try sum()
      try expect(")")
      return node
    }
    if c.isASCII, c.isNumber { return try number() }
    if c == "\"" || c == "_" || c.isLetter { return try addressOrCall() }
    throw fault("'\(c)' is not expected here; write an address, a number or a parenthesis")
  }

  private mutating func number() throws(ValueExpressionError) -> ValueExpression.Node {
    let start = i
    var text = ""
    func isDigit(_ k: Int) -> Bool { k < characters.count && characters[k].isASCII && characters[k].isNumber }
    while isDigit(i) || (i < characters.count && characters[i] == "." && isDigit(i + 1)) {
      text.append(characters[i])
      i += 1
    }
    if i < characters.count, characters[i] == "e" || characters[i] == "E" {
      let signed = i + 1 < characters.count && (characters[i + 1] == "-" || characters[i + 1] == "+")
      if isDigit(i + (signed ? 2 : 1)) {
        text.append(contentsOf: characters[i...(i + (signed ? 1 : 0))])
        i += signed ? 2 : 1
        while isDigit(i) {
          text.append(characters[i])
          i += 1
        }
      }
    }
    guard let value = Double(text) else {
      i = start
      throw fault("'\(text)' is not a number")
    }
    return .number(value)
  }

  private mutating func addressOrCall() throws(ValueExpressionError) -> ValueExpression.Node {
    let start = i
    var text = ""
    var inQuotes = false
    while i < characters.count {
      let c = characters[i]
      if c == "\"" { inQuotes.toggle() }
      guard inQuotes || c == "\"" || c == "." || c == "_" || c.isLetter || c.isNumber else { break }
      text.append(c)
      i += 1
    }
    let next = i
    skipBlanks()
    if i < characters.count, characters[i] == "(" {
      if text.hasSuffix(".") {
        throw fault(
          "a part of an address with parentheses stands in double quotes, for example fixed.\"(Intercept)\"")
      }
      return try call(text, at: start)
    }
    i = next
    do {
      return .address(try Address(parsing: text), column: start + 1)
    } catch {
      if case .malformed(_, let column) = error { i = start + column - 1 }
      throw fault("\(error)")
    }
  }

  private mutating func call(_ name: String, at start: Int) throws(ValueExpressionError)
    -> ValueExpression.Node
  {
    let counts = ["sqrt": 1...1, "abs": 1...1, "exp": 1...1, "log": 1...1, "min": 1...9, "max": 1...9]
    guard let allowed = counts[name] else {
      i = start
      throw fault("no function '\(name)'; there are sqrt, abs, exp, log, min, max")
    }
    i += 1
    var arguments = [try sum()]
    while accept(",") != nil { arguments.append(try sum()) }
    try expect(")")
    guard allowed.contains(arguments.count) else {
      i = start
      throw fault(
        "\(name) got \(arguments.count) values and takes \(allowed.upperBound == 1 ? "one" : "up to nine")")
    }
    return .call(name, arguments)
  }

  private mutating func accept(_ signs: String) -> Character? {
    skipBlanks()
    guard i < characters.count, signs.contains(characters[i]) else { return nil }
    i += 1
    return characters[i - 1]
  }

  private mutating func expect(_ sign: Character) throws(ValueExpressionError) {
    skipBlanks()
    guard i < characters.count, characters[i] == sign else {
      throw fault(
        i < characters.count
          ? "'\(sign)' was expected, not '\(characters[i])'" : "'\(sign)' is missing at the end")
    }
    i += 1
  }

  private mutating func skipBlanks() {
    while i < characters.count, characters[i].isWhitespace { i += 1 }
  }

  private func fault(_ message: String) -> ValueExpressionError {
    ValueExpressionError(column: i + 1, description: message)
  }
}
