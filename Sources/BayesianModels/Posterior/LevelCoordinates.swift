import Glibc
import LinearAlgebra

/// The change of variables of one level's effects, forward and backward:
///
///     b = Fu,   u = L⁻ᵀ(L⁻¹F'h + z),   LL' = I + F'HF
///
/// A workspace for effects of one term; all matrices are q×q by columns.
/// - Reference: the derivative of a Cholesky factor is that of Murray (2016), arXiv:1602.07527.
struct LevelCoordinates {
  typealias Pointer = UnsafeMutablePointer<Double>

  private let order: Int
  private let product, lower, lowerSlope, slope, work: Pointer
  private let u, r, t, v, back, vBack: Pointer

  /// - Parameter block: has room for `size(order:)` numbers.
  init(order: Int, of block: ScratchBlock) {
    self.order = order
    let square = order * order
    product = block.take(square)
    lower = block.take(square)
    lowerSlope = block.take(square)
    slope = block.take(square)
    work = block.take(square)
    u = block.take(order)
    r = block.take(order)
    t = block.take(order)
    v = block.take(order)
    back = block.take(order)
    vBack = block.take(order)
  }

  static func size(order: Int) -> Int { 5 * order * order + 6 * order }

  /// Fills b from z.
  /// - Parameters:
  ///   - f: F, lower triangular, `stride` apart.
  /// - Returns: −½u'u − log|L|, the log density of z in place of N(b; 0, Σ), up to a constant.
  @inline(__always)
  func fill(_ b: Pointer, _ z: Pointer, f: Pointer, stride: Int, h: Pointer, information: Pointer) -> Double {
    let q = order
    prepare(z, f: f, stride: stride, h: h, information: information)
    var density = 0.0
    for k in 0..<q {
      density -= 0.5 * u[k] * u[k] + log(lower[k + k * q])
      var sum = 0.0
      for l in 0...k { sum += f[k + l * stride] * u[l] }
      b[k] = sum
    }
    return density
  }

  /// L, t = L⁻¹F'h, r = t + z and u.
  @inline(__always)
  private func prepare(_ z: Pointer, f: Pointer, stride: Int, h: Pointer, information: Pointer) {
    let q = order
    // HF, then I + F'HF.
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in k..<q { sum += information[i + l * q] * f[l + k * stride] }
        product[i + k * q] = sum
      }
    }
    for k in 0..<q {
      for i in k..<q {
        var sum = i == k ? 1.0 : 0.0
        for l in i..<q { sum += f[l + i * stride] * product[l + k * q] }
        for l in 0..<k { sum -= lower[i + l * q] * lower[k + l * q] }
        lower[i + k * q] = i == k ? sum.squareRoot() : sum / lower[k + k * q]
      }
    }
    for k in 0..<q {
      var sum = 0.0
      for l in k..<q { sum += f[l + k * stride] * h[l] }
      v[k] = sum
      for l in 0..<k { sum -= lower[k + l * q] * t[l] }
      t[k] = sum / lower[k + k * q]
      r[k] = t[k] + z[k]
    }
    var k = q - 1
    while k >= 0 {
      var sum = r[k]
      for l in k + 1..<max(q, k + 1) { sum -= lower[l + k * q] * u[l] }
      u[k] = sum / lower[k + k * q]
      k -= 1
    }
  }

  /// The derivatives of a function of b plus the density of `fill`.
  /// - Parameters:
  ///   - g: the function's derivatives in b.
  ///   - out: receives those in z.
  ///   - factorSlope: those in F's lower triangle are added, `stride` apart.
  ///   - targetSlope: receives those in h.
  @inline(__always)
  func fillGradient(
    _ out: Pointer, _ z: Pointer, g: Pointer, f: Pointer, stride: Int, h: Pointer, information: Pointer,
    factorSlope: Pointer, targetSlope: Pointer
  ) {
    let q = order
    prepare(z, f: f, stride: stride, h: h, information: information)
    // r̄ = L⁻¹(F'g − u), v̄ = L⁻ᵀr̄.
    for k in 0..<q {
      var sum = -u[k]
      for l in k..<q { sum += f[l + k * stride] * g[l] }
      for l in 0..<k { sum -= lower[k + l * q] * back[l] }
      back[k] = sum / lower[k + k * q]
      out[k] = back[k]
    }
    var k = q - 1
    while k >= 0 {
      var sum = back[k]
      for l in k + 1..<max(q, k + 1) { sum -= lower[l + k * q] * vBack[l] }
      vBack[k] = sum / lower[k + k * q]
      k -= 1
    }
    for l in 0..<q {
      for i in l..<q {
        lowerSlope[i + l * q] = -u[i] * back[l] - vBack[i] * t[l] - (i == l ? 1 / lower[i + i * q] : 0)
      }
    }
    fillSlope()
    // F̄ = gu' + hv̄' + 2HFĀ.
    for l in 0..<q {
      for i in l..<q {
        var sum = g[i] * u[l] + h[i] * vBack[l]
        for m in 0..<q { sum += 2 * product[i + m * q] * slope[m + l * q] }
        factorSlope[i + l * stride] += sum
      }
    }
    for i in 0..<q {
      var sum = 0.0
      for l in 0...i { sum += f[i + l * stride] * vBack[l] }
      targetSlope[i] = sum
    }
  }

  /// Ā = ½(S + S'), S = L⁻ᵀΦ(L'L̄)L⁻¹, Φ the lower triangle with half its diagonal.
  @inline(__always)
  private func fillSlope() {
    let q = order
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        if i >= k { for l in i..<q { sum += lower[l + i * q] * lowerSlope[l + k * q] } }
        work[i + k * q] = i == k ? 0.5 * sum : sum
      }
    }
    // Rows of ΦL⁻¹: x L = row.
    for i in 0..<q {
      var k = q - 1
      while k >= 0 {
        var sum = work[i + k * q]
        for l in k + 1..<max(q, k + 1) { sum -= work[i + l * q] * lower[l + k * q] }
        work[i + k * q] = sum / lower[k + k * q]
        k -= 1
      }
    }
    for k in 0..<q {
      var i = q - 1
      while i >= 0 {
        var sum = work[i + k * q]
        for l in i + 1..<max(q, i + 1) { sum -= lower[l + i * q] * work[l + k * q] }
        work[i + k * q] = sum / lower[i + i * q]
        i -= 1
      }
    }
    for k in 0..<q { for i in 0..<q { slope[i + k * q] = 0.5 * (work[i + k * q] + work[k + i * q]) } }
  }
}
