import LinearAlgebra
import Tables

/// How terms become columns: which levels a factor has and whether its first level is left out.
///
/// Made from the training data, and applied to any data with the same columns, so that a prediction uses the levels of the fit.
/// Factors are coded by treatment contrasts; a factor of a term gets all its levels when the term without it is not in the model
/// (R's rule of marginality), e.g. the first factor of a model without a constant.
public struct DesignCoding: Sendable, Equatable {
  /// One factor of a term.
  enum Part: Sendable, Equatable {
    case numeric(FormulaExpression)
    /// `used` are the levels that have a column, as indices into `levels`.
    case categorical(FormulaExpression, levels: [String], used: Range<Int>)
  }

  let hasIntercept: Bool
  let terms: [[Part]]
  let roles: ColumnRoles
  let formula: String
  /// Names of the columns, as R writes them: `(Intercept)`, `x`, `factor(g)b`, `x:factor(g)b`.
  public let columnNames: [String]
  /// For each column the index of its term, from 0 for the constant as in R's `assign`.
  public let termOfColumn: [Int]
  /// The names of the terms, the constant not counted.
  public let termNames: [String]

  /// Finds the coding of a list of terms on training data.
  /// - Parameter roles: which columns are factors, and their contrasts.
  /// - Throws: `FormulaError` for unknown columns, wrong types, and factors of one level.
  init(_ list: TermList, data: DataTable, roles: ColumnRoles, formula: String) throws(FormulaError) {
    hasIntercept = list.hasIntercept
    self.roles = roles
    self.formula = formula
    var coded: [[Part]] = []
    var names: [String] = list.hasIntercept ? ["(Intercept)"] : []
    var termOf = [Int](repeating: 0, count: names.count)
    var factorSeen = false
    for (index, term) in list.terms.enumerated() {
      var parts: [Part] = []
      var partNames: [[String]] = []
      for factor in term.factors {
        switch try factor.value(in: data, factors: roles.factors, formula: formula) {
        case .numeric:
          parts.append(.numeric(factor))
          partNames.append([factor.text])
        case .categorical(let column):
          let name = factor.text
          guard column.levels.count > 1 else {
            throw .oneLevel(factor: name, level: column.levels.first ?? "", rows: column.codes.count)
          }
          // R's rule: all levels unless what is left of the term without this factor lies within the constant or an
          // earlier term; and in a model without a constant the first factor of all has all its levels.
          let rest = term.factorNames.filter { $0 != name }
          let spanned =
            rest.isEmpty
            ? list.hasIntercept || index > 0
            : list.terms[..<index].contains { rest.allSatisfy($0.factorNames.contains) }
          let full = !spanned || !list.hasIntercept && !factorSeen
          factorSeen = true
          let used = (full ? 0 : 1)..<column.levels.count
          parts.append(.categorical(factor, levels: column.levels, used: used))
          partNames.append(column.levels[used].map { name + $0 })
        }
      }
      coded.append(parts)
      let combined = partNames.dropFirst().reduce(partNames[0]) { slow, fast in
        fast.flatMap { right in slow.map { $0 + ":" + right } }
      }
      names += combined
      termOf += [Int](repeating: index + 1, count: combined.count)
    }
    // Numbers alone have the names of different columns.
    if factorSeen {
      var seen: Set<String> = []
      if let repeated = names.first(where: { !seen.insert($0).inserted }) {
        throw .repeatedColumn(repeated, formula: formula)
      }
    }
    terms = coded
    columnNames = names
    termOfColumn = termOf
    termNames = list.terms.map(\.name)
  }

  /// The design matrix of a data table, one row for each of its rows.
  /// - Throws: `FormulaError` for missing columns or a level that the training data did not have.
  public func matrix(for data: DataTable) throws(FormulaError) -> Matrix {
    let n = data.rowCount
    var storage: [Double] = []
    storage.reserveCapacity(n * columnNames.count)
    if hasIntercept { storage += [Double](repeating: 1, count: n) }
    for parts in terms {
      var columns: [[Double]] = []
      for (index, part) in parts.enumerated() {
        let own = try partColumns(part, data: data)
        columns = index == 0 ? own : own.flatMap { right in columns.map { zip($0, right).map(*) } }
      }
      for column in columns { storage += column }
    }
    return Matrix(rows: n, columns: columnNames.count, storage: storage)
  }

  private func partColumns(_ part: Part, data: DataTable) throws(FormulaError) -> [[Double]] {
    switch part {
    case .numeric(let expression):
      return [try expression.number(in: data, formula: formula)]
    case .categorical(let expression, let levels, let used):
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
      var columns = [[Double]](repeating: [Double](repeating: 0, count: data.rowCount), count: used.count)
      for (row, code) in column.codes.enumerated() {
        if code < 0 {
          for j in columns.indices { columns[j][row] = .nan }
        } else if used.contains(place[code]) {
          columns[place[code] - used.lowerBound][row] = 1
        }
      }
      return columns
    }
  }
}
