import Designs
import LinearAlgebra
import ModelFormula
import Tables

/// A strategy's formula that counts predictors from other zeros than the design's, or in other units: `x_within` for the design's x, `scale(x)`,
/// `I(x - 5)`.
///
/// Its coefficients are not the design's. What they say of the design's is read from the model's lines: α_j is the line where the design's predictors are
/// 0, a slope what the line rises when its predictor does so by 1, if it rises by the same at the next step.
struct PredictorZeros {
  /// Where the design counts a predictor from.
  private enum Zero {
    case zero
    /// The mean that a centred column of the design has taken off.
    case mean(centered: String)
    /// A mean over groups that the design's formula does not have: it stays what it is.
    case own
    /// A place that cannot be found from the predictor alone.
    case unknown
  }

  private let formula: ModelFormula
  private let design: DataDesign
  /// The drawn predictors behind the formula's variables.
  private let drawn: [String]
  private let zeros: [String: Zero]
  /// The variables that the formula takes as factors.
  private let factorColumns: Set<String>

  /// Nil for a formula that counts as the design does.
  init?(_ formula: ModelFormula, _ design: DataDesign) {
    let own = PredictorZeros.factors(of: formula)
    let known = PredictorZeros.factors(of: design.formula)
    let texts = Set(known.map(\.text))
    self.formula = formula
    self.design = design
    factorColumns = Set(own.compactMap(\.factorColumn))
    var drawn: [String] = []
    for name in PredictorZeros.sources(of: own.flatMap(\.variables), design) where !drawn.contains(name) {
      drawn.append(name)
    }
    self.drawn = drawn
    var zeros: [String: Zero] = [:]
    for name in drawn {
      if texts.contains(name) {
        zeros[name] = .zero
      } else if let centered = known.map(\.text).first(where: {
        if case .centered(name, _) = design.law(of: $0) { true } else { false }
      }) {
        zeros[name] = .mean(centered: centered)
      } else if case .mean = design.law(of: name) {
        zeros[name] = .own
      } else {
        let isHidden = known.contains { PredictorZeros.sources(of: $0.variables, design).contains(name) }
        zeros[name] = isHidden ? .unknown : .zero
      }
    }
    self.zeros = zeros
    // The columns of a factor depend on the terms around it.
    let hasFactors = own.contains { factor in
      if factor.factorColumn != nil { return true }
      guard case .variable(let name, _) = factor.unwrapped else { return false }
      switch design.law(of: name) {
      case .categorical, .names: return true
      default: return false
      }
    }
    let isOther =
      hasFactors && formula.text != design.formula.text
      || own.contains { factor in
        if texts.contains(factor.text) { return false }
        guard case .variable(let name, _) = factor.unwrapped else { return factor.factorColumn == nil }
        switch design.law(of: name) {
        case .centered, .computed: return true
        default: if case .zero = zeros[name] { return false } else { return true }
        }
      }
    if !isOther { return nil }
  }

  private static func factors(of formula: ModelFormula) -> [FormulaExpression] {
    (formula.fixed.terms + formula.randomTerms.flatMap(\.effects.terms)).flatMap(\.factors)
  }

  /// The predictors that variables are computed from; means count as predictors.
  private static func sources(of variables: [String], _ design: DataDesign) -> [String] {
    variables.flatMap { name -> [String] in
      switch design.law(of: name) {
      case .centered(let x, _): return sources(of: [x], design)
      case .computed(let text):
        let inner = (try? ModelFormula("y ~ I(\(text))"))?.fixed.terms.flatMap(\.factors).flatMap(\.variables)
        return sources(of: inner ?? [], design)
      default: return [name]
      }
    }
  }

  /// A step of one predictor, from where the design counts it.
  private enum Step {
    /// Of a number by 1.
    case number(String)
    /// Of a factor from its first level to another.
    case level(String, String)

    var name: String {
      switch self {
      case .number(let name), .level(let name, _): name
      }
    }
  }

