import Testing

@testable import Distributions

@Suite("Normal numbers by the ziggurat")
struct ZigguratTests {
  @Test("Layers have equal areas and end at the peak")
  func layers() {
    let layers = Ziggurat.standardNormal.layers
    func edge(_ i: Int) -> Double { layers[i].step * 0x1p52 }
    #expect(edge(1) == Ziggurat.tailStart)
    #expect(edge(256) == 0 && layers[256].height == 1)
    for i in 1..<256 {
      // Each edge comes from the one before, so that roundings add up over 255 steps, most where the curve is
      // flat.
      let area = edge(i) * (layers[i + 1].height - layers[i].height)
      #expect(abs(area / Ziggurat.area - 1) < 1e-10, "layer \(i)")
      #expect(edge(i + 1) < edge(i))
      #expect(abs(Double(layers[i].sure) * 0x1p-52 - edge(i + 1) / edge(i)) < 0x1p-51)
    }
    // Layer 0: a rectangle up to the tail, and the tail.
    let tail = StandardNormalTail.probability(Ziggurat.tailStart) * (2 * Double.pi).squareRoot()
    #expect(abs((Ziggurat.tailStart * layers[1].height + tail) / Ziggurat.area - 1) < 1e-13)
  }

  @Test("Kolmogorov–Smirnov against the normal distribution", arguments: [1, 2, 3, 4] as [UInt64])
  func distribution(seed: UInt64) {
    var stream = KeyedStream(seed: seed)
    let normal = NormalDistribution()
    expectDistributed((0..<500_000).map { _ in stream.normal() }, "seed \(seed)") { normal.cumulative($0) }
  }

  @Test("Moments up to the sixth, and the tails", arguments: [1, 2, 3, 4] as [UInt64])
  func moments(seed: UInt64) {
    var stream = KeyedStream(seed: seed, scenario: 1)
    let n = 2_000_000
    var sums = [Double](repeating: 0, count: 6)
    var (wedge, tail) = (0, 0)
    for _ in 0..<n {
      let z = stream.normal()
      var power = 1.0
      for k in 0..<6 {
        power *= z
        sums[k] += power
      }
      if abs(z) > 2 { wedge += 1 }
      if abs(z) > Ziggurat.tailStart { tail += 1 }
    }
    // Five standard errors for each of eight counts: a false alarm in 1 of 200,000 runs.
    let expected: [Double] = [0, 1, 0, 3, 0, 15]
    let variances: [Double] = [1, 2, 15, 96, 945, 10_170]
    for k in 0..<6 {
      let error = (variances[k] / Double(n)).squareRoot()
      #expect(abs(sums[k] / Double(n) - expected[k]) < 5 * error, "seed \(seed), moment \(k + 1)")
    }
    for (count, bound) in [(wedge, 2), (tail, Ziggurat.tailStart)] {
      let p = 2 * StandardNormalTail.probability(bound)
      #expect(abs(Double(count) - Double(n) * p) < 5 * (Double(n) * p).squareRoot(), "seed \(seed), \(bound)")
    }
  }

  @Test("Successive numbers and their squares are uncorrelated", arguments: [5, 6] as [UInt64])
  func independence(seed: UInt64) {
    var stream = KeyedStream(seed: seed)
    let n = 1_000_000
    var (product, squares) = (0.0, 0.0)
    var last = stream.normal()
    for _ in 0..<n {
      let z = stream.normal()
      product += last * z
      squares += (last * last - 1) * (z * z - 1)
      last = z
    }
    // Standard errors √n and 2√n; five of them as above.
    #expect(abs(product) < 5 * Double(n).squareRoot(), "seed \(seed)")
    #expect(abs(squares) < 10 * Double(n).squareRoot(), "seed \(seed)")
  }

  @Test("The bits of 100,000 numbers, the same on every processor")
  func bits() {
    var stream = KeyedStream(seed: 892_174_303)
    var digest = BitDigest()
    for _ in 0..<100_000 { digest.add(stream.normal()) }
    #expect(digest.value == 8_481_024_635_425_965_456)
  }
}

/// Expects a sample's Kolmogorov–Smirnov statistic √n·D below 2.5, which a sample of the distribution passes
/// but for 2·exp(−2·2.5²) = 7.5e-6 of samples.
func expectDistributed(
  _ sample: [Double], _ label: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ cumulative: (Double) -> Double
) {
  let n = Double(sample.count)
  var largest = 0.0
  for (i, x) in sample.sorted().enumerated() {
    let p = cumulative(x)
    largest = max(largest, p - Double(i) / n, Double(i + 1) / n - p)
  }
  let statistic = n.squareRoot() * largest
  #expect(statistic < 2.5, "\(label): √n·D = \(statistic)", sourceLocation: sourceLocation)
}
