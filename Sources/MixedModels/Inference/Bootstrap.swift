import Dispatch
import Distributions
import Synchronization

/// A parametric bootstrap of a fit: the model fitted again to responses drawn from it.
public struct ParametricBootstrap: Sendable {
  /// The parameters by lme4's names, standard deviations and correlations first, then σ, then the fixed effects.
  public let parameters: [String]
  /// The estimates of the fit.
  public let estimates: [Double]
  /// Estimates of each replicate that could be fitted, in the order of `parameters`; correlations of a standard deviation of 0 are NaN.
  public let replicates: [[Double]]
  /// How many replicates could not be fitted.
  public let failureCount: Int
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
      guard let workspace = try? RepeatedFit(fit.model, by: fit.method) else { return nil }
      let simulator = ResponseSimulator(fit, sigma: fit.sigma)
      var response = simulator.mean
      return { stream in
        for i in response.indices { response[i] = simulator.mean[i] }
        simulator.drawEffects(from: &stream)
        simulator.addEffects(to: &response)
        simulator.addResiduals(to: &response, from: &stream)
        guard (try? workspace.fit(response)) != nil, workspace.converged else { return nil }
        return (workspace.parameterValues, workspace.isSingular)
      }
    }
  }

  /// The same of a generalized mixed model; replicates whose likelihood has no maximum count as not fitted.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, count: Int, seed: UInt64, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.init(
      names: fit.parameterNames, estimates: fit.parameterValues, parameters: fit.profiledParameters,
      floors: fit.deviationFloors(scale: 1), count: count, seed: seed, threads: threads, progress: progress
    ) {
      let refit = GeneralizedRefit(fit)
      let simulator = GeneralizedSimulator(fit)
      return { stream in
        guard let solution = refit.solution(for: simulator.response(from: &stream)) else { return nil }
        return (refit.parameterValues(solution), solution.isSingular)
      }
    }
  }

  /// Estimates of a response drawn from a stream, and whether they are on the boundary; nil where there are none.
  private typealias Replicate = (inout KeyedStream) -> ([Double], Bool)?

  /// - Parameter makeReplicate: the work of one thread.
  private init(
    names: [String], estimates: [Double], parameters: [ProfiledParameter], floors: [Double], count: Int,
    seed: UInt64, threads: Int, progress: (@Sendable (Int) -> Void)?,
    makeReplicate: @Sendable () -> Replicate?
  ) {
    precondition(count > 0 && threads > 0, "\(count) replicates, \(threads) threads")
    let workers = min(threads, count)
    let results = Mutex([([Double], Bool)?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      guard let replicate = makeReplicate() else { return }
      var own: [(replicate: Int, values: [Double], isSingular: Bool)] = []
      own.reserveCapacity((count + workers - 1) / workers)
      for r in stride(from: worker, to: count, by: workers) {
        if worker == 0 { progress?(r) }
        var stream = KeyedStream(seed: seed, replicate: UInt32(r))
        if let (values, isSingular) = replicate(&stream) { own.append((r, values, isSingular)) }
      }
      results.withLock { for (r, values, isSingular) in own { $0[r] = (values, isSingular) } }
    }
    let fitted = results.withLock { $0.compactMap { $0 } }
    self.parameters = names
    self.estimates = estimates
    replicates = fitted.map(\.0)
    failureCount = count - fitted.count
    singularCount = fitted.count { $0.1 }
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
  /// - Precondition: the level is between 0 and 1.
  public func intervals(level: Double = 0.95) -> [ConfidenceInterval] {
    precondition(level > 0 && level < 1, "level \(level)")
    return parameters.indices.map { k in
      let sorted = replicates.map { $0[k] }.filter { !$0.isNaN }.sorted()
      func quantile(_ p: Double) -> Double { sorted.isEmpty ? .nan : sampleQuantile(sorted, p) }
      return ConfidenceInterval(
        parameter: parameters[k], estimate: estimates[k], lower: quantile((1 - level) / 2),
        upper: quantile((1 + level) / 2))
    }
  }
}
