import Glibc
import Testing

@testable import Distributions

@Suite("Variates of keyed streams")
struct KeyedVariatesTests {
  static let seeds: [UInt64] = [1, 2]

  /// 100,000 numbers against a distribution function.
  private func check(
    _ label: String, _ seed: UInt64, _ draw: (inout KeyedStream) -> Double, _ cumulative: (Double) -> Double
  ) {
    var stream = KeyedStream(seed: seed, scenario: 9)
    expectDistributed((0..<100_000).map { _ in draw(&stream) }, "\(label), seed \(seed)", cumulative)
  }

  @Test("Exponential and log-normal", arguments: seeds)
  func exponential(seed: UInt64) {
    check("exponential", seed, { $0.exponential(rate: 0.25) }) { -Glibc.expm1(-0.25 * $0) }
    check("log-normal", seed, { $0.logNormal(meanLog: 1, standardDeviationLog: 0.5) }) {
      NormalDistribution().cumulative((Glibc.log($0) - 1) / 0.5)
    }
  }

  @Test("Gamma and χ²", arguments: seeds)
  func gamma(seed: UInt64) {
    for shape in [0.05, 0.3, 0.9, 1, 1.5, 2.5, 50, 1e6] {
      check("gamma \(shape)", seed, { $0.gamma(shape: shape, scale: 3) }) {
        IncompleteGamma.tails(shape: shape, $0 / 3).value(.lower, log: false)
      }
    }
    for df in [1, 4.5, 30] {
      let distribution = ChiSquaredDistribution(degreesOfFreedom: df)
      check("χ² \(df)", seed, { $0.chiSquared(degreesOfFreedom: df) }) { distribution.cumulative($0) }
    }
  }

  @Test("Student's t", arguments: seeds)
  func studentT(seed: UInt64) {
    for df in [0.7, 1, 3, 30] {
      let distribution = StudentTDistribution(degreesOfFreedom: df)
      check("t \(df)", seed, { $0.studentT(degreesOfFreedom: df) }) { distribution.cumulative($0) }
    }
  }

  @Test("Beta", arguments: seeds)
  func beta(seed: UInt64) {
    for (a, b) in [(0.5, 0.5), (2, 3), (1, 1), (0.7, 4), (0.05, 0.4), (300, 20)] {
      check("beta \(a), \(b)", seed, { $0.beta(shape1: a, shape2: b) }) { x in
        IncompleteBeta.tails(a, b, x: x, y: 1 - x).value(.lower, log: false)
      }
    }
    // So small shapes leave nearly all the mass at the ends: the chance of 1 is a/(a + b).
    var stream = KeyedStream(seed: seed)
    let ends = (0..<10_000).map { _ in stream.beta(shape1: 1e-4, shape2: 3e-4) }
    #expect(ends.allSatisfy { $0 >= 0 && $0 <= 1 })
    // 2500 ± 43, five standard errors: a false alarm in 1 of 1.7 million.
    #expect(abs(ends.count { $0 > 0.5 } - 2500) < 217, "seed \(seed)")
  }

  @Test("Skew-normal numbers have their moments", arguments: seeds)
  func skewNormal(seed: UInt64) {
    for shape in [-4, 0, 2.0] {
      var stream = KeyedStream(seed: seed)
      let n = 200_000
      let values = (0..<n).map { _ in stream.skewNormal(shape: shape) }
      let delta = shape / (1 + shape * shape).squareRoot()
      let mean = delta * (2 / Double.pi).squareRoot()
      let variance = 1 - mean * mean
      let skewness = (4 - Double.pi) / 2 * mean * mean * mean / pow(variance, 1.5)
      let deviations = values.map { ($0 - mean) / variance.squareRoot() }
      // Five standard errors; the third moment's variance is below 15 + 9·(its square) + …, at most 30 for
      // these shapes.
      let error = 5 / Double(n).squareRoot()
      #expect(abs(deviations.reduce(0, +) / Double(n)) < error, "seed \(seed), shape \(shape)")
      let second = deviations.reduce(0) { $0 + $1 * $1 } / Double(n)
      #expect(abs(second - 1) < error * 2, "seed \(seed), shape \(shape)")
      let third = deviations.reduce(0) { $0 + $1 * $1 * $1 } / Double(n)
      #expect(abs(third - skewness) < error * 30.0.squareRoot(), "seed \(seed), shape \(shape)")
    }
  }

  /// χ² of counts against probabilities, cells joined from below until 25 are expected; false alarm 1 in a
  /// million.
  private func check(
    _ label: String, _ seed: UInt64, from low: Int = 0, upTo high: Int, _ draw: (inout KeyedStream) -> Int,
    _ mass: (Int) -> Double
  ) {
    let n = 100_000
    var stream = KeyedStream(seed: seed, scenario: 10)
    var counts: [Int: Int] = [:]
    for _ in 0..<n { counts[draw(&stream), default: 0] += 1 }
    #expect(counts.keys.allSatisfy { $0 >= 0 })
    var cells: [(found: Double, expected: Double)] = []
    var (found, expected) = (counts.filter { $0.key < low }.values.reduce(0, +), 0.0)
    var (seen, mentioned) = (0, 0.0)
    for k in low...high {
      found += counts[k] ?? 0
      expected += Double(n) * mass(k)
      if expected >= 25 {
        cells.append((Double(found), expected))
        (seen, mentioned) = (seen + found, mentioned + expected)
        (found, expected) = (0, 0)
      }
    }
    // All that is beyond goes into the last cell.
    cells[cells.count - 1].found += Double(n - seen)
    cells[cells.count - 1].expected += Double(n) - mentioned
    let statistic = cells.reduce(0) { $0 + ($1.found - $1.expected) * ($1.found - $1.expected) / $1.expected }
    let p = ChiSquaredDistribution(degreesOfFreedom: Double(cells.count - 1)).cumulative(
      statistic, tail: .upper)
    #expect(p > 1e-6, "\(label), seed \(seed): χ² \(statistic) in \(cells.count) cells")
  }

