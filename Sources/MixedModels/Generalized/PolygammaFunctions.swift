import Glibc

/// ψ(x), the derivative of log Γ, for x > 0, by its recurrence and the asymptotic series.
func digamma(_ x: Double) -> Double {
  var (shifted, sum) = (x, 0.0)
  while shifted < 12 {
    sum -= 1 / shifted
    shifted += 1
  }
  let s = 1 / (shifted * shifted)
  let high: Double = 1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760)))
  let series: Double = s * (1.0 / 12 - s * (1.0 / 120 - s * high))
  return sum + log(shifted) - 0.5 / shifted - series
}

/// ψ'(x), for x > 0, in the same way.
func trigamma(_ x: Double) -> Double {
  var (shifted, sum) = (x, 0.0)
  while shifted < 12 {
    sum += 1 / (shifted * shifted)
    shifted += 1
  }
  let s = 1 / (shifted * shifted)
  let high: Double = 1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66 - s * (691.0 / 2730)))
  let series: Double = s * (1.0 / 6 - s * (1.0 / 30 - s * high))
  return sum + 1 / shifted + 0.5 * s + series / shifted
}
