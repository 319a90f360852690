import TestSupport
import Testing

@testable import Distributions

@Suite("R's default random streams")
struct RStreamTests {
  @Test("State after set.seed", arguments: recordedSeeds)
  func state(seed: Int32) throws {
    let recorded = try Reference.json("rng/seed_\(seed).json")["state"]
    let stream = RStream(seed: seed)
    let words = stream.stateWords.map { Int32(bitPattern: $0) }
    #expect(words.count == 624)
    #expect(words.prefix(10).map(Double.init) == recorded["first_words"].doubles)
    #expect(words.suffix(10).map(Double.init) == recorded["last_words"].doubles)
    #expect(stream.statePosition == recorded["position"].int)
  }

  @Test("runif across two refills of the state", arguments: recordedSeeds)
  func uniformAcrossRefills(seed: Int32) throws {
    let recorded = try Reference.json("rng/seed_\(seed).json")
    var stream = RStream(seed: seed)
    let values = (0..<630).map { _ in stream.uniform() }
    let index = recorded["runif_index"].doubles
    #expect(index.count == 21)
    #expect(index.map { values[Int($0) - 1] } == recorded["runif"].doubles)
    #expect(stream.statePosition == 6)
  }

  @Test("Recorded calls, and the place they leave the stream at", arguments: recordedSeeds)
  func blocks(seed: Int32) throws {
    let blocks = try Reference.json("rng/seed_\(seed).json")["blocks"].array
    var checked = 0
    for block in blocks {
      let source = try #require(block["call"].string)
      let call = try #require(RecordedCall.named(source), "\(source) is not in the table")
      var stream = RStream(seed: seed)
      call.check(try call.draw(&stream), block["values"].doubles, "seed \(seed), \(source)")
      #expect(stream.uniform() == block["next_runif"].double, "seed \(seed), after \(source)")
      checked += 1
    }
    #expect(checked == 63)
  }

  @Test("Recorded sequences of calls", arguments: recordedSeeds)
  func sequences(seed: Int32) throws {
    var checked = 0
    for sequence in try Reference.json("rng/seed_\(seed).json")["sequences"].array {
      let sources = sequence["calls"].strings
      let calls = try sources.map { try #require(RecordedCall.named($0), "\($0) is not in the table") }
      var stream = RStream(seed: seed)
      for (call, recorded) in zip(calls, sequence["values"].array) {
        let values = try call.draw(&stream)
        let shown = values.count > 20 ? Array(values.prefix(3) + values.suffix(8)) : values
        call.check(shown, recorded.doubles, "seed \(seed), \(call.source) in \(sources)")
      }
      checked += 1
    }
    #expect(checked == 5)
  }

  @Test("Single draws are the elements of vector draws")
  func singleDraws() throws {
    var (one, many) = (RStream(seed: 7), RStream(seed: 7))
    #expect(
      try many.uniform(count: 4, minimum: [1, 2], maximum: [3])
        == (0..<4).map { i in
          one.uniform(in: (i % 2 == 0 ? 1 : 2)...3)
        })
    #expect(
      try many.normal(count: 2, mean: [5], standardDeviation: [2])
        == (0..<2).map { _ in
          one.normal(mean: 5, standardDeviation: 2)
        })
    #expect(try many.exponential(count: 2, rate: [3]) == (0..<2).map { _ in one.exponential(rate: 3) })
    #expect(one == many)
  }

  @Test("Degenerate distributions draw nothing")
  func degenerate() throws {
    var stream = RStream(seed: 7)
    #expect(try stream.uniform(count: 2, minimum: [4], maximum: [4]) == [4, 4])
    #expect(try stream.normal(count: 2, mean: [4], standardDeviation: [0]) == [4, 4])
    #expect(try stream.uniform(count: 0, minimum: []) == [])
    #expect(stream == RStream(seed: 7))
  }

  @Test("The extreme words stay inside (0, 1)")
  func extremeWords() {
    #expect(RStream.openUnitInterval(0) == 0.5 * 2.328306437080797e-10)
    #expect(RStream.openUnitInterval(1) == 0x1p-32)
    #expect(RStream.openUnitInterval(.max) == 1 - 0x1p-32)
  }

  @Test("A copy continues by itself")
  func copies() {
    var stream = RStream(seed: 1)
    _ = stream.uniform()
    var copy = stream
    let next = stream.uniform()
    _ = stream.uniform()
    #expect(copy.uniform() == next)
  }

  @Test("Impossible parameters are named and draw nothing")
  func parameterErrors() {
    var stream = RStream(seed: 3)
    #expect(throws: RandomStreamError.negativeSize(-1)) { try stream.uniform(count: -1) }
    #expect(throws: RandomStreamError.negativeSize(-2)) { try stream.normal(count: -2) }
    #expect(throws: RandomStreamError.negativeSize(-3)) { try stream.exponential(count: -3) }
    #expect(throws: RandomStreamError.invalidInterval(minimum: 2, maximum: 1)) {
      try stream.uniform(count: 3, minimum: [0, 2], maximum: [1])
    }
    #expect(throws: RandomStreamError.invalidInterval(minimum: 0, maximum: .infinity)) {
      try stream.uniform(count: 1, maximum: [.infinity])
    }
    #expect(throws: RandomStreamError.invalidNormal(mean: 0, standardDeviation: -1)) {
      try stream.normal(count: 2, standardDeviation: [1, -1])
    }
    #expect(throws: RandomStreamError.invalidRate(0)) { try stream.exponential(count: 1, rate: [0]) }
    #expect(throws: RandomStreamError.emptyParameter("mean")) { try stream.normal(count: 1, mean: []) }
    #expect(stream == RStream(seed: 3))
  }
}
