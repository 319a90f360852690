import Glibc
import Tables

extension FormulaExpression {
  /// Whether a function remembers its training data: `scale`, `poly`, `ns`.
  static func isTrained(_ function: String) -> Bool {
    function == "scale" || function == "poly" || function == "ns"
  }

  /// The argument x of `scale(x, …)` and its like.
  static func trainedArgument(_ arguments: [FormulaExpression]) -> FormulaExpression? {
    for case .named("x", let value, _) in arguments { return value }
    return arguments.first {
      if case .named = $0 { false } else { true }
    }
  }

  /// Whether `scale` occurs.
  private var usesScale: Bool { calls { $0 == "scale" } }

  /// Whether a function remembers its training data.
  var learns: Bool { calls(FormulaExpression.isTrained) }

  /// Whether a function of some kind is called.
  private func calls(_ isMeant: (String) -> Bool) -> Bool {
    switch self {
    case .variable, .number, .logical: false
    case .call(let function, let arguments, _):
      isMeant(function) || arguments.contains { $0.calls(isMeant) }
    case .binary(_, let left, let right, _): left.calls(isMeant) || right.calls(isMeant)
    case .named(_, let inner, _), .sign(_, let inner, _), .parenthesized(let inner, _): inner.calls(isMeant)
    }
  }

  /// The expression with each `scale(x)` as arithmetic with the numbers of training data:
  ///
  ///     scale(x) = (x − m)/s    m = mean of x    s² = Σ(x − m)²/(n − 1)
  ///
  /// over the rows in which x is not missing. Without the centring s² = Σx²/(n − 1), as in R.
  /// - Throws: `FormulaError.degenerate` where s is 0.
  func trained(on data: DataTable, formula: String) throws(FormulaError) -> FormulaExpression {
    guard usesScale else { return self }
    switch self {
    case .variable, .number, .logical: return self
    case .named(let name, let inner, let at):
      return .named(name, try inner.trained(on: data, formula: formula), at: at)
    case .sign(let op, let inner, let at):
      return .sign(op, try inner.trained(on: data, formula: formula), at: at)
    case .parenthesized(let inner, let at):
      return .parenthesized(try inner.trained(on: data, formula: formula), at: at)
    case .binary(let op, let left, let right, let at):
      return .binary(
        op, try left.trained(on: data, formula: formula), try right.trained(on: data, formula: formula),
        at: at)
    case .call("scale", let arguments, let at):
      let given = try CallArguments(
        arguments, of: self, parameters: ["x", "center", "scale"], formula: formula)
      let x = try given.expression("x").trained(on: data, formula: formula)
      let values = try x.trainingValues(in: data, of: self, formula: formula)
      var result = x
      var center = 0.0
      let isCentered = try given.flag("center", default: true)
      if isCentered {
        center = OrthogonalPolynomials.mean(values)
        result = .binary("-", result, .number("\(center)", at: at), at: at)
      }
      if try given.flag("scale", default: true) {
        let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        guard squares > 0, !isCentered || values.contains(where: { $0 != values[0] }) else {
          throw .degenerate(
            expression: text, found: "\(x.text) is \(shortestText(values[0])) in all rows",
            remedy: "leave the term out, or use a column that varies")
        }
        let size = (squares / Double(max(1, values.count - 1))).squareRoot()
        result = .binary("/", .parenthesized(result, at: at), .number("\(size)", at: at), at: at)
      }
      return .parenthesized(result, at: at)
    case .call(let function, let arguments, let at):
      var inner: [FormulaExpression] = []
      for argument in arguments { inner.append(try argument.trained(on: data, formula: formula)) }
      return .call(function, inner, at: at)
    }
  }

  /// The values from which a function learns: those that are not missing.
  /// - Throws: `FormulaError.notFinite` for an infinite one, `.noRows` where there is none.
  func trainingValues(
    in data: DataTable, of call: FormulaExpression, formula: String
  ) throws(FormulaError) -> [Double] {
    let all = try number(in: data, formula: formula)
    if let bad = all.firstIndex(where: { abs($0) > 1e150 }) {
      throw .notFinite(expression: call.text, row: bad + 1, value: shortestText(all[bad]))
    }
    let values = all.filter { !$0.isNaN }
    guard !values.isEmpty else { throw .noRows(total: data.rowCount) }
    return values
  }
}
