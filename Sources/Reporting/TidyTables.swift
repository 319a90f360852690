import Distributions
import MixedModels
import Tables

/// The kinds of rows in a tidy table of a mixed model, by broom.mixed's names.
public enum TidyEffect: String, Sendable, CaseIterable {
  /// Fixed effects with standard errors and t statistics.
  case fixed
  /// Standard deviations and correlations of the random effects, and the residual standard deviation.
  case variance = "ran_pars"
  /// Conditional modes with conditional standard deviations.
  case mode = "ran_vals"
  /// Coefficients of the groups: fixed effect plus mode, with standard errors from the joint covariance (errors of prediction,
  /// which R does not give).
  case coefficient = "ran_coefs"
}

extension LinearMixedModelFit {
  /// All tidy rows: fixed effects, variance parameters, conditional modes, group coefficients.
  public var tidyTable: DataTable { tidyTable(TidyEffect.allCases) }

  /// Tidy rows, one a number, in broom.mixed's order and with its column names; columns that no chosen kind uses are left out.
  /// - Parameters:
  ///   - effects: the kinds of rows.
  ///   - tests: tests of the fixed effects, which get the columns `df` and `p.value`.
  ///   - confidenceLevel: adds Wald limits `conf.low` and `conf.high` where there is a standard error.
  ///   - asVariances: variances and covariances in place of standard deviations and correlations.
  /// - Precondition: the level is between 0 and 1.
  public func tidyTable(
    _ effects: [TidyEffect], tests: FixedEffectTests? = nil, confidenceLevel: Double? = nil,
    asVariances: Bool = false
  ) -> DataTable {
    let fixed: [TidyRows.Row]
    if let tests {
      fixed = tests.coefficients.map {
        .init(
          effect: .fixed, term: $0.name, estimate: $0.estimate, standardError: $0.standardError,
          statistic: $0.statistic, degreesOfFreedom: $0.degreesOfFreedom, pValue: $0.pValue)
      }
    } else {
      fixed = fixedEffectStandardErrors.enumerated().map { i, error in
        .init(
          effect: .fixed, term: model.fixedEffectNames[i], estimate: fixedEffects[i], standardError: error,
          statistic: fixedEffects[i] / error)
      }
    }
    return tidyRows(effects, fixed: fixed, sigma: sigma, asVariances: asVariances)
      .table(confidenceLevel: confidenceLevel)
  }

  /// One row about the whole fit, as broom.mixed's `glance`.
  public var glanceTable: DataTable {
    DataTable([
      Column("nobs", [observationCount]), Column("sigma", [sigma]), Column("logLik", [logLikelihood]),
      Column("AIC", [aic]), Column("BIC", [bic]),
      Column(method == .reml ? "REMLcrit" : "deviance", [criterion]),
      Column("df.residual", [observationCount - parameterCount]),
    ])
  }
}

extension GeneralizedLinearMixedModelFit {
  /// All tidy rows: fixed effects, variance parameters, conditional modes, group coefficients.
  public var tidyTable: DataTable { tidyTable(TidyEffect.allCases) }

  /// Tidy rows, one a number, as for linear mixed models; fixed effects have z statistics and p values.
  /// - Parameters:
  ///   - effects: the kinds of rows.
  ///   - confidenceLevel: adds Wald limits `conf.low` and `conf.high` where there is a standard error.
  ///   - asVariances: variances and covariances in place of standard deviations and correlations.
  /// - Precondition: the level is between 0 and 1.
  public func tidyTable(
    _ effects: [TidyEffect], confidenceLevel: Double? = nil, asVariances: Bool = false
  ) -> DataTable {
    let (errors, statistics, pValues) = (fixedEffectStandardErrors, statistics, pValues)
    let fixed = fixedEffects.indices.map { i in
      TidyRows.Row(
        effect: .fixed, term: model.fixedEffectNames[i], estimate: fixedEffects[i], standardError: errors[i],
        statistic: statistics[i], pValue: pValues[i])
    }
    return tidyRows(effects, fixed: fixed, sigma: nil, asVariances: asVariances)
      .table(confidenceLevel: confidenceLevel)
  }

