import Designs
import LinearAlgebra
import ModelFormula
import Tables

/// For each group and coefficient the combination of fixed effects that makes the fixed part of the group's own line: the coefficient itself and what
/// group-level predictors add to it.
///
///     y ~ x + u + x:u + (1 + x | g):    α_j: β₀ + u_jβ_u    β_j: β_x + u_jβ_xu
///
/// A predictor is of the group level if it does not vary within any group of the data.
struct GroupLines {
  /// By effect, then level: one number a fixed effect; nil for a group without rows.
  private let rows: [[[Double]?]]

  /// - Parameters:
  ///   - group: the groups and their effects.
  ///   - names: the fitted fixed effects.
  ///   - formula: the fitted formula.
  ///   - data: the rows.
  init(_ group: GroupTruth, of names: [String], _ formula: ModelFormula, data: DataTable) throws {
    let simple = group.effectNames.map { name in
      names.map { $0 == name ? 1.0 : 0 }
    }
    let variables = formula.fixed.terms.flatMap(\.factors).flatMap(\.variables)
    let levels = Dictionary(uniqueKeysWithValues: group.levels.enumerated().map { ($1, $0) })
    guard !variables.isEmpty, let codes = GroupLines.codes(of: group.factor, in: data, levels) else {
      rows = simple.map { row in group.levels.map { _ in row } }
      return
    }
    var firstRows = [Int?](repeating: nil, count: group.levels.count)
    for (i, code) in codes.enumerated() where firstRows[code] == nil { firstRows[code] = i }
    let held = Set(variables).filter { name in
      guard let column = data[name] else { return false }
      return codes.indices.allSatisfy { column.text($0) == column.text(firstRows[codes[$0]]!) }
    }
    guard !held.isEmpty else {
      rows = simple.map { row in group.levels.map { _ in row } }
      return
    }
    let there = firstRows.indices.filter { firstRows[$0] != nil }
    let coding = try DesignCoding(formula.fixed, levelsOf: data, learningFrom: data, formula: formula.source)
    let factored = try coding.factored(
      holding: held, on: data.selecting(rows: there.map { firstRows[$0]! }))
    var result = simple.map { _ in [[Double]?](repeating: nil, count: group.levels.count) }
    for (e, effect) in group.effectNames.enumerated() {
      let parts = effect == "(Intercept)" ? [] : effect.split(separator: ":").map(String.init).sorted()
      for (place, level) in there.enumerated() {
        var row = [Double](repeating: 0, count: names.count)
        for (column, name) in zip(factored, coding.columnNames) where column.rest == parts {
          if let k = names.firstIndex(of: name) { row[k] = column.held[place] }
        }
        result[e][level] = row
      }
    }
    rows = result
  }

  /// The combination for a group's coefficient (one number a fixed effect); nil for a group whose predictors are not known.
  func row(effect: Int, level: Int) -> [Double]? { rows[effect][level] }

  /// c'β and c'Vc.
  static func combine(_ c: [Double], _ beta: [Double], _ covariance: Matrix) -> (
    value: Double, variance: Double
  ) {
    var (value, variance) = (0.0, 0.0)
    for a in c.indices where c[a] != 0 {
      value += c[a] * beta[a]
      for b in c.indices where c[b] != 0 { variance += c[a] * c[b] * covariance[a, b] }
    }
    return (value, variance)
  }

  /// The group of every row; nil where the factor is a combination of columns.
  private static func codes(of factor: String, in data: DataTable, _ levels: [String: Int]) -> [Int]? {
    let parts = factor.split(separator: ":").map(String.init)
    let columns = parts.compactMap { data[$0]?.factor }
    guard columns.count == parts.count else { return nil }
    var codes: [Int] = []
    for i in 0..<data.rowCount {
      let name = columns.map { column in
        column.levels.indices.contains(column.codes[i]) ? column.levels[column.codes[i]] : ""
      }.joined(separator: ":")
      guard let code = levels[name] else { return nil }
      codes.append(code)
    }
    return codes
  }
}
