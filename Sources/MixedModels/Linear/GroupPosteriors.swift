import LinearAlgebra

/// The groups' effects given the data, at one Ψ: what their modes, errors and weights are made of, kept flat in the coordinates of
/// `GroupReduction`. The matrices of a group are made when they are asked for, in the user's coordinates.
///
/// With M_j = Ψ − ΨG_jΨ = Λ(I + Λ'R_j'R_jΛ)⁻¹Λ', written the second way, which does not cancel when Λ is large:
///
///     b̂_j = Ψc_j      Var(b_j | y) = σ²M_j      Var(b̂_j − b_j) = σ²(M_j + ΨC_jS⁻¹C_j'Ψ)      Cov(β̂, b̂_j − b_j) = −σ²S⁻¹C_j'Ψ
///
/// Reference: Henderson (1975), doi:10.2307/2529430.
struct GroupPosteriors: Sendable {
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
    information = Array(
      UnsafeBufferPointer(start: workspace.groupInformation, count: data.groupCount * q * q))
    cross = Array(UnsafeBufferPointer(start: workspace.groupCross, count: data.groupCount * q * (p + 1)))
    variance = workspace.sigmaSquared * data.responseScale * data.responseScale
    self.lambda = lambda
    unscale = data.effectScale.upperInverse
    turnedLambda = unscale * lambda
    turnedPsi = turnedLambda * lambda.transposed
    var upper = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in j..<p { upper[j, i] = workspace.fixedFactor[i + j * p] } }
    fixedHalf = upper.upperInverse
    turnedFixedHalf = unscaleFixed * fixedHalf

    var modes = [Double](repeating: 0, count: data.groupCount * q)
    for j in 0..<data.groupCount {
      let c = workspace.groupCross + j * q * (p + 1)
      for k in 0..<q {
        var residual = c[k + p * q]
        for l in 0..<p { residual -= c[k + l * q] * workspace.beta[l] }
        residual *= data.responseScale
        for i in 0..<q { modes[j + i * data.groupCount] += turnedPsi.storage[i + k * q] * residual }
      }
    }
    self.modes = Matrix(rows: data.groupCount, columns: q, storage: modes)
  }

  /// Covariance of the fixed effects, σ²S⁻¹ (p×p).
  var fixedCovariance: Matrix { turnedFixedHalf * turnedFixedHalf.transposed * variance }

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
    return turnedPsi * g * reduction.effectScale
  }

  /// Ψ_kk/(Ψ_kk + v_kk) for each effect, v = (Z_j'Z_j)⁻¹; 0 where the group's rows do not determine the effect.
  func weights(of j: Int) -> [Double] {
    let sampling = samplingVariances(of: j)
    return (0..<reduction.effectCount).map { k in
      let own = turnedLambda.row(k).reduce(0) { $0 + $1 * $1 }
      return own == 0 ? 0 : own / (own + sampling[k])
    }
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

  /// The diagonal of (Z_j'Z_j)⁻¹: sampling variances of the group's own least squares in units of σ²; infinite where its rows do not
  /// determine the effect.
  private func samplingVariances(of j: Int) -> [Double] {
    let q = reduction.effectCount
    let triangle = Matrix(
      rows: q, columns: q, storage: Array(reduction.triangles[j * q * q..<(j + 1) * q * q]))
    // c'(R'R)⁺c for the row c of R_b⁻¹ that belongs to an effect; c must have no part where R'R vanishes.
    let gram = triangle.transposed * triangle
    let scratch = ScratchBlock(count: 2 * q * q)
    defer { withExtendedLifetime(scratch) {} }
    let values = scratch.take(q * q)
    let vectors = scratch.take(q * q)
    for i in 0..<q * q { values[i] = gram.storage[i] }
    SmallKernels.symmetricEigen(values, q, vectors: vectors)
    let trace = gram.diagonal.reduce(0, +)
    return (0..<q).map { k in
      let c = unscale.row(k)
      let size = c.reduce(0) { $0 + $1 * $1 }
      var variance = 0.0
      for i in 0..<q {
        var along = 0.0
        for l in 0..<q { along += c[l] * vectors[l + i * q] }
        let value = values[i + i * q]
        if value > 1e-12 * trace {
          variance += along * along / value
        } else if along * along > 1e-10 * size {
          return .infinity
        }
      }
      return variance
    }
  }
}
