import LinearAlgebra
import ModelFormula

/// F tests of the terms of a fit's fixed part.
public struct AnalysisOfVariance: Sendable, Equatable {
  /// What the terms are tested against.
  public enum Kind: Int, Sendable, CaseIterable {
    /// Each term after the ones before it.
    case sequential = 1
    /// Each term with all others kept, factors at the mean of their levels (SAS's type III).
    case marginal = 3
  }

  /// One term.
  public struct Row: Sendable, Equatable {
    /// Its name, e.g. `recipe:temperature`.
    public let term: String
    /// Its test.
    public let test: FTest
    /// The unscaled F times σ̂², in squared units of the response.
    public let meanSquare: Double
    /// The mean square times its degrees of freedom.
    public var sumOfSquares: Double { meanSquare * Double(test.numerator) }
  }

  /// Sequential or marginal.
  public let kind: Kind
  /// How the degrees of freedom are found; nil for none, so that no test has a p value.
  public let method: DegreesOfFreedomMethod?
  /// One row a term, the constant and `untestedTerms` left out.
  public let rows: [Row]
  /// Terms that leave nothing to test, because other terms' columns span theirs.
  public let untestedTerms: [String]
  /// For marginal tests the combinations of levels that no row of the data has, e.g. `fb:tw`: the hypotheses depend on which.
  public let emptyCells: [String]

  /// Tests the terms.
  ///
  /// Marginal tests depend neither on the contrasts with which the model was fitted nor, but for Satterthwaite's denominators of several rows, on
  /// which level is the first (see `MarginalHypotheses`).
  /// - Throws: `FitError.needsREML` for Kenward–Roger after a fit by ML.
  public init(
    _ fit: LinearMixedModelFit, kind: Kind = .marginal, method: DegreesOfFreedomMethod? = .satterthwaite
  )
    throws(FitError)
  {
    let approximation: any DenominatorApproximation =
      if let method { try fit.approximation(method) } else {
        WaldStatistics(covariance: fit.fixedEffectCovariance)
      }
    let coding = fit.model.frame.fixedCoding
    let hypotheses: [Int: Matrix]
    switch kind {
    case .sequential:
      hypotheses = Self.sequential(fit.model).compactMapValues { Self.independentRows(of: $0) }
      emptyCells = []
    case .marginal:
      let marginal = MarginalHypotheses(fit.model)
      hypotheses = marginal.rows
      emptyCells = marginal.emptyCells
    }
    var rows: [Row] = []
    var untested: [String] = []
    for (index, name) in coding.termNames.enumerated() {
      guard let hypothesis = hypotheses[index + 1] else {
        untested.append(name)
        continue
      }
      let test = approximation.test(hypothesis, of: fit.fixedEffects)
      rows.append(Row(term: name, test: test, meanSquare: test.unscaled * fit.sigma * fit.sigma))
    }
    self.kind = kind
    self.method = method
    self.rows = rows
    untestedTerms = untested
  }

  /// Rows of R in X = QR with ones on the diagonal (Doolittle's), by term. Degrees of freedom of several rows together depend on their scale.
  private static func sequential(_ model: LinearMixedModel) -> [Int: [[Double]]] {
    let qr = PivotedQR(model.fixedMatrix)
    let p = model.fixedMatrix.columns
    var rows: [Int: [[Double]]] = [:]
    for k in 0..<p {
      let row = (0..<p).map { $0 < k ? 0 : qr.factors[k, $0] / qr.factors[k, k] }
      rows[model.termOfFixedEffect[k], default: []].append(row)
    }
    return rows
  }

  private static func independentRows(of rows: [[Double]]) -> Matrix? {
    // What is left of a zero is rounding.
    let size = rows.joined().reduce(0) { max($0, abs($1)) }
    let kept = rows.filter { $0.contains { abs($0) > 1e-10 * size } }
    guard !kept.isEmpty else { return nil }
    let qr = PivotedQR(Matrix(kept).transposed)
    return Matrix(qr.pivot[..<qr.rank].sorted().map { kept[$0] })
  }
}
