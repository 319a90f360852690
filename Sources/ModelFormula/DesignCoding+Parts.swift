import LinearAlgebra
import Tables

extension DesignCoding {
  /// The coding of terms on data to be made: the levels of factors are known from one table, and `scale`,
  /// `poly` and `ns` learn from another.
  /// - Throws: as the coding of a model frame.
  package init(
    _ list: TermList, levelsOf known: DataTable, learningFrom training: DataTable, formula: String
  ) throws(FormulaError) {
    try self.init(list, data: known, training: training, roles: ColumnRoles(), formula: formula)
  }

  /// The columns on a table.
  /// - Throws: as `matrix(for:)`.
  package func columns(for data: DataTable) throws(FormulaError) -> DesignColumns {
    var known = KnownColumns()
    return try columns(for: data, known: &known)
  }

  /// A column as a product of what is held and the rest.
  package struct Factored {
    /// The names of the parts that are not held, sorted.
    package let rest: [String]
    /// The product of the held parts, one number a row of the table.
    package let held: [Double]
  }

  /// Every column as a product of the parts that consist of held variables alone and the others: what acts on
  /// which coefficient.
  /// - Parameters:
  ///   - variables: the held ones.
  ///   - data: a table with these columns, one row for each combination of their values wanted.
  /// - Throws: as `matrix(for:)`.
  package func factored(
    holding variables: Set<String>, on data: DataTable
  ) throws(FormulaError) -> [Factored] {
    var known = KnownColumns()
    let ones = [Double](repeating: 1, count: data.rowCount)
    var result: [Factored] = hasIntercept ? [Factored(rest: [], held: ones)] : []
    for parts in terms {
      var values: [[[Double]]?] = []
      for part in parts {
        let isHeld = part.expression.variables.allSatisfy(variables.contains)
        values.append(
          isHeld ? try part.values(in: data, roles: roles, formula: formula, known: &known) : nil)
      }
      // The first factor's columns change fastest.
      for column in 0..<parts.reduce(1, { $0 * $1.columns.count }) {
        let names = partsOfColumns[result.count]
        var (rest, place, held) = ([String](), column, ones)
        for (k, part) in parts.enumerated() {
          if let own = values[k] {
            let numbers = own[place % part.columns.count]
            for i in held.indices { held[i] *= numbers[i] }
          } else {
            rest.append(names[k])
          }
          place /= part.columns.count
        }
        result.append(Factored(rest: rest.sorted(), held: held))
      }
    }
    return result
  }
}

extension TermList {
  /// Whether a function learns from the data: `scale`, `poly` or `ns`.
  package var learns: Bool { terms.contains { $0.factors.contains(where: \.learns) } }
}
