import Glibc
import LinearAlgebra
import MixedModels

/// The priors of all parameters of a linear mixed model.
///
/// Standard deviations of effects and the residual's are in the units of the data; correlation matrices of terms have the distribution of Lewandowski,
/// Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008, whose density is det(R)^(η − 1): at η = 1 a single correlation is uniform on (−1, 1).
public struct ModelPriors: Sendable, Equatable {
  /// One prior a fixed effect, in the model's order.
  public var fixedEffects: [Prior]
  /// One prior a random-effects column's standard deviation, in the model's order.
  public var deviations: [Prior]
  /// The residual standard deviation's.
  public var sigma: Prior
  /// η of each random-effects term's correlation matrix; of no meaning where it has one effect.
  public var correlationShapes: [Double]

  /// Priors one by one.
  public init(fixedEffects: [Prior], deviations: [Prior], sigma: Prior, correlationShapes: [Double]) {
    self.fixedEffects = fixedEffects
    self.deviations = deviations
    self.sigma = sigma
    self.correlationShapes = correlationShapes
  }

  /// The lecture's priors: fixed effects N(0, 1000), standard deviations uniform on (0, 1000), correlations uniform.
  /// - Parameter isVariance: whether 1000 is the normal distributions' variance; if not, their standard deviation. (JAGS and BUGS would read a precision.)
  public static func slides(_ model: LinearMixedModel, isVariance: Bool) -> ModelPriors {
    let normal = Prior.normal(mean: 0, sd: isVariance ? 1000.squareRoot() : 1000)
    return ModelPriors(
      fixedEffects: model.fixedEffectNames.map { _ in normal },
      deviations: model.randomEffectNames.map { _ in .uniform(0, 1000) }, sigma: .uniform(0, 1000),
      correlationShapes: model.terms.map { _ in 1 })
  }

  /// Weakly informative priors on the scale of the data, with s_y and m_y the response's standard deviation and mean, s_x a column's root mean square about its mean:
  ///
  ///     intercept N(m_y, 2.5 s_y)   slopes N(0, 2.5 s_y/s_x)   σ half-t₃(s_y)   deviations half-t₃(s_y), of slopes s_y/s_x   correlations LKJ(2)
  ///
  /// An intercept is the response at predictors of 0: its standard deviation grows by what slopes of one prior standard deviation move it from their means.
  /// - Reference: Gelman (2006), doi:10.1214/06-BA117A; the factor 2.5 is rstanarm's.
  public static func weaklyInformative(_ model: LinearMixedModel) -> ModelPriors {
    let y = model.frame.response
    let (mean, sd) = moments(y)
    let scale = sd > 0 ? sd : 1
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
      fixedEffects: fixed, deviations: deviations, sigma: .halfT(degreesOfFreedom: 3, scale: scale),
      correlationShapes: model.terms.map { _ in 2 })
  }

  private static func moments(_ v: [Double]) -> (mean: Double, sd: Double) {
    let n = Double(max(v.count, 1))
    let mean = v.reduce(0, +) / n
    let squares = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / max(n - 1, 1)).squareRoot())
  }
}
