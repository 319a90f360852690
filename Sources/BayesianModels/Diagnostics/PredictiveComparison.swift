/// Several fits of the same observations in the order of their predictive accuracy.
///
/// Differences are paired: the standard error is of the sum of the observations' differences, and much
/// smaller than the fits' own, as all fits find the same observations hard. Below about four, a difference
/// means little whatever its standard error.
///
/// - Reference: Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4; Sivula, Magnusson & Vehtari
///   (2020), arXiv:2008.10296.
public struct PredictiveComparison: Sendable, Equatable {
  /// One fit.
  public struct Row: Sendable, Equatable {
    /// The name the caller gave.
    public let name: String
    /// The fit's elpd.
    public let elpd: Double
    /// elpd less the best fit's: 0 or negative.
    public let difference: Double
    /// The standard error of the difference; 0 for the best fit, NaN for one observation.
    public let differenceStandardError: Double
  }

  /// The fits, best first; equal ones in the order given.
  public let rows: [Row]

  /// Compares fits by LOO or WAIC.
  ///
  /// - Parameter fits: name and accuracy of each, all of the same observations in the same order.
  /// - Throws: `PredictionError.differentObservations` where numbers of observations differ.
  /// - Precondition: at least one fit.
  public init(_ fits: [(name: String, accuracy: any PredictiveAccuracy)]) throws(PredictionError) {
    precondition(!fits.isEmpty, "a comparison of no fit")
    let ranked = fits.map { (name: $0.name, shares: $0.accuracy.pointwiseElpd, elpd: $0.accuracy.elpd) }
    for fit in ranked where fit.shares.count != ranked[0].shares.count {
      throw .differentObservations(
        first: ranked[0].name, count: ranked[0].shares.count, other: fit.name, otherCount: fit.shares.count)
    }
    // A stable order: the standard library's sort does not promise one.
    let order = ranked.indices.sorted { (ranked[$1].elpd, $0) < (ranked[$0].elpd, $1) }
    let best = ranked[order[0]]
    rows = order.map { place in
      let fit = ranked[place]
      let differences = zip(fit.shares, best.shares).map { $0 - $1 }
      return Row(
        name: fit.name, elpd: fit.elpd, difference: differences.reduce(0, +),
        differenceStandardError: place == order[0] ? 0 : standardErrorOfSum(differences))
    }
  }
}
