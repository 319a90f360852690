import Glibc

/// Which side of a value a probability belongs to.
public enum Tail: Sendable, Hashable {
  /// P(X ≤ x).
  case lower
  /// P(X > x).
  case upper

  /// The other side.
  package var opposite: Tail { self == .lower ? .upper : .lower }
}

/// The probability of one tail, kept as exp(logScale)·factor so that neither underflow nor rounding near 1 hurts it.
///
/// Kernels compute the tail that is not close to 1; the other follows as the complement without loss.
struct TailProbability {
  /// The tail that was computed.
  var tail: Tail
  var logScale: Double
  var factor: Double

  /// log of the probability of the tail that was computed.
  var logDirect: Double { logScale + Glibc.log(factor) }

  /// The probability of the tail that was computed.
  var direct: Double {
    // Below exp(−700) the scale alone might be subnormal, although the product is not.
    logScale > -700 ? exp(logScale) * factor : exp(logDirect)
  }

  /// The probability of the asked tail, or its logarithm.
  func value(_ asked: Tail, log: Bool) -> Double {
    if asked == tail { return log ? logDirect : direct }
    return log ? log1p(-direct) : 1 - direct
  }

  /// No mass on this side.
  static func zero(_ tail: Tail) -> TailProbability {
    TailProbability(tail: tail, logScale: -.infinity, factor: 1)
  }
}

/// A probability as quantile functions use it: that of the tail below ½, which carries all digits.
struct TailTarget {
  var tail: Tail
  /// The probability, at most ½.
  var probability: Double
  var logProbability: Double

  /// Reads a probability, or its logarithm, of a given tail; nil outside [0, 1].
  init?(_ p: Double, tail: Tail, log: Bool) {
    if log {
      guard p <= 0 else { return nil }
      if p < -0.69314718055994531 {
        self.init(tail: tail, probability: exp(p), logProbability: p)
      } else {
        let rest = -expm1(p)
        self.init(tail: tail.opposite, probability: rest, logProbability: Glibc.log(rest))
      }
    } else {
      guard p >= 0, p <= 1 else { return nil }
      if p <= 0.5 {
        self.init(tail: tail, probability: p, logProbability: Glibc.log(p))
      } else {
        // Exact: p and 1 lie within a factor of 2.
        self.init(tail: tail.opposite, probability: 1 - p, logProbability: Glibc.log(1 - p))
      }
    }
  }

  private init(tail: Tail, probability: Double, logProbability: Double) {
    self.tail = tail
    self.probability = probability
    self.logProbability = logProbability
  }
}
