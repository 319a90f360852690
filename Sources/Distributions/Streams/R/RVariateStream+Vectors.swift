extension RVariateStream {
  /// R's `runif(count, minimum, maximum)`: bounds recycle, element i uses `minimum[i % minimum.count]` and so
  /// on.
  ///
  /// - Returns: `count` numbers, in the unit of the bounds.
  /// - Throws: `RandomStreamError.negativeSize`, `.emptyParameter`, `.invalidInterval`; then nothing was
  ///   drawn.
  public mutating func uniform(
    count: Int, minimum: [Double] = [0], maximum: [Double] = [1]
  ) throws(RandomStreamError) -> [Double] {
    try Self.check(count: count, recycled: ("minimum", minimum.count), ("maximum", maximum.count))
    for i in 0..<min(count, max(minimum.count, maximum.count)) {
      let (low, high) = (minimum[i % minimum.count], maximum[i % maximum.count])
      guard low <= high, low.isFinite, high.isFinite else {
        throw .invalidInterval(minimum: low, maximum: high)
      }
    }
    return draw(count) { stream, i in
      stream.uniform(in: minimum[i % minimum.count]...maximum[i % maximum.count])
    }
  }

  /// R's `rnorm(count, mean, standardDeviation)`; both parameters recycle.
  ///
  /// - Throws: `RandomStreamError.negativeSize`, `.emptyParameter`, `.invalidNormal`; then nothing was drawn.
  public mutating func normal(
    count: Int, mean: [Double] = [0], standardDeviation: [Double] = [1]
  ) throws(RandomStreamError) -> [Double] {
    try Self.check(
      count: count, recycled: ("mean", mean.count), ("standardDeviation", standardDeviation.count))
    for i in 0..<min(count, max(mean.count, standardDeviation.count)) {
      let (centre, spread) = (mean[i % mean.count], standardDeviation[i % standardDeviation.count])
      guard centre.isFinite, spread.isFinite, spread >= 0 else {
        throw .invalidNormal(mean: centre, standardDeviation: spread)
      }
    }
    return draw(count) { stream, i in
      stream.normal(
        mean: mean[i % mean.count], standardDeviation: standardDeviation[i % standardDeviation.count])
    }
  }

  /// R's `rexp(count, rate)`; the rates recycle.
  ///
  /// - Throws: `RandomStreamError.negativeSize`, `.emptyParameter`, `.invalidRate`; then nothing was drawn.
  public mutating func exponential(count: Int, rate: [Double] = [1]) throws(RandomStreamError) -> [Double] {
    try Self.check(count: count, recycled: ("rate", rate.count))
    for value in rate.prefix(count) where !(value > 0 && value.isFinite) { throw .invalidRate(value) }
    return draw(count) { stream, i in stream.exponential(rate: rate[i % rate.count]) }
  }

  private mutating func draw(_ count: Int, _ one: (inout Self, Int) -> Double) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(count)
    for i in 0..<count { values.append(one(&self, i)) }
    return values
  }

  private static func check(count: Int, recycled: (name: String, count: Int)...) throws(RandomStreamError) {
    if count < 0 { throw .negativeSize(count) }
    for parameter in recycled where parameter.count == 0 && count > 0 {
      throw .emptyParameter(parameter.name)
    }
  }
}
