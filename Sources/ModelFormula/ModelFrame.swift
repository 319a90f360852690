import LinearAlgebra
import Tables

/// A formula applied to data: response, design matrices and grouping, rows with missing values left out.
public struct ModelFrame: Sendable {
  /// The formula; its text shows each `||` as it was written where a term behind it was split into columns.
  public let formula: ModelFormula
  /// What columns are beside the formula.
  public let roles: ColumnRoles
  /// Rows of the data that are used, from 0.
  public internal(set) var usedRows: [Int] {
    get { keptRows ?? Array(0..<data.rowCount) }
    set { keptRows = newValue }
  }
  /// Nil where every row is used.
  private var keptRows: [Int]?
  /// The columns that the formula and the roles name, all rows.
  public let data: DataTable
  /// How many rows were left out for a missing value.
  public let omittedCount: Int
  /// The response, one number a used row; the share of successes where it is read as successes.
  public internal(set) var response: [Double]
  /// What the response is read as.
  public let responseKind: ResponseKind
  /// Successes and trials of the used rows, where the response is read as those.
  public internal(set) var binomial: BinomialResponse?
  /// How the fixed part becomes columns.
  public let fixedCoding: DesignCoding
  /// The fixed-effects matrix X (n×p), before any check of its rank.
  public var fixed: Matrix { fixedColumns.matrix }
  /// Its columns.
  public internal(set) var fixedColumns: DesignColumns
  /// One entry a random-effects term; behind `||` one a column, unless the roles ask for lme4's terms.
  public internal(set) var random: [RandomDesign]
  /// The factors behind `||` whose levels became terms of their own, as they are written.
  public let doubleBarFactors: [String]
  /// Prior weights of the used rows; nil where all are 1, and where they are the numbers of trials of `binomial`.
  public internal(set) var weights: [Double]?
  /// What is added to the linear predictor of the used rows, in its unit (of a linear model that of the response); nil for nothing.
  public internal(set) var offset: [Double]?
  private let offsetTerms: [FormulaExpression]

  /// The response without the offset: what the columns of the model explain.
  public var responseBesideOffset: [Double] { offset.map { zip(response, $0).map(-) } ?? response }
  /// What `responseBesideOffset` is called: the response's text, `y − offset` where there is one.
  public var responseBesideOffsetText: String {
    let taken = offsetTerms.map { " − " + $0.text }.joined()
    return formula.response.text + taken
  }
  /// √w of the used rows, by which least squares multiplies them; nil where all weights are 1.
  public var rowFactors: [Double]? { weights.map { $0.map { $0.squareRoot() } } }

  /// The columns of one random-effects term and the factor over which their coefficients vary.
  public struct RandomDesign: Sendable {
    /// How the effects become columns.
    public let coding: DesignCoding
    /// The names of the effects.
    public var columnNames: [String] { coding.columnNames }
    /// The columns of the effects, n×q.
    public var matrix: Matrix { columns.matrix }
    /// The same one by one.
    public let columns: DesignColumns
    /// The grouping factor on the used rows.
    public let grouping: CategoricalColumn
    /// The grouping factor as the formula has it.
    public let groupingExpression: FormulaExpression

    /// The grouping factor on other rows, with levels of its own.
    /// - Throws: `FormulaError` if a column is missing.
    public func grouping(in data: DataTable) throws(FormulaError) -> CategoricalColumn {
      try ModelFrame.grouping(groupingExpression, in: data)
    }

    /// The columns of the effects on other rows.
    /// - Throws: `FormulaError` for missing columns or a level that the fit does not know.
    public func matrix(for data: DataTable) throws(FormulaError) -> Matrix { try coding.matrix(for: data) }
  }

