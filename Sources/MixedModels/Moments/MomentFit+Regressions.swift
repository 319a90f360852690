import LinearAlgebra

/// The strategies of least squares: complete pooling, no pooling, dummy variables.
extension MomentFit {
  /// One regression for all rows: every group has the common coefficients.
  func fitCompletePooling() {
    let r = reduction
    guard r.residualSquares.isFinite, r.yMean.isFinite else { return fail(.error) }
    let degrees = r.rowCount - Double(model.fixedCount)
    guard !model.isUnfit(xTotal: r.xTotal), degrees > 0 else { return fail(.unidentified) }
    clear(.ok)
    sigma = (r.residualSquares / degrees).squareRoot()
    let m = r.xMean
    if model == .varyingMeans {
      fixedEffects.0 = r.yMean
      fixedEffectErrors.0 = sigma / r.rowCount.squareRoot()
    } else {
      fixedEffects = (r.yMean - r.slope * m, r.slope)
      fixedEffectErrors = (
        sigma * (1 / r.rowCount + m * m / r.xTotal).squareRoot(), sigma / r.xTotal.squareRoot()
      )
    }
    residualDegreesOfFreedom = degrees
    for v in 0..<r.vectors {
      estimateLanes.0[v] = Lanes(repeating: fixedEffects.0)
      estimateLanes.1[v] = Lanes(repeating: fixedEffects.1)
      errorLanes.0[v] = Lanes(repeating: fixedEffectErrors.0)
      errorLanes.1[v] = Lanes(repeating: fixedEffectErrors.1)
    }
    fillWeights(0)
    fillDegrees(degrees)
  }

  /// One regression a group, each with its own residual variance; with a predictor in the model also where its slope does not vary. Of a group in which x
  /// is constant the constant is the mean, and there is no slope.
  func fitNoPooling() {
    let r = reduction
    guard r.residualSquares.isFinite, r.yMean.isFinite else { return fail(.error) }
    precondition(r.moments.hasGroupResiduals, "no pooling needs the residual sum of squares of each group")
    clear(.ok)
    let withPredictor = r.hasPredictor
    let (zero, nothing) = (Lanes.zero, Lanes(repeating: .nan))
    let one = Lanes(repeating: 1)
    let yMeans = MomentReduction.lanes(r.moments.yMeans)
    let xMeans = MomentReduction.lanes(r.moments.xMeans)
    let residuals = MomentReduction.lanes(r.moments.residualSquares)
    let cross = MomentReduction.lanes(r.moments.crossProducts)
    for v in 0..<r.vectors {
      let n = r.counts[v]
      let squares = r.xSquares[v]
      let isFlat = squares .== 0
      var left = residuals[v]
      if !withPredictor {
        left += (cross[v] * cross[v] / squares).replacing(with: zero, where: isFlat)
        let degrees = n - one
        let variance = (left / degrees).replacing(with: nothing, where: degrees .<= 0)
        estimateLanes.0[v] = yMeans[v]
        errorLanes.0[v] = (variance / n).squareRoot()
        degreeLanes[v] = degrees
        continue
      }
      let inverse = r.inverses[v]
      let own = cross[v] * inverse
      let degrees = n - (one + one).replacing(with: one, where: isFlat)
      let variance = (left / degrees).replacing(with: nothing, where: degrees .<= 0)
      let mean = xMeans[v]
      estimateLanes.0[v] = yMeans[v] - (own * mean).replacing(with: zero, where: isFlat)
      errorLanes.0[v] = (variance * (one / n + mean * mean * inverse)).squareRoot()
      estimateLanes.1[v] = own.replacing(with: nothing, where: isFlat)
      errorLanes.1[v] = (variance * inverse).squareRoot().replacing(with: nothing, where: isFlat)
      degreeLanes[v] = degrees
    }
    fillWeights(1)
    if withPredictor { undeterminedCount = flatCount }
    if undeterminedCount == groupCount { status = .unidentified }
  }

  /// How many groups have one x alone.
  private var flatCount: Int {
    var count = 0
    for j in 0..<groupCount where reduction.moments.xSquares[j] == 0 { count += 1 }
    return count
  }

  /// The common slope of `varyingIntercepts` within groups, less that over all rows, and what it leaves of Σ s_j²S_xx.
  var withinResidualOfCommonSlope: (shift: Double, excess: Double) {
    let r = reduction
    guard r.xWithin > 1e-14 * r.xTotal else { return (.nan, r.explainedWithin) }
    let shift = r.crossWithin / r.xWithin
    var sum = Lanes.zero
    for v in 0..<r.vectors {
      let own = r.s[v] - shift
      sum += own * own * r.xSquares[v]
    }
    return (shift, sum.sum())
  }

  /// Own coefficients a group for what varies, a common slope where it does not, one residual variance: the regression with dummy variables.
  func fitDummyVariables() {
    let r = reduction
    guard r.residualSquares.isFinite, r.yMean.isFinite else { return fail(.error) }
    clear(.ok)
    let one = Lanes(repeating: 1)
    let nothing = Lanes(repeating: .nan)
    let yMeans = MomentReduction.lanes(r.moments.yMeans)
    let xMeans = MomentReduction.lanes(r.moments.xMeans)
    let cross = MomentReduction.lanes(r.moments.crossProducts)
    var left = r.residualWithin
    var degrees = r.rowCount
    switch model {
    case .varyingMeans:
      degrees -= Double(groupCount)
      sigma = degrees > 0 ? (left / degrees).squareRoot() : .nan
      for v in 0..<r.vectors {
        estimateLanes.0[v] = yMeans[v]
        errorLanes.0[v] = (one / r.counts[v]).squareRoot() * sigma
      }
    case .varyingIntercepts:
      let (shift, excess) = withinResidualOfCommonSlope
      let isKnown = !shift.isNaN
      left += excess
      degrees -= Double(groupCount) + (isKnown ? 1 : 0)
      sigma = degrees > 0 ? (left / degrees).squareRoot() : .nan
      let slope = r.slope + shift
      let inverse = isKnown ? 1 / r.xWithin : 0
      for v in 0..<r.vectors {
        let mean = xMeans[v]
        estimateLanes.0[v] = isKnown ? yMeans[v] - mean * slope : yMeans[v]
        errorLanes.0[v] = (one / r.counts[v] + mean * mean * inverse).squareRoot() * sigma
      }
      if isKnown {
        fixedEffects.1 = slope
        fixedEffectErrors.1 = inverse.squareRoot() * sigma
      }
    case .varyingSlopes:
      let flat = flatCount
      degrees -= Double(2 * groupCount - flat)
      undeterminedCount = flat
      sigma = degrees > 0 ? (left / degrees).squareRoot() : .nan
      for v in 0..<r.vectors {
        let isFlat = r.xSquares[v] .== 0
        let inverse = r.inverses[v]
        let own = cross[v] * inverse
        let mean = xMeans[v]
        estimateLanes.0[v] = yMeans[v] - own * mean
        errorLanes.0[v] = (one / r.counts[v] + mean * mean * inverse).squareRoot() * sigma
        estimateLanes.1[v] = own.replacing(with: nothing, where: isFlat)
        errorLanes.1[v] = (inverse.squareRoot() * sigma).replacing(with: nothing, where: isFlat)
      }
      if flat == groupCount { status = .unidentified }
    }
    if !(degrees > 0) { status = .unidentified }
    residualDegreesOfFreedom = degrees
    fillWeights(1)
    fillDegrees(degrees)
  }
}
