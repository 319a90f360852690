/// The root of a function that is negative at `start` and rises in a direction, nearly along a straight line.
/// - Parameters:
///   - rise: the function.
///   - sign: the direction.
///   - step: of the first try.
///   - last: the end of the range, if it has one.
///   - precision: of the root, beside 1 or its own size.
///   - flat: a value that is as good as 0.
/// - Returns: nil if the function is negative up to `last`, or over a great distance; `start` if it is not negative there.
func profileRoot(
  _ rise: (Double) -> Double, from start: Double, toward sign: Double, step: Double, last: Double?,
  precision: Double = 1e-9, flat: Double = 1e-10
) -> Double? {
  var (a, fa) = (start, rise(start))
  if fa >= 0 { return start }
  var step = step
  var (b, fb) = (a, fa)
  while true {
    b = a + sign * step
    if let last, sign * (b - last) > 0 { b = last }
    fb = rise(b)
    if fb >= 0 { break }
    if b == last || abs(b) > 1e8 { return nil }
    // The next step from the slope of this one, which is nearly constant.
    let needed = fb > fa ? -fb * (b - a) / (fb - fa) : 2 * (b - a)
    step = max(abs(b - a) * 0.1, min(abs(needed) * 1.05, 4 * abs(b - a)))
    (a, fa) = (b, fb)
  }
  // Illinois' false position.
  for _ in 0..<100 {
    if abs(b - a) <= precision * max(1, abs(a)) || abs(fb) < flat { break }
    let c = b - fb * (b - a) / (fb - fa)
    let fc = rise(c)
    if (fc < 0) != (fb < 0) { (a, fa) = (b, fb) } else { fa /= 2 }
    (b, fb) = (c, fc)
  }
  return b
}
