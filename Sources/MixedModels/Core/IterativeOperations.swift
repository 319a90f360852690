import Glibc
import LinearAlgebra

/// Products and solutions with the cross-products of levels, for several vectors at once, by conjugate gradients.
///
/// Vectors stand over all levels, those of the first stage before the tail's; `width` vectors lie entry by entry side by side. Each keeps the matrices of
/// the last `prepare`. Reference: Hestenes & Stiefel (1952), doi:10.6028/jres.049.044.
final class IterativeOperations {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// What one vector's iteration left: the coefficients of its steps.
  struct Run {
    var alphas: [Double] = []
    var betas: [Double] = []

    /// The Lanczos matrix of the preconditioned operator.
    var lanczosMatrix: Matrix {
      var t = Matrix(rows: alphas.count, columns: alphas.count)
      for i in alphas.indices {
        t[i, i] = 1 / alphas[i] + (i > 0 ? betas[i - 1] / alphas[i - 1] : 0)
        if i + 1 < alphas.count {
          t[i, i + 1] = betas[i].squareRoot() / alphas[i]
          t[i + 1, i] = t[i, i + 1]
        }
      }
      return t
    }
  }

  private let data: LevelCrossProducts
  private let stage: StageWorkspace
  private let tail: [StageWorkspace]
  private let tailCount: Int
  private let fixedCount: Int
  /// Entries of a vector over all levels, and of the first stage.
  let count: Int
  private let firstCount: Int
  /// L_P of each tail level (q×q), factor after factor, and log|P|.
  private let blocks: [ScratchBlock]
  private let factors: [Pointer]
  private(set) var logBlockDeterminant = 0.0
  private(set) var lambdas: [Pointer] = []
  /// For each column of the tail the factor among the tail's.
  private let ownerOfColumn: [Int]

  init(_ data: LevelCrossProducts) {
    self.data = data
    let stage = StageWorkspace(data.stages[0], offset: 0, isFirst: true)
    firstCount = stage.levelCount * stage.width
    stage.fillNeighbours(tailOffset: firstCount, later: [])
    self.stage = stage
    tailCount = data.tailLevelColumns
    fixedCount = data.fixedCount
    count = firstCount + tailCount
    let offset = firstCount
    tail = zip(data.tailStages, data.tail).map { stage, place in
      let own = StageWorkspace(stage, offset: offset + place.start, isFirst: true)
      own.fillNeighbours(tailOffset: offset, later: [])
      return own
    }
    let blocks = tail.map { ScratchBlock(count: $0.levelCount * $0.width * $0.width) }
    self.blocks = blocks
    factors = zip(blocks, tail).map { $0.take($1.levelCount * $1.width * $1.width) }
    ownerOfColumn = tail.indices.flatMap { t in
      [Int](repeating: t, count: data.tailStages[t].levelCount * data.tailStages[t].width)
    }
  }

  /// The first stage and the tail's factors.
  var levels: [StageWorkspace] { [stage] + tail }

  /// Where a factor's levels begin in a vector.
  func start(ofFactor f: Int) -> Int {
    f == stage.factor ? 0 : tail.first { $0.factor == f }!.offset
  }

  /// Memory until the next `releaseScratch`.
  func scratch(_ size: Int) -> Pointer {
    if let free = pool.firstIndex(where: { $0.size >= size && !$0.isTaken }) {
      pool[free].isTaken = true
      return pool[free].pointer
    }
    let block = ScratchBlock(count: size)
    let pointer = block.take(size)
    pool.append((block, pointer, size, true))
    return pointer
  }

  /// Takes all scratch memory back.
  func releaseScratch() { for k in pool.indices { pool[k].isTaken = false } }

  private var pool: [(block: ScratchBlock, pointer: Pointer, size: Int, isTaken: Bool)] = []

