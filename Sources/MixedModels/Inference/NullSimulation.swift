/// How null distributions are simulated, and whether those that need not be are.
public struct NullSimulation: Sendable, Equatable {
  /// Bootstrap replicates of every test; nil to simulate only where the mixtures of χ² are not right: variances of few groups, and several variances at
  /// once, by exact draws or, of models that are quickly refitted, by `unaskedReplicates`.
  public let replicates: Int?
  /// The seed of all draws.
  public let seed: UInt64
  /// How many threads draw at once; the numbers do not depend on it.
  public let threads: Int

  /// Draws from an exact null distribution are so cheap that there are at least this many.
  public static let exactDraws = 100_000
  /// Bootstrap replicates of a test whose null distribution is not known otherwise.
  public static let unaskedReplicates = 1000
  /// Below this number of groups the mixtures of χ², which are for many, are not trusted.
  public static let fewGroups = 30

  static let exactStream: UInt32 = 1
  static let bootstrapStream: UInt32 = 2

  /// - Precondition: replicates and threads are positive.
  public init(replicates: Int? = nil, seed: UInt64 = 1, threads: Int = 1) {
    precondition(replicates.map { $0 > 0 } ?? true && threads > 0)
    self.replicates = replicates
    self.seed = seed
    self.threads = threads
  }
}

/// A statistic's place among draws from its null distribution.
public struct SimulatedNull: Sendable, Equatable {
  /// Where draws come from.
  public enum Source: String, Sendable {
    /// The exact distribution, given the design alone (`VarianceRatioSpectrum`).
    case exact
    /// Both models fitted to responses drawn from the fit of the smaller one.
    case bootstrap
  }

  /// Where the draws come from.
  public let source: Source
  /// Number of draws.
  public let drawCount: Int
  /// How many of them reached the statistic.
  public let reachedCount: Int
  /// How many responses beside them could not be fitted.
  public let failureCount: Int

  /// The p value, (b + 1)/(m + 1) for b of m draws: never 0, and a test by it keeps its level (Davison & Hinkley 1997,
  /// doi:10.1017/CBO9780511802843, section 4.2). NaN without draws.
  public var pValue: Double { drawCount == 0 ? .nan : Double(reachedCount + 1) / Double(drawCount + 1) }
  /// The Monte Carlo standard error of the p value.
  public var monteCarloError: Double {
    drawCount == 0 ? .nan : (pValue * (1 - pValue) / Double(drawCount)).squareRoot()
  }

  /// The place of a statistic; nil stands for a draw that could not be fitted. Rounding is no difference.
  init(_ source: Source, statistic: Double, draws: [Double?], rounding: Double) {
    self.source = source
    drawCount = draws.count { $0 != nil }
    reachedCount = draws.count { $0.map { $0 >= statistic - rounding } ?? false }
    failureCount = draws.count - drawCount
  }
}
