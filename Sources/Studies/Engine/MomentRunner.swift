import Designs
import Distributions
import Estimates
import MixedModels
import ModelFormula
import Tables

/// Replicates of a design with one grouping factor and nothing but normal distributions: sufficient statistics are drawn in place of rows, and every
/// strategy is fitted to them. Gives the numbers that `RowRunner` gives for the rows behind them.
final class MomentRunner: ReplicateRunner {
  let layout: EstimandLayout

  private let shape: OneFactorShape
  private let kernel: MomentKernel
  private let methods: [PoolingMethod]
  private let key: UInt64
  private let design: MomentDesign
  /// True values of the parameters, in the order of the layout.
  private let parameters: [Double]
  /// Places in the layout: fixed effects, standard deviations, correlation, σ, group coefficients, new groups.
  private let fixed, deviations, groups, new: [Int]
  private let correlation: Int?
  private let residual: Int
  /// Whether the true weights are the same in every replicate, and whether they are known.
  private let weightsStay: Bool
  private var trueWeights: [Double]
  private var hasTrueWeights = false
  private let needsTrueWeights: Bool

  /// Nil for a study that needs rows: another design, other formulas than the design's, Satterthwaite's degrees of freedom, posteriors.
  init?(_ study: StudySpecification, _ cell: StudyCell, _ whole: DataDesign) {
    let own = whole.formula.text
    guard let shape = whole.oneFactorShape, study.intervals == .wald,
      study.strategies.allSatisfy({ strategy in
        if strategy.method == .bayes { return false }
        guard let text = strategy.formula ?? study.formula else { return true }
        return (try? ModelFormula(text))?.text == own
      })
    else { return nil }
    self.shape = shape
    let sizes: MomentDesign.Sizes
    if shape.sizes.isRandom {
      let law = shape.sizes
      sizes = .drawn(groupCount: shape.groupCount) { law.fill($0, from: &$1) }
    } else {
      var none = KeyedStream(seed: 0)
      sizes = .fixed(shape.sizes.sizes(of: shape.groupCount, from: &none))
    }
    let q = shape.hasVaryingSlope ? 2 : 1
    design = MomentDesign(
      sizes: sizes,
      predictor: shape.predictor.map { .normal(mean: $0.mean, standardDeviation: $0.sd) } ?? .none,
      fixedEffects: (shape.beta[0], shape.predictor == nil ? 0 : shape.beta[1]),
      variances: .init(
        constant: shape.sd[0], slope: q == 2 ? shape.sd[1] : 0, correlation: shape.correlation,
        residual: shape.residualSD))
    key = cell.streamKey(seed: study.seed)
    let model: MomentModel =
      shape.predictor == nil ? .varyingMeans : q == 2 ? .varyingSlopes : .varyingIntercepts
    kernel = MomentKernel(design, model: model, seed: key, scenario: 0, firstStream: StreamPurpose.moments)
    methods = study.strategies.map(\.method)
    needsTrueWeights = methods.contains { [.reml, .ml, .oracle].contains($0) }
    weightsStay = !shape.sizes.isRandom && shape.predictor == nil

    let names = ["(Intercept)"] + (shape.predictor.map { [$0.name] } ?? [])
    let varying = Array(names.prefix(q))
    var layout = EstimandLayout()
    var parameters: [Double] = []
    func add(_ address: String, _ value: Double) -> Int {
      layout.append(address, kind: .parameter)
      parameters.append(value)
      return layout.memberCount - 1
    }
    fixed = names.enumerated().map { add(["fixed", $1].joined(separator: "."), shape.beta[$0]) }
    deviations = varying.enumerated().map {
      add(["random", shape.factor, $1].joined(separator: ".") + ".sd", shape.sd[$0])
    }
    correlation =
      q == 2
      ? add(
        (["random", shape.factor] + varying).joined(separator: "."),
        shape.sd[0] > 0 && shape.sd[1] > 0 ? shape.correlation : .nan) : nil
    residual = add("residual.sd", shape.residualSD)
    groups = varying.map { name in
      layout.append(
        ["coef", shape.factor, name].joined(separator: "."), kind: .group, count: shape.groupCount)
      return layout.memberCount - shape.groupCount
    }
    new = varying.map { name in
      layout.append(["new", shape.factor, name].joined(separator: "."), kind: .newGroup)
      return layout.memberCount - 1
    }
    self.layout = layout
    self.parameters = parameters
    trueWeights = [Double](repeating: .nan, count: q * shape.groupCount)
  }

