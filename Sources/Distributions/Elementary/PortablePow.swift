extension Portable {
  /// x to the power y, with the special values of IEEE 754's `pow`.
  ///
  /// exp(y·log x) with logarithm and product as sums of two numbers, because the exponential magnifies an
  /// error of y·log x by up to 745.
  package static func pow(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if x.isNaN || y.isNaN { return .nan }
    if x > 0 && x < .infinity && abs(y) < 0x1p70 && abs(y) > 0x1p-70 { return positivePower(x, y) }
    return specialPower(x, y)
  }

  /// xʸ where both are positive, finite and of such sizes that nothing overflows on the way.
  @inline(__always)
  private static func positivePower(_ x: Double, _ y: Double) -> Double {
    let (a, b) = logParts(x)
    let head = a + b
    let tail = (a - head) + b
    // y·head exactly, as product + error, by Dekker's splitting into halves of 26 bits.
    let product = y * head
    let (y1, y2) = halves(y)
    let (h1, h2) = halves(head)
    let error = ((y1 * h1 - product) + (y1 * h2 + y2 * h1)) + y2 * h2
    return exp(product, plus: abs(product) < 746 ? error + y * tail : 0)
  }

  private static func specialPower(_ x: Double, _ y: Double) -> Double {
    let isInteger = y.rounded(.towardZero) == y
    // Doubles from 2⁵³ on are even.
    let isOdd = isInteger && abs(y) < 0x1p53 && Int64(y) & 1 == 1
    let size = abs(x)
    if size == 0 || size == .infinity {
      let large = (size == 0) == (y < 0)
      let magnitude = large ? Double.infinity : 0
      return isOdd && x.sign == .minus ? -magnitude : magnitude
    }
    if size == 1 { return y.isInfinite || !isOdd ? (x > 0 || isInteger ? 1 : .nan) : x }
    if abs(y) >= 0x1p70 { return (size > 1) == (y > 0) ? .infinity : 0 }
    if x < 0 && !isInteger { return .nan }
    if abs(y) <= 0x1p-70 { return 1 }
    let magnitude = positivePower(size, y)
    return isOdd && x < 0 ? -magnitude : magnitude
  }

  /// A number as a sum of two of at most 26 bits.
  @inline(__always)
  private static func halves(_ x: Double) -> (Double, Double) {
    let scaled = 134_217_729 * x  // 2²⁷ + 1
    let upper = scaled - (scaled - x)
    return (upper, x - upper)
  }
}
