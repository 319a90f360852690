import Distributions
import LinearAlgebra

extension LinearMixedModelFit {
  /// Responses drawn from the fitted model: o + Xβ̂ + Zb + ε with new random effects, b ~ N(0, Σ̂), or those of the fit; ε ~ N(0, σ̂²/w).
  ///
  /// Random effects of all draws come first, term by term and level by level with a term's effects side by side, then the residuals of all
  /// draws: the order of R's `simulate`, so that an `RStream` gives its numbers (but lme4 1.1-31 leaves weights out of the residuals).
  /// - Parameters:
  ///   - count: number of responses.
  ///   - keepingRandomEffects: whether b is the fit's conditional modes; nothing is drawn for them then.
  /// - Returns: one response of the rows used for each draw.
  public func simulate<Stream: UniformStream>(
    count: Int, keepingRandomEffects: Bool = false, from stream: inout Stream
  ) -> [[Double]] {
    let n = observationCount
    var draws: [[Double]] = []
    for _ in 0..<count {
      let effects = keepingRandomEffects ? randomEffects.map(\.modes) : drawnEffects(from: &stream)
      draws.append(LinearMixedModelFit.fitted(model, fixedEffects, modes: effects))
    }
    let roots = model.frame.rowFactors
    for k in draws.indices {
      for i in 0..<n { draws[k][i] += sigma * stream.normal() / (roots?[i] ?? 1) }
    }
    return draws
  }

  /// New random effects of all levels, b ~ N(0, Σ̂), by factors (J×q_f): term by term and level by level.
  func drawnEffects<Stream: UniformStream>(from stream: inout Stream) -> [Matrix] {
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
    var effects = model.factors.map { Matrix(rows: $0.levels.count, columns: $0.columns.count) }
    for term in model.terms {
      let factor = model.factors[term.factor]
      let places = term.columns.map { factor.columns.firstIndex(of: $0)! }
      for j in factor.levels.indices {
        let u = term.columns.map { _ in stream.normal() }
        for (a, row) in term.columns.enumerated() {
          for b in 0...a {
            effects[term.factor][j, places[a]] += sigma * lambda[row, term.columns.lowerBound + b] * u[b]
          }
        }
      }
    }
    return effects
  }

  /// The same model, by the same method, fitted to another response of the rows used.
  /// - Throws: `FitError` if the response leaves nothing to fit.
  /// - Precondition: there is a number for each row used, none of them NaN.
  public func refit(to response: [Double]) throws(FitError) -> LinearMixedModelFit {
    precondition(response.count == observationCount, "\(response.count) numbers for \(observationCount) rows")
    return try LinearMixedModel(frame: model.frame.replacingResponse(by: response)).fit(by: method)
  }
}
