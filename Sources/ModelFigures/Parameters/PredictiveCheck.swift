import Distributions
import MixedModels
import Plotting

/// Whether responses drawn from a fitted model look like the observed ones: their densities side by side.
///
/// New random effects and residuals are drawn at the estimates; what the estimates leave uncertain is not in the draws.
///
/// Reference: Gelman, Meng & Stern (1996), Posterior predictive assessment of model fitness via realized discrepancies. Statistica Sinica 6, 733–807; here with the
/// parameters held at their estimates.
public struct PredictiveCheck: Sendable, Equatable {
  /// Places at which densities are given, ascending.
  public let places: [Double]
  /// The density of the observed responses.
  public let observed: [Double]
  /// The density of each draw.
  public let drawn: [[Double]]

  /// Standard deviation of the observed responses.
  public let observedDeviation: Double
  /// Standard deviation of each draw.
  public let drawnDeviations: [Double]

  /// The number of draws.
  static let count = 20
  private static let placeCount = 121
  /// Of more values than these an even selection along their order is used.
  private static let mostValues = 800

  /// Draws from a fit, always the same; nil where all responses are equal.
  init?(_ fit: LinearMixedModelFit) {
    var stream = KeyedStream(seed: 1)
    self.init([fit.model.frame.response] + fit.simulate(count: PredictiveCheck.count, from: &stream))
  }

  /// The observed numbers and those of each draw; nil where all are equal.
  private init?(_ responses: [[Double]]) {
    let samples = responses.map { PredictiveCheck.selection($0.sorted()) }
    guard samples.allSatisfy({ ($0.first ?? 0) < ($0.last ?? 0) }) else { return nil }
    let densities = samples.map { KernelDensity($0) }
    let low = densities.map(\.support.lowerBound).min()!
    let high = densities.map(\.support.upperBound).max()!
    let step = (high - low) / Double(PredictiveCheck.placeCount - 1)
    let grid = (0..<PredictiveCheck.placeCount).map { low + Double($0) * step }
    let curves = densities.map { density in grid.map { density.value(at: $0) } }
    let spreads = responses.map(PredictiveCheck.standardDeviation)
    (observedDeviation, drawnDeviations) = (spreads[0], Array(spreads.dropFirst()))
    places = grid
    observed = curves[0]
    drawn = Array(curves.dropFirst())
  }

  /// Draws from a generalized fit: counts and positive numbers as they are, successes as shares of the levels of the grouping factor with the fewest levels of
  /// those that have five; nil without such a factor, and where all numbers are equal.
  /// - Returns: the check, and the name of the factor whose levels are compared.
  static func ofResponses(
    _ fit: GeneralizedLinearMixedModelFit
  ) -> (check: PredictiveCheck?, grouping: String) {
    let frame = fit.model.frame
    var stream = KeyedStream(seed: 1)
    guard let binomial = frame.binomial else {
      let drawn = fit.simulate(count: PredictiveCheck.count, from: &stream)
      return (PredictiveCheck([frame.response] + drawn), "")
    }
    let factors = fit.model.factors.filter { $0.levels.count >= 5 }
    guard let factor = factors.min(by: { $0.levels.count < $1.levels.count }) else { return (nil, "") }
    func shares(_ successes: [Double]) -> [Double] {
      var (sums, trials) = (factor.levels.map { _ in 0.0 }, factor.levels.map { _ in 0.0 })
      for (i, level) in factor.codes.enumerated() {
        sums[level] += successes[i]
        trials[level] += binomial.trials[i]
      }
      return zip(sums, trials).map(/)
    }
    let drawn = fit.simulate(count: PredictiveCheck.count, from: &stream)
    return (PredictiveCheck(([binomial.successes] + drawn).map(shares)), factor.name)
  }

  private static func standardDeviation(_ values: [Double]) -> Double {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
  }

  static func selection(_ sorted: [Double]) -> [Double] {
    guard sorted.count > mostValues else { return sorted }
    return (0..<mostValues).map { sorted[$0 * (sorted.count - 1) / (mostValues - 1)] }
  }

  /// Draws thin and grey, the observed over them.
  var marks: [any Mark] {
    let grey = Appearance.fixed(CategoryStyle(Colour(hex: 0x8C8C8C), lineScale: 0.5))
    return drawn.map { LineMark(x: places, y: $0, grey) }
      + [LineMark(x: places, y: observed, .fixed(CategoryStyle(OkabeIto.blue)), width: 1.8)]
  }
}
