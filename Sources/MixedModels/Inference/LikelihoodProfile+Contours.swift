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
  /// In the plane of the parameters' own ζ the root of √rise − h is found on each of many rays from the estimate with the deviance itself: rays are evenly spaced where the
  /// ellipse of a quadratic deviance is a circle, and between two neighbours the distance is a cubic in the angle. Bates & Watts (1988, Nonlinear Regression Analysis and
  /// Its Applications, appendix 6) interpolate all of a contour from the profiles of single parameters instead.
  /// - Parameters:
  ///   - i: the first parameter, among `parameters`, one of the chosen.
  ///   - j: the second.
  ///   - heights: square roots of rises, ascending: √χ²₂ quantiles for confidence regions.
  ///   - rays: their number.
  /// - Returns: one contour a height; nil if the parameters are correlations of one term without a common effect.
  public func contours(_ i: Int, _ j: Int, heights: [Double], rays: Int = 96) -> [ProfileContour]? {
    guard let search = ContourSearch(self, i, j, rays: rays) else { return nil }
    return search.contours(heights)
  }
}

extension LikelihoodProfile {
  /// The change of a parameter's value for one of ζ at the estimate, along the path of another or its own.
  func slope(of k: Int, along moved: Int) -> Double {
    guard let path = paths.first(where: { $0.parameter == moved }) else {
      preconditionFailure("\(parameters[moved]) is not among the chosen")
    }
    let middle = path.zetas.firstIndex(of: 0)!
    let (a, b) = (max(0, middle - 1), min(path.zetas.count - 1, middle + 1))
    return (path.rows[b][k] - path.rows[a][k]) / (path.zetas[b] - path.zetas[a])
  }

  /// The correlation of two parameters near the estimate: how much of a step of ζ of the one the other's trace goes along, the mean of both traces.
  /// - Precondition: both are among the chosen.
  public func localCorrelation(_ i: Int, _ j: Int) -> Double {
    let first = slope(of: j, along: i) / slope(of: j, along: j)
    let second = slope(of: i, along: j) / slope(of: i, along: i)
    return max(-1, min(1, (first + second) / 2))
  }
}

/// The search along rays for the contours of two parameters.
private final class ContourSearch {
  private let profile: JointProfile
  /// The value of each parameter for its own ζ, or a place near it.
  private let first, second: PathScale
  /// The correlation of an ellipse near the estimate.
  private let correlation: Double
  private let rays: Int

  init?(_ likelihood: LikelihoodProfile, _ i: Int, _ j: Int, rays: Int) {
    let all = likelihood.fit.profiledParameters
    guard let profile = JointProfile(likelihood.fit, holding: [all[i], all[j]]) else { return nil }
    self.profile = profile
    self.rays = rays
    first = PathScale(likelihood.paths.first { $0.parameter == i }!, bounds: all[i].bounds)
    second = PathScale(likelihood.paths.first { $0.parameter == j }!, bounds: all[j].bounds)
    correlation = max(-0.98, min(0.98, likelihood.localCorrelation(i, j)))
  }

  /// The direction of a ray in the plane of both ζ.
  private func direction(_ angle: Double) -> (Double, Double) {
    let (c, s) = (cos(angle), sin(angle))
    return (c, correlation * c + (1 - correlation * correlation).squareRoot() * s)
  }

  /// The distance at which a ray meets a bound of a parameter, or is beyond all contours, since a joint rise is no less than ζ² of either.
  private func limit(_ angle: Double) -> Double {
    let d = direction(angle)
    func distance(_ step: Double, _ scale: PathScale) -> Double {
      step == 0 ? .infinity : (step > 0 ? scale.range.upperBound : scale.range.lowerBound) / step
    }
    return min(distance(d.0, first), distance(d.1, second))
  }

  private func point(_ angle: Double, _ r: Double) -> (first: Double, second: Double) {
    let d = direction(angle)
    return (first.value(at: r * d.0), second.value(at: r * d.1))
  }

