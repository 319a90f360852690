import Tables

/// What a model is told about columns beside its formula.
public struct ColumnRoles: Sendable, Equatable {
  /// Numeric columns to be read as factors.
  public var factors: Set<String>
  /// The contrasts of factors, by column; treatment contrasts for all others.
  public var contrasts: [String: Contrast]
  /// The column of prior weights: the residual variance of a row is σ²/w. Weights are positive and finite.
  public var weights: String?
  /// The column of the rows' known standard errors s, positive and finite, in place of weights: they are then 1/s².
  public var standardErrors: String?
  /// A column that is added to the linear predictor with the coefficient 1, beside `offset(…)` in the formula.
  public var offset: String?
  /// What `||` does with a factor.
  public var doubleBar: DoubleBar

  /// Roles of columns; none unless given.
  public init(
    factors: Set<String> = [], contrasts: [String: Contrast] = [:], weights: String? = nil,
    offset: String? = nil,
    doubleBar: DoubleBar = .split, standardErrors: String? = nil
  ) {
    self.factors = factors
    self.contrasts = contrasts
    self.weights = weights
    self.standardErrors = standardErrors
    self.offset = offset
    self.doubleBar = doubleBar
  }

  /// The contrasts of a factor of a formula: those of the column x for x and `factor(x)`.
  func contrast(of factor: FormulaExpression) -> Contrast {
    if contrasts.isEmpty { return .treatment }
    return factor.variables.first.flatMap { contrasts[$0] } ?? .treatment
  }

  /// Looks whether all contrasts are for factors.
  /// - Parameter predictors: the factors of the formula's terms.
  /// - Throws: `FormulaError.missingVariable` or `.contrastWithoutFactor`.
  func checkContrasts(in data: DataTable, predictors: [FormulaExpression]) throws(FormulaError) {
    for name in contrasts.keys.sorted() {
      guard let column = data[name] else { throw .missingVariable(name, available: data.columnNames) }
      switch column.values {
      case .text, .logical: continue
      case .integer, .real:
        if factors.contains(name) || predictors.contains(where: { $0.factorColumn == name }) { continue }
        throw .contrastWithoutFactor(column: name, found: column.typeDescription)
      }
    }
  }
}

/// How a factor of k levels becomes k − 1 columns beside a constant.
public enum Contrast: String, Sendable, CaseIterable {
  /// Each level but the first against the first (R's `contr.treatment`).
  case treatment
  /// Each level but the last against the mean of all (`contr.sum`).
  case sum
  /// Each level but the first against the mean of those before it (`contr.helmert`).
  case helmert
  /// Orthogonal polynomials over equally spaced levels (`contr.poly`).
  case poly
}

/// What `(… || g)` does with the columns of a factor; numeric columns always stand in terms of their own.
public enum DoubleBar: String, Sendable, CaseIterable {
  /// The indicator of each level is a term of its own, so that nothing is correlated.
  case split
  /// All levels stand in one term with correlations, as lme4 does it.
  case lme4
}
