import Glibc
import Tables

/// The response of a model on the used rows, read as its kind asks.
struct ResponseReading {
  /// One number a row: the response itself, the share of successes of a binomial model.
  let numbers: [Double]
  /// Successes and trials, of a binomial model.
  let binomial: BinomialResponse?
  /// Whether prior weights are the numbers of trials, and so none beside them.
  let takesWeights: Bool

  /// Reads the response.
  /// - Parameters:
  ///   - used: the rows without missing values.
  ///   - all: all rows, on which functions such as `scale` are trained.
  ///   - rows: where the used rows stand among all; nil where they are all.
  ///   - weights: prior weights of the used rows.
  init(
    _ formula: ModelFormula, kind: ResponseKind, used: DataTable, all: DataTable, rows: [Int]?,
    roles: ColumnRoles, weights: [Double]?
  ) throws(FormulaError) {
    let reader = Reader(
      formula: formula, used: used, all: all, rows: rows, roles: roles, weights: weights)
    guard case .successes(let levels) = kind else {
      numbers = try reader.numbers(kind)
      binomial = nil
      takesWeights = false
      return
    }
    let read: BinomialResponse
    if let columns = formula.response.boundColumns {
      read = try reader.successesAndFailures(columns)
    } else {
      read = try reader.shares(levels)
    }
    numbers = read.proportions
    binomial = read
    takesWeights = weights != nil && read.form != .successesAndFailures
  }
}

/// What reading a response needs.
private struct Reader {
  let formula: ModelFormula
  let used: DataTable
  let all: DataTable
  let rows: [Int]?
  let roles: ColumnRoles
  let weights: [Double]?

  private var response: FormulaExpression { formula.response }

  /// The data row, from 1, of a used row.
  private func row(_ place: Int) -> Int { (rows?[place] ?? place) + 1 }

  private func values(_ expression: FormulaExpression) throws(FormulaError) -> [Double] {
    try expression.trained(on: all, formula: formula.source).number(in: used, formula: formula.source)
  }

  /// A response that is one number a row.
  func numbers(_ kind: ResponseKind) throws(FormulaError) -> [Double] {
    if response.boundColumns != nil || response.factorColumn != nil {
      let needed =
        kind == .counts
        ? "a count is needed" : kind == .positive ? "a number above 0 is needed" : "a number is needed"
      throw .response(.noNumbers(response: response.text, needed: needed))
    }
    let numbers = try values(response)
    if kind == .counts { try checkCounts(numbers, response) }
    if kind == .positive, let bad = numbers.firstIndex(where: { !($0 > 0) }) {
      throw .response(
        .notPositive(response: response.text, row: row(bad), value: Reader.text(numbers[bad])))
    }
    return numbers
  }

  /// `cbind(successes, failures)`.
  func successesAndFailures(_ columns: [FormulaExpression]) throws(FormulaError) -> BinomialResponse {
    guard columns.count == 2 else {
      throw .response(.boundColumns(response: response.text, count: columns.count))
    }
    let (successes, failures) = (try values(columns[0]), try values(columns[1]))
    try checkCounts(successes, columns[0])
    try checkCounts(failures, columns[1])
    let trials = zip(successes, failures).map(+)
    if let empty = trials.firstIndex(of: 0) {
      throw .response(.noTrials(response: response.text, row: row(empty)))
    }
    return BinomialResponse(successes: successes, trials: trials, form: .successesAndFailures)
  }

  /// Levels, 0 and 1, or shares between them; with weights those of as many trials.
  func shares(_ levels: SuccessLevels?) throws(FormulaError) -> BinomialResponse {
    let (shares, form) = try sharesOfOne(levels)
    let trials = weights ?? [Double](repeating: 1, count: shares.count)
    var successes = shares
    for i in shares.indices {
      // Shares written with few decimals are taken for the nearest whole number, within R's limit.
      let count = (shares[i] * trials[i]).rounded()
      if trials[i] != trials[i].rounded() || abs(shares[i] * trials[i] - count) > 1e-3 {
        throw .response(
          .brokenTrials(
            response: response.text, row: row(i), value: Reader.text(shares[i]), weights: roles.weights ?? "",
            trials: Reader.text(trials[i])))
      }
      successes[i] = count
    }
    return BinomialResponse(successes: successes, trials: trials, form: form)
  }

  private func sharesOfOne(
    _ levels: SuccessLevels?
  ) throws(FormulaError) -> (shares: [Double], form: BinomialResponse.Form) {
    if let factor = response.responseFactor(in: used, roles: roles) {
      let meant: SuccessLevels
      if let levels { meant = levels } else { meant = try self.levels(of: factor) }
      if let other = factor.levels.first(where: { $0 != meant.failure && $0 != meant.success }) {
        throw .response(.levels(response: response.text, found: [meant.failure, meant.success, other]))
      }
      return (factor.codes.map { factor.levels[$0] == meant.success ? 1 : 0 }, .levels(meant))
    }
    let shares = try values(response)
    if let bad = shares.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      throw .response(
        .noProportion(response: response.text, row: row(bad), value: Reader.text(shares[bad])))
    }
    guard let inner = shares.firstIndex(where: { $0 != 0 && $0 != 1 }) else { return (shares, .zeroOne) }
    if weights == nil {
      throw .response(
        .proportionWithoutTrials(
          response: response.text, row: row(inner), value: Reader.text(shares[inner])))
    }
    return (shares, .proportions)
  }

  /// The two levels of a factor: those of the used rows, or where there is but one those of all rows.
  private func levels(of used: CategoricalColumn) throws(FormulaError) -> SuccessLevels {
    if used.levels.count == 2 { return SuccessLevels(failure: used.levels[0], success: used.levels[1]) }
    if used.levels.count < 2, let levels = SuccessLevels(response, in: all, roles: roles) { return levels }
    throw .response(.levels(response: response.text, found: used.levels))
  }

  /// Checks that numbers are whole and not negative.
  private func checkCounts(_ values: [Double], _ expression: FormulaExpression) throws(FormulaError) {
    if let bad = values.firstIndex(where: { !($0 >= 0 && $0 == $0.rounded() && $0 <= 1e15) }) {
      throw .response(
        .noCount(expression: expression.text, row: row(bad), value: Reader.text(values[bad])))
    }
  }

  private static func text(_ value: Double) -> String { value.isNaN ? "nan" : shortestText(value) }
}
