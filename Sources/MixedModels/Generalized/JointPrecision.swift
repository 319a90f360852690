import Distributions
import LinearAlgebra

/// The joint normal approximation of fixed effects and random effects around the mode of a generalized linear mixed model, θ held.
///
/// With the rows' weights W at the mode, β and u (b = Λu) have the precision matrix
///
///     [ X'WX        X'WZΛ        ]        H = Λ'Z'WZΛ + I,   G = H⁻¹Λ'Z'WX,   Σ = (X'WX − X'WZΛG)⁻¹
///     [ Λ'Z'WX      Λ'Z'WZΛ + I  ]        Var β = Σ,   Cov(u, β) = −GΣ,   Var u = H⁻¹ + GΣG'
///
/// Σ is lme4's RX covariance matrix where W has the expected weights. Results are in the coordinates of the given columns; inside columns are orthogonal, so
/// units do not matter. Levels without rows have the distribution of the population.
///
/// - References: Bates et al. (2015), doi:10.18637/jss.v067.i01; Gelman & Hill (2007), *Data Analysis Using Regression and Multilevel/Hierarchical
///   Models*, section 7.2 (simulation from it).
/// - Complexity: that of one factorization of `LevelElimination` and its inverse, and p solutions; a draw takes one half of a solution.
final class JointPrecision: @unchecked Sendable {
  // Nothing is written after `init`, and the elimination's solutions write to memory of the caller only.

  /// Cov(β) (p×p).
  let fixedCovariance: Matrix
  /// Σ and its lower factor in the coordinates of orthogonal columns.
  private let covariance, covarianceFactor: Matrix
  /// G there (all effects × p).
  private let response: Matrix
  /// R_b⁻¹Λ̃ of each factor (q_f×q_f): b = that times u.
  private let spread: [Matrix]
  private let coordinates: GeneralizedCoordinates
  private let elimination: LevelElimination

  /// - Parameters:
  ///   - fixed: X (n×p).
  ///   - random, blocks, factors, factorOfBlock: Z and its terms, as in `GeneralizedData`.
  ///   - lambda: Λ (q×q).
  ///   - weights: the weights of the rows at the mode (n), not negative.
  ///
  /// Where the rows do not determine β, e.g. where predictors separate responses, everything that depends on it is NaN.
  /// - Precondition: the factors beside the one with most levels have at most `SeveralFactorCriterion.mostTailColumns` effects.
  init(
    fixed: Matrix, random: Matrix, blocks: [Range<Int>], factors: [(codes: [Int], levelCount: Int)],
    factorOfBlock: [Int], lambda: Matrix, weights: [Double]
  ) {
    let (n, p) = (fixed.rows, fixed.columns)
    let data = GeneralizedData(
      model: ObservationModel(.poisson, link: .log), response: [Double](repeating: 0, count: n),
      fixed: fixed, random: random, blocks: blocks, factors: factors, factorOfBlock: factorOfBlock)
    data.checkShape()
    precondition(
      weights.count == n && lambda.rows == random.columns, "\(weights.count) weights for \(n) rows")
    let tailOrder = LevelPattern.tailOrder(data)
    precondition(
      tailOrder <= SeveralFactorCriterion.mostTailColumns, "\(tailOrder) effects in a dense matrix")
    let coordinates = GeneralizedCoordinates(data)
    let searched = RelativeCovarianceFactor.lowerTriangularized(coordinates.randomScale * lambda)
    let columns = data.columnsOfFactor
    let pattern = LevelPattern(coordinates.data)
    let elimination = LevelElimination(pattern, isInvertible: true)
    let stride = n + 4
    let room = ScratchBlock(
      count: stride * (2 + data.random.columns) + columns.reduce(0) { $0 + $1.count * $1.count })
    let (w, rows) = (room.take(stride), room.take(stride))
    let z = room.take(stride * data.random.columns)
    for (place, i) in pattern.order.enumerated() {
      w[place] = weights[i]
      for c in 0..<data.random.columns { z[place + c * stride] = coordinates.data.random[i, c] }
    }
    var lambdas: [UnsafeMutablePointer<Double>] = []
    for factor in pattern.allFactors {
      let own = room.take(factor.width * factor.width)
      for (k, value) in searched.part(factor.columns).storage.enumerated() { own[k] = value }
      lambdas.append(own)
    }
    elimination.build(w, z: z, stride: stride)
    let isFactored = elimination.factor(lambdas)
    if isFactored { elimination.invert() }

    // X'WX and Λ'Z'WX.
    var response = Matrix(rows: pattern.effectCount, columns: p)
    var information = Matrix(rows: p, columns: p)
    response.storage.withUnsafeMutableBufferPointer { storage in
      guard isFactored, let base = storage.baseAddress else { return }
      for c in 0..<p {
        for (place, i) in pattern.order.enumerated() { rows[place] = w[place] * coordinates.data.fixed[i, c] }
        let out = base + c * pattern.effectCount
        pattern.project(rows, z: z, stride: stride, to: out)
        pattern.multiplyTransposed(lambdas, out)
        elimination.solveLower(out)
        for d in 0...c {
          var value = -SmallMatrices.longDot(out, base + d * pattern.effectCount, pattern.effectCount)
          for (place, i) in pattern.order.enumerated() {
            value += rows[place] * coordinates.data.fixed[i, d]
          }
          information[c, d] = value
          information[d, c] = value
        }
      }
      for c in 0..<p { elimination.solveLowerTransposed(base + c * pattern.effectCount) }
    }
    let unknown = Matrix(rows: p, columns: p, storage: [Double](repeating: .nan, count: p * p))
    let covariance = isFactored ? GeneralizedSearch.inverse(information) ?? unknown : unknown
    self.coordinates = coordinates
    self.elimination = elimination
    self.response = response
    self.covariance = covariance
    covarianceFactor = Matrix(
      rows: p, columns: p, storage: RelativeCovarianceFactor.lowerFactor(of: covariance.storage, order: p))
    fixedCovariance = GeneralizedCoordinates.unscaled(covariance, coordinates.fixedScale)
    let scale = coordinates.randomScale
    spread = columns.map { own in
      let (lambda, part) = (searched.part(own), scale.part(own))
      var result = Matrix(rows: own.count, columns: own.count)
      for j in own.indices {
        let column = GeneralizedCoordinates.solveUpper(part, lambda.column(j))
        for i in own.indices { result[i, j] = column[i] }
      }
      return result
    }
  }

