import Testing

@testable import Distributions

@Suite struct SampleQuantileTests {
  @Test("A quantile between equal values is that value, to the last bit") func equalNeighbours() {
    for k in 1...200 {
      let value = Double(k) / 10
      for p in stride(from: 0.01, to: 1, by: 0.01) {
        #expect(sampleQuantile([value - 1, value, value, value, value + 1], 0.25 + p / 2) == value)
      }
    }
  }

  @Test("Type 7 by hand: linear between order statistics") func byHand() {
    let sorted = [1.0, 2, 4, 8]
    #expect(sampleQuantile(sorted, 0) == 1 && sampleQuantile(sorted, 1) == 8)
    #expect(sampleQuantile(sorted, 0.5) == 3 && sampleQuantile(sorted, 0.75) == 5)
  }
}
