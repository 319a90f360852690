import Distributions
import Glibc
import LinearAlgebra

/// The result of fitting a generalized linear mixed model by maximum likelihood.
public struct GeneralizedLinearMixedModelFit: MixedModelFit {
  /// The specification that was fitted.
  public let model: GeneralizedLinearMixedModel
  /// The distribution of the response, with θ or the shape by maximum likelihood; θ is ∞ where counts vary no more than Poisson's.
  public let family: ResponseFamily
  /// The link.
  public var link: LinkFunction { model.link }
  /// Nodes of quadrature for each random effect; 1 for Laplace's approximation, 0 with the fixed effects at the joint mode.
  public let nodeCount: Int
  /// Weights of the determinant.
  public let determinant: DeterminantWeights
  /// How −2 log L moved as nodes were doubled; nil unless they were.
  public let quadratureConvergence: QuadratureConvergence?
  /// Free elements of Λ: column-major lower triangle, one term after another.
  public let theta: [Double]
  /// −2 log-likelihood at the maximum with all constants: comparable with other approximations and with models without random effects.
  public let criterion: Double
  /// Fixed effects on the scale of the link, in the order of `model.fixedEffectNames`.
  public let fixedEffects: [Double]
  /// Their covariance matrix (p×p): of the exact Hessian over β, θ and a dispersion parameter, variances of 0 held; where that is not positive definite or was
  /// not asked for, `fixedEffectCovarianceRX`.
  public let fixedEffectCovariance: Matrix
  /// Whether `fixedEffectCovariance` is that of the Hessian.
  public let usesHessian: Bool
  /// Covariance matrix of the fixed effects with θ held at its estimate, lme4's RX variant (p×p); NaN where it has none.
  public let fixedEffectCovarianceRX: Matrix
  /// Covariance matrix of β, θ and the logarithm of an estimated dispersion parameter; nil for fits on the boundary.
  public let parameterCovariance: Matrix?
  /// Estimated covariance of the random effects, one entry a term, on the scale of the link.
  public let varianceComponents: [VarianceComponent]
  /// The random effects given the data, one entry a grouping factor, in the order of `model.factors`.
  public let randomEffects: [FactorEffects]
  private let shared: GeneralizedPosteriors.Shared
  /// The joint distribution of all effects at the estimates, θ held.
  var jointPrecision: JointPrecision { shared.jointPrecision }
  /// Linear predictors of the rows used at the conditional modes, offset included.
  public let linearPredictors: [Double]
  /// Means of the rows used at the conditional modes; of binomial responses probabilities.
  public var fitted: [Double] { linearPredictors.map { link.mean(predictor: $0) } }
  /// How the optimization went, and what stands on the boundary.
  public let diagnostics: GeneralizedFitDiagnostics

  init(
    _ model: GeneralizedLinearMixedModel, _ solution: GeneralizedSolution, nodeCount: Int,
    determinant: DeterminantWeights, convergence: QuadratureConvergence?
  ) {
    self.model = model
    self.nodeCount = nodeCount
    self.determinant = determinant
    quadratureConvergence = convergence
    let isPoissonLimit = GeneralizedLinearMixedModelFit.isPoissonLimit(model.family, solution)
    var family = model.family
    if let parameter = solution.dispersionParameter {
      family = family.with(dispersionParameter: isPoissonLimit ? .infinity : parameter)
    }
    self.family = family
    theta = solution.theta
    criterion = solution.minus2LogLikelihood
    fixedEffects = solution.beta
    let p = solution.beta.count
    let unknown = Matrix(rows: p, columns: p, storage: [Double](repeating: .nan, count: p * p))
    fixedEffectCovarianceRX = solution.fixedCovarianceRX ?? unknown
    usesHessian = solution.fixedCovariance != nil
    let fixedCovariance = solution.fixedCovariance ?? fixedEffectCovarianceRX
    fixedEffectCovariance = fixedCovariance
    parameterCovariance = solution.parameterCovariance
    varianceComponents = model.varianceComponents(of: solution.lambda, scale: 1)
    linearPredictors = solution.linearPredictors
    let shared = GeneralizedPosteriors.Shared(
      model, lambda: solution.lambda,
      weights: determinant == .expected ? solution.weights : solution.observedWeights)
    self.shared = shared
    randomEffects = model.factors.indices.map { f in
      FactorEffects(
        model.factors[f], of: model, posteriors: GeneralizedPosteriors(f, solution, shared),
        fixedEffects: solution.beta, fixedCovariance: fixedCovariance)
    }
    diagnostics = GeneralizedFitDiagnostics(model, solution, isPoissonLimit: isPoissonLimit)
  }

  private static func isPoissonLimit(_ family: ResponseFamily, _ solution: GeneralizedSolution) -> Bool {
    if case .negativeBinomial = family { (solution.dispersionParameter ?? 0) > 1e8 } else { false }
  }