  /// Takes H_j of the first stage and P's factor at Λ.
  /// - Returns: Σ log|D_j|, or nil if a factorization fails.
  func prepare(_ lambdas: [Pointer]) -> Double? {
    self.lambdas = lambdas
    let q = stage.width
    let lambda = lambdas[stage.factor]
    var logSum = 0.0
    let (d, t) = (stage.small, stage.small2)
    for j in 0..<stage.levelCount {
      SmallMatrices.sandwich(d, lambda, stage.squares + j * q * q, q, scratch: stage.small3)
      for k in 0..<q { d[k + k * q] += 1 }
      guard SmallKernels.cholesky(d, q) else { return nil }
      for k in 0..<q { logSum += 2 * log(d[k + k * q]) }
      for k in 0..<q {
        for i in 0..<q { t[i + k * q] = lambda[k + i * q] }
        SmallKernels.solveLower(d, q, t + k * q)
      }
      let h = stage.posterior + j * q * q
      for k in 0..<q {
        for i in 0..<q { h[i + k * q] = SmallMatrices.dot(t + i * q, t + k * q, q) }
      }
    }
    return prepareBlocks() ? logSum : nil
  }

  /// P = I + Λ'(A − Σ B_j'H_jB_j)Λ, block by block.
  private func prepareBlocks() -> Bool {
    for (own, factor) in zip(tail, factors) {
      for i in 0..<own.levelCount * own.width * own.width { factor[i] = own.squares[i] }
    }
    let q = stage.width
    for j in 0..<stage.levelCount {
      let h = stage.posterior + j * q * q
      forEachBlock(of: j) { t, level, row in
        let width = tail[t].width
        let target = factors[t] + level * width * width
        for b in 0..<width {
          for a in 0..<width {
            var sum = 0.0
            for l in 0..<q {
              for k in 0..<q { sum += row[k + a * q] * h[k + l * q] * row[l + b * q] }
            }
            target[a + b * width] -= sum
          }
        }
      }
    }
    logBlockDeterminant = 0
    for (own, factor) in zip(tail, factors) {
      let width = own.width
      let lambda = lambdas[own.factor]
      for level in 0..<own.levelCount {
        let block = factor + level * width * width
        SmallMatrices.sandwich(own.small, lambda, block, width, scratch: own.small3)
        for i in 0..<width * width { block[i] = own.small[i] }
        for k in 0..<width { block[k + k * width] += 1 }
        guard SmallKernels.cholesky(block, width) else { return false }
        for k in 0..<width { logBlockDeterminant += 2 * log(block[k + k * width]) }
      }
    }
    return true
  }

  /// Calls `body` with the tail's factor, the level and its columns of B_j for each level of the tail that a level of the first stage meets.
  @inline(__always)
  private func forEachBlock(of j: Int, _ body: (Int, Int, Pointer) -> Void) {
    let q = stage.width
    let columns = stage.tailColumns + stage.columnStart(j)
    let row = stage.rows + stage.rowStart(j)
    let met = stage.rowWidth(j) - fixedCount - 1
    var k = 0
    while k < met {
      let column = Int(columns[k])
      let t = ownerOfColumn[column]
      body(t, (column - (tail[t].offset - firstCount)) / tail[t].width, row + k * q)
      k += tail[t].width
    }
  }

  /// out ← Z'[X y], p + 1 vectors over all levels.
  func fillDataProducts(_ out: Pointer) {
    let width = fixedCount + 1
    for own in [stage] + tail {
      let q = own.width
      for j in 0..<own.levelCount {
        let row = own.rows + own.rowStart(j) + q * (own.rowWidth(j) - width)
        let target = out + (own.offset + j * q) * width
        for k in 0..<width { for a in 0..<q { target[a * width + k] = row[a + k * q] } }
      }
    }
  }

  /// out ← Z'Zv.
  func multiply(_ v: Pointer, into out: Pointer, width: Int) {
    for i in 0..<count * width { out[i] = 0 }
    for own in [stage] + tail { addProducts(of: own, v, out, width: width) }
  }

