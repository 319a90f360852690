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
/// - oracle: the same with the true variances; for `y ~ 1 + (1 | g)` the lecture's formula, with the mean of all rows as overall mean.
struct ReplicateData {
  private let table: DataTable
  private let groups: [GroupTruth]
  private let terms: [DataDesign.RandomTerm]
  private let sigma: Double?
  private let layout: EstimandLayout

  init(
    _ table: DataTable, groups: [GroupTruth], terms: [DataDesign.RandomTerm], sigma: Double?,
    layout: EstimandLayout
  ) {
    self.table = table
    self.groups = groups
    self.terms = terms
    self.sigma = sigma
    self.layout = layout
  }

  /// Fits a strategy and fills its outcome; what goes wrong becomes its status.
  func estimate(
    _ method: PoolingMethod, _ formula: ModelFormula, intervals: IntervalMethod,
    into outcome: StrategyOutcome,
    trueWeights: UnsafeMutablePointer<Double>
  ) {
    outcome.clear()
    do {
      switch method {
      case .complete:
        try fill(LinearModel(ModelFormula(formula.fixedText), data: table).fit(), formula, into: outcome)
      case .none: try fill(.noPooling, LinearMixedModel(formula, data: table), into: outcome)
      case .lsdv: try fill(.lsdv, LinearMixedModel(formula, data: table), into: outcome)
      case .reml, .ml:
        let fit = try LinearMixedModel(formula, data: table).fit(by: method == .reml ? .reml : .ml)
        if !fit.diagnostics.converged {
          outcome.status = .notConverged
          outcome.reason = "the optimum was not found to full precision"
        } else if fit.diagnostics.isSingular {
          outcome.status = .boundary
        }
        let tests = intervals == .satterthwaite ? try? fit.fixedEffectTests(.satterthwaite) : nil
        try fill(fit, errorFactor: 1, degreesOfFreedom: tests, into: outcome)
        if let known = try? knownVariances(formula) { fillTrueWeights(known.fit, into: trueWeights) }
      case .oracle:
        guard let known = try knownVariances(formula) else {
          outcome.fail(
            .unidentified,
            "the oracle needs the true variances of the formula's own terms and one residual SD above 0")
          return
        }
        try fill(known.fit, errorFactor: known.errorFactor, degreesOfFreedom: nil, into: outcome)
        if formula.isOneWay { try fillLecturesFormula(formula, into: outcome) }
        fillTrueWeights(known.fit, into: trueWeights)
      }
    } catch let error as FitError {
      outcome.fail(error.isUnidentified ? .unidentified : .error, "\(error)")
    } catch { outcome.fail(.error, "\(error)") }
  }

