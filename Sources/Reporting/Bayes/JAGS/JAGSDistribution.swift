import BayesianModels

/// Prior distributions in the language of JAGS, whose normal and t distributions take precisions, 1/sd².
enum JAGSDistribution {
  /// The right side of `x ~`.
  /// - Parameters:
  ///   - isPositive: whether the parameter is a standard deviation or another positive one, of which every prior is the part above 0.
  ///   - scale: the size of the parameter as weakly informative priors have it, on which the width of what stands for a flat prior depends.
  static func text(_ prior: Prior, isPositive: Bool, scale: Double) -> String {
    let half = " T(0, )"
    let part = isPositive ? half : ""
    switch prior {
    case .flat: return isPositive ? "dunif(0, \(number(width(scale))))" : normal(0, width(scale))
    case .normal(let mean, let sd): return normal(mean, sd) + part
    case .studentT(let nu, let location, let scale): return t(nu, location, scale) + part
    case .uniform(let lower, let upper):
      return "dunif(\(number(isPositive ? max(lower, 0) : lower)), \(number(upper)))"
    case .halfNormal(let sd): return normal(0, sd) + half
    case .halfT(let nu, let scale): return t(nu, 0, scale) + half
    case .halfCauchy(let scale): return t(1, 0, scale) + half
    case .exponential(let rate): return "dexp(\(number(rate)))"
    case .inverseGamma(let shape, let scale): return "dgamma(\(number(shape)), \(number(scale)))"
    }
  }

  private static func normal(_ mean: Double, _ sd: Double) -> String {
    "dnorm(\(number(mean)), \(precision(sd)))"
  }

  private static func t(_ nu: Double, _ location: Double, _ scale: Double) -> String {
    "dt(\(number(location)), \(precision(scale)), \(number(nu)))"
  }

  /// 1/sd²: by the variance where that is the shorter number, as for the root of 1000.
  static func precision(_ sd: Double) -> String {
    let own = number(sd)
    let variance = (sd * sd * 1e6).rounded() / 1e6
    if own.utf8.count > 6, abs(variance - sd * sd) <= 1e-15 * variance, number(variance).utf8.count <= 6 {
      return "1 / " + number(variance)
    }
    return "1 / \(own)^2"
  }

  /// A power of ten so large that a prior of that width is flat for data of this scale: JAGS has no flat ones.
  static func width(_ scale: Double) -> Double {
    var power = 1.0
    while power < 1e4 * scale, power < 1e300 { power *= 10 }
    while power > 1e5 * scale, power > 1e-300 { power /= 10 }
    return power
  }

  /// The shortest text that is the number, `1000` and not `1000.0`.
  static func number(_ x: Double) -> String {
    x == x.rounded() && abs(x) < 1e15 ? "\(Int(x))" : "\(x)"
  }
}
