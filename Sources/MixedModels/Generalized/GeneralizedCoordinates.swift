import LinearAlgebra

/// The coordinates in which a generalized model is searched: X and each term's columns of Z orthogonal, with mean square 1.
///
/// X = X̃R_x and Z_t = Z̃_tR_t with upper triangular R give γ = R_xβ and b̃_t = R_tb_t. A term's covariance matrix is free, so that models in both
/// coordinates are the same, and units and origins of the predictors do not matter to the search.
struct GeneralizedCoordinates {
  /// The model in the new coordinates.
  let data: GeneralizedData
  /// R_x (p×p).
  let fixedScale: Matrix
  /// R, with a block for each term (q×q).
  let randomScale: Matrix

  init(_ data: GeneralizedData) {
    var changed = data
    fixedScale = GeneralizedCoordinates.orthogonalize(&changed.fixed, 0..<data.fixed.columns)
    var scale = Matrix(rows: data.random.columns, columns: data.random.columns)
    for block in data.blocks {
      let part = GeneralizedCoordinates.orthogonalize(&changed.random, block)
      for j in block { for i in block { scale[i, j] = part[i - block.lowerBound, j - block.lowerBound] } }
    }
    randomScale = scale
    self.data = changed
  }

  /// Makes columns orthogonal with mean square 1 (modified Gram–Schmidt, twice); returns R. A column that the ones before it span, or an empty one, is
  /// only scaled.
  private static func orthogonalize(_ a: inout Matrix, _ columns: Range<Int>) -> Matrix {
    let n = a.rows
    var r = Matrix(rows: columns.count, columns: columns.count)
    let count = Double(max(n, 1))
    a.storage.withUnsafeMutableBufferPointer { storage in
      guard let base = storage.baseAddress else { return }
      func meanProduct(_ j: Int, _ k: Int) -> Double {
        SmallMatrices.longDot(base + j * n, base + k * n, n) / count
      }
      for j in columns {
        let original = (0..<n).map { storage[$0 + j * n] }
        // A power of 2 keeps squares of huge and tiny columns in range, and changes no digit.
        let largest = original.reduce(0) { max($0, abs($1)) }
        let unit =
          largest > 0 && largest.isFinite
          ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
        for i in 0..<n { storage[i + j * n] = original[i] / unit }
        let before = meanProduct(j, j)
        for _ in 0..<2 {
          for k in columns.lowerBound..<j {
            let share = meanProduct(j, k)
            if share == 0 { continue }
            r[k - columns.lowerBound, j - columns.lowerBound] += share * unit
            for i in 0..<n { storage[i + j * n] -= share * storage[i + k * n] }
          }
        }
        var left = meanProduct(j, j)
        if !(left > 1e-24 * before) {
          for i in 0..<n { storage[i + j * n] = original[i] / unit }
          for k in columns.lowerBound..<j { r[k - columns.lowerBound, j - columns.lowerBound] = 0 }
          left = before
        }
        let root = left > 0 ? left.squareRoot() : 1
        r[j - columns.lowerBound, j - columns.lowerBound] = root * unit
        for i in 0..<n { storage[i + j * n] /= root }
      }
    }
    return r
  }

  /// R⁻¹v for an upper triangular R.
  static func solveUpper(_ r: Matrix, _ v: [Double]) -> [Double] {
    var x = v
    for i in (0..<r.rows).reversed() {
      for k in i + 1..<max(r.rows, i + 1) { x[i] -= r[i, k] * x[k] }
      x[i] /= r[i, i]
    }
    return x
  }

  /// R⁻¹AR⁻ᵀ for a symmetric A.
  static func unscaled(_ a: Matrix, _ r: Matrix) -> Matrix {
    var half = Matrix(rows: a.rows, columns: a.columns)
    for j in 0..<a.columns {
      let column = solveUpper(r, a.column(j))
      for i in 0..<a.rows { half[j, i] = column[i] }
    }
    var result = Matrix(rows: a.rows, columns: a.columns)
    for j in 0..<a.columns {
      let column = solveUpper(r, half.column(j))
      for i in 0..<a.rows { result[i, j] = column[i] }
    }
    return result
  }

  /// β from γ.
  func beta(_ gamma: [Double]) -> [Double] { GeneralizedCoordinates.solveUpper(fixedScale, gamma) }

  /// A direction of γ as one of β: its largest entry ±1, and 0 where a column moves predictors by nothing but rounding.
  func direction(_ gamma: [Double]) -> [Double] {
    let direction = beta(gamma)
    // The root mean square of each given column.
    let sizes = (0..<fixedScale.columns).map { j in
      (0...j).reduce(0) { $0 + fixedScale[$1, j] * fixedScale[$1, j] }.squareRoot()
    }
    let most = zip(direction, sizes).reduce(0) { max($0, abs($1.0 * $1.1)) }
    let kept = zip(direction, sizes).map { abs($0 * $1) < 1e-4 * most ? 0 : $0 }
    let largest = kept.reduce(0) { max($0, abs($1)) }
    return largest > 0 ? kept.map { $0 / largest } : kept
  }

  /// Λ of the given columns, lower triangular with a diagonal that is not negative, from the searched one.
  func lambda(_ searched: Matrix) -> Matrix {
    var a = Matrix(rows: searched.rows, columns: searched.columns)
    for j in 0..<searched.columns {
      let column = GeneralizedCoordinates.solveUpper(randomScale, searched.column(j))
      for i in 0..<searched.rows { a[i, j] = column[i] }
    }
    return RelativeCovarianceFactor.lowerTriangularized(a)
  }

  /// β and θ in search coordinates from those of the given columns, without a dispersion parameter.
  func searched(beta: [Double], theta: [Double]) -> [Double] {
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: data.blocks)
    let scaled = RelativeCovarianceFactor.lowerTriangularized(randomScale * lambda)
    return fixedScale * beta + RelativeCovarianceFactor.theta(of: scaled, blocks: data.blocks)
  }
}
