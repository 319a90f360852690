/// Where chains begin: each coordinate uniform within a radius of a centre, in unconstrained parameters.
///
/// Chains that begin far apart and end together are evidence of convergence; hence a region, not a point.
public struct StartingRegion: Sendable, Equatable {
  /// The centre; nil for the origin.
  public var centre: [Double]?
  /// The radius; 0 for the centre itself.
  public var radius: Double

  /// A region; uniform on (−2, 2) unless told.
  public init(centre: [Double]? = nil, radius: Double = 2) {
    self.centre = centre
    self.radius = radius
  }
}