  /// The steps whose effect a coefficient of the design is: none for the constant, several for an interaction; nil for a coefficient of a function such as
  /// `poly`, and of a predictor that the formula does not have.
  private func steps(of coefficient: String, in data: DataTable) -> [Step]? {
    if coefficient == "(Intercept)" { return [] }
    var steps: [Step] = []
    for part in coefficient.split(separator: ":").map(String.init) {
      if case .centered(let x, _) = design.law(of: part), drawn.contains(x) {
        steps.append(.number(x))
      } else if drawn.contains(part), data[part]?.numbers != nil, !factorColumns.contains(part) {
        steps.append(.number(part))
      } else if let step = level(part, in: data) {
        steps.append(step)
      } else {
        return nil
      }
    }
    return steps
  }

  private func level(_ part: String, in data: DataTable) -> Step? {
    for name in drawn {
      guard let levels = data[name]?.factor.levels else { continue }
      for written in [name, "factor(\(name))"] where part.hasPrefix(written) {
        let level = String(part.dropFirst(written.count))
        if levels.dropFirst().contains(level) { return .level(name, level) }
      }
    }
    return nil
  }

  /// The lines of each group and of the population.
  /// - Parameters:
  ///   - names: the fitted fixed effects, or the coefficients of a regression.
  ///   - effects: the factor's random effects in the model.
  ///   - frame: the fitted formula on the data: what it has learned.
  ///   - data: the rows.
  func lines(
    _ group: GroupTruth, of names: [String], effects: [String], _ frame: ModelFrame, data: DataTable
  ) -> GroupLines {
    let none = GroupLines(
      rows: group.effectNames.map { _ in group.levels.map { _ in nil } }, population: [:])
    guard let rowsOfGroups = RowsOfGroups(group, in: data) else { return none }
    let needed = drawn.compactMap { data[$0] }
    guard needed.count == drawn.count else { return none }
    var first = [Int?](repeating: nil, count: group.levels.count)
    for (i, code) in rowsOfGroups.codes.enumerated() where first[code] == nil {
      if needed.allSatisfy({ !$0.isMissing(i) }) { first[code] = i }
    }
    let there = first.indices.filter { first[$0] != nil }
    let places = there.map { first[$0]! }
    let held = Set(drawn).intersection(group.heldColumns)
    func rows(_ coefficient: String, among kept: Set<String>) -> [LineRow]? {
      guard let steps = steps(of: coefficient, in: data), !steps.contains(where: { kept.contains($0.name) })
      else { return nil }
      // The mixed difference over all corners; a step of twice the size has twice the effect, or there is no one slope.
      func difference(doubling doubled: Int?) -> [LineRow]? {
        var sum: [LineRow]?
        for corner in 0..<(1 << steps.count) {
          let taken = steps.indices.filter { corner >> $0 & 1 == 1 }
          let moves = taken.map { (steps[$0], $0 == doubled ? 2.0 : 1.0) }
          guard
            let own = point(places, in: data, keeping: kept, moves).flatMap({
              evaluate(names, effects, frame, group.factor, on: $0)
            })
          else { return nil }
          let sign = (steps.count - taken.count) % 2 == 0 ? 1.0 : -1.0
          sum = sum.map { zip($0, own).map { $0.adding($1, times: sign) } } ?? own.map { $0.times(sign) }
        }
        return sum
      }
      guard let single = difference(doubling: nil) else { return nil }
      for k in steps.indices {
        guard case .number = steps[k] else { continue }
        guard let double = difference(doubling: k) else { return nil }
        for (one, two) in zip(single, double) where !one.times(2).isClose(to: two) { return nil }
      }
      return single
    }
    var result = group.effectNames.map { _ in [LineRow?](repeating: nil, count: group.levels.count) }
    for (e, effect) in group.effectNames.enumerated() {
      guard let own = rows(effect, among: held) else { continue }
      for (level, row) in zip(there, own) { result[e][level] = row }
    }
    var population: [String: LineRow] = [:]
    for name in Set(design.fixedEffectNames + group.effectNames) {
      guard let own = rows(name, among: []), let row = own.first, own.allSatisfy({ $0.isClose(to: row) })
      else { continue }
      population[name] = row
    }
    return GroupLines(rows: result, population: population)
  }

