import Distributions
import Glibc
import LinearAlgebra
import ModelFormula
import Tables

/// What a generalized model expects at the reference point, offset left out, and how far groups differ there.
///
/// A typical group is one whose random effects are 0. The mean over groups, E g⁻¹(η + b) with b ~ N(0, z'Σ̂z), is another number, for g⁻¹ is not linear.
public struct ReferenceMean: Sendable {
  /// How the levels of one grouping factor differ at the reference point.
  public struct Spread: Sendable {
    /// The grouping factor.
    public let factor: String
    /// √(z'Σ̂z), on the scale of the link.
    public let deviation: Double
    /// The means between which the middle 95 % of its levels lie, effects of other factors at 0.
    public let lower, upper: Double
    /// exp(√2·deviation·Φ⁻¹(¾)): the median ratio of the greater to the smaller of two levels drawn at random, of odds with the logit and of means with
    /// the log.
    ///
    /// - Reference: Larsen & Merlo (2005), doi:10.1093/aje/kwi017.
    public var medianRatio: Double {
      exp(2.0.squareRoot() * deviation * NormalDistribution().quantile(0.75))
    }
  }

  /// Where predictors are held.
  public let point: ReferencePoint
  /// The linear predictor of a typical group there, without the offset.
  public let predictor: Double
  /// Its standard error, θ held.
  public let standardError: Double
  /// The mean of the response of a typical group, with its 95 % limits.
  public let mean, lower, upper: Double
  /// The mean over groups.
  public let marginalMean: Double
  /// The grouping factors one by one; none without bars.
  public let spreads: [Spread]

  private init(_ point: ReferencePoint, _ intervals: PredictionIntervals, offset: Double, link: LinkFunction)
  {
    self.point = point
    predictor = intervals.means[0] - offset
    standardError = intervals.errors[0]
    mean = link.mean(predictor: predictor)
    lower = link.mean(predictor: intervals.lower[0] - offset)
    upper = link.mean(predictor: intervals.upper[0] - offset)
    marginalMean = mean
    spreads = []
  }

  private init(_ typical: ReferenceMean, link: LinkFunction, variances: [(factor: String, variance: Double)])
  {
    point = typical.point
    predictor = typical.predictor
    standardError = typical.standardError
    (mean, lower, upper) = (typical.mean, typical.lower, typical.upper)
    let eta = typical.predictor
    marginalMean = link.averageMean(
      predictor: eta, variance: variances.reduce(0) { $0 + $1.variance })
    let quantile = NormalDistribution().quantile(0.975)
    spreads = variances.map { factor, variance in
      let deviation = variance.squareRoot()
      return Spread(
        factor: factor, deviation: deviation, lower: link.mean(predictor: eta - quantile * deviation),
        upper: link.mean(predictor: eta + quantile * deviation))
    }
  }

  /// Of a mixed model.
  /// - Throws: as `predict`.
  public init(_ fit: GeneralizedLinearMixedModelFit) throws {
    let frame = fit.model.frame
    let point = ReferencePoint(frame)
    let typical = ReferenceMean(
      point, try fit.confidenceIntervals(for: point.table, random: .none, scale: .link),
      offset: try frame.offset(for: point.table)?[0] ?? 0, link: fit.link)
    let rows = try PredictionRows(fit, data: point.table, random: .all, allowingNewLevels: true)
    let variances = fit.model.factors.indices.map { f -> (factor: String, variance: Double) in
      (fit.model.factors[f].name, max(0, rows.variance(ofFactor: f, in: fit)))
    }
    self.init(typical, link: fit.link, variances: variances)
  }

  /// Of a model without bars.
  /// - Throws: as `predict`.
  public init(_ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel) throws {
    let point = ReferencePoint(model.frame)
    self.init(
      point, try model.confidenceIntervals(fit, for: point.table, scale: .link),
      offset: try model.frame.offset(for: point.table)?[0] ?? 0, link: model.link)
  }
}

extension PredictionRows {
  /// z'Σ̂z of one factor in the first row.
  fileprivate func variance(ofFactor f: Int, in fit: some MixedModelFit) -> Double {
    guard let (_, places, columns, _) = factors.first(where: { $0.factor == f }) else { return 0 }
    let covariance = fit.covariance(ofFactor: f)
    var variance = 0.0
    for (a, i) in places.enumerated() {
      for (b, k) in places.enumerated() { variance += columns[0, a] * covariance[i, k] * columns[0, b] }
    }
    return variance
  }
}

extension LinkFunction {
  /// E g⁻¹(η + b) for b ~ N(0, v): of the log exp(η + v/2), of the probit Φ(η/√(1 + v)), of others by Gauss–Hermite quadrature with 400 nodes.
  public func averageMean(predictor eta: Double, variance v: Double) -> Double {
    precondition(v >= 0, "variance \(v)")
    switch self {
    case .log: return exp(eta + v / 2)
    case .probit: return mean(predictor: eta / (1 + v).squareRoot())
    case .logit, .cloglog, .cauchit:
      let rule = GaussHermiteRule(count: 400)
      let deviation = v.squareRoot()
      return zip(rule.nodes, rule.logWeights).reduce(0) {
        $0 + exp($1.1) * mean(predictor: eta + deviation * $1.0)
      }
    }
  }
}
