import Distributions
import Glibc

/// The two passes over the groups written out for q = 2, the model with varying intercept and slope: four groups at a time, no inner loops over
/// effects. What fills up the last four groups are zeros, and groups of zeros add nothing.
extension ProfiledCriterion {
  typealias Lanes = SIMD4<Double>

  /// Fills G_j and C_j, adds to S and to Σ log|V_j|: one division a group.
  func accumulateTwoEffects(_ psi: Pointer, _ logSum: inout Double) -> Bool {
    let order = data.fixedCount + 1
    let (p1, p2, p3) = (Lanes(repeating: psi[0]), Lanes(repeating: psi[2]), Lanes(repeating: psi[3]))
    let sums = lanes
    for i in 0..<order * order { sums[i] = .zero }
    var product = Lanes(repeating: 1)
    let fours = (data.groupCount + 3) / 4
    for four in 0..<fours {
      let r = triangles.four(four)
      let (r11, r12, r22) = (r[0], r[2], r[3])
      let u1 = r11 * p1 + r12 * p2
      let u2 = r11 * p2 + r12 * p3
      let v2 = r22 * p3
      let m11 = 1 + u1 * r11 + u2 * r12
      let m12 = u2 * r22
      let m22 = 1 + v2 * r22
      let determinant = m11 * m22 - m12 * m12
      guard determinant[0] > 0, determinant[1] > 0, determinant[2] > 0, determinant[3] > 0 else {
        return false
      }
      product *= determinant
      let inverse = 1 / determinant
      let h11 = m22 * inverse
      let h12 = -m12 * inverse
      let h22 = m11 * inverse
      // HR, then G = R'HR, Y = Hz, C = R'Hz.
      let a11 = h11 * r11
      let a21 = h12 * r11
      let a12 = h11 * r12 + h12 * r22
      let a22 = h12 * r12 + h22 * r22
      let g = groupInformation.four(four)
      let g12 = r11 * a12
      g[0] = r11 * a11
      g[1] = g12
      g[2] = g12
      g[3] = r12 * a12 + r22 * a22
      let z = projections.four(four)
      let cross = groupCross.four(four)
      var k = 0
      while k < order {
        let (z1, z2) = (z[2 * k], z[2 * k + 1])
        cross[2 * k] = a11 * z1 + a21 * z2
        cross[2 * k + 1] = a12 * z1 + a22 * z2
        let y1 = h11 * z1 + h12 * z2
        let y2 = h12 * z1 + h22 * z2
        var l = 0
        while l <= k {
          sums[l + k * order] += z[2 * l] * y1 + z[2 * l + 1] * y2
          l += 1
        }
        k += 1
      }
      if product[0] > 1e50 || product[1] > 1e50 || product[2] > 1e50 || product[3] > 1e50 {
        for i in 0..<4 { logSum += Portable.log(product[i]) }
        product = Lanes(repeating: 1)
      }
    }
    for i in 0..<4 { logSum += Portable.log(product[i]) }
    for k in 0..<order { for l in 0...k { s[l + k * order] += sums[l + k * order].sum() } }
    mirror(s, order)
    return logSum.isFinite
  }