  /// One row about the whole fit, as broom.mixed's `glance`.
  public var glanceTable: DataTable {
    DataTable([
      Column("nobs", [observationCount]), Column("logLik", [logLikelihood]), Column("AIC", [aic]),
      Column("BIC", [bic]), Column("deviance", [conditionalDeviance]),
      Column("df.residual", [observationCount - parameterCount]),
    ])
  }
}

extension MixedModelFit {
  /// The rows of some kinds.
  /// - Parameters:
  ///   - fixed: those of the fixed effects.
  ///   - sigma: the residual standard deviation; nil for a model without one.
  fileprivate func tidyRows(
    _ effects: [TidyEffect], fixed: [TidyRows.Row], sigma: Double?, asVariances: Bool
  ) -> TidyRows {
    var rows = TidyRows()
    for effect in TidyEffect.allCases where effects.contains(effect) {
      switch effect {
      case .fixed: for row in fixed { rows.append(row) }
      case .variance: appendVariances(to: &rows, sigma: sigma, squared: asVariances)
      case .mode: appendModes(to: &rows)
      case .coefficient: appendCoefficients(to: &rows)
      }
    }
    return rows
  }

  private func appendVariances(to rows: inout TidyRows, sigma: Double?, squared: Bool) {
    for component in varianceComponents {
      let names = component.names
      let deviations = component.standardDeviations
      let correlations = component.correlations
      for j in names.indices {
        rows.append(
          .init(
            effect: .variance, group: component.label, term: (squared ? "var__" : "sd__") + names[j],
            estimate: squared ? component.covariance[j, j] : deviations[j]))
        for i in names.indices where i > j {
          rows.append(
            .init(
              effect: .variance, group: component.label,
              term: (squared ? "cov__" : "cor__") + names[j] + "." + names[i],
              estimate: squared ? component.covariance[i, j] : correlations[i, j]))
        }
      }
    }
    guard let sigma else { return }
    rows.append(
      .init(
        effect: .variance, group: "Residual", term: (squared ? "var__" : "sd__") + "Observation",
        estimate: squared ? sigma * sigma : sigma))
  }

  private func appendModes(to rows: inout TidyRows) {
    for effects in randomEffects {
      let (modes, deviations) = (effects.modes, effects.conditionalStandardDeviations)
      for (i, name) in effects.factor.effectNames.enumerated() {
        for (j, level) in effects.factor.levels.enumerated() {
          rows.append(
            .init(
              effect: .mode, group: effects.factor.name, level: level, term: name, estimate: modes[j, i],
              standardError: deviations[j, i]))
        }
      }
    }
  }

  private func appendCoefficients(to rows: inout TidyRows) {
    for effects in randomEffects {
      let (values, errors) = (effects.coefficients, effects.coefficientErrors)
      for (k, name) in effects.coefficientNames.enumerated() {
        for (j, level) in effects.factor.levels.enumerated() {
          rows.append(
            .init(
              effect: .coefficient, group: effects.factor.name, level: level, term: name,
              estimate: values[j, k], standardError: errors[j, k]))
        }
      }
    }
  }
}

extension RegressionFit {
  /// One row a coefficient with estimate, standard error, t or z statistic and p value, as broom's `tidy`.
  public var tidyTable: DataTable {
    DataTable([
      Column("term", coefficientNames), Column("estimate", coefficients), Column("std.error", standardErrors),
      Column("statistic", statistics), Column("p.value", pValues),
    ])
  }
}

