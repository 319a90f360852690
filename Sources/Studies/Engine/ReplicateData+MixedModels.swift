import Designs
import LinearAlgebra
import MixedModels
import ModelFormula

extension ReplicateData {
  /// Partial pooling: fixed effects, standard deviations and correlations, groups and a new one.
  ///
  /// - Parameters:
  ///   - errorFactor: what makes the standard errors those of the true residual SD; 1 where it is estimated.
  ///   - tests: degrees of freedom of the fixed effects' t intervals; nil for normal intervals.
  func fill(
    _ fit: LinearMixedModelFit, _ fitted: FittedFormula, errorFactor: Double,
    degreesOfFreedom tests: FixedEffectTests?, into outcome: StrategyOutcome
  ) throws {
    let names = fit.model.fixedEffectNames
    if errorFactor == 1 { set(place(["residual"], suffix: ".sd"), fit.sigma, in: outcome) }
    for (g, group) in groups.enumerated() {
      let effects = fit.randomEffects.first { $0.factor.name == group.factor }
      let lines = try fitted.lines(
        group, of: names, effects: effects?.factor.effectNames ?? [], fit.model.frame, data: table)
      if g == 0 { fillFixedEffects(fit, lines, errorFactor: errorFactor, tests, into: outcome) }
      guard let effects else { continue }
      fill(effects, of: group, fit, lines, errorFactor: errorFactor, into: outcome)
      if errorFactor == 1 { fillSpread(of: group, fit, fitted, lines, into: outcome) }
      fillNewGroup(group, fit, lines, errorFactor: errorFactor, into: outcome)
    }
  }

  private func fillFixedEffects(
    _ fit: LinearMixedModelFit, _ lines: GroupLines, errorFactor: Double, _ tests: FixedEffectTests?,
    into outcome: StrategyOutcome
  ) {
    for name in design.fixedEffectNames {
      guard let row = lines.populationRow(name) else { continue }
      let acting = row.fixed.indices.filter { row.fixed[$0] != 0 }
      guard !acting.isEmpty else { continue }
      let (value, variance) = row.combine(fit.fixedEffects, fit.fixedEffectCovariance)
      var (error, df) = (variance.squareRoot() * errorFactor, Double.infinity)
      if let tests {
        // Satterthwaite's degrees of freedom are those of single coefficients.
        if acting.count == 1 { df = tests.coefficients[acting[0]].degreesOfFreedom } else { error = .nan }
      }
      set(place(["fixed", name]), value, error: error, df: df, in: outcome)
    }
  }

  /// Standard deviations and correlations of the effects.
  private func fillSpread(
    of group: GroupTruth, _ fit: LinearMixedModelFit, _ fitted: FittedFormula, _ lines: GroupLines,
    into outcome: StrategyOutcome
  ) {
    let own = terms.filter { $0.factor == group.factor }
    for term in own {
      let covariance: Matrix
      if fitted.countsAsDesign {
        guard
          let component = fit.varianceComponents.first(where: {
            $0.group == group.factor && $0.names == term.effectNames
          })
        else { continue }
        fill(term, component.standardDeviations, component.correlations, into: outcome)
        continue
      } else {
        let rows = term.effectNames.compactMap { lines.populationRow($0)?.random }
        guard own.count == 1, rows.count == term.effectNames.count,
          rows.allSatisfy({ $0.contains { $0 != 0 } })
        else { continue }
        covariance = ReplicateData.effectCovariance(fit, of: group.factor).between(rows)
      }
      let sd = (0..<covariance.rows).map { max(0, covariance[$0, $0]).squareRoot() }
      var correlations = covariance
      for a in sd.indices { for b in sd.indices { correlations[a, b] /= sd[a] * sd[b] } }
      fill(term, sd, correlations, into: outcome)
    }
  }

