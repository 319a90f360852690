import LinearAlgebra

/// How the uncertainty of the covariance parameters enters tests of fixed effects.
public enum DegreesOfFreedomMethod: String, Sendable, CaseIterable {
  /// Degrees of freedom that match the variance of the estimated variance of a contrast.
  ///
  /// Reference: Fai & Cornelius (1996), doi:10.1080/00949659608811740; Kuznetsova, Brockhoff & Christensen (2017), doi:10.18637/jss.v082.i13.
  case satterthwaite
  /// The covariance of the fixed effects corrected for small samples, and F with matching moments; by REML.
  ///
  /// Reference: Kenward & Roger (1997), doi:10.2307/2533558; Halekoh & Højsgaard (2014), doi:10.18637/jss.v059.i09.
  case kenwardRoger = "kenward-roger"
}

/// What a method makes of the fixed effects of one fit.
protocol DenominatorApproximation {
  /// Covariance of the fixed effects (p×p), in squared units of the response per unit of the columns.
  var covariance: Matrix { get }
  /// Degrees of freedom of the t statistic of the contrast c'β.
  func degreesOfFreedom(of contrast: [Double]) -> Double
  /// The test of Lβ = 0, the rows of L linearly independent.
  func test(_ hypothesis: Matrix, of beta: [Double]) -> FTest
}

/// No correction and no degrees of freedom: Wald statistics alone, as lme4's anova gives them.
struct WaldStatistics: DenominatorApproximation {
  let covariance: Matrix

  func degreesOfFreedom(of contrast: [Double]) -> Double { .nan }

  func test(_ hypothesis: Matrix, of beta: [Double]) -> FTest {
    let value = hypothesis.meanSquaredStatistic(of: beta, covariance: covariance).value
    return FTest(value: value, unscaled: value, numerator: hypothesis.rows, denominator: .nan)
  }
}

extension Matrix {
  /// For hypotheses in rows: independent ones that say the same, and the mean of their squared t statistics.
  func meanSquaredStatistic(of beta: [Double], covariance: Matrix) -> (value: Double, directions: Matrix) {
    let (values, vectors) = (self * covariance * transposed).symmetricEigen
    let directions = vectors.transposed * self
    let estimates = directions * beta
    let q = values.count
    let sum = (0..<q).reduce(0) { $0 + estimates[$1] * estimates[$1] / values[$1] }
    return (sum / Double(q), directions)
  }
}
