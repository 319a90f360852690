import Poststratification

/// The figures of MRP.
public enum PoststratificationFigureKind: String, Sendable, CaseIterable {
  /// Raw means, MRP estimates with intervals, and truth.
  case areas
  /// Movements against sizes.
  case movement

  /// The figure of the groups of the first column.
  /// - Precondition: there is one.
  public func figure(of estimates: PoststratifiedEstimates) -> any ModelFigure {
    precondition(!estimates.tables.isEmpty, "no column of groups")
    switch self {
    case .areas: return AreaEstimatesPlot(estimates)
    case .movement: return AreaMovementPlot(estimates)
    }
  }
}
