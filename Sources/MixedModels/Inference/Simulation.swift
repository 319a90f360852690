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
    let simulator = ResponseSimulator(self)
    var draws = (0..<count).map { _ in
      keepingRandomEffects ? simulator.meanGivenEffects(conditionalModes) : simulator.mean
    }
    if !keepingRandomEffects {
      for k in draws.indices { simulator.addEffects(to: &draws[k], from: &stream) }
    }
    for k in draws.indices { simulator.addResiduals(to: &draws[k], from: &stream) }
    return draws
  }

  /// The same model, by the same method, fitted to another response of the rows used. For many responses `RepeatedFit` prepares the design once.
  /// - Throws: `FitError` if the response leaves nothing to fit.
  /// - Precondition: there is a number for each row used, none of them NaN.
  public func refit(to response: [Double]) throws(FitError) -> LinearMixedModelFit {
    precondition(response.count == observationCount, "\(response.count) numbers for \(observationCount) rows")
    return try LinearMixedModel(frame: model.frame.replacingResponse(by: response)).fit(by: method)
  }
}

/// Draws responses of one fit on memory of the caller; what does not depend on the draw is made once.
final class ResponseSimulator {
  /// o + Xβ̂.
  let mean: [Double]
  private let model: LinearMixedModel
  private let sigma: Double
  /// Λ (q×q).
  private let lambda: Matrix
  private let deviations: [Double]?
  private let codes: [Int]
  private let z: [Double]
  private var effects: [Double]
  private var unit: [Double]

  init(_ fit: LinearMixedModelFit) {
    model = fit.model
    sigma = fit.sigma
    lambda = RelativeCovarianceFactor.matrix(theta: fit.theta, blocks: fit.model.terms.map(\.columns))
    let groups = fit.model.groupLevels.count
    mean = LinearMixedModelFit.fitted(
      fit.model, fit.fixedEffects, modes: Matrix(rows: groups, columns: 0))
    deviations = fit.model.frame.rowFactors.map { roots in roots.map { fit.sigma / $0 } }
    codes = fit.model.groupCodes
    z = fit.model.randomMatrix.storage
    effects = [Double](repeating: 0, count: groups * lambda.rows)
    unit = [Double](repeating: 0, count: lambda.rows)
  }

  /// o + Xβ̂ + Zb.
  func meanGivenEffects(_ modes: Matrix) -> [Double] {
    var y = mean
    effects = modes.storage
    add(to: &y)
    return y
  }

  /// y ← y + Zb with new random effects, drawn term by term and level by level, a term's effects side by side.
  func addEffects<Stream: UniformStream>(to y: inout [Double], from stream: inout Stream) {
    let groups = model.groupLevels.count
    let q = lambda.rows
    for t in 0..<model.reduction.blocks.count {
      let term = model.reduction.blocks[t]
      for j in 0..<groups {
        for k in term { unit[k] = stream.normal() }
        for row in term {
          var sum = 0.0
          for k in term.lowerBound...row { sum += sigma * lambda.storage[row + k * q] * unit[k] }
          effects[j + row * groups] = sum
        }
      }
    }
    add(to: &y)
  }

  private func add(to y: inout [Double]) {
    let (n, groups) = (y.count, model.groupLevels.count)
    for k in 0..<lambda.rows {
      for i in 0..<n { y[i] += z[i + k * n] * effects[codes[i] + k * groups] }
    }
  }

  /// y ← y + ε, ε ~ N(0, σ̂²/w).
  func addResiduals<Stream: UniformStream>(to y: inout [Double], from stream: inout Stream) {
    if let deviations {
      for i in y.indices { y[i] += deviations[i] * stream.normal() }
    } else {
      for i in y.indices { y[i] += sigma * stream.normal() }
    }
  }
}
