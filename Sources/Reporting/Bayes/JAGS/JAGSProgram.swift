import BayesianModels
import MixedModels
import ModelFormula
import Tables

/// A Bayesian mixed model in the language of JAGS, with the same priors, and the R lines that run it.
///
/// Coefficients of levels stand about the fixed effects of their names (the same distribution as effects about 0 beside them), which is what Gibbs's
/// sampler draws best. Correlation matrices have the distribution of Lewandowski, Kurowicka & Joe by their partial correlations, each beta distributed.
///
/// - Reference: Plummer (2003), JAGS: a program for analysis of Bayesian graphical models using Gibbs sampling; Lewandowski, Kurowicka & Joe (2009),
///   doi:10.1016/j.jmva.2009.04.008.
public struct JAGSProgram {
  let bayesian: BayesianMixedModel
  let design: JAGSDesign
  /// Scales of the parameters.
  let weak: ModelPriors

  /// The program of a model.
  public init(_ bayesian: BayesianMixedModel) {
    self.bayesian = bayesian
    design = JAGSDesign(bayesian.model)
    weak = .weaklyInformative(bayesian.likelihood)
  }

  var frame: ModelFrame { bayesian.model.frame }

  var generalized: GeneralizedLinearMixedModel? {
    if case .generalized(let model) = bayesian.likelihood { model } else { nil }
  }

  /// What the dispersion parameter is called.
  var dispersion: String { if case .gamma = generalized?.family { "shape" } else { "theta" } }

  /// Whether a row has a number of trials.
  var hasTrials: Bool {
    switch frame.binomial?.form {
    case .zeroOne, .levels: return frame.roles.weights != nil
    case .successesAndFailures, .proportions: return true
    case nil: return false
    }
  }

  /// The model, a block of JAGS.
  public var model: String {
    var lines = ["model {", "  for (i in 1:n) {"] + likelihoodLines.map { "    " + $0 } + ["  }", ""]
    lines += fixedLines
    for term in design.terms { lines += termLines(term) }
    if let prior = bayesian.priors.sigma {
      lines += ["  # residual standard deviation"] + scaleLines("sigma", "", prior, weak.sigma)
    }
    if let prior = bayesian.priors.dispersion {
      lines += [
        dispersion == "shape"
          ? "  # shape of Gamma: the variance is mu^2 / shape"
          : "  # theta: the variance is mu + mu^2 / theta"
      ]
      lines += scaleLines(dispersion, "", prior, weak.dispersion)
    }
    while lines.last == "" { lines.removeLast() }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  // MARK: Rows

  /// η of a row.
  private var predictor: String {
    func product(_ coefficient: String, _ column: JAGSDesign.DesignColumn) -> String {
      column.name.map { "\(coefficient) * \($0)[i]" } ?? coefficient
    }
    var parts = frame.offset == nil ? [] : ["o[i]"]
    for k in design.common { parts.append(product("beta[\(k + 1)]", design.fixed[k])) }
    for term in design.terms {
      for (k, column) in term.columns.enumerated() {
        let place = term.columns.count == 1 ? "" : ", \(k + 1)"
        parts.append(product("\(term.prefix)_\(term.name)[\(term.index)[i]\(place)]", column))
      }
    }
    return parts.joined(separator: " + ")
  }

  private var likelihoodLines: [String] {
    let eta = predictor
    guard let generalized else {
      let precision =
        frame.roles.standardErrors != nil
        ? "1 / se[i]^2" : frame.weights == nil ? "1 / sigma^2" : "w[i] / sigma^2"
      return ["y[i] ~ dnorm(eta[i], \(precision))", "eta[i] <- \(eta)"]
    }
    let mean = frame.binomial == nil ? "mu[i]" : "p[i]"
    let (name, arguments) = distribution(generalized.family, mean)
    var lines = ["y[i] ~ d\(name)(\(arguments))"]
    if frame.weights != nil {
      let own = "logdensity.\(name)(y[i], \(arguments))"
      // A density may lie above 1, a probability not.
      let least = generalized.family.isContinuous ? "10000 - " : "-"
      lines = [
        "# weights multiply the log-likelihood of a row: the probability of 0 in Poisson's distribution is exp(-mean)",
        "zeros[i] ~ dpois(\(least)w[i] * \(own))",
      ]
    }
    switch generalized.link {
    case .cauchit: lines.append("p[i] <- 0.5 + arctan(eta[i]) / 3.141592653589793")
    case .logit, .probit, .cloglog, .log: lines.append("\(generalized.link.rawValue)(\(mean)) <- eta[i]")
    }
    return lines + ["eta[i] <- \(eta)"]
  }

  private func distribution(_ family: ResponseFamily, _ mean: String) -> (name: String, arguments: String) {
    switch family {
    case .binomial: hasTrials || frame.weights != nil ? ("bin", "\(mean), m[i]") : ("bern", mean)
    case .poisson: ("pois", mean)
    case .negativeBinomial: ("negbin", "theta / (theta + \(mean)), theta")
    case .gamma: ("gamma", "shape, shape / \(mean)")
    }
  }

  // MARK: Parameters

  private var fixedLines: [String] {
    guard !design.fixed.isEmpty else { return [] }
    var lines = ["  # fixed effects"]
    for (k, prior) in bayesian.priors.fixedEffects.enumerated() {
      let text = JAGSDistribution.text(prior, isPositive: false, scale: fixedScale(k))
      lines.append("  beta[\(k + 1)] ~ \(text)  # \(design.fixed[k].label)" + JAGSProgram.flatNote(prior))
    }
    return lines + [""]
  }

  /// The size of a fixed effect: how far from 0 a weakly informative prior reaches.
  func fixedScale(_ k: Int) -> Double {
    if case .normal(let mean, let sd) = weak.fixedEffects[k] { return abs(mean) + sd }
    return 1
  }

  static func flatNote(_ prior: Prior) -> String {
    prior == .flat ? " (JAGS has no flat prior: one so wide that it is flat here)" : ""
  }

  /// A positive parameter and its prior.
  func scaleLines(_ name: String, _ place: String, _ prior: Prior, _ weak: Prior?, label: String = "")
    -> [String]
  {
    var scale = 1.0
    if case .halfT(_, let unit) = weak { scale = unit }
    let note = label.isEmpty ? "" : "  # \(label)"
    let text = JAGSDistribution.text(prior, isPositive: true, scale: scale)
    if case .inverseGamma = prior {
      let precision = name.hasPrefix("sd_") ? "tau_" + name.dropFirst(3) : "tau_" + name
      return [
        "  \(precision)\(place) ~ \(text)", "  \(name)\(place) <- 1 / sqrt(\(precision)\(place))" + note,
      ]
    }
    return [
      "  \(name)\(place) ~ \(text)" + (note.isEmpty && prior == .flat ? "  #" : note)
        + JAGSProgram.flatNote(prior)
    ]
  }
}

extension ResponseFamily {
  /// Whether responses have a density, not probabilities.
  fileprivate var isContinuous: Bool { if case .gamma = self { true } else { false } }
}
