/// What a sampler gave: its chains, in the order of their numbers.
public struct SampledChains: Sendable, Equatable {
  /// The number d of unconstrained parameters.
  public let dimension: Int
  /// The chains. After an early stop their numbers of draws may differ; each draw is complete.
  public let chains: [ChainRun]
  /// Whether it was stopped before all draws were made.
  public let wasStopped: Bool

  /// The number of draws that every chain has.
  public var drawCount: Int { chains.map(\.drawCount).min() ?? 0 }

  /// The first `drawCount` draws of all chains in one array: parameter p of draw i of chain c at
  /// p + d·(i + drawCount·c).
  public var draws: [Double] {
    let count = drawCount * dimension
    return chains.flatMap { $0.draws.prefix(count) }
  }

  /// One parameter's first `drawCount` draws, one array a chain.
  public func values(of parameter: Int) -> [[Double]] {
    let count = drawCount
    return chains.map { Array($0.values(of: parameter).prefix(count)) }
  }
}
