/// What may be asked of a figure beside its model; nil and empty stand for the kind's own choice.
public struct FigureRequest: Sendable, Equatable {
  /// The ellipses of a pooling plane; at first those of the points.
  public var ellipses: PlaneEllipses?
  /// The order of panels; at first as the levels are given.
  public var order: GroupPanels.Order?
  /// The groups that alone have panels; at first all, or a choice of many.
  public var only: [String] = []
  /// Share of the smallest distance between different x over which a scatter plot sets the points of groups side by side; at first none.
  public var dodge: Double?
  /// The grouping factor whose effects are shown; at first the first.
  public var grouping: String?
  /// The predictor on the axis; at first the first that the kind can show.
  public var by: String?
  /// The predictor whose values have lines; at first one of few values.
  public var lines: String?
  /// Levels to be picked out.
  public var highlighted: [String] = []
  /// The parameters shown, by lme4's names, of posteriors by their addresses; none for all.
  public var parameters: [String] = []
  /// Whether posterior intervals are of levels in place of parameters.
  public var showsLevels = false
  /// The number of replicates of a bootstrap; at first `BootstrapDistributions.defaultReplicates`.
  public var replicates: Int?
  /// Its seed; at first `BootstrapDistributions.defaultSeed`.
  public var seed: UInt64?
  /// How many threads a bootstrap may use; the figure does not depend on it.
  public var threads = 1

  /// A request for nothing in particular.
  public init() {}
}

/// What the ellipses of a pooling plane are.
public enum PlaneEllipses: String, Sendable, CaseIterable {
  /// Of the points drawn.
  case data
  /// Of the fitted distribution.
  case model
  /// None.
  case none
}
