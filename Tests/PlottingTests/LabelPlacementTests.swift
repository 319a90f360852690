import TestSupport
import Testing

@testable import Plotting

@Suite struct LabelPlacementTests {
  private let area = Rectangle(x: 40, y: 20, width: 360, height: 240)
  private let font = FontStyle(size: 8.5)

  private func scene(_ seed: Int, count: Int) -> ([LabelRequest], [Obstacle]) {
    var stream = TestStream(seed: seed)
    var requests: [LabelRequest] = []
    var obstacles: [Obstacle] = []
    for i in 0..<count {
      let p = Point(
        area.x + 10 + stream.uniform() * (area.width - 20),
        area.y + 10 + stream.uniform() * (area.height - 20))
      requests.append(
        LabelRequest(
          "label \(i)", anchor: p, clearance: 2.6, width: 25 + 20 * stream.uniform(), font: font,
          colour: .black))
      obstacles.append(.disc(p, radius: 2.2))
      obstacles.append(.segment(p, Point(p.x + 20 * stream.uniform(), p.y + 20 * stream.uniform())))
    }
    return (requests, obstacles)
  }

  @Test(
    "No text covers text, a dot, or the border; nothing is lost; the same input gives the same places",
    arguments: 1...25)
  func invariants(_ seed: Int) {
    let (requests, obstacles) = scene(seed, count: 30)
    let placement = LabelPlacement(requests, obstacles: obstacles, area: area)
    #expect(placement.placed.count + placement.unplaced.count == requests.count, "seed \(seed)")
    #expect(placement.placed.count >= 28, "seed \(seed)")
    for (i, a) in placement.placed.enumerated() {
      #expect(area.contains(a.box), "seed \(seed) \(a.request.text)")
      for b in placement.placed.dropFirst(i + 1) { #expect(a.box.overlap(with: b.box) == 0, "seed \(seed)") }
      for case .disc(let centre, let radius) in obstacles {
        #expect(a.box.distance(to: centre) >= radius, "seed \(seed) \(a.request.text)")
      }
      if let leader = a.leader {
        #expect(leader.start.distance(to: a.request.anchor) < 4, "seed \(seed)")
        #expect(a.box.distance(to: leader.end) < 1e-9, "seed \(seed)")
      } else {
        #expect(
          a.box.distance(to: a.request.anchor) < 2.6 + 3, "seed \(seed): no leader, so it must be adjacent")
      }
    }
    #expect(LabelPlacement(requests, obstacles: obstacles, area: area).placed == placement.placed)
  }

  @Test("A lone label stands to the right of its dot, without a leader")
  func lone() throws {
    let request = LabelRequest(
      "a", anchor: Point(200, 100), clearance: 2.6, width: 30, font: font, colour: .black)
    let placed = try #require(
      LabelPlacement([request], obstacles: [.disc(Point(200, 100), radius: 2.2)], area: area).placed.first)
    #expect(placed.box.x > 202.6 && placed.box.centre.y == 100 && placed.leader == nil && !placed.crossesLine)
  }

  @Test("A label that fits nowhere is returned, not forced")
  func noRoom() {
    let request = LabelRequest(
      "far too long", anchor: Point(50, 30), clearance: 2, width: 500, font: font, colour: .black)
    let placement = LabelPlacement([request], obstacles: [], area: area)
    #expect(placement.placed.isEmpty && placement.unplaced == [request])
  }

  @Test("Labels of nested contours sit on their contours, along one ray where it is free")
  func contours() {
    let shape = EllipseShape(centreX: 220, centreY: 140, varianceX: 2500, covariance: 300, varianceY: 900)
    let requests = [0.3, 0.9, 1.6].map { radius in
      let curve = shape.vertices(radius: radius, segments: 48)
      return LabelRequest(
        "\(radius)", onContour: zip(curve.x, curve.y).map { Point($0, $1) }, width: 14, font: font,
        colour: .black)
    }
    let placement = LabelPlacement(requests, obstacles: [.disc(Point(260, 150), radius: 3)], area: area)
    #expect(placement.unplaced.isEmpty)
    let rays = placement.placed.map { label in
      label.request.spots.indices.min {
        label.request.spots[$0].distance(to: label.box.centre)
          < label.request.spots[$1].distance(to: label.box.centre)
      }!
    }
    #expect(Set(rays).count == 1)
    for label in placement.placed {
      #expect(label.request.spots.contains { $0.distance(to: label.box.centre) < 1e-9 } && label.crossesLine)
    }
  }
}
