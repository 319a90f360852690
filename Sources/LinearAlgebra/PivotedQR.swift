import Glibc

/// Householder QR with limited pivoting: columns keep their order, and only a column that the ones before it already span moves to the end.
///
/// This is the rule by which regression software drops aliased columns: a column is aliased when less than `tolerance` of its norm is left
/// after the columns before it are taken out. Behind a leading constant a column counts by its spread around the mean, so that shifting a
/// predictor (a year, a time in seconds) does not make it aliased. Costs 2np² − 2p³/3 operations.
public struct PivotedQR: Sendable {
  /// R in the upper triangle, Householder vectors below (n×p, columns in pivot order).
  public let factors: Matrix
  /// Scale factors of the Householder vectors.
  let scales: [Double]
  /// Original indices of the columns, the spanned ones last.
  public let pivot: [Int]
  /// Number of columns that are not aliased.
  public let rank: Int

  /// Factors a matrix.
  /// - Parameters:
  ///   - rowFactors: numbers by which rows are multiplied before (√w for weights w); nil for none.
  ///   - shifts: for each column the multiple of the first one, a constant 1 times the rows' factors, that the caller has taken out of it; nil where nothing was.
  ///   - tolerance: share of a column's norm below which it counts as aliased; 1e-7 is R's value.
  public init(
    _ matrix: Matrix, rowFactors: [Double]? = nil, shifts given: [Double]? = nil, tolerance: Double = 1e-7
  ) {
    var a = matrix
    let n = a.rows
    let p = a.columns
    var pivot = Array(0..<p)
    var scales = [Double](repeating: 0, count: p)
    var rank = 0
    // Columns far from zero beside a constant: with [1 x] = [1 x − m]·[1 m; 0 1] the difference is exact, and no digit of x is lost.
    let constant =
      given != nil
      ? 1 : n > 1 && p > 1 && (1..<n).allSatisfy { a.storage[$0] == a.storage[0] } ? a.storage[0] : 0
    var shifts = given ?? [Double](repeating: 0, count: p)
    a.storage.withUnsafeMutableBufferPointer { buffer in
      if constant != 0, given == nil {
        for j in 1..<p { shifts[j] = PivotedQR.shift(buffer, from: j * n, count: n) }
      }
      if let rowFactors { for j in 0..<p { for i in 0..<n { buffer[i + j * n] *= rowFactors[i] } } }
      var norms = (0..<p).map { PivotedQR.norm(buffer, from: $0 * n, count: n) }
      // Of columns that gave up a mean, with it: a spread that is nothing beside it is rounding.
      for j in 0..<p where shifts[j] != 0 {
        let mean = shifts[j] / constant * norms[0]
        norms[j] = (norms[j] * norms[j] + mean * mean).squareRoot()
      }
      var candidates = p
      var k = 0
      while k < min(candidates, n) {
        // Aliased columns change places with the ones behind them until one is left that is not.
        while k < candidates,
          PivotedQR.norm(buffer, from: k + k * n, count: n - k) < tolerance * norms[k] || norms[k] == 0
        {
          PivotedQR.moveToEnd(column: k, rows: n, columns: p, in: buffer)
          pivot.append(pivot.remove(at: k))
          norms.append(norms.remove(at: k))
          candidates -= 1
        }
        if k == candidates { break }
        scales[k] = PivotedQR.reflect(column: k, rows: n, columns: p, in: buffer)
        if k == 0, constant != 0 {
          for j in 1..<max(p, 1) {
            let spread = PivotedQR.norm(buffer, from: 1 + j * n, count: n - 1)
            // Less is what rounding leaves of a constant.
            if spread > 1e-13 * norms[j] { norms[j] = spread }
          }
        }
        k += 1
      }
      for (j, column) in pivot.enumerated() where shifts[column] != 0 {
        buffer[j * n] += buffer[0] * shifts[column] / constant
      }
      rank = k
    }
    factors = a
    self.scales = scales
    self.pivot = pivot
    self.rank = rank
  }

  /// Q'y, in place: the first `rank` entries are the coefficients' side, the rest the residual space.
  public func applyTransposedQ(to y: inout [Double]) {
    precondition(y.count == factors.rows, "\(y.count) entries, not \(factors.rows)")
    y.withUnsafeMutableBufferPointer { for k in 0..<rank { apply(k, to: $0.baseAddress!) } }
  }

  /// Qy, in place.
  public func applyQ(to y: inout [Double]) {
    precondition(y.count == factors.rows, "\(y.count) entries, not \(factors.rows)")
    y.withUnsafeMutableBufferPointer { for k in (0..<rank).reversed() { apply(k, to: $0.baseAddress!) } }
  }

  /// R of the columns that are not aliased, signs turned so that its diagonal is positive (rank × rank, upper).
  public var positiveTriangle: Matrix {
    var triangle = Matrix(rows: rank, columns: rank)
    for j in 0..<rank {
      for i in 0...j { triangle[i, j] = factors[i, i] < 0 ? -factors[i, j] : factors[i, j] }
    }
    return triangle
  }

