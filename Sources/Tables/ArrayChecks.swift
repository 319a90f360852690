/// What is asked of the numbers of whole columns.
extension [Double] {
  /// Whether two arrays are one piece of memory.
  package func sharesMemory(with other: [Double]) -> Bool {
    withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress && a.count == b.count }
    }
  }

  /// Whether all entries are finite, and their magnitudes far from where squares overflow or vanish; of a column of which that is not so at once the entries
  /// have to be looked at.
  package var isOrdinary: Bool {
    // NaN and infinity stay in a sum.
    let sum = sumOfMagnitudes
    return sum == 0 || sum > 1e-120 && sum < 1e150
  }

  /// Σ|x|, in one pass over memory.
  private var sumOfMagnitudes: Double {
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
