import TestSupport
import Testing

@testable import Distributions

/// The seeds recorded from R; the call texts are the same in every file.
let recordedSeeds: [Int32] = [-5, 0, 1, 42, 123, 2023, 892_174_303, 2_147_483_647]

/// An R call of the recorded files, and how it is made here. Samples count from 1 in R.
struct RecordedCall: Sendable {
  let source: String
  /// Whether the values agree to the last bit; else to 1e-14, because they go through the C library's logarithm.
  let isExact: Bool
  let draw: @Sendable (inout RStream) throws -> [Double]

  init(_ source: String, exact: Bool, _ draw: @escaping @Sendable (inout RStream) throws -> [Double]) {
    self.source = source
    self.isExact = exact
    self.draw = draw
  }

  func check(_ found: [Double], _ expected: [Double], _ label: String) {
    if isExact {
      #expect(found == expected, "\(label)")
    } else {
      expectClose(found, expected, relative: 1e-14, label)
    }
  }

  private static func sample(
    _ n: Int, _ count: Int? = nil, _ replacing: Bool = false, _ weights: [Double]? = nil
  ) -> @Sendable (inout RStream) throws -> [Double] {
    { stream in
      try stream.sampleIndices(below: n, count: count, replacing: replacing, weights: weights)
        .map { Double($0 + 1) }
    }
  }

  /// Every recorded call made of runif, rnorm, rexp and sample, less those of other algorithms.
  static let table: [RecordedCall] = [
    .init("runif(2)", exact: true) { try $0.uniform(count: 2) },
    .init("runif(3)", exact: true) { try $0.uniform(count: 3) },
    .init("runif(10)", exact: true) { try $0.uniform(count: 10) },
    .init("runif(622)", exact: true) { try $0.uniform(count: 622) },
    .init("runif(6, -3, 8.5)", exact: true) { try $0.uniform(count: 6, minimum: [-3], maximum: [8.5]) },
    .init("rnorm(2)", exact: false) { try $0.normal(count: 2) },
    .init("rnorm(3)", exact: false) { try $0.normal(count: 3) },
    .init("rnorm(10)", exact: false) { try $0.normal(count: 10) },
    .init("rnorm(6, 2, 5)", exact: false) { try $0.normal(count: 6, mean: [2], standardDeviation: [5]) },
    .init("rnorm(6, c(0, 10, 100), c(1, 2))", exact: false) {
      try $0.normal(count: 6, mean: [0, 10, 100], standardDeviation: [1, 2])
    },
    .init("rexp(10)", exact: false) { try $0.exponential(count: 10) },
    .init("rexp(5, 0.25)", exact: false) { try $0.exponential(count: 5, rate: [0.25]) },
    .init("sample(10)", exact: true, sample(10)),
    .init("sample(5, 20, TRUE)", exact: true, sample(5, 20, true)),
    .init("sample(10, 4)", exact: true, sample(10, 4)),
    .init("sample(100, 7)", exact: true, sample(100, 7)),
    .init("sample(c(3, 8, 1, 9))", exact: true) { try $0.permutation(of: [3, 8, 1, 9]) },
    .init("sample(1000000, 5, TRUE)", exact: true, sample(1_000_000, 5, true)),
    .init(
      "sample(4, 12, TRUE, c(0.1, 0.2, 0.3, 0.4))", exact: true, sample(4, 12, true, [0.1, 0.2, 0.3, 0.4])),
    .init(
      "sample(4, 3, FALSE, c(0.1, 0.2, 0.3, 0.4))", exact: true, sample(4, 3, false, [0.1, 0.2, 0.3, 0.4])),
  ]

  /// Calls whose algorithm is not offered, with the error they give.
  static let unsupported: [(source: String, error: RandomStreamError, draw: RecordedCall)] = [
    (
      "sample(20000000, 5)", .hashedSampling(size: 5, population: 20_000_000),
      .init("", exact: true, sample(20_000_000, 5))
    ),
    (
      "sample(10000000000, 3)", .populationBeyond32Bits(10_000_000_000),
      .init("", exact: true, sample(10_000_000_000, 3))
    ),
    (
      "sample(3000000000, 3, TRUE)", .populationBeyond32Bits(3_000_000_000),
      .init("", exact: true, sample(3_000_000_000, 3, true))
    ),
    (
      "sample(250, 6, TRUE, 1:250)", .aliasSampling(probable: 238),
      .init("", exact: true, sample(250, 6, true, (1...250).map(Double.init)))
    ),
  ]

  static func named(_ source: String) -> RecordedCall? { table.first { $0.source == source } }
}

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
      guard let call = RecordedCall.named(source) else {
        // Nothing of the covered functions may slip through because its text is not in the table.
        let covered = ["runif", "rnorm", "rexp", "sample"].contains { source.hasPrefix($0 + "(") }
        #expect(
          !covered || RecordedCall.unsupported.contains { $0.source == source }, "\(source) is not tested")
        continue
      }
      var stream = RStream(seed: seed)
      call.check(try call.draw(&stream), block["values"].doubles, "seed \(seed), \(source)")
      #expect(stream.uniform() == block["next_runif"].double, "seed \(seed), after \(source)")
      checked += 1
    }
    #expect(checked == 15)
  }

  @Test("Recorded sequences of calls", arguments: recordedSeeds)
  func sequences(seed: Int32) throws {
    var checked = 0
    for sequence in try Reference.json("rng/seed_\(seed).json")["sequences"].array {
      let sources = sequence["calls"].strings
      let calls = sources.compactMap(RecordedCall.named)
      if calls.count < sources.count { continue }
      var stream = RStream(seed: seed)
      for (call, recorded) in zip(calls, sequence["values"].array) {
        let values = try call.draw(&stream)
        let shown = values.count > 20 ? Array(values.prefix(3) + values.suffix(8)) : values
        call.check(shown, recorded.doubles, "seed \(seed), \(call.source) in \(sources)")
      }
      checked += 1
    }
    #expect(checked == 2)
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
