import Distributions
import Glibc
import MixedModels
import ModelFormula
import Tables

@testable import BayesianModels

/// Where data with known parameters come from: a small unbalanced design, its model, and proper priors.
struct CalibrationDesign: Sendable {
  /// The model, of the response y, predictors x and z and the groups g.
  let formula: String
  /// Names of the columns of the fixed effects, and of those among them that vary by group.
  let fixed, random: [String]
  /// Whether the intercept varies over a second factor `h`, crossed with the groups; its standard deviation's prior is the last one.
  var isCrossed = false
  /// Where parameters are drawn from, and the posterior's priors.
  let priors: ModelPriors
  /// Key of all random numbers.
  let seed: UInt64
  /// How many data sets are drawn.
  var dataSets = 500

  /// Rows of each group.
  static let sizes = [2, 6, 3, 5, 4, 2, 6]
  /// The groups' names.
  static let levels = ["a", "b", "c", "d", "e", "f", "g"]
  /// Row by row: the number of the group.
  static let groups = sizes.indices.flatMap { Array(repeating: $0, count: sizes[$0]) }

  /// The second factor's levels, and row by row the number of its level.
  static let crossedLevels = ["p", "q", "r", "s"]
  static let crossedCodes = groups.indices.map { ($0 * 3 + $0 / 5) % crossedLevels.count }

  /// A column of the design; neither predictor is centred.
  static func column(_ name: String) -> [Double] {
    groups.indices.map { i in
      switch name {
      case "x": Double((i * 7) % 11) / 5 - 0.6
      case "z": Double((i * 5) % 13) / 6 - 0.9
      default: 1
      }
    }
  }
}

/// Parameters and effects drawn from a design's priors, and a response drawn given them.
struct DrawnTruth {
  let design: CalibrationDesign
  let fixed, deviations: [Double]
  /// The standard deviation over the second factor, and its levels' effects; 0 where there is none.
  let crossedDeviation: Double
  let crossedEffects: [Double]
  let sigma: Double
  /// Row i of the lower factor of the correlation matrix.
  let factor: [[Double]]
  /// Effect k of group j at [j][k].
  let effects: [[Double]]
  let response: [Double]

