/// A stream of random numbers of its own for every (study seed, scenario, replicate, purpose).
///
/// Two blocks of Philox4x32-10, keyed by the study seed, fill the 256-bit state of xoshiro256++, which then
/// runs. Any replicate can be rebuilt alone, and none depends on which worker ran it or when. Every number is
/// the same on every processor: what is not integer arithmetic is + − × /, square roots, and the functions of
/// `Portable`.
///
/// ```swift
/// var stream = KeyedStream(seed: 1, scenario: 3, replicate: 4_711)
/// let u = stream.uniform()
/// ```
///
/// - Reference: Salmon et al. (2011), doi:10.1145/2063384.2063405 (Philox); Blackman & Vigna (2021),
///   "Scrambled linear pseudorandom number generators", doi:10.1145/3460772 (xoshiro256++).
public struct KeyedStream: UniformStream, Equatable {
  @usableFromInline var s0: UInt64
  @usableFromInline var s1: UInt64
  @usableFromInline var s2: UInt64
  @usableFromInline var s3: UInt64
  @usableFromInline let ziggurat: Ziggurat

  /// The stream of one replicate.
  ///
  /// - Parameters:
  ///   - seed: the study's seed, the 64-bit key.
  ///   - scenario: number of the scenario in the study's grid.
  ///   - replicate: number of the replicate within its scenario.
  ///   - stream: number of the purpose (data, resampling, …), so that one cannot disturb another.
  public init(seed: UInt64, scenario: UInt32 = 0, replicate: UInt32 = 0, stream: UInt32 = 0) {
    let key = SIMD2<UInt32>(truncatingIfNeeded: SIMD2<UInt64>(seed, seed >> 32))
    func words(_ block: UInt32) -> (UInt64, UInt64) {
      let bits = Philox4x32.block(counter: SIMD4<UInt32>(block, stream, replicate, scenario), key: key)
      return (UInt64(bits[1]) << 32 | UInt64(bits[0]), UInt64(bits[3]) << 32 | UInt64(bits[2]))
    }
    (s0, s1) = words(0)
    (s2, s3) = words(1)
    ziggurat = .standardNormal
    // The one state xoshiro cannot leave; it has probability 2⁻²⁵⁶.
    if s0 | s1 | s2 | s3 == 0 { s0 = 1 }
  }

  /// The state of xoshiro256++ given word by word, for comparing with published values.
  init(state: (UInt64, UInt64, UInt64, UInt64)) {
    (s0, s1, s2, s3) = state
    ziggurat = .standardNormal
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = (sum << 23 | sum >> 41) &+ s0
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// The next number, uniform on (0, 1): one of the 2⁵² midpoints (k + ½)·2⁻⁵², so that u and 1 − u are
  /// alike.
  @inlinable
  public mutating func uniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// The next standard normal number, by the ziggurat of 256 layers.
  ///
  /// The low 8 bits choose a layer, the upper 53 bits, signed, a place across it; in 98.8 % of draws one
  /// comparison of integers accepts it.
  ///
  /// - Reference: Marsaglia & Tsang (2000), doi:10.18637/jss.v005.i08.
  @inlinable
  public mutating func normal() -> Double {
    while true {
      let bits = next()
      let layer = Int(truncatingIfNeeded: bits & 255)
      let place = Int64(bitPattern: bits) >> 11
      let row = ziggurat.layers[layer]
      let x = Double(place) * row.step
      if place.magnitude < row.sure { return x }
      if let settled = ziggurat.settle(x, layer: layer, with: &self) { return settled }
    }
  }
}
