extension BayesianFit {
  /// The shape k of the generalized Pareto distribution that the heavier tail of a quantity's draws follows: moments of order 1/k and more do not exist, and from
  /// 0.7 on means of so many draws are not to be relied on.
  ///
  /// - Parameter quantity: its place in `quantities`.
  /// - Returns: nil where draws are too few, or none differ.
  /// - Reference: Vehtari, Simpson, Gelman, Yao & Gabry (2024), *Journal of Machine Learning Research* 25(72), section 5.
  package func tailShape(of quantity: Int) -> Double? {
    let sorted = values(of: quantity).sorted()
    let count = sorted.count
    let length = ParetoSmoothing.tailLength(count, 1)
    guard length >= 20, count > length, let least = sorted.first, let most = sorted.last, least.isFinite,
      most.isFinite, least < most
    else { return nil }
    let (low, high) = (sorted[length], sorted[count - length - 1])
    let upper = GeneralizedPareto(fittedTo: sorted.suffix(length).map { $0 - high })?.shape
    let lower = GeneralizedPareto(fittedTo: sorted.prefix(length).reversed().map { low - $0 })?.shape
    return [upper, lower].compactMap { $0 }.max()
  }
}
