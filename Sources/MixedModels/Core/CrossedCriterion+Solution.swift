import LinearAlgebra

/// Products and solutions with the matrices of the last evaluation. Vectors stand over all levels of the stages, the columns of the tail, X and y.
extension CrossedCriterion {
  /// out ← [Z X y]'[Z X y]v, the data's own cross-products.
  func multiply(_ v: Pointer, into out: Pointer) {
    for i in 0..<vectorCount { out[i] = 0 }
    for stage in allStages {
      let q = stage.width
      for j in 0..<stage.levelCount {
        let own = v + stage.offset + j * q
        let target = out + stage.offset + j * q
        let a = stage.rawSquares + j * q * q
        for k in 0..<q { for i in 0..<q { target[i] += a[i + k * q] * own[k] } }
        let row = stage.rawRows + stage.rowStart(j)
        let neighbours = stage.neighbours(of: j)
        for k in 0..<stage.rowWidth(j) {
          let place = Int(neighbours[k])
          let value = v[place]
          var sum = 0.0
          for i in 0..<q {
            target[i] += row[i + k * q] * value
            sum += row[i + k * q] * own[i]
          }
          out[place] += sum
        }
      }
    }
    let (p, start) = (fixedCount, tailOffset + data.tailLevelColumns)
    for l in 0...p {
      for k in 0...p { out[start + k] += data.dense[k + l * (p + 1)] * v[start + l] }
    }
  }

  /// Solves [Z'Z + Ψ⁻¹, Z'X; X'Z, X'X][b; β] = r, in place, for a vector over all; without fixed effects β is 0. Entries of y are 0.
  func solve(_ r: Pointer, includingFixed: Bool) {
    let order = data.tailOrder
    let levels = data.tailLevelColumns
    for stage in stages {
      let q = stage.width
      for j in stage.order {
        let own = r + stage.offset + j * q
        let h = stage.posterior + j * q * q
        let z = stage.small
        for i in 0..<q {
          var sum = 0.0
          for k in 0..<q { sum += h[i + k * q] * own[k] }
          z[i] = sum
        }
        let row = stage.rows + stage.rowStart(j)
        let neighbours = stage.neighbours(of: j)
        for k in 0..<stage.rowWidth(j) {
          r[Int(neighbours[k])] -= SmallMatrices.dot(row + k * q, z, q)
        }
      }
    }
    let x = r + tailOffset
    forEachTailLevel { lambda, start, q in SmallMatrices.multiplyTransposed(lambda, x + start, q) }
    let count = includingFixed ? levels + fixedCount : levels
    for c in 0..<count {
      let column = tailFactor + c * order
      let value = x[c] / column[c]
      x[c] = value
      for i in c + 1..<max(count, c + 1) { x[i] -= value * column[i] }
    }
    backSubstitute(x, count: count)
    for c in count..<order { x[c] = 0 }
    finish(r)
  }

  /// x ← L⁻ᵀx on the tail's first columns.
  func backSubstitute(_ x: Pointer, count: Int) {
    let order = data.tailOrder
    var c = count - 1
    while c >= 0 {
      let column = tailFactor + c * order
      x[c] = (x[c] - SmallMatrices.longDot(column + c + 1, x + c + 1, count - c - 1)) / column[c]
      c -= 1
    }
  }

  /// From the tail's spherical effects to b of the tail, then back through the stages; r holds what is left of the right sides.
  /// - Parameter addNoise: may change a level's effects (the last argument) before others see them.
  func finish(_ r: Pointer, addNoise: (StageWorkspace, Int, Pointer) -> Void = { _, _, _ in }) {
    let x = r + tailOffset
    forEachTailLevel { lambda, start, q in SmallMatrices.multiply(lambda, x + start, q) }
    for stage in stages.reversed() {
      let q = stage.width
      for j in stage.order {
        let own = r + stage.offset + j * q
        let z = stage.small
        for i in 0..<q { z[i] = own[i] }
        let row = stage.rows + stage.rowStart(j)
        let neighbours = stage.neighbours(of: j)
        for k in 0..<stage.rowWidth(j) {
          let value = r[Int(neighbours[k])]
          for i in 0..<q { z[i] -= row[i + k * q] * value }
        }
        let h = stage.posterior + j * q * q
        for i in 0..<q {
          var sum = 0.0
          for k in 0..<q { sum += h[i + k * q] * z[k] }
          own[i] = sum
        }
        addNoise(stage, j, own)
      }
    }
  }

  private func forEachTailLevel(_ body: (Pointer, Int, Int) -> Void) {
    for (f, start) in data.tail {
      let q = data.factors[f].columns.count
      for j in 0..<data.factors[f].levelCount { body(lambdas[f], start + j * q, q) }
    }
  }

  /// Fills `solution` with b, β and −1, and `scores` with c = Z'(y − Xβ − Zb).
  func solveForResponse() {
    let order = data.tailOrder
    let count = data.tailLevelColumns + fixedCount
    for i in 0..<vectorCount { solution[i] = 0 }
    let x = solution + tailOffset
    for c in 0..<count { x[c] = tailFactor[order - 1 + c * order] }
    backSubstitute(x, count: count)
    x[order - 1] = -1
    finish(solution)
    multiply(solution, into: scores)
    for i in 0..<vectorCount { scores[i] = -scores[i] }
  }

  /// Where the effects of a factor's level stand in a vector over all.
  func place(ofFactor f: Int, level j: Int) -> Int {
    if let stage = stages.first(where: { $0.factor == f }) { return stage.offset + j * stage.width }
    let start = data.tail.first { $0.factor == f }!.start
    return tailOffset + start + j * data.factors[f].columns.count
  }
}