  /// out += what the levels of one factor have of Z'Zv: their own block, and both ways with the levels behind.
  private func addProducts(of own: StageWorkspace, _ v: Pointer, _ out: Pointer, width: Int) {
    let q = own.width
    for j in 0..<own.levelCount {
      let x = v + (own.offset + j * q) * width
      let y = out + (own.offset + j * q) * width
      let square = own.squares + j * q * q
      for b in 0..<q { for a in 0..<q { axpy(square[a + b * q], x + b * width, y + a * width, width) } }
      let row = own.rows + own.rowStart(j)
      let neighbours = own.neighbours(of: j)
      for k in 0..<own.rowWidth(j) - fixedCount - 1 {
        let place = Int(neighbours[k]) * width
        for a in 0..<q {
          axpy(row[a + k * q], v + place, y + a * width, width)
          axpy(row[a + k * q], x + a * width, out + place, width)
        }
      }
    }
  }

  @inline(__always)
  private func axpy(_ factor: Double, _ x: Pointer, _ y: Pointer, _ width: Int) {
    for r in 0..<width { y[r] += factor * x[r] }
  }

  /// Solves (Z'Z + Ψ⁻¹)b = v in place for vectors over all levels.
  func solve(_ v: Pointer, width: Int, tolerance: Double) {
    let q = stage.width
    let h = scratch(q * width)
    // Forward through the first stage.
    for j in 0..<stage.levelCount {
      applyPosterior(j, v + j * q * width, h, width)
      scatter(j, h, v + firstCount * width, -1, width)
    }
    let x = v + firstCount * width
    scaleTail(x, transposed: true, width: width)
    _ = conjugateGradients(x, width: width, tolerance: tolerance)
    scaleTail(x, transposed: false, width: width)
    for j in 0..<stage.levelCount {
      let own = v + j * q * width
      gather(j, x, own, -1, width)
      for i in 0..<q * width { h[i] = own[i] }
      applyPosterior(j, h, own, width)
    }
  }

  /// out ← H_jx.
  @inline(__always)
  private func applyPosterior(_ j: Int, _ x: Pointer, _ out: Pointer, _ width: Int) {
    let q = stage.width
    let h = stage.posterior + j * q * q
    for a in 0..<q {
      for r in 0..<width { out[a * width + r] = 0 }
      for b in 0..<q { axpy(h[a + b * q], x + b * width, out + a * width, width) }
    }
  }

  /// tail += sign·B_j'x.
  @inline(__always)
  private func scatter(_ j: Int, _ x: Pointer, _ tail: Pointer, _ sign: Double, _ width: Int) {
    let q = stage.width
    let columns = stage.tailColumns + stage.columnStart(j)
    let row = stage.rows + stage.rowStart(j)
    for k in 0..<stage.rowWidth(j) - fixedCount - 1 {
      let target = tail + Int(columns[k]) * width
      for a in 0..<q { axpy(sign * row[a + k * q], x + a * width, target, width) }
    }
  }

  /// out += sign·B_jx of the tail.
  @inline(__always)
  private func gather(_ j: Int, _ tail: Pointer, _ out: Pointer, _ sign: Double, _ width: Int) {
    let q = stage.width
    let columns = stage.tailColumns + stage.columnStart(j)
    let row = stage.rows + stage.rowStart(j)
    for k in 0..<stage.rowWidth(j) - fixedCount - 1 {
      let source = tail + Int(columns[k]) * width
      for a in 0..<q { axpy(sign * row[a + k * q], source, out + a * width, width) }
    }
  }

  /// x ← Λ'x or Λx over all levels.
  func scale(_ x: Pointer, transposed: Bool, width: Int) {
    scale([stage], x, transposed: transposed, width: width)
    scaleTail(x + firstCount * width, transposed: transposed, width: width)
  }

