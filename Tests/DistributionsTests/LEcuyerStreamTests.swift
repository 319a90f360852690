import TestSupport
import Testing

@testable import Distributions

@Suite("R's L'Ecuyer streams")
struct LEcuyerStreamTests {
  static func signed(_ stream: LEcuyerStream) -> [Double] {
    stream.stateWords.map { Double(Int32(bitPattern: $0)) }
  }

  @Test("set.seed, draws, streams and sub-streams as R records them")
  func recorded() throws {
    let seeds = try Reference.json("rng/lecuyer.json")["seeds"].array
    #expect(seeds.count == 4)
    for record in seeds {
      let start = LEcuyerStream(seed: Int32(record["seed"].int))
      #expect(Self.signed(start) == record["state"].doubles)
      var stream = start
      #expect(try stream.uniform(count: 8) == record["runif"].doubles)
      stream = start
      expectClose(try stream.normal(count: 6), record["rnorm"].doubles, relative: 1e-14)
      stream = start
      #expect(try stream.sampleIndices(below: 10).map { Double($0 + 1) } == record["sample10"].doubles)
      stream = start
      expectClose(try stream.exponential(count: 3), record["rexp"].doubles, relative: 1e-14)

      var following = start
      let streams = record["streams"].array
      #expect(streams.count == 4)
      for next in streams {
        following = following.nextStream()
        #expect(Self.signed(following) == next["state"].doubles)
        stream = following
        #expect(try stream.uniform(count: 5) == next["runif"].doubles)
        stream = following
        expectClose(try stream.normal(count: 3), next["rnorm"].doubles, relative: 1e-14)
        stream = following.nextSubstream()
        #expect(Self.signed(stream) == next["substream_state"].doubles)
        #expect(try stream.uniform(count: 3) == next["substream_runif"].doubles)
      }
    }
  }

  @Test("A jump of 2ᵉ is 2ᵉ steps", arguments: [0, 1, 5, 10])
  func jumps(e: Int) {
    var stepped = LEcuyerGenerator(seed: 7)
    var jumped = stepped
    for _ in 0..<(1 << e) { _ = stepped.next() }
    jumped.jump(powerOfTwo: e)
    #expect(stepped == jumped)
  }

  @Test("Words beyond the modulus are passed over in seeding, and copies go on by themselves")
  func seeding() {
    // Of 4 · 10⁶ words some 21 lie in the gap of 22,853 above m₂: over many seeds none may be left in a
    // state.
    for seed in -20_000...20_000 as ClosedRange<Int32> {
      let words = LEcuyerStream(seed: seed).stateWords
      #expect(words.allSatisfy { UInt64($0) < LEcuyerGenerator.modulus2 })
    }
    var stream = LEcuyerStream(seed: 3)
    var copy = stream
    let first = stream.uniform()
    _ = stream.uniform()
    #expect(copy.uniform() == first)
  }
}
