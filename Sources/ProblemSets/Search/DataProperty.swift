import Glibc
import MixedModels
import ModelFormula
import Tables

/// A property of a data set that teaching wants, or wants to avoid.
public enum DataProperty: Sendable, Equatable {
  /// The REML fit ends on a boundary: a variance of 0, or a correlation of ±1.
  case boundary
  /// Some group's REML intercept differs from its LSDV one by at least so many per cent of the LSDV intercepts' standard deviation.
  case lsdvDiffers(percent: Double)
  /// No group's REML intercept differs from its LSDV one by more than so many per cent of that standard deviation.
  case lsdvAgrees(percent: Double)
  /// Simpson's reversal: the slope over all rows and the common slope within groups have opposite signs.
  case simpson
  /// One group's intercept moves at least so many times as far as any other's, from LSDV to REML: the same
  /// model without and with pooling, so that slopes which do not vary are common to the groups in both.
  case onePulledMost(times: Double)
  /// The one largest group is not the one whose intercept moves least, from LSDV to REML.
  case largestNotLeastPulled
  /// A logistic regression with an intercept for each group has no finite estimates.
  case separation

  /// Whether a data set has it, and the number that says how much; nil where the models cannot be fitted.
  /// - Throws: `FormulaError` for columns that are not there; what the fits throw of designs without meaning.
  func found(in data: DataTable, _ formula: ModelFormula) throws -> (holds: Bool, measure: Double) {
    switch self {
    case .boundary:
      let fit = try LinearMixedModel(formula, data: data).fit(by: .reml)
      let smallest = fit.varianceComponents.flatMap(\.standardDeviations).min() ?? 0
      return (fit.diagnostics.isSingular, smallest)
    case .lsdvDiffers(let percent):
      let gap = try DataProperty.lsdvGap(data, formula)
      return (gap >= percent, gap)
    case .lsdvAgrees(let percent):
      let gap = try DataProperty.lsdvGap(data, formula)
      return (gap <= percent, gap)
    case .simpson:
      let pooling = try PoolingComparison(formula, data: data)
      guard let term = pooling.completePooling.coefficientNames.first(where: { $0 != "(Intercept)" }),
        let k = pooling.completePooling.coefficientNames.firstIndex(of: term)
      else { throw DataSearchError.needsPredictor }
      let all = pooling.completePooling.coefficients[k]
      let within = try DataProperty.commonSlope(data, formula, term)
      return (all * within < 0, within)
    case .onePulledMost(let times):
      let moves = try DataProperty.moves(data, formula).map(\.distance).sorted(by: >)
      guard moves.count > 1 else { throw DataSearchError.needsGroups }
      let ratio = moves[1] > 0 ? moves[0] / moves[1] : moves[0] > 0 ? .infinity : 1
      return (ratio >= times, ratio)
    case .largestNotLeastPulled:
      let moves = try DataProperty.moves(data, formula)
      let largest = moves.map(\.count).max() ?? 0
      let those = moves.filter { $0.count == largest }
      let least = moves.map(\.distance).min() ?? 0
      guard moves.count > 1 else { throw DataSearchError.needsGroups }
      guard those.count == 1 else { throw DataSearchError.noLargestGroup(tied: those.count, rows: largest) }
      return (those[0].distance > least, those[0].distance - least)
    case .separation:
      let model = try GeneralizedLinearModel(
        DataProperty.dummyFormula(formula), data: data, family: .binomial)
      let fit = try model.fit()
      return (fit.separation != nil, fit.separation == nil ? 0 : 1)
    }
  }

  /// |REML − LSDV| of each group's intercept with the group's size; LSDV is the model's own fit without
  /// pooling.
  private static func moves(
    _ data: DataTable, _ formula: ModelFormula
  ) throws -> [(count: Int, distance: Double)] {
    let pooling = try PoolingComparison(formula, data: data)
    return zip(pooling.levels, pooling.counts).compactMap { level, count in
      guard let own = pooling[.lsdv, level, "(Intercept)"],
        let partial = pooling[.reml, level, "(Intercept)"],
        own.estimate.isFinite
      else { return nil }
      return (count, abs(partial.estimate - own.estimate))
    }
  }

  /// The largest |REML − LSDV| of intercepts in per cent of the LSDV intercepts' standard deviation.
  private static func lsdvGap(_ data: DataTable, _ formula: ModelFormula) throws -> Double {
    let entries = try PoolingComparison(formula, data: data).entries
    func estimates(_ strategy: PoolingMethod) -> [String: Double] {
      Dictionary(
        entries.filter { $0.strategy == strategy && $0.term == "(Intercept)" }.map { ($0.level, $0.estimate) }
      ) { first, _ in first }
    }
    let (own, partial) = (estimates(.lsdv), estimates(.reml))
    let shared = own.keys.filter { partial[$0] != nil }.sorted()
    guard shared.count > 1 else { throw DataSearchError.needsGroups }
    let values = shared.map { own[$0]! }
    let mean = values.reduce(0, +) / Double(values.count)
    let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    let gap = shared.map { abs(own[$0]! - partial[$0]!) }.max() ?? 0
    return 100 * gap / sd
  }

  /// The slope of a term in least squares with a dummy variable for each group.
  private static func commonSlope(
    _ data: DataTable, _ formula: ModelFormula, _ term: String
  ) throws -> Double {
    let fit = try LinearModel(dummyFormula(formula), data: data).fit()
    guard let k = fit.coefficientNames.firstIndex(of: term) else { throw DataSearchError.needsPredictor }
    return fit.coefficients[k]
  }

  /// The formula with its first grouping factor as a predictor in place of terms with a bar.
  static func dummyFormula(_ formula: ModelFormula) throws -> ModelFormula {
    guard let group = formula.randomTerms.first?.groupingFactor.text else {
      throw DataSearchError.needsGroups
    }
    return try ModelFormula("\(formula.fixedText) + factor(\(group))")
  }
}

/// Why a property cannot be looked for.
public enum DataSearchError: Error, Equatable, Sendable, CustomStringConvertible {
  case needsPredictor
  case needsGroups
  /// Several groups have the largest number of rows.
  case noLargestGroup(tied: Int, rows: Int)

  /// What was found and what would work.
  public var description: String {
    switch self {
    case .needsPredictor: "the formula has no predictor with a slope; y ~ x + (1 | g) would work"
    case .needsGroups:
      "the formula has no grouping factor with two or more levels; y ~ x + (1 | g) would work"
    case .noLargestGroup(let tied, let rows):
      "no group is the largest: \(tied) have \(rows) rows each; groups of different size would work "
        + "(of the salary data --n 96, of a design a list of sizes)"
    }
  }
}
