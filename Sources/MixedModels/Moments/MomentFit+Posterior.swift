import LinearAlgebra

/// The groups' coefficients at one covariance of the effects: fixed effects by generalized least squares, modes, errors, weights.
extension MomentFit {
  /// One effect with ψ = σ_α²/σ². With h_j = 1/(1 + n_jψ), X_j centred at x̄, S = X'V⁻¹X:
  ///
  ///     α̂_j = β̂'x₀ + w_j(ȳ_j − x̄_j'β̂),  w_j = n_jψh_j      Var(α̂_j − α_j) = σ²(ψh_j + u'S⁻¹u),  u = x₀ − w_jx̄_j
  ///
  /// where x₀ = (1, −x̄) is the place x = 0, at which constants are reported.
  func pool(relativeVariance psi: Double, sigma: Double) {
    let r = reduction
    let one = Lanes(repeating: 1)
    let withPredictor = model == .varyingIntercepts
    let (counts, places, means) = (r.counts, r.d, r.e)
    var (s11, s12, s22, t1, t2) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for v in 0..<r.vectors {
      let n = counts[v]
      let weight = n / (one + n * psi)
      let (x, y) = (places[v], means[v])
      s11 += weight
      t1 += weight * y
      if withPredictor {
        let moved = weight * x
        s12 += moved
        s22 += moved * x
        t2 += moved * y
      }
    }
    let (a, b, c) = (s11.sum(), s12.sum(), s22.sum() + r.xWithin)
    let (u, w) = (t1.sum(), t2.sum() + r.crossWithin)
    let size = withPredictor ? a * c - b * b : 1
    // S⁻¹ and β about the least-squares line.
    let (i11, i12, i22) = withPredictor ? (c / size, -b / size, a / size) : (1 / a, 0, 0)
    let (g1, g2) = withPredictor ? (i11 * u + i12 * w, i12 * u + i22 * w) : (u / a, 0)
    let m = r.xMean
    let slope = r.slope + g2
    let constant = r.yMean + g1 - m * slope
    fixedEffects = (constant, withPredictor ? slope : .nan)
    fixedEffectErrors = (
      (max(0, i11 - 2 * m * i12 + m * m * i22)).squareRoot() * sigma,
      withPredictor ? i22.squareRoot() * sigma : .nan
    )
    standardDeviations = (psi.squareRoot() * sigma, .nan)
    let (estimates, errors, weights) = (estimateLanes.0, errorLanes.0, weightLanes.0)
    for v in 0..<r.vectors {
      let n = counts[v]
      let h = one / (one + n * psi)
      let weight = n * psi * h
      let x = places[v]
      weights[v] = weight
      estimates[v] = constant + weight * (means[v] - g1 - x * g2)
      var variance = h * psi + h * h * i11
      if withPredictor {
        let far = m + weight * x
        variance += far * (far * i22 - h * (2 * i12))
      }
      errors[v] = pointwiseMax(variance, .zero).squareRoot() * sigma
    }
    fillDegrees(.infinity)
    residualDegreesOfFreedom = .infinity
  }

