import Distributions
import Glibc
import LinearAlgebra
import ModelFormula
import Tables

/// A generalized linear model: independent responses whose means follow g(μ) = o + Xβ, with an offset o (0)
/// where `ColumnRoles` or the formula name one.
///
/// Binomial responses are successes among m trials: 0 and 1, a column of two levels (the second is success),
/// `cbind(successes, failures)`, or shares with m as weights. Weights multiply the log-likelihood of a row in
/// all other cases.
///
/// Complete pooling is this model without the grouping factor, no pooling one such model a group
/// (`GroupwiseModels`), and LSDV this model with the factor's dummy variables.
///
/// - Reference: McCullagh & Nelder (1989), *Generalized Linear Models*, 2nd ed.
public struct GeneralizedLinearModel: Sendable {
  /// The formula.
  public let formula: ModelFormula
  /// Response and design matrix.
  public let frame: ModelFrame
  /// The distribution of the response; θ and the shape in it are starts, for they are estimated.
  public let family: ResponseFamily
  /// The link.
  public let link: LinkFunction

  /// Applies a formula without bars to data.
  /// - Parameters:
  ///   - link: the family's default if nil.
  ///   - levels: which levels of a binomial response are failure and success; found in the data if nil.
  /// - Throws: `FormulaError`; `FitError.unexpectedBar` for a formula with random effects;
  ///   `GeneralizedFitError.link`.
  public init(
    _ formula: ModelFormula, data: DataTable, family: ResponseFamily, link: LinkFunction? = nil,
    roles: ColumnRoles = ColumnRoles(), levels: SuccessLevels? = nil
  ) throws {
    if !formula.randomTerms.isEmpty { throw FitError.unexpectedBar(formula: formula.source) }
    let link = link ?? family.defaultLink
    guard family.allowedLinks.contains(link) else {
      throw GeneralizedFitError.link(link, family: family.word, allowed: family.allowedLinks)
    }
    self.init(
      frame: try ModelFrame(formula, data: data, roles: roles, response: family.responseKind(levels: levels)),
      family: family, link: link)
  }

  init(frame: ModelFrame, family: ResponseFamily, link: LinkFunction) {
    formula = frame.formula
    self.frame = frame
    self.family = family
    self.link = link
  }

  /// Applies formula text to data.
  /// - Throws: as `init(_:data:family:link:roles:levels:)` for a parsed formula.
  public init(
    _ formula: String, data: DataTable, family: ResponseFamily, link: LinkFunction? = nil,
    roles: ColumnRoles = ColumnRoles(), levels: SuccessLevels? = nil
  ) throws {
    try self.init(
      try ModelFormula(formula), data: data, family: family, link: link, roles: roles, levels: levels)
  }

