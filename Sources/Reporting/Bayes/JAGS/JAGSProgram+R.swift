import BayesianModels
import MixedModels
import ModelFormula
import Tables

extension JAGSProgram {
  /// R's lines: the model as a text, the data from their file, starting values, and the run.
  /// - Parameters:
  ///   - file: the data file's path; `-` for standard input.
  ///   - options: how the file is written.
  ///   - plan: how many draws, by how many chains.
  public func script(file: String, options: CSVOptions = CSVOptions(), plan: SamplingPlan) -> String {
    let text = model.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
      .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    let names = monitored.map(RCode.quoted).joined(separator: ", ")
    let run = [
      "start <- list(\(starts.joined(separator: ", ")))",
      "inits <- lapply(1:\(plan.chains), function(chain) {",
      "  c(start, list(.RNG.name = \"base::Mersenne-Twister\", .RNG.seed = \(plan.seed % 1_000_000_000) + chain))",
      "})",
      "fit <- jags.model(textConnection(model), data, inits, n.chains = \(plan.chains), n.adapt = 1000)",
      "update(fit, \(plan.warmup))", "draws <- coda.samples(fit, c(\(names)), n.iter = \(plan.draws))",
      "summary(draws)",
    ]
    let libraries =
      ["library(rjags)", "load.module(\"glm\")"]
      + (frame.formula.text.contains("ns(") ? ["library(splines)"] : [])
    return
      (["model <- \"" + text + "\"", ""] + libraries + [""] + dataLines(file, options) + [""] + run)
      .joined(separator: "\n") + "\n"
  }

  /// What is kept of the draws: parameters, then the levels.
  private var monitored: [String] {
    var names = design.fixed.isEmpty ? [] : ["beta"]
    for term in design.terms {
      names.append("sd_\(term.name)")
      if term.columns.count == 2 { names.append("rho_\(term.name)") }
      if term.columns.count > 2 { names.append("R_\(term.name)") }
    }
    if bayesian.priors.sigma != nil { names.append("sigma") }
    if bayesian.priors.dispersion != nil { names.append(dispersion) }
    return names + design.terms.map { "\($0.prefix)_\($0.name)" }
  }

  // MARK: Data

  private func dataLines(_ file: String, _ options: CSVOptions) -> [String] {
    let text = RDesignText(frame)
    let reading = RDataLines(
      frame.formula, text: frame.formula.text, roles: frame.roles, by: frame.roles.standardErrors)
    var lines = [reading.reading(file, options: options)] + reading.factors
    if frame.omittedCount > 0 {
      let names = frame.data.columnNames.map(RCode.quoted).joined(separator: ", ")
      lines += ["all <- df", "complete <- complete.cases(df[c(\(names))])", "df <- df[complete, ]"]
    }
    lines += design.matrices
    lines += design.groupData.map { "\($0.name) <- \($0.text)" }
    var entries = ["n = nrow(df)"] + responseEntries(text)
    if frame.offset != nil {
      var terms = frame.formula.offsets.map(text.values)
      if let name = frame.roles.offset { terms.append("df$" + RCode.name(name)) }
      entries.append("o = " + terms.joined(separator: " + "))
    }
    if let name = frame.roles.standardErrors {
      entries.append("se = df$" + RCode.name(name))
    } else if frame.weights != nil, let name = frame.roles.weights {
      entries.append("w = df$" + RCode.name(name))
      if generalized != nil { entries.append("zeros = rep(0, nrow(df))") }
    }
    entries += design.columnData.map { "\($0.name) = \($0.text)" }
    for group in design.groupData {
      entries.append("\(group.name) = as.integer(\(group.name))")
      entries.append("J_\(group.name) = nlevels(\(group.name))")
    }
    return lines + ["data <- list("] + entries.dropLast().map { "  \($0)," }
      + entries.suffix(1).map { "  \($0))" }
  }

  private func responseEntries(_ text: RDesignText) -> [String] {
    let response = frame.formula.response
    let trials = frame.roles.weights.map { "df$" + RCode.name($0) }
    switch frame.binomial?.form {
    case nil: return ["y = \(text.values(response))"]
    case .successesAndFailures:
      guard let columns = response.boundColumns, columns.count == 2 else { return [] }
      return [
        "y = \(text.values(columns[0]))", "m = \(text.values(columns[0])) + \(text.values(columns[1]))",
      ]
    case .proportions:
      return ["y = round(\(text.values(response)) * \(trials ?? "1"))", "m = \(trials ?? "1")"]
    case .zeroOne, .levels:
      var own = text.values(response)
      if case .levels(let levels) = frame.binomial?.form {
        own = "as.integer(\(own) == \(RCode.quoted(levels.success)))"
      }
      return trials.map { ["y = \(own) * \($0)", "m = \($0)"] } ?? ["y = \(own)"]
    }
  }

  // MARK: Starting values

  /// Where chains begin: fixed effects at the middle of weakly informative priors, standard deviations at half their scale, inside their priors.
  private var starts: [String] {
    let priors = bayesian.priors
    var all: [String] = []
    func vector(_ values: [Double?]) -> String {
      let texts = values.map { $0.map { JAGSDistribution.number($0) } ?? "NA" }
      return texts.count == 1 ? texts[0] : "c(\(texts.joined(separator: ", ")))"
    }
    if !design.fixed.isEmpty {
      let values = zip(priors.fixedEffects, weak.fixedEffects).map { prior, weak -> Double? in
        guard case .normal(let mean, _) = weak else { return 0 }
        return JAGSProgram.inside(prior, mean, isPositive: false)
      }
      all.append("beta = \(vector(values))")
    }
    func add(_ name: String, _ own: [Prior], _ weak: [Prior]) {
      let values = zip(own, weak).map { prior, weak -> (value: Double, isPrecision: Bool) in
        var scale = 1.0
        if case .halfT(_, let unit) = weak { scale = 0.5 * unit }
        let value = JAGSProgram.inside(prior, scale, isPositive: true)
        if case .inverseGamma = prior { return (JAGSProgram.rounded(1 / (value * value)), true) }
        return (value, false)
      }
      let precision = name.hasPrefix("sd_") ? "tau_" + name.dropFirst(3) : "tau_" + name
      if values.contains(where: { !$0.isPrecision }) {
        all.append("\(name) = \(vector(values.map { $0.isPrecision ? nil : $0.value }))")
      }
      if values.contains(where: \.isPrecision) {
        // The vector ends at the last element that JAGS draws.
        let last = values.lastIndex(where: \.isPrecision) ?? 0
        all.append("\(precision) = \(vector(values[...last].map { $0.isPrecision ? $0.value : nil }))")
      }
    }
    for term in design.terms {
      let columns = term.first..<term.first + term.columns.count
      add("sd_\(term.name)", Array(priors.deviations[columns]), Array(weak.deviations[columns]))
    }
    if let prior = priors.sigma, let own = weak.sigma { add("sigma", [prior], [own]) }
    if let prior = priors.dispersion, let own = weak.dispersion { add(dispersion, [prior], [own]) }
    return all
  }

  /// A starting value of a few digits, drawn inside the bounds of a uniform prior.
  private static func inside(_ prior: Prior, _ value: Double, isPositive: Bool) -> Double {
    let near = rounded(value)
    guard case .uniform(let least, let upper) = prior else { return near }
    let lower = isPositive ? max(least, 0) : least
    return near > lower && near < upper ? near : lower + 0.5 * (upper - lower)
  }

  private static func rounded(_ x: Double) -> Double { DecimalText.significant(x, digits: 3) }
}