  /// The first `rank` columns of Q, one after another: the orthonormal basis of the columns that are not aliased to which `positiveTriangle` belongs (n × rank).
  public var orthonormalColumns: [Double] {
    let n = factors.rows
    var basis = [Double](repeating: 0, count: n * rank)
    basis.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for j in 0..<rank {
        base[j + j * n] = factors[j, j] < 0 ? -1 : 1
        // Reflections behind the j-th leave the j-th unit vector alone.
        for k in (0...j).reversed() { apply(k, to: base + j * n) }
      }
    }
    return basis
  }

  /// Least-squares coefficients in the original column order, NaN for aliased columns, from Q'y.
  public func coefficients(fromEffects effects: [Double]) -> [Double] {
    var solution = Array(effects[..<rank])
    for i in (0..<rank).reversed() {
      for j in i + 1..<max(rank, i + 1) { solution[i] -= factors[i, j] * solution[j] }
      solution[i] /= factors[i, i]
    }
    var result = [Double](repeating: .nan, count: factors.columns)
    for k in 0..<rank { result[pivot[k]] = solution[k] }
    return result
  }

  /// (X'X)⁻¹ in the original column order; NaN in rows and columns of aliased columns.
  public var inverseGram: Matrix {
    var triangle = Matrix(rows: rank, columns: rank)
    for j in 0..<rank { for i in 0...j { triangle[i, j] = factors[i, j] } }
    let inverse = triangle.upperInverse
    let p = factors.columns
    var result = Matrix(rows: p, columns: p, storage: [Double](repeating: .nan, count: p * p))
    for i in 0..<rank {
      for j in 0..<rank {
        var sum = 0.0
        for k in max(i, j)..<rank { sum += inverse[i, k] * inverse[j, k] }
        result[pivot[i], pivot[j]] = sum
      }
    }
    return result
  }

  /// log|R|: the sum of the logarithms of the diagonal's absolute values.
  public var logAbsDeterminant: Double {
    var sum = 0.0
    for k in 0..<rank { sum += log(abs(factors[k, k])) }
    return sum
  }

  /// The k-th reflection, in place.
  private func apply(_ k: Int, to y: UnsafeMutablePointer<Double>) {
    if scales[k] == 0 { return }
    let n = factors.rows
    factors.storage.withUnsafeBufferPointer { f in
      let v = f.baseAddress! + k * n
      var sum = y[k]
      for i in k + 1..<max(n, k + 1) { sum += v[i] * y[i] }
      sum *= scales[k]
      y[k] -= sum
      for i in k + 1..<max(n, k + 1) { y[i] -= v[i] * sum }
    }
  }

  /// Takes the mean out of a column whose values lie close together and far from zero, by a difference that rounds nothing; returns it.
  private static func shift(_ a: UnsafeMutableBufferPointer<Double>, from start: Int, count: Int) -> Double {
    var (low, high) = (Double.infinity, -Double.infinity)
    for i in start..<start + count {
      low = min(low, a[i])
      high = max(high, a[i])
    }
    // A constant leaves nothing at all.
    guard high - low < 0.25 * min(abs(low), abs(high)) else { return 0 }
    let middle = low + (high - low) / 2
    for i in start..<start + count { a[i] -= middle }
    return middle
  }

  /// Overflow-safe only as far as squares are: design matrices do not reach 1e154.
  private static func norm(_ a: UnsafeMutableBufferPointer<Double>, from start: Int, count: Int) -> Double {
    var sum = 0.0
    for i in start..<start + max(count, 0) { sum += a[i] * a[i] }
    return sum.squareRoot()
  }

  private static func moveToEnd(
    column k: Int, rows n: Int, columns p: Int, in a: UnsafeMutableBufferPointer<Double>
  ) {
    for i in 0..<n {
      let kept = a[i + k * n]
      for j in k..<p - 1 { a[i + j * n] = a[i + (j + 1) * n] }
      a[i + (p - 1) * n] = kept
    }
  }

  /// Zeroes a column below the diagonal by H = I − s·vv', v₁ = 1, and applies H to the columns behind it. Returns s.
  private static func reflect(
    column k: Int, rows n: Int, columns p: Int, in a: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    let size = norm(a, from: k + k * n, count: n - k)
    guard size > 0 else { return 0 }
    let head = a[k + k * n]
    let diagonal = head > 0 ? -size : size
    let v0 = head - diagonal
    for i in k + 1..<max(n, k + 1) { a[i + k * n] /= v0 }
    a[k + k * n] = diagonal
    let scale = -v0 / diagonal
    for j in k + 1..<max(p, k + 1) {
      var sum = a[k + j * n]
      for i in k + 1..<max(n, k + 1) { sum += a[i + k * n] * a[i + j * n] }
      sum *= scale
      a[k + j * n] -= sum
      for i in k + 1..<max(n, k + 1) { a[i + j * n] -= a[i + k * n] * sum }
    }
    return scale
  }
}
