import Distributions
import Glibc
import LinearAlgebra

/// The criterion of a model with one grouping factor, with exact gradient and Hessian.
///
/// With G_j = Z_j'V_j⁻¹Z_j, C_j = Z_j'V_j⁻¹[X_j y_j], c_j = Z_j'V_j⁻¹(y_j − X_jβ), P_j = C_jx S_xx⁻¹ C_jx':
///
///     D = Σ (G_j − P_j − (m/r²)c_jc_j'),   df = tr(D dΨ)
///
/// and the Hessian of the same three ingredients (see `secondDerivatives`). f is smooth on an open set around the cone of covariance matrices, so
/// Ψ may be singular: nothing is inverted but I + R_jΨR_j'.
///
/// A workspace for one task: it owns its memory, and evaluations allocate nothing. All matrices are in the coordinates of `GroupReduction`.
/// Reference: Wolfinger, Tobias & Sall (1994), doi:10.1137/0915079; Bates et al. (2015), doi:10.18637/jss.v067.i01.
/// Cost of a value O(J(q³ + q(p+1)(q+p))), of derivatives about three times as much.
final class ProfiledCriterion: CovarianceCriterion {
  let data: GroupReduction
  /// G_j (q×q) and C_j (q×(p+1)), group after group.
  let groupInformation: GroupBlocks
  let groupCross: GroupBlocks

  private let block: ScratchBlock
  /// R_j, z_j and W of the reduction, as this workspace sees them: the response's columns may be replaced.
  let triangles, projections: GroupBlocks
  let within: Pointer
  /// What optimizers ask about the data beside the constants.
  var traits: Traits
  /// What the scales of X and y add to the value.
  private(set) var constant = 0.0
  /// m/r², or what stands for it, at the last derivatives.
  private(set) var ratio = 0.0
  /// log|V| at the last evaluation.
  private(set) var logDeterminant = 0.0
  /// What is added to X̃'V⁻¹X̃ with the response ((p+1)²), times `priorScale`: a normal prior of β, as observations would be. Empty for none.
  var priorProducts: [Double] = []
  var priorScale = 0.0
  /// Sums over groups and one group's scratch, shared with the pass written out for two effects.
  let s: Pointer
  let m, rp, hz: Pointer
  let b, c, qm: Pointer
  let tensor, kSums, xSums: Pointer
  let lanes: UnsafeMutablePointer<Lanes>

  /// What optimizers ask about data beside the constants; a workspace that takes on one design after another sets it.
  struct Traits {
    /// n − Σ rank(R_j) − rank(W_xx).
    var withinDegreesOfFreedom: Int
    /// Whether minima far from each other are likely.
    var needsWideSearch: Bool
  }

