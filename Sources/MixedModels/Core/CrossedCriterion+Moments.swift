import LinearAlgebra

/// A start from sums of squares with exact expectations, each column of Z as a term of its own, no factorization.
///
///     SS_k = y'Z_kD_k⁻¹Z_k'y,  D_k = diag(Z_k'Z_k)      E SS_k = Σ_l s_l² |D_k^{−½}Z_k'M_XZ_l|² + s² tr(D_k⁻¹Z_k'M_XZ_k)
///     E y'y = Σ_l s_l² |M_XZ_l|² + s²(n − p)
///
/// for y orthogonal to X. Reference: Henderson (1953), doi:10.2307/3001853.
extension CrossedCriterion {
  /// psi ← the diagonal of the estimated variance ratios; false where the equations have no solution.
  func fillMoments(_ psi: Pointer) -> Bool {
    let q = effectCount
    let p = fixedCount
    // Per column: D, Z'y and R = Z'X̃ (p) of each level.
    let columns = (0..<q).map { column -> (factor: Int, place: Int) in
      let f = data.factors.firstIndex { $0.columns.contains(column) }!
      return (f, data.factors[f].columns.firstIndex(of: column)!)
    }
    var sizes: [[Double]] = []
    var scores: [[Double]] = []
    var spans: [[Double]] = []
    for (f, a) in columns {
      let levels = data.factors[f].levelCount
      var (d, z, r) = ([Double](), [Double](), [Double]())
      for j in 0..<levels {
        d.append(data.square(ofFactor: f, level: j)[a, a])
        let (fixed, response) = denseProducts(ofFactor: f, level: j, effect: a)
        z.append(response)
        r += fixed
      }
      sizes.append(d)
      scores.append(z)
      spans.append(r)
    }
    // R'R of each column.
    let grams = spans.map { r -> [Double] in
      var gram = [Double](repeating: 0, count: p * p)
      for start in stride(from: 0, to: r.count, by: max(p, 1)) where p > 0 {
        for b in 0..<p { for a in 0..<p { gram[a + b * p] += r[start + a] * r[start + b] } }
      }
      return gram
    }
    var left = Matrix(rows: q + 1, columns: q + 1)
    var right = [Double](repeating: 0, count: q + 1)
    right[q] = 1
    left[q, q] = Double(data.rowCount - p)
    for k in 0..<q {
      for j in sizes[k].indices where sizes[k][j] > 0 {
        right[k] += scores[k][j] * scores[k][j] / sizes[k][j]
        var own = sizes[k][j]
        for a in 0..<p { own -= spans[k][j * p + a] * spans[k][j * p + a] }
        left[k, q] += own / sizes[k][j]
        left[q, k] += own
        for l in 0..<q {
          var sum = 0.0
          for b in 0..<p {
            for a in 0..<p { sum += spans[k][j * p + a] * grams[l][a + b * p] * spans[k][j * p + b] }
          }
          left[k, l] += sum / sizes[k][j]
        }
      }
    }
    for k in 0..<q {
      for l in 0..<q {
        forEachProduct(columns[k], columns[l]) { i, j, product in
          guard sizes[k][i] > 0 else { return }
          var along = 0.0
          for a in 0..<p { along += spans[k][i * p + a] * spans[l][j * p + a] }
          left[k, l] += (product * product - 2 * product * along) / sizes[k][i]
        }
      }
    }
    let qr = PivotedQR(left)
    guard qr.rank == q + 1 else { return false }
    qr.applyTransposedQ(to: &right)
    let variances = qr.coefficients(fromEffects: right)
    guard variances[q] > 0, variances.allSatisfy(\.isFinite) else { return false }
    for i in 0..<q * q { psi[i] = 0 }
    for k in 0..<q { psi[k + k * q] = max(0.01, min(1e6, variances[k] / variances[q])) }
    return true
  }

  /// Z_j'X̃ and Z_j'ỹ of one effect of a level.
  private func denseProducts(ofFactor f: Int, level j: Int, effect a: Int) -> ([Double], Double) {
    let p = fixedCount
    if let stage = stages.first(where: { $0.factor == f }) {
      let row = stage.rawRows + stage.rowStart(j) + stage.width * (stage.rowWidth(j) - p - 1) + a
      return ((0..<p).map { row[$0 * stage.width] }, row[p * stage.width])
    }
    let column = data.tail.first { $0.factor == f }!.start + j * data.factors[f].columns.count + a
    let start = column * data.tailOrder + data.tailLevelColumns
    return (Array(data.tailSquares[start..<start + p]), data.tailSquares[start + p])
  }

  /// Calls `body` with the levels and the product of each pair of levels of two columns of Z that meet.
  private func forEachProduct(
    _ first: (factor: Int, place: Int), _ second: (factor: Int, place: Int),
    _ body: (Int, Int, Double) -> Void
  ) {
    if first.factor == second.factor {
      for j in 0..<data.factors[first.factor].levelCount {
        body(j, j, data.square(ofFactor: first.factor, level: j)[first.place, second.place])
      }
      return
    }
    let a = stages.firstIndex { $0.factor == first.factor }
    let b = stages.firstIndex { $0.factor == second.factor }
    if let b, a == nil || a! > b { return forEachProduct(second, first) { body($1, $0, $2) } }
    let other = data.factors[second.factor].columns.count
    if let a {
      let stage = stages[a]
      // Where the second factor's columns stand in a vector over all.
      let start = place(ofFactor: second.factor, level: 0) + second.place
      let end = start + other * data.factors[second.factor].levelCount
      for j in 0..<stage.levelCount {
        let neighbours = stage.neighbours(of: j)
        let row = stage.rawRows + stage.rowStart(j) + first.place
        for k in 0..<stage.rowWidth(j) {
          let place = Int(neighbours[k])
          if place >= start, place < end, (place - start) % other == 0 {
            body(j, (place - start) / other, row[k * stage.width])
          }
        }
      }
      return
    }
    let width = data.factors[first.factor].columns.count
    let x = data.tail.first { $0.factor == first.factor }!.start + first.place
    let y = data.tail.first { $0.factor == second.factor }!.start + second.place
    for j in 0..<data.factors[second.factor].levelCount {
      for i in 0..<data.factors[first.factor].levelCount {
        let (row, column) = (x + i * width, y + j * other)
        let product = data.tailSquares[max(row, column) + min(row, column) * data.tailOrder]
        if product != 0 { body(i, j, product) }
      }
    }
  }
}