  /// Adds to D and to the sums of the Hessian.
  func differentiateTwoEffects() {
    let p = data.fixedCount
    let ratio = Lanes(repeating: ratio)
    let restricted = method == .reml
    // The free entries (1,1), (1,2), (2,2) of Ψ; without a covariance the second is not one of `directions`.
    let joined = directions.count == 3
    let last = directions.count - 1
    let b = lanes
    let (k1, x1) = (lanes + 2 * p, lanes + 2 * p + 3 * p * p)
    let (k2, k3) = (k1 + p * p, k1 + 2 * p * p)
    let (x2, x3) = (x1 + p, x1 + 2 * p)
    for i in 0..<3 * p * p { k1[i] = .zero }
    for i in 0..<3 * p { x1[i] = .zero }
    var (d11, d12, d22) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var (h11, h12, h13) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var (h22, h23, h33) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var (t1, t2, t3) = (Lanes.zero, Lanes.zero, Lanes.zero)
    let fours = (data.groupCount + 3) / 4
    for four in 0..<fours {
      let g = groupInformation.four(four)
      let (g11, g12, g22) = (g[0], g[2], g[3])
      let cross = groupCross.four(four)
      var (c1, c2) = (cross[2 * p], cross[2 * p + 1])
      var (p11, p12, p22) = (Lanes.zero, Lanes.zero, Lanes.zero)
      // Rows of B solve B L_x' = C_x.
      var k = 0
      while k < p {
        let (x, y) = (cross[2 * k], cross[2 * k + 1])
        c1 -= x * beta[k]
        c2 -= y * beta[k]
        var (b1, b2) = (x, y)
        var l = 0
        while l < k {
          let factor = fixedFactor[k + l * p]
          b1 -= b[2 * l] * factor
          b2 -= b[2 * l + 1] * factor
          l += 1
        }
        let inverse = 1 / fixedFactor[k + k * p]
        b1 *= inverse
        b2 *= inverse
        b[2 * k] = b1
        b[2 * k + 1] = b2
        if restricted {
          p11 += b1 * b1
          p12 += b1 * b2
          p22 += b2 * b2
        }
        k += 1
      }
      let (c11, c12, c22) = (c1 * c1, c1 * c2, c2 * c2)
      let (s11, s12, s22) = (ratio * c11, ratio * c12, ratio * c22)
      d11 += g11 - p11 - s11
      d12 += g12 - p12 - s12
      d22 += g22 - p22 - s22
      let (q11, q12, q22) = (2 * (p11 + s11) - g11, 2 * (p12 + s12) - g12, 2 * (p22 + s22) - g22)
      h11 += q11 * g11
      h12 += q11 * g12 + q12 * g11
      h13 += q12 * g12
      h22 += q11 * g22 + 2 * q12 * g12 + q22 * g11
      h23 += q12 * g22 + q22 * g12
      h33 += q22 * g22
      t1 += c11
      t2 += 2 * c12
      t3 += c22
      k = 0
      while k < p {
        let (b1, b2) = (b[2 * k], b[2 * k + 1])
        x1[k] += b1 * c1
        if joined { x2[k] += b1 * c2 + b2 * c1 }
        x3[k] += b2 * c2
        var l = restricted ? 0 : p
        while l <= k {
          let (a1, a2) = (b[2 * l], b[2 * l + 1])
          k1[l + k * p] += b1 * a1
          if joined { k2[l + k * p] += b1 * a2 + b2 * a1 }
          k3[l + k * p] += b2 * a2
          l += 1
        }
        k += 1
      }
    }
    gradient[0] = d11.sum()
    gradient[2] = d12.sum()
    gradient[3] = d22.sum()
    let n = directions.count
    tensor[0] = h11.sum()
    tensor[last * n] = h13.sum()
    tensor[last + last * n] = h33.sum()
    tSums[0] = t1.sum()
    tSums[last] = t3.sum()
    for i in 0..<p * p { (kSums[i], kSums[i + last * p * p]) = (k1[i].sum(), k3[i].sum()) }
    for i in 0..<p { (xSums[i], xSums[i + last * p]) = (x1[i].sum(), x3[i].sum()) }
    if joined {
      tensor[n] = h12.sum()
      tensor[1 + n] = h22.sum()
      tensor[1 + 2 * n] = h23.sum()
      tSums[1] = t2.sum()
      for i in 0..<p * p { kSums[i + p * p] = k2[i].sum() }
      for i in 0..<p { xSums[i + p] = x2[i].sum() }
    }
  }

  /// How many lanes the two passes need.
  static func laneCount(p: Int) -> Int { max((p + 1) * (p + 1), 2 * p + 3 * p * p + 3 * p) }
}
