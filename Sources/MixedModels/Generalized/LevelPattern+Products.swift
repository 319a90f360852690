extension LevelPattern {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Adds Zb to rows.
  /// - Parameters:
  ///   - b: effects of all levels.
  ///   - z: Z in the pattern's order of rows, columns `stride` apart.
  ///   - isConstant: whether a column of Z is 1 in all rows.
  func addEffects(_ b: Pointer, z: Pointer, stride: Int, isConstant: [Bool], to rows: Pointer) {
    let q = main.width
    for (k, c) in main.columns.enumerated() {
      let column = z + c * stride
      for j in 0..<main.levelCount {
        let effect = b[k + j * q]
        if isConstant[c] {
          for i in rowStart[j]..<rowStart[j + 1] { rows[i] += effect }
        } else {
          for i in rowStart[j]..<rowStart[j + 1] { rows[i] += effect * column[i] }
        }
      }
    }
    for (t, factor) in tail.enumerated() {
      let places = tailColumn + t * rowCount
      for (k, c) in factor.columns.enumerated() {
        let (column, own) = (z + c * stride, b + tailStart + k)
        if isConstant[c] {
          for i in 0..<rowCount { rows[i] += own[Int(places[i])] }
        } else {
          for i in 0..<rowCount { rows[i] += own[Int(places[i])] * column[i] }
        }
      }
    }
  }

  /// out ← Z'v over all effects; z as for `addEffects`.
  func project(_ v: Pointer, z: Pointer, stride: Int, isConstant: [Bool]? = nil, to out: Pointer) {
    let q = main.width
    for (k, c) in main.columns.enumerated() {
      let column = z + c * stride
      let isOne = isConstant?[c] ?? false
      for j in 0..<main.levelCount {
        let (first, count) = (rowStart[j], rowStart[j + 1] - rowStart[j])
        out[k + j * q] =
          isOne
          ? SmallMatrices.sum(v + first, count) : SmallMatrices.longDot(v + first, column + first, count)
      }
    }
    for i in tailStart..<effectCount { out[i] = 0 }
    for (t, factor) in tail.enumerated() {
      let places = tailColumn + t * rowCount
      for (k, c) in factor.columns.enumerated() {
        let (column, own) = (z + c * stride, out + tailStart + k)
        if isConstant?[c] ?? false {
          for i in 0..<rowCount { own[Int(places[i])] += v[i] }
        } else {
          for i in 0..<rowCount { own[Int(places[i])] += v[i] * column[i] }
        }
      }
    }
  }

  /// v ← Λv over all effects.
  /// - Parameter lambdas: lower triangular matrices of the main factor, then of the tail's (q_f×q_f each).
  func multiply(_ lambdas: [Pointer], _ v: Pointer) {
    forEachFactor(lambdas) { lambda, factor in
      let own = v + factor.start
      if factor.width == 1 {
        for j in 0..<factor.levelCount { own[j] *= lambda[0] }
      } else {
        for j in 0..<factor.levelCount {
          SmallMatrices.multiply(lambda, own + j * factor.width, factor.width)
        }
      }
    }
  }

  /// v ← Λ'v over all effects.
  func multiplyTransposed(_ lambdas: [Pointer], _ v: Pointer) {
    forEachFactor(lambdas) { lambda, factor in
      let own = v + factor.start
      if factor.width == 1 {
        for j in 0..<factor.levelCount { own[j] *= lambda[0] }
      } else {
        for j in 0..<factor.levelCount {
          SmallMatrices.multiplyTransposed(lambda, own + j * factor.width, factor.width)
        }
      }
    }
  }

  @inline(__always)
  private func forEachFactor(_ lambdas: [Pointer], _ body: (Pointer, Factor) -> Void) {
    for (f, factor) in allFactors.enumerated() { body(lambdas[f], factor) }
  }
}
