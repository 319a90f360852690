import MixedModels
import ModelFormula
import Tables

/// A formula read as equations: which coefficients there are, which of them vary over groups, and around what.
///
/// The two levels are those of the lecture: observations i = 1 … n, groups j = 1 … J. A model with several grouping factors has groups
/// k = 1 … K, l = 1 … L beside them (`SeveralFactorEquations`).
struct ModelEquations {
  /// What becomes of a coefficient.
  enum Variation: Equatable {
    /// One value for all.
    case common
    /// One value a group, each estimated by itself (dummy variables).
    case free
    /// One value a group, drawn from a normal distribution around a mean.
    case modelled(mean: Mean)
  }

  /// The mean of a coefficient over groups.
  struct Mean: Equatable {
    /// Whether the mean has a constant that is estimated; if it has not and no predictor either, the mean is 0.
    var isEstimated: Bool
    /// Group-level predictors, by their position in `groupPredictors`.
    var predictors: [Int] = []
    var isZero: Bool { !isEstimated && predictors.isEmpty }
  }

  /// The constant or one slope.
  struct Coefficient: Equatable {
    /// nil for the constant, else the position of its predictor.
    var predictor: Int?
    /// `(Intercept)` or the term as R names it.
    var name: String
    var variation: Variation
    /// The grouping factor over which it varies by a distribution, by its position in `factors`.
    var factor: Int?
  }

  /// The formula as R deparses it.
  let formula: String
  /// The columns of its fixed part.
  let fixedVariables: Set<String>
  /// The response.
  let response: String
  /// The grouping factors of bars; outer ones stand before those within them.
  let factors: [GroupingFactor]
  /// The first grouping factor, of bars or of dummy variables.
  let groupingFactor: String?
  /// Predictors of the level of observations, and which of them are factors.
  private(set) var predictors: [String] = []
  let categorical: Set<String>
  /// Kinds of contrasts other than treatment contrasts, by factor.
  let contrasts: [String: Contrast]
  /// Predictors of the level of groups, known only where data tell.
  private(set) var groupPredictors: [String] = []
  /// The constant, if there is one, and the slopes.
  private(set) var coefficients: [Coefficient] = []
  /// Which coefficients share a covariance matrix, by position in `coefficients`.
  private(set) var blocks: [[Int]] = []
  /// Texts of calls that make several columns: `poly(x, 2)`, `ns(x, 3)`.
  let bases: Set<String>
  /// What `||` does with a factor's levels; nil where it meets no factor.
  let doubleBar: DoubleBar?
  /// What `offset(…)` adds to the linear predictor.
  let offsets: [String]
  /// The column of prior weights.
  let weights: String?
  /// The column of the observations' known standard errors.
  let standardErrors: String?
  /// Terms of the fixed part, the constant as `(Intercept)`, in order.
  let fixedTerms: [String]
  /// The random-effects terms: what varies over which factor.
  let randomTerms: [(factor: String, effects: [String])]
  /// How the grouping factors' levels meet in the data, for each pair that the formula does not nest; nil without data.
  let meetings: [FactorMeeting]?
  /// The terms by the columns that stand for them, where terms that vary have several.
  let termOfColumn: [String: String]
  /// Terms that vary and of which only data could tell how many columns they have.
  let openTerms: [String]
  /// Columns that vary as numbers because no data say otherwise.
  let supposedNumbers: [String]
  /// Whether there are data to tell.
  let hasData: Bool
  /// How many numbers a fit estimates; nil where only data could tell.
  let parameterCount: ParameterCount?
  /// Whether the model has bars.
  let isMixed: Bool
  /// The distribution of an observation; nil for the normal one of linear models.
  let distribution: ResponseDistribution?

