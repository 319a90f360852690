import LinearAlgebra

/// Λ: the lower triangular factor of the relative covariance Ψ = ΛΛ' of the random effects, and θ, its free elements.
///
/// θ lists the lower triangle of each term's block by columns, one term after another (lme4's order).
enum RelativeCovarianceFactor {
  typealias Pointer = UnsafeMutablePointer<Double>

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
    var l = psi
    l.withUnsafeMutableBufferPointer { l in
      if let l = l.baseAddress { fillLowerFactor(l, of: psi, order: q) }
    }
    return l
  }

  /// The same on memory of the caller.
  static func fillLowerFactor(_ l: Pointer, of psi: UnsafePointer<Double>, order q: Int) {
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
    var lambda = Matrix(rows: q, columns: q)
    psi.withPointer { psi in
      scale.storage.withPointer { scale in
        lambda.storage.withUnsafeMutableBufferPointer {
          fillUnscaled($0.baseAddress!, psi: psi, scale: scale, order: q)
        }
      }
    }
    return lambda
  }

  /// The same on memory of the caller.
  static func fillUnscaled(_ a: Pointer, psi: Pointer, scale: Pointer, order q: Int) {
    fillLowerFactor(a, of: psi, order: q)
    // Columns of R_b⁻¹Λ̃ by back-substitution.
    for j in 0..<q {
      var i = q - 1
      while i >= 0 {
        var sum = a[i + j * q]
        for k in i + 1..<max(q, i + 1) { sum -= scale[i + k * q] * a[k + j * q] }
        a[i + j * q] = sum / scale[i + i * q]
        i -= 1
      }
    }
    lowerTriangularize(a, order: q)
  }

  /// The lower triangular L ≥ 0 on the diagonal with LL' = AA', by Givens rotations of A's columns.
  static func lowerTriangularized(_ a: Matrix) -> Matrix {
    var l = a
    l.storage.withUnsafeMutableBufferPointer { lowerTriangularize($0.baseAddress!, order: a.rows) }
    return l
  }

  /// The same in place.
  static func lowerTriangularize(_ l: Pointer, order q: Int) {
    for i in 0..<q {
      for j in i + 1..<max(q, i + 1) where l[i + j * q] != 0 {
        let x = l[i + i * q]
        let y = l[i + j * q]
        let r = (x * x + y * y).squareRoot()
        let c = x / r
        let s = y / r
        for k in 0..<q {
          let u = l[k + i * q]
          let v = l[k + j * q]
          l[k + i * q] = c * u + s * v
          l[k + j * q] = c * v - s * u
        }
        l[i + j * q] = 0
      }
      if l[i + i * q] < 0 { for k in 0..<q { l[k + i * q] = -l[k + i * q] } }
    }
    // What rotation leaves of an empty column is rounding.
    for j in 0..<q {
      var row = 0.0
      for k in 0..<j { row += l[j + k * q] * l[j + k * q] }
      if l[j + j * q] <= 1e-9 * row.squareRoot() {
        var column = 0.0
        for i in j..<q { column += l[i + j * q] * l[i + j * q] }
        if column.squareRoot() <= 1e-9 * row.squareRoot() { for i in j..<q { l[i + j * q] = 0 } }
      }
    }
  }
}
