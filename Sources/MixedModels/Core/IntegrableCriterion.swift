import LinearAlgebra

/// A criterion with σ held and a normal prior of β in it: what `IntegratedLikelihood` asks of one, however the data are reduced.
protocol IntegrableCriterion: CovarianceCriterion {
  /// What turns results back to the user's coordinates.
  var design: WhitenedDesign.Coordinates { get }
  /// Number of observations.
  var rowCount: Int { get }
  /// The columns of Z over each factor, and the factor's number of levels, in the order of the model's factors.
  var factorShapes: [(columns: [Int], levelCount: Int)] { get }
  /// log|V| at the last evaluation.
  var logDeterminant: Double { get }
  /// What is added to X̃'V⁻¹X̃ with the response ((p+1)²), times `priorScale`: a normal prior of β, as observations would be. Empty for none.
  var priorProducts: [Double] { get set }
  var priorScale: Double { get set }

  /// D with 1/σ² for m/r², at the last evaluation; allocates nothing.
  func fillGradient(_ precision: Double)

  /// Draws the effects of all levels given β and σ, from the distribution that the last evaluation left.
  /// - Parameters:
  ///   - psi: Ψ of that evaluation.
  ///   - fixed: β (p).
  ///   - sigma: σ.
  ///   - out: receives b, factor after factor, level after level.
  ///   - normal: standard normal numbers.
  func drawEffects(psi: Pointer, fixed: Pointer, sigma: Double, into out: Pointer, normal: () -> Double)
}

extension LinearMixedModel {
  /// Whether predictors and the effects of all levels of several factors fit y exactly although they are fewer than the rows, so that the likelihood
  /// has no bound as σ goes to 0. False where the rows are too many to be asked.
  package var isFittedExactly: Bool {
    guard case .several(let data) = reducedData, let span = data.rowSpan else { return false }
    return span.holdsResponse && !span.holdsAll
  }
}

extension ReducedData {
  /// A workspace for the restricted criterion that takes a prior; nil where no exact factorization is sensible.
  var integrableCriterion: (any IntegrableCriterion)? {
    switch self {
    case .single(let data): ProfiledCriterion(data, method: .reml)
    case .several(let data): CrossedCriterion(data, method: .reml)
    case .iterative: nil
    }
  }
}
