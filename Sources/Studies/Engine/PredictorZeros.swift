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
      } else {
        let isHidden = known.contains { PredictorZeros.sources(of: $0.variables, design).contains(name) }
        zeros[name] = isHidden ? .unknown : .zero
      }
    }
    self.zeros = zeros
    let isOther = own.contains { factor in
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

  /// The predictor behind a coefficient of the design: none for a constant; nil for anything but a predictor by itself.
  private func predictor(of coefficient: String) -> String?? {
    if coefficient == "(Intercept)" { return .some(nil) }
    if case .centered(let x, _) = design.law(of: coefficient), drawn.contains(x) { return x }
    return drawn.contains(coefficient) ? coefficient : nil
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
      guard let predictor = predictor(of: coefficient) else { return nil }
      if let predictor, kept.contains(predictor) { return nil }
      func at(_ step: Double) -> [LineRow]? {
        let moved = point(places, in: data, keeping: kept, predictor.map { ($0, step) })
        return moved.flatMap { evaluate(names, effects, frame, group.factor, on: $0) }
      }
      guard let zero = at(0) else { return nil }
      guard predictor != nil else { return zero }
      guard let one = at(1), let two = at(2) else { return nil }
      var slopes: [LineRow] = []
      for k in zero.indices {
        let (rise, next) = (one[k].less(zero[k]), two[k].less(one[k]))
        guard rise.isClose(to: next) else { return nil }
        slopes.append(rise)
      }
      return slopes
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

  /// Rows where the design's predictors are 0, but for those that are kept, and one that is stepped.
  private func point(
    _ places: [Int], in data: DataTable, keeping kept: Set<String>, _ step: (name: String, size: Double)?
  ) -> DataTable? {
    let rows = data.selecting(rows: places)
    var values: [String: [Double]] = [:]
    var texts: [String: String] = [:]
    for name in drawn where !kept.contains(name) {
      guard let column = rows[name], let zero = zeros[name] else { return nil }
      guard let numbers = column.numbers, !factorColumns.contains(name) else {
        guard let level = data[name]?.factor.levels.first else { return nil }
        if column.numbers != nil, let number = Double(level) {
          values[name] = places.map { _ in number }
        } else {
          texts[name] = level
        }
        continue
      }
      let shift = step.flatMap { $0.name == name ? $0.size : nil } ?? 0
      switch zero {
      case .zero: values[name] = numbers.map { _ in shift }
      case .mean(let centered):
        guard let inner = rows[centered]?.numbers else { return nil }
        values[name] = zip(numbers, inner).map { $0 - $1 + shift }
      case .unknown: return nil
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
  /// The difference.
  fileprivate func less(_ other: LineRow) -> LineRow {
    LineRow(
      fixed: zip(fixed, other.fixed).map { $0 - $1 }, random: zip(random, other.random).map { $0 - $1 })
  }

  /// Equal but for rounding.
  fileprivate func isClose(to other: LineRow) -> Bool {
    zip(fixed + random, other.fixed + other.random).allSatisfy {
      abs($0 - $1) <= 1e-9 * max(1, abs($0), abs($1))
    }
  }
}
