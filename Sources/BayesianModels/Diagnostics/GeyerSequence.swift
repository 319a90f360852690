import Glibc

/// The time in draws after which a chain has forgotten where it was, by Geyer's initial monotone positive
/// sequence.
///
///     τ = 1 + 2 Σ_t ρ(t),   ρ(t) = 1 − (W − γ(t)) / var⁺,   W = γ(0)·n/(n − 1),   var⁺ = γ(0) + B/n
///
/// ρ are the autocorrelations of all chains together: γ(t) are the mean autocovariances, and B/n, the
/// variance of the chains' means, is added to the variance. Sums of neighbours ρ(2k) + ρ(2k + 1) are positive
/// and fall for reversible chains, so the sum ends before the first negative one, and a sum larger than the
/// one before it is cut down to it.
///
/// - Reference: Geyer (1992), doi:10.1214/ss/1177011137; Vehtari et al. (2021), doi:10.1214/20-BA1221.
enum GeyerSequence {
  /// What the given lags say.
  enum Result: Equatable {
    /// τ, in draws. An effective sample size is the number of draws divided by it.
    case autocorrelationTime(Double)
    /// The sequence does not end within the lags given.
    case needsMoreLags
  }

  /// τ of chains of n draws.
  ///
  /// - Parameters:
  ///   - covariances: γ(0), γ(1), …, with denominator n, averaged over chains.
  ///   - drawCount: n, at least 3.
  ///   - betweenMeans: the variance of the chains' means.
  ///   - chainCount: number of chains, for the bound: an effective sample size is at most N·log₁₀N, N = n ·
  ///     `chainCount`.
  static func result(
    covariances: [Double], drawCount n: Int, betweenMeans: Double, chainCount: Int
  ) -> Result {
    let within = covariances[0] * Double(n) / Double(n - 1)
    let total = covariances[0] + betweenMeans
    func correlation(_ lag: Int) -> Double { 1 - (within - covariances[lag]) / total }
    // ρ(0), ρ(1), … in pairs. A pair with a negative sum ends the sequence and does not enter it.
    var even = 1.0
    var odd = correlation(1)
    var sequence = [even, odd]
    var last = 0
    while last < n - 5, even + odd > 0 {
      last += 2
      guard last + 1 < covariances.count else { return .needsMoreLags }
      (even, odd) = (correlation(last), correlation(last + 1))
      sequence += even + odd >= 0 ? [even, odd] : [0, 0]
    }
    // Half the pair that ends it: less noise where neighbours alternate.
    if even > 0 { sequence[last] = even }
    var lag = 2
    while lag <= last - 2 {
      let before = sequence[lag - 2] + sequence[lag - 1]
      if sequence[lag] + sequence[lag + 1] > before {
        sequence[lag] = before / 2
        sequence[lag + 1] = before / 2
      }
      lag += 2
    }
    // Without a single pair (fewer than six draws, or draws that all but alternate) τ is 2, on the safe side.
    let sum = last == 0 ? 1 : sequence[..<last].reduce(0, +)
    let time = -1 + 2 * sum + sequence[last]
    return .autocorrelationTime(max(time, 1 / log10(Double(n * chainCount))))
  }
}
