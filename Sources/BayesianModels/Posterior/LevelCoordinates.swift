import Glibc
import LinearAlgebra

/// The change of variables of one level's effects, forward and backward:
///
///     b = Fu,   u = L⁻ᵀ(L⁻¹F'h + z),   LL' = I + F'HF
///
/// A workspace for all levels of one term: what `fill` finds of a level stays for its gradient. All matrices are q×q by columns.
/// - Reference: the derivative of a Cholesky factor is that of Murray (2016), arXiv:1602.07527.
struct LevelCoordinates {
  typealias Pointer = UnsafeMutablePointer<Double>

  private let order: Int
  /// HF, L, L⁻¹F'h and u of each level.
  private let products, lowers, targets, inner: Pointer
  private let lowerSlope, slope, work, back, vBack: Pointer

  /// - Parameter block: has room for `size(order:levels:)` numbers.
  init(order: Int, levels: Int, of block: ScratchBlock) {
    self.order = order
    let square = order * order
    products = block.take(levels * square)
    lowers = block.take(levels * square)
    targets = block.take(levels * order)
    inner = block.take(levels * order)
    lowerSlope = block.take(square)
    slope = block.take(square)
    work = block.take(square)
    back = block.take(order)
    vBack = block.take(order)
  }

  static func size(order: Int, levels: Int) -> Int {
    2 * levels * order * (order + 1) + 3 * order * order + 2 * order
  }

  /// Fills b of a level from z.
  /// - Parameters:
  ///   - f: F, lower triangular, `stride` apart.
  /// - Returns: −½u'u − log|L|, the log density of z in place of N(b; 0, Σ), up to a constant; −∞ where it is no number.
  @inline(__always)
  func fill(
    level j: Int, _ b: Pointer, _ z: Pointer, f: Pointer, stride: Int, h: Pointer, information: Pointer
  ) -> Double {
    let q = order
    let (product, lower) = (products + j * q * q, lowers + j * q * q)
    let (t, u) = (targets + j * q, inner + j * q)
    if q == 1 {
      let factor = f[0]
      product[0] = information[0] * factor
      let pivot = (1 + factor * product[0]).squareRoot()
      let scale = 1 / pivot
      lower[0] = pivot
      t[0] = factor * h[0] * scale
      u[0] = (t[0] + z[0]) * scale
      b[0] = factor * u[0]
      return -0.5 * u[0] * u[0] - log(pivot)
    }
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
        lower[i + k * q] = sum
      }
      t[k] = 0
      for l in k..<q { t[k] += f[l + k * stride] * h[l] }
    }
    // I + a square has a factor wherever F is finite.
    guard SmallKernels.cholesky(lower, q) else { return -.infinity }
    SmallKernels.solveLower(lower, q, t)
    for k in 0..<q { u[k] = t[k] + z[k] }
    SmallKernels.solveLowerTransposed(lower, q, u)
    var (density, pivots) = (0.0, 1.0)
    for k in 0..<q {
      density -= 0.5 * u[k] * u[k]
      pivots *= lower[k + k * q]
    }
    for k in 0..<q {
      var sum = 0.0
      for l in 0...k { sum += f[k + l * stride] * u[l] }
      b[k] = sum
    }
    return density - log(pivots)
  }

  /// The derivatives of a function of b plus the density of the last `fill` of a level.
  /// - Parameters:
  ///   - g: the function's derivatives in b.
  ///   - out: receives those in z.
  ///   - factorSlope: those in F's lower triangle are added, `stride` apart.
  ///   - targetSlope: receives those in h.
  @inline(__always)
  func fillGradient(
    level j: Int, _ out: Pointer, g: Pointer, f: Pointer, stride: Int, h: Pointer, factorSlope: Pointer,
    targetSlope: Pointer
  ) {
    let q = order
    let (product, lower) = (products + j * q * q, lowers + j * q * q)
    let (t, u) = (targets + j * q, inner + j * q)
    if q == 1 {
      let scale = 1 / lower[0]
      let slope = (f[0] * g[0] - u[0]) * scale
      let own = slope * scale
      out[0] = slope
      let along = -u[0] * slope - own * t[0] - scale
      factorSlope[0] += g[0] * u[0] + h[0] * own + product[0] * along * scale
      targetSlope[0] = f[0] * own
      return
    }
    // r̄ = L⁻¹(F'g − u), v̄ = L⁻ᵀr̄.
    for k in 0..<q {
      back[k] = -u[k]
      for l in k..<q { back[k] += f[l + k * stride] * g[l] }
    }
    SmallKernels.solveLower(lower, q, back)
    for k in 0..<q { (out[k], vBack[k]) = (back[k], back[k]) }
    SmallKernels.solveLowerTransposed(lower, q, vBack)
    for l in 0..<q {
      for i in l..<q {
        lowerSlope[i + l * q] = -u[i] * back[l] - vBack[i] * t[l] - (i == l ? 1 / lower[i + i * q] : 0)
      }
    }
    fillSlope(lower)
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
  private func fillSlope(_ lower: Pointer) {
    let q = order
    // Φ', whose columns L⁻ᵀ makes those of (ΦL⁻¹)'.
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        if k >= i { for l in k..<q { sum += lower[l + k * q] * lowerSlope[l + i * q] } }
        work[i + k * q] = i == k ? 0.5 * sum : sum
      }
      SmallKernels.solveLowerTransposed(lower, q, work + k * q)
    }
    for k in 0..<q {
      for i in 0..<q { slope[i + k * q] = work[k + i * q] }
      SmallKernels.solveLowerTransposed(lower, q, slope + k * q)
    }
    for k in 0..<q {
      for i in 0...k {
        let mean = 0.5 * (slope[i + k * q] + slope[k + i * q])
        (slope[i + k * q], slope[k + i * q]) = (mean, mean)
      }
    }
  }
}
