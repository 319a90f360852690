import LinearAlgebra

/// The fits of a `RepeatedFit` with one grouping factor, on memory of its own: all that depends on the design alone is prepared once, and fits
/// allocate nothing but for a wide search.
final class ReducedRefit {
  let model: LinearMixedModel
  private(set) var theta: [Double]
  private(set) var fixedEffects: [Double]
  private(set) var sigma = 0.0
  private(set) var criterion = 0.0
  private(set) var converged = false
  private(set) var evaluationCount = 0

  private let reduction: GroupReduction
  private let data: ResponseReduction
  private let oneEffect: OneEffectSearch?
  private let coefficients: RandomCoefficientsSearch?
  private let general: GeneralSearch
  private let workspace: ProfiledCriterion
  private let spanned: [Int]
  private let spansAllRows: Bool
  private let interceptColumn: Int?
  private let unscaleFixed: Matrix
  private let block: ScratchBlock
  /// R_b (q×q), Ψ̃ and Λ (q×q), and β in X̃'s coordinates (p).
  private let scale, psi, lambda, beta: UnsafeMutablePointer<Double>
  /// Root mean squares of the random-effects columns (q).
  private let lengths: [Double]

  /// - Parameter spanned: effects whose variance the method cannot see.
  init(_ model: LinearMixedModel, _ reduction: GroupReduction, by method: EstimationMethod, spanned: [Int]) {
    let (q, p) = (reduction.effectCount, reduction.fixedCount)
    self.model = model
    self.reduction = reduction
    self.spanned = spanned
    data = ResponseReduction(model, reduction)
    general = GeneralSearch(reduction, method: method)
    workspace = general.workspace
    oneEffect = q == 1 ? OneEffectSearch(data.constants, workspace) : nil
    coefficients = spanned.isEmpty ? RandomCoefficientsSearch(data.constants, workspace) : nil
    // The workspace sees the design in the bases in which responses are reduced.
    general.readDesign(data.constants)
    spansAllRows = reduction.spansAllRows
    interceptColumn = model.fixedEffectNames.firstIndex(of: "(Intercept)")
    unscaleFixed = reduction.design.fixedScale.upperInverse
    block = ScratchBlock(count: 3 * q * q + p)
    scale = block.take(q * q)
    psi = block.take(q * q)
    lambda = block.take(q * q)
    beta = block.take(p)
    for k in 0..<q * q { scale[k] = reduction.design.effectScale.storage[k] }
    lengths = BoundaryTest.lengths(of: model)
    theta = [Double](repeating: 0, count: model.thetaNames.count)
    fixedEffects = [Double](repeating: 0, count: p)
  }

  /// Fits a response; as `RepeatedFit.fit`.
  func fit(_ response: Span<Double>) throws(FitError) {
    response.withUnsafeBufferPointer { data.reduce($0.baseAddress!) }
    if data.responseScale.isNaN { throw .noOptimum }
    if data.responseScale == 0
      || !spansAllRows && reduction.withinDegreesOfFreedom > 0 && data.fitsExactlyWithinGroups
    {
      throw .noResidualVariation(response: model.frame.formula.response.text)
    }
    workspace.responseScale = data.responseScale
    if let oneEffect, oneEffect.minimize() {
      psi[0] = oneEffect.psi < 1e-14 ? 0 : oneEffect.psi
      for k in 0..<fixedEffects.count { beta[k] = oneEffect.beta[k] }
      finish(oneEffect.value, oneEffect.residualSquares, evaluations: oneEffect.evaluationCount)
    } else if let coefficients, fitCoefficients(coefficients) {
      psi[0] = coefficients.optimum.p11
      psi[1] = coefficients.optimum.p12
      psi[2] = psi[1]
      psi[3] = coefficients.optimum.p22
      beta[0] = coefficients.beta.0
      beta[1] = coefficients.beta.1
      finish(coefficients.value, coefficients.residualSquares, evaluations: coefficients.evaluationCount)
    } else {
      try minimize()
    }
  }

