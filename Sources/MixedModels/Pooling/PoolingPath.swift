import Glibc
import LinearAlgebra

/// The estimates of every group while the spread between groups is turned from nothing, complete pooling, to infinity, no pooling.
///
///     b_j ~ N(0, c²Δ),   0 ≤ c ≤ ∞
///
/// With one random effect Δ is 1 and c its standard deviation τ, in the effect's unit. With more, Δ is their fitted covariance, so that the fit is
/// at c = 1. At each c everything else is at its best given c: σ minimizes the criterion, β and b_j follow. The criterion along the path is
/// therefore the profile of the (restricted) likelihood over c; by ML and for one effect it is lme4's `profile()` of that effect's standard deviation.
///
/// Reference: Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 5.5 and figures 5.5 and 5.6.
public struct PoolingPath: Sendable {
  /// One position of the dial.
  public struct Point: Sendable {
    /// c: the standard deviation of the random effect, or the factor on the fitted ones.
    public let scale: Double
    /// The residual standard deviation that is best there, in the unit of the response; NaN at infinity.
    public let sigma: Double
    /// −2 log (restricted) likelihood there; infinite at infinity.
    public let criterion: Double
    /// What varies, fixed and random part together: groups × effects. At infinity the limit of the path, see `PoolingLimit`.
    public let coefficients: Matrix
  }

  /// The effects that vary.
  public let effectNames: [String]
  /// The fitted position: the standard deviation of one effect, 1 for several.
  public let fittedScale: Double
  /// The positions asked for, in their order.
  public let points: [Point]

  /// Follows the estimates of a fit.
  /// - Parameter scales: positions, from 0 to infinity, both included.
  /// - Throws: `FitError.severalGroupingFactors`; `.noSpread` for several effects whose estimated variances are all 0.
  /// - Complexity: about 35 evaluations of the criterion's gradient a position.
  public init(_ fit: LinearMixedModelFit, scales: [Double]) throws(FitError) {
    let model = fit.model
    let names = model.randomEffectNames
    guard model.factors.count == 1, case .single = model.reducedData,
      let workspace = model.reducedData.criterion(fit.method) as? ProfiledCriterion
    else { throw .severalGroupingFactors(model.factors.map(\.name)) }
    let covariance = fit.covariance(ofFactor: 0)
    var root = Matrix(rows: 1, columns: 1, storage: [1])
    if names.count > 1 {
      guard covariance.diagonal.contains(where: { $0 > 0 }) else {
        throw .noSpread(effects: names, factor: model.groupingFactor)
      }
      let factor = RelativeCovarianceFactor.lowerFactor(of: covariance.storage, order: names.count)
      root = Matrix(rows: names.count, columns: names.count, storage: factor)
    }
    effectNames = names
    fittedScale = names.count > 1 ? 1 : covariance[0, 0].squareRoot()
    let dial = Dial(workspace, model, root: root)
    var points: [Point] = []
    for scale in scales {
      precondition(scale >= 0, "scale \(scale)")
      points.append(scale.isInfinite ? dial.limit : dial.point(at: scale))
    }
    self.points = points
  }

  /// Turns the dial on one workspace.
  private struct Dial {
    let workspace: ProfiledCriterion
    let model: LinearMixedModel
    /// D with DD' = Δ (q×q).
    let given: Matrix
    /// R_bD over the response's scale (q×q).
    let root: Matrix
    /// No σ is best below that of rows within groups, r²/m where nothing is pooled: there the slope is negative.
    private var leastSigma = 0.0

    init(_ workspace: ProfiledCriterion, _ model: LinearMixedModel, root: Matrix) {
      self.workspace = workspace
      self.model = model
      given = root
      let design = workspace.data.design
      self.root = design.effectScale * root * (1 / design.responseScale)
      let largest = self.root.storage.reduce(0) { max($0, abs($1)) }
      let wide = self.root * (1e6 / largest)
      let value = evaluate(at: wide * wide.transposed)
      leastSigma =
        value.isFinite ? workspace.sigmaSquared.squareRoot() : 1e-4 * withoutSpread().sigma
    }

    /// Where the path ends.
    var limit: Point {
      Point(
        scale: .infinity, sigma: .nan, criterion: .infinity,
        coefficients: PoolingLimit(model, root: given).coefficients)
    }