  /// Rows where the design's predictors are 0 and factors at their first levels, but for those that are kept, and those that are moved.
  private func point(
    _ places: [Int], in data: DataTable, keeping kept: Set<String>, _ moves: [(step: Step, size: Double)]
  ) -> DataTable? {
    let rows = data.selecting(rows: places)
    var values: [String: [Double]] = [:]
    var texts: [String: String] = [:]
    // Means come first: centred predictors are counted from them.
    let means = drawn.filter { if case .mean = design.law(of: $0) { true } else { false } }
    for name in means + drawn.filter({ !means.contains($0) }) where !kept.contains(name) {
      guard let column = rows[name], let zero = zeros[name] else { return nil }
      if case .own = zero { continue }
      var (shift, other): (Double, String?) = (0, nil)
      for (step, size) in moves where step.name == name {
        switch step {
        case .number: shift = size
        case .level(_, let level): other = level
        }
      }
      guard let numbers = column.numbers, !factorColumns.contains(name) else {
        guard let level = other ?? data[name]?.factor.levels.first else { return nil }
        if column.numbers != nil, let number = Double(level) {
          values[name] = places.map { _ in number }
        } else {
          texts[name] = level
        }
        continue
      }
      switch zero {
      case .zero: values[name] = numbers.map { _ in shift }
      case .mean(let centered):
        guard let inner = rows[centered]?.numbers, case .centered(_, let by) = design.law(of: centered)
        else { return nil }
        let mean = design.mean(of: name, by: by).flatMap { values[$0] } ?? zip(numbers, inner).map { $0 - $1 }
        values[name] = mean.map { $0 + shift }
      case .own, .unknown: return nil
      }
    }
    let named = DataTable(
      rows.columns.map { column in
        texts[column.name].map { text in Column(column.name, places.map { _ in text }) } ?? column
      }, name: rows.name)
    return try? design.moving(named, to: values)
  }

  private func evaluate(
    _ names: [String], _ effects: [String], _ frame: ModelFrame, _ factor: String, on table: DataTable
  ) -> [LineRow]? {
    guard let columns = try? frame.fixedCoding.columns(for: table) else { return nil }
    var byName: [String: [Double]] = [:]
    for (k, name) in frame.fixedCoding.columnNames.enumerated() { byName[name] = columns.matrix.column(k) }
    var random: [[Double]] = []
    var randomNames: [String] = []
    for design in frame.random where design.grouping.name == factor {
      guard let matrix = try? design.matrix(for: table) else { return nil }
      for (k, name) in design.columnNames.enumerated() {
        random.append(matrix.column(k))
        randomNames.append(name)
        if byName[name] == nil { byName[name] = matrix.column(k) }
      }
    }
    if !effects.isEmpty, effects != randomNames { return nil }
    let fixed = names.map { byName[$0] }
    guard fixed.allSatisfy({ $0 != nil }) else { return nil }
    return (0..<table.rowCount).map { i in
      LineRow(fixed: fixed.map { $0![i] }, random: effects.indices.map { random[$0][i] })
    }
  }
}

extension LineRow {
  fileprivate func times(_ factor: Double) -> LineRow {
    LineRow(fixed: fixed.map { factor * $0 }, random: random.map { factor * $0 })
  }

  fileprivate func adding(_ other: LineRow, times factor: Double) -> LineRow {
    LineRow(
      fixed: zip(fixed, other.fixed).map { $0 + factor * $1 },
      random: zip(random, other.random).map { $0 + factor * $1 })
  }

  /// Equal but for rounding.
  fileprivate func isClose(to other: LineRow) -> Bool {
    zip(fixed + random, other.fixed + other.random).allSatisfy {
      abs($0 - $1) <= 1e-9 * max(1, abs($0), abs($1))
    }
  }
}
