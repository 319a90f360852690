import LinearAlgebra

extension GeneralizedLinearMixedModel {
  /// Nodes of automatic quadrature before it gives up: one dimension's.
  private static let mostAutomaticNodes = 512

  /// Maximum likelihood over (β, θ) and an estimated dispersion parameter.
  ///
  /// - Parameters:
  ///   - approximation: how the random effects are integrated out.
  ///   - determinant: weights of the determinant, which differ for links that are not canonical.
  ///   - standardErrors: whether covariance matrices are wanted; they cost about as much as the fit.
  /// - Throws: `FitError.tooManyPoints` for a product rule of more than 10⁵ points a group; `.quadratureOverSeveralFactors`; `.tooManyCrossedEffects`;
  ///   `.noJointMode`; `.noFiniteLikelihood`.
  public func fit(
    _ approximation: LikelihoodApproximation = .laplace, determinant: DeterminantWeights = .expected,
    standardErrors: Bool = true
  ) throws(FitError) -> GeneralizedLinearMixedModelFit {
    switch approximation {
    case .laplace:
      return try fit(nodes: 1, determinant, standardErrors, convergence: nil)
    case .quadrature(let nodes):
      return try fit(nodes: nodes, determinant, standardErrors, convergence: nil)
    case .jointMode:
      if family.hasDispersion { throw .noJointMode(family: family.word) }
      let solution = try JointModeSearch(self, determinant: determinant).minimize()
      return try fit(at: solution, nodes: 0, determinant, convergence: nil)
    case .automatic:
      var nodes = [1]
      var values = [try solve(nodes: 1, determinant, standardErrors: false).minus2LogLikelihood]
      let tolerance = 1e-9 * Double(factors[0].levels.count)
      var isReached = false
      var next = 4
      while next <= GeneralizedLinearMixedModel.mostAutomaticNodes {
        let solution: GeneralizedSolution
        do {
          solution = try solve(nodes: next, determinant, standardErrors: false)
        } catch {
          if case .tooManyPoints = error { break }
          throw error
        }
        nodes.append(next)
        values.append(solution.minus2LogLikelihood)
        let last = values[values.count - 1]
        // Below what a sum of that size carries there is nothing to reach.
        isReached = abs(last - values[values.count - 2]) < max(tolerance, 4e-15 * abs(last))
        if isReached { break }
        next *= 2
      }
      return try fit(
        nodes: nodes.last!, determinant, standardErrors,
        convergence: QuadratureConvergence(nodes: nodes, values: values, isReached: isReached))
    }
  }

  private func fit(
    nodes: Int, _ determinant: DeterminantWeights, _ standardErrors: Bool,
    convergence: QuadratureConvergence?
  ) throws(FitError) -> GeneralizedLinearMixedModelFit {
    let solution = try solve(nodes: nodes, determinant, standardErrors: standardErrors)
    return try fit(at: solution, nodes: nodes, determinant, convergence: convergence)
  }

  /// The fit that a solution is.
  /// - Throws: `FitError.noFiniteLikelihood`.
  private func fit(
    at solution: GeneralizedSolution, nodes: Int, _ determinant: DeterminantWeights,
    convergence: QuadratureConvergence?
  ) throws(FitError) -> GeneralizedLinearMixedModelFit {
    guard solution.minus2LogLikelihood.isFinite, solution.beta.allSatisfy(\.isFinite),
      solution.theta.allSatisfy(\.isFinite)
    else {
      let named =
        [("'\(frame.formula.response.text)'", frame.response)]
        + (frame.offset.map { [("the offset", $0)] } ?? [])
      throw .noFiniteLikelihood(
        columns: named.map(\.0), least: named.map { $0.1.min() ?? .nan },
        greatest: named.map { $0.1.max() ?? .nan })
    }
    return GeneralizedLinearMixedModelFit(
      self, solution, nodeCount: nodes, determinant: determinant, convergence: convergence)
  }

  /// The search of the kernel.
  func solve(
    nodes: Int, _ determinant: DeterminantWeights, standardErrors: Bool
  ) throws(FitError) -> GeneralizedSolution {
    try GeneralizedSearch(kernelData, nodeCount: nodes, determinant: determinant)
      .minimize(standardErrors: standardErrors)
  }

  /// The model in the kernel's arrays.
  var kernelData: GeneralizedData {
    GeneralizedData(
      model: ObservationModel(family, link: link), response: numbers, trials: trials, offset: frame.offset,
      fixed: fixedMatrix, random: randomMatrix, blocks: terms.map(\.columns),
      factors: factors.map { ($0.codes, $0.levels.count) }, factorOfBlock: terms.map(\.factor),
      estimatesDispersion: family.hasDispersion)
  }
}

extension GeneralizedLinearMixedModel {
  /// The model with a constant in place of its fixed effects.
  func solveWithoutPredictors(nodes: Int, _ determinant: DeterminantWeights) throws(FitError)
    -> GeneralizedSolution
  {
    var data = kernelData
    let n = data.response.count
    data.fixed = Matrix(rows: n, columns: 1, storage: [Double](repeating: 1, count: n))
    return try GeneralizedSearch(data, nodeCount: nodes, determinant: determinant)
      .minimize(standardErrors: false)
  }
}
