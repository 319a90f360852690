import LinearAlgebra

extension GeneralizedSearch {
  /// The best end of searches from the start and, where that end leaves doubts, from others.
  ///
  /// Doubts are an end on the boundary or short of its tolerance, groups few beside the elements of θ or rows few, where there may be several optima, and
  /// variances so large that a search may have run off.
  /// - Parameter further: β and θ of further starts, in the coordinates of the given columns.
  func bestEnd(of start: GeneralizedStart, further: [(beta: [Double], theta: [Double])]) -> Found {
    let p = criterion.fixedCount
    var best = search(from: parameters(start, theta: theta(deviations: start.deviations)))
    func attempt(_ parameters: [Double]) {
      let found = search(from: parameters)
      if found.isBetter(than: best) { best = found }
    }
    func attempt(deviations: [Double]) {
      for deviation in deviations { attempt(parameters(start, theta: theta(deviation: deviation))) }
    }
    let isLean = criterion.effectCount == 1 || criterion.hasManyLevels || criterion.isExpensive
    if best.isSingular || best.end != .converged || !isLean {
      attempt(deviations: isLean ? [0.2, 1, 3] : [1, 3])
    }
    if criterion.effectCount > 1, criterion.rowCount <= GeneralizedSearch.fewRows, !criterion.isExpensive {
      for theta in patternedStarts { attempt(parameters(start, theta: theta)) }
    }
    if !criterion.isExpensive, best.end != .converged || hasLargeDeviation(best) {
      // Groups of nearly one kind of response, where Laplace's approximation may have an optimum with smaller variances too.
      attempt(deviations: [0.05, 0.5, 1.5, 4])
      var parameters = best.parameters
      criterion.forEachFree { index, place in parameters[p + index] *= 0.5 }
      attempt(parameters)
      // A search that ran off is worse than the best model without random effects; from there with all else at its best.
      let none = search(from: self.parameters(start, theta: theta(deviation: 0)))
      if none.isBetter(than: best) {
        best = none
        for deviation in [0.3, 1, 3] {
          parameters = none.parameters
          parameters.replaceSubrange(p..<p + criterion.thetaCount, with: theta(deviation: deviation))
          attempt(parameters)
        }
      }
    }
    if !criterion.isExpensive, case .negativeBinomial = criterion.model.family,
      let last = best.parameters.last,
      last > 3
    {
      // On the way to Poisson's distribution the criterion is flat: from more variation than that.
      attempt(Array(best.parameters.dropLast()) + [0])
    }
    if !isLean {
      // From the best end with larger variances.
      var parameters = best.parameters
      criterion.forEachFree { index, place in
        parameters[p + index] *= 1.7
        if place % (criterion.effectCount + 1) == 0 { parameters[p + index] += 0.3 }
      }
      attempt(parameters)
    }
    for other in further {
      attempt(coordinates.searched(beta: other.beta, theta: other.theta) + dispersionStart(start))
    }
    return best
  }

  /// θ of independent effects with one standard deviation.
  private func theta(deviation: Double) -> [Double] {
    theta(deviations: [Double](repeating: deviation, count: criterion.effectCount))
  }

  /// θ of further starts: one effect that varies more than the others, or effects that vary together.
  private var patternedStarts: [[Double]] {
    let q = criterion.effectCount
    var starts = (0..<q).map { k in pattern((0..<q).map { $0 == k ? 2 : 0.3 }, correlation: 0) }
    for correlation in [-0.7, 0.7] {
      starts.append(pattern([Double](repeating: 1, count: q), correlation: correlation))
    }
    starts.append(pattern([Double](repeating: 0.3, count: q), correlation: 0))
    return starts
  }

  /// θ with these standard deviations and a correlation of each effect with its term's first.
  private func pattern(_ deviations: [Double], correlation: Double) -> [Double] {
    let q = criterion.effectCount
    let rest = (1 - correlation * correlation).squareRoot()
    var theta = [Double](repeating: 0, count: criterion.thetaCount)
    let firsts = Set(criterion.blocks.map(\.lowerBound))
    criterion.forEachFree { index, place in
      let (row, column) = (place % q, place / q)
      if row == column {
        theta[index] = deviations[row] * (firsts.contains(row) ? 1 : rest)
      } else if firsts.contains(column) {
        theta[index] = correlation * deviations[row]
      }
    }
    return theta
  }

  /// Whether some effect's standard deviation is large on the scale of η.
  func hasLargeDeviation(_ found: Found) -> Bool {
    let p = criterion.fixedCount
    let lambda = RelativeCovarianceFactor.matrix(
      theta: Array(found.parameters[p..<p + criterion.thetaCount]), blocks: criterion.blocks)
    return (0..<lambda.rows).contains { i in lambda.row(i).reduce(0) { $0 + $1 * $1 } > 16 }
  }
}
