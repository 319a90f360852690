import Glibc
import LinearAlgebra

/// The log-likelihood of a mixed model's rows given fixed and random effects, with its gradient:
///
///     ℓ(β, b, φ) = Σ_i log f(y_i | η_i, φ),   η = o + Xβ + Σ_f Z_f b_f
///
/// φ is the residual standard deviation of linear models (their rows N(η, φ²/w)), θ of the negative binomial, or the shape of Gamma; of no meaning elsewhere.
///
/// A workspace for one task: it owns its memory, and evaluations allocate nothing. Rows stand by the levels of the factor with the most of them.
/// - Complexity: O(n·(p + q)).
package final class ConditionalLikelihood {
  package typealias Pointer = UnsafeMutablePointer<Double>

  /// n, p, and the number of effects of all levels of all factors.
  package let rowCount, fixedCount, effectCount: Int
  /// ∂ℓ/∂β (p), ∂ℓ/∂b (factor after factor, level after level) and ∂ℓ/∂φ at the last evaluation.
  package let fixedGradient, effectGradient: Pointer
  package private(set) var scaleSlope = 0.0

  private enum Density {
    /// The sum of log w.
    case normal(logWeights: Double)
    case family(ObservationModel, DistinctResponses?, constant: Double)
  }

  private struct Factor {
    /// Columns of Z, and where the factor's effects begin.
    let columns: [Int]
    let offset: Int
    /// The level of each row, and for the first factor where the rows of each level begin.
    let codes: UnsafeMutablePointer<Int32>
    let starts: [Int]
  }

  private let density: Density
  private let factors: [Factor]
  private let isConstant: [Bool]
  private let stride: Int
  private let y, m, offset, x, z, eta, logDensity, score, spare: Pointer
  private let block: ScratchBlock

  /// The rows of a generalized model; those with equal predictors are summed.
  package convenience init(_ model: GeneralizedLinearMixedModel) {
    let given = model.kernelData
    let data = DistinctRows(given)?.data ?? given
    let rows = data.constantRows
    let distinct = data.estimatesDispersion ? DistinctResponses(data) : nil
    let constant =
      distinct == nil
      ? rows.response.indices.reduce(0) {
        $0 + data.model.logConstant(rows.response[$1], rows.trials?[$1] ?? 1)
      } : 0
    self.init(data, .family(data.model, distinct, constant: constant))
  }

  /// The rows of a linear model.
  package convenience init(_ model: LinearMixedModel) {
    let frame = model.frame
    let data = GeneralizedData(
      model: ObservationModel(.poisson, link: .log), response: frame.response, trials: frame.weights,
      offset: frame.offset, fixed: model.fixedMatrix, random: model.randomMatrix,
      blocks: model.terms.map(\.columns), factors: model.factors.map { ($0.codes, $0.levels.count) },
      factorOfBlock: model.terms.map(\.factor))
    let logWeights = frame.weights?.reduce(0) { $0 + log($1) } ?? 0
    self.init(data, .normal(logWeights: logWeights))
  }

  private init(_ data: GeneralizedData, _ density: Density) {
    self.density = density
    let (n, p, q) = (data.response.count, data.fixed.columns, data.random.columns)
    let most = data.factors.indices.max { data.factors[$0].levelCount < data.factors[$1].levelCount } ?? 0
    let sorting = data.factors[most].codes
    let order = (0..<n).sorted { (sorting[$0], $0) < (sorting[$1], $1) }
    var next = 0
    factors = data.factors.indices.map { f in
      let columns = data.columnsOfFactor[f]
      let own = data.factors[f]
      let codes = UnsafeMutablePointer<Int32>.allocate(capacity: max(n, 1))
      for (place, i) in order.enumerated() { codes[place] = Int32(own.codes[i]) }
      var starts: [Int] = []
      if f == most {
        var counts = [Int](repeating: 0, count: own.levelCount + 1)
        for code in own.codes { counts[code + 1] += 1 }
        for j in 0..<own.levelCount { counts[j + 1] += counts[j] }
        starts = counts
      }
      defer { next += columns.count * own.levelCount }
      return Factor(columns: columns, offset: next, codes: codes, starts: starts)
    }
    (rowCount, fixedCount, effectCount) = (n, p, next)
    // Vectors of four read and write up to three numbers behind the end.
    stride = n + 4
    block = ScratchBlock(count: stride * (7 + p + q) + p + next)
    y = block.take(stride)
    m = block.take(stride)
    offset = block.take(stride)
    eta = block.take(stride)
    logDensity = block.take(stride)
    score = block.take(stride)
    spare = block.take(stride)
    x = block.take(stride * p)
    z = block.take(stride * q)
    fixedGradient = block.take(p)
    effectGradient = block.take(next)
    for (place, i) in order.enumerated() {
      y[place] = data.response[i]
      m[place] = data.trials?[i] ?? 1
      offset[place] = data.offset?[i] ?? 0
      for c in 0..<p { x[place + c * stride] = data.fixed[i, c] }
      for c in 0..<q { z[place + c * stride] = data.random[i, c] }
    }
    for place in n..<n + 4 { (y[place], m[place], eta[place]) = (1, 1, 0) }
    let (columns, length) = (z, stride)
    isConstant = (0..<q).map { c in (0..<n).allSatisfy { columns[$0 + c * length] == 1 } }
  }

  deinit { for factor in factors { factor.codes.deallocate() } }

  /// ℓ; not finite where it cannot be computed. Fills the gradients.
  package func evaluate(fixed: Pointer, effects: Pointer, scale: Double = 1) -> Double {
    fillPredictors(fixed, effects)
    let value: Double
    switch density {
    case .normal(let logWeights): value = normal(scale, logWeights)
    case .family(let model, nil, let constant):
      model.fillScores(rowCount, eta: eta, y: y, m: m, logDensity: logDensity, score: score)
      value = SmallMatrices.sum(logDensity, rowCount) + constant
    case .family(let model, let distinct?, _):
      // Beyond, the distribution is its limit to the last digit.
      guard scale > 1e-11, scale < 1e11 else { return -.infinity }
      let own = ObservationModel(model.family.with(dispersionParameter: scale), link: model.link)
      own.fillDispersionChanges(
        rowCount, eta: eta, y: y, m: m, density: spare, score: score, weight: logDensity,
        weightIsObserved: true)
      scaleSlope = (SmallMatrices.sum(spare, rowCount) + distinct.constantSlope(own)) / scale
      own.fillScores(rowCount, eta: eta, y: y, m: m, logDensity: logDensity, score: score)
      value = SmallMatrices.sum(logDensity, rowCount) + distinct.logConstant(own)
    }
    fillGradients()
    return value
  }

  private func normal(_ sigma: Double, _ logWeights: Double) -> Double {
    let precision = 1 / (sigma * sigma)
    var squares = 0.0
    for i in 0..<rowCount {
      let residual = y[i] - eta[i]
      let weighted = m[i] * residual
      score[i] = weighted * precision
      spare[i] = weighted * residual
    }
    squares = SmallMatrices.sum(spare, rowCount)
    let n = Double(rowCount)
    scaleSlope = (squares * precision - n) / sigma
    return 0.5 * (logWeights - n * log(2 * .pi) - squares * precision) - n * log(sigma)
  }

  private func fillPredictors(_ fixed: Pointer, _ effects: Pointer) {
    let n = rowCount
    for i in 0..<n { eta[i] = offset[i] }
    for c in 0..<fixedCount {
      let (factor, column) = (fixed[c], x + c * stride)
      for i in 0..<n { eta[i] += factor * column[i] }
    }
    for factor in factors {
      let q = factor.columns.count
      for (k, c) in factor.columns.enumerated() {
        let (own, column) = (effects + factor.offset + k, z + c * stride)
        if !factor.starts.isEmpty {
          for j in 0..<factor.starts.count - 1 {
            let effect = own[j * q]
            if isConstant[c] {
              for i in factor.starts[j]..<factor.starts[j + 1] { eta[i] += effect }
            } else {
              for i in factor.starts[j]..<factor.starts[j + 1] { eta[i] += effect * column[i] }
            }
          }
        } else if isConstant[c] {
          for i in 0..<n { eta[i] += own[Int(factor.codes[i]) * q] }
        } else {
          for i in 0..<n { eta[i] += own[Int(factor.codes[i]) * q] * column[i] }
        }
      }
    }
  }

  private func fillGradients() {
    let n = rowCount
    for c in 0..<fixedCount { fixedGradient[c] = SmallMatrices.longDot(score, x + c * stride, n) }
    for factor in factors {
      let q = factor.columns.count
      for (k, c) in factor.columns.enumerated() {
        let (own, column) = (effectGradient + factor.offset + k, z + c * stride)
        if !factor.starts.isEmpty {
          for j in 0..<factor.starts.count - 1 {
            let (first, count) = (factor.starts[j], factor.starts[j + 1] - factor.starts[j])
            own[j * q] =
              isConstant[c]
              ? SmallMatrices.sum(score + first, count)
              : SmallMatrices.longDot(score + first, column + first, count)
          }
        } else {
          // Levels stand q apart.
          let count = levelCount(factor)
          for j in 0..<count { own[j * q] = 0 }
          if isConstant[c] {
            for i in 0..<n { own[Int(factor.codes[i]) * q] += score[i] }
          } else {
            for i in 0..<n { own[Int(factor.codes[i]) * q] += score[i] * column[i] }
          }
        }
      }
    }
  }

  private func levelCount(_ factor: Factor) -> Int {
    let end = factors.first { $0.offset > factor.offset }?.offset ?? effectCount
    return (end - factor.offset) / factor.columns.count
  }
}

extension GeneralizedLinearMixedModel {
  /// The link of the mean response, drawn off the ends of the range by half a row.
  package var averagePredictor: Double {
    let weights = trials ?? [Double](repeating: 1, count: frame.response.count)
    let total = weights.reduce(0, +)
    let sum = zip(frame.response, weights).reduce(0) { $0 + $1.0 * $1.1 }
    let mean: Double
    switch family {
    case .binomial: mean = (sum + 0.5) / (total + 1)
    case .poisson, .negativeBinomial: mean = (sum + 0.5) / total
    case .gamma: mean = sum / total
    }
    return link.predictor(mean: mean)
  }
}
