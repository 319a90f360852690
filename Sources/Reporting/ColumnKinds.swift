import ModelFormula
import Tables

/// What kind of variable each factor of a formula's terms is.
struct ColumnKinds {
  /// Texts of factors: `factor(x)`, columns named as factors or given contrasts, and with data those of text or logical values.
  private(set) var categorical: Set<String> = []
  /// Kinds of contrasts other than treatment contrasts, by the texts of factors.
  private(set) var contrasts: [String: Contrast] = [:]
  /// Texts of `poly` and `ns`.
  private(set) var bases: Set<String> = []
  /// For each grouping factor, texts of variables that are constant within every level; known only with data.
  private(set) var groupLevel: [Set<String>]
  /// The number of levels of each grouping factor, 0 without data.
  private(set) var levelCounts: [Int]

  /// Looks at every factor of a formula's terms.
  /// - Throws: `FormulaError` for a column that the data do not have.
  init(_ formula: ModelFormula, factors: [GroupingFactor], data: DataTable?, roles: ColumnRoles) throws {
    groupLevel = factors.map { _ in [] }
    levelCounts = factors.map { _ in 0 }
    var parts = formula.fixed.terms.flatMap(\.factors)
    parts += formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    for part in parts {
      if part.factorColumn != nil { categorical.insert(part.text) }
      if case .call(let function, _, _) = part, ["poly", "ns"].contains(function) { bases.insert(part.text) }
      let contrast = part.variables.first.flatMap { roles.contrasts[$0] }
      if let contrast, contrast != .treatment { contrasts[part.text] = contrast }
      // Without data the options are believed.
      if data == nil, case .variable(let name, _) = part, contrast != nil || roles.factors.contains(name) {
        categorical.insert(part.text)
      }
    }
    guard let data else { return }
    for name in factors.flatMap(\.columns) where data[name] == nil {
      throw formula.missingColumn(name, available: data.columnNames)
    }
    let groupings = try factors.map { try ModelFrame.grouping($0.expression, in: data) }
    levelCounts = groupings.map(\.levels.count)
    for part in parts {
      for name in part.variables {
        guard let column = data[name] else {
          throw formula.missingColumn(name, available: data.columnNames)
        }
        switch column.values {
        case .text, .logical: categorical.insert(part.text)
        default: if roles.factors.contains(name) { categorical.insert(part.text) }
        }
      }
      for (f, grouping) in groupings.enumerated() where !groupLevel[f].contains(part.text) {
        let isConstant = part.variables.allSatisfy { name in
          data[name].map { ColumnKinds.isConstant($0, within: grouping) } ?? false
        }
        if isConstant { groupLevel[f].insert(part.text) }
      }
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
