import Tables

/// What has been read once of a frame's columns: the values of numeric terms by their texts, so that a predictor that stands in several terms is one column;
/// and the columns of which it is known that no number is missing or extreme.
struct KnownColumns {
  private var values: [String: [Double]] = [:]
  private var ordinary: [[Double]] = []

  /// Whether all entries are finite, and their magnitudes far from where squares overflow or vanish; of a column of which that is not so at once
  /// the entries have to be looked at. A column whose memory has been looked at is not read again.
  mutating func isOrdinary(_ column: [Double]) -> Bool {
    if ordinary.contains(where: { $0.sharesMemory(with: column) }) { return true }
    // NaN and infinity stay in a sum.
    let sum = column.sumOfMagnitudes
    guard sum == 0 || sum > 1e-120 && sum < 1e150 else { return false }
    if column.count >= DesignColumns.leastSeparateRows { ordinary.append(column) }
    return true
  }

  /// The values of a numeric term, made at its first mention.
  mutating func values(
    named text: String, _ make: () throws(FormulaError) -> [Double]
  ) throws(FormulaError) -> [Double] {
    if let known = values[text] { return known }
    let made = try make()
    if made.count >= DesignColumns.leastSeparateRows { values[text] = made }
    return made
  }
}

extension [Double] {
  /// Whether two arrays are one piece of memory.
  package func sharesMemory(with other: [Double]) -> Bool {
    withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress && a.count == b.count }
    }
  }

  /// Σ|x|, in one pass over memory.
  fileprivate var sumOfMagnitudes: Double {
    withUnsafeBufferPointer { buffer in
      let sign = SIMD4<UInt64>(repeating: 1 << 63)
      var (first, second) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      func magnitudes(at i: Int) -> SIMD4<Double> {
        let x = UnsafeRawPointer(buffer.baseAddress! + i).loadUnaligned(as: SIMD4<UInt64>.self)
        return unsafeBitCast(x & ~sign, to: SIMD4<Double>.self)
      }
      var i = 0
      while i + 8 <= buffer.count {
        first += magnitudes(at: i)
        second += magnitudes(at: i + 4)
        i += 8
      }
      var sum = (first + second).sum()
      while i < buffer.count {
        sum += abs(buffer[i])
        i += 1
      }
      return sum
    }
  }
}
