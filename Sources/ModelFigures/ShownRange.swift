/// Limits of an axis that show `kept` whole and leave out those of `others` that lie so far away that the
/// rest would be squeezed: further than the length of `kept` beyond its ends.
///
/// Estimates of groups with hardly any rows can lie anywhere. Without room for them the figure shows what
/// pooling does to the rest.
struct ShownRange: Equatable {
  /// From the least to the greatest value that is shown, with some room.
  let limits: ClosedRange<Double>
  /// How many of `others` are left out.
  let outside: Int

  /// The range; nil where no value is finite.
  init?(keeping kept: [Double], admitting others: [Double]) {
    guard let (low, high) = dataRange(kept) ?? dataRange(others) else { return nil }
    let reach = high - low
    func isFar(_ value: Double) -> Bool { reach > 0 && (value < low - reach || value > high + reach) }
    let finite = others.filter(\.isFinite)
    outside = finite.count(where: isFar)
    let (first, last) = dataRange(finite.filter { !isFar($0) } + [low, high])!
    let room = last > first ? 0.06 * (last - first) : max(1e-6 * abs(first), 1e-6)
    limits = (first - room)...(last + room)
  }
}
