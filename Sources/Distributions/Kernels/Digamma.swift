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
  let s = 1 / (shifted * shifted)
  let high: Double = 1.0 / 132 - s * (691.0 / 32760 - s * (1.0 / 12))
  let series: Double = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * high))))
  return Glibc.log(shifted) - 0.5 / shifted - series - below
}