  /// The family to compute with: Poisson's where the negative binomial has become that.
  var effectiveFamily: ResponseFamily { diagnostics.isPoissonLimit ? .poisson : family }

  /// Number of parameters: fixed effects, covariance parameters, and θ or the shape.
  public var parameterCount: Int { fixedEffects.count + theta.count + (family.hasDispersion ? 1 : 0) }
  /// Log-likelihood with all constants.
  public var logLikelihood: Double { -criterion / 2 }
  /// Akaike's criterion.
  public var aic: Double { criterion + 2 * Double(parameterCount) }
  /// Schwarz's criterion, with the number of rows as sample size.
  public var bic: Double { criterion + log(Double(observationCount)) * Double(parameterCount) }
  /// z statistics of the fixed effects.
  public var statistics: [Double] { zip(fixedEffects, fixedEffectStandardErrors).map { $0 / $1 } }
  /// Their two-sided p values.
  public var pValues: [Double] {
    statistics.map { $0.isNaN ? .nan : 2 * NormalDistribution().cumulative(abs($0), tail: .upper) }
  }

  /// Residuals of the rows used, at the conditional modes.
  public func residuals(
    _ kind: GeneralizedLinearModelFit.ResidualKind = .deviance
  ) -> [Double] {
    let observed = model.observedResponse(effectiveFamily)
    return linearPredictors.indices.map { i in
      let eta = linearPredictors[i]
      let residual = observed.responseResidual(i, eta)
      return switch kind {
      case .response: residual
      case .deviance:
        (residual < 0 ? -1 : 1) * observed.unitDeviance(i, eta).squareRoot()
      case .pearson:
        residual == 0 ? 0 : residual * (observed.weights[i] / observed.variance(eta)).squareRoot()
      case .working: residual / link.meanDerivative(predictor: eta)
      }
    }
  }

  /// The deviance given the random effects at their modes, Σ of squared deviance residuals: lme4's `deviance()`.
  public var conditionalDeviance: Double {
    let observed = model.observedResponse(effectiveFamily)
    return linearPredictors.indices.reduce(0) { $0 + observed.unitDeviance($1, linearPredictors[$1]) }
  }
}

/// How the fit of a generalized mixed model went, and what stands on the boundary of the parameter space. A value, not an error.
public struct GeneralizedFitDiagnostics: Sendable, Equatable {
  /// Whether an optimum was reached, inside the parameter space or on its boundary.
  public let converged: Bool
  /// Evaluations of the criterion with its gradient, over all starts.
  public let evaluationCount: Int
  /// Terms whose covariance is singular, with the effect it concerns.
  public let boundaries: [FitDiagnostics.Boundary]
  /// Set where predictors tell rows at one end of the response's range from the others without error, so that the likelihood has no maximum.
  public let separation: Separation?
  /// Whether a standard deviation has grown beyond what data can tell, as where nearly every group has one kind of response.
  public let hasDivergentVariance: Bool
  /// Whether the likelihood has a maximum; if not, the numbers are where the search stopped and mean nothing.
  public var hasMaximum: Bool { separation == nil && !hasDivergentVariance }
  /// Whether counts of a negative binomial model vary no more than Poisson's.
  public let isPoissonLimit: Bool
  /// Fixed-effects columns that were left out because others span them.
  public let droppedColumns: [String]
  /// Rows left out for missing values.
  public let omittedRows: Int
  /// Whether some term is on the boundary (lme4's "singular fit").
  public var isSingular: Bool { !boundaries.isEmpty }

  init(
    _ model: GeneralizedLinearMixedModel, _ solution: GeneralizedSolution, isPoissonLimit: Bool
  ) {
    var converged = true
    var separation: Separation?
    switch solution.status {
    case .converged, .boundary: break
    case .separated: separation = GeneralizedFitDiagnostics.separation(model)
    case .divergentVariance, .notConverged:
      separation = GeneralizedFitDiagnostics.separation(model)
      converged = separation != nil || solution.status == .divergentVariance
    }
    self.converged = converged
    self.separation = separation
    hasDivergentVariance = solution.status == .divergentVariance && separation == nil
    evaluationCount = solution.evaluations
    let z = model.randomMatrix
    let lengths = (0..<z.columns).map { j in
      (z.column(j).reduce(0) { $0 + $1 * $1 } / Double(max(z.rows, 1))).squareRoot()
    }
    boundaries = BoundaryTest.boundaries(of: solution.lambda, in: model, lengths: lengths)
    self.isPoissonLimit = isPoissonLimit
    droppedColumns = model.droppedColumns
    omittedRows = model.frame.omittedCount
  }

  private static func separation(_ model: GeneralizedLinearMixedModel) -> Separation? {
    Separation(
      model.fixedMatrix, names: model.fixedEffectNames, ends: model.observedResponse(model.family).ends
    )?.named(by: model.frame.fixedCoding)
  }
}
