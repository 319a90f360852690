import Dispatch
import Estimates

/// One quantity's posterior in numbers, with what says how far to trust them.
public struct PosteriorSummary: Sendable, Equatable {
  /// What it is.
  public let quantity: BayesianFit.Quantity
  /// Means, standard deviations, R-hat, effective sample sizes and Monte Carlo errors.
  public let diagnostics: ChainDiagnostics
  /// Quantiles at the probabilities asked for; NaN where draws are not finite.
  public let quantiles: [Double]
}

extension BayesianFit {
  /// Summaries of all quantities, then of the levels' own coefficients.
  /// - Parameter probabilities: of the quantiles, 0...1.
  public func summaries(probabilities: [Double] = [0.025, 0.25, 0.5, 0.75, 0.975]) -> [PosteriorSummary] {
    let layout = ChainLayout(chainCount: chainCount, drawCount: drawCount)
    let own = coefficients
    let count = quantities.count + own.count
    let workers = max(1, min(plan.threads, count))
    return [PosteriorSummary](unsafeUninitializedCapacity: count) { out, written in
      written = count
      guard let base = out.baseAddress else { return }
      // Each worker writes places of its own.
      nonisolated(unsafe) let target = base
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for k in stride(from: worker, to: count, by: workers) {
          let isOwn = k >= quantities.count
          let values = isOwn ? own[k - quantities.count].draws : Array(values(of: k))
          let draws = ChainDraws(values, layout: layout)
          (target + k).initialize(
            to: PosteriorSummary(
              quantity: isOwn ? own[k - quantities.count].quantity : quantities[k],
              diagnostics: ChainDiagnostics(draws),
              quantiles: probabilities.map { draws.quantile($0) ?? .nan }))
        }
      }
    }
  }

  /// What the diagnostics of all quantities say, the worst of them named by its address.
  public func verdict(of summaries: [PosteriorSummary]) -> SamplingVerdict {
    SamplingVerdict(
      summaries.map { (Address($0.quantity.address).description, $0.diagnostics) })
  }

  /// Draws after the warmup whose trajectory diverged, over all chains.
  public var divergenceCount: Int { chains.chains.reduce(0) { $0 + $1.divergenceCount } }
}
