import Glibc

/// One axis of a figure: its title, which values it shows, how ticks are chosen and written.
public struct Axis: Sendable {
  /// Name and unit of the quantity, "Salary (USD)".
  public var title: String
  /// Limits in data units; nil takes the range of the data that the marks ask to see.
  public var limits: ClosedRange<Double>?
  /// Room beyond the range on each side as a share of it; not applied to explicit `limits`.
  public var expansion: Double
  /// Wished distance of neighbouring ticks in points.
  public var tickSpacing: Double
  /// Whether the quantity is counted in whole numbers, so that ticks stand at such only.
  public var isWhole: Bool
  /// Whether equal ratios take equal room; for positive quantities.
  public var isLogarithmic = false
  /// Names of the values 0, 1, 2, … in place of numbers: one row each. All stand at the axis, or those of `marked` alone where all would touch.
  public var levels: [String]?
  /// Ticks at values of one's own in place of round numbers, the most important first: as many from the front as have room.
  public var namedTicks: [NamedTick] = []
  /// Levels that are named even where others are not.
  public var marked: Set<Int> = []
  /// A text for each level at the far end of its row, behind the last panel.
  public var endTexts: [String] = []
  /// Whether values can be read off: an axis without ticks has no labels and no grid, for figures that show a shape and no numbers.
  public var hasTicks: Bool

  /// An axis.
  public init(
    _ title: String, limits: ClosedRange<Double>? = nil, expansion: Double = 0.05, tickSpacing: Double = 48,
    isWhole: Bool = false, levels: [String]? = nil, hasTicks: Bool = true
  ) {
    self.title = title
    self.limits = limits
    self.expansion = expansion
    self.tickSpacing = tickSpacing
    self.isWhole = isWhole
    self.levels = levels
    self.hasTicks = hasTicks
  }
}

/// A tick at a value of one's own, with its text.
public struct NamedTick: Sendable, Equatable {
  /// Where it stands.
  public let value: Double
  /// What stands there.
  public let text: String

  /// A tick.
  public init(_ value: Double, _ text: String) {
    self.value = value
    self.text = text
  }
}

/// The finite values that marks ask an axis to show.
public struct DataRange: Equatable, Sendable {
  /// Smallest value so far; +∞ before the first.
  public private(set) var lower = Double.infinity
  /// Largest value so far; −∞ before the first.
  public private(set) var upper = -Double.infinity

  /// A range that holds nothing yet.
  public init() {}

  /// Widens the range to hold a value; NaN and infinities are passed over.
  public mutating func include(_ value: Double) {
    guard value.isFinite else { return }
    lower = min(lower, value)
    upper = max(upper, value)
  }

  /// Whether no finite value came.
  public var isEmpty: Bool { lower > upper }
}

/// A map from data units to points, affine in the values or in their logarithms, with its ticks.
public struct ContinuousScale: Equatable, Sendable {
  /// Value at `start`.
  public let lower: Double
  /// Value at `end`.
  public let upper: Double
  /// Position of `lower` on the page, in points.
  public let start: Double
  /// Position of `upper` on the page, in points.
  public let end: Double
  /// Ticks within the limits.
  public let breaks: Breaks
  /// Whether equal ratios take equal room.
  public var isLogarithmic = false

  /// Position of a value, in points.
  public func position(_ value: Double) -> Double {
    if isLogarithmic { return start + log(value / lower) / log(upper / lower) * (end - start) }
    return start + (value - lower) / (upper - lower) * (end - start)
  }
}

/// Limits and tick search range of an axis, before its place on the page is known.
struct TrainedAxis {
  let axis: Axis
  /// What the ticks should cover.
  let data: ClosedRange<Double>
  /// What the panel shows.
  let limits: ClosedRange<Double>

