import Glibc
import LinearAlgebra

/// The factored matrix I + Λ'Z'diag(v)ZΛ over the effects of all levels of one or several grouping factors, for any weights v of the rows.
///
/// Levels of the main factor go one by one; what they leave of the tail is one dense matrix:
///
///     D_j = I + Λ₁'A_jΛ₁ = L_jL_j',   V_j = L_j⁻¹Λ₁'B_jΛ,   S = I + Λ'MΛ − Σ_j V_j'V_j = LL'
///
/// with A_j, B_j, M the sums over rows of v·zz' of a main level, of it with the tail, of the tail. Λ may be singular: nothing is divided by it.
/// Blocks of the inverse that belong to levels which meet in a row come from C₂₂ = S⁻¹ by C₁₂ = −F_jC₂₂, C₁₁ = D_j⁻¹ + F_jC₂₂F_j', F_j = L_j⁻ᵀV_j.
///
/// - Reference: Bates et al. (2015), section 3, doi:10.18637/jss.v067.i01 (the same matrix, by sparse methods).
/// - Complexity: `factor` takes the squares of the numbers of columns that main levels meet, and a third of the cube of the tail's order;
///   `invert` about twice that.
final class LevelElimination {
  typealias Pointer = UnsafeMutablePointer<Double>

  let pattern: LevelPattern
  /// log|I + Λ'Z'diag(v)ZΛ|.
  private(set) var logDeterminant = 0.0
  /// L_j (q₁×q₁), level after level.
  let mainFactor: Pointer
  /// V_j by rows of its level (q₁ times the columns it meets), level after level.
  let mainRows: Pointer
  /// L (lower triangle).
  let tailFactor: Pointer
  /// C₁₁ and C₁₂ like `mainFactor` and `mainRows`, and C₂₂ (full) after `invert`.
  let inverseMain, inverseRows, inverseTail: Pointer
  /// Whether `invert` can be called.
  let isInvertible: Bool
  /// θ of each column of the tail where all factors have one effect.
  private let tailScale: Pointer
  private let small, small2, wide: Pointer
  private let block: ScratchBlock

  /// Memory for a pattern.
  /// - Parameter isInvertible: whether `invert` will be called; it takes as much memory again.
  init(_ pattern: LevelPattern, isInvertible: Bool) {
    self.pattern = pattern
    self.isInvertible = isInvertible
    let (q, m, levels) = (pattern.main.width, pattern.tailOrder, pattern.main.levelCount)
    let rows = q * pattern.columnStart[levels]
    let own = levels * q * q
    let copies = isInvertible ? 2 : 1
    block = ScratchBlock(
      count: copies * (own + rows + m * m) + m + 2 * q * q + q * pattern.mostColumns)
    mainFactor = block.take(own)
    mainRows = block.take(rows)
    tailFactor = block.take(m * m)
    inverseMain = isInvertible ? block.take(own) : mainFactor
    inverseRows = isInvertible ? block.take(rows) : mainRows
    inverseTail = isInvertible ? block.take(m * m) : tailFactor
    tailScale = block.take(m)
    small = block.take(q * q)
    small2 = block.take(q * q)
    wide = block.take(q * pattern.mostColumns)
  }

  /// Where a main level's entries begin in `mainRows`; entry (a, k), its effect a and the k-th column it meets, at a·width + k behind.
  @inline(__always)
  func rowsStart(_ j: Int) -> Int { pattern.main.width * pattern.columnStart[j] }

  // MARK: Sums over rows

  /// Fills A, B and M with sums of v·zz'.
  /// - Parameters:
  ///   - v: weights by rows in the pattern's order.
  ///   - z: Z in that order, columns `stride` apart.
  func build(_ v: Pointer, z: Pointer, stride: Int) {
    let (q, m, levels) = (pattern.main.width, pattern.tailOrder, pattern.main.levelCount)
    for i in 0..<rowsStart(levels) { mainRows[i] = 0 }
    for i in 0..<m * m { tailFactor[i] = 0 }
    for j in 0..<levels {
      let (first, count) = (pattern.rowStart[j], pattern.rowStart[j + 1] - pattern.rowStart[j])
      let a = mainFactor + j * q * q
      for (k, c) in pattern.main.columns.enumerated() {
        let left = z + (c * stride + first)
        for l in k..<q {
          let right = z + (pattern.main.columns[l] * stride + first)
          let sum = SmallMatrices.weightedDot(v + first, left, right, count)
          a[l + k * q] = sum
          a[k + l * q] = sum
        }
      }
    }
    if pattern.isScalar { buildScalar(v, z, stride) } else { buildBlocks(v, z, stride) }
  }

