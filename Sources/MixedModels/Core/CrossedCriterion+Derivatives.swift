import LinearAlgebra

/// Gradient and Hessian of the criterion from the blocks of the inverse that the elimination's pattern holds.
///
///     D_f = Σ_j Z_j'PZ_j − (m/r²) Σ_j c_jc_j',   c_j = Z_j'Py
///     H(E, F) = −tr(PV_EPV_F) + (2m/r²) w_E'Pw_F − (m/r⁴) t_Et_F,   w_E = Z E c,   t_E = c'Ec
///
/// (V⁻¹ for P in the first terms by ML). Models of few levels have the trace exactly; with many, (m/r²)w_E'Pw_F stands for it, which it equals
/// in expectation: average information. Reference: Gilmour, Thompson & Cullis (1995), doi:10.2307/2533274; Takahashi, Fagan & Chin (1973).
extension CrossedCriterion {
  func fillDerivatives(precision: Double?) {
    let ratio = precision ?? degreesOfFreedom / residualSquares
    fillGradient(ratio)
    fillHessian(ratio, curved: precision == nil ? ratio / residualSquares : 0)
  }

  /// D and t_E, with `ratio` for m/r². Allocates nothing but, when first called, its scratch.
  func fillGradient(_ ratio: Double) {
    let q = effectCount
    let restricted = method == .reml
    solveForResponse()
    for i in 0..<q * q { gradient[i] = 0 }
    for t in data.tail.indices where !isRegular(t) { addTailInformation(of: t, includingFixed: restricted) }
    invertTail(includingFixed: restricted) { t, block in
      if isRegular(t) { addTailInformation(of: t, spherical: block) }
    }
    fillLevelCovariances(includingFixed: restricted) { stage, j, product in
      self.addInformation(of: stage, j, product)
    }
    for i in 0..<directions.count { tSums[i] = 0 }
    for (f, factor) in data.factors.enumerated() {
      let width = factor.columns.count
      for (b, column) in factor.columns.enumerated() {
        for (a, row) in factor.columns.enumerated() where a <= b {
          var sum = 0.0
          let first = scores + place(ofFactor: f, level: 0)
          for j in 0..<factor.levelCount { sum += first[j * width + a] * first[j * width + b] }
          gradient[row + column * q] -= ratio * sum
          gradient[column + row * q] = gradient[row + column * q]
          let pair = (min(row, column), max(row, column))
          if let e = directions.firstIndex(where: { $0 == pair }) { tSums[e] = a == b ? sum : 2 * sum }
        }
      }
    }
  }

  /// Whether dividing by Λ of a factor of the tail loses little.
  private func isRegular(_ t: Int) -> Bool {
    let f = data.tail[t].factor
    let (lambda, q) = (lambdas[f], data.factors[f].columns.count)
    return (0..<q).allSatisfy { k in
      (0..<q).reduce(0) { max($0, abs(lambda[k + $1 * q])) } < 1e3 * abs(lambda[k + k * q])
        && abs(lambda[k + k * q]) > 1e-3
    }
  }

  /// Adds Σ Z_j'PZ_j = Λ⁻ᵀ Σ(I − C^jj) Λ⁻¹ of a factor of the tail, whose Λ is regular.
  /// - Parameter block: Σ(I − C^jj) (q×q); destroyed.
  private func addTailInformation(of t: Int, spherical block: Pointer) {
    let f = data.tail[t].factor
    let columns = data.factors[f].columns
    let q = columns.count
    // Twice over Λ⁻ᵀ of the columns and a transposition.
    for _ in 0..<2 {
      for k in 0..<q { SmallKernels.solveLowerTransposed(lambdas[f], q, block + k * q) }
      for k in 0..<q {
        for i in 0..<k { (block[i + k * q], block[k + i * q]) = (block[k + i * q], block[i + k * q]) }
      }
    }
    for b in 0..<q { for a in 0...b { add(block[a + b * q], columns[a], columns[b]) } }
  }

