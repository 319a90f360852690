import LinearAlgebra
import MixedModels
import ModelFormula

/// The columns of a fixed part that a group's own rows cannot tell from another column, because within each
/// group they are a multiple of it: group-level predictors, u_j times the constant, and cross-level
/// interactions, u_j times the column x.
struct GroupLevelColumns {
  /// One such column.
  struct Entry {
    /// Its name and its place among the fixed effects.
    let name: String
    let place: Int
    /// The column that it is a multiple of.
    let base: String
    /// The multiple in each group; NaN where the group's rows of the base are all 0.
    let values: [Double]
  }

  /// In the order of the fixed effects.
  let entries: [Entry]

  /// Looks at the columns of a model group by group.
  /// - Parameter factor: the place of the grouping factor.
  /// - Complexity: O(rows · columns²).
  init(_ model: some MixedModel, factor: Int = 0) {
    let (codes, count) = (model.factors[factor].codes, model.factors[factor].levels.count)
    var bases: [(name: String, values: [Double])] = []
    let (fixed, random) = (model.fixedMatrix, model.randomMatrix)
    for k in model.factors[factor].columns.indices {
      let name = model.factors[factor].effectNames[k]
      if bases.contains(where: { $0.name == name }) { continue }
      bases.append((name, random.column(model.factors[factor].columns[k])))
    }
    if !bases.contains(where: { $0.name == FigureWords.constant }) {
      bases.insert((FigureWords.constant, [Double](repeating: 1, count: codes.count)), at: 0)
    }
    var entries: [Entry] = []
    for (place, name) in model.fixedEffectNames.enumerated() {
      if bases.contains(where: { $0.name == name }) { continue }
      let column = fixed.column(place)
      var found: Entry?
      for base in bases where found == nil {
        if let values = GroupLevelColumns.multiples(of: base.values, in: column, codes, count) {
          found = Entry(name: name, place: place, base: base.name, values: values)
        }
      }
      if let found { entries.append(found) } else { bases.append((name, column)) }
    }
    self.entries = entries
  }

  /// v_j with column = v_j·base in the rows of each group j; nil if there is a group without.
  private static func multiples(of base: [Double], in column: [Double], _ codes: [Int], _ count: Int)
    -> [Double]?
  {
    // From the row in which the base is largest.
    var largest = [Double](repeating: 0, count: count)
    var values = [Double](repeating: .nan, count: count)
    var size = 0.0
    for (row, j) in codes.enumerated() {
      size = max(size, abs(column[row]))
      if abs(base[row]) > largest[j] {
        largest[j] = abs(base[row])
        values[j] = column[row] / base[row]
      }
    }
    for (row, j) in codes.enumerated() {
      let expected = values[j].isNaN ? 0 : values[j] * base[row]
      if abs(column[row] - expected) > 1e-9 * size { return nil }
    }
    return values
  }

  /// What is a multiple of a column.
  func entries(over base: String) -> [Entry] { entries.filter { $0.base == base } }

  /// Other fixed effects that are functions of the same predictor, so that they change with it: a factor's other levels,
  /// a basis's other columns, powers. Interactions are none, for they vanish where the other predictor is 0.
  func companions(of entry: Entry, in model: some MixedModel) -> [String] {
    let terms = model.formula.fixed.terms.filter { $0.factors.count == 1 }
    func term(_ name: String) -> Term? {
      terms.first { $0.name == name }
        ?? terms.filter { name.hasPrefix($0.name) }.max { $0.name.count < $1.name.count }
    }
    guard let own = term(entry.name) else { return [] }
    let variables = Set(own.factors[0].variables)
    return entries(over: entry.base).map(\.name).filter { name in
      guard name != entry.name, !name.contains(":"), let other = term(name) else { return false }
      return !variables.isDisjoint(with: other.factors[0].variables)
    }
  }
}