  /// B and M where every factor has one effect.
  private func buildScalar(_ v: Pointer, _ z: Pointer, _ stride: Int) {
    let (n, m) = (pattern.rowCount, pattern.tailOrder)
    let own = z + pattern.main.columns[0] * stride
    for (t, factor) in pattern.tail.enumerated() {
      let other = z + factor.columns[0] * stride
      let (place, column) = (pattern.place + t * n, pattern.tailColumn + t * n)
      for j in 0..<pattern.main.levelCount {
        let row = mainRows + rowsStart(j)
        for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
          let share = v[i] * other[i]
          row[Int(place[i])] += share * own[i]
          let c = Int(column[i])
          tailFactor[c + c * m] += share * other[i]
        }
      }
      for (s, before) in pattern.tail[..<t].enumerated() {
        let third = z + before.columns[0] * stride
        let left = pattern.tailColumn + s * n
        for i in 0..<n { tailFactor[Int(column[i]) + Int(left[i]) * m] += v[i] * other[i] * third[i] }
      }
    }
  }

  /// B and M in general.
  private func buildBlocks(_ v: Pointer, _ z: Pointer, _ stride: Int) {
    let (n, m, q) = (pattern.rowCount, pattern.tailOrder, pattern.main.width)
    for (t, factor) in pattern.tail.enumerated() {
      let (place, column) = (pattern.place + t * n, pattern.tailColumn + t * n)
      for (b, c) in factor.columns.enumerated() {
        let other = z + c * stride
        for j in 0..<pattern.main.levelCount {
          let width = pattern.width(j)
          for a in 0..<q {
            let own = z + pattern.main.columns[a] * stride
            let row = mainRows + (rowsStart(j) + a * width + b)
            for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
              row[Int(place[i])] += v[i] * own[i] * other[i]
            }
          }
        }
        for d in 0...b {
          let third = z + factor.columns[d] * stride
          for i in 0..<n {
            let c = Int(column[i])
            tailFactor[c + b + (c + d) * m] += v[i] * other[i] * third[i]
          }
        }
        for (s, before) in pattern.tail[..<t].enumerated() {
          let left = pattern.tailColumn + s * n
          for (d, e) in before.columns.enumerated() {
            let third = z + e * stride
            for i in 0..<n {
              tailFactor[Int(column[i]) + b + (Int(left[i]) + d) * m] += v[i] * other[i] * third[i]
            }
          }
        }
      }
    }
  }

  // MARK: Factors

  /// Factors what `build` left.
  /// - Parameter lambdas: Λ of the main factor, then of the tail's (q_f×q_f each).
  /// - Returns: false where rounding or infinite weights break the factorization.
  func factor(_ lambdas: [Pointer]) -> Bool {
    let (q, m) = (pattern.main.width, pattern.tailOrder)
    scaleTail(lambdas)
    let lambda = lambdas[0]
    var logSum = 0.0
    var product = 1.0
    for j in 0..<pattern.main.levelCount {
      let l = mainFactor + j * q * q
      let width = pattern.width(j)
      let v = mainRows + rowsStart(j)
      let columns = pattern.columns + pattern.columnStart[j]
      if q == 1 {
        let pivot = 1 + lambda[0] * lambda[0] * l[0]
        guard pivot > 0, pivot.isFinite else { return false }
        product *= pivot
        let root = pivot.squareRoot()
        l[0] = root
        let factor = lambda[0] / root
        if pattern.isScalar {
          for k in 0..<width { v[k] *= factor * tailScale[Int(columns[k])] }
        } else {
          for k in 0..<width { v[k] *= factor }
          scaleColumns(v, 1, width, columns, lambdas)
        }
      } else {
        SmallMatrices.sandwich(small, lambda, l, q, scratch: small2)
        for i in 0..<q * q { l[i] = small[i] }
        for k in 0..<q { l[k + k * q] += 1 }
        guard SmallKernels.cholesky(l, q) else { return false }
        for k in 0..<q { product *= l[k + k * q] * l[k + k * q] }
        guard product.isFinite else { return false }
        // T = L⁻¹Λ', full.
        for k in 0..<q {
          for i in 0..<q { small[i + k * q] = lambda[k + i * q] }
          SmallKernels.solveLower(l, q, small + k * q)
        }
        multiplyRows(small, v, q, width)
        scaleColumns(v, q, width, columns, lambdas)
      }
      if product > 1e150 {
        logSum += log(product)
        product = 1
      }
    }
    subtractSquares()
    for c in 0..<m { tailFactor[c + c * m] += 1 }
    guard DenseKernels.cholesky(tailFactor, m) else { return false }
    logSum += log(product)
    var pivots = 0.0
    for c in 0..<m { pivots += log(tailFactor[c + c * m]) }
    logDeterminant = logSum + 2 * pivots
    return logDeterminant.isFinite
  }

  /// V ← TV for a main level.
  private func multiplyRows(_ t: Pointer, _ v: Pointer, _ q: Int, _ width: Int) {
    for i in 0..<q * width { wide[i] = v[i] }
    for a in 0..<q {
      let target = v + a * width
      for k in 0..<width { target[k] = 0 }
      for b in 0..<q {
        let factor = t[a + b * q]
        let source = wide + b * width
        for k in 0..<width { target[k] += factor * source[k] }
      }
    }
  }

  /// V ← VΛ over the columns that a main level meets.
  private func scaleColumns(
    _ v: Pointer, _ q: Int, _ width: Int, _ columns: LevelPattern.Indices, _ lambdas: [Pointer]
  ) {
    var k = 0
    while k < width {
      let t = Int(pattern.factorOfColumn[Int(columns[k])])
      let size = pattern.tail[t].width
      for a in 0..<q { SmallMatrices.multiplyTransposed(lambdas[t + 1], v + (a * width + k), size) }
      k += size
    }
  }

  /// S ← S − Σ V_j'V_j (lower triangle); levels one behind another that meet the same consecutive columns together.
  private func subtractSquares() {
    let (q, m, levels) = (pattern.main.width, pattern.tailOrder, pattern.main.levelCount)
    var j = 0
    while j < levels {
      let (width, v) = (pattern.width(j), mainRows + rowsStart(j))
      let columns = pattern.columns + pattern.columnStart[j]
      var next = j + 1
      if pattern.isConsecutive[j] && width > 0 {
        while next < levels, pattern.isConsecutive[next], pattern.width(next) == width,
          pattern.columns[pattern.columnStart[next]] == columns[0]
        {
          next += 1
        }
        let corner = Int(columns[0]) * (m + 1)
        RowProducts.subtractSquare(tailFactor + corner, stride: m, v, rows: q * (next - j), width: width)
      } else {
        for k in 0..<width {
          let target = tailFactor + Int(columns[k]) * m
          for l in k..<width {
            var sum = 0.0
            for a in 0..<q { sum += v[a * width + k] * v[a * width + l] }
            target[Int(columns[l])] -= sum
          }
        }
      }
      j = next
    }
  }

  /// M ← Λ'MΛ (lower triangle).
  private func scaleTail(_ lambdas: [Pointer]) {
    let m = pattern.tailOrder
    let offset = pattern.tailStart
    if pattern.isScalar {
      for (t, factor) in pattern.tail.enumerated() {
        for c in factor.start - offset..<factor.start - offset + factor.levelCount {
          tailScale[c] = lambdas[t + 1][0]
        }
      }
      for c in 0..<m {
        let (column, own) = (tailFactor + c * m, tailScale[c])
        for i in c..<m { column[i] *= own * tailScale[i] }
      }
      return
    }
    for (t, factor) in pattern.tail.enumerated() {
      let (q, lambda) = (factor.width, lambdas[t + 1])
      let start = factor.start - offset
      let end = start + q * factor.levelCount
      for c in Swift.stride(from: start, to: end, by: q) {
        // The whole diagonal block, then columns in ascending order: each needs itself and later ones only.
        for k in 0..<q {
          for i in 0..<k { tailFactor[c + i + (c + k) * m] = tailFactor[c + k + (c + i) * m] }
        }
        for k in 0..<q {
          let target = tailFactor + (c + k) * m
          for i in c..<m {
            var sum = 0.0
            for l in k..<q { sum += tailFactor[i + (c + l) * m] * lambda[l + k * q] }
            target[i] = sum
          }
        }
      }
      for c in 0..<end {
        let column = tailFactor + c * m
        let from = c < start ? start : start + (c - start) / q * q
        for r in Swift.stride(from: from, to: end, by: q) {
          SmallMatrices.multiplyTransposed(lambda, column + r, q)
        }
      }
    }
  }

  // MARK: Solutions

  /// x ← L⁻¹x with L the factor of the whole matrix, over all effects.
  func solveLower(_ x: Pointer) {
    let q = pattern.main.width
    let tail = x + pattern.tailStart
    for j in 0..<pattern.main.levelCount {
      let own = x + j * q
      SmallKernels.solveLower(mainFactor + j * q * q, q, own)
      let width = pattern.width(j)
      let v = mainRows + rowsStart(j)
      let columns = pattern.columns + pattern.columnStart[j]
      for a in 0..<q {
        let (factor, row) = (own[a], v + a * width)
        if factor == 0 { continue }
        for k in 0..<width { tail[Int(columns[k])] -= factor * row[k] }
      }
    }
    let m = pattern.tailOrder
    for k in 0..<m {
      let column = tailFactor + k * m
      let value = tail[k] / column[k]
      tail[k] = value
      if value == 0 { continue }
      for i in k + 1..<max(m, k + 1) { tail[i] -= value * column[i] }
    }
  }

  /// x ← L⁻ᵀx.
  func solveLowerTransposed(_ x: Pointer) {
    let (q, m) = (pattern.main.width, pattern.tailOrder)
    let tail = x + pattern.tailStart
    for k in (0..<m).reversed() {
      let column = tailFactor + k * m
      let rest = SmallMatrices.longDot(column + k + 1, tail + k + 1, m - k - 1)
      tail[k] = (tail[k] - rest) / column[k]
    }
    for j in 0..<pattern.main.levelCount {
      let own = x + j * q
      let width = pattern.width(j)
      let v = mainRows + rowsStart(j)
      let columns = pattern.columns + pattern.columnStart[j]
      for a in 0..<q {
        let row = v + a * width
        var sum = 0.0
        for k in 0..<width { sum += row[k] * tail[Int(columns[k])] }
        own[a] -= sum
      }
      SmallKernels.solveLowerTransposed(mainFactor + j * q * q, q, own)
    }
  }

  /// x ← (I + Λ'Z'diag(v)ZΛ)⁻¹x.
  func solve(_ x: Pointer) {
    solveLower(x)
    solveLowerTransposed(x)
  }

  // MARK: The inverse

  /// Fills the blocks of the inverse for levels that meet in a row.
  func invert() {
    precondition(isInvertible, "no memory for an inverse")
    let (q, m) = (pattern.main.width, pattern.tailOrder)
    for i in 0..<m * m { inverseTail[i] = tailFactor[i] }
    DenseKernels.inverse(ofFactor: inverseTail, m, stride: m)
    for c in 0..<m { for i in c + 1..<max(m, c + 1) { inverseTail[c + i * m] = inverseTail[i + c * m] } }
    let unit = small
    for j in 0..<pattern.main.levelCount {
      let l = mainFactor + j * q * q
      let width = pattern.width(j)
      let (v, out) = (mainRows + rowsStart(j), inverseRows + rowsStart(j))
      let columns = pattern.columns + pattern.columnStart[j]
      let own = inverseMain + j * q * q
      // L⁻ᵀ, whose product with its transpose is D⁻¹.
      for k in 0..<q {
        for i in 0..<q { unit[i + k * q] = i == k ? 1 : 0 }
        SmallKernels.solveLowerTransposed(l, q, unit + k * q)
      }
      // F = L⁻ᵀV in `wide`, then C₁₂ = −FC₂₂.
      for a in 0..<q {
        let target = wide + a * width
        for k in 0..<width { target[k] = 0 }
        for b in a..<q {
          let (factor, source) = (unit[a + b * q], v + b * width)
          for k in 0..<width { target[k] += factor * source[k] }
        }
      }
      if pattern.isConsecutive[j] && width > 0 {
        let corner = inverseTail + Int(columns[0]) * (m + 1)
        for a in 0..<q {
          RowProducts.multiplyNegative(out + a * width, corner, stride: m, wide + a * width, width: width)
        }
      } else {
        for i in 0..<q * width { out[i] = 0 }
        for k in 0..<width {
          let source = inverseTail + Int(columns[k]) * m
          for a in 0..<q {
            let (f, target) = (wide + a * width, out + a * width)
            let factor = f[k]
            var sum = factor * source[Int(columns[k])]
            for l in k + 1..<max(width, k + 1) {
              let value = source[Int(columns[l])]
              sum += value * f[l]
              target[l] -= factor * value
            }
            target[k] -= sum
          }
        }
      }
      for b in 0..<q {
        for a in b..<q {
          var sum = 0.0
          for k in a..<q { sum += unit[a + k * q] * unit[b + k * q] }
          sum -= SmallMatrices.longDot(out + a * width, wide + b * width, width)
          own[a + b * q] = sum
          own[b + a * q] = sum
        }
      }
    }
  }

  /// The block of the inverse that belongs to a level of one of the model's factors (q_f×q_f).
  func inverseBlock(factor f: Int, level j: Int) -> Matrix {
    let factor = pattern.allFactors.first { $0.index == f }!
    let (q, m) = (factor.width, pattern.tailOrder)
    if f == pattern.main.index {
      return Matrix(rows: q, columns: q, storage: (0..<q * q).map { inverseMain[$0 + j * q * q] })
    }
    let c = factor.start - pattern.tailStart + j * q
    var block = Matrix(rows: q, columns: q)
    for b in 0..<q { for a in 0..<q { block[a, b] = inverseTail[c + max(a, b) + (c + min(a, b)) * m] } }
    return block
  }
}
