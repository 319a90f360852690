/// A replicate in which a strategy had no inner optimum of full precision and why.
public struct ReplicateFailure: Sendable, Equatable {
  /// The replicate, from 0.
  public let replicate: Int
  /// The strategy's place in the study.
  public let strategy: Int
  /// How it ended: not converged, unidentified or error.
  public let status: ReplicateStatus
  /// What the fit said.
  public let reason: String
}

/// What a block of replicates gives.
public struct BlockResult: Sendable, Equatable {
  /// The sums.
  public internal(set) var sums: BlockSums
  /// The first failures; the sums count all.
  public internal(set) var failures: [ReplicateFailure] = []

  /// More failures than this are counted but not listed.
  static let mostFailures = 10

  /// Whether statuses and listed failures are the same, and sums but for rounding.
  func isClose(to other: BlockResult) -> Bool {
    failures == other.failures && sums.statuses == other.sums.statuses
      && sums.sums.count == other.sums.sums.count
      && zip(sums.sums, other.sums.sums).allSatisfy { abs($0 - $1) <= 1e-9 * max(abs($0), abs($1)) }
  }

  /// Lists the failures of a replicate.
  mutating func list(_ outcome: ReplicateOutcome, replicate: Int) {
    for (s, strategy) in outcome.strategies.enumerated()
    where strategy.status != .ok && strategy.status != .boundary && failures.count < BlockResult.mostFailures
    {
      failures.append(
        ReplicateFailure(
          replicate: replicate, strategy: s, status: strategy.status, reason: strategy.reason ?? ""))
    }
  }
}
