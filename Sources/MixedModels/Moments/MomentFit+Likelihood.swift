import Distributions
import Glibc
import LinearAlgebra

/// Partial pooling: by REML and ML, and for known variances.
extension MomentFit {
  /// Standard deviations taken as known, in the units of `standardDeviations` and `sigma`.
  public struct KnownVariances: Sendable, Equatable {
    /// Of the constants between groups.
    public var constant: Double
    /// Of the slopes between groups; `varyingSlopes` alone reads it, and the correlation.
    public var slope: Double
    /// Between constants and slopes.
    public var correlation: Double
    /// Of the residuals.
    public var residual: Double

    /// Known standard deviations.
    /// - Precondition: they are finite and not negative, and the correlation lies between −1 and 1.
    public init(constant: Double, slope: Double = 0, correlation: Double = 0, residual: Double) {
      precondition(
        constant >= 0 && slope >= 0 && residual >= 0 && (constant + slope + residual).isFinite
          && abs(correlation) <= 1, "standard deviations \(constant), \(slope), \(residual), \(correlation)")
      self.constant = constant
      self.slope = slope
      self.correlation = correlation
      self.residual = residual
    }
  }

  func fitLikelihood(_ method: EstimationMethod) {
    let r = reduction
    let (q, p) = (model.varyingCount, model.fixedCount)
    let squares = r.residualSquares
    let n = r.rowCount
    guard squares.isFinite, r.yMean.isFinite, n.isFinite, !model.isUnfit(xTotal: r.xTotal) else {
      return fail(model.isUnfit(xTotal: r.xTotal) ? .unidentified : .error)
    }
    let slopes = writtenCoefficients()
    // As `LinearMixedModel` refuses data: no rows left, or nothing that they leave of y.
    let size = (squares + n * r.yMean * r.yMean + r.slope * r.slope * r.xTotal).squareRoot()
    let within = r.residualWithin + (model == .varyingIntercepts ? withinResidualOfCommonSlope.excess : 0)
    guard groupCount > 1, Int(n) > p, Int(n) > r.ranks, squares.squareRoot() > 1e-13 * size,
      r.withinDegreesOfFreedom <= 0 || within > 1e-24 * squares, method == .ml || !r.isSpannedByFixed
    else { return fail(.unidentified) }
    let length = squares.squareRoot()
    let search = search(method)
    search.isThorough = isThorough
    guard search.minimize(length: length) else { return fail(search.sawRunaway ? .unidentified : .error) }
    let found = search.outcome
    // As `CovarianceCriterion.hasNoResiduals`: effects and predictor fit every row, and variances are any.
    if r.withinDegreesOfFreedom <= 0, found.residualSquares < 1e-6 { return fail(.unidentified) }
    let m = search.degreesOfFreedom
    clear(.ok)
    converged = found.converged
    evaluationCount = found.evaluationCount
    sigma = (found.residualSquares / m).squareRoot() * length
    let logGram = p == 1 ? Portable.log(n) : Portable.log(n) + Portable.log(r.xTotal)
    criterion = found.value + (method == .reml ? logGram : 0) + 2 * m * Portable.log(length)
    let (r1, r2) = r.scales
    if q == 1 {
      theta.0 = found.psi.p11.squareRoot() / r1
      pool(relativeVariance: found.psi.p11 / (r1 * r1), sigma: sigma)
      isSingular = theta.0 < BoundaryTest.threshold
    } else if let slopes {
      (small[0], small[1], small[2], small[3]) = (
        found.psi.p11, found.psi.p12, found.psi.p12, found.psi.p22
      )
      (smallScale[0], smallScale[1], smallScale[2], smallScale[3]) = (r1, 0, r1 * r.xMean, r2)
      RelativeCovarianceFactor.fillUnscaled(small2, psi: small, scale: smallScale, order: 2)
      theta = (small2[0], small2[1], small2[3])
      pool(found.psi, sigma: sigma, slopes)
      // Root mean squares of the columns 1 and x.
      let rms = (r.xMean * r.xMean + r.xTotal / n).squareRoot()
      isSingular =
        BoundaryTest.leastSingularValue(theta.0, rms * theta.1, rms * theta.2) < BoundaryTest.threshold
    }
    status = !converged ? .notConverged : isSingular ? .boundary : .ok
  }

