import Distributions

/// Draws responses of one fit of a generalized mixed model.
final class GeneralizedSimulator {
  private let effects: ResponseSimulator
  private let family: ResponseFamily
  private let link: LinkFunction
  private let trials: [Double]?

  init(_ fit: GeneralizedLinearMixedModelFit) {
    effects = ResponseSimulator(fit, sigma: 1)
    family = fit.effectiveFamily
    link = fit.link
    trials = fit.model.frame.binomial?.trials
  }

  /// Linear predictors with new random effects.
  func predictors(from stream: inout some UniformStream) -> [Double] {
    var eta = effects.mean
    effects.drawEffects(from: &stream)
    effects.addEffects(to: &eta)
    return eta
  }

  /// Puts responses in place of their linear predictors.
  func draw(_ values: inout [Double], from stream: inout some VariateStream) {
    for i in values.indices {
      values[i] = family.draw(
        mean: link.mean(predictor: values[i]), trials: trials?[i] ?? 1, from: &stream)
    }
  }

  /// A response with new random effects.
  func response(from stream: inout some VariateStream) -> [Double] {
    var values = predictors(from: &stream)
    draw(&values, from: &stream)
    return values
  }
}

extension ResponseFamily {
  /// A response drawn, successes of a binomial one.
  package func draw(mean: Double, trials: Double, from stream: inout some VariateStream) -> Double {
    switch self {
    case .binomial: Double(stream.binomial(size: Int(trials), probability: mean))
    case .poisson: Double(stream.poisson(mean: mean))
    case .negativeBinomial(let theta): Double(stream.negativeBinomial(size: theta, mean: mean))
    case .gamma(let shape): stream.gamma(shape: shape, scale: mean / shape)
    }
  }
}
