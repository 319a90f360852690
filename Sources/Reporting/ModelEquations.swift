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
  /// Terms of the fixed part, the constant as `(Intercept)`, in order.
  let fixedTerms: [String]
  /// The random-effects terms: what varies over which factor.
  let randomTerms: [(factor: String, effects: [String])]
  /// How the grouping factors' levels meet in the data, for each pair that the formula does not nest; nil without data.
  let meetings: [FactorMeeting]?
  /// How many numbers a fit of a model with several grouping factors estimates; nil where only data could tell.
  let parameterCount: ParameterCount?
  /// Whether the model has bars.
  let isMixed: Bool

  /// Reads a formula, with data to tell which predictors belong to groups and which are factors.
  /// - Throws: `ExplanationError`, or `FormulaError.missingVariable` for a column the data do not have.
  init(_ formula: ModelFormula, data: DataTable?, roles: ColumnRoles) throws {
    self.formula = formula.text
    response = formula.response.text
    isMixed = !formula.randomTerms.isEmpty
    offsets = formula.offsets.map(\.text) + [roles.offset].compactMap { $0 }
    weights = roles.weights
    fixedTerms = (formula.fixed.hasIntercept ? ["(Intercept)"] : []) + formula.fixed.terms.map(\.name)
    randomTerms = formula.randomTerms.map { ($0.groupingFactor.text, $0.effectNames) }
    factors = GroupingFactor.all(of: formula)
    let columns = try ColumnKinds(formula, factors: factors, data: data, roles: roles)
    categorical = columns.categorical
    contrasts = columns.contrasts
    bases = columns.bases
    let behind = formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    let meetsFactor = formula.hasDoubleBar && behind.contains { columns.categorical.contains($0.text) }
    doubleBar = meetsFactor ? roles.doubleBar : nil
    if factors.count > 1 {
      meetings = try FactorMeeting.all(factors, in: data)
      parameterCount = ParameterCount(formula, columns, data: data, roles: roles)
    } else {
      (meetings, parameterCount) = (nil, nil)
    }
    guard isMixed else {
      let dummies = Set(
        formula.fixed.terms.flatMap { $0.factors.map(\.text).filter { columns.categorical.contains($0) } })
      groupingFactor = dummies.count == 1 ? dummies.first : nil
      readLinear(formula)
      return
    }
    groupingFactor = factors[0].text
    try ModelEquations.checkEffects(formula)
    if factors.count == 1 {
      readMixed(formula, columns)
      return
    }
    let equations = try SeveralFactorEquations(formula, factors: factors, columns)
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

  private mutating func readMixed(_ formula: ModelFormula, _ columns: ColumnKinds) {
    let varying = formula.randomTerms.enumerated().flatMap { block, term in
      term.effectNames.map { (name: $0, block: block) }
    }
    func varies(_ name: String) -> Bool { varying.contains { $0.name == name } }

    // A product of group-level predictors with a varying slope's predictor belongs to that slope's own equation.
    var means: [String: [Int]] = [:]
    var fixedNames: [String] = formula.fixed.hasIntercept ? ["(Intercept)"] : []
    for term in formula.fixed.terms {
      let ofGroup = term.factors.filter { columns.groupLevel[0].contains($0.text) }.map(\.text)
      let own = term.factors.filter { !columns.groupLevel[0].contains($0.text) }.map(\.text)
      let slope = own.isEmpty ? "(Intercept)" : own.joined(separator: ":")
      if !ofGroup.isEmpty, varies(slope) {
        let name = ofGroup.joined(separator: ":")
        let place = groupPredictors.firstIndex(of: name) ?? groupPredictors.count
        if place == groupPredictors.count { groupPredictors.append(name) }
        means[slope, default: []].append(place)
      } else {
        fixedNames.append(term.name)
      }
    }
    let names = fixedNames + varying.map(\.name).filter { !fixedNames.contains($0) }
    for name in names.filter({ $0 == "(Intercept)" }) + names.filter({ $0 != "(Intercept)" }) {
      let mean = Mean(isEstimated: fixedNames.contains(name), predictors: means[name] ?? [])
      append(name, varies(name) ? .modelled(mean: mean) : .common)
    }
    blocks = formula.randomTerms.indices.map { block in
      varying.filter { $0.block == block }.compactMap { entry in
        coefficients.firstIndex { $0.name == entry.name }
      }.sorted()
    }
  }

  /// Without bars, dummy variables of one factor make the constant or a slope vary freely (LSDV).
  private mutating func readLinear(_ formula: ModelFormula) {
    var own: [String] = []
    var free: Set<String> = []
    for term in formula.fixed.terms {
      let rest = term.factors.map(\.text).filter { $0 != groupingFactor }
      if rest.count < term.factors.count {
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
