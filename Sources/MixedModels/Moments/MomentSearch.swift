import Distributions
import Glibc
import LinearAlgebra

/// The optimum of the REML or ML criterion for one data set of moments after another.
///
/// Balanced `varyingMeans` have a closed form. One effect is searched for on a grid over eleven decades (`OneEffectSearch`), two by Newton's method
/// (`RandomCoefficientsSearch`), which leaves the boundary to `GeneralSearch`. Groups that are few and not alike often have several minima: then those on
/// the boundary are looked for on a grid, too, and followed. Of 144,000 such data sets of 3 to 24 groups, down to 3 rows a group, 5 ended more than 1e-6
/// above the wide search of `LinearMixedModel.fit(by:)`, whose 2,000 evaluations take 15 to 30 times as long.
final class MomentSearch {
  /// Where a search ended; Ψ in the coordinates of `MomentReduction`.
  struct Outcome {
    var psi = RandomCoefficientsSearch.Point()
    /// The criterion without the scales of X and y.
    var value = 0.0
    /// r², y having length 1.
    var residualSquares = 0.0
    var converged = true
    var evaluationCount = 0
  }

  /// From how many groups on the moment estimate alone is where searches set out. In 60,000 data sets of 20 groups and more, down to 1 to 8 rows a group,
  /// neither further starts nor a wide search found anything better.
  static let manyGroups = 20
  /// How far above the optimum found so far a minimum on the grid of `boundaryMinima` may lie to be worth a descent.
  private static let boundaryMargin = 3.0

  let method: EstimationMethod
  /// Whether few and unlike groups are searched as widely as by `LinearMixedModel.fit(by:)`.
  var isThorough = false
  private(set) var outcome = Outcome()
  private let reduction: MomentReduction
  private let constants: GroupConstants
  private let oneEffect: OneEffectSearch?
  private let coefficients: RandomCoefficientsSearch?
  private let general: GeneralSearch
  /// The design for which each of them has been prepared.
  private var designOfConstants = -1
  private var designOfSearch = -1
  private var designOfGeneral = -1
  private var isPrepared = false

  init(_ reduction: MomentReduction, method: EstimationMethod, coefficients: RandomCoefficientsSearch?) {
    self.reduction = reduction
    self.method = method
    let model = reduction.model
    let (q, p) = (model.varyingCount, model.fixedCount)
    constants = GroupConstants(groups: reduction.groupCount, effects: q, fixed: p)
    self.coefficients = coefficients
    oneEffect =
      q == 1
      ? OneEffectSearch(
        constants, method: method, inflation: 1,
        mostKinds: min(reduction.groupCount, OneEffectSearch.mostKinds))
      : nil
    general = GeneralSearch(
      GroupReduction(shapeWithGroups: reduction.groupCount, effects: q, fixed: p), method: method)
  }

  /// Whether the last criterion fell without end.
  var sawRunaway: Bool { general.sawRunaway }

  /// m.
  var degreesOfFreedom: Double {
    method == .reml ? reduction.rowCount - Double(reduction.model.fixedCount) : reduction.rowCount
  }