  /// Adds Z_j'PZ_j of the levels of a factor of the tail: S_jj − K_j'K_j, K = L⁻¹[Λ'S; S_x].
  private func addTailInformation(of t: Int, includingFixed: Bool) {
    let order = data.tailOrder
    let levels = data.tailLevelColumns
    let rows = includingFixed ? levels + fixedCount : levels
    let (own, begin) = data.tail[t]
    let count = data.factors[own].columns.count * data.factors[own].levelCount
    for c in begin..<begin + count {
      let column = tailWork + (c - begin) * order
      for i in 0..<c { column[i] = schur[c + i * order] }
      for i in c..<order { column[i] = schur[i + c * order] }
      for (f, start) in data.tail {
        let q = data.factors[f].columns.count
        let end = start + q * data.factors[f].levelCount
        let lambda = lambdas[f]
        if q == 1 {
          for i in start..<end { column[i] *= lambda[0] }
        } else {
          for i in stride(from: start, to: end, by: q) {
            SmallMatrices.multiplyTransposed(lambda, column + i, q)
          }
        }
      }
    }
    DenseKernels.solveLower(tailFactor, rows, stride: order, tailWork, columns: count)
    let columns = data.factors[own].columns
    let q = columns.count
    for c in stride(from: 0, to: count, by: q) {
      for b in 0..<q {
        for a in 0...b {
          let whole = schur[begin + c + b + (begin + c + a) * order]
          let (x, y) = (tailWork + (c + a) * order, tailWork + (c + b) * order)
          var sum = 0.0
          for i in 0..<rows { sum += x[i] * y[i] }
          add(whole - sum, columns[a], columns[b])
        }
      }
    }
  }

  /// Adds G_j − C_jNC_j' = T(A − KT'), T = I − AH, K = BNB'.
  private func addInformation(of stage: StageWorkspace, _ j: Int, _ product: Pointer) {
    let q = stage.width
    let a = stage.squares + j * q * q
    let h = stage.posterior + j * q * q
    let columns = data.factors[stage.factor].columns
    if q == 1 {
      let t = 1 - a[0] * h[0]
      return add(t * (a[0] - product[0] * t), columns[0], columns[0])
    }
    let (t, inner) = (stage.small3, stage.small3 + q * q)
    for k in 0..<q {
      for i in 0..<q {
        var sum = i == k ? 1.0 : 0.0
        for l in 0..<q { sum -= a[i + l * q] * h[l + k * q] }
        t[i + k * q] = sum
      }
    }
    for k in 0..<q {
      for i in 0..<q {
        var sum = a[i + k * q]
        for l in 0..<q { sum -= product[i + l * q] * t[k + l * q] }
        inner[i + k * q] = sum
      }
    }
    for k in 0..<q {
      for i in 0...k {
        var sum = 0.0
        for l in 0..<q { sum += t[i + l * q] * inner[l + k * q] }
        add(sum, columns[i], columns[k])
      }
    }
  }

  private func add(_ value: Double, _ a: Int, _ b: Int) {
    gradient[a + b * effectCount] += value
    if a != b { gradient[b + a * effectCount] += value }
  }

