import Distributions
import MixedModels
import TestSupport
import Testing

@testable import Studies

/// Designs of all kinds, for the tests of this folder.
enum MomentDesigns {
  static let sizes: [MomentDesign.Sizes] = [
    .fixed([1, 2, 3, 8, 5, 2, 20]), .fixed([Int](repeating: 6, count: 10)),
    .drawn(groupCount: 9) { sizes, stream in
      for j in sizes.indices { sizes[j] = 1 + Int(stream.uniform() * 9) }
    },
  ]

  static func all(variances: MomentFit.KnownVariances) -> [MomentDesign] {
    var designs: [MomentDesign] = []
    for sizes in sizes {
      designs.append(
        MomentDesign(
          sizes: sizes, fixedEffects: (3, 0),
          variances: .init(constant: variances.constant, residual: variances.residual)))
      for (mean, spread) in [(0.0, 1.0), (100, 2.5), (1, 0)] {
        designs.append(
          MomentDesign(
            sizes: sizes, predictor: .normal(mean: mean, standardDeviation: spread),
            fixedEffects: (3, -0.5), variances: variances))
      }
      if case .fixed(let counts) = sizes {
        let x = counts.enumerated().map { j, n in (0..<n).map { Double($0 * (j + 1) % 7) } }
        designs.append(
          MomentDesign(sizes: sizes, predictor: .fixed(x), fixedEffects: (3, -0.5), variances: variances))
      }
    }
    return designs
  }
}

@Suite("Rows with the moments of a replicate")
struct MomentRowsTests {
  @Test("have its very moments, for any size, standard deviation and correlation")
  func moments() {
    let all: [MomentFit.KnownVariances] = [
      .init(constant: 2, slope: 0.7, correlation: 0.4, residual: 1),
      .init(constant: 1, slope: 1, correlation: -1, residual: 3), .init(constant: 0, residual: 1),
      .init(constant: 1, slope: 0.5, correlation: 1, residual: 0),
    ]
    for variances in all {
      for (d, design) in MomentDesigns.all(variances: variances).enumerated() {
        let generator = MomentGenerator(design, seed: 3, scenario: UInt32(d))
        for replicate: UInt32 in 0..<20 {
          let rows = MomentRows(generator, replicate: replicate)
          let drawn = generator.moments
          let found = GroupMoments(
            x: rows.x, y: rows.y, codes: rows.codes, groupCount: drawn.groupCount)
          let label = "\(variances) design \(d) replicate \(replicate)"
          #expect(rows.x.isEmpty == !design.hasPredictor)
          // Rounding of rows far from 0 is what sums of squares about the mean can differ by.
          let (farX, farY) = (
            rows.x.reduce(0) { max($0, abs($1)) }, rows.y.reduce(0) { max($0, abs($1)) }
          )
          for j in 0..<drawn.groupCount {
            #expect(found.counts[j] == drawn.counts[j])
            let (sx, sy) = (drawn.xSquares[j].squareRoot(), drawn.ySquares(j).squareRoot())
            let (ex, ey) = (1e-15 * farX, 1e-15 * farY)
            expectClose(found.yMeans[j], drawn.yMeans[j], absolute: 1e-14 * farY, label)
            expectClose(found.xMeans[j], drawn.xMeans[j], absolute: 1e-14 * farX, label)
            let n = drawn.counts[j].squareRoot()
            expectClose(
              found.xSquares[j], drawn.xSquares[j], relative: 1e-12, absolute: 4 * n * ex * sx, label)
            expectClose(
              found.crossProducts[j], drawn.crossProducts[j], relative: 1e-12,
              absolute: 1e-12 * sx * sy + 4 * n * (ex * sy + ey * sx), label)
            expectClose(
              found.residualSquares[j], drawn.residualSquares[j], relative: 1e-12,
              absolute: 4 * n * (ey + ex) * sy + n * n * (ey * ey + ex * ex), label)
          }
        }
      }
    }
  }

  @Test("do not depend on what was drawn before, nor moments on what is split")
  func alone() {
    let design = MomentDesign(
      sizes: .fixed([4, 5, 6, 7]), predictor: .normal(mean: 1, standardDeviation: 2), fixedEffects: (1, 2),
      variances: .init(constant: 1, slope: 1, correlation: 0.2, residual: 1))
    let (first, second) = (
      MomentGenerator(design, seed: 9, scenario: 4), MomentGenerator(design, seed: 9, scenario: 4)
    )
    let rows = MomentRows(first, replicate: 11)
    for replicate: UInt32 in 0...11 {
      second.draw(replicate)
      if replicate % 2 == 0 { second.splitResiduals() }
    }
    for j in 0..<4 {
      #expect(first.moments.yMeans[j] == second.moments.yMeans[j])
      #expect(first.constants[j] == second.constants[j] && first.slopes[j] == second.slopes[j])
    }
    #expect(first.moments.totalResidualSquares == second.moments.totalResidualSquares)
    let again = MomentRows(second, replicate: 11)
    #expect(rows.y == again.y && rows.x == again.x)
    // Other cells and seeds draw other numbers.
    for other in [
      MomentGenerator(design, seed: 9, scenario: 5), MomentGenerator(design, seed: 10, scenario: 4),
    ] {
      #expect(MomentRows(other, replicate: 11).y != rows.y)
    }
  }

  /// √n·D of Kolmogorov's test that numbers are standard normal; beyond 1.95 once in 1,000 times.
  private func kolmogorov(_ values: [Double]) -> Double {
    let n = Double(values.count)
    var worst = 0.0
    for (i, z) in values.sorted().enumerated() {
      let p = NormalDistribution().cumulative(z)
      worst = max(worst, Double(i + 1) / n - p, p - Double(i) / n)
    }
    return n.squareRoot() * worst
  }

  @Test("are distributed as rows drawn one by one: false alarm once in 200 times")
  func distribution() {
    let sigma = 1.5
    let design = MomentDesign(
      sizes: .fixed([1, 2, 3, 4, 9]), predictor: .normal(mean: 2, standardDeviation: 0.5),
      fixedEffects: (1, -2), variances: .init(constant: 1, slope: 0.8, correlation: -0.5, residual: sigma))
    let generator = MomentGenerator(design, seed: 71, scenario: 0)
    var (x, errors, last): ([Double], [Double], [Double]) = ([], [], [])
    for replicate: UInt32 in 0..<1500 {
      let rows = MomentRows(generator, replicate: replicate)
      for i in rows.y.indices {
        let j = rows.codes[i]
        let residual =
          (rows.y[i] - generator.constants[j] - generator.slopes[j] * rows.x[i]) / sigma
        x.append((rows.x[i] - 2) / 0.5)
        errors.append(residual)
        if i == rows.y.count - 1 { last.append(residual) }
      }
    }
    // Rows are independent, so that tests over all of them are exact.
    for (label, values) in [("x", x), ("errors", errors), ("the last row's", last)] {
      let d = kolmogorov(values)
      #expect(d < 1.95, "\(label): \(d)")
    }
    // Kurtosis, whose standard error is √(24/n), and correlation with the predictor.
    let n = Double(errors.count)
    let fourth = errors.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    #expect(abs(fourth - 3) < 3.3 * (96 / n).squareRoot(), "fourth moment \(fourth)")
    let along = zip(x, errors).reduce(0) { $0 + $1.0 * $1.1 } / n
    #expect(abs(along) < 3.3 / n.squareRoot(), "correlation \(along)")
  }
}
