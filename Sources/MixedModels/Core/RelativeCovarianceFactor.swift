import LinearAlgebra

/// Λ: the lower triangular factor of the relative covariance Ψ = ΛΛ' of the random effects, and θ, its free elements.
///
/// θ lists the lower triangle of each term's block by columns, one term after another (lme4's order).
enum RelativeCovarianceFactor {
  /// Λ (q×q, by columns) from θ.
  static func matrix(theta: [Double], blocks: [Range<Int>]) -> Matrix {
    let q = blocks.last?.upperBound ?? 0
    var lambda = Matrix(rows: q, columns: q)
    var next = 0
    for block in blocks {
      for j in block {
        for i in j..<block.upperBound {
          lambda[i, j] = theta[next]
          next += 1
        }
      }
    }
    return lambda
  }

  /// θ from Λ.
  static func theta(of lambda: Matrix, blocks: [Range<Int>]) -> [Double] {
    blocks.flatMap { block in block.flatMap { j in (j..<block.upperBound).map { lambda[$0, j] } } }
  }

  /// Names of θ's elements as `group.row.column`, or `group.name` on the diagonal.
  static func names(blocks: [Range<Int>], groups: [String], effects: [String]) -> [String] {
    zip(blocks, groups).flatMap { block, group in
      block.flatMap { j in
        (j..<block.upperBound).map { i in
          i == j ? "\(group).\(effects[j])" : "\(group).\(effects[i]).\(effects[j])"
        }
      }
    }
  }

  /// The lower triangular factor of a positive semidefinite matrix; a pivot that is nothing but rounding gives an empty column.
  static func lowerFactor(of psi: [Double], order q: Int) -> [Double] {
    var l = [Double](repeating: 0, count: q * q)
    psi.withUnsafeBufferPointer { psi in
      l.withUnsafeMutableBufferPointer { l in
        if let psi = psi.baseAddress, let l = l.baseAddress { fillLowerFactor(l, of: psi, order: q) }
      }
    }
    return l
  }

  /// The same on memory of the caller (q×q).
  static func fillLowerFactor(
    _ l: UnsafeMutablePointer<Double>, of psi: UnsafePointer<Double>, order q: Int
  ) {
    for i in 0..<q * q { l[i] = 0 }
    for j in 0..<q {
      var pivot = psi[j + j * q]
      for k in 0..<j { pivot -= l[j + k * q] * l[j + k * q] }
      guard pivot > 1e-13 * psi[j + j * q], psi[j + j * q] > 0 else { continue }
      let root = pivot.squareRoot()
      l[j + j * q] = root
      for i in j + 1..<max(q, j + 1) {
        var sum = psi[i + j * q]
        for k in 0..<j { sum -= l[i + k * q] * l[j + k * q] }
        l[i + j * q] = sum / root
      }
    }
  }

  /// Λ in the user's coordinates from Ψ̃ = R_bΨR_b': the lower triangular L with LL' = R_b⁻¹Ψ̃R_b⁻ᵀ.
  static func unscaled(psi: [Double], scale: Matrix) -> Matrix {
    let q = scale.rows
    let inner = lowerFactor(of: psi, order: q)
    // Columns of R_b⁻¹Λ̃ by back-substitution.
    var a = Matrix(rows: q, columns: q, storage: inner)
    for j in 0..<q {
      for i in (0..<q).reversed() {
        var sum = a[i, j]
        for k in i + 1..<max(q, i + 1) { sum -= scale[i, k] * a[k, j] }
        a[i, j] = sum / scale[i, i]
      }
    }
    return lowerTriangularized(a)
  }

  /// The lower triangular L ≥ 0 on the diagonal with LL' = AA', by Givens rotations of A's columns.
  static func lowerTriangularized(_ a: Matrix) -> Matrix {
    var l = a
    let q = a.rows
    for i in 0..<q {
      for j in i + 1..<max(q, i + 1) where l[i, j] != 0 {
        let x = l[i, i]
        let y = l[i, j]
        let r = (x * x + y * y).squareRoot()
        let c = x / r
        let s = y / r
        for k in 0..<q {
          let u = l[k, i]
          let v = l[k, j]
          l[k, i] = c * u + s * v
          l[k, j] = c * v - s * u
        }
        l[i, j] = 0
      }
      if l[i, i] < 0 { for k in 0..<q { l[k, i] = -l[k, i] } }
    }
    // What rotation leaves of an empty column is rounding.
    for j in 0..<q {
      var row = 0.0
      for k in 0..<j { row += l[j, k] * l[j, k] }
      if l[j, j] <= 1e-9 * row.squareRoot() {
        var column = 0.0
        for i in j..<q { column += l[i, j] * l[i, j] }
        if column.squareRoot() <= 1e-9 * row.squareRoot() { for i in j..<q { l[i, j] = 0 } }
      }
    }
    return l
  }
}
