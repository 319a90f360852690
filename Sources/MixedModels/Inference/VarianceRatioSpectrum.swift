import Dispatch
import Distributions
import Glibc
import LinearAlgebra
import Synchronization

/// The exact null distribution of the likelihood-ratio statistic of one variance against 0.
///
/// The larger model is y = Xβ + Zb + ε, b_j ~ N(0, λσ²), ε_i ~ N(0, σ²), with one random effect a group (rows are multiplied by √w before
/// where there are weights); the smaller has λ = 0, and perhaps q columns of X fewer. With A'A = I, AA' = P₀ = I − X(X'X)⁻¹X' the residual
/// space has the covariance σ²(I + λA'ZZ'A). Its axes give y's residuals coordinates r_k, with variances σ²(1 + λμ_k), so that
///
///     D(λ) = Σ_k r_k²/(1 + λμ_k) + R,     μ: positive eigenvalues of Z'P₀Z,     ξ: those of Z'Z
///     REML:  sup_λ {−(n − p)·log(D(λ)/D(0)) − Σ log(1 + λμ_k)}
///     ML:    sup_λ {−n·log(D(λ)/D(0)) − Σ log(1 + λξ_k)} + n·log(1 + U/D(0))
///
/// If the smaller model is true, the r_k/σ are independent N(0, 1), R/σ² ~ χ² with n − p − K degrees of freedom for K eigenvalues, U/σ² ~ χ²_q
/// belongs to the columns of X that are tested too; σ cancels. Nothing depends on β: draws cost O(K) for each λ of a grid, whatever n is.
///
/// - Reference: Crainiceanu & Ruppert (2004), doi:10.1111/j.1467-9868.2004.00438.x, theorem 1.
struct VarianceRatioSpectrum: Sendable {
  /// The different μ, descending, and how often each occurs.
  let mu: [(value: Double, count: Int)]
  /// What log|V| and, for REML, log|X'V⁻¹X| leave in the sum of logarithms: ξ for ML, μ for REML.
  private let penalty: [(value: Double, count: Int)]
  /// n, or n − p for REML.
  private let size: Double
  /// n − p − K.
  let residualDegreesOfFreedom: Int
  /// q.
  let addedColumns: Int
  /// λ on a grid, equally spaced on the log scale by `spacing`; for each 1/(1 + λμ_k) of all k, and Σ log(1 + λ·penalty).
  private let grid: [Double]
  private let shares: [Double]
  private let penalties: [Double]
  private static let spacing = 0.5

  /// More groups than this are left to other methods: the eigenvalues take O(J³).
  static let groupLimit = 200

  /// The spectrum of a design.
  /// - Parameters:
  ///   - fixed: X of the larger model.
  ///   - random: the column of Z before it is spread over the groups, and the group of each row; nil where no variance is tested.
  ///   - addedColumns: q; 0 for REML.
  init(
    fixed: Matrix, random: (column: [Double], codes: [Int])?, weights: [Double]?, addedColumns: Int,
    method: EstimationMethod
  ) {
    let n = fixed.rows
    let roots = weights.map { $0.map { $0.squareRoot() } }
    let qr = PivotedQR(fixed, rowFactors: roots)
    var gram: [Double] = []
    var eigenvalues: [Double] = []
    if let random {
      let column = roots.map { zip(random.column, $0).map(*) } ?? random.column
      let projected = VarianceRatioSpectrum.projectedGram(column: column, codes: random.codes, qr)
      gram = [Double](repeating: 0, count: projected.rows)
      for (i, code) in random.codes.enumerated() { gram[code] += column[i] * column[i] }
      eigenvalues = projected.symmetricEigen.values
    }
    // Rounding leaves eigenvalues of 0 about 1e-15 of the largest of Z'Z.
    let least = 1e-10 * (gram.max() ?? 0)
    mu = VarianceRatioSpectrum.counted(eigenvalues.filter { $0 > least })
    let seen = mu.reduce(0) { $0 + $1.count }
    residualDegreesOfFreedom = n - qr.rank - seen
    self.addedColumns = addedColumns
    penalty = method == .ml ? VarianceRatioSpectrum.counted(gram.filter { $0 > 0 }) : mu
    size = Double(method == .ml ? n : n - qr.rank)
    var grid: [Double] = []
    if let first = mu.first, let last = mu.last {
      let (low, high) = (log(1e-5 / first.value), log(1e8 / last.value))
      let steps = Int(((high - low) / VarianceRatioSpectrum.spacing).rounded(.up))
      grid = (0...steps).map { exp(low + Double($0) * VarianceRatioSpectrum.spacing) }
    }
    self.grid = grid
    let values = mu.map(\.value)
    shares = grid.flatMap { lambda in values.map { 1 / (1 + lambda * $0) } }
    let penalty = penalty
    penalties = grid.map { lambda in penalty.reduce(0) { $0 + Double($1.count) * log1p(lambda * $1.value) } }
  }

