import Distributions

/// How many chains of how many draws, with the tables that every quantity of one fit shares: normal scores
/// and the Fourier transform.
///
/// Making one costs about as much as the diagnostics of one quantity, so make one for all of a fit's
/// quantities.
public struct ChainLayout: Sendable {
  /// Number of chains.
  public let chainCount: Int
  /// Draws of each chain.
  public let drawCount: Int
  /// Draws in half a chain; of an odd number, the middle draw belongs to neither half.
  let halfCount: Int
  /// z of ranks 1, 2, … among all draws in halves.
  let scores: [Double]
  /// Long enough for the autocovariances that are usually wanted (lags up to a quarter of half a chain).
  let transform: FourierTransform

  /// A layout.
  /// - Precondition: at least one chain of at least one draw.
  public init(chainCount: Int, drawCount: Int) {
    precondition(chainCount > 0 && drawCount > 0, "\(chainCount) chains of \(drawCount) draws")
    self.chainCount = chainCount
    self.drawCount = drawCount
    halfCount = drawCount / 2
    transform = FourierTransform(atLeast: halfCount + max(halfCount / 4, 8))
    let count = 2 * chainCount * halfCount
    let lower = (0..<count / 2).map { Self.score(rank: Double($0 + 1), of: count) }
    scores = lower + lower.reversed().map { -$0 }
  }

  /// The normal score of a rank among N numbers.
  ///
  ///     z = Φ⁻¹((r − 3/8)/(N + 1/4))
  ///
  /// - Reference: Blom (1958), *Statistical Estimates and Transformed Beta-Variables*.
  static func score(rank: Double, of count: Int) -> Double {
    NormalDistribution().quantile((rank - 0.375) / (Double(count) + 0.25))
  }

  /// Draws of all half chains together.
  var splitCount: Int { 2 * chainCount * halfCount }
}
