import Distributions
import Tables

/// A rule of missing values, planned.
struct MissingPlan: Sendable {
  let rule: MissingRule
  /// Whose values are missing.
  let place: ColumnPlace
  let mechanism: MissingRule.Mechanism

  /// - Throws: `DesignFault` for columns, rates and dependences that do not suit.
  static func plans(
    _ rules: [MissingRule], catalog: ColumnCatalog, response: String, rows: RowPlan
  ) throws(DesignFault) -> [MissingPlan] {
    let rowPlace = rows.rowLevel.map { ColumnPlace.level($0) } ?? .rows
    let predictors = catalog.entries.filter { !$0.isLevel }.map(\.name) + [response]
    var plans: [MissingPlan] = []
    for rule in rules {
      let path = ["missing", rule.column]
      guard predictors.contains(rule.column) else {
        let meant = NearestNames.close(to: rule.column, among: predictors).map { " (did you mean '\($0)'?)" }
        throw DesignFault(
          path,
          "no response or predictor '\(rule.column)'\(meant ?? ""); there are \(predictors.joined(separator: ", "))"
        )
      }
      if plans.contains(where: { $0.rule.column == rule.column }) {
        throw DesignFault(path, "two rules for '\(rule.column)'; one would work")
      }
      guard rule.rate >= 0, rule.rate <= 1 else {
        throw DesignFault(
          path + (rule.depends == nil ? [] : ["rate"]), "rate \(shortestText(rule.rate)); 0 to 1 would work")
      }
      let place = catalog[rule.column]?.place ?? rowPlace
      if let depends = rule.depends {
        let on = catalog[depends.on]
        guard on != nil || depends.on == response else {
          throw DesignFault(path + ["depends", "on"], catalog.unknown(depends.on))
        }
        if case .names = on?.kind {
          throw DesignFault(
            path + ["depends", "on"], "'\(depends.on)' has no numbers; a numeric column would work")
        }
        guard abs(depends.slope) <= 100 else {
          throw DesignFault(
            path + ["depends", "slope"], "slope \(shortestText(depends.slope)); -100 to 100 would work")
        }
        let source = on?.place ?? rowPlace
        var isAbove = source == place || place == .rows || place == rowPlace
        if case .level(let upper) = source, case .level(let lower) = place {
          isAbove = rows.graph.isAbove(upper, lower)
        }
        guard isAbove else {
          throw DesignFault(
            path + ["depends", "on"],
            "'\(depends.on)' has several values for one of '\(rule.column)'; a column of its level or one above would work"
          )
        }
      }
      plans.append(MissingPlan(rule: rule, place: place, mechanism: rule.mechanism(among: rules)))
    }
    return plans
  }

  /// P(missing) of each unit, with the intercept a found by halving an interval 100 times.
  /// - Parameter values: those of the column it depends on; nil for chance alone.
  func probabilities(count: Int, _ values: [Double]?) -> [Double] {
    guard let depends = rule.depends, let values, rule.rate > 0, rule.rate < 1, count > 0 else {
      return [Double](repeating: rule.rate, count: count)
    }
    let mean = values.reduce(0, +) / Double(count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let sd = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
    let shifts = values.map { sd > 0 ? depends.slope * (($0 - mean) / sd) : 0 }
    let widest = shifts.reduce(0) { max($0, abs($1)) }
    var (low, high) = (-50 - widest, 50 + widest)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      let expected = shifts.reduce(0) { $0 + logistic(middle + $1) } / Double(count)
      if expected < rule.rate { low = middle } else { high = middle }
    }
    return shifts.map { logistic((low + high) / 2 + $0) }
  }
}

/// 1/(1 + exp(−x)).
func logistic(_ x: Double) -> Double { 1 / (1 + Portable.exp(-x)) }
