import LinearAlgebra

extension VariateStream {
  /// A Wishart matrix, R's `rWishart(1, df, scale)`, by Bartlett's decomposition.
  ///
  /// With A upper triangular, χ numbers of df, df − 1, … degrees on its diagonal and normal numbers above,
  /// column by column, and R'R = scale: (A·R)'(A·R). Its mean is df·scale.
  ///
  /// - Parameters:
  ///   - degreesOfFreedom: at least the order of the matrix.
  ///   - scale: symmetric and positive definite, in squared units of the data.
  /// - Throws: `RandomStreamError.invalidWishart`; then nothing was drawn.
  /// - Reference: Bartlett (1933), doi:10.1017/S0370164600015972.
  public mutating func wishart(degreesOfFreedom df: Double, scale: Matrix) throws(RandomStreamError) -> Matrix
  {
    let p = scale.rows
    guard p == scale.columns, df.isFinite, df >= Double(p), let root = scale.choleskyLower else {
      throw .invalidWishart(degreesOfFreedom: df, rows: scale.rows, columns: scale.columns)
    }
    var factor = Matrix(rows: p, columns: p)
    for j in 0..<p {
      factor[j, j] = chiSquared(degreesOfFreedom: df - Double(j)).squareRoot()
      for i in 0..<j { factor[i, j] = normal() }
    }
    var product = Matrix(rows: p, columns: p)
    for j in 0..<p {
      for i in 0...j { for k in i...j { product[i, j] += factor[i, k] * root[j, k] } }
    }
    var result = Matrix(rows: p, columns: p)
    for j in 0..<p {
      for i in 0..<p { for k in 0...min(i, j) { result[i, j] += product[k, i] * product[k, j] } }
    }
    return result
  }
}

extension Matrix {
  /// L with L·L' = this matrix, or nil where it is not positive definite; only the lower triangle is read.
  fileprivate var choleskyLower: Matrix? {
    var factor = self
    let isPositive = factor.storage.withUnsafeMutableBufferPointer { entries in
      entries.baseAddress.map { SmallKernels.cholesky($0, rows) } ?? true
    }
    return isPositive ? factor : nil
  }
}
