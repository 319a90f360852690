import LinearAlgebra

extension LinearMixedModel {
  /// Estimates the covariance parameters by REML or ML, and all that follows from them.
  ///
  /// The optimum is the root of the exact gradient. A fit on the boundary is a result; `diagnostics` names the effect. Without fixed effects REML
  /// and ML are one, and the fit is called ML, as lme4 does.
  /// - Throws: `FitError.spannedByFixedEffects` if the fixed effects leave REML nothing to estimate any variance of a group effect from;
  ///   `.noOptimum` if no start leads anywhere (not seen on data that passed the checks of `init`).
  /// - Complexity: about 20 evaluations of O(J·q²(q + p)), none of which depends on n.
  public func fit(by method: EstimationMethod = .reml) throws(FitError) -> LinearMixedModelFit {
    let method = reduction.fixedCount == 0 ? .ml : method
    let spanned = method == .reml ? reduction.effectsSpannedByFixed : []
    if spanned.count == reduction.effectCount {
      throw .spannedByFixedEffects(effects: randomEffectNames, factor: groupingFactor)
    }
    let workspace = ProfiledCriterion(reduction, method: method)
    let optimizer = CovarianceOptimizer(workspace)
    guard var optimum = optimizer.minimize() else { throw .noOptimum }
    let unseen = spanned.filter { optimizer.removeUnseen(effect: $0, from: &optimum) }
    // A variance on its way to 0, alone in its term, is 0.
    for block in reduction.blocks where block.count == 1 {
      let place = block.lowerBound * (reduction.effectCount + 1)
      if optimum.psi[place] < 1e-14 { optimum.psi[place] = 0 }
    }
    // What follows is computed at ΛΛ' with the very Λ that is reported, empty columns included.
    let q = reduction.effectCount
    let lambda = Matrix(
      rows: q, columns: q, storage: RelativeCovarianceFactor.lowerFactor(of: optimum.psi, order: q))
    let psi = (lambda * lambda.transposed).storage
    let isFlat = lambda.diagonal.allSatisfy { $0 > 0 } && optimizer.flattestCurvature(at: psi) < 1e-6
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    return LinearMixedModelFit(
      of: self, method: method, optimum: optimum, factor: lambda, evaluations: optimizer.evaluationCount,
      isFlat: isFlat, unseen: unseen, workspace)
  }
}

extension LinearMixedModelFit {
  /// Everything that follows from Ψ, β, σ and the groups' G_j and C_j at the optimum, turned back to the user's coordinates.
  init(
    of model: LinearMixedModel, method: EstimationMethod, optimum: CovarianceOptimizer.Outcome,
    factor whiteLambda: Matrix, evaluations: Int, isFlat: Bool, unseen: [Int], _ workspace: ProfiledCriterion
  ) {
    let data = model.reduction
    let p = data.fixedCount
    let sigma = workspace.sigmaSquared.squareRoot() * data.responseScale
    let lambda = RelativeCovarianceFactor.unscaled(psi: optimum.psi, scale: data.effectScale)
    let unscaleFixed = data.fixedScale.upperInverse
    let posteriors = GroupPosteriors(workspace, lambda: whiteLambda, unscaleFixed: unscaleFixed)

    // β: pooled least squares plus the shift found for its residual.
    let shift = unscaleFixed * (0..<p).map { workspace.beta[$0] * data.responseScale }
    let beta = zip(data.pooledCoefficients, shift).map(+)

    self.model = model
    self.method = method
    theta = RelativeCovarianceFactor.theta(of: lambda, blocks: data.blocks)
    criterion = workspace.value
    fixedEffects = beta
    fixedEffectCovariance = posteriors.fixedCovariance
    self.sigma = sigma
    varianceComponents = LinearMixedModelFit.components(of: model, lambda, variance: sigma * sigma)
    self.posteriors = posteriors
    fitted = LinearMixedModelFit.fitted(model, beta, modes: posteriors.modes)
    diagnostics = FitDiagnostics(
      converged: optimum.converged, evaluationCount: evaluations,
      boundaries: BoundaryTest.boundaries(of: lambda, in: model, except: unseen),
      unseenEffects: unseen.map { model.randomEffectNames[$0] }, isFlat: isFlat,
      droppedColumns: model.droppedColumns,
      omittedRows: model.frame.omittedCount)
  }

  /// σ²ΛΛ', term by term.
  private static func components(
    of model: LinearMixedModel, _ lambda: Matrix, variance: Double
  ) -> [VarianceComponent] {
    model.terms.map { term in
      let d = term.columns.count
      var covariance = Matrix(rows: d, columns: d)
      for (b, column) in term.columns.enumerated() {
        for (a, row) in term.columns.enumerated() {
          var sum = 0.0
          for k in term.columns { sum += lambda[row, k] * lambda[column, k] }
          covariance[a, b] = sum * variance
        }
      }
      return VarianceComponent(
        group: model.groupingFactor, label: term.label, names: term.names, covariance: covariance)
    }
  }

  /// o + Xβ + Zb̂, row by row.
  static func fitted(_ model: LinearMixedModel, _ beta: [Double], modes: Matrix) -> [Double] {
    let n = model.fixedMatrix.rows
    var fitted = model.frame.offset ?? [Double](repeating: 0, count: n)
    for k in beta.indices {
      for i in 0..<n { fitted[i] += model.fixedMatrix.storage[i + k * n] * beta[k] }
    }
    for k in 0..<modes.columns {
      for i in 0..<n {
        fitted[i] +=
          model.randomMatrix.storage[i + k * n] * modes.storage[model.groupCodes[i] + k * modes.rows]
      }
    }
    return fitted
  }
}
