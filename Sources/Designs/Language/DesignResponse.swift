/// The response of a design: how rows come about, the model's equation with its true parameters, and the
/// distribution.
public struct DesignResponse: Sendable, Equatable {
  /// Which rows the data have.
  public enum Rows: Sendable, Equatable {
    /// One row for each unit of a level.
    case units(of: String)
    /// Rows for the combinations of several levels' units.
    case crossed(CrossedRows)
  }

  /// The distribution of the response given its linear predictor η.
  public enum Family: Sendable, Equatable {
    /// η + e.
    case gaussian(ResidualLaw)
    /// 1 with probability p, else 0.
    case binary(Link)
    /// The number of successes in so many trials, the same in every row.
    case binomial(trials: Int, Link)
    /// A Poisson number with mean exp η.
    case count
  }

  /// The link of a probability.
  public enum Link: String, Sendable, CaseIterable {
    /// p = 1/(1 + exp(−η)).
    case logit
    /// p = Φ(η).
    case probit

    /// The variance of the latent variable whose sign a binary response is: π²/3 or 1.
    public var latentVariance: Double { self == .logit ? Double.pi * Double.pi / 3 : 1 }
  }

  /// True fixed effects.
  public enum Coefficients: Sendable, Equatable {
    /// In the order of the design's columns.
    case listed([Double])
    /// By the names of the columns, in any order.
    case named([Named])
  }

  /// A number by a column's name.
  public struct Named: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The number.
    public let value: Double
    /// A named number.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// The formula, e.g. `y ~ 1 + x + u + (1 + x | school)`.
  public let formula: String
  /// The rows; nil where only one level has no other below it, which then makes them.
  public let rows: Rows?
  /// β.
  public let beta: Coefficients
  /// The distribution of each random-effects term's effects, in the order of the formula.
  public let effects: [RandomEffectsLaw]
  /// The distribution of the response.
  public let family: Family

  /// A response.
  public init(
    formula: String, rows: Rows? = nil, beta: Coefficients, effects: [RandomEffectsLaw], family: Family
  ) {
    self.formula = formula
    self.rows = rows
    self.beta = beta
    self.effects = effects
    self.family = family
  }
}

/// The rows of a crossed design: cells in order, the first level's units slowest, so many rows a cell.
public struct CrossedRows: Sendable, Equatable {
  /// Which cells are there.
  public enum Cells: Sendable, Equatable {
    /// All.
    case all
    /// A random part: share × cells, rounded (halves to even).
    case fraction(Double)
    /// For each unit of one level as many units of the other, chosen at random.
    case sees(each: String, Int)
  }

  /// The levels that are crossed.
  public let levels: [String]
  /// Rows of a cell.
  public let perCell: Int
  /// Which cells are there.
  public let cells: Cells

  /// Crossed rows.
  public init(_ levels: [String], perCell: Int = 1, cells: Cells = .all) {
    self.levels = levels
    self.perCell = perCell
    self.cells = cells
  }
}

/// The effects of one random-effects term: b_j = L·z_j with L = diag(sd)·C, C the Cholesky factor of the
/// correlations.
public struct RandomEffectsLaw: Sendable, Equatable {
  /// The distribution of z.
  public enum Shape: Sendable, Equatable {
    /// Standard normal.
    case normal
    /// Multivariate t with more than 2 degrees of freedom, scaled to variance 1: normal numbers over
    /// √(χ²/df), all of a group over one, times √((df − 2)/df).
    case studentT(Double)
  }

  /// The SD of each effect.
  public let sd: [Double]
  /// The correlations of the effects.
  public let correlation: [[Double]]
  /// The shape.
  public let shape: Shape

  /// Effects with correlations as a matrix.
  public init(sd: [Double], correlation: [[Double]], shape: Shape = .normal) {
    self.sd = sd
    self.correlation = correlation
    self.shape = shape
  }

  /// Effects of which any two have one correlation.
  public init(sd: [Double], correlation: Double = 0, shape: Shape = .normal) {
    self.init(
      sd: sd,
      correlation: sd.indices.map { i in sd.indices.map { i == $0 ? 1 : correlation } },
      shape: shape)
  }

  /// The covariance matrix.
  public var covariance: [[Double]] {
    sd.indices.map { i in sd.indices.map { sd[i] * sd[$0] * correlation[i][$0] } }
  }
}