  /// Two effects with Ψ in the coordinates of `MomentReduction`. With K_j = (I + ΨA_j)⁻¹ and M_j = (Ψ + |Ψ|adj A_j)/d_j, which needs no inverse of Ψ:
  ///
  ///     γ̂ = S⁻¹ΣG_jb_j,  S = ΣG_j      γ̂ + Ψc_j,  c_j = G_j(b_j − γ̂)      Var = σ²(K_jS⁻¹K_j' + M_j)
  ///
  /// turned back by R_b⁻¹.
  func pool(_ psi: RandomCoefficientsSearch.Point, sigma: Double, _ groups: RandomCoefficientsSearch) {
    let r = reduction
    let (p1, p2, p3) = (psi.p11, psi.p12, psi.p22)
    let delta = max(0, p1 * p3 - p2 * p2)
    let one = Lanes(repeating: 1)
    let (a1, a2, a3) = (groups.a1, groups.a2, groups.a3)
    let (determinant, b1, b2) = (groups.determinant, groups.b1, groups.b2)
    var (s11, s12, s22, t1, t2) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for v in 0..<r.vectors {
      let (x, y, z, full) = (a1[v], a2[v], a3[v], determinant[v])
      var d = one + x * p1
      d += y * (2 * p2)
      d += z * p3 + full * delta
      let inverse = one / d
      let g1 = (x + full * p3) * inverse
      let g2 = (y - full * p2) * inverse
      let g3 = (z + full * p1) * inverse
      s11 += g1
      s12 += g2
      s22 += g3
      t1 += g1 * b1[v] + g2 * b2[v]
      t2 += g2 * b1[v] + g3 * b2[v]
    }
    let (a, b, c) = (s11.sum(), s12.sum(), s22.sum())
    let size = a * c - b * b
    let (i11, i12, i22) = (c / size, -b / size, a / size)
    let (gamma1, gamma2) = (i11 * t1.sum() + i12 * t2.sum(), i12 * t1.sum() + i22 * t2.sum())
    let (r1, r2) = r.scales
    let m = r.xMean
    // R_b⁻¹ = [k1, k2; 0, k3].
    let (k1, k2, k3) = (1 / r1, -m / r2, 1 / r2)
    let unit = length
    let slope = r.slope + gamma2 * k3 * unit
    let constant = r.yMean - m * r.slope + (gamma1 * k1 + gamma2 * k2) * unit
    fixedEffects = (constant, slope)
    fixedEffectErrors = (
      max(0, k1 * k1 * i11 + 2 * k1 * k2 * i12 + k2 * k2 * i22).squareRoot() * sigma,
      k3 * i22.squareRoot() * sigma
    )
    // Ψ in the user's coordinates.
    let (u11, u12, u22) = (
      max(0, k1 * k1 * p1 + 2 * k1 * k2 * p2 + k2 * k2 * p3), k3 * (k1 * p2 + k2 * p3), k3 * k3 * p3
    )
    let (sd1, sd2) = (u11.squareRoot(), u22.squareRoot())
    standardDeviations = (sd1 * sigma, sd2 * sigma)
    // Rounding alone leads beyond ±1.
    correlation = sd1 > 0 && sd2 > 0 ? max(-1, min(1, u12 / (sd1 * sd2))) : .nan
    let xMeans = MomentReduction.lanes(r.moments.xMeans)
    let first = (estimateLanes.0, errorLanes.0, weightLanes.0)
    let second = (estimateLanes.1, errorLanes.1, weightLanes.1)
    for v in 0..<r.vectors {
      let (x, y, z, full) = (a1[v], a2[v], a3[v], determinant[v])
      var d = one + x * p1
      d += y * (2 * p2)
      d += z * p3 + full * delta
      let inverse = one / d
      let e1 = b1[v] - gamma1
      let e2 = b2[v] - gamma2
      let c1 = ((x + full * p3) * e1 + (y - full * p2) * e2) * inverse
      let c2 = ((y - full * p2) * e1 + (z + full * p1) * e2) * inverse
      let mode1 = (p1 * c1 + p2 * c2) * unit
      let mode2 = (p2 * c1 + p3 * c2) * unit
      first.0[v] = constant + k1 * mode1 + k2 * mode2
      second.0[v] = slope + k3 * mode2
      let q11 = (one + z * p3 + y * p2) * inverse
      let q12 = (z * -p2 - y * p1) * inverse
      let q21 = (y * -p3 - x * p2) * inverse
      let q22 = (one + y * p2 + x * p1) * inverse
      let w11 = q11 * i11 + q12 * i12
      let w12 = q11 * i12 + q12 * i22
      let w21 = q21 * i11 + q22 * i12
      let w22 = q21 * i12 + q22 * i22
      let v11 = w11 * q11 + w12 * q12 + (p1 + delta * z) * inverse
      let v12 = w11 * q21 + w12 * q22 + (p2 - delta * y) * inverse
      let v22 = w21 * q21 + w22 * q22 + (p3 + delta * x) * inverse
      let across = k2 * (2 * k1 * v12 + k2 * v22)
      first.1[v] = pointwiseMax(k1 * k1 * v11 + across, .zero).squareRoot() * sigma
      second.1[v] = v22.squareRoot() * (k3 * sigma)
      let own = r.inverses[v]
      let mean = xMeans[v]
      // Where a group's rows do not tell them, its own variances are infinite.
      first.2[v] = u11 / (u11 + one / r.counts[v] + mean * mean * own)
      second.2[v] = u22 * r.xSquares[v] / (u22 * r.xSquares[v] + 1)
    }
    if r.singularCount > 0 { fixSingularWeights(u11, k1, k2) }
    fillDegrees(.infinity)
    residualDegreesOfFreedom = .infinity
  }

  /// Weights of groups whose rows do not determine both effects, as `LevelInformation` has them: of the constant only where x̄_j is 0.
  private func fixSingularWeights(_ variance: Double, _ k1: Double, _ k2: Double) {
    let r = reduction
    let moments = r.moments
    let (r1, r2) = r.scales
    for j in 0..<groupCount {
      let far = (moments.xMeans[j] - r.xMean) / r2
      let near = 1 / r1
      let n = moments.counts[j]
      let (x, z) = (n * near * near, moments.xSquares[j] / (r2 * r2) + n * far * far)
      let full = near * near * n * moments.xSquares[j] / (r2 * r2)
      guard full <= 1e-12 * (x + z) * max(x, z) else { continue }
      // A_j = n(near, far)(near, far)'.
      let length = (near * near + far * far).squareRoot()
      let along = (k1 * near + k2 * far) / length
      let across = (k1 * far - k2 * near) / length
      let isHidden = across * across > 1e-10 * (k1 * k1 + k2 * k2)
      let own = along * along / (n * length * length)
      let (v, lane) = (j / 4, j % 4)
      weightLanes.0[v][lane] = isHidden || variance == 0 ? 0 : variance / (variance + own)
      weightLanes.1[v][lane] = 0
    }
  }
}
