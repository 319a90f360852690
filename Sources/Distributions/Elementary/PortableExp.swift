extension Portable {
  /// e to the power x; ∞ above 709.78, 0 below −745.13.
  ///
  /// With x = (128·m + i)·(log 2)/128 + r, eˣ = 2ᵐ·2^(i/128)·eʳ, the middle factor from a table.
  ///
  /// - Reference: Tang (1989), doi:10.1145/63522.214389.
  package static func exp(_ x: Double) -> Double {
    exp(x, plus: 0)
  }

  /// exp(x + correction), for a correction that is small beside one unit in the last place of large x.
  @inline(__always)
  static func exp(_ x: Double, plus correction: Double) -> Double {
    guard abs(x) < 746 else { return x > 0 ? .infinity : x < 0 ? 0 : .nan }
    let (k, r) = reduced(x, correction)
    let row = 2 &* (k & 127)
    let value =
      ElementaryTables.powersOfTwo[row]
      + (ElementaryTables.powersOfTwo[row &+ 1] + ElementaryTables.powersOfTwo[row] * expm1Series(r))
    return scaled(value, by: k >> 7)
  }

  /// eˣ − 1, without loss for small x.
  package static func expm1(_ x: Double) -> Double {
    if abs(x) < 0x1p-54 { return x }
    if x > 50 { return exp(x) }
    if x < -50 { return -1 }
    if x.isNaN { return x }
    if abs(x) < 0.125 { return x + nearZero(x) }
    let (k, r) = reduced(x, 0)
    let row = 2 &* (k & 127)
    // |x| ≤ 50, so that the scale is exact.
    let scale = scaled(1, by: k >> 7)
    let head = ElementaryTables.powersOfTwo[row] * scale
    let tail = ElementaryTables.powersOfTwo[row &+ 1] * scale + head * expm1Series(r)
    // head − 1 is exact for heads in [½, 2]; elsewhere the rounding is given back.
    let difference = head - 1
    let lost = head > 1 ? (head - difference) - 1 : head - (difference + 1)
    return difference + (tail + lost)
  }

  /// eˣ − 1 − x for |x| ≤ 1/8, to x¹³.
  private static func nearZero(_ x: Double) -> Double {
    var sum = 1.0 / 6_227_020_800
    sum = sum * x + 1.0 / 479_001_600
    sum = sum * x + 1.0 / 39_916_800
    sum = sum * x + 1.0 / 3_628_800
    sum = sum * x + 1.0 / 362_880
    sum = sum * x + 1.0 / 40_320
    sum = sum * x + 1.0 / 5_040
    sum = sum * x + 1.0 / 720
    sum = sum * x + 1.0 / 120
    sum = sum * x + 1.0 / 24
    sum = sum * x + 1.0 / 6
    return (sum * x + 0.5) * (x * x)
  }

  /// The number of 128ths of log 2 nearest to x, and the rest x + correction − k·(log 2)/128.
  @inline(__always)
  private static func reduced(_ x: Double, _ correction: Double) -> (k: Int, r: Double) {
    // Adding 1.5·2⁵² leaves the nearest integer in the low bits, with no conversion.
    let shifter = 0x1.8p52
    let shifted = x * ElementaryTables.inverseStep + shifter
    let k = Int(truncatingIfNeeded: Int64(bitPattern: shifted.bitPattern &- shifter.bitPattern))
    let steps = shifted - shifter
    let r = (x - steps * ElementaryTables.stepHead) - (steps * ElementaryTables.stepTail - correction)
    return (k, r)
  }

  /// eʳ − 1 for |r| ≤ 0.0028, to r⁶.
  @inline(__always)
  private static func expm1Series(_ r: Double) -> Double {
    let square = r * r
    let low: Double = 0.5 + r * (1.0 / 6)
    let high: Double = (1.0 / 24 + r * (1.0 / 120)) + square * (1.0 / 720)
    return r + square * (low + square * high)
  }

  /// value·2ᵐ for value in (0.99, 2), rounded once.
  @inline(__always)
  private static func scaled(_ value: Double, by m: Int) -> Double {
    if m > -1021 && m < 1023 {
      return Double(bitPattern: value.bitPattern &+ UInt64(bitPattern: Int64(m)) << 52)
    }
    // In two steps, both exact except into the subnormal range.
    let part = m > 0 ? 1000 : -1000
    return value * Double(sign: .plus, exponent: part, significand: 1)
      * Double(sign: .plus, exponent: m - part, significand: 1)
  }
}
