extension PivotedQR {
  /// T = R₁₁⁻¹R₁₂: an aliased column is the sum of those kept in these shares, x_a = Σ T_ka x_k (rank × number aliased, in pivot order).
  private var shares: Matrix {
    var shares = Matrix(rows: rank, columns: factors.columns - rank)
    for a in 0..<shares.columns {
      for i in (0..<rank).reversed() {
        var value = factors[i, rank + a]
        for j in i + 1..<max(rank, i + 1) { value -= factors[i, j] * shares[j, a] }
        shares[i, a] = value / factors[i, i]
      }
    }
    return shares
  }

  /// For each column, in the original order, whether the rows determine its coefficient: whether its unit vector lies in the space of the rows, so that all
  /// least-squares solutions agree on it.
  ///
  /// Adding to the coefficient of an aliased column and taking its shares from the others changes no fitted value. So what is aliased is not determined, nor
  /// is any column that has a share in one.
  public var determined: [Bool] {
    let shares = shares
    func norm(_ column: Int, rows: Int) -> Double {
      (0..<rows).reduce(0) { $0 + factors[$1, column] * factors[$1, column] }.squareRoot()
    }
    let aliased = (0..<shares.columns).map { norm(rank + $0, rows: rank) }
    var result = [Bool](repeating: false, count: factors.columns)
    for k in 0..<rank {
      let size = norm(k, rows: k + 1)
      result[pivot[k]] = aliased.indices.allSatisfy { abs(shares[k, $0]) * size <= 1e-7 * aliased[$0] }
    }
    return result
  }

  /// Vectors that sum the columns to nothing, one for each aliased column (columns × number aliased, rows in the original order).
  public var nullVectors: Matrix {
    let shares = shares
    var result = Matrix(rows: factors.columns, columns: shares.columns)
    for a in 0..<shares.columns {
      result[pivot[rank + a], a] = 1
      for k in 0..<rank { result[pivot[k], a] = -shares[k, a] }
    }
    return result
  }
}
