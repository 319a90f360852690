import BayesianModels
import Designs
import Distributions
import MixedModels
import ModelFormula

extension ReplicateData {
  /// The posterior: mean or median, its standard deviation, and central intervals, also of standard deviations, correlations and a new group.
  ///
  /// - Parameter plan: the replicate's seed, the same for all strategies, and the level of intervals.
  func fill(
    _ posterior: StudyPosterior, _ plan: StudyDraws.Plan, _ fitted: FittedFormula,
    into outcome: StrategyOutcome
  ) throws {
    let likelihood = BayesianMixedModel.Likelihood.linear(
      try LinearMixedModel(fitted.formula, data: table))
    let bayesian = try BayesianMixedModel(likelihood, priors: posterior.priors(of: likelihood))
    let fit = try bayesian.sample(
      SamplingPlan(
        chains: posterior.chains, draws: posterior.draws, warmup: posterior.warmup, seed: plan.seed)
    )
    if let reason = StudyDraws.unsettled(fit) {
      outcome.status = .notConverged
      outcome.reason = reason
    }
    let draws = StudyDraws(fit, seed: plan.seed)
    let summary = PosteriorPlaces(self, posterior.estimate, level: plan.level, outcome)
    summary.put(draws.residual, at: place(["residual"], suffix: ".sd"))
    let model = likelihood.model
    for (g, group) in groups.enumerated() {
      let factor = model.factors.firstIndex { $0.name == group.factor }
      let lines = try fitted.lines(
        group, of: model.fixedEffectNames,
        effects: factor.map { model.factors[$0].effectNames } ?? [],
        model.frame, data: table)
      if g == 0 {
        for name in design.fixedEffectNames {
          guard let row = lines.populationRow(name), row.fixed.contains(where: { $0 != 0 }) else {
            continue
          }
          summary.put(draws.population(row), at: place(["fixed", name]))
        }
      }
      guard let factor else { continue }
      fill(group, factor, lines, draws, summary)
      fillSpread(of: group, factor, model, fitted, lines, draws, summary)
      for name in group.effectNames {
        guard let row = lines.populationRow(name), row.fixed.contains(where: { $0 != 0 }) else {
          continue
        }
        summary.put(draws.unseen(row, factor: factor), at: place(["new", group.factor, name]))
      }
    }
  }

  /// The groups' coefficients; of groups without rows what the population lets expect.
  private func fill(
    _ group: GroupTruth, _ factor: Int, _ lines: GroupLines, _ draws: StudyDraws,
    _ summary: PosteriorPlaces
  ) {
    let places = places(of: draws.levels(ofFactor: factor), in: group)
    var levelOf = [Int?](repeating: nil, count: group.levels.count)
    for (j, place) in places.enumerated() { if let place { levelOf[place] = j } }
    for (e, name) in group.effectNames.enumerated() {
      guard let first = place(["coef", group.factor, name]) else { continue }
      for j in group.levels.indices {
        guard let row = lines.row(effect: e, level: j), !row.isEmpty else { continue }
        let values =
          levelOf[j].map { draws.group(row, factor: factor, level: $0) }
          ?? draws.unseen(row, factor: factor)
        summary.put(values, at: first + j)
      }
    }
  }

  /// Standard deviations and correlations of the effects.
  private func fillSpread(
    of group: GroupTruth, _ factor: Int, _ model: any MixedModel, _ fitted: FittedFormula,
    _ lines: GroupLines, _ draws: StudyDraws, _ summary: PosteriorPlaces
  ) {
    let own = terms.filter { $0.factor == group.factor }
    for term in own {
      let rows: [[Double]]
      if fitted.countsAsDesign {
        guard
          let start = draws.start(
            ofTerm: model.terms.firstIndex { $0.factor == factor && $0.names == term.effectNames },
            factor: factor)
        else { continue }
        let width = model.factors[factor].effectNames.count
        rows = term.effectNames.indices.map { a in (0..<width).map { $0 == start + a ? 1 : 0 } }
      } else {
        rows = term.effectNames.compactMap { lines.populationRow($0)?.random }
        guard own.count == 1, rows.count == term.effectNames.count,
          rows.allSatisfy({ $0.contains { $0 != 0 } })
        else { continue }
      }
      let sd = rows.map { draws.covariance($0, $0, factor: factor).map { max(0, $0).squareRoot() } }
      for (a, name) in term.effectNames.enumerated() {
        summary.put(sd[a], at: place(["random", term.label, name], suffix: ".sd"))
        for b in term.effectNames.indices where b > a {
          var correlation = draws.covariance(rows[a], rows[b], factor: factor)
          for s in correlation.indices { correlation[s] /= sd[a][s] * sd[b][s] }
          summary.put(correlation, at: place(["random", term.label, name, term.effectNames[b]]))
        }
      }
    }
  }
}

/// Writes summaries of draws into an outcome.
private struct PosteriorPlaces {
  private let data: ReplicateData
  private let estimate: StudyPosterior.Estimate
  private let level: Double
  private let outcome: StrategyOutcome

  init(
    _ data: ReplicateData, _ estimate: StudyPosterior.Estimate, level: Double,
    _ outcome: StrategyOutcome
  ) {
    (self.data, self.estimate, self.level, self.outcome) = (data, estimate, level, outcome)
  }

  /// Mean or median, standard deviation and central interval of draws; nothing where one is not finite.
  func put(_ draws: [Double], at place: Int?) {
    guard let place, draws.count > 1, draws.allSatisfy(\.isFinite) else { return }
    let mean = draws.reduce(0, +) / Double(draws.count)
    let squares = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let sorted = draws.sorted()
    data.set(
      place, estimate == .mean ? mean : sampleQuantile(sorted, 0.5),
      error: (squares / Double(draws.count - 1)).squareRoot(), in: outcome)
    outcome.setLimits(
      place, sampleQuantile(sorted, (1 - level) / 2), sampleQuantile(sorted, (1 + level) / 2))
  }
}
