import LinearAlgebra
import Tables

/// A fixed part with the indicators of all levels of every factor in every term: more columns than parameters.
///
/// Functions ℓ'b of its coefficients that do not change with the choice among equally good b are called estimable: the ℓ in the space of its rows. The
/// columns do not depend on contrasts, and permuting levels permutes them.
public struct OverparameterizedDesign: Sendable {
  /// One row a used row of the frame (n×P).
  public let matrix: Matrix
  /// Names of the columns: `(Intercept)`, `x`, `factor(g)b`, `x:factor(g)b`.
  public let columnNames: [String]
  /// For each column the index of its term, 0 for the constant.
  public let termOfColumn: [Int]
  /// For each column the product of numbers in it, e.g. `x` for `x:factor(g)b`, empty for indicators: columns with equal ones share a unit.
  public let numericPartOfColumn: [String]
  /// The columns that treatment contrasts keep, in order.
  public let treatmentColumns: [Int]
  /// The term that stands for the constant: 0 where the model has one, else the term of the first factor, whose levels add up to it; nil where nothing
  /// does. The constant has a column unless this is nil.
  public let constantTerm: Int?
  /// For each term its numeric factors and its categorical ones, the constant first.
  private let factorsOfTerm: [(numeric: Set<String>, categorical: Set<String>)]

  init(_ coding: DesignCoding, data: DataTable) throws(FormulaError) {
    // By R's rule the first factor of a model without a constant has all its levels.
    let first = coding.terms.firstIndex { parts in parts.contains { $0.levels != nil } }
    let absorbing = first.flatMap { index in
      coding.terms[index].allSatisfy { $0.levels != nil } ? index + 1 : nil
    }
    constantTerm = coding.hasIntercept ? 0 : absorbing
    var columns: [ProductColumn] = []
    var termOf: [Int] = []
    var values: [Double] = []
    if constantTerm != nil {
      columns.append(ProductColumn(name: "(Intercept)", isTreatment: coding.hasIntercept))
      termOf.append(0)
      values += [Double](repeating: 1, count: data.rowCount)
    }
    var factors: [(numeric: Set<String>, categorical: Set<String>)] = [([], [])]
    var known = KnownColumns()
    for (index, parts) in coding.terms.enumerated() {
      let names = coding.factorNamesOfTerms[index]
      factors.append(
        (
          Set(zip(names, parts).filter { $1.levels == nil }.map(\.0)),
          Set(zip(names, parts).filter { $1.levels != nil }.map(\.0))
        ))
      var own: [ProductColumn] = []
      var products: [[Double]] = []
      for (place, (name, part)) in zip(names, parts).enumerated() {
        let right = ProductColumn.columns(of: part, name: name)
        let numbers = try part.withAllLevels.values(
          in: data, roles: coding.roles, formula: coding.formula, known: &known)
        own = place == 0 ? right : right.flatMap { r in own.map { $0.times(r) } }
        products = place == 0 ? numbers : numbers.flatMap { r in products.map { zip($0, r).map(*) } }
      }
      columns += own
      termOf += [Int](repeating: index + 1, count: own.count)
      for column in products { values += column }
    }
    matrix = Matrix(rows: data.rowCount, columns: columns.count, storage: values)
    columnNames = columns.map(\.name)
    termOfColumn = termOf
    numericPartOfColumn = columns.map(\.numericPart)
    treatmentColumns = columns.indices.filter { columns[$0].isTreatment }
    factorsOfTerm = factors
  }

  /// Whether a term lies within another: the same numbers, and fewer factors.
  public func isContained(_ term: Int, in other: Int) -> Bool {
    let (a, b) = (factorsOfTerm[term], factorsOfTerm[other])
    return a.numeric == b.numeric && a.categorical.isStrictSubset(of: b.categorical)
  }

  /// Combinations of levels of a term that no row has (or whose numbers are all 0), by the names of their columns.
  public var emptyCells: [String] {
    let n = matrix.rows
    return columnNames.indices.filter { j in
      matrix.storage[j * n..<(j + 1) * n].allSatisfy { $0 == 0 }
    }.map { columnNames[$0] }
  }
}

/// What is known of a column that is a product of parts' columns.
private struct ProductColumn {
  let name: String
  var numericPart = ""
  let isTreatment: Bool

  func times(_ right: ProductColumn) -> ProductColumn {
    let numbers = [numericPart, right.numericPart].filter { !$0.isEmpty }.sorted()
    return ProductColumn(
      name: name + ":" + right.name, numericPart: numbers.joined(separator: ":"),
      isTreatment: isTreatment && right.isTreatment)
  }

  static func columns(of part: DesignPart, name: String) -> [ProductColumn] {
    if let levels = part.levels {
      return levels.enumerated().map { index, level in
        // Where contrasts stand for the levels, those of treatment leave out the first.
        let kept: Bool =
          if case .indicators = part.coding { part.columns.contains(index) } else { index > 0 }
        return ProductColumn(name: name + level, isTreatment: kept)
      }
    }
    let names = part.columns.count == 1 ? [name] : part.columns.map { "\(name)\($0 + 1)" }
    return names.map { ProductColumn(name: $0, numericPart: $0, isTreatment: true) }
  }
}

extension DesignPart {
  /// The levels of a factor; nil for numbers.
  fileprivate var levels: [String]? {
    switch coding {
    case .indicators(let levels), .contrasts(let levels, _): levels
    case .number, .basis: nil
    }
  }

  /// The part with the indicators of all levels where it is a factor.
  fileprivate var withAllLevels: DesignPart {
    guard let levels else { return self }
    return DesignPart(expression: expression, coding: .indicators(levels), columns: 0..<levels.count)
  }
}

extension ModelFrame {
  /// The fixed part with all levels of every factor in every term, on the used rows.
  public var overparameterized: OverparameterizedDesign {
    guard
      let design = try? OverparameterizedDesign(
        fixedCoding, data: usedRows.count < data.rowCount ? data.selecting(rows: usedRows) : data)
    else { preconditionFailure("the terms of \(formula.text) have been coded before") }
    return design
  }
}
