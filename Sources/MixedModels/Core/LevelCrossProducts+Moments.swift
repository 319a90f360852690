import LinearAlgebra

/// A start from sums of squares with exact expectations, each column of Z as a term of its own, no factorization.
///
///     SS_k = y'Z_kD_k⁻¹Z_k'y,  D_k = diag(Z_k'Z_k)      E SS_k = Σ_l s_l² |D_k^{−½}Z_k'M_XZ_l|² + s² tr(D_k⁻¹Z_k'M_XZ_k)
///     E y'y = Σ_l s_l² |M_XZ_l|² + s²(n − p)
///
/// for y orthogonal to X. Reference: Henderson (1953), doi:10.2307/3001853.
extension LevelCrossProducts {
  /// Variance ratios of all columns of Z, from 0.01 to 10⁶; nil where the equations have no solution.
  func momentVariances() -> [Double]? {
    let q = effectCount
    let p = fixedCount
    let columns = (0..<q).map { column -> Column in
      let stage = (stages + tailStages).first { factors[$0.factor].columns.contains(column) }!
      return Column(stage, place: factors[stage.factor].columns.firstIndex(of: column)!, fixedCount: p)
    }
    // R'R of each column.
    let grams = columns.map { column -> [Double] in
      var gram = [Double](repeating: 0, count: p * p)
      for start in stride(from: 0, to: column.spans.count, by: max(p, 1)) where p > 0 {
        for b in 0..<p {
          for a in 0..<p { gram[a + b * p] += column.spans[start + a] * column.spans[start + b] }
        }
      }
      return gram
    }
    var left = Matrix(rows: q + 1, columns: q + 1)
    var right = [Double](repeating: 0, count: q + 1)
    right[q] = 1
    left[q, q] = Double(rowCount - p)
    for (k, column) in columns.enumerated() {
      for j in column.sizes.indices where column.sizes[j] > 0 {
        let size = column.sizes[j]
        right[k] += column.scores[j] * column.scores[j] / size
        var own = size
        for a in 0..<p { own -= column.spans[j * p + a] * column.spans[j * p + a] }
        left[k, q] += own / size
        left[q, k] += own
        for l in 0..<q {
          var sum = 0.0
          for b in 0..<p {
            for a in 0..<p { sum += column.spans[j * p + a] * grams[l][a + b * p] * column.spans[j * p + b] }
          }
          left[k, l] += sum / size
        }
      }
    }
    for k in 0..<q {
      for l in 0...k {
        forEachProduct(columns[k], columns[l]) { i, j, product in
          var along = 0.0
          for a in 0..<p { along += columns[k].spans[i * p + a] * columns[l].spans[j * p + a] }
          let square = product * product - 2 * product * along
          if columns[k].sizes[i] > 0 { left[k, l] += square / columns[k].sizes[i] }
          if l < k, columns[l].sizes[j] > 0 { left[l, k] += square / columns[l].sizes[j] }
        }
      }
    }
    let qr = PivotedQR(left)
    guard qr.rank == q + 1 else { return nil }
    qr.applyTransposedQ(to: &right)
    let variances = qr.coefficients(fromEffects: right)
    guard variances[q] > 0, variances.allSatisfy(\.isFinite) else { return nil }
    return (0..<q).map { max(0.01, min(1e6, variances[$0] / variances[q])) }
  }

  /// psi ← the diagonal of `momentVariances`; false where there are none.
  func fillMomentStart(_ psi: UnsafeMutablePointer<Double>) -> Bool {
    guard let variances = momentVariances() else { return false }
    let q = effectCount
    for i in 0..<q * q { psi[i] = 0 }
    for k in 0..<q { psi[k + k * q] = variances[k] }
    return true
  }

  /// One column of Z: D, Z'y and R = Z'X̃ (p) of each level.
  private struct Column {
    let stage: Stage
    let place: Int
    let sizes: [Double]
    let scores: [Double]
    let spans: [Double]

    init(_ stage: Stage, place: Int, fixedCount p: Int) {
      self.stage = stage
      self.place = place
      let q = stage.width
      sizes = (0..<stage.levelCount).map { stage.squares[$0 * q * q + place * (q + 1)] }
      var (scores, spans) = ([Double](), [Double]())
      for j in 0..<stage.levelCount {
        let start = stage.rowStart(j) + q * (stage.rowWidth(j) - p - 1) + place
        for k in 0..<p { spans.append(stage.rows[start + k * q]) }
        scores.append(stage.rows[start + p * q])
      }
      self.scores = scores
      self.spans = spans
    }
  }

  /// Calls `body` with the levels and the product of each pair of levels of two columns that meet.
  private func forEachProduct(_ first: Column, _ second: Column, _ body: (Int, Int, Double) -> Void) {
    let (f, g) = (first.stage.factor, second.stage.factor)
    let q = first.stage.width
    if f == g {
      for j in 0..<first.stage.levelCount {
        body(j, j, first.stage.squares[j * q * q + first.place + second.place * q])
      }
      return
    }
    // The one that stands before the other knows their products.
    let order = (stages + tailStages).map(\.factor)
    if order.firstIndex(of: f)! > order.firstIndex(of: g)! {
      return forEachProduct(second, first) { body($1, $0, $2) }
    }
    if let later = stages.firstIndex(where: { $0.factor == g }) {
      let own = stages.firstIndex { $0.factor == f }!
      let offset = stages[(own + 1)..<later].reduce(0) { $0 + $1.width }
      for j in 0..<first.stage.levelCount {
        let product = first.stage.rows[first.stage.rowStart(j) + first.place + (offset + second.place) * q]
        body(j, first.stage.ancestors[later - own - 1][j], product)
      }
      return
    }
    let start = tail.first { $0.factor == g }!.start
    let width = second.stage.width
    let end = start + width * second.stage.levelCount
    for j in 0..<first.stage.levelCount {
      let row = first.stage.rowStart(j) + first.place + first.stage.ancestorWidth * q
      for k in first.stage.columnStart[j]..<first.stage.columnStart[j + 1] {
        let column = Int(first.stage.tailColumns[k])
        if column >= start, column < end, (column - start) % width == second.place {
          body(j, (column - start) / width, first.stage.rows[row + (k - first.stage.columnStart[j]) * q])
        }
      }
    }
  }
}
