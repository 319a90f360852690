import Tables

/// What has been read once of a frame's columns: the values of numeric terms by their texts, so that a predictor that stands in several terms is one column;
/// and the columns that have been checked for missing and extreme numbers.
struct KnownColumns {
  private var values: [String: [Double]] = [:]
  private var magnitudes: [(column: [Double], largest: Double)] = []

  /// The largest absolute value of a column without missing and infinite entries, else nil. A column whose memory has been looked at is not read again.
  mutating func largest(in column: [Double]) -> Double? {
    if let known = magnitudes.first(where: { $0.column.sharesMemory(with: column) }) { return known.largest }
    guard let largest = column.largestIfFinite else { return nil }
    if column.count >= DesignColumns.leastSeparateRows { magnitudes.append((column, largest)) }
    return largest
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

  /// The largest absolute value; nil if an entry is NaN or infinite. One pass over memory.
  fileprivate var largestIfFinite: Double? {
    withUnsafeBufferPointer { buffer in
      var largest = SIMD8<Double>(repeating: 0)
      // x − x is 0 for every finite number.
      var fault = SIMD8<Double>(repeating: 0)
      let whole = buffer.count & ~7
      var i = 0
      while i < whole {
        let x = UnsafeRawPointer(buffer.baseAddress! + i).loadUnaligned(as: SIMD8<Double>.self)
        fault += x - x
        largest.replace(with: x, where: x .> largest)
        largest.replace(with: -x, where: -x .> largest)
        i += 8
      }
      var (most, sum) = (largest.max(), fault.sum())
      while i < buffer.count {
        sum += buffer[i] - buffer[i]
        most = Swift.max(most, abs(buffer[i]))
        i += 1
      }
      return sum == 0 ? most : nil
    }
  }
}
