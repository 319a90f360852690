import LinearAlgebra

extension LinearMixedModel {
  /// The estimates where the covariances of the effects and the residual standard deviation are known: generalized least squares and the best linear
  /// unbiased predictors.
  ///
  /// - Parameters:
  ///   - covariances: of each term's effects in the order of `terms`, in squared units of the response per squared unit of the effects' columns.
  ///   - residualSD: the residual standard deviation, positive, in the unit of the response.
  /// - Returns: a fit that holds the given covariances relative to its own σ, which is estimated beside them; the factor by which its standard errors are to be
  ///   multiplied for the known residual standard deviation.
  /// - Throws: `FitError.noOptimum` for covariances too large beside the residuals to compute with.
  /// - Complexity: one evaluation of the criterion.
  /// - Reference: Henderson (1975), doi:10.2307/2529430.
  package func fit(
    knowing covariances: [Matrix], residualSD: Double
  ) throws(FitError) -> (fit: LinearMixedModelFit, errorFactor: Double) {
    precondition(
      covariances.count == terms.count, "\(covariances.count) covariances for \(terms.count) terms")
    precondition(residualSD > 0, "residual standard deviation \(residualSD)")
    let q = randomColumns.count
    var relative = Matrix(rows: q, columns: q)
    for (term, covariance) in zip(terms, covariances) {
      for (b, column) in term.columns.enumerated() {
        for (a, row) in term.columns.enumerated() {
          relative[row, column] = covariance[a, b] / (residualSD * residualSD)
        }
      }
    }
    let scale = reducedData.design.effectScale
    let white = scale * relative * scale.transposed
    let lambda = Matrix(
      rows: q, columns: q, storage: RelativeCovarianceFactor.lowerFactor(of: white.storage, order: q))
    let psi = (lambda * lambda.transposed).storage
    let workspace = reducedData.criterion(.ml)
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    guard workspace.value.isFinite else { throw .noOptimum }
    let fit = LinearMixedModelFit(
      of: self, method: .ml, optimum: .init(psi: psi, value: workspace.value, converged: true),
      factor: lambda,
      evaluations: 1, isFlat: false, isUnbounded: false, unseen: [], workspace)
    return (fit, residualSD / fit.sigma)
  }
}
