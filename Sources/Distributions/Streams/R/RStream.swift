import Glibc

/// R's default random stream after `set.seed(seed)`, bit for bit.
///
/// Mersenne Twister, normal deviates by inversion, indices by rejection: the defaults of `RNGkind()` since R 3.6,
/// as recorded from R 4.2. A value type: a copy continues independently from the same place.
///
/// ```swift
/// var stream = RStream(seed: 42)
/// stream.uniform()  // 0.914806…, R's runif(1)
/// ```
///
/// Uniform numbers and samples agree with R to the last bit. Normal and exponential numbers go through the
/// C library's logarithm and agree to 1e-14 relative.
public struct RStream: UniformStream, Equatable {
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

  /// The next standard normal number, R's `rnorm(1)`, by inversion from two uniform numbers.
  ///
  /// The first gives the leading 27 bits of the probability, the second the rest; the quantile is Wichura's AS 241.
  public mutating func normal() -> Double {
    let steps = 134_217_728.0  // 2²⁷
    let leading = (steps * uniform()).rounded(.towardZero)
    return standardNormalQuantile((leading + uniform()) / steps)
  }

  /// The next exponential number, R's `rexp(1, rate)`.
  ///
  /// - Parameter rate: 1 / mean, in the inverse unit of the result.
  /// - Precondition: `rate` is positive and finite.
  public mutating func exponential(rate: Double = 1) -> Double {
    precondition(rate > 0 && rate.isFinite, "rate \(rate) is not positive and finite")
    return (1 / rate) * standardExponential()
  }

  /// Algorithm SA: a geometric number of ln 2, plus ln 2 times the smallest of a random number of uniforms.
  ///
  /// Doubling u until it passes 1 counts the leading zero bits of u, each worth ln 2. The remaining fraction v
  /// decides by the Poisson-like cumulative weights q_k = Σ_{i≤k} (ln 2)ⁱ/i! how many uniforms to take the minimum of.
  ///
  /// - Reference: Ahrens & Dieter (1972), doi:10.1145/355604.361593.
  private mutating func standardExponential() -> Double {
    let ln2 = 0.6931471805599453
    var whole = 0.0
    var u = uniform()
    while true {
      u += u
      if u > 1 { break }
      whole += ln2
    }
    u -= 1
    if u <= ln2 { return whole + u }
    var smallest = uniform()
    var weight = ln2
    var cumulated = ln2
    var k = 1.0
    repeat {
      smallest = min(smallest, uniform())
      k += 1
      weight *= ln2 / k
      cumulated += weight
      // From k = 16 on the weights no longer move the sum, which is then 1 up to rounding.
    } while u > cumulated && k < 16
    return whole + smallest * ln2
  }

  /// An index below `bound` by rejection, R's "Rejection" kind of sampling.
  ///
  /// Chunks of 16 bits, one more than needed when the width is a multiple of 16, are joined; of the result the low
  /// ⌈log₂ bound⌉ bits are kept, and the draw is repeated until it lies below the bound.
  ///
  /// - Precondition: 1 ≤ bound ≤ 2³¹.
  mutating func index(below bound: Int) -> Int {
    precondition(bound >= 1 && bound <= 1 << 31, "index bound \(bound) is outside 1...2147483648")
    let bits = bound == 1 ? 0 : Int.bitWidth - (bound - 1).leadingZeroBitCount
    while true {
      var value: Int = 0
      for _ in stride(from: 0, through: bits, by: 16) {
        value = value << 16 | Int(65536 * uniform())
      }
      value &= (1 << bits) - 1
      if value < bound { return value }
    }
  }
}