    func point(at scale: Double) -> Point {
      let (sigma, criterion) = scale == 0 ? withoutSpread() : bestSigma(at: scale)
      let q = workspace.effectCount
      let scaled = root * (scale / sigma)
      let psi = scaled * scaled.transposed
      let lambda = Matrix(
        rows: q, columns: q, storage: RelativeCovarianceFactor.lowerFactor(of: psi.storage, order: q))
      let modes = GroupPosteriors(
        workspace, lambda: lambda, unscaleFixed: workspace.data.design.fixedScale.upperInverse
      ).modes
      let fixed = model.fixedEffects(in: workspace)
      var coefficients = modes
      for (k, name) in model.randomEffectNames.enumerated() {
        guard let place = model.fixedEffectNames.firstIndex(of: name) else { continue }
        for j in 0..<modes.rows { coefficients[j, k] += fixed[place] }
      }
      return Point(
        scale: scale, sigma: sigma * workspace.responseScale, criterion: criterion, coefficients: coefficients
      )
    }

    /// σ, in units of the response's scale, and the criterion where groups are alike.
    private func withoutSpread() -> (sigma: Double, criterion: Double) {
      let value = evaluate(at: Matrix(rows: root.rows, columns: root.columns))
      return (workspace.sigmaSquared.squareRoot(), value)
    }

    private func evaluate(at psi: Matrix) -> Double { psi.storage.withPointer { workspace.evaluate(at: $0) } }

    /// Half of the criterion's derivative by log σ, the random effects' covariance held:
    ///
    ///     m − r²/σ² − tr(D_σΨ),   Ψ = c²Δ/σ²,   D_σ the gradient over Ψ at the given σ
    private func slope(_ logSigma: Double, _ scale: Double) -> Double {
      let scaled = root * (scale / exp(logSigma))
      let psi = scaled * scaled.transposed
      _ = evaluate(at: psi)
      let precision = exp(-2 * logSigma)
      workspace.differentiate(precision: precision)
      var trace = 0.0
      for (k, entry) in psi.storage.enumerated() { trace += workspace.gradient[k] * entry }
      return workspace.degreesOfFreedom - workspace.residualSquares * precision - trace
    }

    /// The σ at which the criterion is least given the spread; the workspace is left there. Where groups differ much and rows within them little there are two
    /// minima, of differences taken for residuals and not, so the whole range is looked through.
    private func bestSigma(at scale: Double) -> (sigma: Double, criterion: Double) {
      let low = log(leastSigma)
      var high = max(log(withoutSpread().sigma), low) + 0.1
      while slope(high, scale) < 0, high < 700 { high += 0.5 }
      let steps = 20
      let places = (0...steps).map { low + (high - low) * Double($0) / Double(steps) }
      let slopes = places.map { slope($0, scale) }
      var best: (sigma: Double, criterion: Double)?
      for i in 0..<steps where slopes[i] <= 0 && slopes[i + 1] > 0 {
        let sigma = exp(root(of: scale, (places[i], slopes[i]), (places[i + 1], slopes[i + 1])))
        let value = criterion(at: scale, sigma)
        if value < best?.criterion ?? .infinity { best = (sigma, value) }
      }
      let found = best ?? (leastSigma, criterion(at: scale, leastSigma))
      _ = criterion(at: scale, found.sigma)
      return found
    }

    /// A root of the slope between two places, by Ridders' method.
    private func root(
      of scale: Double, _ start: (place: Double, slope: Double), _ end: (place: Double, slope: Double)
    ) -> Double {
      var (low, below) = start
      var (high, above) = end
      for _ in 0..<60 where high - low > 1e-13 {
        let middle = (low + high) / 2
        let value = slope(middle, scale)
        let spread = (value * value - below * above).squareRoot()
        if value == 0 || !(spread > 0) { return middle }
        let next = middle - (middle - low) * value / spread
        let found = slope(next, scale)
        if found == 0 { return next }
        for (place, rise) in [(middle, value), (next, found)] where place > low && place < high {
          if rise <= 0 { (low, below) = (place, rise) } else { (high, above) = (place, rise) }
        }
      }
      return (low + high) / 2
    }

    /// The criterion with the spread and σ held. The workspace's value has σ profiled out, σ² = r²/m; the given σ takes its place.
    private func criterion(at scale: Double, _ sigma: Double) -> Double {
      let scaled = root * (scale / sigma)
      let value = evaluate(at: scaled * scaled.transposed)
      let m = workspace.degreesOfFreedom
      let ratio = workspace.residualSquares / (m * sigma * sigma)
      return value + m * (ratio - 1 - log(ratio))
    }
  }
}