  /// Applies a formula to a table.
  /// - Parameters:
  ///   - roles: what columns are beside the formula.
  ///   - kind: what the response is read as; everything else is the same for all kinds.
  /// - Throws: `FormulaError` if columns are missing or of the wrong type, the response is not of its kind, or no row is left.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(),
    response kind: ResponseKind = .numbers
  ) throws(FormulaError) {
    var names = formula.response.variables
    for term in formula.fixed.terms { for f in term.factors { names += f.variables } }
    for random in formula.randomTerms {
      for term in random.effects.terms { for f in term.factors { names += f.variables } }
      names += random.groupingFactor.variables
    }
    for offset in formula.offsets { names += offset.variables }
    names += [roles.weights, roles.standardErrors, roles.offset].compactMap { $0 }
    guard !formula.response.variables.isEmpty else {
      throw .unsupported(
        formula: formula.source, column: formula.response.position, what: "a response without a column",
        hint: "the left side names the column to be explained, e.g. salary ~ experience")
    }
    var columns: [Column] = []
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      guard let column = data[name] else { throw formula.missingColumn(name, available: data.columnNames) }
      columns.append(column)
    }
    var known = KnownColumns()
    var complete: [Bool]?
    for column in columns where column.hasMissing(&known) {
      if complete == nil { complete = [Bool](repeating: true, count: data.rowCount) }
      column.markMissing(in: &complete!)
    }
    if !roles.contrasts.isEmpty {
      let terms = formula.fixed.terms + formula.randomTerms.flatMap(\.effects.terms)
      try roles.checkContrasts(in: data, predictors: terms.flatMap(\.factors))
    }
    let used = complete.map { complete in complete.indices.filter { complete[$0] } }
    guard used.map({ !$0.isEmpty }) ?? (data.rowCount > 0) else { throw .noRows(total: data.rowCount) }
    let all = DataTable(columns, name: data.name)
    var table = all
    if let used { table = table.selecting(rows: used) }

    self.roles = roles
    keptRows = used
    self.data = all
    omittedCount = data.rowCount - table.rowCount
    var priorWeights = try roles.weights.map { name throws(FormulaError) in
      try ModelFrame.weights(in: table, column: name, formula: formula.source, rows: used)
    }
    if let name = roles.standardErrors {
      priorWeights = try ModelFrame.precisions(in: table, column: name, formula: formula.source, rows: used)
    }
    let read = try ResponseReading(
      formula, kind: kind, used: table, all: all, rows: used, roles: roles, weights: priorWeights)
    responseKind = kind
    response = read.numbers
    binomial = read.binomial
    weights = read.takesWeights ? nil : priorWeights
    try ModelFrame.checkFinite(response, name: formula.response.text, rows: used, &known)
    fixedCoding = try DesignCoding(
      formula.fixed, data: table, training: all, roles: roles, formula: formula.source)
    fixedColumns = try fixedCoding.columns(for: table, known: &known)
    try ModelFrame.checkFinite(fixedColumns, names: fixedCoding.columnNames, rows: used, &known)
    var terms: [FormulaExpression] = []
    for term in formula.offsets { terms.append(try term.trained(on: all, formula: formula.source)) }
    if let name = roles.offset { terms.append(.variable(name, at: 0)) }
    offsetTerms = terms
    offset = try ModelFrame.offset(terms, in: table, formula: formula.source)
    if let offset { try ModelFrame.checkFinite(offset, name: "the offset", rows: used, &known) }
    var designs: [RandomDesign] = []
    var keptBars: Set<Int> = []
    var splitFactors: [String] = []
    for term in formula.randomTerms {
      let coding = try DesignCoding(
        term.effects, data: table, training: all, roles: roles, formula: formula.source)
      let columns = try coding.columns(for: table, known: &known)
      try ModelFrame.checkFinite(columns, names: coding.columnNames, rows: used, &known)
      let grouping = try ModelFrame.grouping(term.groupingFactor, in: table)
      guard let bar = term.doubleBar, roles.doubleBar == .split, columns.count > 1 else {
        designs.append(
          RandomDesign(
            coding: coding, columns: columns, grouping: grouping, groupingExpression: term.groupingFactor))
        continue
      }
      keptBars.insert(bar)
      for factor in coding.factorTexts where !splitFactors.contains(factor) { splitFactors.append(factor) }
      for j in 0..<columns.count {
        designs.append(
          RandomDesign(
            coding: DesignCoding(column: j, of: coding), columns: columns.selecting(columns: [j]),
            grouping: grouping,
            groupingExpression: term.groupingFactor))
      }
    }
    random = designs
    doubleBarFactors = splitFactors
    self.formula = keptBars.isEmpty ? formula : formula.keepingDoubleBars(at: keptBars)
  }

  /// A grouping factor's codes on a table: one column, `factor(column)`, or the combinations that occur of `g1:g2`.
  /// - Throws: `FormulaError` if a column is missing.
  public static func grouping(
    _ expression: FormulaExpression, in data: DataTable
  ) throws(FormulaError) -> CategoricalColumn {
    switch expression.unwrapped {
    case .binary(":", let left, let right, _):
      let a = try grouping(left, in: data)
      let b = try grouping(right, in: data)
      let pairs = zip(a.codes, b.codes).map { $0 < 0 || $1 < 0 ? -1 : $0 * b.levels.count + $1 }
      let occurring = Set(pairs).subtracting([-1]).sorted()
      let place = Dictionary(uniqueKeysWithValues: occurring.enumerated().map { ($1, $0) })
      let levels = occurring.map { a.levels[$0 / b.levels.count] + ":" + b.levels[$0 % b.levels.count] }
      var seen: Set<String> = []
      if let repeated = levels.first(where: { !seen.insert($0).inserted }) {
        throw .ambiguousLevel(factor: expression.text, level: repeated)
      }
      return CategoricalColumn(name: expression.text, levels: levels, codes: pairs.map { place[$0] ?? -1 })
    default:
      guard let name = expression.factorColumn ?? expression.variables.first, let column = data[name] else {
        throw .missingVariable(expression.text, available: data.columnNames)
      }
      let factor = column.factor
      // A plain column goes by its own name, without the backquotes that a formula needs.
      if case .variable = expression.unwrapped { return factor }
      return CategoricalColumn(name: expression.text, levels: factor.levels, codes: factor.codes)
    }
  }

  /// The offset of other rows, NaN where one of its columns is missing; nil where the model has none.
  /// - Throws: `FormulaError` if a column is missing or no number.
  public func offset(for data: DataTable) throws(FormulaError) -> [Double]? {
    try ModelFrame.offset(offsetTerms, in: data, formula: formula.source)
  }

  private static func offset(
    _ terms: [FormulaExpression], in data: DataTable, formula: String
  ) throws(FormulaError) -> [Double]? {
    var sum: [Double]?
    for term in terms {
      let values = try term.number(in: data, formula: formula)
      sum = sum.map { zip($0, values).map(+) } ?? values
    }
    return sum
  }

  private static func weights(
    in data: DataTable, column name: String, formula: String, rows: [Int]?
  ) throws(FormulaError) -> [Double] {
    let values = try FormulaExpression.variable(name, at: 0).number(in: data, formula: formula)
    if let bad = values.firstIndex(where: { !($0 > 0 && $0 <= 1e150) }) {
      throw .badWeight(column: name, row: (rows?[bad] ?? bad) + 1, value: shortestText(values[bad]))
    }
    return values
  }

  /// 1/s² of standard errors s.
  private static func precisions(
    in data: DataTable, column name: String, formula: String, rows: [Int]?
  ) throws(FormulaError) -> [Double] {
    let errors = try FormulaExpression.variable(name, at: 0).number(in: data, formula: formula)
    if let bad = errors.firstIndex(where: { !($0 >= 1e-75 && $0 <= 1e75) }) {
      throw .badStandardError(
        column: name, row: (rows?[bad] ?? bad) + 1, value: shortestText(errors[bad]))
    }
    return errors.map { 1 / ($0 * $0) }
  }

  private static func checkFinite(
    _ columns: DesignColumns, names: [String], rows: [Int]?, _ known: inout KnownColumns
  ) throws(FormulaError) {
    for (j, entries) in columns.entries.enumerated() {
      if case .varying(let values) = entries {
        try checkFinite(values, name: names[j], rows: rows, &known)
      }
    }
  }

  private static func checkFinite(
    _ values: [Double], name: @autoclosure () -> String, rows: [Int]?, _ known: inout KnownColumns
  ) throws(FormulaError) {
    if known.isOrdinary(values) { return }
    // Squares of larger numbers overflow.
    if let bad = values.firstIndex(where: { !(abs($0) <= 1e150) }) {
      throw .notFinite(
        expression: name(), row: (rows?[bad] ?? bad) + 1,
        value: values[bad].isNaN ? "nan" : shortestText(values[bad]))
    }
    let largest = values.reduce(0) { max($0, abs($1)) }
    if largest > 0, largest < 1e-140 {
      throw .vanishing(expression: name(), largest: shortestText(largest))
    }
  }
}

extension Column {
  /// Whether an entry is missing; real columns are read for their magnitudes too.
  fileprivate func hasMissing(_ known: inout KnownColumns) -> Bool {
    guard case .real(let numbers) = values, isOrdinary else { return hasMissing }
    known.note(ordinary: numbers)
    return false
  }

  /// Clears the entries of rows that are missing here.
  func markMissing(in complete: inout [Bool]) {
    switch values {
    case .logical(let v): for i in v.indices where v[i] == nil { complete[i] = false }
    case .integer(let v): for i in v.indices where v[i] == nil { complete[i] = false }
    case .real(let v): for i in v.indices where v[i].isNaN { complete[i] = false }
    case .text(let v): for i in v.indices where v[i] == nil { complete[i] = false }
    }
  }
}