  /// Maximum likelihood by Fisher scoring. Aliased columns get NaN and do not count in the rank.
  /// - Throws: `GeneralizedFitError.noFiniteStart`.
  public func fit() throws(GeneralizedFitError) -> GeneralizedLinearModelFit {
    let x = frame.fixed
    let design = PivotedQR(x)
    let kept = design.pivot.prefix(design.rank).sorted()
    let columns = Matrix(rows: x.rows, columns: kept.count, storage: kept.flatMap { x.column($0) })
    let names = frame.fixedCoding.columnNames
    let keptNames = kept.map { names[$0] }
    let own = frame.weights
    let weights = (0..<x.rows).map { (own?[$0] ?? 1) * (frame.binomial?.trials[$0] ?? 1) }

    func scoring(_ family: ResponseFamily, start: [Double]? = nil) throws(GeneralizedFitError)
      -> FisherScoring
    {
      var scoring = FisherScoring(
        x: columns, response: frame.response, weights: weights, offset: frame.offset, family: family,
        link: link)
      try scoring.run(names: keptNames, start: start)
      return scoring
    }
    guard case .negativeBinomial = family else {
      return summary(try scoring(family), kept: kept, family: family, thetaError: .nan, isPoissonLimit: false)
    }
    /// θ and β in turn from a fit of some family, each at its maximum: their expected cross information is 0,
    /// so that few turns are needed.
    func alternated(from start: ResponseFamily) throws(GeneralizedFitError) -> GeneralizedLinearModelFit {
      var result = try scoring(start)
      var theta: Double?
      for _ in 0..<100 {
        let means = result.predictor.map { link.mean(predictor: $0) }
        let shape = NegativeBinomialShape(counts: frame.response, means: means, weights: own, start: theta)
        let estimated = ResponseFamily.negativeBinomial(theta: shape.theta)
        if shape.theta == .infinity {
          return summary(
            try scoring(.poisson), kept: kept, family: estimated, thetaError: .nan, isPoissonLimit: true)
        }
        if let theta, abs(theta / shape.theta - 1) < 1e-13 {
          return summary(
            result, kept: kept, family: estimated, thetaError: shape.standardError, isPoissonLimit: false)
        }
        theta = shape.theta
        result = try scoring(estimated, start: result.coefficients)
      }
      return summary(
        result, kept: kept, family: result.family, thetaError: .nan, isPoissonLimit: false, isLeftOff: true)
    }
    let first = try alternated(from: .poisson)
    guard first.isPoissonLimit else { return first }
    // The likelihood may have a maximum of its own at a finite θ, where few rows follow the predictors.
    var best = first
    for theta in [1.0, 10] {
      let other = try alternated(from: .negativeBinomial(theta: theta))
      if other.logLikelihood > best.logLikelihood { best = other }
    }
    return best
  }

