import Glibc

/// The error of Stirling's formula, log Γ(a + 1) − [(a + ½)·log a − a + log √(2π)], for a > 0.
///
/// With it, ratios of gamma functions lose no digits to the large terms that cancel in them.
///
/// - Reference: Loader (2000), "Fast and accurate computation of binomial probabilities".
func stirlingError(_ a: Double) -> Double {
  // The asymptotic series needs a ≥ 10 for full precision; below, Γ(a + 2) = (a + 1)·Γ(a + 1) gives
  // error(a) = error(a + 1) + (a + ½)·log(1 + 1/a) − 1.
  var shifted = a
  var correction = 0.0
  while shifted < 10 {
    correction += (shifted + 0.5) * log1p(1 / shifted) - 1
    shifted += 1
  }
  return correction + stirlingSeries(shifted)
}

/// The asymptotic series of Stirling's error, to full precision for a ≥ 10.
func stirlingSeries(_ a: Double) -> Double {
  let s = 1 / (a * a)
  let high: Double = 1.0 / 1188 - s * (691.0 / 360360 - s * (1.0 / 156))
  let series: Double = 1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * high)))
  return series / a
}

/// log Γ(a + 1) for a > 0.
package func logFactorial(_ a: Double) -> Double {
  stirlingError(a) + (a + 0.5) * Glibc.log(a) - a + StandardNormalTail.logRootTwoPi
}

/// log Γ(a + y) − log Γ(a) for a > 0, y ≥ 0, to full precision of the difference also where a is large beside y.
package func logGammaRise(_ a: Double, by y: Double) -> Double {
  if y == 0 { return 0 }
  // log Γ(a) = (a − ½)·log a − a + log √(2π) + error(a).
  let linear: Double = (a + y - 0.5) * log1p(y / a) - y
  return y * Glibc.log(a) + linear + (stirlingError(a + y) - stirlingError(a))
}

/// log B(a, b), the beta function, for a, b > 0.
func logBeta(_ a: Double, _ b: Double) -> Double {
  let n = a + b
  let errors = stirlingError(a) + stirlingError(b) - stirlingError(n)
  let root = StandardNormalTail.logRootTwoPi - 0.5 * Glibc.log(a / n * b)
  return errors + root - a * log1p(b / a) - b * log1p(a / b)
}

/// u − log(1 + u) ≥ 0 without cancellation, for u = ratio − 1 > −1.
///
/// - Parameters:
///   - u: distance of the ratio from 1, as exact as the caller has it; used near 1.
///   - ratio: 1 + u, as exact as the caller has it; used far from 1.
///   - log: the logarithm to use far from 1.
func logDeviance(_ u: Double, ratio: Double, log: (Double) -> Double = Glibc.log) -> Double {
  guard ratio >= 0.5, ratio <= 1.6 else { return u - log(ratio) }
  // log(1 + u) = 2·artanh(r) with r = u/(2 + u), and u − 2r = r·u, so the leading terms cancel by algebra.
  let r = u / (2 + u)
  let square = r * r
  var power = square
  var sum = 0.0
  var k = 3.0
  while true {
    let next = sum + power / k
    if next == sum { break }
    sum = next
    power *= square
    k += 2
  }
  return r * (u - 2 * sum)
}
