import Tables

/// What the left side of a formula is read as.
public enum ResponseKind: Sendable, Equatable {
  /// Any number, as linear models take it.
  case numbers
  /// Successes among trials, as a binomial model takes them: 0 and 1, FALSE and TRUE, a column of two levels,
  /// `cbind(successes, failures)`, or proportions whose numbers of trials are the weights. `levels` says
  /// which levels of a column are meant; found in the data if nil.
  case successes(levels: SuccessLevels? = nil)
  /// Whole numbers from 0.
  case counts
  /// Numbers above 0.
  case positive
}

/// The two levels of a response, the second of which counts as success, as in R.
public struct SuccessLevels: Sendable, Equatable {
  /// The level that counts as 0.
  public let failure: String
  /// The level that counts as 1.
  public let success: String

  /// Two levels.
  public init(failure: String, success: String) {
    self.failure = failure
    self.success = success
  }

  /// The levels of a response in data, as long as it is a column or `factor(column)` with two of them; nil
  /// for everything else. Parts of the data are then read alike, whichever levels occur in them.
  /// - Parameter roles: names numeric columns that are factors.
  public init?(_ response: FormulaExpression, in data: DataTable, roles: ColumnRoles = ColumnRoles()) {
    guard let factor = response.responseFactor(in: data, roles: roles), factor.levels.count == 2 else {
      return nil
    }
    self.init(failure: factor.levels[0], success: factor.levels[1])
  }
}

/// Successes among trials, one pair a used row.
public struct BinomialResponse: Sendable, Equatable {
  /// Numbers of successes.
  public internal(set) var successes: [Double]
  /// Numbers of trials, from 1.
  public internal(set) var trials: [Double]
  /// How the data give them.
  public let form: Form

  /// The ways in which data give successes and trials.
  public enum Form: Sendable, Equatable {
    /// One trial a row: 0 or 1, FALSE or TRUE.
    case zeroOne
    /// One trial a row: one of two levels.
    case levels(SuccessLevels)
    /// `cbind(successes, failures)`.
    case successesAndFailures
    /// Shares of successes, and the numbers of trials as weights.
    case proportions
  }

  /// Shares of successes.
  public var proportions: [Double] { zip(successes, trials).map { $0 / $1 } }

  func selecting(_ places: [Int]) -> BinomialResponse {
    BinomialResponse(
      successes: places.map { successes[$0] }, trials: places.map { trials[$0] }, form: form)
  }
}

extension FormulaExpression {
  /// The response as a factor: a text column, `factor(column)`, or a column that the roles name as a factor;
  /// nil for everything else.
  func responseFactor(in data: DataTable, roles: ColumnRoles) -> CategoricalColumn? {
    if let name = factorColumn { return data[name]?.factor }
    guard case .variable(let name, _) = unwrapped, let column = data[name] else { return nil }
    if case .text = column.values { return column.factor }
    return roles.factors.contains(name) ? column.factor : nil
  }

  /// The arguments of `cbind(a, b, …)`; nil for everything else.
  package var boundColumns: [FormulaExpression]? {
    guard case .call("cbind", let arguments, _) = unwrapped else { return nil }
    return arguments
  }
}
