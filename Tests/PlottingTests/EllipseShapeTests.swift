import TestSupport
import Testing

@testable import Plotting

@Suite struct EllipseShapeTests {
  @Test(
    "Vertices equal those of R's stat_ellipse(type = \"norm\")",
    arguments: ["seed_892174303", "seed_0", "seed_1", "seed_42", "seed_123", "seed_2023", "variant_a"])
  func agreesWithR(_ id: String) throws {
    let record = try Reference.json("salary/\(id).json")["ellipses"]
    let polygons = record["polygons"].array
    if polygons.isEmpty { return }
    let x = record["points"]["Intercept"].doubles
    let y = record["points"]["slope"].doubles
    let kept = x.indices.filter { x[$0].isFinite && y[$0].isFinite }
    let shape = try #require(EllipseShape(x: kept.map { x[$0] }, y: kept.map { y[$0] }))
    #expect(shape.form == .ellipse)
    // Coordinates near zero carry the rounding of the centre: the absolute part is 1e-9 of its size.
    let slack = 1e-9 * max(abs(shape.centreY), shape.u22)
    for polygon in polygons {
      let radius = EllipseShape.sampleRadius(level: polygon["level"].double, count: kept.count)
      let found = shape.vertices(radius: radius)
      expectClose(found.x, polygon["x"].doubles, relative: 1e-9, "\(id) x")
      expectClose(found.y, polygon["y"].doubles, relative: 1e-9, absolute: slack, "\(id) y")
    }
  }

  @Test("At least five records have polygons to compare with")
  func recordsExist() throws {
    let ids = ["seed_892174303", "seed_0", "seed_1", "seed_42", "seed_123", "seed_2023", "variant_a"]
    let counts = try ids.map { try Reference.json("salary/\($0).json")["ellipses"]["polygons"].array.count }
    #expect(counts.count { $0 == 9 } >= 5)
  }

  @Test(
    "Radii for n = 10 and for a known normal distribution, six decimals",
    arguments: [
      (0.1, 0.461744, 0.459044), (0.5, 1.224239, 1.177410), (0.9, 2.452123, 2.145966),
      (0.95, 2.917703, 2.447747),
    ])
  func radii(_ level: Double, _ sample: Double, _ normal: Double) {
    expectClose(EllipseShape.sampleRadius(level: level, count: 10), sample, absolute: 5e-7)
    expectClose(EllipseShape.normalRadius(level: level), normal, absolute: 5e-7)
  }

  @Test("The sample radius tends to the normal one")
  func radiiConverge() {
    let gap =
      EllipseShape.sampleRadius(level: 0.9, count: 1_000_001) / EllipseShape.normalRadius(level: 0.9) - 1
    #expect(gap > 0 && gap < 2e-6)
  }

  @Test("Every vertex has the Mahalanobis distance of the radius")
  func mahalanobis() {
    let shape = EllipseShape(centreX: 3, centreY: -2, varianceX: 4, covariance: -1.5, varianceY: 2)
    let determinant = 4 * 2 - 1.5 * 1.5
    let curve = shape.vertices(radius: 1.7, segments: 36)
    #expect(curve.x.count == 37)
    for (x, y) in zip(curve.x, curve.y) {
      let a = x - 3
      let b = y + 2
      expectClose((2 * a * a + 2 * 1.5 * a * b + 4 * b * b) / determinant, 1.7 * 1.7, relative: 1e-12)
    }
  }

  @Test("A singular covariance is a segment or a point, and says so")
  func singular() {
    let perfect = EllipseShape(centreX: 0, centreY: 0, varianceX: 4, covariance: -6, varianceY: 9)
    #expect(perfect.form == .segment)
    let curve = perfect.vertices(radius: 1)
    for (x, y) in zip(curve.x, curve.y) { expectClose(y, -1.5 * x, absolute: 1e-12) }
    let upright = EllipseShape(centreX: 1, centreY: 2, varianceX: 0, covariance: 0, varianceY: 9)
    #expect(upright.form == .segment)
    #expect(upright.vertices(radius: 1).x.allSatisfy { $0 == 1 })
    #expect(EllipseShape(centreX: 1, centreY: 2, varianceX: 5, covariance: 0, varianceY: 0).form == .segment)
    #expect(EllipseShape(centreX: 1, centreY: 2, varianceX: 0, covariance: 0, varianceY: 0).form == .point)
    #expect(EllipseShape(x: [1], y: [2]) == nil)
    // Three times 0.1 has the mean 0.10000000000000002.
    #expect(EllipseShape(x: [0.1, 0.1, 0.1], y: [1, 2, 3])?.form == .segment)
    #expect(EllipseShape(x: [0.1, 0.1, 0.1], y: [0.1, 0.1, 0.1])?.form == .point)
  }
}
