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
  /// One row a term, the constant left out; terms without a column of their own are left out.
  public let rows: [Row]

  /// Tests the terms.
  ///
  /// Marginal tests do not depend on the contrasts with which the model was fitted: the hypotheses are those of sum contrasts. Satterthwaite's
  /// denominator for several rows depends on how a hypothesis is written; lmerTest's type III rows are others, and its degrees of freedom differ a little.
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
    let hypotheses =
      kind == .marginal ? Self.marginal(fit.model) : Self.sequential(fit.model)
    var rows: [Row] = []
    for (index, name) in coding.termNames.enumerated() {
      guard let hypothesis = Self.independentRows(of: hypotheses[index + 1] ?? []) else { continue }
      let test = approximation.test(hypothesis, of: fit.fixedEffects)
      rows.append(Row(term: name, test: test, meanSquare: test.unscaled * fit.sigma * fit.sigma))
    }
    self.kind = kind
    self.method = method
    self.rows = rows
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

  /// Coefficients of the columns that sum contrasts give, as functions of β, by term.
  private static func marginal(_ model: LinearMixedModel) -> [Int: [[Double]]] {
    let (matrix, terms) = model.sumCoded
    let qr = PivotedQR(matrix)
    let p = model.fixedMatrix.columns
    var columns: [[Double]] = []
    for k in 0..<p {
      var effects = model.fixedMatrix.column(k)
      qr.applyTransposedQ(to: &effects)
      columns.append(qr.coefficients(fromEffects: effects))
    }
    var rows: [Int: [[Double]]] = [:]
    for (i, term) in terms.enumerated() where !(columns.first?[i].isNaN ?? true) {
      rows[term, default: []].append(columns.map { $0[i] })
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
