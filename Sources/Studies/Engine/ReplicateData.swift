import BayesianModels
import Designs
import Estimates
import LinearAlgebra
import MixedModels
import ModelFormula
import Tables

/// One data set, and the estimates that each strategy makes of it.
///
/// What each strategy gives for the population and for a group that is not in the data:
///
/// - complete: the regression without groups; every group, old or new, has its coefficients. Classical t intervals.
/// - none, lsdv: each group's own coefficients with t intervals; for the population the mean of the groups' coefficients with their standard
///   deviation / √J and J − 1 degrees of freedom, for a new group the same mean with s√(1 + 1/J); as standard deviation of the population the plain one of the
///   coefficients.
/// - reml, ml: the fit; groups with joint standard errors; a new group from the fixed effects with √(Var β̂ + τ̂²).
/// - bayes: the posterior's means or medians, its standard deviations as standard errors, and central intervals of its draws, for standard deviations and
///   correlations too; a new group's coefficients are drawn from each draw's distribution.
/// - oracle: the same with the true variances; for `y ~ 1 + (1 | g)` the lecture's formula, with the mean of all rows as overall mean.
struct ReplicateData {
  let table: DataTable
  let groups: [GroupTruth]
  let design: DataDesign
  let terms: [DataDesign.RandomTerm]
  let layout: EstimandLayout

  init(_ table: DataTable, groups: [GroupTruth], of design: DataDesign, layout: EstimandLayout) {
    self.table = table
    self.groups = groups
    self.design = design
    terms = design.randomTerms
    self.layout = layout
  }

  /// Fits a strategy and fills its outcome; what goes wrong becomes its status.
  /// - Parameters:
  ///   - fitted: the strategy's formula.
  ///   - draws: seed of a posterior's draws and level of its intervals.
  ///   - trueWeights: what the true variances would give, written where the formula has the design's random effects.
  func estimate(
    _ strategy: StudyStrategy, _ fitted: FittedFormula, intervals: IntervalMethod,
    draws: StudyDraws.Plan,
    into outcome: StrategyOutcome, trueWeights: UnsafeMutablePointer<Double>
  ) {
    outcome.clear()
    let method = strategy.method
    let formula = fitted.formula
    do {
      switch method {
      case .complete:
        try fill(LinearModel(ModelFormula(formula.fixedText), data: table), fitted, into: outcome)
      case .none:
        try fill(.noPooling, LinearMixedModel(knowingVariances: formula, data: table), fitted, into: outcome)
      case .lsdv:
        try fill(.lsdv, LinearMixedModel(knowingVariances: formula, data: table), fitted, into: outcome)
      case .reml, .ml:
        let fit = try LinearMixedModel(formula, data: table).fit(by: method == .reml ? .reml : .ml)
        if !fit.diagnostics.converged {
          outcome.status = .notConverged
          outcome.reason = "the optimum was not found to full precision"
        } else if fit.diagnostics.isSingular {
          outcome.status = .boundary
        }
        let tests = intervals == .satterthwaite ? try? fit.fixedEffectTests(.satterthwaite) : nil
        try fill(fit, fitted, errorFactor: 1, degreesOfFreedom: tests, into: outcome)
        if let known = try? knownVariances(formula) { fillTrueWeights(known.fit, into: trueWeights) }
      case .oracle:
        if formula.isOneWay, try fillLecturesFormula(formula, into: outcome, trueWeights) { return }
        guard let known = try knownVariances(formula) else {
          outcome.fail(
            .unidentified,
            "the oracle needs the true variances of the formula's own terms and one residual SD above 0")
          return
        }
        try fill(known.fit, fitted, errorFactor: known.errorFactor, degreesOfFreedom: nil, into: outcome)
        fillTrueWeights(known.fit, into: trueWeights)
      case .bayes:
        try fill(strategy.posterior ?? StudyPosterior(), draws, fitted, into: outcome)
      }
    } catch let error as FitError {
      outcome.fail(error.isUnidentified ? .unidentified : .error, "\(error)")
    } catch let error as BayesianModelError {
      if case .improper = error {
        outcome.fail(.unidentified, "\(error)")
      } else {
        outcome.fail(.error, "\(error)")
      }
    } catch { outcome.fail(.error, "\(error)") }
  }

