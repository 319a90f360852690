import LinearAlgebra

/// The groups' effects given the data, at one Ψ: what their modes, errors and weights are made of, kept flat in the coordinates of
/// `GroupReduction`. The matrices of a group are made when they are asked for, in the user's coordinates.
///
/// With M_j = Ψ − ΨG_jΨ = Λ(I + Λ'R_j'R_jΛ)⁻¹Λ', written the second way, which does not cancel when Λ is large:
///
///     b̂_j = Ψc_j      Var(b_j | y) = σ²M_j      Var(b̂_j − b_j) = σ²(M_j + ΨC_jS⁻¹C_j'Ψ)      Cov(β̂, b̂_j − b_j) = −σ²S⁻¹C_j'Ψ
///
/// Reference: Henderson (1975), doi:10.2307/2529430.
struct GroupPosteriors: FactorPosteriors {
  private let reduction: GroupReduction
  /// G_j (q×q) and C_j (q×(p+1)), group after group.
  private let information: [Double]
  private let cross: [Double]
  /// σ², in squared units of the response.
  private let variance: Double
  /// Λ, R_b⁻¹, R_b⁻¹Λ and R_b⁻¹ΛΛ' (q×q).
  let lambda: Matrix
  private let unscale: Matrix
  private let turnedLambda: Matrix
  private let turnedPsi: Matrix
  /// L_x⁻ᵀ and R_x⁻¹L_x⁻ᵀ (p×p).
  private let fixedHalf: Matrix
  private let turnedFixedHalf: Matrix
  /// Conditional modes (J×q).
  let modes: Matrix

  /// Takes over what a workspace holds after an evaluation at ΛΛ'.
  /// - Parameters:
  ///   - lambda: Λ (q×q).
  ///   - unscaleFixed: R_x⁻¹ (p×p).
  init(_ workspace: ProfiledCriterion, lambda: Matrix, unscaleFixed: Matrix) {
    let data = workspace.data
    let (q, p) = (data.effectCount, data.fixedCount)
    reduction = data
    information = workspace.groupInformation.values(groups: data.groupCount)
    cross = workspace.groupCross.values(groups: data.groupCount)
    variance = workspace.sigmaSquared * data.design.responseScale * data.design.responseScale
    self.lambda = lambda
    unscale = data.design.effectScale.upperInverse
    turnedLambda = unscale * lambda
    turnedPsi = turnedLambda * lambda.transposed
    var upper = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in j..<p { upper[j, i] = workspace.fixedFactor[i + j * p] } }
    fixedHalf = upper.upperInverse
    turnedFixedHalf = unscaleFixed * fixedHalf

    var modes = [Double](repeating: 0, count: data.groupCount * q)
    for j in 0..<data.groupCount {
      let c = j * q * (p + 1)
      for k in 0..<q {
        var residual = cross[c + k + p * q]
        for l in 0..<p { residual -= cross[c + k + l * q] * workspace.beta[l] }
        residual *= data.design.responseScale
        for i in 0..<q { modes[j + i * data.groupCount] += turnedPsi.storage[i + k * q] * residual }
      }
    }
    self.modes = Matrix(rows: data.groupCount, columns: q, storage: modes)
  }

  /// Var(b_j | y) (q×q).
  func conditionalCovariance(of j: Int) -> Matrix {
    let half = posteriorHalf(of: j)
    return half * half.transposed * variance
  }

  /// The square roots of `conditionalCovariance`'s diagonal, for all groups (J×q).
  var conditionalStandardDeviations: Matrix {
    let q = reduction.effectCount
    let groups = reduction.groupCount
    var result = [Double](repeating: 0, count: groups * q)
    let scratch = ScratchBlock(count: 3 * q * q)
    defer { withExtendedLifetime(scratch) {} }
    let (product, factor, half) = (scratch.take(q * q), scratch.take(q * q), scratch.take(q * q))
    for j in 0..<groups {
      fillPosteriorHalf(of: j, product, factor, half)
      for i in 0..<q {
        var sum = 0.0
        for k in 0..<q { sum += half[k + i * q] * half[k + i * q] }
        result[j + i * groups] = (sum * variance).squareRoot()
      }
    }
    return Matrix(rows: groups, columns: q, storage: result)
  }

  /// Var(b̂_j − b_j) (q×q).
  func predictionCovariance(of j: Int) -> Matrix {
    let half = fixedPart(of: j)
    return conditionalCovariance(of: j) + half * half.transposed * variance
  }

  /// Cov(β̂, b̂_j − b_j) (p×q).
  func crossCovariance(of j: Int) -> Matrix {
    turnedFixedHalf * fixedPart(of: j).transposed * (-variance)
  }

  /// W_j = Σ(Σ + V_j)⁻¹ = ΨG_j (q×q).
  func jointWeights(of j: Int) -> Matrix {
    let q = reduction.effectCount
    let g = Matrix(rows: q, columns: q, storage: Array(information[j * q * q..<(j + 1) * q * q]))
    return turnedPsi * g * reduction.design.effectScale
  }

  func weights(of j: Int) -> [Double] {
    let q = reduction.effectCount
    let triangle = Matrix(
      rows: q, columns: q, storage: Array(reduction.triangles[j * q * q..<(j + 1) * q * q]))
    return LevelInformation.weights(
      sampling: LevelInformation.samplingVariances(gram: triangle.transposed * triangle, unscale: unscale),
      turnedLambda: turnedLambda)
  }

  /// ΨC_jL_x⁻ᵀ (q×p), so that the terms of S⁻¹ are products of it.
  private func fixedPart(of j: Int) -> Matrix {
    let (q, p) = (reduction.effectCount, reduction.fixedCount)
    let start = j * q * (p + 1)
    return turnedPsi * Matrix(rows: q, columns: p, storage: Array(cross[start..<start + q * p])) * fixedHalf
  }

  /// R_b⁻¹ΛL⁻ᵀ with LL' = I + (R_jΛ)'(R_jΛ): a square root of M_j (q×q).
  private func posteriorHalf(of j: Int) -> Matrix {
    let q = reduction.effectCount
    let scratch = ScratchBlock(count: 3 * q * q)
    defer { withExtendedLifetime(scratch) {} }
    let (product, factor, half) = (scratch.take(q * q), scratch.take(q * q), scratch.take(q * q))
    fillPosteriorHalf(of: j, product, factor, half)
    return Matrix(rows: q, columns: q, storage: Array(UnsafeBufferPointer(start: half, count: q * q)))
      .transposed
  }

  /// half ← L⁻¹(R_b⁻¹Λ)', on memory of the caller (three times q×q).
  private func fillPosteriorHalf(
    of j: Int, _ product: SmallKernels.Pointer, _ factor: SmallKernels.Pointer, _ half: SmallKernels.Pointer
  ) {
    let q = reduction.effectCount
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in i..<q { sum += reduction.triangles[j * q * q + i + l * q] * lambda.storage[l + k * q] }
        product[i + k * q] = sum
        half[k + i * q] = turnedLambda.storage[i + k * q]
      }
    }
    for k in 0..<q {
      for i in k..<q {
        var sum = i == k ? 1.0 : 0.0
        for l in 0..<q { sum += product[l + i * q] * product[l + k * q] }
        factor[i + k * q] = sum
      }
    }
    // I plus a square: the factorization cannot fail.
    _ = SmallKernels.cholesky(factor, q)
    for k in 0..<q { SmallKernels.solveLower(factor, q, half + k * q) }
  }
}
