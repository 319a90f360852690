/// What can be wrong with the response of a generalized model. Rows count from 1.
public enum ResponseFault: Equatable, Sendable, CustomStringConvertible {
  /// A column whose levels are not two.
  case levels(response: String, found: [String])
  /// A number that is neither a share nor 0 or 1.
  case noProportion(response: String, row: Int, value: String)
  /// A share strictly between 0 and 1 without numbers of trials.
  case proportionWithoutTrials(response: String, row: Int, value: String)
  /// A share that is no whole number of the row's trials, or trials that are no whole number.
  case brokenTrials(response: String, row: Int, value: String, weights: String, trials: String)
  /// Successes or failures, or a count, below 0 or between whole numbers.
  case noCount(expression: String, row: Int, value: String)
  /// A row without a trial.
  case noTrials(response: String, row: Int)
  /// `cbind` with other than two columns.
  case boundColumns(response: String, count: Int)
  /// A response by levels, or in two columns, where numbers are needed.
  case noNumbers(response: String, needed: String)
  /// A number that is not above 0.
  case notPositive(response: String, row: Int, value: String)

  /// The fault in words: what was found and what would work.
  public var description: String {
    switch self {
    case .levels(let response, let found):
      "the response '\(response)' has \(ResponseFault.shown(found)); a binomial response has two levels, of which the second counts as success"
        + (found.count > 2 ? ": leave the other rows out, or make a column of 0 and 1" : "")
    case .noProportion(let response, let row, let value):
      "the response '\(response)' is \(value) in data row \(row); a binomial response is 0 or 1, a share between them with the numbers of trials as "
        + "weights, a column of two levels (factor(x) for numbers), or cbind(successes, failures)"
    case .proportionWithoutTrials(let response, let row, let value):
      "the response '\(response)' is \(value) in data row \(row), a share of successes; of how many trials? name the column that says so as weights "
        + "(--weights COL), or write cbind(successes, failures)"
    case .brokenTrials(let response, let row, let value, let weights, let trials):
      "in data row \(row) '\(response)' is \(value) of '\(weights)' = \(trials) trials, which gives no whole number of successes; weights of a binomial "
        + "model are numbers of trials, so correct the row, or write cbind(successes, failures)"
    case .noCount(let expression, let row, let value):
      "\(expression) is \(value) in data row \(row); counts are whole numbers from 0"
    case .noTrials(let response, let row):
      "\(response) has neither successes nor failures in data row \(row); leave rows without a trial out of the data"
    case .boundColumns(let response, let count):
      "\(response) has \(count) \(count == 1 ? "column" : "columns"); a binomial response has two, cbind(successes, failures)"
    case .noNumbers(let response, let needed):
      "the response '\(response)' is made for a binomial model (--family binomial); here \(needed)"
    case .notPositive(let response, let row, let value):
      "the response '\(response)' is \(value) in data row \(row); this family takes numbers above 0"
    }
  }

  private static func shown(_ levels: [String]) -> String {
    let list = levels.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    switch levels.count {
    case 1: return "one level only (\(list))"
    case ...5: return "\(levels.count) levels (\(list))"
    default: return "\(levels.count) levels (\(list), …)"
    }
  }
}
