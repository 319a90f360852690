import Testing

@testable import Distributions

@Suite("R's sample")
struct RStreamSamplingTests {
  @Test("Impossible samples are named and draw nothing")
  func errors() {
    var stream = RStream(seed: 1)
    func expect(
      _ error: RandomStreamError, _ n: Int, _ count: Int?, _ replacing: Bool = false,
      _ weights: [Double]? = nil
    ) {
      #expect(throws: error) {
        try stream.sampleIndices(below: n, count: count, replacing: replacing, weights: weights)
      }
    }
    expect(.invalidPopulation(-1), -1, nil)
    expect(.negativeSize(-4), 3, -4)
    expect(.sampleTooLarge(size: 4, population: 3), 3, 4)
    expect(.sampleTooLarge(size: 1, population: 0), 0, 1, true)
    expect(.weightCount(found: 2, population: 3), 3, 1, false, [1, 1])
    expect(.invalidWeight(index: 1, value: -0.5), 2, 1, true, [1, -0.5])
    expect(.invalidWeight(index: 0, value: .infinity), 2, 1, true, [.infinity, 1])
    expect(.tooFewPositiveWeights(positive: 0, size: 1), 2, 1, true, [0, 0])
    expect(.tooFewPositiveWeights(positive: 1, size: 2), 2, 2, false, [0, 3])
    expect(.populationTooLarge(4_500_000_000_000_001), 4_500_000_000_000_001, 1)
    expect(.wideSample(size: 1 << 32, population: 1 << 32), 1 << 32, nil)
    #expect(stream == RStream(seed: 1))
  }

  @Test(
    "A sample without replacement is a selection, with all values a permutation",
    arguments: [1, 2, 3] as [Int32])
  func permutations(seed: Int32) throws {
    var stream = RStream(seed: seed)
    let shuffled = try stream.permutation(of: Array(0..<300))
    #expect(shuffled != Array(0..<300) && shuffled.sorted() == Array(0..<300))
    let weighted = try stream.sampleIndices(below: 250, weights: (1...250).map(Double.init))
    #expect(weighted.sorted() == Array(0..<250))
    #expect(try stream.sample([String]()) == [])
    #expect(try stream.sample(["a"]) == ["a"])
  }

  @Test("The bound is rejected sharply", arguments: [1, 2, 3, 65536, 65537, 1 << 31])
  func indexBound(bound: Int) {
    var stream = RStream(seed: 11)
    let drawn = (0..<2000).map { _ in stream.index(below: bound) }
    #expect(drawn.allSatisfy { (0..<bound).contains($0) })
    // With 2000 draws the chance that none falls in the upper tenth is below 1e-90.
    #expect(bound < 10 || drawn.max()! > bound / 10 * 9)
    #expect(bound > 3 || Set(drawn).count == bound)
  }

  @Test("The number of uniforms of an index: one for each 16 bits, one more at a multiple of 16")
  func indexCost() {
    for (bound, chunks) in [(1, 1), (32768, 1), (65536, 2), (1 << 31, 2)] {
      // A power of two is never rejected.
      var (stream, counted) = (RStream(seed: 5), RStream(seed: 5))
      _ = stream.index(below: bound)
      for _ in 0..<chunks { _ = counted.uniform() }
      #expect(stream == counted, "bound \(bound)")
    }
  }

  @Test("Weights of any sum give the same draws, and zero weights are never drawn")
  func weights() throws {
    var (one, other) = (RStream(seed: 9), RStream(seed: 9))
    let first = try one.sampleIndices(below: 4, count: 400, replacing: true, weights: [0.25, 0, 0.5, 0.25])
    let second = try other.sampleIndices(below: 4, count: 400, replacing: true, weights: [4, 0, 8, 4])
    #expect(first == second)
    #expect(Set(first) == [0, 2, 3])
    // Share of the value with weight ½ among 400: false alarm below 1e-8 at six standard errors.
    #expect(abs(Double(first.count { $0 == 2 }) - 200) < 60)
  }

  @Test("Walker's alias begins beyond 200 reasonably probable values, not beyond 200 values")
  func walkersBound() throws {
    // R 4.2.2: set.seed(1); sample(200, 3, TRUE, 1:200), and sample(1000, 5, TRUE, c(rep(1, 100), rep(1e-6,
    // 900))).
    var stream = RStream(seed: 1)
    let all = try stream.sampleIndices(
      below: 200, count: 3, replacing: true, weights: (1...200).map(Double.init))
    #expect(all.map { $0 + 1 } == [172, 159, 131])
    stream = RStream(seed: 1)
    let few = try stream.sampleIndices(
      below: 1000, count: 5, replacing: true, weights: (0..<1000).map { $0 < 100 ? 1 : 1e-6 })
    #expect(few.map { $0 + 1 } == [29, 57, 48, 46, 47])
  }

  @Test("Sorting keeps each weight with its value, heaviest first")
  func weightedOrder() throws {
    for n in [1, 2, 3, 7, 8, 100, 199] {
      let raw = (0..<n).map { Double(($0 * 37 + 11) % 101) + 1 }
      let order = try WeightedOrder(SamplingWeights(raw, population: n, size: 1, replacing: true))
      #expect(order.indices.sorted() == Array(0..<n))
      #expect(zip(order.weights, order.weights.dropFirst()).allSatisfy { $0 >= $1 })
      let sum = raw.reduce(0, +)
      #expect(zip(order.weights, order.indices).allSatisfy { $0 == raw[$1] / sum })
    }
  }

  @Test("Equal weights stand as the descending heap sort leaves them, worked by hand")
  func ties() throws {
    let expected: [([Double], [Int])] = [
      ([1], [0]), ([1, 1], [1, 0]), ([1, 1, 1], [1, 2, 0]), ([1, 1, 1, 1], [1, 2, 3, 0]),
      // The heavy root sinks to the left of its equal children.
      ([2, 1, 1], [0, 2, 1]), ([1, 2, 1], [1, 2, 0]), ([1, 1, 2], [2, 1, 0]),
    ]
    for (raw, indices) in expected {
      let order = try WeightedOrder(SamplingWeights(raw, population: raw.count, size: 1, replacing: true))
      #expect(order.indices == indices, "weights \(raw)")
    }
  }
}
