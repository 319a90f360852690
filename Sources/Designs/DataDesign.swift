import Distributions
import Estimates
import LinearAlgebra
import ModelFormula

/// A design with known truth: levels, predictors, and a response with all its parameters. Checked when it is
/// made; it never changes.
///
/// ```swift
/// let design = try DataDesign(
///   levels: [DesignLevel("school", .counted(30)), DesignLevel("pupil", .nested(per: "school", size: .fixed(20)))],
///   predictors: [DesignPredictor("x", level: "pupil", .normal(mean: 0, sd: 1))],
///   response: DesignResponse(
///     formula: "y ~ 1 + x + (1 + x | school)", beta: .listed([1, 2]),
///     effects: [RandomEffectsLaw(sd: [2, 1], correlation: 0.3)], family: .gaussian(ResidualLaw(sd: 4))))
/// var stream = RStream(seed: 1)
/// let data = try design.draw(from: &stream)
/// ```
///
/// The order of the draws is fixed: sizes, level after level; memberships; cells; predictors, level after
/// level from the top and as listed within one; random effects, term after term; residuals or outcomes;
/// missing values; the sample. Within each, unit after unit. So a part that is added later in this order leaves earlier
/// ones as they were.
public struct DataDesign: Sendable, Equatable {
  /// The levels as listed.
  public let levels: [DesignLevel]
  /// The predictors as listed.
  public let predictors: [DesignPredictor]
  /// The response.
  public let response: DesignResponse
  /// Which values are missing.
  public let missing: [MissingRule]
  /// How a survey is drawn from the rows; nil where all rows are the data.
  public let sample: SampleLaw?
  let plan: DesignPlan

  /// Checks a design.
  /// - Throws: `DesignFault` with the place in the design language.
  public init(
    levels: [DesignLevel], predictors: [DesignPredictor] = [], response: DesignResponse,
    missing: [MissingRule] = [], sample: SampleLaw? = nil
  ) throws(DesignFault) {
    self.levels = levels
    self.predictors = predictors
    self.response = response
    self.missing = missing
    self.sample = sample
    plan = try DesignPlan(
      levels: levels, predictors: predictors, response: response, missing: missing, sample: sample)
  }

  /// Whether the same is said.
  public static func == (a: DataDesign, b: DataDesign) -> Bool {
    a.levels == b.levels && a.predictors == b.predictors && a.response == b.response
      && a.missing == b.missing && a.sample == b.sample
  }

  /// The formula.
  public var formula: ModelFormula { plan.equation.formula }
  /// The names of the fixed effects: the columns of the formula's design.
  public var fixedEffectNames: [String] { plan.equation.fixedNames }
  /// β, in their order.
  public var fixedEffects: [Double] { plan.beta }
  /// The names of the grouping factors, in the order of the formula.
  public var groupingFactors: [String] { plan.equation.groups.map(\.text) }

  /// The SD of the residuals; nil where there are none, or one SD does not hold for all.
  public var residualSD: Double? {
    guard case .gaussian(let law) = response.family, law.spread == .constant else { return nil }
    return law.sd
  }

  /// A random-effects term with its true parameters.
  public struct RandomTerm: Sendable, Equatable {
    /// `school`, and `school.1` for the second term of a factor.
    public let label: String
    /// The grouping factor.
    public let factor: String
    /// The names of the effects.
    public let effectNames: [String]
    /// SDs, correlations, covariance and shape.
    public let law: RandomEffectsLaw
  }

  /// The random-effects terms in the order of the formula.
  public var randomTerms: [RandomTerm] {
    zip(plan.equation.terms, response.effects).map { term, law in
      RandomTerm(
        label: term.label, factor: plan.equation.groups[term.group].text, effectNames: term.effectNames,
        law: law)
    }
  }

  /// One data set and the truth of this draw.
  /// - Throws: `DesignFault` for what only a draw can show: more rows than a table has, functions of the
  ///   formula that a drawn column does not allow, expected counts beyond 10⁹.
  @_specialize(where Stream == KeyedStream)
  @_specialize(where Stream == RStream)
  public func draw<Stream: VariateStream>(from stream: inout Stream) throws(DesignFault) -> DrawnData {
    try plan.population(from: &stream).sample(from: &stream)
  }

  /// All rows of the design, from which samples can be drawn again and again.
  /// - Throws: as `draw(from:)`.
  @_specialize(where Stream == KeyedStream)
  @_specialize(where Stream == RStream)
  public func drawPopulation<Stream: VariateStream>(
    from stream: inout Stream
  ) throws(DesignFault) -> DrawnPopulation { try plan.population(from: &stream) }
}
