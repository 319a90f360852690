import Glibc

/// Mean and covariance of pairs, and the curves of equal distance around them.
///
/// The shape is S = U'U with U the upper Cholesky factor; a point at angle t is
///
///     centre + radius·[cos t, sin t]·U
public struct EllipseShape: Equatable, Sendable {
  /// What the curve collapses to when S is singular.
  public enum Form: Equatable, Sendable {
    /// An ellipse with a positive area.
    case ellipse
    /// A segment: one direction has no variance, or the correlation is ±1.
    case segment
    /// A point: no variance at all.
    case point
  }

  /// Middle, horizontal coordinate.
  public let centreX: Double
  /// Middle, vertical coordinate.
  public let centreY: Double
  /// U[1,1], the standard deviation of the horizontal coordinate.
  public let u11: Double
  /// U[1,2], the covariance over that standard deviation.
  public let u12: Double
  /// U[2,2], the standard deviation of the vertical coordinate given the horizontal one.
  public let u22: Double
  /// Whether the curves enclose an area.
  public let form: Form

  /// The shape of a covariance matrix around a centre.
  ///
  /// - Parameters:
  ///   - varianceX: S[1,1] ≥ 0.
  ///   - covariance: S[1,2].
  ///   - varianceY: S[2,2] ≥ 0.
  ///
  /// S counts as singular where a variance is zero or 1 − ρ² is at most 1e-12; then `form` says so and the curves run on a segment.
  public init(centreX: Double, centreY: Double, varianceX: Double, covariance: Double, varianceY: Double) {
    precondition(
      varianceX >= 0 && varianceY >= 0, "variances \(varianceX), \(varianceY) must not be negative")
    self.centreX = centreX
    self.centreY = centreY
    guard varianceX > 0 else {
      u11 = 0
      u12 = 0
      u22 = varianceY.squareRoot()
      form = varianceY > 0 ? .segment : .point
      return
    }
    u11 = varianceX.squareRoot()
    u12 = covariance / u11
    let rest = varianceY - u12 * u12
    if varianceY == 0 || rest <= 1e-12 * varianceY {
      u22 = 0
      form = .segment
    } else {
      u22 = rest.squareRoot()
      form = .ellipse
    }
  }

  /// The sample mean and covariance (divisor n − 1) of pairs.
  ///
  /// - Returns: nil for fewer than two pairs.
  public init?(x: [Double], y: [Double]) {
    precondition(x.count == y.count, "ellipse: \(x.count) x values, \(y.count) y values")
    let n = Double(x.count)
    guard x.count >= 2 else { return nil }
    let meanX = x.reduce(0, +) / n
    let meanY = y.reduce(0, +) / n
    var sxx = 0.0
    var sxy = 0.0
    var syy = 0.0
    // The mean of equal numbers can differ from them by rounding; their variance is zero.
    let xVaries = x.contains { $0 != x[0] }
    let yVaries = y.contains { $0 != y[0] }
    for (a, b) in zip(x, y) {
      let dx = xVaries ? a - meanX : 0
      let dy = yVaries ? b - meanY : 0
      sxx += dx * dx
      sxy += dx * dy
      syy += dy * dy
    }
    self.init(
      centreX: meanX, centreY: meanY, varianceX: sxx / (n - 1), covariance: sxy / (n - 1),
      varianceY: syy / (n - 1))
  }

  /// Radius at which a new-sample ellipse of n pairs is drawn: √(2·F_p(2, n − 1)), the radius of R's
  /// `stat_ellipse(type = "norm")`. The F quantile with two numerator degrees of freedom has a closed form:
  ///
  ///     2·F_p(2, m) = m·((1 − p)^(−2/m) − 1)
  ///
  /// - Parameters:
  ///   - level: p, from 0 up to but not including 1.
  ///   - count: n, at least 4 (with fewer pairs the curve says nothing).
  public static func sampleRadius(level: Double, count: Int) -> Double {
    precondition(level >= 0 && level < 1, "level \(level) must lie in [0, 1)")
    precondition(count >= 4, "an ellipse needs at least 4 points, got \(count)")
    let m = Double(count - 1)
    return (m * expm1(-2 / m * log1p(-level))).squareRoot()
  }

  /// Radius that holds a share p of a normal distribution with known mean and covariance: √χ²_p(2) = √(−2·ln(1 − p)).
  public static func normalRadius(level: Double) -> Double {
    precondition(level >= 0 && level < 1, "level \(level) must lie in [0, 1)")
    return (-2 * log1p(-level)).squareRoot()
  }

  /// Corners of the curve at a radius: `segments` + 1 of them, the last equal to the first up to rounding.
  public func vertices(radius: Double, segments: Int = 51) -> (x: [Double], y: [Double]) {
    var x: [Double] = []
    var y: [Double] = []
    x.reserveCapacity(segments + 1)
    y.reserveCapacity(segments + 1)
    for k in 0...segments {
      let angle = 2 * Double.pi * Double(k) / Double(segments)
      x.append(centreX + radius * (cos(angle) * u11))
      y.append(centreY + radius * (cos(angle) * u12 + sin(angle) * u22))
    }
    return (x, y)
  }
}
