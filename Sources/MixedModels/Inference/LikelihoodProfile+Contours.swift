import Glibc

/// A contour of the profile of two parameters.
public struct ProfileContour: Sendable, Equatable {
  /// The square root of the deviance's rise on it.
  public let height: Double
  /// Its pieces as values of the two parameters: one closed curve, or arcs that end where a parameter meets a bound.
  public let pieces: [[(first: Double, second: Double)]]
  /// Whether it is one closed curve, its last point the first again.
  public let isClosed: Bool

  /// Whether all points are equal.
  public static func == (a: ProfileContour, b: ProfileContour) -> Bool {
    a.height == b.height && a.isClosed == b.isClosed
      && a.pieces.elementsEqual(b.pieces) { $0.elementsEqual($1) { $0 == $1 } }
  }
}

extension LikelihoodProfile {
  /// Contours of the profile deviance of two parameters, all others as good as they can be.
  ///
  /// On each of many rays from the estimate the root of √rise − h is found with the deviance itself, no interpolation: rays are evenly spaced where the
  /// ellipse of a quadratic deviance is a circle, and between two neighbours the distance is a cubic in the angle. Bates & Watts (1988, Nonlinear Regression Analysis and
  /// Its Applications, appendix 6) interpolate all of a contour from the profiles of single parameters instead.
  /// - Parameters:
  ///   - i: the first parameter, among `parameters`, one of the chosen.
  ///   - j: the second.
  ///   - heights: square roots of rises, ascending: √χ²₂ quantiles for confidence regions.
  ///   - rays: their number.
  /// - Returns: one contour a height; nil if the parameters are correlations of one term without a common effect.
  public func contours(_ i: Int, _ j: Int, heights: [Double], rays: Int = 60) -> [ProfileContour]? {
    guard let search = ContourSearch(self, i, j, rays: rays) else { return nil }
    return search.contours(heights)
  }
}

/// The search along rays for the contours of two parameters.
private final class ContourSearch {
  private let profile: JointProfile
  private let centre: (Double, Double)
  /// Distances along which each parameter's profile rises by 1, and the correlation of an ellipse near the estimate.
  private let units: (Double, Double)
  private let correlation: Double
  private let rays: Int

  init?(_ likelihood: LikelihoodProfile, _ i: Int, _ j: Int, rays: Int) {
    let all = likelihood.fit.profiledParameters
    guard let profile = JointProfile(likelihood.fit, holding: [all[i], all[j]]) else { return nil }
    self.profile = profile
    self.rays = rays
    centre = (likelihood.estimates[i], likelihood.estimates[j])
    /// Slopes at the estimate of one parameter's own path, over ζ: its unit, and the other's move.
    func slopes(_ k: Int, _ other: Int) -> (own: Double, other: Double) {
      let path = likelihood.paths.first { $0.parameter == k }!
      let middle = path.zetas.firstIndex(of: 0)!
      let (a, b) = (max(0, middle - 1), min(path.zetas.count - 1, middle + 1))
      let width = path.zetas[b] - path.zetas[a]
      return (
        (path.rows[b][k] - path.rows[a][k]) / width, (path.rows[b][other] - path.rows[a][other]) / width
      )
    }
    let (first, second) = (slopes(i, j), slopes(j, i))
    units = (first.own, second.own)
    let estimates = [first.other / second.own, second.other / first.own]
    correlation = max(-0.98, min(0.98, (estimates[0] + estimates[1]) / 2))
  }

  private func direction(_ angle: Double) -> (Double, Double) {
    let (c, s) = (cos(angle), sin(angle))
    return (units.0 * c, units.1 * (correlation * c + (1 - correlation * correlation).squareRoot() * s))
  }

  /// The distance at which a ray meets a bound of a parameter.
  private func limit(_ angle: Double) -> Double {
    let d = direction(angle)
    func distance(_ centre: Double, _ step: Double, _ bounds: (low: Double, high: Double)) -> Double {
      step == 0 ? .infinity : ((step > 0 ? bounds.high : bounds.low) - centre) / step
    }
    return min(
      distance(centre.0, d.0, profile.held[0].bounds), distance(centre.1, d.1, profile.held[1].bounds))
  }

  private func point(_ angle: Double, _ r: Double) -> (first: Double, second: Double) {
    let d = direction(angle)
    return (centre.0 + r * d.0, centre.1 + r * d.1)
  }

  private func zeta(_ angle: Double, _ r: Double, _ x: inout [Double]) -> Double {
    let (u, v) = point(angle, r)
    return max(0, profile.leastRise(at: [u, v], from: &x)).squareRoot()
  }

