import Glibc

/// Importance weights made stable by Pareto smoothing: the largest ratios are replaced by what a generalized
/// Pareto distribution fitted to them expects in their places, and none is larger than the largest was.
///
/// - Reference: Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4; Vehtari, Simpson, Gelman, Yao
///   & Gabry (2024), *Journal of Machine Learning Research* 25(72).
public struct ParetoSmoothing: Sendable, Equatable {
  /// Logarithms of the weights, which sum to 1, in the order of the ratios.
  public let logWeights: [Double]
  /// k, the shape of the distribution of the largest ratios; `ParetoReliability` reads it. −∞ where all
  /// ratios are equal (nothing to smooth); ∞ where the tail has fewer than five ratios, or values of which no
  /// distribution can be fitted, and is left as it is.
  public let shape: Double

  /// Smooths importance ratios.
  ///
  /// - Parameters:
  ///   - logRatios: logarithms of ratios, known up to a constant; one for each draw.
  ///   - relativeEfficiency: effective sample size of the ratios divided by the number of draws; the tail is
  ///     longer where it is low.
  /// - Precondition: at least one ratio, all finite; a positive efficiency.
  public init(logRatios: [Double], relativeEfficiency: Double = 1) {
    precondition(!logRatios.isEmpty && logRatios.allSatisfy(\.isFinite), "ratios that are no numbers")
    precondition(relativeEfficiency > 0, "a relative efficiency of \(relativeEfficiency)")
    let count = logRatios.count
    let order = ValueOrder.rising(logRatios.span)
    let largest = logRatios[Int(order[count - 1])]
    var weights = logRatios.map { $0 - largest }
    let length = Self.tailLength(count, relativeEfficiency)
    if logRatios[Int(order[0])] == largest {
      shape = -.infinity
    } else if length >= 5, let tail = Self.smoothedTail(order.suffix(length + 1).map { weights[Int($0)] }) {
      shape = tail.shape
      for (place, weight) in zip(order.suffix(length), tail.logWeights) { weights[Int(place)] = weight }
    } else {
      shape = .infinity
    }
    let norm = logSumOfExponentials(weights)
    logWeights = weights.map { $0 - norm }
  }

  /// Number of ratios that count as the tail: a fifth, at most 3·√(draws / relative efficiency).
  static func tailLength(_ count: Int, _ relativeEfficiency: Double) -> Int {
    let draws = Double(count)
    return Int(min(0.2 * draws, 3 * (draws / relativeEfficiency).squareRoot()).rounded(.up))
  }

  /// The tail's logarithms smoothed.
  ///
  /// - Parameter logRatios: in rising order, the largest 0; the first is the threshold and no part of the
  ///   tail.
  private static func smoothedTail(_ logRatios: [Double]) -> (logWeights: [Double], shape: Double)? {
    let threshold = logRatios[0]
    if logRatios[1] == 0 { return nil }
    let floor = exp(threshold)
    let exceedances = logRatios.dropFirst().map { exp($0) - floor }
    guard let fitted = GeneralizedPareto(fittedTo: exceedances) else { return nil }
    let smoothed = exceedances.indices.map { i in
      let p = (Double(i) + 0.5) / Double(exceedances.count)
      return min(Glibc.log(fitted.quantile(p) + floor), 0)
    }
    return (smoothed, fitted.shape)
  }

  /// How many independent draws the weighted ones are worth: relative efficiency / Σ w².
  public func effectiveSampleSize(relativeEfficiency: Double = 1) -> Double {
    relativeEfficiency / exp(logSumOfExponentials(logWeights.map { 2 * $0 }))
  }
}

/// log Σ exp(x), from the largest x down, so that nothing leaves the range of numbers; −∞ of none.
func logSumOfExponentials(_ x: [Double]) -> Double {
  guard let largest = x.max(), largest > -.infinity else { return -.infinity }
  var sum = 0.0
  for value in x { sum += exp(value - largest) }
  return largest + Glibc.log(sum)
}
