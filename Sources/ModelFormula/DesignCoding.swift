import LinearAlgebra
import Tables

/// How terms become columns: which levels a factor has, its contrasts, and what `scale`, `poly` and `ns` learned.
///
/// Made from the training data, and applied to any data with the same columns, so that a prediction uses the levels and the knots of
/// the fit. A factor has treatment contrasts unless told otherwise; a factor of a term gets the indicators of all its levels when the term
/// without it is not in the model (R's rule of marginality), e.g. the first factor of a model without a constant.
public struct DesignCoding: Sendable, Equatable {
  let hasIntercept: Bool
  let terms: [[DesignPart]]
  let roles: ColumnRoles
  let formula: String
  /// Names of the columns, as R writes them: `(Intercept)`, `x`, `factor(g)b`, `x:factor(g)b`.
  public let columnNames: [String]
  /// For each column the index of its term, from 0 for the constant as in R's `assign`.
  public let termOfColumn: [Int]
  /// The names of the terms, the constant not counted.
  public let termNames: [String]
  /// For each term the texts of its factors.
  public let factorNamesOfTerms: [[String]]
  /// For each column the names of its factors' columns, e.g. `["x", "factor(g)b"]`; none for the constant.
  public let partsOfColumns: [[String]]
  /// Whether it is one column of a term that has several.
  public let isPart: Bool

  /// Finds the coding of a list of terms on training data.
  /// - Parameters:
  ///   - data: the rows that are used.
  ///   - training: the rows from which `scale`, `poly` and `ns` learn.
  ///   - roles: which columns are factors, and their contrasts.
  /// - Throws: `FormulaError` for unknown columns, wrong types, factors of one level, and columns that a function does not allow.
  init(
    _ list: TermList, data: DataTable, training: DataTable, roles: ColumnRoles, formula: String
  ) throws(FormulaError) {
    hasIntercept = list.hasIntercept
    self.roles = roles
    self.formula = formula
    var coded: [[DesignPart]] = []
    var names: [String] = list.hasIntercept ? ["(Intercept)"] : []
    var termOf = [Int](repeating: 0, count: names.count)
    var partsOf = [[String]](repeating: [], count: names.count)
    var factorSeen = false
    for (index, term) in list.terms.enumerated() {
      var parts: [DesignPart] = []
      var partNames: [[String]] = []
      for factor in term.factors {
        if let (basis, argument, count) = try Basis.trained(factor, on: training, formula: formula) {
          parts.append(DesignPart(expression: argument, coding: .basis(basis), columns: 0..<count))
          partNames.append(count == 1 ? [factor.text] : (1...count).map { "\(factor.text)\($0)" })
          continue
        }
        let trained = try factor.trained(on: training, formula: formula)
        switch try trained.value(in: data, factors: roles.factors, formula: formula) {
        case .numeric:
          parts.append(DesignPart(expression: trained, coding: .number, columns: 0..<1))
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
          let contrast = roles.contrast(of: factor)
          let (part, suffixes) = try DesignCoding.part(factor, levels: column.levels, full ? nil : contrast)
          parts.append(part)
          partNames.append(suffixes.map { name + $0 })
        }
      }
      coded.append(parts)
      let combined = partNames.dropFirst().reduce(partNames[0]) { slow, fast in
        fast.flatMap { right in slow.map { $0 + ":" + right } }
      }
      names += combined
      partsOf += partNames.dropFirst().reduce(partNames[0].map { [$0] }) { slow, fast in
        fast.flatMap { right in slow.map { $0 + [right] } }
      }
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
    factorNamesOfTerms = list.terms.map(\.factorNames)
    partsOfColumns = partsOf
    isPart = false
  }

  /// One column of a coding of a single term without a constant.
  init(column: Int, of whole: DesignCoding) {
    precondition(whole.terms.count == 1 && !whole.hasIntercept, "one term, not \(whole.termNames)")
    hasIntercept = false
    roles = whole.roles
    formula = whole.formula
    // The first factor's columns change fastest.
    var rest = column
    terms = [
      whole.terms[0].map { part in
        let own = part.columns.lowerBound + rest % part.columns.count
        rest /= part.columns.count
        return part.restricted(to: own..<own + 1)
      }
    ]
    columnNames = [whole.columnNames[column]]
    termOfColumn = [whole.termOfColumn[column]]
    termNames = whole.termNames
    factorNamesOfTerms = whole.factorNamesOfTerms
    partsOfColumns = [whole.partsOfColumns[column]]
    isPart = true
  }

  /// The texts of the factors among a term's parts.
  var factorTexts: [String] {
    terms.flatMap { $0 }.compactMap { part in
      switch part.coding {
      case .indicators, .contrasts: part.expression.text
      case .number, .basis: nil
      }
    }
  }

  /// A factor by contrasts, or by all its levels where there are none; and what its columns add to its name.
  private static func part(
    _ factor: FormulaExpression, levels: [String], _ contrast: Contrast?
  ) throws(FormulaError) -> (DesignPart, [String]) {
    let k = levels.count
    guard let contrast, contrast != .treatment else {
      let used = (contrast == nil ? 0 : 1)..<k
      return (DesignPart(expression: factor, coding: .indicators(levels), columns: used), Array(levels[used]))
    }
    if contrast == .poly, k > 95 {
      throw .degenerate(
        expression: factor.text, found: "it has \(k) levels",
        remedy: "polynomial contrasts are for at most 95, and other contrasts for any number")
    }
    let coding = DesignPart.Coding.contrasts(levels, contrast.matrix(levels: k))
    return (
      DesignPart(expression: factor, coding: coding, columns: 0..<k - 1), contrast.suffixes(levels: levels)
    )
  }

  /// The design matrix of a data table, one row for each of its rows.
  /// - Throws: `FormulaError` for missing columns or a level that the training data did not have.
  public func matrix(for data: DataTable) throws(FormulaError) -> Matrix {
    var known = KnownColumns()
    return try columns(for: data, known: &known).matrix
  }

  /// The columns of the design matrix on a data table.
  /// - Throws: as `matrix(for:)`.
  func columns(for data: DataTable, known: inout KnownColumns) throws(FormulaError) -> DesignColumns {
    var all: [DesignColumns.Entries] = hasIntercept ? [.constant(1)] : []
    for parts in terms {
      var columns: [[Double]] = []
      for (index, part) in parts.enumerated() {
        let own = try part.values(in: data, roles: roles, formula: formula, known: &known)
        columns = index == 0 ? own : own.flatMap { right in columns.map { zip($0, right).map(*) } }
      }
      all += columns.map { .varying($0) }
    }
    return DesignColumns(all, rows: data.rowCount)
  }
}
