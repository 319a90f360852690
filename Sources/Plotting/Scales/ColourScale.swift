/// Colours of a sequence of values, with the words of the bar that explains them.
public struct ColourScale: Sendable, Equatable {
  /// Name and unit of the quantity.
  public var title: String
  /// Colours at equal steps from the smallest value to the largest.
  public var colours: [Colour]
  /// Values of the first and the last colour; nil takes the range of what is shown.
  public var limits: ClosedRange<Double>?
  /// Whether the quantity is counted in whole numbers.
  public var isWhole: Bool

  /// A scale.
  public init(
    _ title: String, colours: [Colour] = ColourScale.viridis, limits: ClosedRange<Double>? = nil,
    isWhole: Bool = false
  ) {
    precondition(colours.count > 1, "a colour scale needs two colours, got \(colours.count)")
    self.title = title
    self.colours = colours
    self.limits = limits
    self.isWhole = isWhole
  }

  /// Viridis from its green, which still stands out on white, to its dark violet: dark is much. Lightness falls evenly, so that a copy in
  /// grey says the same.
  ///
  /// Reference: Smith & van der Walt (2015), the colour map of matplotlib; published under CC0.
  public static let viridis = [
    0x6DCD59, 0x35B779, 0x1F9E89, 0x26828E, 0x31688E, 0x3E4A89, 0x482878, 0x440154,
  ].map {
    Colour(hex: $0)
  }

  /// The colour of a value; of one beyond the limits that of the nearer limit.
  /// - Precondition: `limits` are known.
  public func colour(of value: Double) -> Colour {
    guard let limits else { preconditionFailure("a colour scale without limits has no colours yet") }
    let extent = limits.upperBound - limits.lowerBound
    let share = extent > 0 ? (value - limits.lowerBound) / extent : 1
    let place = min(max(share, 0), 1) * Double(colours.count - 1)
    let i = min(Int(place), colours.count - 2)
    let t = place - Double(i)
    func mixed(_ a: Double, _ b: Double) -> Double { (1 - t) * a + t * b }
    let (a, b) = (colours[i], colours[i + 1])
    return Colour(
      red: mixed(a.red, b.red), green: mixed(a.green, b.green), blue: mixed(a.blue, b.blue),
      alpha: mixed(a.alpha, b.alpha))
  }

  /// Black or white, whichever contrasts more with the colour of a value: for a number on it.
  /// - Precondition: `limits` are known.
  public func textColour(on value: Double) -> Colour {
    let colour = colour(of: value)
    return colour.contrast(against: .white) >= colour.contrast(against: .black) ? .white : .black
  }

  /// The scale with limits, those given or those of the finite values; nil if there are none.
  func trained(on values: [Double]) -> ColourScale? {
    if limits != nil { return self }
    var range = DataRange()
    for value in values { range.include(value) }
    if range.isEmpty { return nil }
    var scale = self
    scale.limits = range.lower...range.upper
    return scale
  }
}
