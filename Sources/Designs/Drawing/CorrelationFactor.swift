import Tables

/// The Cholesky factor of a correlation matrix that may be singular.
enum CorrelationFactor {
  /// C, lower triangular with C·C' = R, row by row.
  ///
  ///     c_jj = √(r_jj − Σ_{k<j} c_jk²)        c_ij = (r_ij − Σ_{k<j} c_ik·c_jk) / c_jj
  ///
  /// A pivot (what stands under the root) below 1e-12 counts as 0, and with it the whole column: effects that
  /// others determine get no deviate of their own.
  /// - Throws: `DesignFault` for what is no correlation matrix: not square, not symmetric, another diagonal
  ///   than 1, entries outside −1 to 1, or not positive semidefinite (a pivot below −1e-10, or a remainder
  ///   above 1e-6 in the column of a zero pivot).
  static func lower(_ r: [[Double]], at path: [String]) throws(DesignFault) -> [[Double]] {
    let n = r.count
    for (i, row) in r.enumerated() {
      guard row.count == n else {
        throw DesignFault(path + [String(i + 1)], "row \(i + 1) has \(row.count) entries, not \(n)")
      }
      for k in 0..<n {
        guard abs(row[k]) <= 1 else {
          throw DesignFault(path, "correlation \(shortestText(row[k])); -1 to 1 would work")
        }
      }
      guard row[i] == 1 else {
        throw DesignFault(path, "\(shortestText(row[i])) on the diagonal of correlations; 1 would work")
      }
    }
    for i in 0..<n {
      for k in 0..<i where r[i][k] != r[k][i] {
        throw DesignFault(
          path,
          "the correlations of \(k + 1) with \(i + 1) are \(shortestText(r[k][i])) and \(shortestText(r[i][k])); a symmetric matrix would work"
        )
      }
    }
    var c = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for j in 0..<n {
      var pivot = r[j][j]
      for k in 0..<j { pivot -= c[j][k] * c[j][k] }
      guard pivot >= -1e-10 else { throw notSemidefinite(path) }
      if pivot > 1e-12 { c[j][j] = pivot.squareRoot() }
      for i in j + 1..<max(n, j + 1) {
        var rest = r[i][j]
        for k in 0..<j { rest -= c[i][k] * c[j][k] }
        if c[j][j] > 0 {
          c[i][j] = rest / c[j][j]
        } else if abs(rest) > 1e-6 {
          throw notSemidefinite(path)
        }
      }
    }
    return c
  }

  private static func notSemidefinite(_ path: [String]) -> DesignFault {
    DesignFault(
      path,
      "no numbers have these correlations (the matrix is not positive semidefinite); correlations nearer to 0 would work"
    )
  }
}
