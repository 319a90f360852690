/// Limits of an axis that show `kept` whole and leave out those of `others` that would squeeze the rest: further than the length of `kept` beyond its ends,
/// and further than four interquartile ranges of `others` beyond their quartiles.
///
/// Estimates of groups with hardly any rows can lie anywhere. Without room for them the figure shows what
/// pooling does to the rest. Where pooling is strong, own estimates as such lie far from the pooled ones: they are then no outliers among themselves, and stay.
struct ShownRange: Equatable {
  /// From the least to the greatest value that is shown, with some room.
  let limits: ClosedRange<Double>
  /// How many of `others` are left out.
  let outside: Int

  /// The range; nil where no value is finite.
  /// - Parameter comparing: whether `others`, if there are a dozen, may be far from `kept` together.
  init?(keeping kept: [Double], admitting others: [Double], comparing: Bool = true) {
    guard let (low, high) = dataRange(kept) ?? dataRange(others) else { return nil }
    let reach = high - low
    let finite = others.filter(\.isFinite)
    let sorted = finite.sorted()
    func quantile(_ p: Double) -> Double {
      let place = p * Double(sorted.count - 1)
      let k = Int(place)
      return k + 1 < sorted.count
        ? sorted[k] + (place - Double(k)) * (sorted[k + 1] - sorted[k]) : sorted[k]
    }
    let isMany = comparing && sorted.count >= 12
    let (lower, upper) = isMany ? (quantile(0.25), quantile(0.75)) : (low, high)
    let fence = isMany ? 4 * (upper - lower) : 0
    func isFar(_ value: Double) -> Bool {
      value < min(low - reach, lower - fence) || value > max(high + reach, upper + fence)
    }
    let isSpread = reach > 0 || fence > 0
    outside = isSpread ? finite.count(where: isFar) : 0
    let (first, last) = dataRange(finite.filter { !isSpread || !isFar($0) } + [low, high])!
    let room = last > first ? 0.06 * (last - first) : max(1e-6 * abs(first), 1e-6)
    limits = (first - room)...(last + room)
  }

  /// A range for estimates with and without pooling: of those without, also if they are few, a tenth at either end may be left out, not more.
  init?(pooled: [Double], own: [Double], keeping others: [Double] = []) {
    let sorted = own.filter(\.isFinite).sorted()
    let ends = sorted.count < 10 ? 0 : (sorted.count + 9) / 10
    self.init(keeping: pooled + others + sorted.dropFirst(ends).dropLast(ends), admitting: own)
  }
}
