import Glibc

/// ψ(x) = d log Γ(x)/dx for x > 0.
///
/// ψ(x) = ψ(x + 1) − 1/x up to x ≥ 10, then the asymptotic series in Bernoulli's numbers, good to the last digits there.
///
/// - Reference: Abramowitz & Stegun (1964), 6.3.5 and 6.3.18.
package func digamma(_ x: Double) -> Double {
  var shifted = x
  var below = 0.0
  while shifted < 10 {
    below += 1 / shifted
    shifted += 1
  }
  return Glibc.log(shifted) - 0.5 / shifted - digammaSeries(shifted) - below
}

/// ψ(x + y) − ψ(x) for x > 0, y ≥ 0, to full precision of the difference also where x is large beside y.
package func digammaRise(_ x: Double, by y: Double) -> Double {
  if x < 10 { return digamma(x + y) - digamma(x) }
  return log1p(y / x) + 0.5 * y / (x * (x + y)) - (digammaSeries(x + y) - digammaSeries(x))
}

/// log x − 1/(2x) − ψ(x) for x ≥ 10.
private func digammaSeries(_ x: Double) -> Double {
  let s = 1 / (x * x)
  let high: Double = 1.0 / 132 - s * (691.0 / 32760 - s * (1.0 / 12))
  return s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * high))))
}