  /// √rise on a ray, at the minimum near x or at the least of several.
  private func zeta(_ angle: Double, _ r: Double, _ x: inout [Double], isLeast: Bool = false) -> Double {
    let (u, v) = point(angle, r)
    let rise = isLeast ? profile.leastRise(at: [u, v], from: &x) : profile.rise(at: [u, v], from: &x)
    return max(0, rise).squareRoot()
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
        let step = reached > 0 ? reached * (h / height - 1) : h
        func root(isLeast: Bool) -> Double? {
          profileRoot(
            { self.zeta(angle, $0, &x, isLeast: isLeast) - h }, from: reached, toward: 1, step: step,
            last: bound, precision: 1e-7, flat: 1e-7)
        }
        var end = root(isLeast: false)
        // Another minimum may be lower there: then the contour is further out.
        if let found = end, zeta(angle, found, &x, isLeast: true) < h - 1e-6 { end = root(isLeast: true) }
        guard let end else {
          isOver = true
          return nil
        }
        (reached, height) = (end, h)
        return end
      }
    }
  }

  func contours(_ heights: [Double]) -> [ProfileContour] {
    let distances = distances(heights)
    let spacing = 2 * .pi / Double(rays)
    return heights.indices.map { h in
      let own = distances.map { $0[h] }
      if own.allSatisfy({ $0 != nil }) {
        let once = (0...rays).map { (angle: spacing * Double($0), distance: own[$0 % rays]!) }
        let nodes = refined(once, at: heights[h])
        // Neighbours on either side make the curve closed and smooth.
        let before = nodes[nodes.count - 2]
        let around =
          [(angle: before.angle - 2 * .pi, distance: before.distance)] + nodes
          + [(angle: nodes[1].angle + 2 * .pi, distance: nodes[1].distance)]
        var points = curve(around, from: 1, to: nodes.count)
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
        nodes = refined(nodes, at: heights[h])
        pieces.append(curve(nodes, from: 0, to: nodes.count - 1))
      }
      return ProfileContour(height: heights[h], pieces: pieces, isClosed: false)
    }
  }

  /// Nodes of a contour with rays in between where two are further apart than half as much again as on a circle.
  private func refined(
    _ nodes: [(angle: Double, distance: Double)], at height: Double
  ) -> [(angle: Double, distance: Double)] {
    guard var previous = nodes.first else { return [] }
    let longest = 3 * .pi / Double(rays) * height
    var result = [previous]
    for next in nodes.dropFirst() {
      // The chord of a triangle with two sides and the angle between them.
      let (a, b, turn) = (previous.distance, next.distance, next.angle - previous.angle)
      let chord = max(0, a * a + b * b - 2 * a * b * cos(turn)).squareRoot()
      let pieces = min(12, Int((chord / longest).rounded(.up)))
      for piece in 1..<max(1, pieces) {
        let share = Double(piece) / Double(pieces)
        let angle = previous.angle + share * turn
        let bound = limit(angle)
        var x = profile.start
        let root = profileRoot(
          { self.zeta(angle, $0, &x) - height }, from: 0, toward: 1, step: a + share * (b - a),
          last: bound, precision: 1e-7, flat: 1e-7)
        if let root { result.append((angle, root)) }
      }
      result.append(next)
      previous = next
    }
    return result
  }

  /// Where a contour meets the bound, between a ray that reaches it and a neighbour that does not.
  private func end(
    at height: Double, inside: Double, outside: Double
  ) -> (angle: Double, distance: Double)? {
    var x = profile.start
    func excess(_ t: Double) -> Double {
      let angle = outside + t * (inside - outside)
      return zeta(angle, limit(angle), &x) - height
    }
    guard let t = profileRoot(excess, from: 0, toward: 1, step: 1, last: 1, precision: 1e-5, flat: 1e-5),
      t > 0, t < 1
    else { return nil }
    let angle = outside + t * (inside - outside)
    return (angle, limit(angle))
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