  /// tailWork ← N = diag(Λ, I)C⁻¹diag(Λ', I), lower triangle, over the tail's levels (and X).
  /// - Parameter body: is given each factor of the tail and Σ(I − C^jj) of its levels.
  func invertTail(includingFixed: Bool, _ body: (Int, Pointer) -> Void = { _, _ in }) {
    let order = data.tailOrder
    let count = data.tailLevelColumns + (includingFixed ? fixedCount : 0)
    for j in 0..<count { for i in j..<count { tailWork[i + j * order] = tailFactor[i + j * order] } }
    DenseKernels.inverse(ofFactor: tailWork, count, stride: order)
    for (t, (f, start)) in data.tail.enumerated() {
      let q = data.factors[f].columns.count
      let sum = covarianceScratch.sum
      for i in 0..<q * q { sum[i] = i % (q + 1) == 0 ? Double(data.factors[f].levelCount) : 0 }
      for c in stride(from: start, to: start + q * data.factors[f].levelCount, by: q) {
        for b in 0..<q {
          for a in 0..<q { sum[a + b * q] -= tailWork[c + max(a, b) + (c + min(a, b)) * order] }
        }
      }
      body(t, sum)
    }
    for (f, start) in data.tail {
      let q = data.factors[f].columns.count
      let lambda = lambdas[f]
      let end = start + q * data.factors[f].levelCount
      for c in stride(from: start, to: end, by: q) {
        if q == 1 {
          for i in c..<count { tailWork[i + c * order] *= lambda[0] }
          continue
        }
        for k in 0..<q {
          for i in 0..<k { tailWork[c + i + (c + k) * order] = tailWork[c + k + (c + i) * order] }
        }
        for k in (0..<q).reversed() {
          for i in c..<count {
            var sum = 0.0
            for l in 0...k { sum += tailWork[i + (c + l) * order] * lambda[k + l * q] }
            tailWork[i + (c + k) * order] = sum
          }
        }
      }
      for c in 0..<end {
        let column = tailWork + c * order
        if q == 1 {
          for i in max(c, start)..<end { column[i] *= lambda[0] }
        } else {
          let from = c < start ? start : start + (c - start) / q * q
          for r in stride(from: from, to: end, by: q) { SmallMatrices.multiply(lambda, column + r, q) }
        }
      }
    }
  }

  /// N_jj = H + HKH and N_jn = −HBN of every level of the stages, from the last stage to the first; `tailWork` holds N of the tail.
  /// - Parameter body: is given each level and K = BNB' (q×q).
  func fillLevelCovariances(includingFixed: Bool, _ body: (StageWorkspace, Int, Pointer) -> Void) {
    let scratch = covarianceScratch
    let (around, e, k, kh) = (scratch.around, scratch.products, scratch.inner, scratch.inner2)
    for stage in stages.reversed() {
      let q = stage.width
      for j in stage.order {
        // Without fixed effects the columns of X count as absent; y's always.
        let width = stage.rowWidth(j) - 1 - (includingFixed ? 0 : fixedCount)
        gather(stage, j, width, into: around)
        let row = stage.rows + stage.rowStart(j)
        for c in 0..<width {
          for i in 0..<q {
            let column = around + c * width
            if q == 1 {
              e[c] = SmallMatrices.longDot(column, row, width)
              continue
            }
            var sum = 0.0
            for l in 0..<width { sum += column[l] * row[i + l * q] }
            e[i + c * q] = sum
          }
        }
        for b in 0..<q {
          for a in 0..<q {
            var sum = 0.0
            for c in 0..<width { sum += e[a + c * q] * row[b + c * q] }
            k[a + b * q] = sum
          }
        }
        let h = stage.posterior + j * q * q
        for b in 0..<q {
          for a in 0..<q {
            var sum = 0.0
            for l in 0..<q { sum += k[a + l * q] * h[l + b * q] }
            kh[a + b * q] = sum
          }
        }
        let own = stage.covariance + j * q * q
        for b in 0..<q {
          for a in 0..<q {
            var sum = h[a + b * q]
            for l in 0..<q { sum += h[a + l * q] * kh[l + b * q] }
            own[a + b * q] = sum
          }
        }
        let target = stage.covarianceRows + stage.rowStart(j)
        for c in 0..<width {
          for a in 0..<q {
            var sum = 0.0
            for l in 0..<q { sum -= h[a + l * q] * e[l + c * q] }
            target[a + c * q] = sum
          }
        }
        body(stage, j, k)
      }
    }
  }

