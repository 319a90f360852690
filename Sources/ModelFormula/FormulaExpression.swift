/// A formula's text as a tree, with the place of every node in the source.
public indirect enum FormulaExpression: Sendable, Equatable {
  /// A column's name.
  case variable(String, at: Int)
  /// A number as it was written.
  case number(String, at: Int)
  /// `TRUE` or `FALSE`, the value of a function's option.
  case logical(Bool, at: Int)
  /// An argument that is given by name, e.g. `df = 3` in `ns(x, df = 3)`.
  case named(String, FormulaExpression, at: Int)
  /// A function applied to arguments, e.g. `factor(x)`.
  case call(String, [FormulaExpression], at: Int)
  /// Two operands around an operator: `~ + - * / : ^ | ||`.
  case binary(String, FormulaExpression, FormulaExpression, at: Int)
  /// A sign before an operand.
  case sign(String, FormulaExpression, at: Int)
  /// An expression in parentheses.
  case parenthesized(FormulaExpression, at: Int)

  /// Offset, in bytes of UTF-8, of the node's own character in the source (the operator of a binary node).
  public var position: Int {
    switch self {
    case .variable(_, let at), .number(_, let at), .logical(_, let at), .named(_, _, let at),
      .call(_, _, let at), .binary(_, _, _, let at), .sign(_, _, let at), .parenthesized(_, let at):
      at
    }
  }

  /// The column x of `factor(x)` or `as.factor(x)`; nil for anything else.
  public var factorColumn: String? {
    guard case .call(let function, let arguments, _) = self, function == "factor" || function == "as.factor",
      arguments.count == 1, case .variable(let name, _) = arguments[0]
    else { return nil }
    return name
  }

  /// Names of all columns that occur, each once, in order of appearance.
  public var variables: [String] {
    var names: [String] = []
    collectVariables(into: &names)
    return names
  }

  private func collectVariables(into names: inout [String]) {
    switch self {
    case .variable(let name, _): if !names.contains(name) { names.append(name) }
    case .number, .logical: break
    case .call(let function, let arguments, _):
      // What stands beside x in scale(x, …), poly(x, …) and ns(x, …) are options.
      if FormulaExpression.isTrained(function), let x = FormulaExpression.trainedArgument(arguments) {
        x.collectVariables(into: &names)
      } else {
        for a in arguments { a.collectVariables(into: &names) }
      }
    case .binary(_, let left, let right, _):
      left.collectVariables(into: &names)
      right.collectVariables(into: &names)
    case .sign(_, let operand, _), .parenthesized(let operand, _), .named(_, let operand, _):
      operand.collectVariables(into: &names)
    }
  }

  /// The text as R deparses it: blanks around operators, none around `:` and `^`.
  public var text: String {
    switch self {
    case .variable(let name, _): FormulaExpression.quotedIfNeeded(name)
    case .number(let digits, _): FormulaExpression.deparsed(digits)
    case .logical(let value, _): value ? "TRUE" : "FALSE"
    case .named(let name, let value, _): FormulaExpression.quotedIfNeeded(name) + " = " + value.text
    case .call(let name, let arguments, _): name + "(" + arguments.map(\.text).joined(separator: ", ") + ")"
    case .binary(let op, let left, let right, _):
      [":", "^", "/"].contains(op) ? left.text + op + right.text : left.text + " " + op + " " + right.text
    case .sign(let op, let operand, _): op + operand.text
    case .parenthesized(let inner, _): "(" + inner.text + ")"
    }
  }

  /// Whether a word of R's language is no name.
  private static func isReserved(_ name: String) -> Bool {
    switch name {
    case "if", "else", "repeat", "while", "function", "for", "next", "break", "in", "TRUE", "FALSE", "NULL",
      "Inf",
      "NaN", "NA", "NA_integer_", "NA_real_", "NA_character_":
      true
    default: false
    }
  }

  /// A number as R writes it: its shortest digits, in scientific notation where that is shorter.
  private static func deparsed(_ text: String) -> String {
    if text.utf8.count <= 4, text.utf8.first != 0x30, text.utf8.allSatisfy({ $0 != 0x2e && $0 < 0x3a }),
      text.utf8.last != 0x30
    {
      return text
    }
    guard let x = Double(text), x.isFinite, x != 0 else { return Double(text) == 0 ? "0" : text }
    // The shortest digits that read back to the same number, d.ddd·10^power.
    let shortest = "\(x)".split(separator: "e")
    var power = shortest.count > 1 ? Int(shortest[1])! : 0
    let halves = shortest[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = halves[0] + (halves.count > 1 ? halves[1] : "")
    power += halves[0].count - 1
    while digits.first == "0", digits.count > 1 {
      digits.removeFirst()
      power -= 1
    }
    while digits.last == "0", digits.count > 1 { digits.removeLast() }
    let size = abs(power)
    let scientific =
      digits.prefix(1) + (digits.count > 1 ? "." + digits.dropFirst() : "") + (power < 0 ? "e-" : "e+")
      + (size < 10 ? "0" : "") + String(size)
    let fixed: String
    if power < 0 {
      fixed = "0." + String(repeating: "0", count: -power - 1) + digits
    } else if digits.count <= power + 1 {
      fixed = digits + String(repeating: "0", count: power + 1 - digits.count)
    } else {
      fixed = digits.prefix(power + 1) + "." + digits.dropFirst(power + 1)
    }
    return fixed.count <= scientific.count ? fixed : String(scientific)
  }

  /// A name that is no plain word stands in backquotes, as in R.
  package static func quotedIfNeeded(_ name: String) -> String {
    // A name begins with a letter, or with a point that no digit follows.
    let start = Array(name.utf8.prefix(2))
    let begins = start.first.map { !(0x30...0x39).contains($0) && $0 != 0x5f } ?? false
    let isNumber = start.count == 2 && start[0] == 0x2e && (0x30...0x39).contains(start[1])
    let plain =
      begins && !isNumber && !isReserved(name)
      && name.utf8.allSatisfy { c in
        c >= 0x80 || (0x61...0x7a).contains(c | 0x20) || (0x30...0x39).contains(c) || c == 0x2e || c == 0x5f
      }
      && !(name.utf8.contains { $0 == 0xC2 || $0 == 0xE3 } && name.contains(where: \.isWhitespace))
    return plain ? name : "`" + name + "`"
  }
}