  /// x ← Λ'x or Λx over the tail's levels.
  private func scaleTail(_ x: Pointer, transposed: Bool, width: Int) {
    scale(tail, x - firstCount * width, transposed: transposed, width: width)
  }

  private func scale(_ own: [StageWorkspace], _ x: Pointer, transposed: Bool, width: Int) {
    for own in own {
      let q = own.width
      let lambda = lambdas[own.factor]
      for j in 0..<own.levelCount {
        let block = x + (own.offset + j * q) * width
        if transposed {
          for a in 0..<q {
            for r in 0..<width { block[a * width + r] *= lambda[a + a * q] }
            for b in a + 1..<max(q, a + 1) {
              axpy(lambda[b + a * q], block + b * width, block + a * width, width)
            }
          }
        } else {
          for a in (0..<q).reversed() {
            for r in 0..<width { block[a * width + r] *= lambda[a + a * q] }
            for b in 0..<a { axpy(lambda[a + b * q], block + b * width, block + a * width, width) }
          }
        }
      }
    }
  }

  /// out ← Sx = x + Λ'(A₂₂ − B'HB)Λx over the tail.
  private func multiplySchur(_ x: Pointer, into out: Pointer, width: Int, _ moved: Pointer, _ small: Pointer)
  {
    let q = stage.width
    for i in 0..<tailCount * width {
      moved[i] = x[i]
      out[i] = 0
    }
    scaleTail(moved, transposed: false, width: width)
    // Vectors over all levels begin where the first stage would stand.
    for own in tail {
      addProducts(of: own, moved - firstCount * width, out - firstCount * width, width: width)
    }
    let h = small + q * width
    for j in 0..<stage.levelCount {
      for i in 0..<q * width { small[i] = 0 }
      gather(j, moved, small, 1, width)
      applyPosterior(j, small, h, width)
      scatter(j, h, out, -1, width)
    }
    scaleTail(out, transposed: true, width: width)
    for i in 0..<tailCount * width { out[i] += x[i] }
  }

  /// x ← L_Px over the tail.
  func multiplyByBlockFactor(_ x: Pointer, width: Int) {
    for (own, factor) in zip(tail, factors) {
      let q = own.width
      for j in 0..<own.levelCount {
        lowerMultiply(factor + j * q * q, q, x + (own.offset - firstCount + j * q) * width, width)
      }
    }
  }

  /// x ← Lx for one block.
  @inline(__always)
  func lowerMultiply(_ l: Pointer, _ q: Int, _ x: Pointer, _ width: Int) {
    for a in (0..<q).reversed() {
      for r in 0..<width { x[a * width + r] *= l[a + a * q] }
      for b in 0..<a { axpy(l[a + b * q], x + b * width, x + a * width, width) }
    }
  }

  /// x ← L⁻¹x for one block.
  @inline(__always)
  func solve(_ l: Pointer, _ q: Int, _ x: Pointer, _ width: Int) {
    for a in 0..<q {
      for b in 0..<a { axpy(-l[a + b * q], x + b * width, x + a * width, width) }
      for r in 0..<width { x[a * width + r] /= l[a + a * q] }
    }
  }

  /// x ← L⁻ᵀx for one block.
  @inline(__always)
  func solveTransposed(_ l: Pointer, _ q: Int, _ x: Pointer, _ width: Int) {
    for a in (0..<q).reversed() {
      for b in a + 1..<max(q, a + 1) { axpy(-l[b + a * q], x + b * width, x + a * width, width) }
      for r in 0..<width { x[a * width + r] /= l[a + a * q] }
    }
  }

  /// Calls `body` with the factor, the level and the block of Z'Z of each level behind that a level meets.
  func forEachNeighbour(
    of own: StageWorkspace, _ level: Int, _ body: (StageWorkspace, Int, Pointer) -> Void
  ) {
    let columns = own.tailColumns + own.columnStart(level)
    let row = own.rows + own.rowStart(level)
    var k = 0
    while k < own.rowWidth(level) - fixedCount - 1 {
      let column = Int(columns[k])
      let other = tail[ownerOfColumn[column]]
      body(other, (column - (other.offset - firstCount)) / other.width, row + k * own.width)
      k += other.width
    }
  }