  /// The fit at the design's variances; nil where they are not those of the formula's terms. Groups of one row are no obstacle.
  private func knownVariances(_ formula: ModelFormula) throws -> (
    fit: LinearMixedModelFit, errorFactor: Double
  )? {
    guard let sigma = design.residualSD, sigma > 0 else { return nil }
    let model = try LinearMixedModel(knowingVariances: formula, data: table)
    var covariances: [Matrix] = []
    for term in model.terms {
      let factor = model.factors[term.factor].name
      guard let own = terms.first(where: { $0.factor == factor && $0.effectNames == term.names }) else {
        return nil
      }
      let q = own.effectNames.count
      covariances.append(
        Matrix(
          rows: q, columns: q, storage: (0..<q * q).map { own.law.covariance[$0 % q][$0 / q] }))
    }
    return try model.fit(knowing: covariances, residualSD: sigma)
  }

  // MARK: Places

  /// Where a number stands in the layout; nil for one that is no estimand.
  func place(_ address: [String], suffix: String = "") -> Int? {
    let text = address.joined(separator: ".") + suffix
    return layout.estimands.first { $0.address == text }?.members.lowerBound
  }

  /// For each level of a fit its place among the truth's; nil for one that the truth does not have.
  func places(of levels: [String], in group: GroupTruth) -> [Int?] {
    if levels == group.levels { return Array(levels.indices) }
    let known = Dictionary(uniqueKeysWithValues: group.levels.enumerated().map { ($1, $0) })
    return levels.map { known[$0] }
  }

  func set(
    _ place: Int?, _ estimate: Double, error: Double = .nan, df: Double = .infinity,
    in outcome: StrategyOutcome
  ) {
    guard let place else { return }
    outcome.estimates[place] = estimate
    outcome.standardErrors[place] = error
    outcome.degreesOfFreedom[place] = df
  }

  /// The lecture's formula: w_jȳ_j + (1 − w_j)ȳ_all with the joint error of both, and ȳ_all with its own for the population.
  /// - Returns: false where the design's variances are not those of the formula.
  private func fillLecturesFormula(
    _ formula: ModelFormula, into outcome: StrategyOutcome, _ trueWeights: UnsafeMutablePointer<Double>
  ) throws -> Bool {
    guard let sigma = design.residualSD, sigma > 0, terms.count == 1, terms[0].effectNames == ["(Intercept)"],
      terms[0].factor == formula.randomTerms[0].groupingFactor.text,
      let group = groups.first(where: { $0.factor == terms[0].factor }),
      let first = place(["coef", group.factor, "(Intercept)"])
    else { return false }
    let tau = terms[0].law.sd[0]
    let pooling = try KnownVariancePooling(
      formula, data: table, by: PartialPoolingFormula(sigmaY: sigma, sigmaAlpha: tau))
    let counts = pooling.entries.map { Double($0.count) }
    let error = counts.withUnsafeBufferPointer {
      KnownVariancePooling.overallMeanError(counts: $0, sigmaAlpha: tau, sigmaY: sigma)
    }
    for j in group.levels.indices { set(first + j, pooling.overallMean, in: outcome) }
    for (entry, place) in zip(pooling.entries, places(of: pooling.entries.map(\.level), in: group)) {
      guard let place, let weight = entry.weight else { continue }
      set(first + place, entry.estimate, error: entry.standardError, in: outcome)
      outcome.weights[first + place] = weight
      trueWeights[first + place] = weight
    }
    set(place(["fixed", "(Intercept)"]), pooling.overallMean, error: error, in: outcome)
    set(
      place(["new", group.factor, "(Intercept)"]), pooling.overallMean,
      error: (error * error + tau * tau).squareRoot(), in: outcome)
    return true
  }

  /// Of a fit with the design's own random effects.
  private func fillTrueWeights(_ fit: LinearMixedModelFit, into weights: UnsafeMutablePointer<Double>) {
    guard fit.model.terms.count == terms.count else { return }
    for effects in fit.randomEffects {
      guard let group = groups.first(where: { $0.factor == effects.factor.name }) else { continue }
      let places = places(of: effects.factor.levels, in: group)
      for name in group.effectNames {
        guard let first = place(["coef", group.factor, name]),
          let own = effects.factor.effectNames.firstIndex(of: name)
        else { continue }
        for (j, place) in places.enumerated() {
          if let place { weights[first + place] = effects.weights(ofLevel: j)[own] }
        }
      }
    }
  }
}

extension FitError {
  /// Whether the data do not determine the model, rather than something being wrong.
  var isUnidentified: Bool {
    switch self {
    case .oneGroup, .notIdentified, .noResidualVariation, .unequalWeights, .collinearEffects,
      .spannedByFixedEffects, .tooFewRows, .unboundedCriterion, .severalGroupingFactors:
      true
    default: false
    }
  }
}
