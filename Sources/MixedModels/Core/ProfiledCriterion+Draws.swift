import LinearAlgebra

extension ProfiledCriterion: IntegrableCriterion {
  var design: WhitenedDesign.Coordinates { data.design }
  var rowCount: Int { data.rowCount }
  var factorShapes: [(columns: [Int], levelCount: Int)] { [(Array(0..<data.effectCount), data.groupCount)] }
  func fillGradient(_ precision: Double) { differentiate(precision: precision) }

  /// b_j = Ψc_j + σΛ(I + Λ'A_jΛ)^(−½)z, c_j = C_j(−β, 1).
  func drawEffects(psi: Pointer, fixed: Pointer, sigma: Double, into out: Pointer, normal: () -> Double) {
    let (q, p) = (data.effectCount, data.fixedCount)
    // Scratch of one group, of no use after derivatives.
    let (lambda, work, factor, cross) = (qm, rp, m, c)
    RelativeCovarianceFactor.fillLowerFactor(lambda, of: psi, order: q)
    for j in 0..<data.groupCount {
      // I + (RΛ)'RΛ.
      for k in 0..<q {
        for i in 0..<q {
          var sum = 0.0
          for l in max(i, k)..<q { sum += triangles[j, i + l * q] * lambda[l + k * q] }
          work[i + k * q] = sum
        }
      }
      for k in 0..<q {
        for i in k..<q {
          var sum = i == k ? 1.0 : 0
          for l in 0..<q { sum += work[l + i * q] * work[l + k * q] }
          factor[i + k * q] = sum
        }
      }
      guard SmallKernels.cholesky(factor, q) else { preconditionFailure("I + a square") }
      let b = out + j * q
      for i in 0..<q { b[i] = sigma * normal() }
      SmallKernels.solveLowerTransposed(factor, q, b)
      SmallMatrices.multiply(lambda, b, q)
      for i in 0..<q {
        var sum = groupCross[j, i + p * q]
        for k in 0..<p { sum -= groupCross[j, i + k * q] * fixed[k] }
        cross[i] = sum
      }
      for k in 0..<q { for i in 0..<q { b[i] += psi[i + k * q] * cross[k] } }
    }
  }
}