  /// Everything that is reported of converged coefficients.
  private func summary(
    _ scoring: FisherScoring, kept: [Int], family estimated: ResponseFamily, thetaError: Double,
    isPoissonLimit: Bool, isLeftOff: Bool = false
  ) -> GeneralizedLinearModelFit {
    let (n, p) = (frame.response.count, frame.fixedCoding.columnNames.count)
    let eta = scoring.predictor
    let means = eta.map { link.mean(predictor: $0) }
    let last = scoring.step(from: eta)
    let rank = kept.count
    let df = n - rank
    let basis = last.qr.orthonormalColumns
    var leverages = [Double](repeating: 0, count: n)
    for j in 0..<last.qr.rank { for i in 0..<n { leverages[i] += basis[i + j * n] * basis[i + j * n] } }

    let deviances = (0..<n).map { scoring.observation.unitDeviance($0, eta[$0]) }
    let response = (0..<n).map { scoring.observation.responseResidual($0, eta[$0]) }
    let pearson = (0..<n).map { i in
      response[i] == 0
        ? 0 : response[i] * (scoring.weights[i] / scoring.observation.variance(eta[i])).squareRoot()
    }
    var dispersion = 1.0
    if case .gamma = family {
      dispersion = df > 0 ? pearson.reduce(0) { $0 + $1 * $1 } / Double(df) : .nan
    }
    let gram = last.qr.inverseGram * dispersion
    var covariance = Matrix(rows: p, columns: p, storage: [Double](repeating: .nan, count: p * p))
    var coefficients = [Double](repeating: .nan, count: p)
    for (a, i) in kept.enumerated() {
      coefficients[i] = scoring.coefficients[a]
      for (b, j) in kept.enumerated() { covariance[i, j] = gram[a, b] }
    }
    let errors = covariance.diagonal.map { $0.squareRoot() }
    let statistics = zip(coefficients, errors).map { $0 / $1 }
    let pValues: [Double]
    if case .gamma = family {
      let t = df > 0 ? StudentTDistribution(degreesOfFreedom: Double(df)) : nil
      pValues = statistics.map { s in s.isNaN ? .nan : t.map { $0.twoSided(s) } ?? .nan }
    } else {
      pValues = statistics.map {
        $0.isNaN ? .nan : 2 * NormalDistribution().cumulative(abs($0), tail: .upper)
      }
    }

    // R's shape of the Gamma likelihood is that of the deviance, the maximum lies at another.
    let total = scoring.weights.reduce(0, +)
    var (density, atMaximum) = (estimated, estimated)
    if case .gamma = family {
      let mean = scoring.deviance / total
      (density, atMaximum) = (.gamma(shape: 1 / mean), .gamma(shape: gammaShape(meanDeviance: mean)))
    } else if isPoissonLimit {
      (density, atMaximum) = (.poisson, .poisson)
    }
    func logLikelihood(_ family: ResponseFamily) -> Double {
      // A saturated Gamma model has densities without a limit.
      if let parameter = family.dispersionParameter, !parameter.isFinite { return .infinity }
      let model = ObservationModel(family, link: link)
      let numbers = frame.binomial?.successes ?? frame.response
      let trials = frame.binomial?.trials ?? [Double](repeating: 1, count: n)
      let density = model.curvature(eta: eta, y: numbers, m: trials).logDensity
      return (0..<n).reduce(0) { sum, i in
        sum + (frame.weights?[i] ?? 1) * (density[i] + model.logConstant(numbers[i], trials[i]))
      }
    }
    let likelihood = logLikelihood(density)
    let parameters = rank + (family.hasDispersion ? 1 : 0)
    let hasIntercept = frame.fixedCoding.columnNames.first == "(Intercept)"
    return GeneralizedLinearModelFit(
      formulaText: formula.text, roles: frame.roles, family: atMaximum.hasDispersion ? atMaximum : estimated,
      link: link, coefficientNames: frame.fixedCoding.columnNames, coefficients: coefficients,
      standardErrors: errors, statistics: statistics, pValues: pValues, covariance: covariance,
      dispersion: dispersion, thetaStandardError: thetaError, deviance: scoring.deviance,
      nullDeviance: nullDeviance(scoring, hasIntercept: hasIntercept), residualDegreesOfFreedom: df,
      nullDegreesOfFreedom: n - (hasIntercept ? 1 : 0), rank: rank, logLikelihood: likelihood,
      maximumLogLikelihood: atMaximum == density ? likelihood : logLikelihood(atMaximum),
      aic: 2 * Double(parameters) - 2 * likelihood,
      bic: log(Double(n)) * Double(parameters) - 2 * likelihood, usedRows: frame.usedRows,
      omittedCount: frame.omittedCount, hasIntercept: hasIntercept, successLevels: frame.successLevels,
      fitted: means, linearPredictors: eta, leverages: leverages, priorWeights: scoring.weights,
      deviances: deviances, responseResiduals: response, pearsonResiduals: pearson,
      workingResiduals: last.residuals,
      iterationCount: scoring.iterationCount, converged: scoring.converged && !isLeftOff,
      separation: scoring.separation?.named(by: frame.fixedCoding),
      isPoissonLimit: isPoissonLimit)
  }

  /// The deviance of the constant and the offset alone; of the offset alone where the model has no constant.
  private func nullDeviance(_ scoring: FisherScoring, hasIntercept: Bool) -> Double {
    let n = frame.response.count
    let total = scoring.weights.reduce(0, +)
    let sum = zip(scoring.weights, frame.response).reduce(0) { $0 + $1.0 * $1.1 }
    let level = link.predictor(mean: sum / total)
    // A constant response at an end of its range is fitted without loss.
    if hasIntercept, !level.isFinite { return 0 }
    guard hasIntercept, frame.offset != nil else {
      let eta =
        hasIntercept
        ? [Double](repeating: level, count: n)
        : scoring.linearPredictor([Double](repeating: 0, count: scoring.x.columns))
      return (0..<n).reduce(0) { $0 + scoring.observation.unitDeviance($1, eta[$1]) }
    }
    var null = FisherScoring(
      x: Matrix(rows: n, columns: 1, storage: [Double](repeating: 1, count: n)), response: scoring.response,
      weights: scoring.weights, offset: scoring.offset, family: scoring.family, link: link)
    do { try null.run(names: ["(Intercept)"]) } catch { return .nan }
    return null.deviance
  }
}