  /// Reads a formula, with data to tell which predictors belong to groups and which are factors.
  /// - Throws: `ExplanationError`, or `FormulaError.missingVariable` for a column the data do not have.
  /// - Parameter expanded: terms to be taken column by column because they vary and have several in one of the models.
  init(
    _ formula: ModelFormula, data: DataTable?, roles: ColumnRoles, response: GeneralizedSpecification? = nil,
    frame: ModelFrame? = nil, expanded: Set<Set<String>> = []
  ) throws {
    self.formula = (frame?.formula ?? formula).text
    fixedVariables = Set(formula.fixed.terms.flatMap { $0.factors.flatMap(\.variables) })
    self.response = formula.response.text
    distribution = response.map { ResponseDistribution($0, of: formula, roles: roles, frame: frame) }
    isMixed = !formula.randomTerms.isEmpty
    offsets = formula.offsets.map(\.text) + [roles.offset].compactMap { $0 }
    weights = roles.weights
    standardErrors = roles.standardErrors
    factors = GroupingFactor.all(of: formula)
    let columns = try ColumnKinds(formula, factors: factors, data: data, roles: roles)
    categorical = columns.categorical
    contrasts = columns.contrasts
    bases = columns.bases
    let effects = EffectColumns(formula, frame: frame, expanded: expanded, groupLevel: columns.groupLevel)
    fixedTerms = (formula.fixed.hasIntercept ? ["(Intercept)"] : []) + effects.fixed.map(\.name)
    randomTerms = effects.random
    termOfColumn = effects.termOfColumn
    let varying = formula.randomTerms.flatMap(\.effects.terms)
    let several = columns.categorical.union(columns.bases)
    openTerms =
      frame == nil
      ? varying.filter { $0.factors.contains { several.contains($0.text) } }.map(\.name).uniqued() : []
    supposedNumbers =
      data == nil
      ? varying.flatMap(\.factors).filter { $0.bareName != nil && !several.contains($0.text) }
        .map(\.text).uniqued() : []
    let behind = formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    let meetsFactor = formula.hasDoubleBar && behind.contains { columns.categorical.contains($0.text) }
    doubleBar = meetsFactor ? roles.doubleBar : nil
    meetings = factors.count > 1 ? try FactorMeeting.all(factors, in: data) : nil
    hasData = data != nil
    parameterCount = ParameterCount(formula, columns, data: data, roles: roles, response: response)
    guard isMixed else {
      let dummies = Set(
        formula.fixed.terms.flatMap { $0.factors.map(\.text).filter { columns.categorical.contains($0) } })
      groupingFactor = dummies.count == 1 ? dummies.first : nil
      readLinear(formula, effects)
      return
    }
    groupingFactor = factors[0].text
    try ModelEquations.checkEffects(formula)
    if factors.count == 1 {
      readMixed(formula, effects, columns)
      return
    }
    let equations = try SeveralFactorEquations(formula, effects, factors: factors, columns)
    predictors = equations.predictors
    groupPredictors = equations.groupPredictors
    coefficients = equations.coefficients
    blocks = equations.blocks
  }

  /// Whether the model has more than one grouping factor.
  var hasSeveralFactors: Bool { factors.count > 1 }

  /// Refuses formulas in which an effect varies over one factor in two terms.
  private static func checkEffects(_ formula: ModelFormula) throws(ExplanationError) {
    var seen: Set<[String]> = []
    for term in formula.randomTerms {
      let group = term.groupingFactor.text
      for name in term.effectNames where !seen.insert([group, name]).inserted {
        throw .repeatedEffect(name, group: group)
      }
    }
  }

  private mutating func readMixed(
    _ formula: ModelFormula, _ effects: EffectColumns, _ columns: ColumnKinds
  ) {
    let varying = effects.random.enumerated().flatMap { block, term in
      term.effects.map { (name: $0, block: block) }
    }
    func varies(_ name: String) -> Bool { varying.contains { $0.name == name } }

    // A product of group-level predictors with a varying slope's predictor belongs to that slope's own equation.
    var means: [String: [Int]] = [:]
    var fixedNames: [String] = formula.fixed.hasIntercept ? ["(Intercept)"] : []
    for term in effects.fixed {
      let (ofGroup, slope) = term.split(by: columns.groupLevel[0])
      if let name = ofGroup, varies(slope) {
        let place = groupPredictors.firstIndex(of: name) ?? groupPredictors.count
        if place == groupPredictors.count { groupPredictors.append(name) }
        if means[slope]?.contains(place) != true { means[slope, default: []].append(place) }
      } else {
        fixedNames.append(term.name)
      }
    }
    let names = fixedNames + varying.map(\.name).filter { !fixedNames.contains($0) }
    for name in names.filter({ $0 == "(Intercept)" }) + names.filter({ $0 != "(Intercept)" }) {
      let mean = Mean(isEstimated: fixedNames.contains(name), predictors: means[name] ?? [])
      append(name, varies(name) ? .modelled(mean: mean) : .common)
    }
    blocks = effects.random.indices.map { block in
      varying.filter { $0.block == block }.compactMap { entry in
        coefficients.firstIndex { $0.name == entry.name }
      }.sorted()
    }
  }

