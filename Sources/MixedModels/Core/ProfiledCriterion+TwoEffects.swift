import Glibc

/// The two passes over the groups written out for q = 2, the model with varying intercept and slope: no inner loops over effects.
extension ProfiledCriterion {
  /// Fills G_j and C_j, adds to S and to Σ log|V_j|: one division a group.
  func accumulateTwoEffects(_ psi: Pointer, _ logSum: inout Double) -> Bool {
    let order = data.fixedCount + 1
    let p1 = psi[0]
    let p2 = psi[2]
    let p3 = psi[3]
    var product = 1.0
    for j in 0..<data.groupCount {
      let r11 = triangles[4 * j]
      let r12 = triangles[4 * j + 2]
      let r22 = triangles[4 * j + 3]
      let z = projections + j * 2 * order
      let u1 = r11 * p1 + r12 * p2
      let u2 = r11 * p2 + r12 * p3
      let v2 = r22 * p3
      let m11 = 1 + u1 * r11 + u2 * r12
      let m12 = u2 * r22
      let m22 = 1 + v2 * r22
      let determinant = m11 * m22 - m12 * m12
      guard determinant > 0 else { return false }
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
      let g = groupInformation + 4 * j
      g[0] = r11 * a11
      g[1] = r11 * a12
      g[2] = g[1]
      g[3] = r12 * a12 + r22 * a22
      let cross = groupCross + j * 2 * order
      for k in 0..<order {
        let z1 = z[2 * k]
        let z2 = z[2 * k + 1]
        cross[2 * k] = a11 * z1 + a21 * z2
        cross[2 * k + 1] = a12 * z1 + a22 * z2
        let y1 = h11 * z1 + h12 * z2
        let y2 = h12 * z1 + h22 * z2
        for l in 0...k { s[l + k * order] += z[2 * l] * y1 + z[2 * l + 1] * y2 }
      }
      if product > 1e200 {
        logSum += log(product)
        product = 1
      }
    }
    logSum += log(product)
    mirror(s, order)
    return logSum.isFinite
  }

  /// Adds to D and to the sums of the Hessian.
  func differentiateTwoEffects() {
    let p = data.fixedCount
    let order = p + 1
    let ratio = ratio
    let restricted = method == .reml
    // The free entries (1,1), (1,2), (2,2) of Ψ; without a covariance the second is not one of `directions`.
    let joined = directions.count == 3
    let last = directions.count - 1
    var (d11, d12, d22) = (0.0, 0.0, 0.0)
    var (h11, h12, h13, h22, h23, h33) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var (t1, t2, t3) = (0.0, 0.0, 0.0)
    for j in 0..<data.groupCount {
      let g11 = groupInformation[4 * j]
      let g12 = groupInformation[4 * j + 2]
      let g22 = groupInformation[4 * j + 3]
      let cross = groupCross + j * 2 * order
      var c1 = cross[2 * p]
      var c2 = cross[2 * p + 1]
      var (p11, p12, p22) = (0.0, 0.0, 0.0)
      // Rows of B solve B L_x' = C_x.
      for k in 0..<p {
        let (x, y) = (cross[2 * k], cross[2 * k + 1])
        c1 -= x * beta[k]
        c2 -= y * beta[k]
        var (b1, b2) = (x, y)
        for l in 0..<k {
          let factor = fixedFactor[k + l * p]
          b1 -= b[2 * l] * factor
          b2 -= b[2 * l + 1] * factor
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
      }
      let (s11, s12, s22) = (ratio * c1 * c1, ratio * c1 * c2, ratio * c2 * c2)
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
      t1 += c1 * c1
      t2 += 2 * c1 * c2
      t3 += c2 * c2
      let (k1, k2, k3) = (kSums, kSums + p * p, kSums + last * p * p)
      for k in 0..<p {
        let (b1, b2) = (b[2 * k], b[2 * k + 1])
        xSums[k] += b1 * c1
        if joined { xSums[k + p] += b1 * c2 + b2 * c1 }
        xSums[k + last * p] += b2 * c2
        if restricted {
          for l in 0...k {
            let (a1, a2) = (b[2 * l], b[2 * l + 1])
            k1[l + k * p] += b1 * a1
            if joined { k2[l + k * p] += b1 * a2 + b2 * a1 }
            k3[l + k * p] += b2 * a2
          }
        }
      }
    }
    gradient[0] = d11
    gradient[2] = d12
    gradient[3] = d22
    let n = directions.count
    tensor[0] = h11
    tensor[last * n] = h13
    tensor[last + last * n] = h33
    tSums[0] = t1
    tSums[last] = t3
    if joined {
      tensor[n] = h12
      tensor[1 + n] = h22
      tensor[1 + 2 * n] = h23
      tSums[1] = t2
    }
  }
}
