import Glibc
import LinearAlgebra

/// All pooling strategies of one model, fitted to one data set of group moments after another: what Monte Carlo studies repeat.
///
/// ```swift
/// let fit = MomentFit(.varyingSlopes, groupCount: 30)
/// fit.read(moments)
/// if fit.fit(.reml) == .ok { use(fit.estimates(0), fit.standardErrors(0)) }
/// ```
///
/// REML and ML end at the optimum of `LinearMixedModel.fit(by:)` (see `isThorough`). The numbers of all strategies are those of `PoolingComparison` for the
/// rows. Nothing is allocated after the first fit of each strategy. The cost does not depend on the number of rows: O(J) a strategy, and O(J) an evaluation
/// of the criterion.
///
/// A workspace for one task: results are overwritten by the next fit.
public final class MomentFit {
  typealias Lanes = SIMD4<Double>
  typealias Column = UnsafeMutablePointer<Lanes>

  /// The model.
  public let model: MomentModel
  /// The number of groups.
  public let groupCount: Int

  /// How the last fit fared; numbers below are those of this fit, NaN where it has none.
  public internal(set) var status = FitStatus.error
  /// −2 log (restricted) likelihood, all constants included; REML and ML.
  public internal(set) var criterion = Double.nan
  /// Residual standard deviation, in the unit of y; NaN where each group has its own.
  public internal(set) var sigma = Double.nan
  /// Standard deviations of the varying coefficients, the constant first; NaN beyond the model's number of them and without partial pooling.
  public internal(set) var standardDeviations = (Double.nan, Double.nan)
  /// Their correlation; NaN where a standard deviation is 0.
  public internal(set) var correlation = Double.nan
  /// Free elements of Λ as `LinearMixedModelFit.theta` lists them; those beyond the model's are 0.
  public internal(set) var theta = (0.0, 0.0, 0.0)
  /// Fixed effects, the constant at x = 0 first, and their standard errors: common coefficients of complete pooling, and the common slope of
  /// LSDV; NaN where there are none.
  public internal(set) var fixedEffects = (Double.nan, Double.nan)
  /// Their standard errors.
  public internal(set) var fixedEffectErrors = (Double.nan, Double.nan)
  /// Whether the optimum was found to full precision; true of strategies without a search.
  public internal(set) var converged = false
  /// Whether the estimate is on the boundary (`FitDiagnostics`).
  public internal(set) var isSingular = false
  /// Evaluations of the criterion.
  public internal(set) var evaluationCount = 0
  /// Residual degrees of freedom of complete pooling and LSDV, for t intervals; infinite for partial pooling, NaN where each group has its own.
  public internal(set) var residualDegreesOfFreedom = Double.nan
  /// How many groups' own rows do not determine all their coefficients; no pooling and LSDV.
  public internal(set) var undeterminedCount = 0

  /// Whether criteria of few and unlike groups, of which some have several minima, are searched as widely as by `LinearMixedModel.fit(by:)`: about 30
  /// times as long, and it allocates. Without it about one in 30,000 such fits of two effects ends at another minimum.
  public var isThorough = false

  let reduction: MomentReduction
  /// A_j and b_j of `varyingSlopes`.
  private let coefficients: RandomCoefficientsSearch?
  /// The design whose A_j are written, and whether b_j are those of the data set.
  private var designOfCoefficients = -1
  private var hasCoefficients = false
  private var searches: (reml: MomentSearch?, ml: MomentSearch?) = (nil, nil)
  private let block: ScratchBlock
  /// Estimates, standard errors, weights (2 each) and degrees of freedom by groups.
  let estimateLanes, errorLanes, weightLanes: (Column, Column)
  let degreeLanes: Column
  /// Ψ, R_b and Λ of two effects (2×2).
  let small, smallScale, small2: UnsafeMutablePointer<Double>

  /// A workspace for data sets of J groups.
  public init(_ model: MomentModel, groupCount: Int) {
    precondition(groupCount > 0, "\(groupCount) groups")
    self.model = model
    self.groupCount = groupCount
    reduction = MomentReduction(model, groupCount: groupCount)
    let width = 4 * reduction.vectors
    block = ScratchBlock(count: 7 * width + 12)
    let taken = (0..<7).map { [block] _ in MomentReduction.lanes(block.take(width)) }
    estimateLanes = (taken[0], taken[1])
    errorLanes = (taken[2], taken[3])
    weightLanes = (taken[4], taken[5])
    degreeLanes = taken[6]
    small = block.take(4)
    smallScale = block.take(4)
    small2 = block.take(4)
    coefficients =
      model == .varyingSlopes ? RandomCoefficientsSearch(groups: groupCount, method: .reml) : nil
  }

  /// Takes on a data set; the moments must stay as they are until its last fit.
  public func read(_ moments: GroupMoments) {
    reduction.read(moments)
    hasCoefficients = false
    status = .error
  }

