/// How a gaussian response varies about its expectation.
///
///     e_i = s_i·r_i        r_i with mean 0 and variance 1
public struct ResidualLaw: Sendable, Equatable {
  /// The distribution of r.
  public enum Shape: Sendable, Equatable {
    /// Normal.
    case normal
    /// Student's t with more than 2 degrees of freedom, over its SD √(df/(df − 2)).
    case studentT(Double)
    /// A gamma number of shape k = 4/skewness² less k, over √k; mirrored for a negative skewness.
    case skewed(Double)
  }

  /// How s depends on the row.
  public enum Spread: Sendable, Equatable {
    /// sd in every row.
    case constant
    /// sd·|x|^exponent.
    case power(by: String, Double)
    /// sd·exp(rate·x).
    case exponential(by: String, Double)
    /// An SD for each level of a categorical predictor, or each unit of a level, in their order.
    case listed(by: String, [Double])
    /// sd·exp(sdLog·z), one z for each unit of a level.
    case lognormal(by: String, sdLog: Double)
  }

  /// First-order autocorrelation of r: corr(r, r') = ρ^|t − t'| within a unit, 0 between units.
  public struct Serial: Sendable, Equatable {
    /// ρ.
    public let correlation: Double
    /// The level within whose units residuals are correlated.
    public let within: String
    /// The level whose units are points in time.
    public let time: String
    /// First-order autocorrelation.
    public init(_ correlation: Double, within: String, time: String) {
      self.correlation = correlation
      self.within = within
      self.time = time
    }
  }

  /// sd; nil where a list of SDs stands for it.
  public let sd: Double?
  /// The distribution.
  public let shape: Shape
  /// How the SD depends on the row.
  public let spread: Spread
  /// Autocorrelation; of normal residuals only.
  public let serial: Serial?

  /// Residuals.
  public init(sd: Double?, shape: Shape = .normal, spread: Spread = .constant, serial: Serial? = nil) {
    self.sd = sd
    self.shape = shape
    self.spread = spread
    self.serial = serial
  }
}
