import LinearAlgebra

/// The joint precision of (β, u) with θ held: [X'WX, X'WZΛ; Λ'Z'WX, Λ'Z'WZΛ + I].
///
/// Reference: Henderson (1975), doi:10.2307/2529430.
final class JointPrecision: Sendable {
  private let covariance: Matrix
  private let places: [[Int]]
  private let p: Int
  private let lambdas: [Matrix]

  init(
    fixed: Matrix, random: Matrix, blocks: [Range<Int>], factors: [(codes: [Int], levelCount: Int)],
    factorOfBlock: [Int], lambda: Matrix, weights: [Double]
  ) {
    let n = fixed.rows
    p = fixed.columns
    var next = fixed.columns
    var places: [[Int]] = []
    var lambdas: [Matrix] = []
    var wide = fixed.storage
    for (f, factor) in factors.enumerated() {
      let columns = zip(blocks, factorOfBlock).flatMap { $1 == f ? Array($0) : [] }
      var own = Matrix(rows: columns.count, columns: columns.count)
      for (b, c) in columns.enumerated() {
        for (a, r) in columns.enumerated() { own[a, b] = lambda[r, c] }
      }
      lambdas.append(own)
      places.append((0..<factor.levelCount).map { next + $0 * columns.count })
      next += factor.levelCount * columns.count
      for j in 0..<factor.levelCount {
        for b in columns.indices {
          wide += (0..<n).map { i in
            guard factor.codes[i] == j else { return 0 }
            return columns.indices.reduce(0) { $0 + random[i, columns[$1]] * own[$1, b] }
          }
        }
      }
    }
    var scaled = Matrix(rows: n, columns: next, storage: wide)
    for c in 0..<next { for i in 0..<n { scaled[i, c] *= weights[i].squareRoot() } }
    var precision = scaled.transposed * scaled
    for k in fixed.columns..<max(next, fixed.columns) { precision[k, k] += 1 }
    covariance = precision.symmetricPseudoInverse(tolerance: 0)
    self.places = places
    self.lambdas = lambdas
  }

  func predictionCovariance(factor f: Int, level j: Int) -> Matrix {
    let (first, lambda) = (places[f][j], lambdas[f])
    var part = lambda
    for b in 0..<lambda.rows { for a in 0..<lambda.rows { part[a, b] = covariance[first + a, first + b] } }
    return lambda * part * lambda.transposed
  }

  func crossCovariance(factor f: Int, level j: Int) -> Matrix {
    let (first, lambda) = (places[f][j], lambdas[f])
    var part = Matrix(rows: p, columns: lambda.rows)
    for b in 0..<lambda.rows { for a in 0..<p { part[a, b] = covariance[a, first + b] } }
    return part * lambda.transposed
  }

  /// Var(x'β + Σ z'b) of effects of some levels.
  /// - Parameters:
  ///   - fixed: x (p).
  ///   - effects: factors and levels with z over all effects of the factor.
  func variance(fixed x: [Double], effects: [(factor: Int, level: Int, z: [Double])]) -> Double {
    var entries = x.enumerated().map { ($0, $1) }
    for (f, j, z) in effects {
      let turned = lambdas[f].transposed * z
      for (k, value) in turned.enumerated() { entries.append((places[f][j] + k, value)) }
    }
    var sum = 0.0
    for (a, u) in entries { for (b, v) in entries { sum += u * covariance[a, b] * v } }
    return sum
  }
}