  @Test("Poisson", arguments: seeds)
  func poisson(seed: UInt64) {
    for mean in [0.02, 0.5, 4, 9.99, 10, 12.5, 37.5, 1000, 40_000] {
      let spread = Int(8 * mean.squareRoot())
      check(
        "Poisson \(mean)", seed, from: max(0, Int(mean) - spread), upTo: Int(mean) + spread + 12,
        { $0.poisson(mean: mean) }
      ) { k in exp(Double(k) * Glibc.log(mean) - mean - lgamma(Double(k) + 1)) }
    }
  }

  @Test("Poisson numbers of large mean have their moments", arguments: [1e9, 1e18])
  func largePoisson(mean: Double) {
    let n = 100_000
    var stream = KeyedStream(seed: 3)
    let z = (0..<n).map { _ in (Double(stream.poisson(mean: mean)) - mean) / mean.squareRoot() }
    // The normal limit; skewness 1/√mean is far below what n numbers show.
    expectDistributed(z, "mean \(mean)") { NormalDistribution().cumulative($0) }
  }

  @Test("Binomial", arguments: seeds)
  func binomial(seed: UInt64) {
    let cases = [
      (1, 0.3), (5, 0.9), (20, 0.7), (25, 0.4), (40, 0.5), (100, 0.1), (100, 0.4), (1000, 0.009),
      (100_000, 0.6),
    ]
    for (n, p) in cases {
      let (mean, spread) = (Int(Double(n) * p), Int(8 * (Double(n) * p * (1 - p)).squareRoot()) + 10)
      check(
        "binomial \(n), \(p)", seed, from: max(0, mean - spread), upTo: min(n, mean + spread),
        { $0.binomial(size: n, probability: p) }
      ) { k in
        let choose = lgamma(Double(n) + 1) - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1)
        return exp(choose + Double(k) * Glibc.log(p) + Double(n - k) * log1p(-p))
      }
    }
  }

  @Test("Bernoulli and index", arguments: seeds)
  func equalChances(seed: UInt64) {
    check("Bernoulli", seed, upTo: 1, { $0.bernoulli(probability: 0.3) ? 1 : 0 }) { $0 == 1 ? 0.3 : 0.7 }
    for bound in [2, 3, 10, 1000] {
      check("index \(bound)", seed, upTo: bound - 1, { $0.index(below: bound) }) { _ in 1 / Double(bound) }
    }
    // ¾ of 2⁶³: without rejection thirds would differ by half.
    let bound = Int.max / 4 * 3
    check("wide index", seed, upTo: 2, { $0.index(below: bound) / (bound / 3 + 1) }) { _ in 1.0 / 3 }
  }

  @Test("Degenerate distributions draw nothing")
  func degenerate() {
    let untouched = KeyedStream(seed: 4)
    var stream = untouched
    #expect(stream.gamma(shape: 0, scale: 2) == 0 && stream.gamma(shape: 2, scale: 0) == 0)
    #expect(stream.chiSquared(degreesOfFreedom: 0) == 0 && stream.poisson(mean: 0) == 0)
    #expect(stream.binomial(size: 7, probability: 1) == 7 && stream.binomial(size: 7, probability: 0) == 0)
    #expect(stream.binomial(size: 0, probability: 0.5) == 0)
    #expect(stream == untouched)
  }

  @Test("The bits of every variate, the same on every processor")
  func bits() {
    var stream = KeyedStream(seed: 5)
    var digest = BitDigest()
    for i in 0..<2_000 {
      let x = 0.1 + 0.01 * Double(i)
      digest.add(stream.exponential(rate: x))
      digest.add(stream.gamma(shape: x, scale: 2))
      digest.add(stream.studentT(degreesOfFreedom: x))
      digest.add(stream.beta(shape1: x, shape2: 0.7))
      digest.add(stream.beta(shape1: 0.2, shape2: 0.7))
      digest.add(stream.logNormal(meanLog: x, standardDeviationLog: 1))
      digest.add(stream.skewNormal(shape: x))
      digest.add(UInt64(stream.poisson(mean: 2 * x)))
      digest.add(UInt64(stream.binomial(size: i, probability: 0.3)))
      digest.add(UInt64(stream.bernoulli(probability: 0.4) ? 1 : 0))
      digest.add(UInt64(stream.index(below: i + 1)))
    }
    #expect(digest.value == 16_948_320_563_745_265_169)
  }
}
