/// The rising order of many numbers, by a radix sort of their bits: equal numbers stay in their first order.
///
/// 40,000 draws take less than a millisecond, where a sort of places by comparisons takes several.
enum ValueOrder {
  private static let digitBits: UInt64 = 11
  private static let radix = 1 << 11
  /// Six digits of 11 bits hold 64 bits.
  private static let digitCount = 6

  /// The places of `values` in rising order of the values.
  ///
  /// - Parameter values: finite numbers; −0 and 0 are equal. Fewer than 2³² of them.
  static func rising(_ values: Span<Double>) -> [UInt32] {
    let count = values.count
    // How often each digit has each value, all digits in one pass.
    var tallies = [UInt32](repeating: 0, count: digitCount * radix)
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for i in 0..<count {
      // Bits as integers in the order of the numbers: negative ones turned round, the others above them.
      let bits = (values[unchecked: i] + 0).bitPattern
      let key = bits >> 63 == 1 ? ~bits : bits | 1 << 63
      entries.append(Entry(key: key, place: UInt32(i)))
      for digit in 0..<digitCount { tallies[digit * radix + value(of: digit, in: key)] += 1 }
    }
    guard let any = entries.first?.key else { return [] }
    var next = entries
    for digit in 0..<digitCount {
      let row = digit * radix
      // Where all keys share a digit, nothing would move.
      if tallies[row + value(of: digit, in: any)] == count { continue }
      var sum: UInt32 = 0
      for i in row..<row + radix { (tallies[i], sum) = (sum, sum + tallies[i]) }
      next.withUnsafeMutableBufferPointer { next in
        for entry in entries {
          let start = row + value(of: digit, in: entry.key)
          next[Int(tallies[start])] = entry
          tallies[start] += 1
        }
      }
      swap(&entries, &next)
    }
    return entries.map(\.place)
  }

  private struct Entry {
    let key: UInt64
    let place: UInt32
  }

  private static func value(of digit: Int, in key: UInt64) -> Int {
    Int(truncatingIfNeeded: key >> (UInt64(truncatingIfNeeded: digit) &* digitBits)) & (radix - 1)
  }
}
