import Glibc

/// Solves log T(u) = log p for a tail T of a distribution whose density on the scale of u is log-concave.
///
/// Both log tails of such a distribution are concave, so that from a start with T(u) ≤ p Newton's method approaches the
/// root from that side only, without bracketing or damping.
///
/// - Parameters:
///   - target: the tail and its probability.
///   - start: a point with T(start) ≤ p: left of the root for a lower tail, right of it for an upper one.
///   - evaluate: log T and the log density at u, both on the scale of u.
/// - Returns: the root, to the precision with which `evaluate` gives log T.
func newtonOnLogTail(
  _ target: TailTarget, start: Double, evaluate: (Double) -> (logTail: Double, logDensity: Double)
) -> Double {
  let sign: Double = target.tail == .lower ? 1 : -1
  // A residual of 1e-8 becomes about 1e-16 in the step that it causes. Very small probabilities are known less well.
  let close = max(1e-8, 0x1p-50 * abs(target.logProbability))
  var u = start
  for _ in 0..<200 {
    let (logTail, logDensity) = evaluate(u)
    let residual = logTail - target.logProbability
    let slope = sign * exp(logDensity - logTail)
    // Where the density underflows the root lies beyond the range of doubles.
    if slope == 0 || slope.isNaN { break }
    u -= residual / slope
    if abs(residual) <= close { break }
  }
  return u
}
