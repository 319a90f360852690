import LinearAlgebra

/// Σ_j Z_j'V⁻¹Z_j of each factor by random probes.
extension IterativeOperations {
  /// The sums (q_f×q_f), in the order of the model's factors.
  ///
  /// With C = I + Λ'Z'ZΛ = B(I − E)B', B its block diagonal's factor, C⁻¹ = B⁻ᵀ(I + E + E² + …)B⁻¹ and Λ'Z'V⁻¹ZΛ = I − C⁻¹. For probes z of ±1 the mean of
  /// B⁻ᵀz(C⁻¹Bz)' has C⁻¹'s diagonal blocks as expectation; the first three terms are taken out of it and put back exactly. A factor whose Λ is nearly
  /// singular has the plain mean of u(Z'V⁻¹Zu)'.
  /// - Parameter project: v ← Z'V⁻¹Zv.
  func traces(_ probes: Pointer, width: Int, project: (Pointer) -> Void) -> [Matrix] {
    let size = count * width
    let all = levels
    let factors = blockFactors()
    // x = C⁻¹Bz.
    let (x, moved) = (scratch(size), scratch(size))
    for i in 0..<size { x[i] = probes[i] }
    forEachLevel(x, width) { own, level, block in
      self.lowerMultiply(factors.pointer(own, level), own.width, block, width)
    }
    for i in 0..<size { moved[i] = x[i] }
    scale(moved, transposed: false, width: width)
    project(moved)
    scale(moved, transposed: true, width: width)
    for i in 0..<size { x[i] -= moved[i] }
    // B⁻ᵀ(z + Ez + E²z).
    let known = scratch(size)
    let term = scratch(size)
    let product = scratch(size)
    for i in 0..<size {
      term[i] = probes[i]
      known[i] = probes[i]
    }
    for _ in 0..<2 {
      // term ← E·term = term − B⁻¹CB⁻ᵀterm.
      for i in 0..<size { moved[i] = term[i] }
      forEachLevel(moved, width) { own, level, block in
        self.solveTransposed(factors.pointer(own, level), own.width, block, width)
      }
      for i in 0..<size { product[i] = moved[i] }
      scale(moved, transposed: false, width: width)
      let back = scratch(size)
      multiply(moved, into: back, width: width)
      scale(back, transposed: true, width: width)
      for i in 0..<size { back[i] += product[i] }
      forEachLevel(back, width) { own, level, block in
        self.solve(factors.pointer(own, level), own.width, block, width)
      }
      for i in 0..<size {
        term[i] -= back[i]
        known[i] += term[i]
      }
    }
    for i in 0..<size { moved[i] = probes[i] }
    for vector in [known, moved] {
      forEachLevel(vector, width) { own, level, block in
        self.solveTransposed(factors.pointer(own, level), own.width, block, width)
      }
    }
    let exact = secondOrderBlocks(factors)
    var result = [Matrix](repeating: Matrix(rows: 0, columns: 0), count: all.count)
    for own in all {
      let q = own.width
      var sum = Matrix(rows: q, columns: q)
      let start = own.offset * width
      for level in 0..<own.levelCount {
        for b in 0..<q {
          for a in 0..<q {
            let left = moved + start + (level * q + a) * width
            let right = start + (level * q + b) * width
            var total = 0.0
            for r in 0..<width { total += left[r] * (x[right + r] - known[right + r]) }
            sum[a, b] += total / Double(width)
          }
        }
      }
      let spherical = Matrix.identity(q) * Double(own.levelCount) - (sum + exact[own.factor])
      var upper = Matrix(rows: q, columns: q)
      let lambda = lambdas[own.factor]
      for k in 0..<q { for i in k..<q { upper[k, i] = lambda[i + k * q] } }
      result[own.factor] = Matrix(rows: q, columns: q)
      if (0..<q).allSatisfy({ abs(upper[$0, $0]) > 1e-3 }) {
        let inverse = upper.upperInverse
        let turned = inverse * ((spherical + spherical.transposed) * 0.5) * inverse.transposed
        result[own.factor] = turned
      }
    }
    if result.indices.contains(where: { f in result[f].storage.allSatisfy { $0 == 0 } }) {
      for i in 0..<size { moved[i] = probes[i] }
      project(moved)
      for own in all where result[own.factor].storage.allSatisfy({ $0 == 0 }) {
        let (q, start) = (own.width, own.offset * width)
        for level in 0..<own.levelCount {
          for b in 0..<q {
            for a in 0..<q {
              let (i, k) = (start + (level * q + a) * width, start + (level * q + b) * width)
              var total = 0.0
              for r in 0..<width { total += probes[i + r] * moved[k + r] + probes[k + r] * moved[i + r] }
              result[own.factor][a, b] += total / Double(2 * width)
            }
          }
        }
      }
    }
    return result
  }

