import Testing

@testable import Distributions

@Suite("Keyed streams")
struct KeyedStreamTests {
  @Test("Philox4x32-10 gives the published vectors of Random123")
  func philox() {
    let ones: UInt32 = 0xffff_ffff
    let zero = Philox4x32.block(counter: .zero, key: .zero)
    #expect(zero == SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let full = Philox4x32.block(counter: SIMD4(repeating: ones), key: SIMD2(repeating: ones))
    #expect(full == SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = Philox4x32.block(
      counter: SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD2<UInt32>(0xa409_3822, 0x299f_31d0))
    #expect(pi == SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("xoshiro256++ from the state 1, 2, 3, 4")
  func xoshiro() {
    var stream = KeyedStream(state: (1, 2, 3, 4))
    // Values printed by the authors' public-domain program, as published with several libraries.
    let expected: [UInt64] = [
      41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205,
      9_973_669_472_204_895_162, 14_011_001_112_246_962_877, 12_406_186_145_184_390_807,
      15_849_039_046_786_891_736, 10_450_023_813_501_588_000,
    ]
    #expect(expected.map { _ in stream.next() } == expected)
  }

  @Test("First values under three keys, the state two Philox blocks")
  func knownAnswers() {
    // The zero key's state is the published zero block and the next one of Random123's stream (e169c58d 6627e8d5, 9b00dbd8 bc57ac4c,
    // 5cb200db f8e4cca4, 097eff67 b1a574eb; Python's randomgen 2.5.1 gives the same words). Values come from a program
    // of the two papers' formulas in Python.
    #expect(
      KeyedStream(seed: 0)
        == KeyedStream(
          state: (0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c, 0x5cb2_00db_f8e4_cca4, 0x097e_ff67_b1a5_74eb))
    )
    let all = UInt32.max
    let answers: [(KeyedStream, [UInt64])] = [
      (KeyedStream(seed: 0), [0x5bf5_ac3c_469d_5d37, 0x3430_17bb_843c_46db, 0xe59d_c53e_e694_5e2f]),
      (
        KeyedStream(seed: 0x0123_4567_89ab_cdef, scenario: 5, replicate: 6, stream: 7),
        [0xc22c_25f8_4d98_1302, 0x6dab_9a06_527c_568d, 0x3b9c_78bc_2df9_83a4]
      ),
      (
        KeyedStream(seed: .max, scenario: all, replicate: all, stream: all),
        [0x30bc_769c_1223_4997, 0x6595_1098_5483_93d9, 0xcd0b_7ef1_3765_85f5]
      ),
    ]
    for (stream, expected) in answers {
      var copy = stream
      #expect(expected.map { _ in copy.next() } == expected)
    }
  }

  @Test("Every coordinate of the key changes the stream")
  func coordinates() {
    let streams = [
      KeyedStream(seed: 1), KeyedStream(seed: 1 << 32), KeyedStream(seed: 1, scenario: 1),
      KeyedStream(seed: 1, replicate: 1), KeyedStream(seed: 1, stream: 1),
    ]
    let firsts = streams.map { stream in
      var copy = stream
      return copy.next()
    }
    #expect(Set(firsts).count == streams.count)
  }

  @Test("Uniform and normal numbers have their moments over replicates", arguments: [1, 2] as [UInt64])
  func moments(seed: UInt64) {
    // One draw of each of 40,000 replicates: also a test that neighbouring keys are unrelated.
    let n = 40_000
    var (uniform, normal) = (0.0, 0.0)
    var (normalSquares, product) = (0.0, 0.0)
    for replicate in 0..<n {
      var stream = KeyedStream(seed: seed, scenario: 2, replicate: UInt32(replicate))
      let u = stream.uniform()
      let z = stream.normal()
      #expect(u > 0 && u < 1)
      uniform += u - 0.5
      normal += z
      normalSquares += z * z - 1
      product += (u - 0.5) * z
    }
    // Five standard errors each: false alarms in 1 of 1.7 million.
    let root = Double(n).squareRoot()
    #expect(abs(uniform) < 5 * root * (1.0 / 12).squareRoot(), "seed \(seed)")
    #expect(abs(normal) < 5 * root, "seed \(seed)")
    #expect(abs(normalSquares) < 5 * root * 2.0.squareRoot(), "seed \(seed)")
    #expect(abs(product) < 5 * root * (1.0 / 12).squareRoot(), "seed \(seed)")
  }

  @Test("Both kinds of stream serve the same code, and it follows R's order of operations")
  func protocolDraws() {
    func draws(_ stream: inout some UniformStream) -> [Double] {
      [stream.uniform(in: 2...5), stream.normal(mean: 3, standardDeviation: 2), stream.uniform()]
    }
    var (r, keyed) = (RStream(seed: 1), KeyedStream(seed: 1))
    var (rPlain, keyedPlain) = (r, keyed)
    #expect(draws(&r) == [2 + 3 * rPlain.uniform(), 3 + 2 * rPlain.normal(), rPlain.uniform()])
    #expect(
      draws(&keyed) == [2 + 3 * keyedPlain.uniform(), 3 + 2 * keyedPlain.normal(), keyedPlain.uniform()])
  }
}
