/// Which values of a column are missing. Each unit of the column's level loses its value, or keeps it.
///
///     P(missing) = rate                                        without `depends` (missing completely at random)
///     logit P(missing) = a + slope·(v − mean(v))/sd(v)         with it; a is such that the mean of P over the units is the rate
///
/// v is the complete column `on`: another one (missing at random where it is observed), or the column itself
/// (not at random). The SD has the divisor n − 1; a column of one value counts as 0.
public struct MissingRule: Sendable, Equatable {
  /// What the probability depends on.
  public struct Dependence: Sendable, Equatable {
    /// A column of numbers, of the same level or one above.
    public let on: String
    /// The change of the logit for one SD.
    public let slope: Double
    /// A dependence.
    public init(on: String, slope: Double) {
      self.on = on
      self.slope = slope
    }
  }

  /// The mechanism.
  public enum Mechanism: String, Sendable {
    /// Missing completely at random.
    case completelyAtRandom = "MCAR"
    /// Missing at random: by a column that is always observed.
    case atRandom = "MAR"
    /// Missing not at random: by the missing value itself, or by a column with missing values of its own.
    case notAtRandom = "MNAR"
  }

  /// The column.
  public let column: String
  /// The expected share of its units.
  public let rate: Double
  /// What the probability depends on.
  public let depends: Dependence?

  /// A rule.
  public init(_ column: String, rate: Double, depends: Dependence? = nil) {
    self.column = column
    self.rate = rate
    self.depends = depends
  }

  /// The mechanism, given all rules of a design.
  public func mechanism(among rules: [MissingRule]) -> Mechanism {
    guard let depends, depends.slope != 0 else { return .completelyAtRandom }
    return rules.contains { $0.column == depends.on && $0.rate > 0 } || depends.on == column
      ? .notAtRandom : .atRandom
  }
}