  private func fill(
    _ term: DataDesign.RandomTerm, _ sd: [Double], _ correlations: Matrix, into outcome: StrategyOutcome
  ) {
    // A correlation of effects that vary by rounding alone is no estimate.
    func varies(_ effect: String) -> Bool {
      let address = ["coef", term.factor, effect].joined(separator: ".")
      guard let members = layout.estimands.first(where: { $0.address == address })?.members,
        members.contains(where: { !outcome.weights[$0].isNaN })
      else { return true }
      return outcome.varies(in: members)
    }
    for (a, name) in term.effectNames.enumerated() {
      set(place(["random", term.label, name], suffix: ".sd"), sd[a], in: outcome)
      for b in term.effectNames.indices where b > a && varies(name) && varies(term.effectNames[b]) {
        set(place(["random", term.label, name, term.effectNames[b]]), correlations[a, b], in: outcome)
      }
    }
  }

  /// The covariance of all effects of a factor, term after term.
  private static func effectCovariance(_ fit: LinearMixedModelFit, of factor: String) -> Matrix {
    let components = fit.varianceComponents.filter { $0.group == factor }
    let q = components.reduce(0) { $0 + $1.names.count }
    var covariance = Matrix(rows: q, columns: q)
    var offset = 0
    for component in components {
      for a in component.names.indices {
        for b in component.names.indices { covariance[offset + a, offset + b] = component.covariance[a, b] }
      }
      offset += component.names.count
    }
    return covariance
  }

  private func fill(
    _ effects: FactorEffects, of group: GroupTruth, _ fit: LinearMixedModelFit, _ lines: GroupLines,
    errorFactor: Double, into outcome: StrategyOutcome
  ) {
    let places = places(of: effects.factor.levels, in: group)
    let modes = effects.modes
    let knowsErrors = !fit.model.isIterative
    let there = Set(places.compactMap { $0 })
    for (e, name) in group.effectNames.enumerated() {
      guard let first = place(["coef", group.factor, name]) else { continue }
      for (j, place) in places.enumerated() {
        guard let place, let row = lines.row(effect: e, level: place), !row.isEmpty else { continue }
        let acting = row.random.indices.filter { row.random[$0] != 0 }
        var (value, variance) = row.combine(fit.fixedEffects, fit.fixedEffectCovariance)
        for a in acting { value += row.random[a] * modes[j, a] }
        if knowsErrors, !acting.isEmpty {
          let prediction = effects.predictionCovariance(ofLevel: j)
          let cross = effects.crossCovariance(ofLevel: j)
          for a in acting {
            for b in acting { variance += row.random[a] * row.random[b] * prediction[a, b] }
            for c in row.fixed.indices where row.fixed[c] != 0 {
              variance += 2 * row.fixed[c] * row.random[a] * cross[c, a]
            }
          }
        }
        set(
          first + place, value, error: knowsErrors ? max(0, variance).squareRoot() * errorFactor : .nan,
          in: outcome)
        if acting.count == 1 { outcome.weights[first + place] = effects.weights(ofLevel: j)[acting[0]] }
      }
      // Groups without rows: the fixed part alone.
      for j in group.levels.indices where !there.contains(j) {
        guard let row = lines.row(effect: e, level: j) else { continue }
        set(first + j, row.combine(fit.fixedEffects, fit.fixedEffectCovariance).value, in: outcome)
      }
    }
  }

  private func fillNewGroup(
    _ group: GroupTruth, _ fit: LinearMixedModelFit, _ lines: GroupLines, errorFactor: Double,
    into outcome: StrategyOutcome
  ) {
    for name in group.effectNames {
      guard let new = place(["new", group.factor, name]), let row = lines.populationRow(name),
        row.fixed.contains(where: { $0 != 0 })
      else { continue }
      let (value, variance) = row.combine(fit.fixedEffects, fit.fixedEffectCovariance)
      let own = ReplicateData.effectCovariance(fit, of: group.factor).between([row.random])[0, 0]
      set(new, value, error: (variance + own).squareRoot() * errorFactor, in: outcome)
    }
  }
}

extension Matrix {
  /// RΣR' for rows of coefficients.
  fileprivate func between(_ rows: [[Double]]) -> Matrix {
    var result = Matrix(rows: rows.count, columns: rows.count)
    for i in rows.indices {
      for k in rows.indices {
        var sum = 0.0
        for a in rows[i].indices where rows[i][a] != 0 {
          for b in rows[k].indices where rows[k][b] != 0 { sum += rows[i][a] * rows[k][b] * self[a, b] }
        }
        result[i, k] = sum
      }
    }
    return result
  }
}
