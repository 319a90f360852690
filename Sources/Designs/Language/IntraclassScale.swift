import Tables

/// Variances from intraclass correlations: σ_f² = ICC_f·τ², τ² the total of all random intercepts and the
/// residual.
///
/// 0 and 1 are allowed: a factor without variance, and groups without variance within them.
public struct IntraclassScale: Sendable, Equatable {
  /// What fixes the scale.
  public enum Scale: Sendable, Equatable {
    /// The total SD τ.
    case total(Double)
    /// The SD of the residuals (of a binary response: of its latent variable).
    case residual(Double)
  }

  /// The SD of each factor's random intercept, in the order given.
  public let interceptSDs: [Double]
  /// The SD of the residuals.
  public let residualSD: Double

  /// - Parameters:
  ///   - shares: the ICC of each factor.
  ///   - otherVariance: that of random intercepts whose SDs are known.
  ///   - scale: the total, or the residual from which it follows as (σ² + other)/(1 − Σ ICC).
  /// - Throws: `DesignFault` at `response.icc` or `response.total_sd` for shares outside 0 to 1, sums above
  ///   1, and scales that leave no solution.
  public init(
    _ shares: [(factor: String, icc: Double)], otherVariance: Double = 0, scale: Scale
  ) throws(DesignFault) {
    let path = ["response", "icc"]
    for share in shares where !(share.icc >= 0 && share.icc <= 1) {
      throw DesignFault(path + [share.factor], "ICC \(shortestText(share.icc)); 0 to 1 would work")
    }
    let sum = shares.reduce(0) { $0 + $1.icc }
    guard sum <= 1 + 1e-12 else {
      throw DesignFault(path, "the ICCs add to \(shortestText(sum)); up to 1 would work")
    }
    let rest = max(0, 1 - sum)
    let total: Double
    switch scale {
    case .total(let sd):
      guard sd >= 0, sd.isFinite else {
        throw DesignFault(["response", "total_sd"], "\(shortestText(sd)); 0 or more would work")
      }
      total = sd * sd
      let residual = total * rest - otherVariance
      guard residual >= -1e-12 * total else {
        throw DesignFault(
          ["response", "total_sd"],
          "a total variance of \(shortestText(total)) leaves \(shortestText(residual)) for the residuals beside the ICCs and the standard deviations given; a larger total would work"
        )
      }
      residualSD = max(0, residual).squareRoot()
    case .residual(let sd):
      guard sd >= 0, sd.isFinite else {
        throw DesignFault(["response", "sd", "residual"], "\(shortestText(sd)); 0 or more would work")
      }
      let known = sd * sd + otherVariance
      guard known > 0, rest > 1e-12 else {
        throw DesignFault(
          path,
          known > 0
            ? "the ICCs add to 1, which leaves no variance within groups, but there is some; total_sd in place of sd.residual, or smaller ICCs, would work"
            : "a residual variance of 0 gives no scale; total_sd in place of sd.residual would work")
      }
      total = known / rest
      residualSD = sd
    }
    interceptSDs = shares.map { ($0.icc * total).squareRoot() }
  }
}