  /// out ← P⁻¹x.
  private func precondition(_ x: Pointer, into out: Pointer, width: Int) {
    for (own, factor) in zip(tail, factors) {
      let q = own.width
      for j in 0..<own.levelCount {
        let start = (own.offset - firstCount + j * q) * width
        let (source, block, l) = (x + start, out + start, factor + j * q * q)
        for i in 0..<q * width { block[i] = source[i] }
        solve(l, q, block, width)
        solveTransposed(l, q, block, width)
      }
    }
  }

  /// b ← S⁻¹b over the tail, each vector until its preconditioned residual has fallen by `tolerance`.
  func conjugateGradients(_ b: Pointer, width: Int, tolerance: Double) -> [Run] {
    let size = tailCount * width
    var runs = [Run](repeating: Run(), count: width)
    guard tailCount > 0 else { return runs }
    let x = scratch(size)
    let z = scratch(size)
    let p = scratch(size)
    let product = scratch(size)
    let moved = scratch(size)
    let small = scratch(2 * stage.width * width)
    let r = b
    for i in 0..<size { x[i] = 0 }
    precondition(r, into: z, width: width)
    for i in 0..<size { p[i] = z[i] }
    var rho = dots(r, z, width)
    let initial = rho
    var isRunning = rho.map { $0 > 0 }
    for _ in 0..<2000 where isRunning.contains(true) {
      multiplySchur(p, into: product, width: width, moved, small)
      let curvature = dots(p, product, width)
      var alpha = [Double](repeating: 0, count: width)
      for k in 0..<width where isRunning[k] && curvature[k] > 0 {
        alpha[k] = rho[k] / curvature[k]
        runs[k].alphas.append(alpha[k])
      }
      alpha.withUnsafeBufferPointer { alpha in
        for i in stride(from: 0, to: size, by: width) {
          for k in 0..<width {
            x[i + k] += alpha[k] * p[i + k]
            r[i + k] -= alpha[k] * product[i + k]
          }
        }
      }
      precondition(r, into: z, width: width)
      let next = dots(r, z, width)
      var beta = [Double](repeating: 0, count: width)
      for k in 0..<width where isRunning[k] {
        if next[k] <= tolerance * tolerance * initial[k] || curvature[k] <= 0 {
          isRunning[k] = false
        } else {
          beta[k] = next[k] / rho[k]
          runs[k].betas.append(beta[k])
        }
      }
      beta.withUnsafeBufferPointer { beta in
        for i in stride(from: 0, to: size, by: width) {
          for k in 0..<width { p[i + k] = z[i + k] + beta[k] * p[i + k] }
        }
      }
      rho = next
    }
    for i in 0..<size { b[i] = x[i] }
    return runs
  }

  private func dots(_ a: Pointer, _ b: Pointer, _ width: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    sums.withUnsafeMutableBufferPointer { sums in
      for i in stride(from: 0, to: tailCount * width, by: width) {
        for k in 0..<width { sums[k] += a[i + k] * b[i + k] }
      }
    }
    return sums
  }

