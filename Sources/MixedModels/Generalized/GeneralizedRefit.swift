import Distributions
import LinearAlgebra

/// Fits of one generalized mixed model to one response after another, its arrays made once.
final class GeneralizedRefit {
  private let model: GeneralizedLinearMixedModel
  private let nodeCount: Int
  private let determinant: DeterminantWeights
  private var data: GeneralizedData

  /// By the approximation of a fit, Laplace's for one at the joint mode.
  init(_ fit: GeneralizedLinearMixedModelFit) {
    model = fit.model
    nodeCount = max(1, fit.nodeCount)
    determinant = fit.determinant
    data = fit.model.kernelData
  }

  /// Where the search ends for a response of the rows used (successes of binomial ones); nil where the likelihood has no maximum.
  func solution(for response: [Double]) -> GeneralizedSolution? { try? outcome(for: response).get() }

  /// The same, or why there is no maximum.
  func outcome(for response: [Double]) -> Result<GeneralizedSolution, ReplicateFailure> {
    let weights = model.frame.binomial == nil ? nil : model.frame.weights
    data.response = weights.map { zip(response, $0).map(*) } ?? response
    guard let search = try? GeneralizedSearch(data, nodeCount: nodeCount, determinant: determinant) else {
      return .failure(.noFit)
    }
    let solution = search.minimize(standardErrors: false)
    switch solution.status {
    case .converged, .boundary: return .success(solution)
    case .separated: return .failure(.separated)
    case .divergentVariance: return .failure(.divergentVariance)
    case .notConverged: return .failure(.noFit)
    }
  }

  /// lme4's order of parameters: standard deviations and correlations, then fixed effects.
  func parameterValues(_ solution: GeneralizedSolution) -> [Double] {
    model.varianceComponents(of: solution.lambda, scale: 1).flatMap(\.deviationsAndCorrelations)
      + solution.beta
  }
}

extension GeneralizedLinearMixedModelFit {
  /// lme4's names of all parameters: standard deviations and correlations, and the fixed effects.
  var parameterNames: [String] { covarianceNames + model.fixedEffectNames }
  /// Their estimates.
  var parameterValues: [Double] { covarianceValues + fixedEffects }
  /// What they are.
  var profiledParameters: [ProfiledParameter] {
    profiledCovariances + fixedEffects.indices.map { .fixed($0) }
  }
}
