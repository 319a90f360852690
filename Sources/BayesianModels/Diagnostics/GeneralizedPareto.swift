import Glibc

/// The generalized Pareto distribution of exceedances x ≥ 0 over a threshold.
///
///     F(x) = 1 − (1 + k·x/σ)^(−1/k),   1 − exp(−x/σ) for k = 0
///
/// With shape k the moments of order below 1/k exist: mean and variance for k < ½, the mean for k < 1.
struct GeneralizedPareto: Sendable, Equatable {
  /// k, without unit.
  let shape: Double
  /// σ, in units of the exceedances.
  let scale: Double

  /// A distribution of known parameters.
  init(shape: Double, scale: Double) {
    self.shape = shape
    self.scale = scale
  }

  /// The distribution of given exceedances by Zhang and Stephens' quasi-Bayesian estimate of θ = −k/σ: the
  /// mean of a grid of values weighted by their profile likelihood. k is then drawn a little to ½, as by ten
  /// exceedances more.
  ///
  /// - Parameter exceedances: in rising order, the last positive.
  /// - Returns: nil where a quarter of the exceedances are 0, so that there is no scale to begin with.
  /// - Complexity: (30 + √n)·n logarithms.
  /// - Reference: Zhang & Stephens (2009), doi:10.1198/tech.2009.08017; the prior on k: Vehtari, Simpson,
  ///   Gelman, Yao & Gabry (2024), *Journal of Machine Learning Research* 25(72).
  init?(fittedTo exceedances: [Double]) {
    let n = exceedances.count
    guard n > 1, let largest = exceedances.last, largest > 0 else { return nil }
    let quartile = exceedances[max(Int(Double(n) / 4 + 0.5), 1) - 1]
    guard quartile > 0 else { return nil }
    func shape(_ theta: Double) -> Double {
      var sum = 0.0
      for x in exceedances { sum += log1p(-theta * x) }
      return sum / Double(n)
    }
    let gridSize = 30 + Int(Double(n).squareRoot())
    let grid = (1...gridSize).map { j in
      1 / largest + (1 - (Double(gridSize) / (Double(j) - 0.5)).squareRoot()) / (3 * quartile)
    }
    let likelihoods = grid.map { theta in
      let k = shape(theta)
      return Double(n) * (Glibc.log(-theta / k) - k - 1)
    }
    let highest = likelihoods.max() ?? 0
    var (total, theta) = (0.0, 0.0)
    for (value, likelihood) in zip(grid, likelihoods) {
      let weight = exp(likelihood - highest)
      total += weight
      theta += weight * value
    }
    theta /= total
    let k = shape(theta)
    guard k.isFinite, theta != 0 else { return nil }
    scale = -k / theta
    let prior = 10.0
    self.shape = (k * Double(n) + 0.5 * prior) / (Double(n) + prior)
  }

  /// The exceedance at probability p from 0 to 1.
  func quantile(_ p: Double) -> Double {
    let exponent = -log1p(-p)
    return shape == 0 ? scale * exponent : scale * expm1(shape * exponent) / shape
  }
}
