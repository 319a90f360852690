import LinearAlgebra

extension UniformStream {
  /// Multivariate normal numbers in the order of R's `MASS::mvrnorm(count, mean, covariance)`.
  ///
  /// Of eigenvalues λ₁ ≥ λ₂ ≥ … and eigenvectors V of the covariance, row i is mean + V·(√λ ∘ z[i]); the
  /// count × p normal numbers z are drawn column by column. Eigenvectors are known up to their signs: see
  /// `LapackSigns`.
  ///
  /// - Parameters:
  ///   - count: number of rows.
  ///   - mean: p means.
  ///   - covariance: p × p, symmetric; eigenvalues may be 0, or below by 10⁻⁶ of the largest.
  /// - Returns: count × p numbers.
  /// - Throws: `RandomStreamError.negativeSize`, `.invalidCovariance`; then nothing was drawn.
  public mutating func multivariateNormal(
    count: Int, mean: [Double], covariance: Matrix
  ) throws(RandomStreamError) -> Matrix {
    if count < 0 { throw .negativeSize(count) }
    let p = mean.count
    guard covariance.rows == p, covariance.columns == p, covariance.storage.allSatisfy(\.isFinite) else {
      throw .invalidCovariance(rows: covariance.rows, columns: covariance.columns, means: p)
    }
    let (values, vectors) = LapackSigns.eigen(covariance)
    guard values.allSatisfy({ $0 >= -1e-6 * abs(values[0]) }) else {
      throw .invalidCovariance(rows: p, columns: p, means: p)
    }
    let z = (0..<p * count).map { _ in normal() }
    var result = Matrix(rows: count, columns: p)
    for i in 0..<count {
      for j in 0..<p {
        var sum = 0.0
        for k in 0..<p { sum += vectors[j, k] * max(values[k], 0).squareRoot() * z[i + k * count] }
        result[i, j] = mean[j] + sum
      }
    }
    return result
  }
}

/// Eigenvectors of a symmetric matrix with the signs that LAPACK's `dsyevr` leaves, which R's `eigen` shows.
///
/// A 2 × 2 matrix is solved directly, as in `dlaev2`, and agrees. From order 3 on `dsyevr` brings the matrix
/// to tridiagonal form by Householder's reflections of the lower triangle; an eigenvector of that gets a
/// positive entry at the place where its twisted factorization begins, and the reflections bring it back. In
/// exact arithmetic that place is the largest entry, which is taken here. Where others are nearly as large
/// rounding errors inside LAPACK choose: with random covariances of orders 3 to 6 R has the other sign for 8
/// of 100 vectors. Of equal eigenvalues the vectors are open.
///
/// - Reference: Dhillon & Parlett (2004), doi:10.1137/S0895479802411519; Anderson et al. (1999), LAPACK
///   Users' Guide.
enum LapackSigns {
  /// Eigenvalues in decreasing order and their vectors as columns.
  static func eigen(_ matrix: Matrix) -> (values: [Double], vectors: Matrix) {
    let n = matrix.rows
    if n == 2 { return eigenOfTwo(matrix[0, 0], matrix[1, 0], matrix[1, 1]) }
    let (found, columns) = matrix.symmetricEigen
    let order = (0..<n).sorted { found[$0] > found[$1] }
    var vectors = Matrix(rows: n, columns: n)
    let toTridiagonal = reflections(of: matrix)
    for (k, source) in order.enumerated() {
      let v = columns.column(source)
      let sign = signAtLargest(v, toTridiagonal)
      for i in 0..<n { vectors[i, k] = sign * v[i] }
    }
    return (order.map { found[$0] }, vectors)
  }

  /// Of the matrix (a, b; b, c): the larger eigenvalue's vector is (x, y), the smaller one's (−y, x).
  private static func eigenOfTwo(_ a: Double, _ b: Double, _ c: Double) -> (values: [Double], vectors: Matrix)
  {
    let difference = a - c
    let root = (difference * difference + 4 * b * b).squareRoot()
    let larger = 0.5 * (a + c + root)
    // The determinant over the larger one, without cancellation in the sum.
    let smaller = larger == 0 ? 0 : max(a, c) / larger * min(a, c) - b / larger * b
    let ratio = root == 0 ? 0 : 2 * b / (abs(difference) + root)
    let length = 1 / (1 + ratio * ratio).squareRoot()
    let (x, y) = difference > 0 ? (-length, -ratio * length) : (ratio * length, length)
    return ([larger, smaller], Matrix(rows: 2, columns: 2, storage: [x, y, -y, x]))
  }

  /// The vectors u of the reflections I − 2uu'/u'u, in the order of application.
  private static func reflections(of matrix: Matrix) -> [[Double]] {
    let n = matrix.rows
    var a = matrix
    var result: [[Double]] = []
    for i in 0..<max(n - 2, 0) {
      var u = (0..<n).map { $0 > i ? a[$0, i] : 0 }
      let rest = u[(i + 2)...].reduce(0) { $0 + $1 * $1 }
      if rest == 0 { continue }
      let length = (u[i + 1] * u[i + 1] + rest).squareRoot()
      u[i + 1] += u[i + 1] < 0 ? -length : length
      result.append(u)
      for j in 0..<n {
        let reflected = reflect(a.column(j), u)
        for k in 0..<n { a[k, j] = reflected[k] }
      }
      for k in 0..<n {
        let reflected = reflect(a.row(k), u)
        for j in 0..<n { a[k, j] = reflected[j] }
      }
    }
    return result
  }

  private static func reflect(_ x: [Double], _ u: [Double]) -> [Double] {
    let factor = 2 * zip(x, u).reduce(0) { $0 + $1.0 * $1.1 } / u.reduce(0) { $0 + $1 * $1 }
    return zip(x, u).map { $0 - factor * $1 }
  }

  private static func signAtLargest(_ vector: [Double], _ reflections: [[Double]]) -> Double {
    let tridiagonal = reflections.reduce(vector, reflect)
    let largest = tridiagonal.max { abs($0) < abs($1) } ?? 1
    return largest < 0 ? -1 : 1
  }
}