extension GeneralizedLinearModelFit {
  /// One row about the whole fit, as broom's `glance`.
  public var glanceTable: DataTable {
    DataTable([
      Column("null.deviance", [nullDeviance]), Column("df.null", [nullDegreesOfFreedom]),
      Column("logLik", [logLikelihood]), Column("AIC", [aic]), Column("BIC", [bic]),
      Column("deviance", [deviance]), Column("df.residual", [residualDegreesOfFreedom]),
      Column("nobs", [observationCount]),
    ])
  }
}

extension LinearModelFit {
  /// One row about the whole fit, as broom's `glance`.
  public var glanceTable: DataTable {
    DataTable([
      Column("r.squared", [rSquared]), Column("adj.r.squared", [adjustedRSquared]), Column("sigma", [sigma]),
      Column("statistic", [fStatistic?.value ?? .nan]), Column("p.value", [fStatistic?.pValue ?? .nan]),
      Column("df", .integer([fStatistic?.numerator])), Column("logLik", [logLikelihood]),
      Column("AIC", [aic]),
      Column("BIC", [bic]), Column("deviance", [deviance]), Column("df.residual", [residualDegreesOfFreedom]),
      Column("nobs", [observationCount]),
    ])
  }
}

extension GroupwiseModels {
  /// The tidy rows of all levels below each other, the level in the first column; it is called as the factor, or with `.1` behind where a
  /// tidy column has that name.
  public var tidyTable: DataTable {
    let tables = fits.map(\.fit.tidyTable)
    let levels = zip(fits, tables).flatMap { fit, table in
      [String](repeating: fit.level, count: table.rowCount)
    }
    let quantities = ["estimate", "std.error", "statistic", "p.value"]
    let name = DataTable.freeName(groupingFactor, among: ["term"] + quantities)
    return DataTable(
      [Column(name, levels), Column("term", fits.flatMap(\.fit.coefficientNames))]
        + quantities.map { quantity in Column(quantity, tables.flatMap { $0[quantity]!.numbers! }) })
  }
}

/// Rows on their way to a tidy table.
fileprivate struct TidyRows {
  struct Row {
    var effect: TidyEffect
    var group: String?
    var level: String?
    var term: String
    var estimate: Double
    var standardError: Double?
    var statistic: Double?
    var degreesOfFreedom: Double?
    var pValue: Double?
  }

  private var rows: [Row] = []

  mutating func append(_ row: Row) { rows.append(row) }

  func table(confidenceLevel: Double?) -> DataTable {
    var columns = [Column("effect", rows.map(\.effect.rawValue))]
    if rows.contains(where: { $0.group != nil }) { columns.append(Column("group", .text(rows.map(\.group)))) }
    if rows.contains(where: { $0.level != nil }) { columns.append(Column("level", .text(rows.map(\.level)))) }
    columns += [Column("term", rows.map(\.term)), Column("estimate", rows.map(\.estimate))]
    let errors = rows.map { $0.standardError ?? .nan }
    guard rows.contains(where: { $0.standardError != nil }) else { return DataTable(columns) }
    columns.append(Column("std.error", errors))
    if rows.contains(where: { $0.statistic != nil }) {
      columns.append(Column("statistic", rows.map { $0.statistic ?? .nan }))
    }
    if rows.contains(where: { $0.degreesOfFreedom != nil }) {
      columns.append(Column("df", rows.map { $0.degreesOfFreedom ?? .nan }))
    }
    if rows.contains(where: { $0.pValue != nil }) {
      columns.append(Column("p.value", rows.map { $0.pValue ?? .nan }))
    }
    if let confidenceLevel {
      precondition(confidenceLevel > 0 && confidenceLevel < 1, "confidence level \(confidenceLevel)")
      let z = NormalDistribution().quantile((1 + confidenceLevel) / 2)
      columns.append(Column("conf.low", zip(rows, errors).map { $0.estimate - z * $1 }))
      columns.append(Column("conf.high", zip(rows, errors).map { $0.estimate + z * $1 }))
    }
    return DataTable(columns)
  }
}
