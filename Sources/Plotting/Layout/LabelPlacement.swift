/// Something that a label should not cover.
public enum Obstacle: Equatable, Sendable {
  /// A dot.
  case disc(Point, radius: Double)
  /// A straight stroke; labels may cross it at a price.
  case segment(Point, Point)
  /// A thin line in the background; labels cross it where nothing else is free of it.
  case faintSegment(Point, Point)
  /// A box of text.
  case box(Rectangle)
}

/// A text that wants a place near a point or on a contour.
public struct LabelRequest: Equatable, Sendable {
  /// The characters.
  public let text: String
  /// The point named; for contour labels the middle of the contour.
  public let anchor: Point
  /// Radius of the dot at the anchor.
  public let clearance: Double
  /// Width of the text in points.
  public let width: Double
  /// Its font.
  public let font: FontStyle
  /// Its colour.
  public let colour: Colour
  /// Possible middles of the text, for labels that sit on a line; empty for labels that name a point.
  let spots: [Point]
  /// Whether the text may lie over dots where it has no free place.
  let coversDots: Bool

  /// A label that names a point.
  public init(
    _ text: String, anchor: Point, clearance: Double, width: Double, font: FontStyle, colour: Colour,
    coversDots: Bool = false
  ) {
    self.coversDots = coversDots
    self.text = text
    self.anchor = anchor
    self.clearance = clearance
    self.width = width
    self.font = font
    self.colour = colour
    self.spots = []
  }

  /// A label centred on one of the corners of a contour.
  public init(_ text: String, onContour corners: [Point], width: Double, font: FontStyle, colour: Colour) {
    self.text = text
    self.anchor = corners.first ?? Point(0, 0)
    self.clearance = 0
    self.width = width
    self.font = font
    self.colour = colour
    self.spots = corners
    self.coversDots = false
  }

  /// Height of the text's box: from the ascender line to the descender line.
  var height: Double { font.size * 1.02 }

  /// Left end of the baseline in a box: the box leaves a fifth of the size under the baseline.
  func origin(in box: Rectangle) -> Point { Point(box.x, box.bottom - 0.24 * font.size) }
}

/// A label with its place.
public struct PlacedLabel: Equatable, Sendable {
  /// What was asked for.
  public let request: LabelRequest
  /// The text's box.
  public let box: Rectangle
  /// The line from the dot's rim to the box; nil where the label is adjacent.
  public let leader: (start: Point, end: Point)?
  /// Whether some line runs through the box, or it lies over dots, so that the text needs a halo.
  public let crossesLine: Bool

  /// Compares places.
  public static func == (a: PlacedLabel, b: PlacedLabel) -> Bool {
    a.request == b.request && a.box == b.box && a.leader?.start == b.leader?.start
      && a.leader?.end == b.leader?.end
  }
}

/// Chooses places for the labels of a panel: no two texts overlap, no text covers a dot or leaves the panel, few cross
/// a line, and leaders are short.
///
/// Each label has candidates in eight directions at several distances (or the corners of its contour). Labels are set
/// greedily, the most crowded first, then moved one at a time while the total cost falls, at most 200 rounds. There is no random
/// start and no clock: equal input gives equal places. A label whose every candidate would cover text or a dot is
/// returned as unplaced, never forced; one that may cover dots does so only then.
///
/// - Complexity: O(rounds · labels · candidates · (labels + obstacles)); meant for at most some hundred labels.
public struct LabelPlacement {
  /// Labels with a place, in the order of the requests.
  public let placed: [PlacedLabel]
  /// Requests that found no place.
  public let unplaced: [LabelRequest]

  private struct Candidate {
    let box: Rectangle
    let leader: (start: Point, end: Point)?
    /// Cost against everything but other labels.
    let cost: Double
  }