  /// Var(b_j) with β held (q_f×q_f).
  func conditionalCovariance(factor f: Int, level j: Int) -> Matrix {
    spread[f] * elimination.inverseBlock(factor: f, level: j) * spread[f].transposed
  }

  /// Var(b_j) (q_f×q_f): the variance of its prediction's error.
  func predictionCovariance(factor f: Int, level j: Int) -> Matrix {
    let own = movement(factor: f, level: j)
    return conditionalCovariance(factor: f, level: j) + own * covariance * own.transposed
  }

  /// Cov(β, b_j) (p×q_f).
  func crossCovariance(factor f: Int, level j: Int) -> Matrix {
    let searched = covariance * movement(factor: f, level: j).transposed * -1
    var result = searched
    for k in 0..<searched.columns {
      let column = coordinates.beta(searched.column(k))
      for i in 0..<searched.rows { result[i, k] = column[i] }
    }
    return result
  }

  /// Var(x'β + Σ z'b) of effects of some levels.
  /// - Parameters:
  ///   - x: a row of X (p).
  ///   - effects: factors and levels with z over all effects of the factor.
  func variance(fixed x: [Double], effects: [(factor: Int, level: Int, z: [Double])]) -> Double {
    // With v = Λ'z over all levels: (x − G'v)'Σ(x − G'v) + |L⁻¹v|².
    let pattern = elimination.pattern
    var v = [Double](repeating: 0, count: pattern.effectCount)
    var turned = fixedTransposed(x)
    for (f, j, z) in effects {
      let start = pattern.start(factor: f, level: j)
      for (k, value) in (spread[f].transposed * z).enumerated() { v[start + k] += value }
    }
    for c in turned.indices {
      for i in v.indices where v[i] != 0 { turned[c] -= response[i, c] * v[i] }
    }
    v.withUnsafeMutableBufferPointer { if let v = $0.baseAddress { elimination.solveLower(v) } }
    let known = covariance * turned
    return zip(known, turned).reduce(0) { $0 + $1.0 * $1.1 } + v.reduce(0) { $0 + $1 * $1 }
  }

  /// Deviations of β and of each factor's b (J_f×q_f) from the mode, drawn from their joint distribution.
  func draw<Stream: UniformStream>(from stream: inout Stream) -> (beta: [Double], effects: [Matrix]) {
    let p = covariance.rows
    let gamma = covarianceFactor * (0..<p).map { _ in stream.normal() }
    let pattern = elimination.pattern
    var u = (0..<pattern.effectCount).map { _ in stream.normal() }
    u.withUnsafeMutableBufferPointer { if let u = $0.baseAddress { elimination.solveLowerTransposed(u) } }
    let moved = response * gamma
    for i in u.indices { u[i] -= moved[i] }
    let effects = spread.indices.map { f in
      let q = spread[f].rows
      var result = Matrix(rows: coordinates.data.factors[f].levelCount, columns: q)
      for j in 0..<result.rows {
        let start = pattern.start(factor: f, level: j)
        for a in 0..<q {
          var sum = 0.0
          for b in 0..<q { sum += spread[f][a, b] * u[start + b] }
          result[j, a] = sum
        }
      }
      return result
    }
    return (coordinates.beta(gamma), effects)
  }

  /// The part of a level in R_b⁻¹Λ̃G (q_f×p): how b_j falls with β.
  private func movement(factor f: Int, level j: Int) -> Matrix {
    let start = elimination.pattern.start(factor: f, level: j)
    let q = spread[f].rows
    var own = Matrix(rows: q, columns: response.columns)
    for c in 0..<response.columns { for a in 0..<q { own[a, c] = response[start + a, c] } }
    return spread[f] * own
  }

  /// R_x⁻ᵀx: a row of X in the coordinates of orthogonal columns.
  private func fixedTransposed(_ x: [Double]) -> [Double] {
    let r = coordinates.fixedScale
    var result = x
    for i in x.indices {
      for k in 0..<i { result[i] -= r[k, i] * result[k] }
      result[i] /= r[i, i]
    }
    return result
  }
}
