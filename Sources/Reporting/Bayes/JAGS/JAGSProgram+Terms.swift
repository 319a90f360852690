import BayesianModels

extension JAGSProgram {
  /// The distribution of one term's levels, with the priors of its standard deviations and correlations.
  ///
  /// Several effects are drawn one after the other, each given those before it: the same normal distribution as by a covariance matrix, which JAGS would
  /// have to invert and cannot where a standard deviation comes near 0.
  func termLines(_ term: JAGSDesign.Term) -> [String] {
    let q = term.columns.count
    let name = term.name
    let what = term.prefix == "coef" ? "coefficients" : "effects"
    let given = q == 1 ? "" : ", each given those before it"
    var lines = ["  # \(what) of the levels of \(term.label)\(given)", "  for (j in 1:J_\(term.index)) {"]
    switch q {
    case 1: lines.append("    \(term.prefix)_\(name)[j] ~ dnorm(\(mean(term, 0)), 1 / sd_\(name)^2)")
    case 2: lines += pairLevels(term)
    default: lines += vineLevels(term)
    }
    lines.append("  }")
    for k in 0..<q {
      lines += scaleLines(
        "sd_\(name)", q == 1 ? "" : "[\(k + 1)]", bayesian.priors.deviations[term.first + k],
        weak.deviations[term.first + k], label: term.columns[k].label)
    }
    let place = bayesian.model.terms.firstIndex { $0.columns.lowerBound == term.first }
    guard let place, q > 1 else { return lines + [""] }
    let shape = bayesian.priors.correlationShapes[place]
    return lines + (q == 2 ? pairPrior(name, shape) : vinePrior(name, q, shape)) + [""]
  }

  /// The fixed effect about which an effect's levels stand, or 0.
  private func mean(_ term: JAGSDesign.Term, _ k: Int) -> String {
    term.centres[k].map { "beta[\($0 + 1)]" } ?? "0"
  }

  private func pairLevels(_ term: JAGSDesign.Term) -> [String] {
    let name = term.name
    let own = "\(term.prefix)_\(name)"
    let (sd, rho) = ("sd_\(name)", "rho_\(name)")
    let distance = term.centres[0] == nil ? "\(own)[j, 1]" : "(\(own)[j, 1] - \(mean(term, 0)))"
    let slope = "\(rho) * \(sd)[2] / \(sd)[1] * \(distance)"
    return [
      "    \(own)[j, 1] ~ dnorm(\(mean(term, 0)), 1 / \(sd)[1]^2)",
      "    \(own)[j, 2] ~ dnorm(at_\(name)[j], 1 / (\(sd)[2]^2 * (1 - \(rho)^2)))",
      "    at_\(name)[j] <- " + (term.centres[1] == nil ? "" : mean(term, 1) + " + ") + slope,
    ]
  }

  private func pairPrior(_ name: String, _ shape: Double) -> [String] {
    if shape == 1 { return ["  rho_\(name) ~ dunif(-1, 1)"] }
    let own = JAGSDistribution.number(shape)
    return [
      "  # lkj(\(own)): (rho + 1) / 2 is beta distributed", "  rho_\(name) <- 2 * u_\(name) - 1",
      "  u_\(name) ~ dbeta(\(own), \(own))",
    ]
  }

  /// b = μ + DLz with standard normal z, by rows.
  private func vineLevels(_ term: JAGSDesign.Term) -> [String] {
    let (q, name) = (term.columns.count, term.name)
    let own = "\(term.prefix)_\(name)[j, k]"
    let spread = "sd_\(name)[k] * L_\(name)[k, k]"
    var lines = [
      "    for (k in 1:\(q)) {", "      \(own) ~ dnorm(at_\(name)[j, k], 1 / (\(spread))^2)",
      "      z_\(name)[j, k] <- (\(own) - at_\(name)[j, k]) / (\(spread))", "    }",
      "    at_\(name)[j, 1] <- \(mean(term, 0))",
    ]
    for k in 1..<q {
      let centre = term.centres[k] == nil ? "" : mean(term, k) + " + "
      lines.append(
        "    at_\(name)[j, \(k + 1)] <- \(centre)sd_\(name)[\(k + 1)] * inprod(L_\(name)[\(k + 1), 1:\(k)], z_\(name)[j, 1:\(k)])"
      )
    }
    return lines
  }

  /// The Cholesky factor L of the correlation matrix R, whose partial correlations w[i, j] (of i and j given those before j) have beta distributions on
  /// (−1, 1).
  private func vinePrior(_ name: String, _ q: Int, _ shape: Double) -> [String] {
    var lines = [
      "  # lkj(\(JAGSDistribution.number(shape))): w[i, j] is the partial correlation of effects i and j given those before j"
    ]
    for j in 1..<q {
      // η + (q − 1 − j)/2, j from 1.
      let own = JAGSDistribution.number(shape + Double(q - 1 - j) / 2)
      lines += [
        "  for (i in \(j + 1):\(q)) {", "    u_\(name)[i, \(j)] ~ dbeta(\(own), \(own))",
        "    w_\(name)[i, \(j)] <- 2 * u_\(name)[i, \(j)] - 1", "  }",
      ]
    }
    let (l, r, rest) = ("L_\(name)", "R_\(name)", "rest_\(name)")
    return lines + [
      "  # the correlation matrix R = LL'; rest[i, j] is what row i of L has left before column j",
      "  for (i in 1:\(q)) {", "    \(rest)[i, 1] <- 1", "    \(l)[i, i] <- sqrt(\(rest)[i, i])",
      "    \(r)[i, i] <- 1", "  }", "  for (i in 2:\(q)) {", "    for (j in 1:(i - 1)) {",
      "      \(l)[i, j] <- w_\(name)[i, j] * sqrt(\(rest)[i, j])",
      "      \(rest)[i, j + 1] <- \(rest)[i, j] * (1 - w_\(name)[i, j]^2)",
      "      \(r)[i, j] <- inprod(\(l)[i, 1:j], \(l)[j, 1:j])", "      \(r)[j, i] <- \(r)[i, j]", "    }",
      "  }",
    ]
  }
}
