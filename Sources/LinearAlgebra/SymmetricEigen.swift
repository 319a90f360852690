extension Matrix {
  /// Eigenvalues, unsorted, and orthonormal eigenvectors (columns) of a symmetric matrix.
  /// - Precondition: the matrix is square and symmetric.
  package var symmetricEigen: (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "\(rows)×\(columns)")
    var a = storage
    var v = [Double](repeating: 0, count: storage.count)
    a.withUnsafeMutableBufferPointer { a in
      v.withUnsafeMutableBufferPointer { v in
        if let a = a.baseAddress, let v = v.baseAddress { SmallKernels.symmetricEigen(a, rows, vectors: v) }
      }
    }
    return (
      (0..<rows).map { a[$0 + $0 * rows] }, Matrix(rows: rows, columns: columns, storage: v)
    )
  }

  /// The inverse of a symmetric matrix on the directions that it determines: eigenvalues (after scaling the diagonal to 1) above
  /// `tolerance`; the others are left out.
  package func symmetricPseudoInverse(tolerance: Double) -> Matrix {
    let scale = diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    var scaled = self
    for j in 0..<columns { for i in 0..<rows { scaled[i, j] *= scale[i] * scale[j] } }
    let (values, vectors) = scaled.symmetricEigen
    var result = Matrix(rows: rows, columns: columns)
    for (k, value) in values.enumerated() where value > tolerance {
      for j in 0..<columns {
        for i in 0..<rows {
          result[i, j] += vectors[i, k] * vectors[j, k] / value * scale[i] * scale[j]
        }
      }
    }
    return result
  }
}
