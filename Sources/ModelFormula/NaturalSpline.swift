import Glibc

/// A basis of natural cubic splines: piecewise cubic with two continuous derivatives, linear beyond the boundary knots.
///
/// Of the cubic B-splines B over the knots (boundary knots four times) those combinations are taken whose second derivative is 0 at both
/// boundary knots: with C the 2 rows of second derivatives there and C' = QR, the columns of B·Q but the first two. Without `intercept` the
/// first B-spline is left out before. These are the columns of R's `splines::ns`, with the inner knots at quantiles (R's type 7) of the training
/// data, and with their signs.
///
/// - Reference: de Boor (1978), A Practical Guide to Splines, ch. IX–X; Hastie (1992) in Statistical Models in S, ch. 7.
struct NaturalSpline: Sendable, Equatable {
  /// All knots of the B-splines, ascending.
  private let knots: [Double]
  private let hasIntercept: Bool
  /// The two Householder vectors that make up Q, and 2/v'v.
  private let reflections: [[Double]]
  private let scales: [Double]

  /// How many columns there are.
  let columnCount: Int

  /// Places the knots by training data.
  /// - Returns: nil where two knots would coincide: `df` is too large, or x is constant.
  init?(over points: [Double], df: Int, hasIntercept: Bool) {
    let sorted = points.sorted()
    let inner = df - 1 - (hasIntercept ? 1 : 0)
    guard inner >= 0, !sorted.isEmpty else { return nil }
    let innerKnots = (0..<inner).map { k in
      NaturalSpline.quantile(sorted, Double(k + 1) / Double(inner + 1))
    }
    self.init(over: points, innerKnots: innerKnots, hasIntercept: hasIntercept)
  }

  /// A basis with given knots between the least and the greatest of the training data.
  /// - Parameter innerKnots: ascending.
  /// - Returns: nil where two knots coincide or one is not between.
  init?(over points: [Double], innerKnots: [Double], hasIntercept: Bool) {
    guard let low = points.min(), let high = points.max() else { return nil }
    let breaks = [low] + innerKnots + [high]
    guard zip(breaks, breaks.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    let knots = [low, low, low] + breaks + [high, high, high]
    self.knots = knots
    self.hasIntercept = hasIntercept
    columnCount = innerKnots.count + (hasIntercept ? 2 : 1)
    let skipped = hasIntercept ? 0 : 1
    var constraints = [low, high].map {
      Array(NaturalSpline.values(at: $0, derivative: 2, knots: knots)[skipped...])
    }
    var reflections: [[Double]] = []
    var scales: [Double] = []
    for k in 0..<2 {
      // Householder's reflection of the k-th column onto a multiple of the k-th unit vector; as in LINPACK an entry 0 counts as positive.
      var v = [Double](repeating: 0, count: k) + constraints[k][k...]
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      v[k] += v[k] < 0 ? -norm : norm
      let scale = 2 / v.reduce(0) { $0 + $1 * $1 }
      for other in k..<2 { NaturalSpline.reflect(&constraints[other], v, scale) }
      reflections.append(v)
      scales.append(scale)
    }
    self.reflections = reflections
    self.scales = scales
  }

  /// The columns at any points.
  func columns(at points: [Double]) -> [[Double]] {
    var columns = [[Double]](repeating: [Double](repeating: .nan, count: points.count), count: columnCount)
    let low = knots[0]
    let high = knots[knots.count - 1]
    let atLow = NaturalSpline.tangent(at: low, knots: knots)
    let atHigh = NaturalSpline.tangent(at: high, knots: knots)
    for (i, x) in points.enumerated() where !x.isNaN {
      var row: [Double]
      if x < low {
        row = zip(atLow.value, atLow.slope).map { $0 + (x - low) * $1 }
      } else if x > high {
        row = zip(atHigh.value, atHigh.slope).map { $0 + (x - high) * $1 }
      } else {
        row = NaturalSpline.values(at: x, derivative: 0, knots: knots)
      }
      if !hasIntercept { row.removeFirst() }
      for (v, scale) in zip(reflections, scales) { NaturalSpline.reflect(&row, v, scale) }
      for j in 0..<columnCount { columns[j][i] = row[j + 2] }
    }
    return columns
  }

  /// y ← y − s·v(v'y).
  private static func reflect(_ y: inout [Double], _ v: [Double], _ scale: Double) {
    var sum = 0.0
    for i in v.indices { sum += v[i] * y[i] }
    sum *= scale
    for i in v.indices { y[i] -= sum * v[i] }
  }

  private static func tangent(at x: Double, knots: [Double]) -> (value: [Double], slope: [Double]) {
    (values(at: x, derivative: 0, knots: knots), values(at: x, derivative: 1, knots: knots))
  }

  /// The cubic B-splines or their derivatives at x, one for each knot but the last four:
  ///
  ///     B_{i,k}(x) = (x − t_i)/(t_{i+k−1} − t_i)·B_{i,k−1}(x) + (t_{i+k} − x)/(t_{i+k} − t_{i+1})·B_{i+1,k−1}(x)
  ///     B'_{i,k}(x) = (k − 1)·(B_{i,k−1}(x)/(t_{i+k−1} − t_i) − B_{i+1,k−1}(x)/(t_{i+k} − t_{i+1}))
  ///
  /// with 0/0 = 0; the last interval holds its right end.
  private static func values(at x: Double, derivative: Int, knots t: [Double]) -> [Double] {
    let last = t.count - 5
    var interval = 3
    while interval < last, t[interval + 1] <= x { interval += 1 }
    var b = [Double](repeating: 0, count: t.count - 1)
    b[interval] = 1
    for k in 2...4 {
      let differentiates = k > 4 - derivative
      for i in 0..<t.count - k {
        let left = t[i + k - 1] - t[i]
        let right = t[i + k] - t[i + 1]
        let first = left > 0 ? b[i] / left : 0
        let second = right > 0 ? b[i + 1] / right : 0
        b[i] =
          differentiates
          ? Double(k - 1) * (first - second) : (x - t[i]) * first + (t[i + k] - x) * second
      }
    }
    return Array(b[..<(t.count - 4)])
  }

  /// The quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman & Fan, 1996).
  private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let place = Double(sorted.count - 1) * p
    // R's guard against a place that rounding put just below a whole number.
    let below = Int((place + 4 * Double.ulpOfOne).rounded(.down))
    let share = place - Double(below)
    let low = sorted[below]
    return abs(share) < 1e-12 || below + 1 == sorted.count ? low : low + share * (sorted[below + 1] - low)
  }
}
