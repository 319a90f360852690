/// A survey of the rows that a design makes: these are a population, of which so many are drawn without
/// replacement, not all with the same chance.
///
///     row i is drawn early if E_i/w_i is small, E_i ~ exponential(1), w_i = Π weights of its columns
///
/// The `size` smallest are the sample: what drawing one after another gives, each time by the weights of those
/// that are left. A weight of 0 is never drawn.
///
/// - Reference: Efraimidis & Spirakis (2006), doi:10.1016/j.ipl.2005.11.003.
public struct SampleLaw: Sendable, Equatable {
  /// What a row's weight depends on.
  public struct Weight: Sendable, Equatable {
    /// A level, a predictor, or the response.
    public let column: String
    /// How.
    public let law: Law
    /// A weight.
    public init(_ column: String, _ law: Law) {
      self.column = column
      self.law = law
    }
  }

  /// How a weight follows from a column.
  public enum Law: Sendable, Equatable {
    /// Weights of some of its values, by their texts; 1 for all others.
    case named([DesignResponse.Named])
    /// exp(rate·x).
    case exponential(Double)
    /// exp(rate·b̃), b̃ the level's random intercept over its SD: areas that answer more answer otherwise.
    case effect(Double)
  }

  /// The number of rows in the sample.
  public let size: Int
  /// What weights depend on; none for equal chances.
  public let weights: [Weight]
  /// The predictors that make the census' cells, beside the levels; nil for those of the rows in the formula that
  /// are categorical, binary or in turn.
  public let cells: [String]?

  /// A sample.
  public init(size: Int, weights: [Weight] = [], cells: [String]? = nil) {
    self.size = size
    self.weights = weights
    self.cells = cells
  }
}