  /// Z'P₀Z = diag(Z'Z) − (Z'Q)(Z'Q)', with Q an orthonormal basis of X's columns.
  static func projectedGram(column: [Double], codes: [Int], _ qr: PivotedQR) -> Matrix {
    let groups = (codes.max() ?? -1) + 1
    let n = column.count
    let basis = qr.orthonormalColumns
    var cross = Matrix(rows: groups, columns: qr.rank)
    for k in 0..<qr.rank { for i in 0..<n { cross[codes[i], k] += column[i] * basis[i + k * n] } }
    var result = cross * cross.transposed * -1
    for i in 0..<n { result[codes[i], codes[i]] += column[i] * column[i] }
    return result
  }

  /// Equal values, up to rounding, are one: a balanced design has a single eigenvalue.
  private static func counted(_ values: [Double]) -> [(value: Double, count: Int)] {
    var result: [(value: Double, count: Int)] = []
    for value in values.sorted(by: >) {
      if let last = result.last, last.value - value <= 1e-9 * last.value {
        result[result.count - 1].count += 1
      } else {
        result.append((value, 1))
      }
    }
    return result
  }

  /// The statistic of one response.
  /// - Parameters:
  ///   - squares: Σ r_k² over each different μ.
  ///   - residual: R.
  ///   - added: U.
  func statistic(squares: [Double], residual: Double, added: Double = 0) -> Double {
    precondition(squares.count == mu.count, "\(squares.count) sums for \(mu.count) eigenvalues")
    let total = squares.reduce(residual, +)
    guard total > 0 else { return 0 }
    let fixedPart = addedColumns > 0 ? size * log1p(added / total) : 0
    var best = 0.0
    var place = -1
    var next = 0
    for g in grid.indices {
      var d = residual
      for s in squares {
        d += s * shares[next]
        next += 1
      }
      let value = -size * log(d / total) - penalties[g]
      if value > best { (best, place) = (value, g) }
    }
    // Below the first λ of the grid the statistic is below 1e-5.
    guard place >= 0 else { return fixedPart }
    return max(best, refined(from: grid[place], squares, residual, total)) + fixedPart
  }

  /// The value at the maximum near a λ of the grid, by Newton's method in log λ.
  private func refined(from start: Double, _ squares: [Double], _ residual: Double, _ total: Double) -> Double
  {
    var logLambda = log(start)
    var value = -Double.infinity
    for _ in 0..<6 {
      let lambda = exp(logLambda)
      // With a = λμ/(1 + λμ): D' = −Σ r²a(1 − a), D'' = −Σ r²a(1 − a)(1 − 2a), derivatives by log λ.
      var (d, d1, d2) = (residual, 0.0, 0.0)
      for (k, m) in mu.enumerated() {
        let share = 1 / (1 + lambda * m.value)
        let a = lambda * m.value * share
        d += squares[k] * share
        d1 -= squares[k] * a * share
        d2 -= squares[k] * a * share * (share - a)
      }
      var (p0, p1, p2) = (0.0, 0.0, 0.0)
      for x in penalty {
        let share = 1 / (1 + lambda * x.value)
        let a = lambda * x.value * share
        p0 -= Double(x.count) * log(share)
        p1 += Double(x.count) * a
        p2 += Double(x.count) * a * share
      }
      value = max(value, -size * log(d / total) - p0)
      let slope = -size * d1 / d - p1
      let curvature = -size * (d2 / d - d1 * d1 / (d * d)) - p2
      guard curvature < 0 else { break }
      let step = max(-VarianceRatioSpectrum.spacing, min(VarianceRatioSpectrum.spacing, -slope / curvature))
      // What the step would add.
      if abs(slope * step) < 1e-9 { break }
      logLambda += step
    }
    return value
  }

  /// Draws of the statistic under the smaller model. Block b of a thousand has the random stream (seed, b): any number of threads gives
  /// the same numbers.
  func draws(count: Int, seed: UInt64, threads: Int = 1) -> [Double] {
    precondition(count > 0 && threads > 0, "\(count) draws, \(threads) threads")
    let blockSize = 1000
    let blocks = (count + blockSize - 1) / blockSize
    let results = Mutex([[Double]](repeating: [], count: blocks))
    let workers = min(threads, blocks)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for b in stride(from: worker, to: blocks, by: workers) {
        var stream = KeyedStream(seed: seed, replicate: UInt32(b), stream: NullSimulation.exactStream)
        let values = (0..<min(blockSize, count - b * blockSize)).map { _ in draw(from: &stream) }
        results.withLock { $0[b] = values }
      }
    }
    return results.withLock { $0.flatMap { $0 } }
  }

  private func draw(from stream: inout KeyedStream) -> Double {
    let squares = mu.map { VarianceRatioSpectrum.chiSquared($0.count, from: &stream) }
    let residual = VarianceRatioSpectrum.chiSquared(residualDegreesOfFreedom, from: &stream)
    let added = VarianceRatioSpectrum.chiSquared(addedColumns, from: &stream)
    return statistic(squares: squares, residual: residual, added: added)
  }

  /// A χ² number: a sum of squares, or the quantile of one uniform number where that is quicker.
  private static func chiSquared(_ df: Int, from stream: inout KeyedStream) -> Double {
    if df > 40 {
      return ChiSquaredDistribution(degreesOfFreedom: Double(df)).quantile(stream.uniform())
    }
    var sum = 0.0
    for _ in 0..<max(df, 0) {
      let z = stream.normal()
      sum += z * z
    }
    return sum
  }
}
