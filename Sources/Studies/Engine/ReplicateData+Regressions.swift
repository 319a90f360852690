import Designs
import LinearAlgebra
import MixedModels
import ModelFormula

extension ReplicateData {
  /// Complete pooling.
  func fill(_ model: LinearModel, _ fitted: FittedFormula, into outcome: StrategyOutcome) throws {
    let fit = model.fit()
    let df = Double(fit.residualDegreesOfFreedom)
    set(place(["residual"], suffix: ".sd"), fit.sigma, in: outcome)
    func fill(_ place: Int?, with row: LineRow) {
      let (value, variance) = row.combine(fit.coefficients, fit.covariance)
      set(place, value, error: variance.squareRoot(), df: df, in: outcome)
    }
    for (g, group) in groups.enumerated() {
      let lines = try fitted.lines(
        group, of: fit.coefficientNames, effects: [], model.frame, data: table)
      if g == 0 {
        for name in design.fixedEffectNames {
          if let row = lines.populationRow(name) { fill(place(["fixed", name]), with: row) }
        }
      }
      for (e, name) in group.effectNames.enumerated() {
        guard let first = place(["coef", group.factor, name]) else { continue }
        for j in group.levels.indices {
          guard let row = lines.row(effect: e, level: j), !row.isEmpty else { continue }
          fill(first + j, with: row)
          outcome.weights[first + j] = 0
        }
        if let row = lines.populationRow(name) { fill(place(["new", group.factor, name]), with: row) }
      }
    }
  }

  /// Regressions group by group.
  enum Regressions { case noPooling, lsdv }

  /// No pooling, and dummy variables.
  func fill(
    _ kind: Regressions, _ model: LinearMixedModel, _ fitted: FittedFormula, into outcome: StrategyOutcome
  ) throws {
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
    let lines =
      fitted.countsAsDesign
      ? nil : try fitted.lines(group, of: own.names, effects: [], model.frame, data: table)
    let names =
      lines == nil ? own.names : ReplicateData.different(design.fixedEffectNames + group.effectNames)
    // A regression without a slope is no answer to a question of slopes.
    let asked = own.names.indices.filter { k in
      varying.contains(own.names[k])
        || kind == .noPooling && table[own.names[k]] != nil && !group.heldColumns.contains(own.names[k])
    }
    // Nor is a line whose slope its rows do not determine one at x = 0.
    func isLine(_ j: Int) -> Bool { asked.allSatisfy { isKnown(j, $0) } }
    // With group-level predictors the mean and spread of the groups' own lines are no longer those of β and the effects.
    func describesPopulation(_ name: String) -> Bool {
      guard let e = group.effectNames.firstIndex(of: name) else {
        return group.lines.storage.elementsEqual(group.coefficients.storage)
      }
      return group.lines.column(e) == group.coefficients.column(e)
    }
    for name in names {
      var acting = own.names.firstIndex(of: name).map { [$0] } ?? []
      if let row = lines?.populationRow(name) { acting = row.fixed.indices.filter { row.fixed[$0] != 0 } }
      let isCommon = kind == .lsdv && !acting.contains { varying.contains(own.names[$0]) }
      let first = place(["coef", group.factor, name])
      var known: [Double] = []
      var commonError = Double.nan
      for j in sizes.indices where isCommon || isLine(j) {
        let row = lines.map { lines -> LineRow? in
          guard let e = group.effectNames.firstIndex(of: name) else { return lines.populationRow(name) }
          return places[j].flatMap { lines.row(effect: e, level: $0) }
        }
        guard let (value, error) = own.coefficient(name, of: j, row) else { continue }
        let df = kind == .lsdv ? lsdvDF : sizes[j] - own.names.indices.count { isKnown(j, $0) }
        known.append(value)
        commonError = error
        if let first, let place = places[j] {
          set(first + place, value, error: error, df: Double(df), in: outcome)
          outcome.weights[first + place] = 1
        }
      }
      guard !known.isEmpty else { continue }
      if isCommon {
        set(place(["fixed", name]), known[0], error: commonError, df: Double(lsdvDF), in: outcome)
        continue
      }
      guard describesPopulation(name) else { continue }
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
    if asked.contains(where: { !own.isDetermined($0) }) {
      outcome.fail(.unidentified, "no group's rows determine its coefficients")
    } else if kind == .lsdv, lsdvDF <= 0 {
      outcome.fail(.unidentified, "no rows are left for the residual variance")
    }
  }

  private static func different(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}

extension GroupRegressions {
  /// Whether some group's rows determine a coefficient.
  fileprivate func isDetermined(_ k: Int) -> Bool {
    (0..<estimates.rows).contains { !estimates[$0, k].isNaN }
  }

  /// A coefficient of a group: its own by name, or a combination of them; nil where the group's rows do not determine it.
  ///
  /// Columns that no group determines are part of others, as a group-level predictor is of the intercept. The standard error is that of a single
  /// coefficient, NaN of a combination.
  fileprivate func coefficient(_ name: String, of j: Int, _ row: LineRow??) -> (value: Double, error: Double)?
  {
    guard let row else {
      guard let k = names.firstIndex(of: name), !estimates[j, k].isNaN else { return nil }
      return (estimates[j, k], errors[j, k])
    }
    guard let row else { return nil }
    let acting = row.fixed.indices.filter { row.fixed[$0] != 0 && isDetermined($0) }
    guard let last = acting.last else { return nil }
    let value = acting.reduce(0) { $0 + row.fixed[$1] * estimates[j, $1] }
    guard !value.isNaN else { return nil }
    return (value, acting.count == 1 ? abs(row.fixed[last]) * errors[j, last] : .nan)
  }
}
