import Tables

/// Columns made from one number: what `poly(x, degree)` and `ns(x, df)` learned from the training data.
enum Basis: Sendable, Equatable {
  /// Orthonormal polynomials.
  case polynomials(OrthogonalPolynomials)
  /// x, x², … up to a degree.
  case powers(Int)
  /// Natural cubic splines.
  case spline(NaturalSpline)

  /// Reads a call and learns from data.
  /// - Parameter data: all rows in which x may be present, as in R, also those left out for another column.
  /// - Returns: the basis and its argument, ready for any data; nil for a call of another function.
  /// - Throws: `FormulaError` for wrong arguments, and where x has too few distinct values.
  static func trained(
    _ call: FormulaExpression, on data: DataTable, formula: String
  ) throws(FormulaError) -> (basis: Basis, argument: FormulaExpression, columns: Int)? {
    guard case .call(let function, let arguments, _) = call, function == "poly" || function == "ns" else {
      return nil
    }
    let parameters = function == "poly" ? ["x", "degree", "raw"] : ["x", "df", "knots", "intercept"]
    let given = try CallArguments(arguments, of: call, parameters: parameters, formula: formula)
    let x = try given.expression("x").trained(on: data, formula: formula)
    let values = try x.trainingValues(in: data, of: call, formula: formula)
    let distinct = Set(values).count
    if function == "poly" {
      let degree = try given.count("degree", default: 1)
      guard degree < distinct else {
        throw degenerate(call, x, distinct, "the degree", atMost: distinct - 1)
      }
      if try given.flag("raw", default: false) { return (.powers(degree), x, degree) }
      let polynomials = OrthogonalPolynomials(over: values, degree: degree)
      if polynomials.isDegenerate {
        throw .degenerate(
          expression: call.text, found: "some values of \(x.text) are almost equal",
          remedy: degree > 1 ? "a smaller degree would work" : "leave the term out")
      }
      return (.polynomials(polynomials), x, degree)
    }
    let hasIntercept = try given.flag("intercept", default: false)
    if let knots = try given.numbers("knots")?.sorted() {
      guard let spline = NaturalSpline(over: values, innerKnots: knots, hasIntercept: hasIntercept) else {
        throw .degenerate(
          expression: call.text, found: "knots stand between the least and the greatest value, each once",
          remedy:
            "\(x.text) goes from \(shortestText(values.min() ?? .nan)) to \(shortestText(values.max() ?? .nan))"
        )
      }
      return (.spline(spline), x, spline.columnCount)
    }
    let df = try given.count("df", default: hasIntercept ? 2 : 1)
    if hasIntercept, df < 2 {
      throw .degenerate(
        expression: call.text, found: "with intercept = TRUE df is 2 or more", remedy: "df = 2 would work")
    }
    let most = distinct - (hasIntercept ? 0 : 1)
    guard df <= most,
      let spline = NaturalSpline(over: values, df: df, hasIntercept: hasIntercept)
    else {
      let working = (1...max(1, min(df, most))).last {
        NaturalSpline(over: values, df: $0, hasIntercept: hasIntercept) != nil
      }
      throw degenerate(call, x, distinct, "df", atMost: working ?? 0)
    }
    return (.spline(spline), x, df)
  }

  private static func degenerate(
    _ call: FormulaExpression, _ x: FormulaExpression, _ distinct: Int, _ what: String, atMost most: Int
  ) -> FormulaError {
    .degenerate(
      expression: call.text,
      found: "\(x.text) has \(distinct) distinct \(distinct == 1 ? "value" : "values")",
      remedy: most < 1 ? "leave the term out, or use a column that varies" : "\(what) may be at most \(most)")
  }

  /// The columns at any points.
  func columns(at points: [Double]) -> [[Double]] {
    switch self {
    case .polynomials(let polynomials): return polynomials.columns(at: points)
    case .spline(let spline): return spline.columns(at: points)
    case .powers(let degree):
      var columns = [points]
      for _ in 1..<degree { columns.append(zip(columns[columns.count - 1], points).map { $0 * $1 }) }
      return columns
    }
  }
}
