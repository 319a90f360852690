import Testing

@testable import Plotting

@Suite struct ExtendedWilkinsonBreaksTests {
  @Test("The vector on which Heckbert's and Wilkinson's methods give other ticks")
  func knownVector() {
    #expect(extendedWilkinsonBreaks(from: 8.1, to: 14.1, target: 4).values == [8, 10, 12, 14])
  }

  @Test(
    "Round ranges keep their ends",
    arguments: [
      (0.0, 100.0, 5, [0.0, 25, 50, 75, 100]), (0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]),
      (-1, 1, 5, [-1, -0.5, 0, 0.5, 1]), (0, 9, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ])
  func roundRanges(_ lower: Double, _ upper: Double, _ target: Int, _ expected: [Double]) {
    #expect(extendedWilkinsonBreaks(from: lower, to: upper, target: target).values == expected)
  }

  @Test("Ticks are the doubles nearest to their decimals, at any magnitude")
  func exactDecimals() {
    #expect(
      extendedWilkinsonBreaks(from: 0, to: 0.7, target: 8).values == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    let tiny = extendedWilkinsonBreaks(from: 1.1e-7, to: 5.2e-7, target: 5).values
    #expect(tiny == [1e-7, 2e-7, 3e-7, 4e-7, 5e-7])
    let large = extendedWilkinsonBreaks(from: 1.1e9, to: 5.2e9, target: 5).values
    #expect(large == [1e9, 2e9, 3e9, 4e9, 5e9])
  }

  @Test("Ranges at the ends of what numbers hold")
  func extremes() {
    let huge = extendedWilkinsonBreaks(from: 1.1e307, to: 5.2e307, target: 5).values
    #expect(huge == [1e307, 2e307, 3e307, 4e307, 5e307])
    let wide = extendedWilkinsonBreaks(from: -1.5e308, to: 1.5e308, target: 5)
    #expect(wide.values.contains(0) && wide.filling(-1.5e308, 1.5e308).values.count < 20)
    let small = extendedWilkinsonBreaks(from: 0, to: 4e-200, target: 5).values
    #expect(small == [0, 1e-200, 2e-200, 3e-200, 4e-200])
  }

  @Test(
    "Over many ranges: equal steps, ascending, count within a factor of two of the wish, most of the range covered"
  )
  func manyRanges() {
    var state: UInt64 = 20_240_607
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    for _ in 0..<300 {
      let lower = (uniform() - 0.5) * 2000
      let upper = lower + uniform() * 3000 + 1e-3
      let target = 3 + Int(uniform() * 7)
      let breaks = extendedWilkinsonBreaks(from: lower, to: upper, target: target)
      let values = breaks.values
      let steps = Set(zip(breaks.multiples, breaks.multiples.dropFirst()).map { $1 - $0 })
      #expect(steps.count == 1 && steps.first! > 0, "\(lower) \(upper) \(target)")
      #expect(
        values.count >= max(2, target / 2) && values.count <= 2 * target,
        "\(lower) \(upper) \(target): \(values)")
      #expect(abs(values.first! - lower) < 0.35 * (upper - lower), "\(lower) \(upper) \(target): \(values)")
      #expect(abs(values.last! - upper) < 0.35 * (upper - lower), "\(lower) \(upper) \(target): \(values)")
    }
  }

  @Test("Decimal places are as many as the ticks need")
  func decimals() {
    #expect(extendedWilkinsonBreaks(from: 0, to: 1, target: 5).decimals == 2)  // 0, 0.25, …
    #expect(extendedWilkinsonBreaks(from: 0, to: 100, target: 5).decimals == 0)
    #expect(Breaks(multiples: [0, 2, 4], mantissa: 25, exponent: 0).decimals == 0)  // 0, 5, 10
    #expect(Breaks(multiples: [0, 1, 2], mantissa: 25, exponent: 0).decimals == 1)  // 0, 2.5, 5
    #expect(Breaks(multiples: [1, 2], mantissa: 25, exponent: -3).decimals == 4)  // 0.0025, 0.005
  }
}
