/// Elementary functions whose bits do not depend on the processor.
///
/// The C library chooses among versions of its functions by the processor, and they differ in the last bit
/// where one uses fused multiply-add. Data that must come out the same everywhere goes through these instead:
/// they use +, −, × and / only, which IEEE 754 rounds correctly. Errors are below one unit in the last place.
package enum Portable {}

extension Portable {
  /// The natural logarithm of x; −∞ at 0, NaN below.
  ///
  /// With x = 2ᵏ·z and c near z from a table, log x = k·log 2 + log c + log(1 + r), r = z/c − 1.
  ///
  /// - Reference: Tang (1990), doi:10.1145/98267.98294.
  package static func log(_ x: Double) -> Double {
    if x > 0 && x < .infinity {
      let (head, tail) = logParts(x)
      return head + tail
    }
    return x == 0 ? -.infinity : x == .infinity ? x : .nan
  }

  /// log(1 + x), without loss for small x; −∞ at −1, NaN below.
  package static func log1p(_ x: Double) -> Double {
    // Here log(1 + x) is x to the last bit; this also keeps the sign of zero.
    if abs(x) < 0x1p-54 { return x }
    guard x > -1, x < .infinity else { return x == -1 ? -.infinity : x == .infinity ? x : .nan }
    if x >= 0x1p54 { return log(x) }
    let sum = 1 + x
    let lost = x < 1 ? x - (sum - 1) : 1 - (sum - x)
    let (head, tail) = logParts(sum, lost: lost)
    return head + tail
  }

  /// log(x + lost) as a sum of two numbers that is good to about 67 bits; 0 < x < ∞, |lost| at most half a
  /// unit in the last place of x.
  @inline(__always)
  static func logParts(_ x: Double, lost: Double = 0) -> (head: Double, tail: Double) {
    var bits = x.bitPattern
    var exponent = 0
    if bits < 0x0010_0000_0000_0000 {
      // Subnormal: without `lost`, which only sums above −1 can have.
      bits = (x * 0x1p54).bitPattern
      exponent = -54
    }
    // z in [0.6875, 1.375), so that around x = 1 no exponent cancels a logarithm.
    let offset = bits &- 0x3fe6_0000_0000_0000
    let shift = Int64(bitPattern: offset) >> 52
    exponent &+= Int(truncatingIfNeeded: shift)
    let row = Int(truncatingIfNeeded: offset >> 45) & 127
    let z = Double(bitPattern: bits &- UInt64(bitPattern: shift) << 52)
    let k = Double(exponent)
    let inverse = ElementaryTables.reciprocals[3 &* row]

    // z to 21 bits times the 12 of 1/c, less 1, is exact, and so is the square of the difference.
    let upper = Double(bitPattern: (z.bitPattern &+ 0x8000_0000) & 0xffff_ffff_0000_0000)
    let rHead = upper * inverse - 1
    var lower = z - upper
    if lost != 0 { lower += lost * Double(bitPattern: UInt64(bitPattern: 1023 &- shift) << 52) }
    let rTail = lower * inverse
    let r = rHead + rTail

    let whole = k * ElementaryTables.log2Head + ElementaryTables.reciprocals[3 &* row &+ 1]  // exact
    let first = whole + r
    let half = -0.5 * (rHead * rHead)
    let head = first + half
    let lostAdding = ((whole - first) + r) + ((rHead - r) + rTail)
    let lostSquare = (first - head) + half
    let constants = k * ElementaryTables.log2Tail + ElementaryTables.reciprocals[3 &* row &+ 2]
    let product = rTail * (rHead + 0.5 * rTail)
    // log(1 + r) − r + r²/2, to r¹⁰.
    let square = r * r
    let low: Double = (1.0 / 3 - r * 0.25) + square * (0.2 - r * (1.0 / 6))
    let high: Double = (1.0 / 7 - r * 0.125) + square * (1.0 / 9 - r * 0.1)
    let cubic = square * r * (low + square * square * high)
    return (head, ((lostAdding + lostSquare) + constants) + (cubic - product))
  }
}