  /// Places labels inside `area`.
  public init(_ requests: [LabelRequest], obstacles: [Obstacle], area: Rectangle) {
    let inside = area.grown(by: -1)
    var candidates = requests.map { request in
      let free = LabelPlacement.candidates(for: request, among: obstacles, inside: inside)
      guard request.coversDots, free.isEmpty else { return free }
      let others = obstacles.filter { if case .disc = $0 { false } else { true } }
      return LabelPlacement.candidates(for: request, among: others, inside: inside)
    }
    LabelPlacement.alignContours(requests, &candidates)
    let order = LabelPlacement.crowdingOrder(requests, obstacles)
    var chosen = [Int?](repeating: nil, count: requests.count)

    func cost(_ i: Int, _ c: Int) -> Double? {
      let candidate = candidates[i][c]
      var total = candidate.cost
      for (k, other) in chosen.enumerated() where k != i {
        guard let other else { continue }
        let theirs = candidates[k][other]
        if candidate.box.grown(by: 0.8).overlap(with: theirs.box) > 0 { return nil }
        if let leader = candidate.leader {
          if theirs.box.lengthInside(from: leader.start, to: leader.end) > 0 { total += 150 }
          if let second = theirs.leader, segmentsCross(leader, second) { total += 100 }
        }
        if let leader = theirs.leader, candidate.box.lengthInside(from: leader.start, to: leader.end) > 0 {
          total += 150
        }
      }
      return total
    }
    func best(_ i: Int) -> Int? {
      var found: (index: Int, cost: Double)?
      for c in candidates[i].indices {
        if let found, candidates[i][c].cost >= found.cost { continue }
        if let total = cost(i, c), total < found?.cost ?? .infinity { found = (c, total) }
      }
      return found?.index
    }

    for i in order { chosen[i] = best(i) }
    for _ in 0..<200 {
      var moved = false
      for i in order {
        let better = best(i)
        if better != chosen[i], better != nil {
          let before = chosen[i].flatMap { cost(i, $0) } ?? .infinity
          if cost(i, better!)! < before - 1e-9 {
            chosen[i] = better
            moved = true
          }
        }
      }
      if !moved { break }
    }

    var placed: [PlacedLabel] = []
    var unplaced: [LabelRequest] = []
    for (i, request) in requests.enumerated() {
      if let c = chosen[i] {
        let box = candidates[i][c].box
        let crossed = obstacles.contains { obstacle in
          switch obstacle {
          case .segment(let a, let b), .faintSegment(let a, let b): box.lengthInside(from: a, to: b) > 0
          case .disc(let centre, let radius): request.coversDots && box.distance(to: centre) < radius
          case .box: false
          }
        }
        placed.append(
          PlacedLabel(
            request: request, box: box, leader: candidates[i][c].leader,
            crossesLine: crossed || !request.spots.isEmpty))
      } else {
        unplaced.append(request)
      }
    }
    self.placed = placed
    self.unplaced = unplaced
  }

  /// Right first, then left, above, below, then the diagonals; the numbers are the price of the direction.
  private static let directions: [(dx: Double, dy: Double, price: Double)] = [
    (1, 0, 0), (-1, 0, 1), (0, -1, 2), (0, 1, 3), (1, -1, 3), (-1, -1, 4), (1, 1, 4), (-1, 1, 5),
  ]
  /// Free distances between dot and text, in points.
  private static let distances = [1.6, 8, 16, 26]

  private static func candidates(for request: LabelRequest, among obstacles: [Obstacle], inside: Rectangle)
    -> [Candidate]
  {
    let w = request.width
    let h = request.height
    var result: [Candidate] = []
    if !request.spots.isEmpty {
      for spot in request.spots {
        let box = Rectangle(x: spot.x - w / 2, y: spot.y - h / 2, width: w, height: h)
        guard inside.contains(box), let cost = price(of: box, leader: nil, among: obstacles, anchor: nil)
        else {
          result.append(
            Candidate(box: Rectangle(x: .nan, y: .nan, width: w, height: h), leader: nil, cost: .infinity))
          continue
        }
        result.append(Candidate(box: box, leader: nil, cost: cost))
      }
      return result
    }
    for distance in distances {
      for (dx, dy, direction) in directions {
        let diagonal = dx != 0 && dy != 0 ? 0.7071067811865476 : 1
        let reach = (request.clearance + distance) * diagonal
        let centre = Point(
          request.anchor.x + dx * (reach + w / 2),
          request.anchor.y + dy * (reach + h / 2 - (dx == 0 ? 0.12 * h : 0)))
        let box = Rectangle(x: centre.x - w / 2, y: centre.y - h / 2, width: w, height: h)
        guard inside.contains(box) else { continue }
        var leader: (start: Point, end: Point)?
        let nearest = box.nearestPoint(to: request.anchor)
        let length = nearest.distance(to: request.anchor)
        if distance > 5 {
          let share = min(1, (request.clearance + 0.6) / max(length, 1e-9))
          leader = (
            Point(
              request.anchor.x + (nearest.x - request.anchor.x) * share,
              request.anchor.y + (nearest.y - request.anchor.y) * share), nearest
          )
        }
        guard let cost = price(of: box, leader: leader, among: obstacles, anchor: request.anchor) else {
          continue
        }
        result.append(Candidate(box: box, leader: leader, cost: cost + direction + 3 * (distance - 1.6)))
      }
    }
    return result
  }

