import TestSupport
import Testing

@testable import Distributions

@Suite("Order of equal weights in weighted sampling")
struct WeightedOrderTests {
  /// The weights of each recorded call.
  static let weights: [String: (replacing: Bool, count: Int, weights: [Double])] = [
    "sample(3, 12, TRUE, c(1, 1, 1))": (true, 12, [1, 1, 1]),
    "sample(5, 5, FALSE, c(2, 1, 2, 1, 1))": (false, 5, [2, 1, 2, 1, 1]),
    "sample(4, 10, TRUE, c(1, 2, 2, 1))": (true, 10, [1, 2, 2, 1]),
    "sample(9, 9, FALSE, c(3, 1, 1, 3, 2, 2, 3, 1, 2))": (false, 9, [3, 1, 1, 3, 2, 2, 3, 1, 2]),
    "sample(20, 30, TRUE, rep(c(1, 2), 10))": (true, 30, (0..<20).map { $0 % 2 == 0 ? 1 : 2 }),
  ]

  @Test("ties stand as R leaves them")
  func ties() throws {
    let records = try Reference.json("rng/ties.json")["records"].array
    #expect(records.count == 15)
    for record in records {
      let call = try #require(record["call"].string)
      let (replacing, count, weights) = try #require(Self.weights[call])
      var stream = RStream(seed: Int32(record["seed"].int))
      let found = try stream.sampleIndices(
        below: weights.count, count: count, replacing: replacing, weights: weights)
      #expect(
        found.map { Double($0 + 1) } == record["values"].doubles, "\(call) after seed \(record["seed"].int)")
      #expect(stream.uniform() == record["next_runif"].double)
    }
  }
}