  /// Without bars, dummy variables of one factor make the constant or a slope vary freely (LSDV).
  private mutating func readLinear(_ formula: ModelFormula, _ effects: EffectColumns) {
    var own: [String] = []
    var free: Set<String> = []
    for term in effects.fixed {
      let rest = term.parts.filter { $0.factor != groupingFactor }.map(\.name)
      if rest.count < term.parts.count {
        free.insert(rest.isEmpty ? "(Intercept)" : rest.joined(separator: ":"))
      } else {
        own.append(term.name)
      }
    }
    if formula.fixed.hasIntercept || free.contains("(Intercept)") {
      append("(Intercept)", free.contains("(Intercept)") ? .free : .common)
    }
    for name in own + free.subtracting(own).subtracting(["(Intercept)"]).sorted() {
      append(name, free.contains(name) ? .free : .common)
    }
  }

  private mutating func append(_ name: String, _ variation: Variation) {
    var factor: Int?
    if case .modelled = variation { factor = 0 }
    if name == "(Intercept)" {
      coefficients.append(Coefficient(predictor: nil, name: name, variation: variation, factor: factor))
    } else {
      coefficients.append(
        Coefficient(predictor: predictors.count, name: name, variation: variation, factor: factor))
      predictors.append(name)
    }
  }

  /// The coefficient of a name.
  func coefficient(_ name: String) -> Coefficient? { coefficients.first { $0.name == name } }

  /// The names of the coefficients that share a covariance matrix with one.
  func partners(of name: String) -> Set<String> {
    guard let place = coefficients.firstIndex(where: { $0.name == name }) else { return [] }
    return Set(
      blocks.first { $0.contains(place) }?.filter { $0 != place }.map { coefficients[$0].name } ?? [])
  }
}

extension EffectColumns.Fixed {
  /// The factors that are constant within groups as one name, nil where there is none, and the slope that they predict.
  func split(by groupLevel: Set<String>) -> (ofGroup: String?, slope: String) {
    let ofGroup = parts.filter { groupLevel.contains($0.factor) }.map(\.factor)
    let own = parts.filter { !groupLevel.contains($0.factor) }.map(\.name)
    return (
      ofGroup.isEmpty ? nil : ofGroup.joined(separator: ":"),
      own.isEmpty ? "(Intercept)" : own.joined(separator: ":")
    )
  }
}

extension FormulaExpression {
  /// The name of a plain column; nil for any other expression.
  fileprivate var bareName: String? {
    if case .variable(let name, _) = self { return name }
    return nil
  }
}

extension [String] {
  fileprivate func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}

extension ModelFormula.RandomTerm {
  /// The names of the effects, the constant as `(Intercept)`.
  var effectNames: [String] { (effects.hasIntercept ? ["(Intercept)"] : []) + effects.terms.map(\.name) }
}

/// Formulas whose equations cannot be written.
public enum ExplanationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// More grouping factors than there are letters.
  case tooManyGroupingFactors([String], most: Int)
  /// One effect in two terms of one factor.
  case repeatedEffect(String, group: String)

  /// What was found and what would work.
  public var description: String {
    switch self {
    case .tooManyGroupingFactors(let names, let most):
      "the formula has \(names.count) grouping factors (\(names.joined(separator: ", "))); the equations have letters for \(most)"
    case .repeatedEffect(let name, let group):
      "\(name) varies over '\(group)' in two terms, which data cannot tell apart; name it in one term only"
    }
  }
}
