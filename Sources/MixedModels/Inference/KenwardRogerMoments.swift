import LinearAlgebra

/// What Kenward and Roger's correction is made of: with V = Σ γ_rG_r, the entries of Ψ first and σ² = 1 last, in the coordinates of the reduced data,
///
///     X'V⁻¹X     P_r = −X'V⁻¹G_rV⁻¹X     Q_rs = X'V⁻¹G_rV⁻¹G_sV⁻¹X     tr(V⁻¹G_rV⁻¹G_s)
struct KenwardRogerMoments {
  /// X'V⁻¹X (p×p).
  let information: Matrix
  /// P_r (p×p), and Q_rs at r + s·count (p×p).
  let first: [Matrix]
  let second: [Matrix]
  /// tr(V⁻¹G_rV⁻¹G_s).
  let traces: Matrix

  /// With one grouping factor, from the groups' R_j and z_j: V⁻ᵏ is H_jᵏ on the columns of Z_j and the identity beside them.
  init(_ data: GroupReduction, lambda: Matrix) {
    let (q, p) = (data.effectCount, data.fixedCount)
    let directions = data.blocks.flatMap { block in
      block.flatMap { b in (block.lowerBound...b).map { (a: $0, b: b) } }
    }
    let parts = directions.map { a, b in
      var part = Matrix(rows: q, columns: q)
      part[a, b] = 1
      part[b, a] = 1
      return part
    }
    let d = parts.count
    let count = d + 1

    var fixed = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in 0..<p { fixed[i, j] = data.within[i + j * (p + 1)] } }
    // X'V⁻¹X, X'V⁻²X, X'V⁻³X
    var powers = [fixed, fixed, fixed]
    var p1 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count)
    var q2 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count * count)
    var traces = Matrix(rows: count, columns: count)
    traces[d, d] = Double(data.rowCount - data.groupCount * q)
    for j in 0..<data.groupCount {
      let start = j * q * q
      let r = Matrix(rows: q, columns: q, storage: Array(data.triangles[start..<start + q * q]))
      let first = j * q * (p + 1)
      let z = Matrix(rows: q, columns: p, storage: Array(data.projections[first..<first + q * p]))
      let h = KenwardRogerMoments.inverse(r * lambda)
      let (hr, hz) = (h * r, h * z)
      let square = h * h
      let (g, c) = (r.transposed * hr, r.transposed * hz)
      let (g2, c2) = (hr.transposed * hr, hr.transposed * hz)
      powers[0] = powers[0] + z.transposed * hz
      powers[1] = powers[1] + hz.transposed * hz
      powers[2] = powers[2] + hz.transposed * (h * hz)
      for e in 0..<d {
        let ec = parts[e] * c
        p1[e] = p1[e] - c.transposed * ec
        for f in 0..<d {
          q2[e + f * count] = q2[e + f * count] + ec.transposed * (g * (parts[f] * c))
          traces[e, f] += trace(g * parts[e] * g * parts[f])
        }
        q2[e + d * count] = q2[e + d * count] + ec.transposed * c2
        traces[e, d] += trace(parts[e] * g2)
      }
      traces[d, d] += square.diagonal.reduce(0, +)
    }
    p1[d] = powers[1] * -1
    q2[d + d * count] = powers[2]
    for e in 0..<d {
      q2[d + e * count] = q2[e + d * count].transposed
      traces[d, e] = traces[e, d]
    }
    information = powers[0]
    first = p1
    second = q2
    self.traces = traces
  }

  /// With several, from Z'V⁻¹Z over all levels. What has σ² in it follows from V⁻¹VV⁻¹ = V⁻¹: V⁻² = V⁻¹ − Σ γ_rV⁻¹G_rV⁻¹.
  /// - Complexity: the cube of the number of all levels' columns.
  init(_ data: LevelCrossProducts, lambda: Matrix) {
    let workspace = CrossedCriterion(data, method: .reml)
    let psi = lambda * lambda.transposed
    _ = psi.storage.withPointer { workspace.evaluate(at: $0) }
    let p = data.fixedCount
    let levels = workspace.denseInformation(includingFixed: false)
    let products = workspace.fixedProducts
    let directions = workspace.directions
    let d = directions.count
    let count = d + 1
    let gamma = directions.map { psi[$0.a, $0.b] }

    // C = Z'V⁻¹X, and EC for each direction.
    let total = levels.full.rows
    var c = Matrix(rows: total, columns: p)
    var moved = [Matrix](repeating: Matrix(rows: total, columns: p), count: d)
    var start = 0
    for (columns, blocks) in products {
      for block in blocks {
        for k in 0..<p { for i in columns.indices { c[start + i, k] = block[i, k] } }
        for (e, direction) in directions.enumerated() {
          guard let a = columns.firstIndex(of: direction.a), let b = columns.firstIndex(of: direction.b)
          else {
            continue
          }
          for k in 0..<p {
            moved[e][start + a, k] += block[b, k]
            if a != b { moved[e][start + b, k] += block[a, k] }
          }
        }
        start += columns.count
      }
    }
    var factor = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in j..<p { factor[i, j] = workspace.fixedFactor[i + j * p] } }
    let information = factor * factor.transposed

    var p1 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count)
    var q2 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count * count)
    var traces = Matrix(rows: count, columns: count)
    var single = [Double](repeating: 0, count: d)
    for e in 0..<d {
      p1[e] = c.transposed * moved[e] * -1
      single[e] = trace(levels.moved[e])
      let half = levels.full * moved[e]
      for f in 0..<d {
        q2[f + e * count] = moved[f].transposed * half
        traces[e, f] = levels.traces[e, f]
      }
    }
    // V⁻¹ = V⁻¹VV⁻¹ in each place where σ² stands.
    p1[d] = information * -1
    for e in 0..<d { p1[d] = p1[d] - p1[e] * gamma[e] }
    for e in 0..<d {
      var sum = p1[e] * -1
      var left = single[e]
      for f in 0..<d {
        sum = sum - q2[e + f * count] * gamma[f]
        left -= gamma[f] * traces[e, f]
      }
      q2[e + d * count] = sum
      q2[d + e * count] = sum.transposed
      traces[e, d] = left
      traces[d, e] = left
    }
    var sum = p1[d] * -1
    var left = Double(data.rowCount)
    for e in 0..<d {
      sum = sum - q2[d + e * count] * gamma[e]
      left -= gamma[e] * (single[e] + traces[d, e])
    }
    q2[d + d * count] = (sum + sum.transposed) * 0.5
    traces[d, d] = left
    self.information = information
    first = p1
    second = q2
    self.traces = traces
  }

  /// (I + AA')⁻¹.
  private static func inverse(_ a: Matrix) -> Matrix {
    KenwardRogerApproximation.symmetricInverse(Matrix.identity(a.rows) + a * a.transposed)
  }
}
