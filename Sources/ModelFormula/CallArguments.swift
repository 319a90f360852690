/// The arguments of a function of formulas, by R's rule: those with names first, the others in the order of the parameters.
struct CallArguments {
  private let call: FormulaExpression
  private let formula: String
  private var values: [String: FormulaExpression] = [:]

  /// Assigns arguments to parameters.
  /// - Throws: `FormulaError.unsupported` for a name that the function does not have, a second value or one too many.
  init(
    _ arguments: [FormulaExpression], of call: FormulaExpression, parameters: [String], formula: String
  ) throws(FormulaError) {
    self.call = call
    self.formula = formula
    for argument in arguments {
      guard case .named(let name, let value, let at) = argument else { continue }
      guard parameters.contains(name), values[name] == nil else {
        throw .unsupported(
          formula: formula, column: at, what: "the argument '\(name)' of \(call.text)",
          hint: "its arguments are, once each: \(parameters.joined(separator: ", "))")
      }
      values[name] = value
    }
    for argument in arguments {
      if case .named = argument { continue }
      guard let name = parameters.first(where: { values[$0] == nil }) else {
        throw .unsupported(
          formula: formula, column: argument.position, what: "another argument of \(call.text)",
          hint: "its arguments are: \(parameters.joined(separator: ", "))")
      }
      values[name] = argument
    }
  }

  /// The argument without which a function means nothing.
  func expression(_ name: String) throws(FormulaError) -> FormulaExpression {
    guard let value = values[name] else {
      throw .unsupported(
        formula: formula, column: call.position, what: call.text, hint: "the argument '\(name)' is missing")
    }
    return value
  }

  /// A whole number from 1.
  func count(_ name: String, default fallback: Int) throws(FormulaError) -> Int {
    guard let value = values[name] else { return fallback }
    guard case .number(let digits, _) = value.unwrapped, let number = Double(digits),
      let count = Int(exactly: number), count >= 1
    else {
      throw .unsupported(
        formula: formula, column: value.position, what: "\(name) = \(value.text)",
        hint: "a whole number from 1 would work")
    }
    return count
  }

  /// Numbers, written as one or as c(…); nil where there are none.
  func numbers(_ name: String) throws(FormulaError) -> [Double]? {
    guard let value = values[name] else { return nil }
    var parts = [value.unwrapped]
    if case .call("c", let arguments, _) = value.unwrapped { parts = arguments }
    var numbers: [Double] = []
    for part in parts {
      guard let number = part.writtenNumber else {
        throw .unsupported(
          formula: formula, column: part.position, what: "\(name) = \(value.text)",
          hint: "numbers would work, e.g. \(name) = c(2, 5)")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// A yes or no.
  func flag(_ name: String, default fallback: Bool) throws(FormulaError) -> Bool {
    guard let value = values[name] else { return fallback }
    switch value.unwrapped {
    case .logical(let flag, _): return flag
    case .variable("T", _): return true
    case .variable("F", _): return false
    default:
      throw .unsupported(
        formula: formula, column: value.position, what: "\(name) = \(value.text)",
        hint: "TRUE or FALSE would work")
    }
  }
}

extension FormulaExpression {
  /// The number that is written here, with or without a sign; nil for anything else.
  fileprivate var writtenNumber: Double? {
    switch unwrapped {
    case .number(let digits, _): Double(digits)
    case .sign(let op, let operand, _): operand.writtenNumber.map { op == "-" ? -$0 : $0 }
    default: nil
    }
  }
}