  /// Minimizes for the data set that was read last, whose A_j and b_j are written; false where no start leads to an optimum.
  /// - Parameter length: the length of the response's least-squares residual.
  func minimize(length: Double) -> Bool {
    if reduction.model == .varyingMeans, reduction.isBalanced {
      minimizeBalanced(length: length)
      return true
    }
    if let oneEffect {
      writeConstants(length: length)
      if designOfSearch != reduction.designVersion {
        isPrepared = oneEffect.prepare(degreesOfFreedom: degreesOfFreedom)
        designOfSearch = reduction.designVersion
      }
      if isPrepared, oneEffect.minimize() {
        outcome = Outcome(
          psi: .init(p11: oneEffect.psi < 1e-14 ? 0 : oneEffect.psi), value: oneEffect.value,
          residualSquares: oneEffect.residualSquares, evaluationCount: oneEffect.evaluationCount)
        return true
      }
      return minimizeGenerally(length: length)
    }
    guard let coefficients else { return false }
    coefficients.setDesign(
      version: reduction.designVersion, method: method, degreesOfFreedom: degreesOfFreedom,
      withinDegreesOfFreedom: Double(reduction.withinDegreesOfFreedom))
    let isFew = reduction.groupCount < Self.manyGroups
    // A wide search goes the ways of rows, so that no optimum is another one.
    let isFast =
      reduction.withinDegreesOfFreedom > 0 && (!isThorough || reduction.areAlike && reduction.groupCount > 4)
    let isFound = isFast && coefficients.minimize(isFew ? .three : .momentsAlone)
    let further =
      isFast && isFew && !reduction.areAlike
      ? coefficients.boundaryMinima(
        general.furtherStarts, most: GeneralSearch.mostFurtherStarts, margin: Self.boundaryMargin) : 0
    if isFound, further == 0 {
      outcome = Outcome(
        psi: coefficients.optimum, value: coefficients.value,
        residualSquares: coefficients.residualSquares, evaluationCount: coefficients.evaluationCount)
      return true
    }
    writeConstants(length: length)
    return minimizeGenerally(length: length, further: further)
  }

  private func writeConstants(length: Double) {
    if designOfConstants != reduction.designVersion {
      reduction.writeDesign(constants)
      designOfConstants = reduction.designVersion
    }
    reduction.writeResponse(constants, length: length)
  }

  /// - Parameter further: how many further starts have been written.
  private func minimizeGenerally(length: Double, further: Int = 0) -> Bool {
    let workspace = general.workspace
    if designOfGeneral != reduction.designVersion {
      workspace.degreesOfFreedom = degreesOfFreedom
      workspace.traits = .init(
        withinDegreesOfFreedom: reduction.withinDegreesOfFreedom,
        needsWideSearch: isThorough && needsWideSearch)
      general.readDesign(constants)
      designOfGeneral = reduction.designVersion
    }
    guard let end = general.minimize(constants, further: further) else { return false }
    let q = reduction.model.varyingCount
    outcome = Outcome(
      psi: .init(
        p11: general.psi[0], p12: q == 2 ? general.psi[1] : 0, p22: q == 2 ? general.psi[3] : 0),
      value: workspace.value, residualSquares: workspace.residualSquares, converged: end.converged,
      evaluationCount: general.evaluationCount)
    return workspace.value.isFinite
  }

  /// As `GroupReduction` says of rows.
  private var needsWideSearch: Bool {
    reduction.model == .varyingSlopes
      && (2 * reduction.singularCount > reduction.groupCount
        || reduction.groupCount < GroupReduction.manyGroups && !reduction.areAlike)
  }

  /// Equal groups of n rows: σ̂² = MSW and σ̂_α² = (MSB − MSW)/n, or σ̂_α² = 0 and one mean square where that is negative; MSB = SSB/(J − 1), under ML SSB/J.
  private func minimizeBalanced(length: Double) {
    let groups = Double(reduction.groupCount)
    let n = reduction.rowCount / groups
    let scale = 1 / (length * length)
    let (between, within) = (reduction.between * scale, reduction.residualWithin * scale)
    let means = between / (method == .reml ? groups - 1 : groups)
    let rows = within / (groups * (n - 1))
    // n_jσ_α²/σ², which is Ψ in these coordinates.
    let psi = max(0, means / rows - 1)
    let squares = within + between / (1 + psi)
    let m = degreesOfFreedom
    var value = groups * Portable.log1p(psi) + m * (1 + Portable.log(2 * .pi * squares / m))
    // S_xx = Σ h_j/J.
    if method == .reml { value -= Portable.log1p(psi) }
    outcome = Outcome(
      psi: .init(p11: psi), value: value, residualSquares: squares, evaluationCount: 1)
  }
}
