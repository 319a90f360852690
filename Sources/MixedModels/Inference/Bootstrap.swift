import Dispatch
import Distributions
import Synchronization

/// Why a model could not be fitted to a response drawn from it.
public enum ReplicateFailure: Error, Sendable, CaseIterable {
  /// Predictors separate the responses.
  case separated
  /// A variance grows without end.
  case divergentVariance
  /// The search ended at no optimum.
  case noFit
}

/// A parametric bootstrap of a fit: the model fitted again to responses drawn from it.
public struct ParametricBootstrap: Sendable {
  /// The parameters by lme4's names, standard deviations and correlations first, then σ, then the fixed effects.
  public let parameters: [String]
  /// The estimates of the fit.
  public let estimates: [Double]
  /// Estimates of each replicate that could be fitted, in the order of `parameters`; correlations of a standard deviation of 0 are NaN.
  public let replicates: [[Double]]
  /// How many replicates could not be fitted.
  public var failureCount: Int { failures.values.reduce(0, +) }
  /// How many for which reason.
  public let failures: [ReplicateFailure: Int]
  /// How many of the fitted ones stand on the boundary.
  public let singularCount: Int
  /// For each parameter what a replicate's value must exceed to be off its lower bound, and stay below to be off its upper one; infinite for none.
  private let insides: [(low: Double, high: Double)]

  /// Draws and fits. Replicate r has the random stream (seed, r): any number of threads gives the same numbers.
  /// - Parameters:
  ///   - count: number of replicates, from 1.
  ///   - seed: of the draws.
  ///   - threads: how many work at once.
  ///   - progress: is told now and then about how many are done.
  public init(
    _ fit: LinearMixedModelFit, count: Int, seed: UInt64, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.init(
      names: fit.parameterNames, estimates: fit.parameterValues, parameters: fit.profiledParameters,
      floors: fit.deviationFloors, count: count, seed: seed, threads: threads, progress: progress
    ) {
      guard let workspace = try? RepeatedFit(fit.model, by: fit.method) else {
        return { _ in .failure(.noFit) }
      }
      let simulator = ResponseSimulator(fit, sigma: fit.sigma)
      var response = simulator.mean
      return { stream in
        for i in response.indices { response[i] = simulator.mean[i] }
        simulator.drawEffects(from: &stream)
        simulator.addEffects(to: &response)
        simulator.addResiduals(to: &response, from: &stream)
        guard (try? workspace.fit(response)) != nil, workspace.converged else {
          return .failure(.noFit)
        }
        return .success(Estimated(values: workspace.parameterValues, isSingular: workspace.isSingular))
      }
    }
  }

  /// The same of a generalized mixed model; replicates whose likelihood has no maximum count as not fitted.
  /// - Throws: `FitError.noMaximum` where that of the fit has none: nothing can be drawn from it.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, count: Int, seed: UInt64, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(FitError) {
    try fit.checkMaximum()
    self.init(
      names: fit.parameterNames, estimates: fit.parameterValues, parameters: fit.profiledParameters,
      floors: fit.deviationFloors(scale: 1), count: count, seed: seed, threads: threads, progress: progress
    ) {
      let refit = GeneralizedRefit(fit)
      let simulator = GeneralizedSimulator(fit)
      return { stream in
        refit.outcome(for: simulator.response(from: &stream)).map {
          Estimated(values: refit.parameterValues($0), isSingular: $0.isSingular)
        }
      }
    }
  }

  /// Estimates of one response.
  private struct Estimated {
    let values: [Double]
    /// Whether they are on the boundary.
    let isSingular: Bool
  }

  /// Estimates of a response drawn from a stream, or why there are none.
  private typealias Replicate = (inout KeyedStream) -> Result<Estimated, ReplicateFailure>

  /// - Parameter makeReplicate: the work of one thread.
  private init(
    names: [String], estimates: [Double], parameters: [ProfiledParameter], floors: [Double], count: Int,
    seed: UInt64, threads: Int, progress: (@Sendable (Int) -> Void)?,
    makeReplicate: @Sendable () -> Replicate
  ) {
    precondition(count > 0 && threads > 0, "\(count) replicates, \(threads) threads")
    let workers = min(threads, count)
    let results = Mutex([Result<Estimated, ReplicateFailure>](repeating: .failure(.noFit), count: count))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let replicate = makeReplicate()
      var own: [(replicate: Int, result: Result<Estimated, ReplicateFailure>)] = []
      own.reserveCapacity((count + workers - 1) / workers)
      for r in stride(from: worker, to: count, by: workers) {
        if worker == 0 { progress?(r) }
        var stream = KeyedStream(seed: seed, replicate: UInt32(r))
        own.append((r, replicate(&stream)))
      }
      results.withLock { for (r, result) in own { $0[r] = result } }
    }
    var fitted: [Estimated] = []
    var failures: [ReplicateFailure: Int] = [:]
    for result in results.withLock({ $0 }) {
      switch result {
      case .success(let estimated): fitted.append(estimated)
      case .failure(let reason): failures[reason, default: 0] += 1
      }
    }
    self.parameters = names
    self.estimates = estimates
    replicates = fitted.map(\.values)
    self.failures = failures
    singularCount = fitted.count { $0.isSingular }
    insides = parameters.map { parameter in
      switch parameter {
      // A ten-thousandth of the scale per root mean square of the effect's column: where fits are called singular.
      case .deviation(let k): (0.1 * floors[k], .infinity)
      case .correlation: (-1 + 1e-7, 1 - 1e-7)
      case .sigma, .fixed: (-.infinity, .infinity)
      }
    }
  }

  /// The values of one parameter, parted: inside its bounds, and how many stand at 0 or −1, at 1, or have no value, as correlations of a standard
  /// deviation of 0.
  /// - Parameter k: its place in `parameters`.
  public func distribution(of k: Int) -> (inside: [Double], atLower: Int, atUpper: Int, undefined: Int) {
    var inside: [Double] = []
    var counts = (lower: 0, upper: 0, undefined: 0)
    for replicate in replicates {
      let value = replicate[k]
      if value.isNaN {
        counts.undefined += 1
      } else if value < insides[k].low {
        counts.lower += 1
      } else if value > insides[k].high {
        counts.upper += 1
      } else {
        inside.append(value)
      }
    }
    return (inside, counts.lower, counts.upper, counts.undefined)
  }

  /// Percentile intervals: quantiles of the replicates (R's type 7).
  /// - Throws: `FitError.tooFewReplicates` where fewer than half of the replicates could be fitted: those that can are no
  ///   sample of what the model gives.
  /// - Precondition: the level is between 0 and 1.
  public func intervals(level: Double = 0.95) throws(FitError) -> [ConfidenceInterval] {
    precondition(level > 0 && level < 1, "level \(level)")
    if replicates.count < failureCount {
      throw .tooFewReplicates(
        fitted: replicates.count, count: replicates.count + failureCount, failures: failures)
    }
    return parameters.indices.map { k in
      let sorted = replicates.map { $0[k] }.filter { !$0.isNaN }.sorted()
      func quantile(_ p: Double) -> Double { sorted.isEmpty ? .nan : sampleQuantile(sorted, p) }
      return ConfidenceInterval(
        parameter: parameters[k], estimate: estimates[k], lower: quantile((1 - level) / 2),
        upper: quantile((1 + level) / 2))
    }
  }
}
