import LinearAlgebra

/// Where estimates go as the spread between groups grows without end: no pooling.
///
/// At c the effects b_j = D v_j, DD' = Δ, and β minimize Σ ‖y_j − X_jβ − Z_jDv_j‖² + (σ/c)² Σ ‖v_j‖². As c → ∞ the second sum only chooses among the solutions that make the
/// first least. So in turn:
///
/// 1. What the Z_jD span is taken out of X and y group by group; least squares on the rest gives β but for shifts N a that the groups' own effects can take up (those of
///    varying columns, of group-level predictors, …).
/// 2. Given β, the effects of a group are the least v_j among those of least squares, v_j = (Z_jD)⁺(y_j − X_jβ), with the Moore–Penrose inverse.
/// 3. Of the shifts that one is taken which makes Σ ‖v_j‖² least: least squares once more, in a. It is unique, as X has full rank.
///
/// A group whose rows do not determine all of its coefficients, or a group-level predictor, therefore has a limit, too: what is closest to the others by Δ.
struct PoolingLimit {
  /// What varies, fixed and random part together (groups × effects).
  let coefficients: Matrix

  /// Takes the limit.
  /// - Parameter root: D (q×q); Δ may be singular.
  /// - Complexity: O(rows · columns²).
  init(_ model: LinearMixedModel, root: Matrix) {
    let names = model.fixedEffectNames
    let (p, q) = (names.count, root.columns)
    let groups = model.groupLevels.count
    let factors = model.frame.rowFactors
    let n = model.groupCodes.count
    var rows = [[Int]](repeating: [], count: groups)
    for (i, code) in model.groupCodes.enumerated() { rows[code].append(i) }

    // Beside a constant, columns count from their means: far from zero they would look like it.
    let constant = names.firstIndex(of: "(Intercept)")
    var columns = (0..<p).map { model.fixedMatrix.column($0) } + [model.frame.responseBesideOffset]
    var means = [Double](repeating: 0, count: p)
    for k in 0..<p where constant != nil && k != constant {
      means[k] = columns[k].reduce(0, +) / Double(n)
      for i in 0..<n { columns[k][i] -= means[k] }
    }
    if let factors { for k in 0...p { for i in 0..<n { columns[k][i] *= factors[i] } } }

    // 1
    let random = model.randomMatrix
    var projections: [Projection] = []
    var rest = Matrix(rows: n, columns: p)
    var restResponse = columns[p]
    // (Z_jD)⁺ of X_j and of y_j, group after group.
    var effects = [[[Double]]](repeating: [], count: groups)
    for (j, own) in rows.enumerated() {
      let z = Matrix(
        rows: own.count, columns: q, storage: (0..<q).flatMap { k in own.map { random[$0, k] } })
      let projection = Projection(z, rowFactors: factors.map { all in own.map { all[$0] } }, root: root)
      projections.append(projection)
      for k in 0...p {
        var column = own.map { columns[k][$0] }
        effects[j].append(projection.split(&column))
        for (i, row) in own.enumerated() {
          if k < p { rest[row, k] = column[i] } else { restResponse[row] = column[i] }
        }
      }
    }
    for k in 0..<p {
      let whole = columns[k].reduce(0) { $0 + $1 * $1 }
      // What is left of a column that is spanned is rounding.
      if rest.column(k).reduce(0, { $0 + $1 * $1 }) < 1e-14 * whole { for i in 0..<n { rest[i, k] = 0 } }
    }
    let outer = PivotedQR(rest)
    outer.applyTransposedQ(to: &restResponse)
    var beta = outer.coefficients(fromEffects: restResponse).map { $0.isNaN ? 0 : $0 }

    // 3
    let shifts = outer.nullVectors
    var left = [Double](repeating: 0, count: groups * q)
    var moved = Matrix(rows: groups * q, columns: shifts.columns)
    for j in 0..<groups {
      for r in 0..<q {
        left[j * q + r] = effects[j][p][r]
        for k in 0..<p { left[j * q + r] -= effects[j][k][r] * beta[k] }
        for a in 0..<shifts.columns {
          for k in 0..<p { moved[j * q + r, a] += effects[j][k][r] * shifts[k, a] }
        }
      }
    }
    let last = PivotedQR(moved)
    last.applyTransposedQ(to: &left)
    for (a, step) in last.coefficients(fromEffects: left).enumerated() where !step.isNaN {
      for k in 0..<p { beta[k] += shifts[k, a] * step }
    }

    // 2
    let offsets = zip(beta, means).reduce(0) { $0 + $1.0 * $1.1 }
    var coefficients = Matrix(rows: groups, columns: q)
    for j in 0..<groups {
      let v = (0..<q).map { r in
        (0..<p).reduce(effects[j][p][r]) { $0 - effects[j][$1][r] * beta[$1] }
      }
      let b = root * v
      for (k, name) in model.randomEffectNames.enumerated() {
        let fixed = names.firstIndex(of: name)
        coefficients[j, k] =
          b[k] + (fixed.map { beta[$0] - ($0 == constant ? offsets : 0) } ?? 0)
      }
    }
    self.coefficients = coefficients
  }

  /// Least squares of one group on Z_jD.
  private struct Projection {
    /// Of Z_j, which keeps the digits of columns far from zero, and of what it leaves of D.
    let outer: PivotedQR
    let inner: PivotedQR
    /// Of the transposed triangle of `inner`.
    let transposed: PivotedQR

    init(_ z: Matrix, rowFactors: [Double]?, root: Matrix) {
      outer = PivotedQR(z, rowFactors: rowFactors)
      let q = root.columns
      var triangle = Matrix(rows: outer.rank, columns: q)
      for r in 0..<outer.rank {
        for k in r..<q { triangle[r, outer.pivot[k]] = outer.factors[r, k] }
      }
      inner = PivotedQR(triangle * root)
      var tall = Matrix(rows: q, columns: inner.rank)
      for r in 0..<inner.rank {
        for k in r..<q { tall[inner.pivot[k], r] = inner.factors[r, k] }
      }
      transposed = PivotedQR(tall, tolerance: 0)
    }

    /// (Z_jD)⁺y; y is left with what the columns do not reach.
    func split(_ y: inout [Double]) -> [Double] {
      outer.applyTransposedQ(to: &y)
      var head = Array(y[..<outer.rank])
      inner.applyTransposedQ(to: &head)
      // T'u = the head, v = Qu with the QR of the transposed triangle: least length.
      var v = [Double](repeating: 0, count: transposed.factors.rows)
      for i in 0..<inner.rank {
        v[i] = head[i]
        for k in 0..<i { v[i] -= transposed.factors[k, i] * v[k] }
        v[i] /= transposed.factors[i, i]
      }
      transposed.applyQ(to: &v)
      for i in 0..<inner.rank { head[i] = 0 }
      inner.applyQ(to: &head)
      for i in 0..<outer.rank { y[i] = head[i] }
      outer.applyQ(to: &y)
      return v
    }
  }
}
