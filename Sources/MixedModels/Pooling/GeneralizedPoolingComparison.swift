import Estimates
import LinearAlgebra
import ModelFormula
import Tables

/// Complete pooling, no pooling, LSDV and partial pooling of one generalized mixed-model formula, side by side, on the scale of the link.
///
/// Entries are those of `PoolingComparison`, partial pooling under `ml`. No pooling is a regression of each group's rows; LSDV one of all rows with
/// coefficients of each group's own. Where they have no finite estimate, as in groups of failures alone, the estimate is −∞ or +∞ and its standard error
/// NaN: partial pooling has a finite one. θ of the negative binomial and the shape are those of partial pooling in all strategies.
public struct GeneralizedPoolingComparison: Sendable {
  /// The grouping factor.
  public var groupingFactor: String { fit.model.groupingFactor }
  /// Its levels.
  public var levels: [String] { fit.model.groupLevels }
  /// Their numbers of rows.
  public let counts: [Int]
  /// The coefficients that vary over groups.
  public let terms: [String]
  /// All entries: strategy by strategy, level by level, term by term.
  public internal(set) var entries: [PoolingComparison.Entry]
  /// Complete pooling: the model without the grouping factor.
  public let completePooling: GeneralizedLinearModelFit
  /// Partial pooling.
  public let fit: GeneralizedLinearMixedModelFit
  /// Whether LSDV is left out because its dummy variables would be too many.
  public var leavesOutLSDV: Bool { !entries.contains { $0.strategy == .lsdv } }

  /// Entries of the dummy variables' matrix beyond which LSDV is left out.
  private static let mostDummies = 50_000_000

  /// Fits all strategies.
  /// - Throws: as `GeneralizedLinearMixedModel`; `FitError.severalGroupingFactors`.
  public init(
    _ formula: ModelFormula, data: DataTable, _ distribution: GeneralizedSpecification,
    roles: ColumnRoles = ColumnRoles()
  ) throws {
    let model = try GeneralizedLinearMixedModel(
      formula, data: data, family: distribution.family, link: distribution.link, roles: roles)
    if model.factors.count > 1 { throw FitError.severalGroupingFactors(model.factors.map(\.name)) }
    let fit = try model.fit(distribution.approximation, determinant: distribution.determinant)
    let complete = try GeneralizedLinearModel(
      ModelFormula(formula.fixedText), data: data.selecting(rows: model.frame.usedRows),
      family: distribution.family, link: distribution.link, roles: roles
    ).fit()
    let (levels, counts) = (model.groupLevels, model.groupSizes)
    let terms = model.randomEffectNames
    let regressions = RowRegressions(fit)

    var entries: [PoolingComparison.Entry] = []
    func add(
      _ strategy: PoolingMethod, _ j: Int, _ k: Int, _ value: (estimate: Double, error: Double),
      weight: Double? = nil, jointWeight: Double? = nil, movement: Double? = nil
    ) {
      entries.append(
        .init(
          strategy: strategy, level: levels[j], count: counts[j], term: terms[k], estimate: value.estimate,
          standardError: value.error, weight: weight, jointWeight: jointWeight, movement: movement))
    }
    for j in levels.indices {
      for (k, term) in terms.enumerated() {
        let place = complete.coefficientNames.firstIndex(of: term)
        add(
          .complete, j, k,
          (
            place.map { complete.coefficients[$0] } ?? .nan, place.map { complete.standardErrors[$0] } ?? .nan
          ))
      }
    }
    let own = levels.indices.map { regressions.ofLevel($0) }
    for j in levels.indices { for k in terms.indices { add(.none, j, k, own[j][k]) } }
    if model.frame.response.count * levels.count * terms.count <= GeneralizedPoolingComparison.mostDummies {
      let dummies = regressions.ofAllLevels
      for j in levels.indices {
        for k in terms.indices { add(.lsdv, j, k, dummies[j * terms.count + k]) }
      }
    }
    let (coefficients, errors) = (fit.groupCoefficients, fit.groupCoefficientErrors)
    for j in levels.indices {
      let (weights, joint) = (fit.weights(ofLevel: j), fit.jointWeights(ofLevel: j))
      for (k, term) in terms.enumerated() {
        let column = fit.coefficientNames.firstIndex(of: term)!
        let estimate = coefficients[j, column]
        add(
          .ml, j, k, (estimate, errors[j, column]), weight: weights[k], jointWeight: joint[k, k],
          movement: estimate - own[j][k].estimate)
      }
    }
    self.counts = counts
    self.terms = terms
    self.entries = entries
    completePooling = complete
    self.fit = fit
  }

  /// The strategies that were compared, in order.
  public var methods: [PoolingMethod] {
    PoolingMethod.allCases.filter { method in entries.contains { $0.strategy == method } }
  }

  /// Levels whose own regression has no finite estimate of some coefficient.
  public var separatedLevels: [String] {
    levels.filter { level in
      entries.contains { $0.strategy == .none && $0.level == level && $0.estimate.isInfinite }
    }
  }

  /// The numbers with their addresses, as for linear models: `complete.TERM(.se)`, `none.LEVEL.TERM(.se)`, `lsdv.…`, `ml.LEVEL.TERM(.se .weight .joint_weight
  /// .movement)`, `n.LEVEL`.
  public var estimates: Estimates {
    var all = Estimates()
    for (k, name) in completePooling.coefficientNames.enumerated() {
      all.append(
        EstimateRow(
          ["complete", name], effect: .pooling, term: name,
          [
            .init("estimate", completePooling.coefficients[k]),
            .init("std.error", completePooling.standardErrors[k]),
          ]))
    }
    for entry in entries where entry.strategy != .complete { all.append(entry.row(group: groupingFactor)) }
    for (level, count) in zip(levels, counts) { all.append(scalar: "n", level, value: Double(count)) }
    return all
  }
}
