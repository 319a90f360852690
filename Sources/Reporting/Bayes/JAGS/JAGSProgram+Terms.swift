import BayesianModels

extension JAGSProgram {
  /// The distribution of one term's levels, with the priors of its standard deviations and correlations.
  func termLines(_ term: JAGSDesign.Term) -> [String] {
    let q = term.columns.count
    let name = term.name
    let what = term.prefix == "coef" ? "coefficients" : "effects"
    var lines = ["  # \(what) of the levels of \(term.label)", "  for (j in 1:J_\(term.index)) {"]
    if q == 1 {
      let mean = term.centres[0].map { "beta[\($0 + 1)]" } ?? "0"
      lines.append("    \(term.prefix)_\(name)[j] ~ dnorm(\(mean), 1 / sd_\(name)^2)")
    } else {
      lines.append("    \(term.prefix)_\(name)[j, 1:\(q)] ~ dmnorm(\(meanText(term)), Omega_\(name))")
    }
    lines.append("  }")
    if q > 1, !isRun(term) {
      for (k, centre) in term.centres.enumerated() {
        lines.append("  mean_\(name)[\(k + 1)] <- " + (centre.map { "beta[\($0 + 1)]" } ?? "0"))
      }
    }
    for k in 0..<q {
      lines += scaleLines(
        "sd_\(name)", q == 1 ? "" : "[\(k + 1)]", bayesian.priors.deviations[term.first + k],
        weak.deviations[term.first + k], label: term.columns[k].label)
    }
    guard let index = bayesian.model.terms.firstIndex(where: { $0.columns.lowerBound == term.first }), q > 1
    else {
      return lines + [""]
    }
    let shape = bayesian.priors.correlationShapes[index]
    return lines + (q == 2 ? pairLines(name, shape) : vineLines(name, q, shape)) + [""]
  }

  /// Whether the means of a term's effects are neighbours among the fixed effects.
  private func isRun(_ term: JAGSDesign.Term) -> Bool {
    guard let first = term.centres[0] else { return false }
    return term.centres.enumerated().allSatisfy { $1 == first + $0 }
  }

  private func meanText(_ term: JAGSDesign.Term) -> String {
    guard isRun(term), let first = term.centres[0] else { return "mean_\(term.name)" }
    return "beta[\(first + 1):\(first + term.columns.count)]"
  }

  /// The precision matrix of two effects, written out, and the prior of their correlation.
  private func pairLines(_ name: String, _ shape: Double) -> [String] {
    let rho = "rho_\(name)"
    let own = JAGSDistribution.number(shape)
    let prior =
      shape == 1
      ? ["  \(rho) ~ dunif(-1, 1)"]
      : [
        "  # lkj(\(own)): (rho + 1) / 2 is beta distributed", "  \(rho) <- 2 * u_\(name) - 1",
        "  u_\(name) ~ dbeta(\(own), \(own))",
      ]
    return prior + [
      "  # inverse of the covariance matrix",
      "  Omega_\(name)[1, 1] <- 1 / (sd_\(name)[1]^2 * (1 - \(rho)^2))",
      "  Omega_\(name)[2, 2] <- 1 / (sd_\(name)[2]^2 * (1 - \(rho)^2))",
      "  Omega_\(name)[1, 2] <- -\(rho) / (sd_\(name)[1] * sd_\(name)[2] * (1 - \(rho)^2))",
      "  Omega_\(name)[2, 1] <- Omega_\(name)[1, 2]",
    ]
  }

  /// The precision matrix of more effects by the Cholesky factor L of their correlation matrix R, whose partial correlations w[i, j] (of i and j given those
  /// before j) have beta distributions on (−1, 1).
  private func vineLines(_ name: String, _ q: Int, _ shape: Double) -> [String] {
    var lines = [
      "  # lkj(\(JAGSDistribution.number(shape))) correlations: w[i, j] is the partial correlation of effects i and j given those before j"
    ]
    for j in 1..<q {
      // η + (q − 1 − j)/2, j from 1.
      let own = JAGSDistribution.number(shape + Double(q - 1 - j) / 2)
      lines += [
        "  for (i in \(j + 1):\(q)) {", "    u_\(name)[i, \(j)] ~ dbeta(\(own), \(own))",
        "    w_\(name)[i, \(j)] <- 2 * u_\(name)[i, \(j)] - 1", "  }",
      ]
    }
    let (l, m, r, omega, rest) = ("L_\(name)", "M_\(name)", "R_\(name)", "Omega_\(name)", "rest_\(name)")
    lines += [
      "  # R = LL'; rest[i, j] is what row i has left before column j; M is the inverse of L",
      "  for (i in 1:\(q)) {", "    \(rest)[i, 1] <- 1", "    \(l)[i, i] <- sqrt(\(rest)[i, i])",
      "    \(m)[i, i] <- 1 / \(l)[i, i]", "    \(r)[i, i] <- 1",
      "    \(omega)[i, i] <- inprod(\(m)[i:\(q), i], \(m)[i:\(q), i]) / sd_\(name)[i]^2", "  }",
      "  for (i in 2:\(q)) {", "    for (j in 1:(i - 1)) {",
      "      \(l)[i, j] <- w_\(name)[i, j] * sqrt(\(rest)[i, j])",
      "      \(rest)[i, j + 1] <- \(rest)[i, j] * (1 - w_\(name)[i, j]^2)",
      "      \(m)[i, j] <- -inprod(\(l)[i, j:(i - 1)], \(m)[j:(i - 1), j]) / \(l)[i, i]",
      "      \(r)[i, j] <- inprod(\(l)[i, 1:j], \(l)[j, 1:j])", "      \(r)[j, i] <- \(r)[i, j]",
      "      \(omega)[i, j] <- inprod(\(m)[i:\(q), i], \(m)[i:\(q), j]) / (sd_\(name)[i] * sd_\(name)[j])",
      "      \(omega)[j, i] <- \(omega)[i, j]", "    }", "  }",
    ]
    return lines
  }
}
