/// A straight line y = intercept + slope·x.
public struct CoefficientLine: Equatable, Sendable {
  /// Value at x = 0.
  public var intercept: Double
  /// Change of y for one unit of x.
  public var slope: Double

  /// A line from its coefficients; NaN where a coefficient cannot be estimated.
  public init(intercept: Double, slope: Double) {
    self.intercept = intercept
    self.slope = slope
  }

  /// The line's value.
  public func at(_ x: Double) -> Double { intercept + slope * x }

  /// Whether both coefficients could be estimated.
  public var isFinite: Bool { intercept.isFinite && slope.isFinite }
}

/// One group: its data and its lines by the strategies that were fitted.
public struct GroupFit: Equatable, Sendable {
  /// Level of the grouping factor.
  public let group: String
  /// The level's name in figures; the level itself unless changed.
  public var label: LocalizedText
  /// Predictor values of its observations.
  public var x: [Double]
  /// Response values of its observations.
  public var y: [Double]
  /// The line from its own data alone; nil where that was not fitted or has no solution.
  public var noPooling: CoefficientLine?
  /// The line from the multilevel model.
  public var partialPooling: CoefficientLine?

  /// A group with its data and lines.
  public init(
    _ group: String, x: [Double], y: [Double], noPooling: CoefficientLine? = nil,
    partialPooling: CoefficientLine? = nil
  ) {
    precondition(x.count == y.count, "group \(group): \(x.count) x values, \(y.count) y values")
    self.group = group
    self.label = .level(group)
    self.x = x
    self.y = y
    self.noPooling = noPooling
    self.partialPooling = partialPooling
  }
}