  /// N between all columns that a level meets (width×width, full).
  private func gather(_ stage: StageWorkspace, _ j: Int, _ width: Int, into n: Pointer) {
    let order = data.tailOrder
    let first = stage.ancestorWidth
    let columns = stage.tailColumns + stage.columnStart(j)
    var offset = 0
    for (later, ancestors) in zip(stages[(stage.index + 1)...], stage.ancestors) {
      let a = ancestors[j]
      let own = later.width
      let place = positions(of: a, in: later)
      let square = later.covariance + a * own * own
      let row = later.covarianceRows + later.rowStart(a)
      for k in 0..<own {
        let x = offset + k
        for l in 0..<own { n[x + (offset + l) * width] = square[k + l * own] }
        for l in offset + own..<max(first, offset + own) {
          let value = row[k + (l - offset - own) * own]
          n[x + l * width] = value
          n[l + x * width] = value
        }
        for l in first..<width {
          let value = row[k + Int(place[Int(columns[l - first])]) * own]
          n[x + l * width] = value
          n[l + x * width] = value
        }
      }
      offset += own
    }
    for k in first..<width {
      let column = tailWork + Int(columns[k - first]) * order
      for l in k..<width {
        let value = column[Int(columns[l - first])]
        n[l + k * width] = value
        n[k + l * width] = value
      }
    }
  }

  /// The Hessian over `directions` from `scores` and `tSums`.
  private func fillHessian(_ ratio: Double, curved: Double) {
    let count = directions.count
    let traces = exactTraces()
    for (e, direction) in directions.enumerated() {
      for i in 0..<vectorCount { vector[i] = 0 }
      addDirection(direction, to: vector)
      project(vector, includingFixed: true)
      for f in 0...e {
        let product = inner(directions[f], vector)
        let trace = traces.map { $0[e, f] } ?? ratio * product
        let value = 2 * ratio * product - trace - curved * tSums[e] * tSums[f]
        hessian[f + e * count] = value
        hessian[e + f * count] = value
      }
    }
  }

  /// v ← Z'PZv, or with V⁻¹ for P.
  private func project(_ v: Pointer, includingFixed: Bool) {
    multiply(v, into: vector2)
    vector2[vectorCount - 1] = 0
    if !includingFixed { for k in 0..<fixedCount { vector2[vectorCount - 1 - fixedCount + k] = 0 } }
    for i in 0..<vectorCount { v[i] = vector2[i] }
    solve(vector2, includingFixed: includingFixed)
    let scratch = ScratchBlock(count: vectorCount)
    defer { withExtendedLifetime(scratch) {} }
    let back = scratch.take(vectorCount)
    multiply(vector2, into: back)
    for i in 0..<vectorCount { v[i] -= back[i] }
  }

  /// The factor that has a column of Z, and the column's place among its own.
  private func owner(of column: Int) -> (factor: Int, place: Int) {
    for (f, factor) in data.factors.enumerated() {
      if let place = factor.columns.firstIndex(of: column) { return (f, place) }
    }
    preconditionFailure("no factor has column \(column)")
  }

  /// Adds Ec, E = e_ae_b' + e_be_a' or e_ae_a', for all levels of the direction's factor.
  private func addDirection(_ direction: (a: Int, b: Int), to v: Pointer) {
    let (f, a) = owner(of: direction.a)
    let b = owner(of: direction.b).place
    let width = data.factors[f].columns.count
    let start = place(ofFactor: f, level: 0)
    for j in 0..<data.factors[f].levelCount {
      let own = start + j * width
      v[own + a] += scores[own + b]
      if a != b { v[own + b] += scores[own + a] }
    }
  }

  /// Σ (Ec)'v.
  private func inner(_ direction: (a: Int, b: Int), _ v: Pointer) -> Double {
    let (f, a) = owner(of: direction.a)
    let b = owner(of: direction.b).place
    let width = data.factors[f].columns.count
    let start = place(ofFactor: f, level: 0)
    var sum = 0.0
    for j in 0..<data.factors[f].levelCount {
      let own = start + j * width
      sum += v[own + a] * scores[own + b]
      if a != b { sum += v[own + b] * scores[own + a] }
    }
    return sum
  }

  /// tr(PV_EPV_F), or with V⁻¹ by ML, where levels are few; nil otherwise.
  private func exactTraces() -> Matrix? {
    guard hasExactHessian else { return nil }
    return denseInformation(includingFixed: method == .reml).traces
  }