  private func fitCoefficients(_ search: RandomCoefficientsSearch) -> Bool {
    search.readResponse(data.constants)
    return search.minimize(.prepared)
  }

  /// The general way.
  private func minimize() throws(FitError) {
    let (q, p) = (reduction.effectCount, reduction.fixedCount)
    guard let end = general.minimize(data.constants, spanned: spanned) else {
      throw general.sawRunaway
        ? .unboundedCriterion(response: model.frame.formula.response.text) : .noOptimum
    }
    for k in 0..<q * q { psi[k] = general.psi[k] }
    for k in 0..<p { beta[k] = workspace.beta[k] }
    finish(
      workspace.value - workspace.constant, workspace.residualSquares, evaluations: general.evaluationCount)
    converged = end.converged
  }

  /// Turns an optimum in Z̃'s and X̃'s coordinates back to the user's.
  private func finish(_ value: Double, _ residualSquares: Double, evaluations: Int) {
    let (q, p) = (reduction.effectCount, reduction.fixedCount)
    criterion = value + workspace.constant
    sigma = (residualSquares / workspace.degreesOfFreedom).squareRoot() * data.responseScale
    converged = true
    evaluationCount = evaluations
    RelativeCovarianceFactor.fillUnscaled(lambda, psi: psi, scale: scale, order: q)
    var next = 0
    for t in 0..<reduction.blocks.count {
      let term = reduction.blocks[t]
      for j in term {
        for i in j..<term.upperBound {
          theta[next] = lambda[i + j * q]
          next += 1
        }
      }
    }
    for k in 0..<p {
      var sum = 0.0
      for l in k..<p {
        sum += unscaleFixed.storage[k + l * p] * (data.pooled[l] + beta[l] * data.responseScale)
      }
      fixedEffects[k] = sum
    }
    if let interceptColumn { fixedEffects[interceptColumn] += data.mean }
  }

  /// As `RepeatedFit.isSingular`.
  var isSingular: Bool {
    let q = reduction.effectCount
    if general.unseen.isEmpty, isFarFromBoundary { return false }
    let factor = Matrix(
      rows: q, columns: q, storage: Array(UnsafeBufferPointer(start: lambda, count: q * q)))
    return !BoundaryTest.boundaries(
      of: factor, in: model, lengths: lengths, except: general.unseen
    ).isEmpty
  }

  /// Whether the test's singular values are clearly above its threshold, for terms of one and two effects.
  private var isFarFromBoundary: Bool {
    let q = reduction.effectCount
    for t in 0..<reduction.blocks.count {
      let term = reduction.blocks[t]
      let a = term.lowerBound
      let least: Double
      switch term.count {
      case 1: least = lengths[a] * lambda[a + a * q]
      case 2:
        least = BoundaryTest.leastSingularValue(
          lengths[a] * lambda[a + a * q], lengths[a + 1] * lambda[a + 1 + a * q],
          lengths[a + 1] * lambda[a + 1 + (a + 1) * q])
      default: return false
      }
      if !(least > 2 * BoundaryTest.threshold) { return false }
    }
    return true
  }

  /// Estimates of the last fit in the order of `LinearMixedModelFit.parameterNames`.
  var parameterValues: [Double] {
    let (q, p) = (reduction.effectCount, fixedEffects.count)
    var values: [Double] = []
    values.reserveCapacity(theta.count + 1 + p)
    func covariance(_ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for k in 0...min(i, j) { sum += lambda[i + k * q] * lambda[j + k * q] }
      return sum
    }
    for t in 0..<reduction.blocks.count {
      let term = reduction.blocks[t]
      for j in term {
        let own = covariance(j, j).squareRoot()
        values.append(sigma * own)
        for i in j + 1..<max(term.upperBound, j + 1) {
          let value = covariance(i, j) / (own * covariance(i, i).squareRoot())
          // Rounding alone leads beyond ±1.
          values.append(value.isNaN ? .nan : max(-1, min(1, value)))
        }
      }
    }
    values.append(sigma)
    values += fixedEffects
    return values
  }
}
