import Distributions
import LinearAlgebra
import MixedModels

/// What a fit's draws say of the rows it used: linear predictors, and new responses of the same rows and groups.
///
///     η⁽ˢ⁾ = o + Xβ⁽ˢ⁾ + Zb⁽ˢ⁾,   y_rep⁽ˢ⁾ ~ p(y | η⁽ˢ⁾, σ⁽ˢ⁾ or φ⁽ˢ⁾)
///
/// Groups keep their effects; weights divide the residual variances of linear models, and of other families they are only numbers of trials.
/// - Reference: Gelman, Meng & Stern (1996), Statistica Sinica 6, 733–807.
public struct PosteriorPredictions: Sendable {
  /// The fit whose draws are taken.
  public let fit: BayesianFit
  private let model: any MixedModel
  /// Where σ or the dispersion parameter, and each factor's effects, stand among the fit's quantities.
  private let scale: Int?
  private let firstEffects: [Int]
  /// √w of the rows of linear models, and numbers of trials of binomial ones; nil where all are 1.
  private let roots, trials: [Double]?

  /// The predictions of a fit.
  public init(_ fit: BayesianFit) {
    self.fit = fit
    model = fit.model.model
    scale = fit.quantities.firstIndex { $0.kind == .sigma || $0.kind == .dispersion }
    var next = fit.quantities.firstIndex { $0.kind == .effect } ?? fit.quantities.count
    firstEffects = model.factors.map { factor in
      defer { next += factor.levels.count * factor.effectNames.count }
      return next
    }
    roots = model.frame.rowFactors
    trials = model.frame.binomial?.trials
  }

  /// Number of draws, all chains together.
  public var drawCount: Int { fit.drawCount * fit.chainCount }

  /// Linear predictors of the model's rows, on the scale of the link.
  /// - Parameter draw: from 0, chain after chain.
  /// - Complexity: O(n·(p + q)).
  public func predictors(draw: Int) -> [Double] {
    let beta = model.fixedEffectNames.indices.map { value($0, draw) }
    let modes = zip(model.factors, firstEffects).map { factor, first in
      let (levels, effects) = (factor.levels.count, factor.effectNames.count)
      var modes = Matrix(rows: levels, columns: effects)
      for j in 0..<levels {
        for k in 0..<effects { modes[j, k] = value(first + j * effects + k, draw) }
      }
      return modes
    }
    return model.linearPredictor(beta, modes: modes)
  }

  /// A response of the model's rows drawn from their distribution at a draw, in the unit of `frame.response`: of binomial rows the share of
  /// successes.
  /// - Parameter draw: from 0, chain after chain.
  public func replicate(draw: Int, from stream: inout KeyedStream) -> [Double] {
    var values = predictors(draw: draw)
    switch fit.model.likelihood {
    case .linear, .knownVariances:
      let sigma = scale(draw: draw)
      for i in values.indices { values[i] += sigma / (roots?[i] ?? 1) * stream.normal() }
    case .generalized(let model):
      let family = scale.map { model.family.with(dispersionParameter: value($0, draw)) } ?? model.family
      for i in values.indices {
        let count = trials?[i] ?? 1
        // Larger counts are no numbers of a generator's; only chains that went astray have such means.
        let mean = min(model.link.mean(predictor: values[i]), 1e12)
        values[i] = family.draw(mean: mean, trials: count, from: &stream) / count
      }
    }
    return values
  }

  /// σ or the dispersion parameter of a draw; 1 where it is known or there is none.
  func scale(draw: Int) -> Double { scale.map { value($0, draw) } ?? 1 }

  private func value(_ quantity: Int, _ draw: Int) -> Double { fit.draws[quantity * drawCount + draw] }
}
