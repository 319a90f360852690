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
    let simulator = ResponseSimulator(self, sigma: sigma)
    var draws = (0..<count).map { _ in
      keepingRandomEffects ? simulator.meanGivenEffects(randomEffects.map(\.modes)) : simulator.mean
    }
    if !keepingRandomEffects {
      for k in draws.indices {
        simulator.drawEffects(from: &stream)
        simulator.addEffects(to: &draws[k])
      }
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
  private let factors: [RandomFactor]
  /// Columns and number of levels of each term; by columns of Z the factor and where the column's effects begin in `effects`.
  private let terms: [(columns: Range<Int>, levelCount: Int)]
  private let factorOf, start: [Int]
  private let sigma: Double
  /// Λ (q×q).
  private let lambda: Matrix
  private let deviations: [Double]?
  private let z: [Double]
  /// b of all levels, column after column.
  private var effects: [Double]
  private var unit: [Double]

  /// - Parameter sigma: σ̂, in whose units Λ is; 1 for generalized models.
  init(_ fit: some MixedModelFit, sigma: Double) {
    let model = fit.model
    factors = model.factors
    self.sigma = sigma
    lambda = RelativeCovarianceFactor.matrix(theta: fit.theta, blocks: model.terms.map(\.columns))
    terms = model.terms.map { ($0.columns, model.factors[$0.factor].levels.count) }
    factorOf = model.terms.flatMap { term in term.columns.map { _ in term.factor } }
    var start = [0]
    for factor in factorOf { start.append(start.last! + model.factors[factor].levels.count) }
    self.start = start
    mean = model.linearPredictor(fit.fixedEffects, modes: [])
    deviations = model.frame.rowFactors.map { roots in roots.map { sigma / $0 } }
    z = model.randomMatrix.storage
    effects = [Double](repeating: 0, count: start.last!)
    unit = [Double](repeating: 0, count: lambda.rows)
  }

  /// o + Xβ̂ + Zb, b by factors (J×q_f).
  func meanGivenEffects(_ modes: [Matrix]) -> [Double] {
    var y = mean
    for (factor, modes) in zip(factors, modes) {
      for (k, column) in factor.columns.enumerated() {
        for j in 0..<modes.rows { effects[start[column] + j] = modes[j, k] }
      }
    }
    addEffects(to: &y)
    return y
  }

  /// Draws new random effects b ~ N(0, Σ̂): term by term and level by level, a term's effects side by side.
  func drawEffects<Stream: UniformStream>(from stream: inout Stream) {
    let q = lambda.rows
    for t in 0..<terms.count {
      let term = terms[t].columns
      for j in 0..<terms[t].levelCount {
        for k in term { unit[k] = stream.normal() }
        for row in term {
          var sum = 0.0
          for k in term.lowerBound...row { sum += sigma * lambda.storage[row + k * q] * unit[k] }
          effects[start[row] + j] = sum
        }
      }
    }
  }

  /// The random effects drawn last, by factors (J×q_f).
  var drawnEffects: [Matrix] {
    factors.map { factor in
      Matrix(
        rows: factor.levels.count, columns: factor.columns.count,
        storage: factor.columns.flatMap { effects[start[$0]..<start[$0 + 1]] })
    }
  }

  /// y ← y + Zb with the random effects drawn last.
  func addEffects(to y: inout [Double]) {
    let n = y.count
    for k in 0..<lambda.rows {
      let codes = factors[factorOf[k]].codes
      let first = start[k]
      for i in 0..<n { y[i] += z[i + k * n] * effects[first + codes[i]] }
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