  /// For each ray the distances of the contours; nil from the first on that it does not reach before a bound.
  private func distances(_ heights: [Double]) -> [[Double?]] {
    (0..<rays).map { k in
      let angle = 2 * .pi * Double(k) / Double(rays)
      let bound = limit(angle)
      var x = profile.start
      var (reached, height) = (0.0, 0.0)
      var isOver = false
      return heights.map { h in
        if isOver { return nil }
        let root = profileRoot(
          { self.zeta(angle, $0, &x) - h }, from: reached, toward: 1,
          step: reached > 0 ? reached * (h / height - 1) : h, last: bound.isFinite ? bound : nil,
          precision: 1e-7, flat: 1e-7)
        guard let root else {
          isOver = true
          return nil
        }
        (reached, height) = (root, h)
        return root
      }
    }
  }

  func contours(_ heights: [Double]) -> [ProfileContour] {
    let distances = distances(heights)
    let spacing = 2 * .pi / Double(rays)
    return heights.indices.map { h in
      let own = distances.map { $0[h] }
      if own.allSatisfy({ $0 != nil }) {
        // Three more on either side make the curve closed and smooth.
        let around = (-3...rays + 3).map { k in
          (angle: spacing * Double(k), distance: own[(k + rays) % rays]!)
        }
        var points = curve(around, from: 3, to: rays + 3)
        points[points.count - 1] = points[0]
        return ProfileContour(height: heights[h], pieces: [points], isClosed: true)
      }
      var pieces: [[(first: Double, second: Double)]] = []
      // Each run of rays that reach it, with its ends on the bound.
      for k in 0..<rays where own[k] != nil && own[(k + rays - 1) % rays] == nil {
        var last = k
        while own[(last + 1) % rays] != nil { last += 1 }
        var nodes = (k...last).map { (angle: spacing * Double($0), distance: own[$0 % rays]!) }
        if let end = end(at: heights[h], inside: spacing * Double(k), outside: spacing * Double(k - 1)) {
          nodes.insert(end, at: 0)
        }
        if let end = end(at: heights[h], inside: spacing * Double(last), outside: spacing * Double(last + 1))
        {
          nodes.append(end)
        }
        pieces.append(curve(nodes, from: 0, to: nodes.count - 1))
      }
      return ProfileContour(height: heights[h], pieces: pieces, isClosed: false)
    }
  }

  /// Where a contour meets the bound, between a ray that reaches it and a neighbour that does not.
  private func end(
    at height: Double, inside: Double, outside: Double
  ) -> (angle: Double, distance: Double)? {
    var x = profile.start
    func excess(_ t: Double) -> Double {
      let angle = outside + t * (inside - outside)
      let bound = limit(angle)
      // A ray that no bound cuts reaches every contour.
      return bound.isFinite ? zeta(angle, bound, &x) - height : height
    }
    guard let t = profileRoot(excess, from: 0, toward: 1, step: 1, last: 1, precision: 1e-5, flat: 1e-5),
      t > 0, t < 1
    else { return nil }
    let angle = outside + t * (inside - outside)
    let bound = limit(angle)
    return bound.isFinite ? (angle, bound) : nil
  }

  /// Points along nodes, six to an interval: between two the distance is Hermite's cubic with slopes of the parabolas through three.
  private func curve(
    _ nodes: [(angle: Double, distance: Double)], from first: Int, to last: Int
  ) -> [(first: Double, second: Double)] {
    func chord(_ k: Int) -> Double {
      (nodes[k + 1].distance - nodes[k].distance) / (nodes[k + 1].angle - nodes[k].angle)
    }
    func slope(_ k: Int) -> Double {
      if nodes.count < 2 { return 0 }
      if k == 0 { return chord(0) }
      if k == nodes.count - 1 { return chord(k - 1) }
      let (left, right) = (nodes[k].angle - nodes[k - 1].angle, nodes[k + 1].angle - nodes[k].angle)
      return (chord(k - 1) * right + chord(k) * left) / (left + right)
    }
    var points = [point(nodes[first].angle, nodes[first].distance)]
    for k in first..<last {
      let (a, b) = (nodes[k], nodes[k + 1])
      let (width, rise) = (b.angle - a.angle, b.distance - a.distance)
      let (s, e) = (slope(k) * width, slope(k + 1) * width)
      for step in 1...6 {
        let t = Double(step) / 6
        let distance = a.distance + t * (s + t * (3 * rise - 2 * s - e + t * (s + e - 2 * rise)))
        points.append(point(a.angle + t * width, distance))
      }
    }
    return points
  }
}
