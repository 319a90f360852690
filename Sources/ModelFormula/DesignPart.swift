import LinearAlgebra
import Tables

/// One factor of a term as columns, with all it learned from the training data.
struct DesignPart: Sendable, Equatable {
  /// How values become columns.
  enum Coding: Sendable, Equatable {
    /// One number.
    case number
    /// Several columns of one number.
    case basis(Basis)
    /// The indicators of levels.
    case indicators([String])
    /// Contrasts: for each level a row.
    case contrasts([String], Matrix)
  }

  /// What is evaluated on data.
  let expression: FormulaExpression
  let coding: Coding
  /// Which of the coding's columns are used.
  let columns: Range<Int>

  /// The part with fewer columns.
  func restricted(to columns: Range<Int>) -> DesignPart {
    DesignPart(expression: expression, coding: coding, columns: columns)
  }

  /// The columns on a table.
  /// - Throws: `FormulaError` for missing columns or a level that the training data did not have.
  func values(
    in data: DataTable, roles: ColumnRoles, formula: String, known: inout KnownColumns
  ) throws(FormulaError) -> [[Double]] {
    switch coding {
    case .number:
      let values = try known.values(named: expression.text) { () throws(FormulaError) in
        try expression.number(in: data, formula: formula)
      }
      return [values]
    case .basis(let basis):
      return Array(basis.columns(at: try expression.number(in: data, formula: formula))[columns])
    case .indicators(let levels):
      let places = try places(of: levels, in: data, roles: roles, formula: formula)
      var result = [[Double]](repeating: [Double](repeating: 0, count: data.rowCount), count: columns.count)
      for (row, place) in places.enumerated() {
        if place < 0 {
          for j in result.indices { result[j][row] = .nan }
        } else if columns.contains(place) {
          result[place - columns.lowerBound][row] = 1
        }
      }
      return result
    case .contrasts(let levels, let matrix):
      let places = try places(of: levels, in: data, roles: roles, formula: formula)
      return columns.map { j in places.map { $0 < 0 ? .nan : matrix[$0, j] } }
    }
  }

  /// The level of each row among the training data's, −1 where it is missing.
  private func places(
    of levels: [String], in data: DataTable, roles: ColumnRoles, formula: String
  ) throws(FormulaError) -> [Int] {
    let value = try expression.value(
      in: data, factors: roles.factors.union(expression.variables), formula: formula)
    guard case .categorical(let column) = value else { return [] }
    var place = [Int](repeating: -1, count: column.levels.count)
    for (i, level) in column.levels.enumerated() {
      guard let known = levels.firstIndex(of: level) else {
        throw .wrongType(
          column: expression.text, found: "a factor with the level '\(level)'",
          needed: "the fit knows only \(levels.joined(separator: ", "))")
      }
      place[i] = known
    }
    return column.codes.map { $0 < 0 ? -1 : place[$0] }
  }
}
