/// R's default random stream after `set.seed(seed)`, bit for bit.
///
/// Mersenne Twister, normal deviates by inversion, indices by rejection: the defaults of `RNGkind()` since R
/// 3.6, as recorded from R 4.2. A value type: a copy continues independently from the same place.
///
/// ```swift
/// var stream = RStream(seed: 42)
/// stream.uniform()  // 0.914806…, R's runif(1)
/// ```
///
public struct RStream: RVariateStream, Equatable {
  private var generator: MersenneTwister

  /// The stream R starts with `set.seed(seed)`; negative seeds are seeds of their own.
  public init(seed: Int32) {
    generator = MersenneTwister(seed: seed)
  }

  /// The 624 words of the generator's state, R's `.Random.seed[3:626]` (there shown as signed integers).
  public var stateWords: [UInt32] { generator.words }

  /// The number of state words used since the last refill, R's `.Random.seed[2]`; 624 right after seeding.
  public var statePosition: Int { generator.position }

  /// The next number, uniform on (0, 1), R's `runif(1)`: a 32-bit word over 2³², never 0 or 1.
  public mutating func uniform() -> Double {
    Self.openUnitInterval(generator.next())
  }

  /// A 32-bit word scaled to (0, 1): the word 0 becomes half a step, so that no draw is 0 or 1.
  static func openUnitInterval(_ word: UInt32) -> Double {
    // R's own constants: the step is 2⁻³², the push inside half of 1 / (2³² − 1).
    let u = Double(word) * 2.3283064365386963e-10
    if u <= 0 { return 0.5 * 2.328306437080797e-10 }
    if 1 - u <= 0 { return 1 - 0.5 * 2.328306437080797e-10 }
    return u
  }
}
