import Glibc
import Tables

/// What an expression of a formula yields on a data table.
enum ExpressionValue {
  /// One number a row; NaN where missing.
  case numeric([Double])
  /// One level a row.
  case categorical(CategoricalColumn)
}

extension FormulaExpression {
  /// Functions of one number that formulas know.
  static let functions: [String: @Sendable (Double) -> Double] = [
    "log": { log($0) }, "log2": { log2($0) }, "log10": { log10($0) }, "log1p": { log1p($0) },
    "exp": { exp($0) },
    "sqrt": { $0.squareRoot() }, "abs": { abs($0) }, "expm1": { expm1($0) },
    "sin": { sin($0) }, "cos": { cos($0) }, "tan": { tan($0) },
  ]

  /// The value of a factor of a term: a column, `factor(column)`, or arithmetic inside a function or `I()`.
  func value(in data: DataTable, factors: Set<String>, formula: String) throws(FormulaError)
    -> ExpressionValue
  {
    switch self {
    case .variable(let name, _):
      guard let column = data[name] else { throw .missingVariable(name, available: data.columnNames) }
      switch column.values {
      case .text, .logical: return .categorical(column.factor)
      default:
        if factors.contains(name) { return .categorical(column.factor) }
        return .numeric(column.numbers!)
      }
    case .call(let function, _, let at) where function == "factor" || function == "as.factor":
      guard let name = factorColumn else {
        throw .unsupported(
          formula: formula, column: at, what: text, hint: "factor() takes the name of one column")
      }
      guard let column = data[name] else { throw .missingVariable(name, available: data.columnNames) }
      return .categorical(column.factor)
    case .parenthesized(let inner, _):
      return try inner.value(in: data, factors: factors, formula: formula)
    default:
      return .numeric(try number(in: data, formula: formula))
    }
  }

  /// The value of an arithmetic expression, one number a row.
  package func number(in data: DataTable, formula: String) throws(FormulaError) -> [Double] {
    switch self {
    case .variable(let name, _):
      guard let column = data[name] else { throw .missingVariable(name, available: data.columnNames) }
      guard let numbers = column.numbers else {
        throw .wrongType(
          column: name, found: column.typeDescription, needed: "a number is needed")
      }
      return numbers
    case .number(let digits, let at):
      guard let x = Double(digits) else {
        throw .syntax(formula: formula, column: at, found: "'\(digits)'", hint: "this is no number")
      }
      return [Double](repeating: x, count: data.rowCount)
    case .parenthesized(let inner, _):
      return try inner.number(in: data, formula: formula)
    case .logical, .named:
      throw .unsupported(
        formula: formula, column: position, what: "\(text) in arithmetic",
        hint: "a number or a column would work here")
    case .call("scale", _, _):
      // Not trained before, so trained on these very data.
      return try trained(on: data, formula: formula).number(in: data, formula: formula)
    case .call("I", let arguments, _) where arguments.count == 1:
      return try arguments[0].number(in: data, formula: formula)
    case .sign(let op, let operand, _):
      let x = try operand.number(in: data, formula: formula)
      return op == "-" ? x.map { -$0 } : x
    case .binary(let op, let left, let right, let at):
      let a = try left.number(in: data, formula: formula)
      let b = try right.number(in: data, formula: formula)
      switch op {
      case "+": return zip(a, b).map { $0 + $1 }
      case "-": return zip(a, b).map { $0 - $1 }
      case "*": return zip(a, b).map { $0 * $1 }
      case "/": return zip(a, b).map { $0 / $1 }
      case "^": return zip(a, b).map { pow($0, $1) }
      default:
        throw .unsupported(
          formula: formula, column: at, what: "'\(op)' in arithmetic",
          hint: "arithmetic uses + - * / ^ and parentheses")
      }
    case .call("log", let arguments, _) where arguments.count == 2:
      let given = try CallArguments(arguments, of: self, parameters: ["x", "base"], formula: formula)
      let x = try given.expression("x").number(in: data, formula: formula)
      let base = try given.expression("base").number(in: data, formula: formula)
      // As R: the library's own logarithms for 2 and 10.
      return zip(x, base).map { $1 == 2 ? log2($0) : $1 == 10 ? log10($0) : log($0) / log($1) }
    case .call(let name, let arguments, let at):
      guard let function = FormulaExpression.functions[name], arguments.count == 1 else {
        if FormulaExpression.isTrained(name) {
          throw .unsupported(
            formula: formula, column: at, what: "\(text) inside an expression",
            hint: "it has several columns and stands as a term of its own, or in a product with ':' or '*'")
        }
        let known = (FormulaExpression.functions.keys.sorted() + ["factor", "I", "scale", "poly", "ns"])
          .joined(separator: ", ")
        throw .unsupported(
          formula: formula, column: at, what: "function \(text)",
          hint: "functions are: \(known)")
      }
      return try arguments[0].number(in: data, formula: formula).map(function)
    }
  }
}
