/// One predictor of a design, or several normal ones that are drawn together.
public struct DesignPredictor: Sendable, Equatable {
  /// The level `rows`: a value for each row of the data.
  public static let rowsLevel = "rows"
  /// The share of a predictor's variance that lies between the groups with whose intercepts it is correlated,
  /// unless told otherwise.
  public static let usualShare = 0.5

  /// How values come about. Where nothing else is said there is one for each unit of the predictor's level.
  public enum Law: Sendable, Equatable {
    /// mean + sd·z.
    case normal(mean: Double, sd: Double)
    /// Between two numbers.
    case uniform(Double, Double)
    /// exp(meanLog + sdLog·z).
    case lognormal(meanLog: Double, sdLog: Double)
    /// Poisson numbers.
    case poisson(mean: Double)
    /// 1 with this probability, else 0.
    case binary(Double)
    /// One of several names, each with its probability.
    case categorical([Category])
    /// Numbers in turn within each unit of the level above (of a crossed design's rows: within each cell).
    case numbers([Double])
    /// Names in turn, likewise.
    case names([String])
    /// 0: what remains is a trend.
    case none
    /// Several normal predictors with means, SDs and correlations.
    case jointNormal(names: [String], means: [Double], sds: [Double], correlation: [[Double]])
    /// The mean of another predictor over the rows of each unit of a level.
    case mean(of: String, by: String)
    /// Another predictor less that mean.
    case centered(String, by: String)
    /// Arithmetic over other columns, as a formula's `I()` knows it.
    case computed(String)
  }

  /// A category and its probability.
  public struct Category: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The probability.
    public let probability: Double
    /// A category.
    public init(_ name: String, _ probability: Double) {
      self.name = name
      self.probability = probability
    }
  }

  /// The part of a normal predictor that lies between the groups of a factor.
  ///
  ///     x = mean + sd·( Σ_f √share_f · g_f + √(1 − Σ share_f) · z )        g_f = ρ·b̃ + √(1 − ρ²)·u
  ///
  /// b̃ is the group's random intercept over its SD (the standard deviate it is made of, so that it is there
  /// when the SD is 0), u and z are standard normal: ρ is the correlation of the group part with the random
  /// intercept, and the predictor's own SD stays `sd`.
  public struct GroupPart: Sendable, Equatable {
    /// The grouping factor.
    public let factor: String
    /// Its share of the predictor's variance.
    public let share: Double
    /// ρ, the correlation with the random intercept.
    public let correlation: Double

    /// A part between groups.
    public init(_ factor: String, share: Double, correlation: Double = 0) {
      self.factor = factor
      self.share = share
      self.correlation = correlation
    }
  }

  /// The name; of a joint law, how messages call it.
  public let name: String
  /// The level whose units have values; nil for predictors derived from others.
  public let level: String?
  /// How values come about.
  public let law: Law
  /// Parts between groups, of a normal predictor.
  public let groupParts: [GroupPart]
  /// What is added for each step of the level's time.
  public let trend: Double

  /// A predictor.
  public init(
    _ name: String, level: String? = nil, _ law: Law, groupParts: [GroupPart] = [], trend: Double = 0
  ) {
    self.name = name
    self.level = level
    self.law = law
    self.groupParts = groupParts
    self.trend = trend
  }

  /// The columns that it makes.
  public var columns: [String] {
    if case .jointNormal(let names, _, _, _) = law { return names }
    return [name]
  }

  /// Whether it is computed from other columns.
  public var isDerived: Bool {
    switch law {
    case .mean, .centered, .computed: true
    default: false
    }
  }
}
