import ModelFormula
import Tables

/// A formula read as equations: which coefficients there are, which of them vary over groups, and around what.
///
/// The two levels are those of the lecture: observations i = 1 … n, groups j = 1 … J.
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
  }

  /// The formula as R deparses it.
  let formula: String
  /// The response.
  let response: String
  /// The grouping factor, of bars or of dummy variables.
  let groupingFactor: String?
  /// Predictors of the level of observations, and which of them are factors.
  private(set) var predictors: [String] = []
  private(set) var categorical: Set<String> = []
  /// Predictors of the level of groups, known only where data tell.
  private(set) var groupPredictors: [String] = []
  /// The constant, if there is one, and the slopes.
  private(set) var coefficients: [Coefficient] = []
  /// Which coefficients share a covariance matrix, by position in `coefficients`.
  private(set) var blocks: [[Int]] = []
  /// Texts of calls that make several columns: `poly(x, 2)`, `ns(x, 3)`.
  let bases: Set<String>
  /// Whether `||` stands before a factor, whose levels then vary by themselves.
  let splitsLevels: Bool
  /// What `offset(…)` adds to the linear predictor.
  let offsets: [String]
  /// Terms of the fixed part, the constant as `1`.
  let fixedTerms: Set<String>
  /// Whether the model has bars.
  let isMixed: Bool

  /// Reads a formula, with data to tell which predictors belong to groups and which are factors.
  /// - Throws: `ExplanationError`, or `FormulaError.missingVariable` for a column the data do not have.
  init(_ formula: ModelFormula, data: DataTable?, factors: Set<String>) throws {
    self.formula = formula.text
    response = formula.response.text
    isMixed = !formula.randomTerms.isEmpty
    offsets = formula.offsets.map(\.text)
    fixedTerms = Set(formula.fixed.terms.map(\.name) + (formula.fixed.hasIntercept ? ["1"] : []))
    let columns = try ColumnKinds(formula, data: data, factors: factors)
    categorical = columns.categorical
    bases = columns.bases
    let behind = formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    splitsLevels = formula.hasDoubleBar && behind.contains { columns.categorical.contains($0.text) }
    if isMixed {
      let group = formula.randomTerms[0].groupingFactor.text
      if let other = formula.randomTerms.first(where: { $0.groupingFactor.text != group }) {
        throw ExplanationError.severalGroupingFactors([group, other.groupingFactor.text])
      }
      groupingFactor = group
      try readMixed(formula, columns)
    } else {
      let dummies = Set(
        formula.fixed.terms.flatMap { $0.factors.map(\.text).filter { columns.categorical.contains($0) } })
      groupingFactor = dummies.count == 1 ? dummies.first : nil
      readLinear(formula)
    }
  }

  private mutating func readMixed(_ formula: ModelFormula, _ columns: ColumnKinds) throws {
    var varying: [(name: String, block: Int)] = []
    for (block, term) in formula.randomTerms.enumerated() {
      let names = (term.effects.hasIntercept ? ["(Intercept)"] : []) + term.effects.terms.map(\.name)
      for name in names {
        if varying.contains(where: { $0.name == name }) {
          throw ExplanationError.repeatedEffect(name, group: term.groupingFactor.text)
        }
        varying.append((name, block))
      }
    }
    func varies(_ name: String) -> Bool { varying.contains { $0.name == name } }

    // A product of group-level predictors with a varying slope's predictor belongs to that slope's own equation.
    var means: [String: [Int]] = [:]
    var fixedNames: [String] = formula.fixed.hasIntercept ? ["(Intercept)"] : []
    for term in formula.fixed.terms {
      let ofGroup = term.factors.filter { columns.groupLevel.contains($0.text) }.map(\.text)
      let own = term.factors.filter { !columns.groupLevel.contains($0.text) }.map(\.text)
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
    if name == "(Intercept)" {
      coefficients.append(Coefficient(predictor: nil, name: name, variation: variation))
    } else {
      coefficients.append(Coefficient(predictor: predictors.count, name: name, variation: variation))
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

/// What kind of variable each factor of a formula's terms is.
private struct ColumnKinds {
  /// Texts of factors: `factor(x)`, and with data columns of text, logical values or named as factors.
  var categorical: Set<String> = []
  /// Texts of `poly` and `ns`.
  var bases: Set<String> = []
  /// Texts of variables that are constant within every group.
  var groupLevel: Set<String> = []

  init(_ formula: ModelFormula, data: DataTable?, factors: Set<String>) throws {
    var parts = formula.fixed.terms.flatMap(\.factors)
    parts += formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    for part in parts {
      if part.factorColumn != nil { categorical.insert(part.text) }
      if case .call(let function, _, _) = part, ["poly", "ns"].contains(function) { bases.insert(part.text) }
    }
    guard let data else { return }
    let grouping = try formula.randomTerms.first.map { try ModelFrame.grouping($0.groupingFactor, in: data) }
    for part in parts {
      var isConstant = grouping != nil
      for name in part.variables {
        guard let column = data[name] else {
          throw FormulaError.missingVariable(name, available: data.columnNames)
        }
        switch column.values {
        case .text, .logical: categorical.insert(part.text)
        default: if factors.contains(name) { categorical.insert(part.text) }
        }
        if let grouping, !ColumnKinds.isConstant(column, within: grouping) { isConstant = false }
      }
      if isConstant { groupLevel.insert(part.text) }
    }
  }

  private static func isConstant(_ column: Column, within grouping: CategoricalColumn) -> Bool {
    var first = [Int](repeating: -1, count: grouping.levels.count)
    for (row, code) in grouping.codes.enumerated() where code >= 0 {
      if first[code] < 0 {
        first[code] = row
      } else if column.text(row) != column.text(first[code]) {
        return false
      }
    }
    return true
  }
}

/// Formulas whose equations cannot be written in the two-level notation.
public enum ExplanationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bars with different grouping factors.
  case severalGroupingFactors([String])
  /// One effect in two terms of one factor.
  case repeatedEffect(String, group: String)

  /// What was found and what would work.
  public var description: String {
    switch self {
    case .severalGroupingFactors(let names):
      "the formula has several grouping factors (\(names.joined(separator: ", "))); models with one can be explained"
    case .repeatedEffect(let name, let group):
      "\(name) varies over '\(group)' in two terms, which data cannot tell apart; name it in one term only"
    }
  }
}