  /// Fits with known variances: the lecture's formula.
  ///
  /// `varyingMeans`: α̂_j = w_jȳ_j + (1 − w_j)ȳ with the mean of all rows in place of μ and the joint error of both, as `KnownVariancePooling`. With a predictor: generalized least squares for the fixed effects, β̂ = (Σ X_j'V_j⁻¹X_j)⁻¹ΣX_j'V_j⁻¹y_j, and the posterior means
  /// β̂ + Σ Z_j'V_j⁻¹(y_j − X_jβ̂), with standard errors that include the uncertainty of β̂: the best linear unbiased prediction.
  /// Residuals of 0 leave each group its own coefficients, NaN where its rows do not determine them.
  @discardableResult
  public func fit(known: KnownVariances) -> FitStatus {
    let r = reduction
    guard r.residualSquares.isFinite, r.yMean.isFinite, r.rowCount.isFinite else {
      fail(.error)
      return status
    }
    guard !model.isUnfit(xTotal: r.xTotal) else {
      fail(.unidentified)
      return status
    }
    clear(.ok)
    let (a, b, c, sigma) = (known.constant, known.slope, known.correlation, known.residual)
    if model == .varyingMeans {
      poolAroundOverallMean(known)
    } else if sigma == 0 {
      fitDummyVariables()
      fillWeights(1)
      fillDegrees(.infinity)
      residualDegreesOfFreedom = .infinity
    } else if model == .varyingIntercepts {
      pool(relativeVariance: (a / sigma) * (a / sigma), sigma: sigma)
    } else if let slopes = writtenCoefficients() {
      // Ψ̃ = R_bΨR_b'.
      let (r1, r2) = r.scales
      let (x, y, z) = ((a / sigma) * (a / sigma), c * (a / sigma) * (b / sigma), (b / sigma) * (b / sigma))
      let m = r.xMean
      let psi = RandomCoefficientsSearch.Point(
        p11: r1 * r1 * (x + 2 * m * y + m * m * z), p12: r1 * r2 * (y + m * z), p22: r2 * r2 * z)
      pool(psi, sigma: sigma, slopes)
    }
    self.sigma = sigma
    standardDeviations = (a, model == .varyingSlopes ? b : .nan)
    correlation = model == .varyingSlopes && a > 0 && b > 0 ? c : .nan
    return status
  }

  private func poolAroundOverallMean(_ known: KnownVariances) {
    let r = reduction
    let one = Lanes(repeating: 1)
    // σ²/σ_α², from a ratio whose square neither overflows nor vanishes.
    let ratio = known.residual / known.constant
    let (rows, between, within) = (
      r.rowCount, known.constant * known.constant, known.residual * known.residual
    )
    var squares = Lanes.zero
    for v in 0..<r.vectors { squares += r.counts[v] * r.counts[v] }
    let share = 1 + squares.sum() / (rows * rows)
    for v in 0..<r.vectors {
      let n = r.counts[v]
      let weight =
        known.residual == 0 && known.constant == 0 ? one * 0 : one / (one + ratio * ratio / n)
      weightLanes.0[v] = weight
      estimateLanes.0[v] = weight * r.e[v] + r.yMean
      let rest = one - weight
      let spread = pointwiseMax(rest * rest * (share - (2 / rows) * n), .zero)
      let noise = weight * weight / n + (2 * weight * rest + rest * rest) * (1 / rows)
      errorLanes.0[v] = (between * spread + within * noise).squareRoot()
    }
    fixedEffects.0 = r.yMean
    fillDegrees(.infinity)
    residualDegreesOfFreedom = .infinity
  }
}

extension MomentModel {
  /// Whether x, being the same everywhere, leaves the model without a meaning.
  func isUnfit(xTotal: Double) -> Bool { self != .varyingMeans && !(xTotal > 0) }
}
