import Glibc
import LinearAlgebra
import MixedModels

/// The priors of all parameters of a mixed model.
///
/// Standard deviations of effects are in the units of the data, or of the link; the residual's in those of the data. Correlation matrices of terms have the distribution of Lewandowski,
/// Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008, whose density is det(R)^(η − 1): at η = 1 a single correlation is uniform on (−1, 1).
public struct ModelPriors: Sendable, Equatable {
  /// One prior a fixed effect, in the model's order.
  public var fixedEffects: [Prior]
  /// One prior a random-effects column's standard deviation, in the model's order.
  public var deviations: [Prior]
  /// The residual standard deviation's; nil where there is none, or it is known.
  public var sigma: Prior?
  /// That of the negative binomial's θ or of Gamma's shape; nil for other families.
  public var dispersion: Prior?
  /// η of each random-effects term's correlation matrix; of no meaning where it has one effect.
  public var correlationShapes: [Double]

  /// Priors one by one.
  public init(
    fixedEffects: [Prior], deviations: [Prior], sigma: Prior?, correlationShapes: [Double],
    dispersion: Prior? = nil
  ) {
    self.fixedEffects = fixedEffects
    self.deviations = deviations
    self.sigma = sigma
    self.dispersion = dispersion
    self.correlationShapes = correlationShapes
  }

  /// The lecture's priors: fixed effects N(0, 1000), standard deviations uniform on (0, 1000), correlations uniform.
  /// - Parameter isVariance: whether 1000 is the normal distributions' variance; if not, their standard deviation. (JAGS and BUGS would read a precision.)
  public static func slides(_ likelihood: BayesianMixedModel.Likelihood, isVariance: Bool) -> ModelPriors {
    let model = likelihood.model
    let normal = Prior.normal(mean: 0, sd: isVariance ? 1000.squareRoot() : 1000)
    return ModelPriors(
      fixedEffects: model.fixedEffectNames.map { _ in normal },
      deviations: model.randomEffectNames.map { _ in .uniform(0, 1000) },
      sigma: likelihood.hasSigma ? .uniform(0, 1000) : nil,
      correlationShapes: model.terms.map { _ in 1 },
      dispersion: likelihood.hasDispersion ? .uniform(0, 1000) : nil)
  }

  /// Weakly informative priors on the scale of the data, with s_y and m_y the response's standard deviation and mean, s_x a column's root mean square about its mean:
  ///
  ///     intercept N(m_y, 2.5 s_y)   slopes N(0, 2.5 s_y/s_x)   σ half-t₃(s_y)   deviations half-t₃(s_y), of slopes s_y/s_x   correlations LKJ(2)
  ///
  /// Generalized models have the link's scale in place of the data's: m_y is the link of the mean response and s_y is 1; the negative binomial's θ and
  /// Gamma's shape are half-Cauchy(10). Known residual variances stand in the weights, and s_y is then that of the data.
  ///
  /// An intercept is the response at predictors of 0: its standard deviation grows by what slopes of one prior standard deviation move it from their means.
  /// - Reference: Gelman (2006), doi:10.1214/06-BA117A; the factor 2.5 is rstanarm's.
  public static func weaklyInformative(_ likelihood: BayesianMixedModel.Likelihood) -> ModelPriors {
    let model = likelihood.model
    let (mean, scale) = likelihood.responseScale
    /// Spread of a column; 0 for a constant, which is an intercept.
    func spread(_ column: ArraySlice<Double>) -> (mean: Double, sd: Double) { moments(Array(column)) }
    let x = model.fixedMatrix
    let columns = (0..<x.columns).map { spread(x.storage[$0 * x.rows..<($0 + 1) * x.rows]) }
    let hasIntercept = columns.contains { $0.sd <= 1e-12 * abs($0.mean) && $0.mean != 0 }
    var distance = 1.0
    for column in columns where column.sd > 1e-12 * abs(column.mean) {
      distance += column.mean * column.mean / (column.sd * column.sd)
    }
    let fixed = columns.map { column -> Prior in
      if column.sd <= 1e-12 * abs(column.mean) {
        let unit = column.mean == 0 ? 1 : abs(column.mean)
        return .normal(mean: mean / column.mean, sd: 2.5 * scale * distance.squareRoot() / unit)
      }
      // Without an intercept a column may stand for one.
      let size = hasIntercept ? column.sd : (column.sd * column.sd + column.mean * column.mean).squareRoot()
      let shift = hasIntercept ? 0 : abs(mean)
      return .normal(mean: 0, sd: 2.5 * (scale + shift) / size)
    }
    let z = model.randomMatrix
    let deviations = (0..<z.columns).map { k -> Prior in
      let column = spread(z.storage[k * z.rows..<(k + 1) * z.rows])
      let isConstant = column.sd <= 1e-12 * abs(column.mean)
      return .halfT(
        degreesOfFreedom: 3, scale: scale / (isConstant ? max(abs(column.mean), 1e-300) : column.sd))
    }
    return ModelPriors(
      fixedEffects: fixed, deviations: deviations,
      sigma: likelihood.hasSigma ? .halfT(degreesOfFreedom: 3, scale: scale) : nil,
      correlationShapes: model.terms.map { _ in 2 },
      dispersion: likelihood.hasDispersion ? .halfCauchy(scale: 10) : nil)
  }

  static func moments(_ v: [Double]) -> (mean: Double, sd: Double) {
    let n = Double(max(v.count, 1))
    let mean = v.reduce(0, +) / n
    let squares = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / max(n - 1, 1)).squareRoot())
  }
}