  /// - Throws: `FigureError.noFiniteValues`.
  init(_ axis: Axis, range: DataRange, name: String) throws(FigureError) {
    self.axis = axis
    if let levels = axis.levels {
      data = 0...Double(max(levels.count - 1, 1))
      let room = max(0.6, 0.012 * Double(levels.count))
      limits = -room...Double(levels.count - 1) + room
      return
    }
    if let limits = axis.limits, limits.lowerBound < limits.upperBound {
      data = limits
      self.limits = limits
      return
    }
    if range.isEmpty { throw FigureError.noFiniteValues(axis: axis.title.isEmpty ? name : axis.title) }
    if axis.isLogarithmic, !(range.lower > 0) {
      throw FigureError.notPositive(axis: axis.title.isEmpty ? name : axis.title, value: range.lower)
    }
    var lower = range.lower
    var upper = range.upper
    if upper - lower <= 1e-12 * max(abs(lower), abs(upper)) {
      // A constant gets a window around it: half its size, or one unit around zero.
      let half = lower == 0 ? 1 : abs(lower) / 2
      lower -= half
      upper += half
    }
    data = lower...upper
    if axis.isLogarithmic {
      let ratio = log(upper) - log(lower)
      let factor = exp(ratio * axis.expansion)
      guard ratio * (1 + 2 * axis.expansion) <= mostDecades * log(10), lower / factor > 0,
        (upper * factor).isFinite
      else {
        throw FigureError.tooManyDecades(
          axis: axis.title.isEmpty ? name : axis.title, lower: lower, upper: upper)
      }
      limits = lower / factor...upper * factor
      return
    }
    let room = (upper - lower) * axis.expansion
    guard (upper - lower + 2 * room).isFinite else {
      throw FigureError.tooWide(axis: axis.title.isEmpty ? name : axis.title, lower: lower, upper: upper)
    }
    limits = (lower - room)...(upper + room)
  }

  /// About `target` ticks, chosen for the data and continued to the limits; for whole numbers the nearest count that has no fractions.
  func breaks(target: Int) -> Breaks {
    guard axis.hasTicks else { return .none }
    if !axis.namedTicks.isEmpty {
      // A tick beyond the limits would ask for a canvas that reaches to it.
      let slack = 1e-9 * (limits.upperBound - limits.lowerBound)
      let seen = axis.namedTicks.filter {
        $0.value >= limits.lowerBound - slack && $0.value <= limits.upperBound + slack
      }
      let places = seen.prefix(max(2, target)).map { namedPlace($0) }
      return Breaks(multiples: places.sorted(), mantissa: 10, exponent: namedExponent)
    }
    if let levels = axis.levels {
      return Breaks(multiples: Array(levels.indices), mantissa: 10, exponent: 0)
    }
    if axis.isLogarithmic, let decades = logarithmicBreaks(limits, target: target) { return decades }
    let targets = axis.isWhole ? [target] + (1...target).flatMap { [target - $0, target + $0] } : [target]
    let choices = targets.lazy.filter { $0 >= 2 }.map { count in
      extendedWilkinsonBreaks(from: data.lowerBound, to: data.upperBound, target: count)
        .filling(limits.lowerBound, limits.upperBound)
    }
    return choices.first { !axis.isWhole || $0.decimals == 0 } ?? choices[choices.startIndex]
  }

  /// Named ticks stand at multiples of a unit far below what can be seen.
  private var namedExponent: Int { Int(log10(limits.upperBound - limits.lowerBound).rounded(.down)) - 6 }
  private func namedPlace(_ tick: NamedTick) -> Int {
    Int((tick.value / pow(10, Double(namedExponent))).rounded())
  }

  /// The texts at the ticks.
  func labels(for breaks: Breaks) -> [String] {
    if !axis.namedTicks.isEmpty {
      return breaks.values.map { value in
        let nearest = axis.namedTicks.min { abs($0.value - value) < abs($1.value - value) }
        return nearest?.text ?? ""
      }
    }
    guard let levels = axis.levels else { return NumberFormat.labels(for: breaks) }
    return breaks.multiples.map { levels[$0] }
  }

  /// Ticks at the marked levels.
  var markedBreaks: Breaks { Breaks(multiples: axis.marked.sorted(), mantissa: 10, exponent: 0) }

  /// The scale over a stretch of the page.
  func scale(from start: Double, to end: Double, breaks: Breaks) -> ContinuousScale {
    ContinuousScale(
      lower: limits.lowerBound, upper: limits.upperBound, start: start, end: end, breaks: breaks,
      isLogarithmic: axis.isLogarithmic)
  }
}