  /// |E|², E = I − L_P⁻¹SL_P⁻ᵀ: each block of S off the diagonal is formed once.
  func offDiagonalSquares() -> Double {
    // The first stage's levels that each level of the tail meets.
    let q = stage.width
    var total = 0.0
    let starts = tail.map { $0.offset - firstCount }
    var meets = [[(level: Int, row: Pointer)]](repeating: [], count: tailCount)
    for j in 0..<stage.levelCount {
      forEachBlock(of: j) { t, level, row in meets[starts[t] + level * tail[t].width].append((j, row)) }
    }
    let widest = tail.map(\.width).max() ?? 0
    let sums = scratch(tailCount * widest)
    for i in 0..<tailCount * widest { sums[i] = 0 }
    let half = scratch(q * widest)
    var touched: [(t: Int, level: Int)] = []
    var isTouched = [Bool](repeating: false, count: tailCount)
    for (t, own) in tail.enumerated() {
      let width = own.width
      for level in 0..<own.levelCount {
        let column = starts[t] + level * width
        touched.removeAll(keepingCapacity: true)
        // −Σ_j B_jk'H_jB_jl for all k met, as width_k × width blocks with leading dimension `widest`.
        for (j, row) in meets[column] {
          let h = stage.posterior + j * q * q
          for b in 0..<width {
            for a in 0..<q {
              var sum = 0.0
              for l in 0..<q { sum += h[a + l * q] * row[l + b * q] }
              half[a + b * q] = sum
            }
          }
          forEachBlock(of: j) { u, other, block in
            let place = starts[u] + other * tail[u].width
            // Each pair once: the columns behind.
            guard place > column else { return }
            if !isTouched[place] {
              isTouched[place] = true
              touched.append((u, other))
            }
            for b in 0..<width {
              for a in 0..<tail[u].width {
                sums[(place + a) * widest + b] -= SmallMatrices.dot(block + a * q, half + b * q, q)
              }
            }
          }
        }
        // The tail's own cross-products with the factors behind.
        let columns = own.tailColumns + own.columnStart(level)
        let row = own.rows + own.rowStart(level)
        var k = 0
        while k < own.rowWidth(level) - fixedCount - 1 {
          let place = Int(columns[k])
          let u = ownerOfColumn[place]
          if !isTouched[place] {
            isTouched[place] = true
            touched.append((u, (place - starts[u]) / tail[u].width))
          }
          for a in 0..<tail[u].width {
            for b in 0..<width { sums[(place + a) * widest + b] += row[b + (k + a) * width] }
          }
          k += tail[u].width
        }
        for (u, other) in touched {
          let place = starts[u] + other * tail[u].width
          total += 2 * squaredNorm(u, other, t, level, sums + place * widest, widest)
          for i in 0..<tail[u].width * widest { sums[place * widest + i] = 0 }
          isTouched[place] = false
        }
      }
    }
    return total
  }

  /// |L_k⁻¹Λ_k'TΛ_lL_l⁻ᵀ|² of one block T (by rows, leading dimension `stride`).
  private func squaredNorm(
    _ u: Int, _ other: Int, _ t: Int, _ level: Int, _ block: Pointer, _ stride: Int
  ) -> Double {
    let (rows, columns) = (tail[u].width, tail[t].width)
    let (left, right) = (lambdas[tail[u].factor], lambdas[tail[t].factor])
    let lower = factors[u] + other * rows * rows
    let upper = factors[t] + level * columns * columns
    if rows == 1, columns == 1 {
      let value = left[0] * block[0] * right[0] / (lower[0] * upper[0])
      return value * value
    }
    var m = Matrix(rows: rows, columns: columns)
    for a in 0..<rows {
      for b in 0..<columns {
        var sum = 0.0
        for k in a..<rows {
          for l in b..<columns { sum += left[k + a * rows] * block[k * stride + l] * right[l + b * columns] }
        }
        m[a, b] = sum
      }
    }
    for b in 0..<columns {
      for a in 0..<rows {
        var sum = m[a, b]
        for k in 0..<a { sum -= lower[a + k * rows] * m[k, b] }
        m[a, b] = sum / lower[a + a * rows]
      }
    }
    for a in 0..<rows {
      for b in 0..<columns {
        var sum = m[a, b]
        for k in 0..<b { sum -= upper[b + k * columns] * m[a, k] }
        m[a, b] = sum / upper[b + b * columns]
      }
    }
    return m.storage.reduce(0) { $0 + $1 * $1 }
  }
}