  /// The factors B of C's diagonal blocks.
  private struct BlockFactors {
    let block: ScratchBlock
    let starts: [Int: UnsafeMutablePointer<Double>]
    func pointer(_ own: StageWorkspace, _ level: Int) -> UnsafeMutablePointer<Double> {
      starts[own.factor]! + level * own.width * own.width
    }
  }

  private func blockFactors() -> BlockFactors {
    let block = ScratchBlock(count: levels.reduce(0) { $0 + $1.levelCount * $1.width * $1.width })
    var starts: [Int: Pointer] = [:]
    for own in levels {
      let q = own.width
      let start = block.take(own.levelCount * q * q)
      starts[own.factor] = start
      for level in 0..<own.levelCount {
        let target = start + level * q * q
        SmallMatrices.sandwich(
          target, lambdas[own.factor], own.squares + level * q * q, q, scratch: own.small3)
        for k in 0..<q { target[k + k * q] += 1 }
        // I plus a positive semidefinite matrix.
        _ = SmallKernels.cholesky(target, q)
      }
    }
    return BlockFactors(block: block, starts: starts)
  }

  /// Σ_j of the diagonal blocks of B⁻ᵀ(I + E²)B⁻¹, by factors.
  private func secondOrderBlocks(_ factors: BlockFactors) -> [Matrix] {
    var sums = [Matrix](repeating: Matrix(rows: 0, columns: 0), count: levels.count)
    for own in levels {
      let q = own.width
      var sum = Matrix(rows: q, columns: q)
      for level in 0..<own.levelCount {
        let half = inverse(factors.pointer(own, level), q)
        for b in 0..<q { for a in 0..<q { for k in 0..<q { sum[a, b] += half[k, a] * half[k, b] } } }
      }
      sums[own.factor] = sum
    }
    for own in levels {
      let (q, lambda) = (own.width, lambdas[own.factor])
      for level in 0..<own.levelCount {
        let first = factors.pointer(own, level)
        forEachNeighbour(of: own, level) { other, outer, block in
          let (w, right) = (other.width, self.lambdas[other.factor])
          let second = factors.pointer(other, outer)
          if q == 1, w == 1 {
            let m = lambda[0] * block[0] * right[0] / (first[0] * second[0])
            sums[own.factor].storage[0] += m * m / (first[0] * first[0])
            sums[other.factor].storage[0] += m * m / (second[0] * second[0])
            return
          }
          // M = B_j⁻¹Λ_j'AΛ_kB_k⁻ᵀ.
          var inner = Matrix(rows: q, columns: w)
          for b in 0..<w {
            for a in 0..<q {
              var sum = 0.0
              for k in a..<q {
                for l in b..<w { sum += lambda[k + a * q] * block[k + l * q] * right[l + b * w] }
              }
              inner[a, b] = sum
            }
          }
          let (left, behind) = (self.inverse(first, q), self.inverse(second, w))
          let m = left * inner * behind.transposed
          let (x, y) = (left.transposed * m, m * behind)
          sums[own.factor] = sums[own.factor] + x * x.transposed
          sums[other.factor] = sums[other.factor] + y.transposed * y
        }
      }
    }
    return sums
  }

  /// L⁻¹ of one block.
  private func inverse(_ l: Pointer, _ q: Int) -> Matrix {
    var upper = Matrix(rows: q, columns: q)
    for k in 0..<q { for i in k..<q { upper[k, i] = l[i + k * q] } }
    return upper.upperInverse.transposed
  }

  private func forEachLevel(_ x: Pointer, _ width: Int, _ body: (StageWorkspace, Int, Pointer) -> Void) {
    for own in levels {
      for level in 0..<own.levelCount { body(own, level, x + (own.offset + level * own.width) * width) }
    }
  }
}
