import Estimates
import LinearAlgebra
import ModelFormula
import Tables

/// Complete pooling, no pooling, LSDV and partial pooling (REML and ML) of one mixed-model formula, side by side.
///
/// Each entry says what one strategy gives one group for one coefficient that varies over groups. `weight` is the share of the
/// group's own information, effect by effect (its reliability Σ_kk/(Σ_kk + V_kk); 1 = no pooling, 0 = complete pooling). `jointWeight` is
/// the diagonal of W_j = Σ(Σ + V_j)⁻¹, the same for one effect; with correlated effects it can leave [0, 1], and an estimate may
/// move away from the mean, because the other coefficient's evidence moves it too.
///
/// `movement` is the signed difference partial − none of the two estimates. Where a group's rows do not determine all its
/// coefficients, no pooling keeps the constant and leaves the others out (`undeterminedLevels`), so that there the two constants mean
/// different things.
public struct PoolingComparison: Sendable {
  /// One number of the comparison.
  public struct Entry: Sendable, Equatable {
    /// The strategy.
    public let strategy: PoolingMethod
    /// The level of the grouping factor.
    public let level: String
    /// The level's number of rows.
    public let count: Int
    /// The coefficient.
    public let term: String
    /// Its estimate, in the unit of the response per unit of the term.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// The share of the group's own information; partial pooling only.
    public let weight: Double?
    /// The diagonal entry of W_j; partial pooling only.
    public let jointWeight: Double?
    /// partial − none; partial pooling only.
    public let movement: Double?
  }

  /// The grouping factor.
  public let groupingFactor: String
  /// Its levels.
  public let levels: [String]
  /// Their numbers of rows.
  public let counts: [Int]
  /// Levels whose rows do not determine all coefficients of their own regression.
  public let undeterminedLevels: [String]
  /// The coefficients that vary over groups.
  public let terms: [String]
  /// All entries: strategy by strategy, level by level, term by term.
  public internal(set) var entries: [Entry]
  /// Complete pooling: the regression without the grouping factor.
  public let completePooling: LinearModelFit
  /// Partial pooling by REML.
  public let reml: LinearMixedModelFit
  /// Partial pooling by ML.
  public let ml: LinearMixedModelFit

  /// Fits all strategies.
  /// - Parameter known: the closed form for known variances, to be set beside them.
  /// - Throws: as `LinearMixedModel`.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(),
    known: KnownVariancePooling? = nil
  ) throws {
    let model = try LinearMixedModel(formula, data: data, roles: roles)
    if model.factors.count > 1 { throw FitError.severalGroupingFactors(model.factors.map(\.name)) }
    let reml = try model.fit(by: .reml)
    let ml = try model.fit(by: .ml)
    // The complete-pooling model uses the rows of the mixed model, so that all strategies see the same data.
    let complete = try LinearModel(
      ModelFormula(formula.fixedText), data: data.selecting(rows: model.frame.usedRows), roles: roles
    ).fit()
    let levels = model.groupLevels
    let counts = model.groupSizes
    var terms: [String] = []
    for name in model.randomEffectNames where !terms.contains(name) { terms.append(name) }

    let none = GroupRegressions.noPooling(model)
    let lsdv = GroupRegressions.lsdv(model)
    var entries: [Entry] = []
    func add(_ strategy: PoolingMethod, _ value: (Int, Int) -> (estimate: Double, error: Double)) {
      for (j, level) in levels.enumerated() {
        for (k, term) in terms.enumerated() {
          let (estimate, error) = value(j, k)
          entries.append(
            Entry(
              strategy: strategy, level: level, count: counts[j], term: term, estimate: estimate,
              standardError: error, weight: nil, jointWeight: nil, movement: nil))
        }
      }
    }
    add(.complete) { _, k in
      let place = complete.coefficientNames.firstIndex(of: terms[k])
      return (
        place.map { complete.coefficients[$0] } ?? .nan, place.map { complete.standardErrors[$0] } ?? .nan
      )
    }
    add(.none) { j, k in (none.estimates[j, k], none.errors[j, k]) }
    add(.lsdv) { j, k in (lsdv.estimates[j, k], lsdv.errors[j, k]) }
    for fit in [reml, ml] {
      let coefficients = fit.groupCoefficients
      let errors = fit.groupCoefficientErrors
      for (j, level) in levels.enumerated() {
        let weights = fit.weights(ofLevel: j)
        let joint = fit.jointWeights(ofLevel: j)
        for (k, term) in terms.enumerated() {
          let column = fit.coefficientNames.firstIndex(of: term)!
          let effect = model.randomEffectNames.firstIndex(of: term)!
          let estimate = coefficients[j, column]
          entries.append(
            Entry(
              strategy: fit.method == .reml ? .reml : .ml, level: level, count: counts[j], term: term,
              estimate: estimate, standardError: errors[j, column], weight: weights[effect],
              jointWeight: joint[effect, effect],
              movement: estimate - none.estimates[j, k]))
        }
      }
    }
    if let known { entries += known.entries }
    groupingFactor = model.groupingFactor
    self.levels = levels
    self.counts = counts
    undeterminedLevels = zip(levels, none.determined).filter { !$0.1 }.map(\.0)
    self.terms = terms
    self.entries = entries
    completePooling = complete
    self.reml = reml
    self.ml = ml
  }

  /// The strategies that were compared, in order.
  public var methods: [PoolingMethod] {
    PoolingMethod.allCases.filter { method in entries.contains { $0.strategy == method } }
  }

  /// The entry of a strategy, level and term.
  public subscript(strategy: PoolingMethod, level: String, term: String) -> Entry? {
    entries.first { $0.strategy == strategy && $0.level == level && $0.term == term }
  }

  /// The numbers with their addresses: `complete.TERM(.se)`, `none.LEVEL.TERM(.se)`, `lsdv.…`, `reml.LEVEL.TERM(.se .weight .joint_weight .movement)`, `ml.…`, `n.LEVEL`.
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

extension PoolingComparison.Entry {
  /// The entry as an addressed row `STRATEGY.LEVEL.TERM`.
  func row(group: String) -> EstimateRow {
    var quantities: [EstimateRow.Quantity] = [.init("estimate", estimate), .init("std.error", standardError)]
    if let weight { quantities.append(.init("weight", weight)) }
    if let jointWeight { quantities.append(.init("joint_weight", jointWeight)) }
    if let movement { quantities.append(.init("movement", movement)) }
    return EstimateRow(
      [strategy.rawValue, level, term], effect: .pooling, group: group, level: level, term: term, quantities)
  }
}