  /// Estimates of coefficient k (the constant, the slope) by group, in the unit of y per unit of the coefficient's column: fixed effect plus conditional
  /// mode under partial pooling.
  public func estimates(_ k: Int) -> UnsafeBufferPointer<Double> { column(k, estimateLanes) }
  /// Their standard errors. Under partial pooling these are errors of prediction of the group's own coefficient, the uncertainty of the fixed effects
  /// included and variances held (Henderson 1975, doi:10.2307/2529430).
  public func standardErrors(_ k: Int) -> UnsafeBufferPointer<Double> { column(k, errorLanes) }
  /// The share of a group's own information, effect by effect: Σ_kk/(Σ_kk + V_kk), 1 without pooling, 0 for complete pooling.
  public func weights(_ k: Int) -> UnsafeBufferPointer<Double> { column(k, weightLanes) }
  /// Residual degrees of freedom behind each group's standard errors: its own without pooling, common ones for complete pooling and LSDV, infinite
  /// for partial pooling.
  public var degreesOfFreedom: UnsafeBufferPointer<Double> { column(0, (degreeLanes, degreeLanes)) }

  /// The groups' own slopes after a fit without pooling, also where the model has one slope for all; NaN where the rows of a group do not determine it.
  package var ownSlopes: UnsafePointer<Double> {
    precondition(reduction.hasPredictor, "no predictor")
    return UnsafePointer(UnsafeRawPointer(estimateLanes.1).assumingMemoryBound(to: Double.self))
  }

  private func column(_ k: Int, _ pair: (Column, Column)) -> UnsafeBufferPointer<Double> {
    precondition(k >= 0 && k < model.varyingCount, "coefficient \(k) of \(model.varyingCount)")
    let lanes = k == 0 ? pair.0 : pair.1
    return UnsafeBufferPointer(
      start: UnsafeRawPointer(lanes).assumingMemoryBound(to: Double.self), count: groupCount)
  }

  /// Fits by one strategy. `oracle` needs `fit(known:)`; `bayes` needs rows and is not for moments.
  @discardableResult
  public func fit(_ strategy: PoolingMethod) -> FitStatus {
    switch strategy {
    case .complete: fitCompletePooling()
    case .none: fitNoPooling()
    case .lsdv: fitDummyVariables()
    case .reml: fitLikelihood(.reml)
    case .ml: fitLikelihood(.ml)
    case .oracle: preconditionFailure("known variances have to be given: fit(known:)")
    case .bayes: preconditionFailure("a posterior needs rows")
    }
    return status
  }

  /// Forgets the last fit.
  func clear(_ next: FitStatus) {
    status = next
    criterion = .nan
    sigma = .nan
    standardDeviations = (.nan, .nan)
    correlation = .nan
    theta = (0, 0, 0)
    fixedEffects = (.nan, .nan)
    fixedEffectErrors = (.nan, .nan)
    converged = next == .ok
    isSingular = false
    evaluationCount = 0
    residualDegreesOfFreedom = .nan
    undeterminedCount = 0
  }

  /// Ends a fit that has no numbers.
  func fail(_ next: FitStatus) {
    clear(next)
    let nothing = Lanes(repeating: .nan)
    for v in 0..<reduction.vectors {
      estimateLanes.0[v] = nothing
      estimateLanes.1[v] = nothing
      errorLanes.0[v] = nothing
      errorLanes.1[v] = nothing
      weightLanes.0[v] = nothing
      weightLanes.1[v] = nothing
      degreeLanes[v] = nothing
    }
  }

  func fillDegrees(_ value: Double) {
    for v in 0..<reduction.vectors { degreeLanes[v] = Lanes(repeating: value) }
  }

  func fillWeights(_ value: Double) {
    for v in 0..<reduction.vectors {
      weightLanes.0[v] = Lanes(repeating: value)
      weightLanes.1[v] = Lanes(repeating: value)
    }
  }

  /// The length of the response's least-squares residual; 1 where there is none.
  var length: Double {
    let root = reduction.residualSquares.squareRoot()
    return root > 0 ? root : 1
  }

  /// A_j and b_j of the data set, in units of `length`.
  func writtenCoefficients() -> RandomCoefficientsSearch? {
    guard let coefficients, reduction.xTotal > 0 else { return nil }
    if designOfCoefficients != reduction.designVersion {
      reduction.writeDesign(coefficients)
      designOfCoefficients = reduction.designVersion
    }
    if !hasCoefficients { reduction.writeResponse(coefficients, length: length) }
    hasCoefficients = true
    return coefficients
  }

  /// The search of one method, made when it is first needed.
  func search(_ method: EstimationMethod) -> MomentSearch {
    if let search = method == .reml ? searches.reml : searches.ml { return search }
    let search = MomentSearch(reduction, method: method, coefficients: coefficients)
    if method == .reml { searches.reml = search } else { searches.ml = search }
    return search
  }
}