  /// The fit at the design's variances; nil where they are not those of the formula's terms.
  private func knownVariances(_ formula: ModelFormula) throws -> (
    fit: LinearMixedModelFit, errorFactor: Double
  )? {
    guard let sigma, sigma > 0 else { return nil }
    let model = try LinearMixedModel(formula, data: table)
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
  private func place(_ address: [String], suffix: String = "") -> Int? {
    let text = address.joined(separator: ".") + suffix
    return layout.estimands.first { $0.address == text }?.members.lowerBound
  }

  /// For each level of a fit its place among the truth's; nil for one that the truth does not have.
  private func places(of levels: [String], in group: GroupTruth) -> [Int?] {
    if levels == group.levels { return Array(levels.indices) }
    let known = Dictionary(uniqueKeysWithValues: group.levels.enumerated().map { ($1, $0) })
    return levels.map { known[$0] }
  }

  private func set(
    _ place: Int?, _ estimate: Double, error: Double = .nan, df: Double = .infinity,
    in outcome: StrategyOutcome
  ) {
    guard let place else { return }
    outcome.estimates[place] = estimate
    outcome.standardErrors[place] = error
    outcome.degreesOfFreedom[place] = df
  }

  // MARK: Least squares

  private func fill(
    _ fit: LinearModelFit, _ formula: ModelFormula, into outcome: StrategyOutcome
  ) throws {
    let df = Double(fit.residualDegreesOfFreedom)
    for (k, name) in fit.coefficientNames.enumerated() {
      set(place(["fixed", name]), fit.coefficients[k], error: fit.standardErrors[k], df: df, in: outcome)
    }
    set(place(["residual"], suffix: ".sd"), fit.sigma, in: outcome)
    for group in groups {
      let acting = try GroupLines(group, of: fit.coefficientNames, formula, data: table)
      for (e, name) in group.effectNames.enumerated() {
        guard let first = place(["coef", group.factor, name]) else { continue }
        for j in group.levels.indices {
          guard let row = acting.row(effect: e, level: j), row.contains(where: { $0 != 0 }) else { continue }
          let (value, variance) = GroupLines.combine(row, fit.coefficients, fit.covariance)
          set(first + j, value, error: variance.squareRoot(), df: df, in: outcome)
          outcome.weights[first + j] = 0
        }
        if let k = fit.coefficientNames.firstIndex(of: name) {
          set(
            place(["new", group.factor, name]), fit.coefficients[k], error: fit.standardErrors[k], df: df,
            in: outcome)
        }
      }
    }
  }

  private enum Regressions { case noPooling, lsdv }

  private func fill(_ kind: Regressions, _ model: LinearMixedModel, into outcome: StrategyOutcome) throws {
    guard model.factors.count == 1, let group = groups.first(where: { $0.factor == model.groupingFactor })
    else {
      throw FitError.severalGroupingFactors(model.factors.map(\.name))
    }
    let own = kind == .lsdv ? GroupRegressions.lsdv(model) : .noPooling(model)
    let places = places(of: model.groupLevels, in: group)
    let sizes = model.groupSizes
    // What does not vary is one coefficient for all in LSDV, one a group in no pooling.
    let varying = Set(model.randomEffectNames)
    func isKnown(_ j: Int, _ k: Int) -> Bool { !own.estimates[j, k].isNaN }
    var lsdvDF = model.groupCodes.count
    for j in sizes.indices {
      lsdvDF -= own.names.indices.count { varying.contains(own.names[$0]) && isKnown(j, $0) }
    }
    lsdvDF -= own.names.indices.count { k in
      !varying.contains(own.names[k]) && sizes.indices.contains { isKnown($0, k) }
    }
    // With group-level predictors the mean and spread of the groups' own lines are no longer those of β and the effects.
    let describesPopulation = group.lines.storage.elementsEqual(group.coefficients.storage)
    var determined = 0
    for (k, name) in own.names.enumerated() {
      let isCommon = kind == .lsdv && !varying.contains(name)
      let first = place(["coef", group.factor, name])
      var known: [Double] = []
      var commonError = Double.nan
      for j in sizes.indices where isKnown(j, k) {
        let df = kind == .lsdv ? lsdvDF : sizes[j] - own.names.indices.count { isKnown(j, $0) }
        known.append(own.estimates[j, k])
        commonError = own.errors[j, k]
        if let first, let place = places[j] {
          set(first + place, own.estimates[j, k], error: own.errors[j, k], df: Double(df), in: outcome)
          outcome.weights[first + place] = 1
        }
      }
      guard !known.isEmpty else { continue }
      determined += 1
      if isCommon {
        set(place(["fixed", name]), known[0], error: commonError, df: Double(lsdvDF), in: outcome)
        continue
      }
      guard describesPopulation else { continue }
      let population = OwnCoefficients(known, count: known.count)
      set(
        place(["fixed", name]), population.mean, error: population.meanError, df: population.degreesOfFreedom,
        in: outcome)
      for term in terms where term.factor == group.factor && term.effectNames.contains(name) {
        set(place(["random", term.label, name], suffix: ".sd"), population.sd, in: outcome)
      }
      set(
        place(["new", group.factor, name]), population.mean, error: population.newError,
        df: population.degreesOfFreedom, in: outcome)
    }
    set(place(["residual"], suffix: ".sd"), own.sigma, in: outcome)
    if determined == 0 { outcome.fail(.unidentified, "no group's rows determine a coefficient") }
  }

  // MARK: Mixed models

  private func fill(
    _ fit: LinearMixedModelFit, errorFactor: Double, degreesOfFreedom tests: FixedEffectTests?,
    into outcome: StrategyOutcome
  ) throws {
    let names = fit.model.fixedEffectNames
    let errors = fit.fixedEffectStandardErrors
    for (k, name) in names.enumerated() {
      set(
        place(["fixed", name]), fit.fixedEffects[k], error: errors[k] * errorFactor,
        df: tests?.coefficients[k].degreesOfFreedom ?? .infinity, in: outcome)
    }
    for component in fit.varianceComponents where errorFactor == 1 {
      guard
        let term = terms.first(where: { $0.factor == component.group && $0.effectNames == component.names })
      else { continue }
      let (sd, correlations) = (component.standardDeviations, component.correlations)
      for (a, name) in component.names.enumerated() {
        set(place(["random", term.label, name], suffix: ".sd"), sd[a], in: outcome)
        for b in component.names.indices where b > a {
          set(place(["random", term.label, name, component.names[b]]), correlations[a, b], in: outcome)
        }
      }
    }
    if errorFactor == 1 { set(place(["residual"], suffix: ".sd"), fit.sigma, in: outcome) }
    for effects in fit.randomEffects {
      guard let group = groups.first(where: { $0.factor == effects.factor.name }) else { continue }
      try fill(effects, of: group, fit, errorFactor: errorFactor, into: outcome)
    }
  }

  private func fill(
    _ effects: FactorEffects, of group: GroupTruth, _ fit: LinearMixedModelFit, errorFactor: Double,
    into outcome: StrategyOutcome
  ) throws {
    let names = fit.model.fixedEffectNames
    let places = places(of: effects.factor.levels, in: group)
    let acting = try GroupLines(group, of: names, fit.model.formula, data: table)
    let modes = effects.modes
    let knowsErrors = !fit.model.isIterative
    for (e, name) in group.effectNames.enumerated() {
      guard let first = place(["coef", group.factor, name]) else { continue }
      let own = effects.factor.effectNames.indices.filter { effects.factor.effectNames[$0] == name }
      for (j, place) in places.enumerated() {
        guard let place, let row = acting.row(effect: e, level: place),
          !own.isEmpty || row.contains(where: { $0 != 0 })
        else { continue }
        var (value, variance) = GroupLines.combine(row, fit.fixedEffects, fit.fixedEffectCovariance)
        for a in own { value += modes[j, a] }
        if knowsErrors, !own.isEmpty {
          let prediction = effects.predictionCovariance(ofLevel: j)
          let cross = effects.crossCovariance(ofLevel: j)
          for a in own {
            for b in own { variance += prediction[a, b] }
            for c in row.indices where row[c] != 0 { variance += 2 * row[c] * cross[c, a] }
          }
        }
        set(
          first + place, value, error: knowsErrors ? max(0, variance).squareRoot() * errorFactor : .nan,
          in: outcome)
        if own.count == 1 { outcome.weights[first + place] = effects.weights(ofLevel: j)[own[0]] }
      }
      // Groups without rows: the fixed part alone.
      let there = Set(places.compactMap { $0 })
      for j in group.levels.indices where !there.contains(j) {
        guard let row = acting.row(effect: e, level: j) else { continue }
        set(
          first + j, GroupLines.combine(row, fit.fixedEffects, fit.fixedEffectCovariance).value, in: outcome)
      }
      if let k = names.firstIndex(of: name), let new = self.place(["new", group.factor, name]) {
        let component = fit.varianceComponents.first { $0.group == group.factor && $0.names.contains(name) }
        let own = component.flatMap { c in c.names.firstIndex(of: name).map { c.covariance[$0, $0] } } ?? 0
        let variance = fit.fixedEffectCovariance[k, k] + own
        set(new, fit.fixedEffects[k], error: variance.squareRoot() * errorFactor, in: outcome)
      }
    }
  }

  /// The lecture's formula: w_jȳ_j + (1 − w_j)ȳ_all with the standard error √(w_jσ²/n_j), and ȳ_all with its own for the population.
  private func fillLecturesFormula(_ formula: ModelFormula, into outcome: StrategyOutcome) throws {
    guard let sigma, let term = terms.first, let group = groups.first(where: { $0.factor == term.factor }),
      let first = place(["coef", group.factor, "(Intercept)"])
    else { return }
    let tau = term.law.sd[0]
    let pooling = try KnownVariancePooling(
      formula, data: table, by: PartialPoolingFormula(sigmaY: sigma, sigmaAlpha: tau))
    let places = places(of: pooling.entries.map(\.level), in: group)
    for (entry, place) in zip(pooling.entries, places) {
      guard let place else { continue }
      set(first + place, entry.estimate, error: entry.standardError, in: outcome)
      outcome.weights[first + place] = entry.weight ?? .nan
    }
    let error = pooling.entries.map { Double($0.count) }.withUnsafeBufferPointer {
      KnownVariancePooling.overallMeanError(counts: $0, sigmaAlpha: tau, sigmaY: sigma)
    }
    set(place(["fixed", "(Intercept)"]), pooling.overallMean, error: error, in: outcome)
    set(
      place(["new", group.factor, "(Intercept)"]), pooling.overallMean,
      error: (error * error + tau * tau).squareRoot(), in: outcome)
  }

  private func fillTrueWeights(_ fit: LinearMixedModelFit, into weights: UnsafeMutablePointer<Double>) {
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