  func run(_ replicate: Int, into outcome: ReplicateOutcome) {
    kernel.draw(UInt32(replicate))
    let count = shape.groupCount
    for k in parameters.indices { outcome.truths[k] = parameters[k] }
    for (k, first) in groups.enumerated() {
      let truths = kernel.truths(k)
      for j in 0..<count { outcome.truths[first + j] = truths[j] }
    }
    drawNewGroup(replicate, outcome.truths)
    if needsTrueWeights {
      if !weightsStay || !hasTrueWeights { learnTrueWeights() }
      for (k, first) in groups.enumerated() {
        for j in 0..<count { outcome.trueWeights[first + j] = trueWeights[k * count + j] }
      }
    }
    for (s, method) in methods.enumerated() { estimate(method, into: outcome.strategies[s]) }
  }

  private func learnTrueWeights() {
    kernel.fit(.oracle)
    for k in groups.indices {
      let weights = kernel.weights(k)
      for j in 0..<shape.groupCount { trueWeights[k * shape.groupCount + j] = weights[j] }
    }
    hasTrueWeights = true
  }

  private func drawNewGroup(_ replicate: Int, _ truths: UnsafeMutablePointer<Double>) {
    var stream = KeyedStream(seed: key, replicate: UInt32(replicate), stream: StreamPurpose.newGroup)
    let u = stream.normal()
    truths[new[0]] = shape.beta[0] + shape.sd[0] * u
    if new.count == 2 {
      let across = max(0, 1 - shape.correlation * shape.correlation).squareRoot()
      truths[new[1]] = shape.beta[1] + shape.sd[1] * (shape.correlation * u + across * stream.normal())
    }
  }

  private func estimate(_ method: PoolingMethod, into outcome: StrategyOutcome) {
    let status = kernel.fit(method)
    switch status {
    case .ok: outcome.status = .ok
    case .boundary: outcome.status = .boundary
    case .notConverged: outcome.status = .notConverged
    case .unidentified: outcome.status = .unidentified
    case .error: outcome.status = .error
    }
    if status != .ok && status != .boundary {
      outcome.reason = reason(status, of: method)
    } else {
      outcome.reason = nil
    }
    guard outcome.status.index < ReplicateStatus.estimatedCount else { return }
    let fit = kernel.result
    let (estimates, errors, df, weights) = (
      outcome.estimates, outcome.standardErrors, outcome.degreesOfFreedom, outcome.weights
    )
    func set(_ place: Int, _ estimate: Double, _ error: Double, _ degrees: Double) {
      estimates[place] = estimate
      errors[place] = error
      df[place] = degrees
      weights[place] = .nan
    }
    let degrees = fit.degreesOfFreedom
    for (k, first) in groups.enumerated() {
      let (own, ownErrors, ownWeights) = (fit.estimates(k), fit.standardErrors(k), fit.weights(k))
      for j in 0..<shape.groupCount {
        estimates[first + j] = own[j]
        errors[first + j] = ownErrors[j]
        df[first + j] = degrees[j]
        weights[first + j] = ownWeights[j]
      }
    }
    // A line whose slope its rows do not determine is none at x = 0.
    if method == .none && kernel.model != .varyingMeans || method == .lsdv && kernel.model == .varyingSlopes {
      let slopes = fit.ownSlopes
      for j in 0..<shape.groupCount where slopes[j].isNaN {
        for first in groups {
          estimates[first + j] = .nan
          errors[first + j] = .nan
        }
      }
    }
    let common = fit.residualDegreesOfFreedom
    let isPartial = method == .reml || method == .ml
    for k in fixed.indices {
      let (value, error) =
        k == 0
        ? (fit.fixedEffects.0, fit.fixedEffectErrors.0) : (fit.fixedEffects.1, fit.fixedEffectErrors.1)
      set(fixed[k], value, error, common)
    }
    for k in deviations.indices {
      set(
        deviations[k],
        isPartial ? (k == 0 ? fit.standardDeviations.0 : fit.standardDeviations.1) : .nan, .nan, .infinity)
    }
    if let correlation {
      let exists = isPartial && groups.allSatisfy { outcome.varies(in: $0..<$0 + shape.groupCount) }
      set(correlation, exists ? fit.correlation : .nan, .nan, .infinity)
    }
    set(residual, method == .oracle ? .nan : fit.sigma, .nan, .infinity)
    switch method {
    case .none, .lsdv:
      for k in groups.indices {
        let own = OwnCoefficients(estimates + groups[k], count: shape.groupCount)
        set(fixed[k], own.mean, own.meanError, own.degreesOfFreedom)
        set(deviations[k], own.sd, .nan, .infinity)
        set(new[k], own.mean, own.newError, own.degreesOfFreedom)
      }
      // No pooling's slopes are own ones also where the design has one for all.
      if method == .none, kernel.model == .varyingIntercepts {
        let own = OwnCoefficients(fit.ownSlopes, count: shape.groupCount)
        set(fixed[1], own.mean, own.meanError, own.degreesOfFreedom)
      }
    case .complete:
      for k in new.indices { set(new[k], estimates[fixed[k]], errors[fixed[k]], common) }
    case .bayes: break
    case .reml, .ml, .oracle:
      if method == .oracle && kernel.model == .varyingMeans {
        let counts = UnsafeBufferPointer(start: kernel.generator.moments.counts, count: shape.groupCount)
        let error = KnownVariancePooling.overallMeanError(
          counts: counts, sigmaAlpha: shape.sd[0], sigmaY: shape.residualSD)
        set(fixed[0], fit.fixedEffects.0, error, .infinity)
      }
      for k in new.indices {
        let spread = k == 0 ? fit.standardDeviations.0 : fit.standardDeviations.1
        let error = errors[fixed[k]]
        set(new[k], estimates[fixed[k]], (error * error + spread * spread).squareRoot(), .infinity)
      }
    }
  }

