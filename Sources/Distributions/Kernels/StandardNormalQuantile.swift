import Glibc

/// The standard normal quantile at probability p, Wichura's PPND16: about 16 digits for any p in (0, 1).
///
/// A rational function of q = p − ½ in the middle (|q| ≤ 0.425), and of r = √(−log min(p, 1 − p)) in the tails.
///
/// - Returns: z with Φ(z) = p; ∓∞ at 0 and 1, NaN outside.
/// - Reference: Wichura (1988), Algorithm AS 241, doi:10.2307/2347330.
func standardNormalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if abs(q) <= 0.425 { return WichuraQuantile.centre(q) }
  if !(p > 0 && p < 1) { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
  let z = WichuraQuantile.tail((-Glibc.log(q < 0 ? p : 1 - p)).squareRoot())
  return q < 0 ? -z : z
}

/// The rational approximations of PPND16.
enum WichuraQuantile {
  /// The quantile at probability ½ + q, for |q| ≤ 0.425.
  static func centre(_ q: Double) -> Double {
    let r = 0.180625 - q * q
    let numerator = polynomial(
      r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080)
    let denominator = polynomial(
      r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1)
    return q * numerator / denominator
  }

  /// The distance of the quantile from 0 at the tail probability exp(−r²), for √(log 40/3) ≤ r ≤ 27.
  static func tail(_ root: Double) -> Double {
    if root <= 5 {
      let r = root - 1.6
      let numerator = polynomial(
        r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
        1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590,
        1.42343711074968357734)
      let denominator = polynomial(
        r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
        1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187,
        1)
      return numerator / denominator
    }
    let r = root - 5
    let numerator = polynomial(
      r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990,
      6.65790464350110377720)
    let denominator = polynomial(
      r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
      7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
      5.99832206555887937690e-1, 1)
    return numerator / denominator
  }

  /// Horner's rule for degree 7, highest power first.
  private static func polynomial(
    _ x: Double, _ c7: Double, _ c6: Double, _ c5: Double, _ c4: Double, _ c3: Double, _ c2: Double,
    _ c1: Double, _ c0: Double
  ) -> Double {
    let upper: Double = ((c7 * x + c6) * x + c5) * x + c4
    return (((upper * x + c3) * x + c2) * x + c1) * x + c0
  }
}
