import Dispatch
import Distributions
import LinearAlgebra
import ModelFormula
import Synchronization
import Tables

/// Predictions with standard errors and limits.
public struct PredictionIntervals: Sendable, Equatable {
  /// What the limits enclose.
  public enum Kind: String, Sendable, CaseIterable {
    /// The mean of a row.
    case confidence
    /// One new observation of a row, whose variance is σ²/w where the table has the model's column of weights, σ² otherwise.
    case prediction
  }

  /// Predicted means, as `predict` gives them.
  public let means: [Double]
  /// Standard errors of what is enclosed.
  public let errors: [Double]
  /// Lower limits.
  public let lower: [Double]
  /// Upper limits.
  public let upper: [Double]
  /// How many replicates of a bootstrap could not be fitted and are left out.
  public let failureCount: Int
}

extension LinearMixedModelFit {
  /// Each row's error takes a solution of its own where levels are too many to be factored: some minutes for so many rows.
  static let mostSolvedRows = 5000

  /// Predictions with limits mean ± normal quantile × standard error, θ held at its estimate.
  ///
  /// The error of a mean is that of x'β̂ + z'b̂ about x'β + z'b from the joint covariance of fixed and random effects. Effects of a level that the fit has not seen
  /// count with their whole variance. With `random: .none` the mean is the population's; one new observation is then of a new level.
  /// - Parameters:
  ///   - level: between 0 and 1.
  /// - Throws: as `predict`.
  public func predictionIntervals(
    for data: DataTable, _ kind: PredictionIntervals.Kind, level: Double = 0.95,
    random: RandomEffectSelection = .all, allowingNewLevels: Bool = false
  ) throws -> PredictionIntervals {
    precondition(level > 0 && level < 1, "level \(level)")
    let rows = try PredictionRows(self, data: data, random: random, allowingNewLevels: allowingNewLevels)
    let means = rows.means(of: self)
    if model.isIterative, random != .none, means.count > LinearMixedModelFit.mostSolvedRows {
      throw PredictionError.tooManyRows(means.count, most: LinearMixedModelFit.mostSolvedRows)
    }
    var variances = rows.variances(of: self)
    if kind == .prediction {
      let weights = model.frame.weights(for: data)
      for i in variances.indices { variances[i] += sigma * sigma / (weights?[i] ?? 1) }
      if random == .none {
        let all = try PredictionRows(self, data: data, random: .all, allowingNewLevels: true).asNewLevels
        let fresh = all.variances(of: self)
        let held = all.variances(of: self, newLevelsVary: false)
        for i in variances.indices { variances[i] += fresh[i] - held[i] }
      }
    }
    let errors = zip(variances, means).map { $1.isNaN ? .nan : max(0, $0).squareRoot() }
    let z = NormalDistribution().quantile((1 + level) / 2)
    return PredictionIntervals(
      means: means, errors: errors, lower: zip(means, errors).map { $0 - z * $1 },
      upper: zip(means, errors).map { $0 + z * $1 }, failureCount: 0)
  }

  /// Predictions with limits that count in the uncertainty of θ: quantiles of the errors that the model makes on data drawn from it.
  ///
  /// Replicate r draws random effects and a response from the fit with the random stream (seed, r), fits the model again, predicts the rows, and compares with the
  /// means (and new observations) that were drawn. Replicates that cannot be fitted are left out. Any number of threads gives the same numbers.
  /// - Throws: as `predict`.
  public func bootstrapPredictionIntervals(
    for data: DataTable, _ kind: PredictionIntervals.Kind, level: Double = 0.95,
    random: RandomEffectSelection = .all, allowingNewLevels: Bool = false, count: Int, seed: UInt64,
    threads: Int = 1, progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> PredictionIntervals {
    precondition(level > 0 && level < 1 && count > 0 && threads > 0, "level \(level), \(count) replicates")
    let rows = try PredictionRows(self, data: data, random: random, allowingNewLevels: allowingNewLevels)
    let fresh =
      random == .none
      ? try PredictionRows(self, data: data, random: .all, allowingNewLevels: true).asNewLevels : nil
    let means = rows.means(of: self)
    let weights = model.frame.weights(for: data)
    let errors = Mutex([[Double]?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { worker in
      let simulator = ResponseSimulator(self, sigma: sigma)
      for r in stride(from: worker, to: count, by: min(threads, count)) {
        if worker == 0 { progress?(r) }
        var stream = KeyedStream(seed: seed, replicate: UInt32(r))
        simulator.drawEffects(from: &stream)
        let effects = simulator.drawnEffects
        var response = simulator.mean
        simulator.addEffects(to: &response)
        simulator.addResiduals(to: &response, from: &stream)
        guard let again = try? refit(to: response) else { continue }
        var truth = rows.means(fixedEffects: fixedEffects, modes: effects)
        rows.addNewLevels(of: self, to: &truth, from: &stream)
        if kind == .prediction {
          fresh?.addNewLevels(of: self, to: &truth, from: &stream)
          for i in truth.indices {
            truth[i] += sigma * stream.normal() / (weights?[i] ?? 1).squareRoot()
          }
        }
        let found = zip(truth, rows.means(of: again)).map { $0 - $1 }
        errors.withLock { $0[r] = found }
      }
    }
    let all = errors.withLock { $0.compactMap { $0 } }
    guard !all.isEmpty else { throw FitError.noOptimum }
    var (spread, lower, upper) = ([Double](), [Double](), [Double]())
    for (i, mean) in means.enumerated() {
      let sorted = all.map { $0[i] }.sorted()
      spread.append(
        mean.isNaN ? .nan : (sorted.reduce(0) { $0 + $1 * $1 } / Double(sorted.count)).squareRoot())
      lower.append(mean.isNaN ? .nan : mean + sampleQuantile(sorted, (1 - level) / 2))
      upper.append(mean.isNaN ? .nan : mean + sampleQuantile(sorted, (1 + level) / 2))
    }
    return PredictionIntervals(
      means: means, errors: spread, lower: lower, upper: upper, failureCount: count - all.count)
  }
}

extension LinearModelFit {
  /// Predictions with limits mean ± t quantile × standard error.
  /// - Throws: as `LinearModel.predict`.
  public func predictionIntervals(
    of model: LinearModel, for data: DataTable, _ kind: PredictionIntervals.Kind, level: Double = 0.95
  ) throws(FormulaError) -> PredictionIntervals {
    precondition(level > 0 && level < 1, "level \(level)")
    let means = try model.predict(self, for: data)
    let x = try model.frame.fixedCoding.matrix(for: data)
    let known = coefficients.indices.filter { !coefficients[$0].isNaN }
    let weights = model.frame.weights(for: data)
    let errors = means.indices.map { i -> Double in
      if means[i].isNaN { return .nan }
      var variance = kind == .prediction ? sigma * sigma / (weights?[i] ?? 1) : 0
      for k in known { for l in known { variance += x[i, k] * covariance[k, l] * x[i, l] } }
      return variance.squareRoot()
    }
    let t =
      residualDegreesOfFreedom > 0
      ? StudentTDistribution(degreesOfFreedom: Double(residualDegreesOfFreedom)).quantile((1 + level) / 2)
      : .nan
    return PredictionIntervals(
      means: means, errors: errors, lower: zip(means, errors).map { $0 - t * $1 },
      upper: zip(means, errors).map { $0 + t * $1 }, failureCount: 0)
  }
}
