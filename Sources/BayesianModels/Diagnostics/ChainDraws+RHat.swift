extension ChainDraws {
  /// The rank-normalized split R-hat: near 1 when all half chains have the same location and the same spread.
  ///
  /// The larger of the R-hat of the draws' normal scores, which sees half chains in different places, and
  /// that of the scores of |draw − median|, which sees different spreads. More than 1.01 says: do not use
  /// these draws yet.
  ///
  /// - Returns: nil where a half has fewer than two draws, the draws or their distances from the median are
  ///   all equal, or draws are not finite; infinite where no half chain moves.
  public func rHat() -> Double? {
    guard varies, layout.halfCount > 1 else { return nil }
    return rHat(bulk: normalScores())
  }

  /// The larger of the two R-hats, with scores at hand.
  func rHat(bulk scores: [Double]) -> Double? {
    guard let bulk = rHat(of: scores), let folded = foldedScores().flatMap(rHat(of:)) else { return nil }
    return max(bulk, folded)
  }

  /// The split R-hat of the draws themselves, without ranks: needs a finite variance and is blind to
  /// different spreads.
  ///
  ///     R̂ = √(((n − 1)/n · W + B/n) / W)
  ///
  /// n is the number of draws of half a chain, W the mean of the half chains' variances, B/n the variance of
  /// their means.
  ///
  /// - Returns: nil and infinite as for `rHat`.
  /// - Reference: Gelman & Rubin (1992), doi:10.1214/ss/1177011136; split in halves by Gelman et al. (2013),
  ///   *Bayesian Data Analysis*, 3rd edition, section 11.4.
  public func splitRHat() -> Double? { rHat(of: split) }

  /// R-hat of numbers that lie as `split` does.
  private func rHat(of numbers: [Double]) -> Double? {
    let n = layout.halfCount
    guard n > 1, let numbers = Self.withinRange(numbers) else { return nil }
    let moments = ChainMoments(numbers.span, drawCount: n)
    return (moments.betweenMeans / moments.within + Double(n - 1) / Double(n)).squareRoot()
  }

  /// Normal scores of the draws' ranks among all draws in halves, where `split` has the draws.
  func normalScores() -> [Double] { scores(of: splitSorted, places: splitOrder) }

  /// Normal scores of |draw − median|; nil where these are all equal.
  private func foldedScores() -> [Double]? {
    guard let median = quantile(0.5) else { return nil }
    let count = splitSorted.count
    // In rising order of the draws the distances fall to the median and then rise: two runs to merge.
    let distances = splitSorted.map { abs($0 - median) }
    var above = splitSorted.firstIndex { $0 >= median } ?? count
    var below = above - 1
    var (merged, places) = ([Double](), [UInt32]())
    merged.reserveCapacity(count)
    places.reserveCapacity(count)
    while merged.count < count {
      let next = above == count || (below >= 0 && distances[below] <= distances[above]) ? below : above
      merged.append(distances[next])
      places.append(splitOrder[next])
      if next == below { below -= 1 } else { above += 1 }
    }
    return merged[0] == merged[count - 1] ? nil : scores(of: merged, places: places)
  }

  /// Normal scores of values in rising order, each to its place; equal values share the mean of their ranks.
  private func scores(of rising: [Double], places: [UInt32]) -> [Double] {
    var scores = [Double](repeating: 0, count: rising.count)
    var first = 0
    while first < rising.count {
      var end = first + 1
      while end < rising.count, rising[end] == rising[first] { end += 1 }
      // Ranks first + 1, …, end; their mean is whole where an odd number of values is equal.
      let score =
        (end - first) % 2 == 1
        ? layout.scores[(first + end - 1) / 2]
        : ChainLayout.score(rank: Double(first + 1 + end) / 2, of: rising.count)
      for position in first..<end { scores[Int(places[position])] = score }
      first = end
    }
    return scores
  }
}
