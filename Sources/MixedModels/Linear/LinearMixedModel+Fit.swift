import LinearAlgebra

extension LinearMixedModel {
  /// Estimates the covariance parameters by REML or ML, and all that follows from them.
  ///
  /// The optimum is the root of the exact gradient. A fit on the boundary is a result; `diagnostics` names the effect. Without fixed effects REML
  /// and ML are one, and the fit is called ML, as lme4 does.
  /// - Throws: `FitError.spannedByFixedEffects` if the fixed effects leave REML nothing to estimate any variance of a group effect from;
  ///   `.unboundedCriterion` if there is no optimum, because effects and predictors together can fit every row; `.noOptimum` if no start leads anywhere, or to effects so large beside the residuals that nothing more can be computed of them.
  /// - Complexity: about 20 evaluations of O(J·q²(q + p)), none of which depends on n.
  public func fit(by method: EstimationMethod = .reml) throws(FitError) -> LinearMixedModelFit {
    let (method, spanned) = try methodAndSpannedEffects(method)
    let q = randomColumns.count
    let workspace = reducedData.criterion(method)
    let optimizer = CovarianceOptimizer(workspace)
    guard var optimum = optimizer.minimize() else {
      throw optimizer.sawRunaway ? .unboundedCriterion(response: formula.response.text) : .noOptimum
    }
    let unseen = spanned.filter { optimizer.removeUnseen(effect: $0, from: &optimum) }
    // A variance on its way to 0, alone in its term, is 0.
    for block in terms.map(\.columns) where block.count == 1 {
      let place = block.lowerBound * (q + 1)
      if optimum.psi[place] < 1e-14 { optimum.psi[place] = 0 }
    }
    // What follows is computed at ΛΛ' with the very Λ that is reported, empty columns included.
    let lambda = Matrix(
      rows: q, columns: q, storage: RelativeCovarianceFactor.lowerFactor(of: optimum.psi, order: q))
    let psi = (lambda * lambda.transposed).storage
    var isFlat = false
    if lambda.diagonal.allSatisfy({ $0 > 0 }) {
      isFlat =
        workspace.isExpensive
        ? optimizer.flattestInformation() < 1e-8 : optimizer.flattestCurvature(at: psi) < 1e-6
    }
    if !optimizer.endedAt(psi) { _ = psi.withPointer { workspace.evaluate(at: $0) } }
    // Effects a billion times the residuals leave rounding alone to decide whether I + Λ'Z'ZΛ can be factored.
    guard workspace.value.isFinite else { throw .noOptimum }
    return LinearMixedModelFit(
      of: self, method: method, optimum: optimum, factor: lambda, evaluations: optimizer.evaluationCount,
      isFlat: isFlat, isUnbounded: optimizer.sawRunaway, unseen: unseen, workspace)
  }

  /// ML for models without fixed effects, and the effects whose variance the method cannot see.
  /// - Throws: `FitError.spannedByFixedEffects` if it sees none.
  func methodAndSpannedEffects(
    _ method: EstimationMethod
  ) throws(FitError) -> (EstimationMethod, spanned: [Int]) {
    let method = fixedColumns.count == 0 ? .ml : method
    let spanned = method == .reml ? reducedData.effectsSpannedByFixed : []
    if spanned.count == randomColumns.count {
      let effects = factors.indices.map { f in terms.filter { $0.factor == f }.flatMap(\.names) }
      throw unequalWeights ?? .spannedByFixedEffects(effects: effects, factors: factors.map(\.name))
    }
    return (method, spanned)
  }

  /// β in the user's coordinates where a workspace stands: pooled least squares plus the shift found for its residual.
  func fixedEffects(in workspace: CovarianceCriterion) -> [Double] {
    let design = reducedData.design
    let shift =
      design.fixedScale.upperInverse
      * (0..<workspace.fixedCount).map { workspace.beta[$0] * design.responseScale }
    return zip(design.pooledCoefficients, shift).map(+)
  }
}

extension LinearMixedModelFit {
  /// Everything that follows from Ψ, β, σ and what the workspace holds at the optimum, turned back to the user's coordinates.
  init(
    of model: LinearMixedModel, method: EstimationMethod, optimum: CovarianceOptimizer.Outcome,
    factor whiteLambda: Matrix, evaluations: Int, isFlat: Bool, isUnbounded: Bool, unseen: [Int],
    _ workspace: CovarianceCriterion
  ) {
    let design = model.reducedData.design
    let p = workspace.fixedCount
    let sigma = workspace.sigmaSquared.squareRoot() * design.responseScale
    let lambda = RelativeCovarianceFactor.unscaled(psi: optimum.psi, scale: design.effectScale)
    let unscaleFixed = design.fixedScale.upperInverse

    let beta = model.fixedEffects(in: workspace)
    // σ²S⁻¹, S⁻¹ = L_x⁻ᵀL_x⁻¹.
    var upper = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in j..<p { upper[j, i] = workspace.fixedFactor[i + j * p] } }
    let half = unscaleFixed * upper.upperInverse
    let fixedCovariance = half * half.transposed * (sigma * sigma)
    let posteriors = LinearMixedModelFit.posteriors(
      of: model, workspace, lambda: whiteLambda, unscaleFixed: unscaleFixed)

    self.model = model
    self.method = method
    self.whiteLambda = whiteLambda
    theta = RelativeCovarianceFactor.theta(of: lambda, blocks: workspace.blocks)
    criterion = workspace.value
    fixedEffects = beta
    fixedEffectCovariance = fixedCovariance
    self.sigma = sigma
    varianceComponents = model.varianceComponents(of: lambda, scale: sigma * sigma)
    randomEffects = zip(model.factors, posteriors).map {
      FactorEffects($0, of: model, posteriors: $1, fixedEffects: beta, fixedCovariance: fixedCovariance)
    }
    diagnostics = FitDiagnostics(
      converged: optimum.converged, evaluationCount: evaluations,
      boundaries: BoundaryTest.boundaries(
        of: lambda, in: model, lengths: BoundaryTest.lengths(of: model), except: unseen),
      unseenEffects: unseen.map { model.randomEffectNames[$0] }, isFlat: isFlat,
      isUnbounded: isUnbounded, hasNoResiduals: !isUnbounded && workspace.hasNoResiduals,
      isImprecise: workspace.residualSquares < workspace.leastPreciseSquares,
      criterionError: workspace.valueError,
      droppedColumns: model.droppedColumns,
      omittedRows: model.frame.omittedCount)
  }

  /// The effects of each factor, from what the workspace holds.
  private static func posteriors(
    of model: LinearMixedModel, _ workspace: CovarianceCriterion, lambda: Matrix, unscaleFixed: Matrix
  ) -> [any FactorPosteriors] {
    if let workspace = workspace as? ProfiledCriterion {
      return [GroupPosteriors(workspace, lambda: lambda, unscaleFixed: unscaleFixed)]
    }
    if let workspace = workspace as? IterativeCriterion {
      let psi = (lambda * lambda.transposed).storage
      return model.factors.indices.map { f in
        IterativePosteriors(workspace, factor: f, psi: psi, unscaleFixed: unscaleFixed)
      }
    }
    guard let workspace = workspace as? CrossedCriterion else { preconditionFailure("another criterion") }
    workspace.solveForResponse()
    let psi = lambda * lambda.transposed
    let covariances = CrossedCovariances(workspace.data, psi: psi.storage)
    return model.factors.indices.map { f in
      CrossedPosteriors(workspace, factor: f, covariances: covariances, unscaleFixed: unscaleFixed)
    }
  }
}
