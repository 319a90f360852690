import Distributions

/// The draws of one quantity by several Markov chains of equal length, ready for its diagnostics.
///
/// Sorting the draws is most of the work and is done here, once. What the diagnostics mean:
/// `rHat` compares chains, the effective sample sizes say how many independent draws a summary is worth, and
/// the Monte Carlo errors (`monteCarloErrorOfMean` and its like) say how far it may be from the posterior's
/// own.
///
/// ```swift
/// let draws = ChainDraws([[0.1, 0.4, …], [0.3, …]])
/// draws.rHat()                            // 1.003
/// draws.effectiveSampleSize(ofQuantile: 0.9)
/// ```
///
/// Every diagnostic is nil where it is not defined: draws that are not finite, that are all equal, or too
/// few. Definitions and results are those of R's posterior 1.4.0, but for draws all equal, which here are
/// equal to the last bit.
///
/// - Reference: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Rank-normalization, folding, and
///   localization: an improved R-hat for assessing convergence of MCMC, doi:10.1214/20-BA1221.
public struct ChainDraws: Sendable {
  /// Number of chains, of draws in each, and tables for them.
  public let layout: ChainLayout
  /// All draws, chain after chain.
  public let values: [Double]
  /// The draws in rising order; empty where one is not finite.
  public let sorted: [Double]
  /// The draws in halves: half chain after half chain. The same as `values` where the number of draws is
  /// even.
  let split: [Double]
  /// Places in `split` in rising order of the draws.
  let splitOrder: [UInt32]
  /// The draws of `split` in that order.
  let splitSorted: [Double]

  /// The draws of chains: `chains[c][s]` is draw s of chain c.
  /// - Precondition: at least one chain; all have the same number of draws, at least one.
  public init(_ chains: [[Double]]) {
    let drawCount = chains.first?.count ?? 0
    for chain in chains {
      precondition(chain.count == drawCount, "chains of \(drawCount) and of \(chain.count) draws")
    }
    self.init(
      Array(chains.joined()), layout: ChainLayout(chainCount: chains.count, drawCount: drawCount))
  }

  /// The draws of chains that lie one behind another.
  ///
  /// - Parameters:
  ///   - values: draw s of chain c at c · `drawCount` + s.
  ///   - layout: numbers of chains and draws; one layout serves all quantities of a fit.
  /// - Precondition: as many values as the layout has draws.
  /// - Complexity: linear in the number of draws.
  public init(_ values: [Double], layout: ChainLayout) {
    let (chainCount, drawCount, half) = (layout.chainCount, layout.drawCount, layout.halfCount)
    precondition(
      values.count == chainCount * drawCount,
      "\(values.count) values for \(chainCount) chains of \(drawCount) draws")
    self.layout = layout
    self.values = values
    guard values.allSatisfy(\.isFinite) else {
      (sorted, split, splitOrder, splitSorted) = ([], [], [], [])
      return
    }
    let order = ValueOrder.rising(values.span)
    sorted = order.map { values[Int($0)] }
    if drawCount % 2 == 0 {
      (split, splitOrder, splitSorted) = (values, order, sorted)
      return
    }
    var split: [Double] = []
    split.reserveCapacity(layout.splitCount)
    for chain in 0..<chainCount {
      let start = chain * drawCount
      split += values[start..<start + half]
      split += values[start + half + 1..<start + drawCount]
    }
    self.split = split
    splitOrder = order.compactMap { place in
      let (chain, draw) = Int(place).quotientAndRemainder(dividingBy: drawCount)
      return draw == half ? nil : UInt32(2 * chain * half + (draw < half ? draw : draw - 1))
    }
    splitSorted = splitOrder.map { split[Int($0)] }
  }

  /// Whether all draws are finite and not all equal: otherwise no diagnostic is defined.
  public var varies: Bool { sorted.last != sorted.first }

  /// Whether all draws are finite.
  public var isFinite: Bool { !sorted.isEmpty }

  /// The mean of all draws; NaN or infinite where draws are.
  public var mean: Double {
    isFinite
      ? ChainMoments.mean(values.span, from: 0, count: values.count)
      : values.reduce(0, +) / Double(values.count)
  }

  /// The standard deviation of all draws, with denominator N − 1; nil for a single draw or draws that are not
  /// finite.
  public var standardDeviation: Double? {
    if !isFinite || values.count < 2 { return nil }
    // In units of the largest distance from the mean, whose square may be no number.
    let centre = mean
    let unit = max(sorted[sorted.count - 1] - centre, centre - sorted[0])
    if unit == 0 { return 0 }
    let sum = values.reduce(0) { $0 + ((($1 - centre) / unit) * (($1 - centre) / unit)) }
    return unit * (sum / Double(values.count - 1)).squareRoot()
  }

  /// The quantile of all draws at probability p, linear between neighbours (R's type 7); nil where draws are
  /// not finite.
  /// - Precondition: 0 ≤ p ≤ 1.
  public func quantile(_ p: Double) -> Double? {
    precondition(p >= 0 && p <= 1, "\(p) is no probability")
    return isFinite ? sampleQuantile(sorted, p) : nil
  }
}