  /// Z'V⁻¹Z, or Z'PZ, over all levels, its products with each direction of Ψ, and their traces.
  func denseInformation(includingFixed: Bool) -> DenseInformation {
    let places = data.factors.indices.flatMap { f -> [Int] in
      let start = place(ofFactor: f, level: 0)
      return Array(start..<start + data.factors[f].levelCount * data.factors[f].columns.count)
    }
    var full = Matrix(rows: places.count, columns: places.count)
    for (k, column) in places.enumerated() {
      for i in 0..<vectorCount { vector[i] = 0 }
      vector[column] = 1
      project(vector, includingFixed: includingFixed)
      for (i, row) in places.enumerated() { full[i, k] = vector[row] }
    }
    return DenseInformation(full, data: data, directions: directions)
  }

  /// Z_j'V⁻¹X of all levels.
  func productsWithFixed() -> [(columns: [Int], levels: [Matrix])] {
    let p = fixedCount
    var columns: [[Double]] = []
    for k in 0..<p {
      for i in 0..<vectorCount { vector[i] = 0 }
      vector[tailOffset + data.tailLevelColumns + k] = 1
      project(vector, includingFixed: false)
      columns.append(Array(UnsafeBufferPointer(start: vector, count: vectorCount)))
    }
    return data.factors.indices.map { f in
      let width = data.factors[f].columns.count
      let start = place(ofFactor: f, level: 0)
      let levels = (0..<data.factors[f].levelCount).map { j in
        Matrix(
          rows: width, columns: p,
          storage: columns.flatMap { $0[start + j * width..<start + (j + 1) * width] })
      }
      return (data.factors[f].columns, levels)
    }
  }
}

/// Memory for the blocks of the inverse: N between the columns that one level meets, products with them, and squares of a factor's effects.
final class CovarianceScratch {
  let around, products, inner, inner2, sum: UnsafeMutablePointer<Double>
  private let block: ScratchBlock

  init(_ criterion: CrossedCriterion) {
    let most = criterion.stages.reduce(0) { max($0, $1.mostColumns) }
    let widest = criterion.data.factors.reduce(0) { max($0, $1.columns.count) }
    block = ScratchBlock(count: most * most + most * widest + 3 * widest * widest)
    around = block.take(most * most)
    products = block.take(most * widest)
    inner = block.take(widest * widest)
    inner2 = block.take(widest * widest)
    sum = block.take(widest * widest)
  }
}

/// A dense matrix over all levels of all factors and its products with the directions of Ψ.
struct DenseInformation {
  /// The matrix M, levels factor after factor.
  let full: Matrix
  /// M·V_E for each direction, V_E = I ⊗ E over the levels of its factor.
  let moved: [Matrix]
  /// tr(MV_EMV_F).
  let traces: Matrix

  init(_ full: Matrix, data: LevelCrossProducts, directions: [(a: Int, b: Int)]) {
    self.full = full
    let total = full.rows
    var starts = [0]
    for factor in data.factors { starts.append(starts.last! + factor.levelCount * factor.columns.count) }
    moved = directions.map { direction -> Matrix in
      let f = data.factors.firstIndex { $0.columns.contains(direction.a) }!
      let columns = data.factors[f].columns
      let (a, b) = (columns.firstIndex(of: direction.a)!, columns.firstIndex(of: direction.b)!)
      var result = Matrix(rows: total, columns: total)
      for j in 0..<data.factors[f].levelCount {
        let own = starts[f] + j * columns.count
        for i in 0..<total {
          result[i, own + b] += full[i, own + a]
          if a != b { result[i, own + a] += full[i, own + b] }
        }
      }
      return result
    }
    var traces = Matrix(rows: directions.count, columns: directions.count)
    for e in directions.indices {
      for f in 0...e {
        var sum = 0.0
        for j in 0..<total { for i in 0..<total { sum += moved[e][i, j] * moved[f][j, i] } }
        traces[e, f] = sum
        traces[f, e] = sum
      }
    }
    self.traces = traces
  }
}
