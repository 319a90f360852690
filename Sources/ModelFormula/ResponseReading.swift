import Glibc
import Tables

/// The response of a model on the used rows, read as its kind asks.
struct ResponseReading {
  /// One number a row: the response itself, the share of successes of a binomial model.
  private(set) var numbers: [Double]
  /// Successes and trials, of a binomial model.
  private(set) var binomial: BinomialResponse?
  /// Whether prior weights are the numbers of trials, and so none beside them.
  private(set) var takesWeights = false

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
    let response = formula.response
    func number(_ place: Int) -> Int { (rows?[place] ?? place) + 1 }
    func numbers(_ expression: FormulaExpression) throws(FormulaError) -> [Double] {
      try expression.trained(on: all, formula: formula.source).number(in: used, formula: formula.source)
    }
    /// Checks that numbers are whole and not negative.
    func checkCounts(_ values: [Double], _ expression: FormulaExpression) throws(FormulaError) {
      if let bad = values.firstIndex(where: { !($0 >= 0 && $0 == $0.rounded() && $0 <= 1e15) }) {
        throw .response(
          .noCount(expression: expression.text, row: number(bad), value: ResponseReading.text(values[bad])))
      }
    }
    func needNumbers(_ needed: String) throws(FormulaError) {
      if response.boundColumns != nil || response.factorColumn != nil {
        throw .response(.noNumbers(response: response.text, needed: needed))
      }
    }
    switch kind {
    case .numbers:
      try needNumbers("a number is needed")
      self.numbers = try numbers(response)
    case .counts:
      try needNumbers("a count is needed")
      self.numbers = try numbers(response)
      try checkCounts(self.numbers, response)
    case .positive:
      try needNumbers("a number above 0 is needed")
      self.numbers = try numbers(response)
      if let bad = self.numbers.firstIndex(where: { !($0 > 0) }) {
        throw .response(
          .notPositive(
            response: response.text, row: number(bad), value: ResponseReading.text(self.numbers[bad])))
      }
    case .successes(let levels):
      let binomial: BinomialResponse
      if let columns = response.boundColumns {
        guard columns.count == 2 else {
          throw .response(.boundColumns(response: response.text, count: columns.count))
        }
        let (successes, failures) = (try numbers(columns[0]), try numbers(columns[1]))
        try checkCounts(successes, columns[0])
        try checkCounts(failures, columns[1])
        let trials = zip(successes, failures).map(+)
        if let empty = trials.firstIndex(of: 0) {
          throw .response(.noTrials(response: response.text, row: number(empty)))
        }
        binomial = BinomialResponse(successes: successes, trials: trials, form: .successesAndFailures)
      } else {
        let shares: [Double]
        var form = BinomialResponse.Form.zeroOne
        if let factor = response.responseFactor(in: used, roles: roles) {
          let meant: SuccessLevels
          if let levels {
            meant = levels
          } else {
            meant = try ResponseReading.levels(of: factor, response, all, roles)
          }
          if let other = factor.levels.first(where: { $0 != meant.failure && $0 != meant.success }) {
            throw .response(
              .levels(response: response.text, found: [meant.failure, meant.success, other]))
          }
          shares = factor.codes.map { factor.levels[$0] == meant.success ? 1 : 0 }
          form = .levels(meant)
        } else {
          shares = try numbers(response)
          if let bad = shares.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
            throw .response(
              .noProportion(
                response: response.text, row: number(bad), value: ResponseReading.text(shares[bad])))
          }
          if let inner = shares.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            form = .proportions
            if weights == nil {
              throw .response(
                .proportionWithoutTrials(
                  response: response.text, row: number(inner), value: ResponseReading.text(shares[inner])))
            }
          }
        }
        let trials = weights ?? [Double](repeating: 1, count: shares.count)
        var successes = shares
        for i in shares.indices {
          // Shares written with few decimals are taken for the nearest whole number, as R takes them.
          let count = (shares[i] * trials[i]).rounded()
          if trials[i] != trials[i].rounded() || abs(shares[i] * trials[i] - count) > 1e-3 {
            throw .response(
              .brokenTrials(
                response: response.text, row: number(i), value: ResponseReading.text(shares[i]),
                weights: roles.weights ?? "", trials: ResponseReading.text(trials[i])))
          }
          successes[i] = count
        }
        takesWeights = weights != nil
        binomial = BinomialResponse(successes: successes, trials: trials, form: form)
      }
      self.numbers = binomial.proportions
      self.binomial = binomial
    }
  }

  /// The two levels of a factor: those of the used rows, or where there is but one those of all rows.
  private static func levels(
    of used: CategoricalColumn, _ response: FormulaExpression, _ all: DataTable, _ roles: ColumnRoles
  ) throws(FormulaError) -> SuccessLevels {
    if used.levels.count == 2 { return SuccessLevels(failure: used.levels[0], success: used.levels[1]) }
    if used.levels.count < 2, let levels = SuccessLevels(response, in: all, roles: roles) { return levels }
    throw .response(.levels(response: response.text, found: used.levels))
  }

  private static func text(_ value: Double) -> String { value.isNaN ? "nan" : shortestText(value) }
}
