import Designs
import LinearAlgebra
import ModelFormula
import Tables

/// A coefficient of the design as a combination of a model's own: Σ fixed_k·β_k + Σ random_a·b_a.
struct LineRow: Equatable {
  /// One number a fixed effect of the model.
  var fixed: [Double]
  /// One number an effect of the grouping factor.
  var random: [Double]

  /// Whether nothing acts.
  var isEmpty: Bool { !fixed.contains { $0 != 0 } && !random.contains { $0 != 0 } }

  /// c'β and c'Vc of the fixed effects.
  func combine(_ beta: [Double], _ covariance: Matrix) -> (value: Double, variance: Double) {
    var (value, variance) = (0.0, 0.0)
    for a in fixed.indices where fixed[a] != 0 {
      value += fixed[a] * beta[a]
      for b in fixed.indices where fixed[b] != 0 { variance += fixed[a] * fixed[b] * covariance[a, b] }
    }
    return (value, variance)
  }
}

/// For each group and coefficient the combination of a model's effects that makes the group's own line: the coefficient itself and what
/// group-level predictors add to it.
///
///     y ~ x + u + x:u + (1 + x | g):    α_j: β₀ + u_jβ_u    β_j: β_x + u_jβ_xu
///
/// A predictor is of the group level if the design draws one value for each group. A model that counts predictors from other zeros than the design
/// (`PredictorZeros`) is read where the design's predictors are 0, and one step on.
struct GroupLines {
  /// By effect, then level; nil for a group without rows or with a coefficient that the model does not have.
  private let rows: [[LineRow?]]
  /// By the names of the design's coefficients: the combination that makes the population's, where it is the same for all groups.
  private let population: [String: LineRow]

  init(rows: [[LineRow?]], population: [String: LineRow]) {
    self.rows = rows
    self.population = population
  }

  /// - Parameters:
  ///   - group: the groups and their effects.
  ///   - names: the fitted fixed effects.
  ///   - effects: the names of the factor's random effects in the model; none of a regression.
  ///   - formula: the fitted formula.
  ///   - data: the rows.
  init(
    _ group: GroupTruth, of names: [String], effects: [String], _ formula: ModelFormula, data: DataTable
  ) throws {
    func simple(_ effect: String) -> LineRow {
      LineRow(fixed: names.map { $0 == effect ? 1 : 0 }, random: effects.map { $0 == effect ? 1 : 0 })
    }
    var population: [String: LineRow] = [:]
    for name in names + effects { population[name] = simple(name) }
    self.population = population
    let variables = formula.fixed.terms.flatMap(\.factors).flatMap(\.variables)
    let held = Set(variables).intersection(group.heldColumns)
    guard !held.isEmpty, let rowsOfGroups = RowsOfGroups(group, in: data) else {
      rows = group.effectNames.map { name in group.levels.map { _ in simple(name) } }
      return
    }
    let first = rowsOfGroups.first
    let there = first.indices.filter { first[$0] != nil }
    let coding = try DesignCoding(formula.fixed, levelsOf: data, learningFrom: data, formula: formula.source)
    let factored = try coding.factored(holding: held, on: data.selecting(rows: there.map { first[$0]! }))
    var result = group.effectNames.map { _ in [LineRow?](repeating: nil, count: group.levels.count) }
    for (e, effect) in group.effectNames.enumerated() {
      let parts = effect == "(Intercept)" ? [] : effect.split(separator: ":").map(String.init).sorted()
      for (place, level) in there.enumerated() {
        var row = simple(effect)
        row.fixed = [Double](repeating: 0, count: names.count)
        for (column, name) in zip(factored, coding.columnNames) where column.rest == parts {
          if let k = names.firstIndex(of: name) { row.fixed[k] = column.held[place] }
        }
        result[e][level] = row
      }
    }
    rows = result
  }

  /// The combination for a group's coefficient; nil where it is not known.
  func row(effect: Int, level: Int) -> LineRow? { rows[effect][level] }

  /// The combination for the population's coefficient; nil where the model has none.
  func populationRow(_ name: String) -> LineRow? { population[name] }
}

/// Which rows belong to which group.
struct RowsOfGroups {
  /// The group of every row.
  let codes: [Int]
  /// The first row of each group; nil for a group without rows.
  let first: [Int?]

  /// Nil where the data have no columns of the factor's names.
  init?(_ group: GroupTruth, in data: DataTable) {
    let parts = group.factor.split(separator: ":").map(String.init)
    let columns = parts.compactMap { data[$0]?.factor }
    guard columns.count == parts.count else { return nil }
    let levels = Dictionary(uniqueKeysWithValues: group.levels.enumerated().map { ($1, $0) })
    var codes: [Int] = []
    codes.reserveCapacity(data.rowCount)
    for i in 0..<data.rowCount {
      let name = columns.map { column in
        column.levels.indices.contains(column.codes[i]) ? column.levels[column.codes[i]] : ""
      }.joined(separator: ":")
      guard let code = levels[name] else { return nil }
      codes.append(code)
    }
    var first = [Int?](repeating: nil, count: group.levels.count)
    for (i, code) in codes.enumerated() where first[code] == nil { first[code] = i }
    self.codes = codes
    self.first = first
  }
}