  private func reason(_ status: FitStatus, of method: PoolingMethod) -> String {
    switch status {
    case .unidentified:
      let (groups, effects) = (shape.groupCount, self.groups.count)
      let rows = (0..<groups).reduce(0) { $0 + Int(kernel.generator.moments.counts[$1]) }
      switch method {
      case .reml, .ml:
        if rows <= groups * effects {
          return
            "\(FitError.notIdentified(factor: shape.factor, groups: groups, effects: effects, rows: rows, omitted: 0))"
        }
        return "nothing is left for the residual variance, or the predictor does not vary"
      case .none: return "no group's rows determine its coefficients"
      case .lsdv:
        return "no group's rows determine its coefficients, or none are left for the residual variance"
      case .complete, .oracle, .bayes: return "too few rows, or a predictor that does not vary"
      }
    case .notConverged: return "the optimum was not found to full precision"
    default: return "the fit failed"
    }
  }

  func data(of replicate: Int) throws -> (table: DataTable, levels: [String: [String]]) {
    let rows = MomentRows(kernel.generator, replicate: UInt32(replicate))
    let levels = (1...shape.groupCount).map(String.init)
    var columns = [Column(shape.factor, rows.codes.map { $0 + 1 })]
    if let predictor = shape.predictor { columns.append(Column(predictor.name, rows.x)) }
    columns.append(Column(shape.response, rows.y))
    var byAddress: [String: [String]] = [:]
    for estimand in layout.estimands where estimand.kind == .group { byAddress[estimand.address] = levels }
    return (DataTable(columns), byAddress)
  }
}

/// The population as the groups' own coefficients show it: the mean of those that are determined, their plain standard deviation, and the errors of
/// the mean and of one more group, with J − 1 degrees of freedom.
struct OwnCoefficients {
  let mean, sd, meanError, newError, degreesOfFreedom: Double

  /// - Parameters:
  ///   - values: a coefficient of each group; NaN where a group does not determine it.
  ///   - count: how many.
  init(_ values: UnsafePointer<Double>, count: Int) {
    var (sum, known) = (0.0, 0.0)
    for j in 0..<count where !values[j].isNaN {
      sum += values[j]
      known += 1
    }
    mean = known > 0 ? sum / known : .nan
    var squares = 0.0
    for j in 0..<count where !values[j].isNaN { squares += (values[j] - mean) * (values[j] - mean) }
    sd = known > 1 ? (squares / (known - 1)).squareRoot() : .nan
    meanError = sd / known.squareRoot()
    newError = sd * (1 + 1 / known).squareRoot()
    degreesOfFreedom = known - 1
  }
}