  /// Cost of a place against obstacles; nil where text would cover a dot or another text.
  private static func price(
    of box: Rectangle, leader: (start: Point, end: Point)?, among obstacles: [Obstacle], anchor: Point?
  ) -> Double? {
    var total = 0.0
    for obstacle in obstacles {
      switch obstacle {
      case .disc(let centre, let radius):
        let distance = box.distance(to: centre) - radius
        if distance < 0 { return nil }
        if distance < 2, centre != anchor { total += 4 * (2 - distance) }
        if let leader, centre != anchor, distanceToSegment(centre, leader.start, leader.end) < radius + 0.5 {
          total += 80
        }
      case .segment(let a, let b):
        let length = box.lengthInside(from: a, to: b)
        if length > 0 { total += 40 + 4 * length }
        if let leader, segmentsCross(leader, (a, b)) { total += 30 }
      case .faintSegment(let a, let b):
        total += 0.2 * box.lengthInside(from: a, to: b)
      case .box(let other):
        if box.overlap(with: other) > 0 { return nil }
      }
    }
    return total
  }

  /// Makes neighbouring contours prefer one common ray: the one whose worst label is cheapest.
  private static func alignContours(_ requests: [LabelRequest], _ candidates: inout [[Candidate]]) {
    let contours = requests.indices.filter { !requests[$0].spots.isEmpty }
    guard let first = contours.first else { return }
    let rays = requests[first].spots.count
    guard contours.allSatisfy({ requests[$0].spots.count == rays }) else { return }
    var best: (ray: Int, missing: Int, cost: Double)?
    for ray in 0..<rays {
      let costs = contours.map { candidates[$0][ray].cost }
      let missing = costs.count { !$0.isFinite }
      let total = costs.filter(\.isFinite).reduce(0, +)
      if best == nil || (missing, total) < (best!.missing, best!.cost) { best = (ray, missing, total) }
    }
    for i in contours {
      candidates[i] = candidates[i].enumerated().map { ray, c in
        let turn = min(abs(ray - best!.ray), rays - abs(ray - best!.ray))
        return Candidate(box: c.box, leader: nil, cost: c.cost + 2 * Double(turn))
      }.filter { $0.cost.isFinite }
    }
  }

  /// Most crowded first: labels with many dots and labels within 40 points.
  private static func crowdingOrder(_ requests: [LabelRequest], _ obstacles: [Obstacle]) -> [Int] {
    let crowd = requests.map { request in
      requests.count { $0.anchor.distance(to: request.anchor) < 40 }
        + obstacles.count {
          if case .disc(let c, _) = $0 { c.distance(to: request.anchor) < 40 } else { false }
        }
        - (request.spots.isEmpty ? 0 : 1_000_000)
    }
    return requests.indices.sorted { (crowd[$1], $0) < (crowd[$0], $1) }
  }
}

/// Whether two segments cross in their insides.
func segmentsCross(_ s: (start: Point, end: Point), _ t: (start: Point, end: Point)) -> Bool {
  func side(_ a: Point, _ b: Point, _ p: Point) -> Double {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
  }
  return side(s.start, s.end, t.start) * side(s.start, s.end, t.end) < 0
    && side(t.start, t.end, s.start) * side(t.start, t.end, s.end) < 0
}

/// Distance from a point to a segment.
func distanceToSegment(_ p: Point, _ a: Point, _ b: Point) -> Double {
  let dx = b.x - a.x
  let dy = b.y - a.y
  let square = dx * dx + dy * dy
  let t = square == 0 ? 0 : min(1, max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / square))
  return p.distance(to: Point(a.x + t * dx, a.y + t * dy))
}
