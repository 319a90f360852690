import Dispatch
import Distributions
import Glibc
import MixedModels

/// A predictive check: numbers that tell data apart, of the data and of data replicated from the model, and where the data stand among the replicates.
///
/// Of a fit's draws the replicates keep the groups' effects; of draws from the priors they are what the model expects before it has seen a response.
/// - Reference: Gelman, Meng & Stern (1996), Statistica Sinica 6, 733–807; Gabry et al. (2019), doi:10.1111/rssa.12378.
public struct PredictiveCheck: Sendable, Equatable {
  /// What is computed of a response.
  public enum Statistic: String, Sendable, CaseIterable {
    case mean, sd, min, max
    /// Share of rows that are 0.
    case zeros
    /// Standard deviation of the means of the first factor's groups.
    case groupMeansSD = "group_means_sd"
  }

  /// One statistic.
  public struct Row: Sendable, Equatable {
    /// Which.
    public let statistic: Statistic
    /// Of the data.
    public let observed: Double
    /// Mean over replicates.
    public let mean: Double
    /// Quantiles of the replicates at both ends of the interval.
    public let lower, upper: Double
    /// Share of replicates above the data, half of those equal: near 0 or 1 the model does not make such data.
    public let tailProbability: Double
  }

  /// One row a statistic.
  public let rows: [Row]
  /// Number of replicates.
  public let replicateCount: Int
  /// Probability of the intervals.
  public let level: Double

  /// Checks a fit, or draws from priors.
  /// - Parameters:
  ///   - most: replicates at most, from draws at equal distances.
  ///   - level: probability of the intervals.
  public init(_ fit: BayesianFit, most: Int = 1000, level: Double = 0.95) {
    let predictions = PosteriorPredictions(fit)
    let model = fit.model.model
    let statistics = PredictiveCheck.statistics(of: fit.model.likelihood)
    let factor = model.factors[0]
    let observed = PredictiveCheck.values(statistics, model.frame.response, factor)
    let count = min(most, predictions.drawCount)
    let width = statistics.count
    let values = [Double](unsafeUninitializedCapacity: count * width) { out, written in
      written = count * width
      guard let base = out.baseAddress else { return }
      // Each replicate writes places of its own.
      nonisolated(unsafe) let target = base
      let workers = max(1, min(fit.plan.threads, count))
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for r in stride(from: worker, to: count, by: workers) {
          let draw = predictions.drawCount * r / count
          var stream = KeyedStream(seed: fit.plan.seed, replicate: UInt32(draw), stream: 3)
          let replicate = predictions.replicate(draw: draw, from: &stream)
          for (k, value) in PredictiveCheck.values(statistics, replicate, factor).enumerated() {
            target[r + k * count] = value
          }
        }
      }
    }
    replicateCount = count
    self.level = level
    rows = statistics.enumerated().map { k, statistic in
      let own = values[k * count..<(k + 1) * count].sorted()
      let above = own.reduce(0.0) { $0 + ($1 > observed[k] ? 1 : $1 == observed[k] ? 0.5 : 0) }
      return Row(
        statistic: statistic, observed: observed[k], mean: own.reduce(0, +) / Double(count),
        lower: sampleQuantile(own, (1 - level) / 2), upper: sampleQuantile(own, (1 + level) / 2),
        tailProbability: above / Double(count))
    }
  }

  /// What tells data of a kind apart: of single trials the mean says it all but for groups.
  private static func statistics(of likelihood: BayesianMixedModel.Likelihood) -> [Statistic] {
    guard case .generalized(let model) = likelihood else { return [.mean, .sd, .min, .max, .groupMeansSD] }
    switch model.family {
    case .binomial:
      let isSingle = model.frame.binomial?.trials.allSatisfy { $0 == 1 } ?? true
      return isSingle ? [.mean, .groupMeansSD] : [.mean, .sd, .zeros, .groupMeansSD]
    case .poisson, .negativeBinomial: return [.mean, .sd, .zeros, .max, .groupMeansSD]
    case .gamma: return [.mean, .sd, .min, .max, .groupMeansSD]
    }
  }

  private static func values(_ statistics: [Statistic], _ y: [Double], _ factor: RandomFactor) -> [Double] {
    let n = Double(y.count)
    let mean = y.reduce(0, +) / n
    func spread(_ values: [Double]) -> Double {
      let own = values.reduce(0, +) / Double(values.count)
      return (values.reduce(0) { $0 + ($1 - own) * ($1 - own) } / Double(max(values.count - 1, 1)))
        .squareRoot()
    }
    return statistics.map { statistic in
      switch statistic {
      case .mean: return mean
      case .sd: return spread(y)
      case .min: return y.min() ?? .nan
      case .max: return y.max() ?? .nan
      case .zeros: return Double(y.count { $0 == 0 }) / n
      case .groupMeansSD:
        var sums = [Double](repeating: 0, count: factor.levels.count)
        var counts = sums
        for (i, j) in factor.codes.enumerated() {
          sums[j] += y[i]
          counts[j] += 1
        }
        return spread(zip(sums, counts).compactMap { $1 > 0 ? $0 / $1 : nil })
      }
    }
  }
}