  /// A workspace for one reduction and method.
  init(_ data: GroupReduction, method: EstimationMethod) {
    self.data = data
    traits = Traits(
      withinDegreesOfFreedom: data.withinDegreesOfFreedom,
      needsWideSearch: data.effectCount >= 2
        && (data.blocks.count > 1 || 2 * data.singularGroupCount > data.groupCount || data.areFewAndUnlike))
    let q = data.effectCount
    let p = data.fixedCount
    let d = data.blocks.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 }
    // Two effects are done four groups at a time.
    let width = q == 2 ? 4 : 1
    func size(_ slots: Int) -> Int { GroupBlocks.count(groups: data.groupCount, slots: slots, lanes: width) }
    lanes = .allocate(capacity: q == 2 ? Self.laneCount(p: p) : 1)
    lanes.initialize(repeating: .zero, count: q == 2 ? Self.laneCount(p: p) : 1)
    // What is read as vectors comes first, where memory is aligned.
    let sizes = [
      size(q * q), size(q * (p + 1)), size(q * q), size(q * (p + 1)), data.within.count, (p + 1) * (p + 1),
      q * q, q * q, q * (p + 1),
      q * p, q, q * q, d * d, d * p * p, d * p,
    ]
    block = ScratchBlock(count: sizes.reduce(0, +))
    var pieces = sizes.makeIterator()
    func piece(_ block: ScratchBlock) -> UnsafeMutablePointer<Double> { block.take(pieces.next()!) }
    triangles = GroupBlocks(base: piece(block), slots: q * q, lanes: width)
    projections = GroupBlocks(base: piece(block), slots: q * (p + 1), lanes: width)
    groupInformation = GroupBlocks(base: piece(block), slots: q * q, lanes: width)
    groupCross = GroupBlocks(base: piece(block), slots: q * (p + 1), lanes: width)
    within = piece(block)
    s = piece(block)
    self.m = piece(block)
    rp = piece(block)
    hz = piece(block)
    b = piece(block)
    c = piece(block)
    qm = piece(block)
    tensor = piece(block)
    kSums = piece(block)
    xSums = piece(block)
    triangles.fill(from: data.triangles)
    projections.fill(from: data.projections)
    for (k, value) in data.within.enumerated() { within[k] = value }
    responseScale = data.design.responseScale
    super.init(method: method, blocks: data.blocks, fixedCount: p, rowCount: data.rowCount)
    setConstant()
  }

  deinit { lanes.deallocate() }

  /// The length by which the response was divided.
  var responseScale: Double { didSet { setConstant() } }

  private func setConstant() {
    constant = data.design.criterionShift(
      method, degreesOfFreedom: degreesOfFreedom, responseScale: responseScale)
  }

  /// Evaluates f at Ψ (q×q, symmetric) and keeps what the derivatives need.
  /// - Returns: f, or infinity if rounding breaks a factorization.
  override func evaluate(at psi: Pointer) -> Double {
    let p = data.fixedCount
    let order = p + 1
    for i in 0..<order * order { s[i] = within[i] }
    var logSum = 0.0
    let finite =
      data.effectCount == 2
      ? accumulateTwoEffects(psi, &logSum) : accumulate(psi, &logSum)
    value = .infinity
    guard finite else { return value }
    logDeterminant = logSum
    for (k, entry) in priorProducts.enumerated() { s[k] += priorScale * entry }

    for k in 0..<p { for i in 0..<p { fixedFactor[i + k * p] = s[i + k * order] } }
    guard SmallKernels.cholesky(fixedFactor, p) else { return value }
    for k in 0..<p { beta[k] = s[k + p * order] }
    SmallKernels.solveLower(fixedFactor, p, beta)
    residualSquares = s[p + p * order]
    for k in 0..<p { residualSquares -= beta[k] * beta[k] }
    SmallKernels.solveLowerTransposed(fixedFactor, p, beta)
    guard residualSquares > 0 else { return value }
    let dof = degreesOfFreedom
    value = logSum + dof * (1 + Portable.log(2 * .pi * residualSquares / dof)) + constant
    if method == .reml {
      var logDeterminant = 0.0
      for k in 0..<p { logDeterminant += Portable.log(fixedFactor[k + k * p]) }
      value += 2 * logDeterminant
    }
    return value
  }

  /// One pass over the groups for any q: fills G_j and C_j, adds to S and to Σ log|V_j|.
  private func accumulate(_ psi: Pointer, _ logSum: inout Double) -> Bool {
    let q = data.effectCount
    let order = data.fixedCount + 1
    var product = 1.0
    for j in 0..<data.groupCount {
      let r = triangles.group(j)
      let z = projections.group(j)
      // M = I + RΨR' and its factor.
      for k in 0..<q {
        for i in 0..<q {
          var sum = 0.0
          for l in i..<q { sum += r[i + l * q] * psi[l + k * q] }
          rp[i + k * q] = sum
        }
      }
      for k in 0..<q {
        for i in k..<q {
          var sum = i == k ? 1.0 : 0.0
          for l in k..<q { sum += rp[i + l * q] * r[k + l * q] }
          m[i + k * q] = sum
        }
      }
      guard SmallKernels.cholesky(m, q) else { return false }
      for k in 0..<q { product *= m[k + k * q] * m[k + k * q] }
      // T = L⁻¹R (in rp) and Y = L⁻¹z (in hz).
      for k in 0..<q {
        for i in 0..<q { rp[i + k * q] = i <= k ? r[i + k * q] : 0 }
        SmallKernels.solveLower(m, q, rp + k * q)
      }
      for k in 0..<order {
        for i in 0..<q { hz[i + k * q] = z[i + k * q] }
        SmallKernels.solveLower(m, q, hz + k * q)
      }
      let g = groupInformation.group(j)
      for k in 0..<q {
        for i in 0...k {
          var sum = 0.0
          for l in 0..<q { sum += rp[l + i * q] * rp[l + k * q] }
          g[i + k * q] = sum
          g[k + i * q] = sum
        }
      }
      let cross = groupCross.group(j)
      for k in 0..<order {
        for i in 0..<q {
          var sum = 0.0
          for l in 0..<q { sum += rp[l + i * q] * hz[l + k * q] }
          cross[i + k * q] = sum
        }
        for l in 0...k {
          var sum = 0.0
          for i in 0..<q { sum += hz[i + l * q] * hz[i + k * q] }
          s[l + k * order] += sum
        }
      }
      if product > 1e200 {
        logSum += Portable.log(product)
        product = 1
      }
    }
    logSum += Portable.log(product)
    mirror(s, order)
    return logSum.isFinite
  }

  /// D and the Hessian over `directions` at the last evaluation.
  ///
  ///     H(E, F) = Σ tr(Q_j E G_j F) − [REML] tr(K_E K_F) − (2m/r²)x_E'x_F − (m/r⁴)t_E t_F,   Q_j = 2P_j + (2m/r²)c_jc_j' − G_j
  ///
  /// with B_j = C_jx L_x⁻ᵀ, K_E = Σ B_j'EB_j, x_E = Σ B_j'Ec_j, t_E = Σ c_j'Ec_j; E = e_ae_b' + e_be_a', or e_ae_a'.
  override func differentiate(precision: Double?) {
    let q = data.effectCount
    let p = data.fixedCount
    let count = directions.count
    ratio = precision ?? degreesOfFreedom / residualSquares
    let curved = precision == nil ? ratio / residualSquares : 0
    let restricted = method == .reml
    for i in 0..<q * q { gradient[i] = 0 }
    for i in 0..<count * count { tensor[i] = 0 }
    for i in 0..<count * p * p { kSums[i] = 0 }
    for i in 0..<count * p { xSums[i] = 0 }
    for i in 0..<count { tSums[i] = 0 }
    if q == 2 { differentiateTwoEffects() } else { differentiateGroups() }
    mirror(gradient, q)
    for e in 0..<count {
      for f in 0...e {
        var sum = tensor[f + e * count] - curved * tSums[e] * tSums[f]
        for k in 0..<p { sum -= 2 * ratio * xSums[k + e * p] * xSums[k + f * p] }
        if restricted {
          for k in 0..<p {
            let left = kSums + e * p * p + k * p
            let right = kSums + f * p * p + k * p
            for l in 0..<k { sum -= 2 * left[l] * right[l] }
            sum -= left[k] * right[k]
          }
        }
        hessian[f + e * count] = sum
        hessian[e + f * count] = sum
      }
    }
  }

  /// One pass over the groups for any q: adds to D and to the sums of the Hessian.
  private func differentiateGroups() {
    let q = data.effectCount
    let p = data.fixedCount
    let count = directions.count
    let ratio = ratio
    let restricted = method == .reml
    directions.withUnsafeBufferPointer { directions in
      for j in 0..<data.groupCount {
        let g = groupInformation.group(j)
        let cross = groupCross.group(j)
        for i in 0..<q {
          var sum = cross[i + p * q]
          for k in 0..<p { sum -= cross[i + k * q] * beta[k] }
          c[i] = sum
        }
        // Rows of B solve B L_x' = C_x.
        for k in 0..<p {
          let inverse = 1 / fixedFactor[k + k * p]
          for i in 0..<q {
            var sum = cross[i + k * q]
            for l in 0..<k { sum -= b[i + l * q] * fixedFactor[k + l * p] }
            b[i + k * q] = sum * inverse
          }
        }
        for k in 0..<q {
          for i in 0...k {
            var projected = 0.0
            if restricted { for l in 0..<p { projected += b[i + l * q] * b[k + l * q] } }
            let scaled = ratio * c[i] * c[k]
            let information = g[i + k * q]
            gradient[i + k * q] += information - projected - scaled
            let entry = 2 * (projected + scaled) - information
            qm[i + k * q] = entry
            qm[k + i * q] = entry
          }
        }
        for e in 0..<count {
          let (a1, b1) = directions[e]
          for f in 0...e {
            let (a2, b2) = directions[f]
            var sum = qm[b2 + a1 * q] * g[b1 + a2 * q]
            if a1 != b1 { sum += qm[b2 + b1 * q] * g[a1 + a2 * q] }
            if a2 != b2 {
              sum += qm[a2 + a1 * q] * g[b1 + b2 * q]
              if a1 != b1 { sum += qm[a2 + b1 * q] * g[a1 + b2 * q] }
            }
            tensor[f + e * count] += sum
          }
          let twice = a1 == b1 ? 1.0 : 2.0
          tSums[e] += twice * c[a1] * c[b1]
          for k in 0..<p {
            let x = b[a1 + k * q]
            let y = b[b1 + k * q]
            xSums[k + e * p] += a1 == b1 ? x * c[a1] : x * c[b1] + y * c[a1]
            if restricted {
              let sums = kSums + e * p * p + k * p
              if a1 == b1 {
                for l in 0...k { sums[l] += x * b[a1 + l * q] }
              } else {
                for l in 0...k { sums[l] += x * b[b1 + l * q] + y * b[a1 + l * q] }
              }
            }
          }
        }
      }
    }
  }

  /// Ψ₀ = (Σ c_jc_j'/s² − Σ(A_j − P_j))/J at Ψ = 0, s² the variance within groups.
  override func fillMomentStart(_ psi: Pointer) -> Bool {
    let (q, p) = (effectCount, fixedCount)
    for i in 0..<q * q { psi[i] = 0 }
    guard evaluate(at: psi).isFinite else { return false }
    differentiate()
    // D(0) = Σ(G − P) − (m/r²)Σcc'; the moment equation replaces r²/m by the variance within groups.
    let residual = within[p + p * (p + 1)] / Double(max(traits.withinDegreesOfFreedom, 1))
    // Independent terms may leave nothing within groups.
    guard traits.withinDegreesOfFreedom > 0, residual > 0 else {
      for i in 0..<q { psi[i + i * q] = 10 }
      return true
    }
    for i in 0..<q * q { qm[i] = 0 }
    for j in 0..<data.groupCount {
      for i in 0..<q {
        var sum = groupCross[j, i + p * q]
        for k in 0..<p { sum -= groupCross[j, i + k * q] * beta[k] }
        c[i] = sum
      }
      for k in 0..<q { for i in 0..<q { qm[i + k * q] += c[i] * c[k] } }
    }
    let ratio = degreesOfFreedom / residualSquares
    for i in 0..<q * q {
      // Σ(G − P) = D + ratio·Σcc'
      let information = gradient[i] + ratio * qm[i]
      psi[i] = (qm[i] / residual - information) / Double(data.groupCount)
    }
    return true
  }

  override var needsWideSearch: Bool { traits.needsWideSearch }
  override var inflations: [Double] { data.design.inflations }
  override var leastGroupCount: Int { data.groupCount }
  override var mayFallWithoutEnd: Bool { traits.withinDegreesOfFreedom <= 0 }
  override var fixedProducts: [(columns: [Int], levels: [Matrix])] {
    let (q, p) = (effectCount, fixedCount)
    let levels = (0..<data.groupCount).map { j in
      Matrix(rows: q, columns: p, storage: (0..<q * p).map { groupCross[j, $0] })
    }
    return [(Array(0..<q), levels)]
  }

  /// Copies the upper triangle below the diagonal.
  func mirror(_ a: Pointer, _ n: Int) {
    for k in 0..<n { for l in 0..<k { a[k + l * n] = a[l + k * n] } }
  }
}