  init(_ design: CalibrationDesign, number: UInt32) {
    self.design = design
    var stream = KeyedStream(seed: design.seed, replicate: number)
    let priors = design.priors
    fixed = priors.fixedEffects.map { Self.draw($0, &stream) }
    let deviations = priors.deviations.prefix(design.random.count).map { Self.draw($0, &stream) }
    let sigma = Self.draw(priors.sigma!, &stream)
    let factor = Self.drawFactor(order: deviations.count, shape: priors.correlationShapes[0], &stream)
    let effects = CalibrationDesign.levels.map { _ in
      let normal = deviations.map { _ in stream.normal() }
      return factor.indices.map { i in
        deviations[i] * zip(factor[i], normal).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    (self.deviations, self.sigma, self.factor, self.effects) = (deviations, sigma, factor, effects)
    let crossedDeviation = design.isCrossed ? Self.draw(priors.deviations[design.random.count], &stream) : 0
    self.crossedDeviation = crossedDeviation
    crossedEffects = CalibrationDesign.crossedLevels.map { _ in
      design.isCrossed ? crossedDeviation * stream.normal() : 0
    }
    let mean = Self.mean(design, fixed: fixed, effects: effects, crossed: crossedEffects)
    response = mean.map { $0 + sigma * stream.normal() }
  }

  /// The model of the drawn response.
  func model() throws -> LinearMixedModel {
    let data = DataTable([
      Column("y", response), Column("x", CalibrationDesign.column("x")),
      Column("z", CalibrationDesign.column("z")),
      Column("g", CalibrationDesign.groups.map { CalibrationDesign.levels[$0] }),
      Column("h", CalibrationDesign.crossedCodes.map { CalibrationDesign.crossedLevels[$0] }),
    ])
    return try LinearMixedModel(ModelFormula(design.formula), data: data)
  }

  /// The true value of a quantity of the posterior.
  func value(of quantity: BayesianFit.Quantity) -> Double? {
    func place(_ name: Substring?) -> Int? { design.random.firstIndex { $0[...] == name } }
    switch quantity.kind {
    case .sigma: return sigma
    case .fixed: return design.fixed.firstIndex { $0 == quantity.term }.map { fixed[$0] }
    case .deviation where quantity.group == "h": return crossedDeviation
    case .effect where quantity.group == "h":
      return CalibrationDesign.crossedLevels.firstIndex { $0 == quantity.level }.map { crossedEffects[$0] }
    case .deviation: return place(quantity.term?[...]).map { deviations[$0] }
    case .correlation:
      let pair = quantity.term?.split(separator: ".") ?? []
      guard pair.count == 2, let j = place(pair[0]), let i = place(pair[1]) else { return nil }
      return zip(factor[i], factor[j]).reduce(0) { $0 + $1.0 * $1.1 }
    case .effect:
      guard let j = CalibrationDesign.levels.firstIndex(where: { $0 == quantity.level }) else { return nil }
      return place(quantity.term?[...]).map { effects[j][$0] }
    case .coefficient, .dispersion: return nil
    }
  }

  /// The log likelihood of the response given everything, up to a constant.
  func logLikelihood(fixed: [Double], effects: [[Double]], crossed: [Double], sigma: Double) -> Double {
    let mean = Self.mean(design, fixed: fixed, effects: effects, crossed: crossed)
    let squares = zip(response, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return -Double(response.count) * log(sigma) - squares / (2 * sigma * sigma)
  }

  private static func mean(
    _ design: CalibrationDesign, fixed: [Double], effects: [[Double]], crossed: [Double]
  ) -> [Double] {
    var mean = CalibrationDesign.crossedCodes.map { crossed[$0] }
    for (k, name) in design.fixed.enumerated() {
      let own = design.random.firstIndex(of: name)
      for (i, x) in CalibrationDesign.column(name).enumerated() {
        mean[i] += x * (fixed[k] + (own.map { effects[CalibrationDesign.groups[i]][$0] } ?? 0))
      }
    }
    return mean
  }

  private static func draw(_ prior: Prior, _ stream: inout KeyedStream) -> Double {
    switch prior {
    case .flat: preconditionFailure("nothing is drawn from an improper prior")
    case .normal(let mean, let sd): mean + sd * stream.normal()
    case .studentT(let nu, let location, let scale):
      location + scale * stream.studentT(degreesOfFreedom: nu)
    case .uniform(let lower, let upper): lower + (upper - lower) * stream.uniform()
    case .halfNormal(let sd): abs(sd * stream.normal())
    case .halfT(let nu, let scale): abs(scale * stream.studentT(degreesOfFreedom: nu))
    case .halfCauchy(let scale): abs(scale * stream.studentT(degreesOfFreedom: 1))
    case .exponential(let rate): stream.exponential(rate: rate)
    case .inverseGamma(let shape, let scale):
      (scale / stream.gamma(shape: shape, scale: 1)).squareRoot()
    }
  }

  /// The factor of a correlation matrix of density det(R)^(η − 1), by partial correlations 2Beta − 1.
  ///
  /// - Reference: Lewandowski, Kurowicka & Joe (2009), section 2.4, doi:10.1016/j.jmva.2009.04.008.
  private static func drawFactor(order: Int, shape: Double, _ stream: inout KeyedStream) -> [[Double]] {
    (0..<order).map { i in
      var row = [Double](repeating: 0, count: order)
      var rest = 1.0
      for j in 0..<i {
        let a = shape + Double(order - 2 - j) / 2
        let partial = 2 * stream.beta(shape1: a, shape2: a) - 1
        row[j] = partial * rest.squareRoot()
        rest *= 1 - partial * partial
      }
      row[i] = rest.squareRoot()
      return row
    }
  }
}
