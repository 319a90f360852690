/// A position on the page in points (1/72 inch): x to the right, y downwards from the top left corner.
public struct Point: Hashable, Sendable {
  /// Distance from the left edge.
  public var x: Double
  /// Distance from the top edge.
  public var y: Double

  /// A position from its two coordinates.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// Distance to another position.
  public func distance(to other: Point) -> Double {
    let dx = x - other.x
    let dy = y - other.y
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// Width and height in points.
public struct Size: Hashable, Sendable {
  /// Horizontal extent.
  public var width: Double
  /// Vertical extent.
  public var height: Double

  /// A size in points.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A size in centimetres; one centimetre is 72/2.54 points.
  public static func centimetres(_ width: Double, _ height: Double) -> Size {
    Size(width: width * pointsPerCentimetre, height: height * pointsPerCentimetre)
  }

  /// 72/2.54.
  public static let pointsPerCentimetre = 72 / 2.54
}

/// An axis-parallel rectangle in points.
public struct Rectangle: Hashable, Sendable {
  /// Left edge.
  public var x: Double
  /// Top edge.
  public var y: Double
  /// Horizontal extent.
  public var width: Double
  /// Vertical extent.
  public var height: Double

  /// A rectangle from its top left corner and its extent.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Right edge.
  public var right: Double { x + width }
  /// Bottom edge.
  public var bottom: Double { y + height }
  /// Middle of the rectangle.
  public var centre: Point { Point(x + width / 2, y + height / 2) }

  /// Whether a point lies inside or on the edge.
  public func contains(_ p: Point) -> Bool { p.x >= x && p.x <= right && p.y >= y && p.y <= bottom }

  /// Whether another rectangle lies inside, up to a rounding slack of 1e-9 points.
  public func contains(_ other: Rectangle) -> Bool {
    other.x >= x - 1e-9 && other.right <= right + 1e-9 && other.y >= y - 1e-9 && other.bottom <= bottom + 1e-9
  }

  /// Area shared with another rectangle, in square points.
  public func overlap(with other: Rectangle) -> Double {
    let w = min(right, other.right) - max(x, other.x)
    let h = min(bottom, other.bottom) - max(y, other.y)
    return w > 0 && h > 0 ? w * h : 0
  }

  /// The rectangle grown (or, with a negative margin, shrunk) on all sides.
  public func grown(by margin: Double) -> Rectangle {
    Rectangle(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
  }

  /// Distance from a point to the nearest point of the rectangle; 0 inside.
  public func distance(to p: Point) -> Double { nearestPoint(to: p).distance(to: p) }

  /// The point of the rectangle nearest to a point.
  public func nearestPoint(to p: Point) -> Point {
    Point(min(max(p.x, x), right), min(max(p.y, y), bottom))
  }

  /// Length of the part of the segment from a to b inside the rectangle (Liang–Barsky clipping).
  @inline(__always)
  public func lengthInside(from a: Point, to b: Point) -> Double {
    if max(a.x, b.x) < x || min(a.x, b.x) > right || max(a.y, b.y) < y || min(a.y, b.y) > bottom { return 0 }
    return clippedLength(from: a, to: b)
  }

  private func clippedLength(from a: Point, to b: Point) -> Double {
    var enter = 0.0
    var leave = 1.0
    func clip(_ p: Double, _ q: Double) {
      if p < 0 {
        enter = max(enter, q / p)
      } else if p > 0 {
        leave = min(leave, q / p)
      }
    }
    let dx = b.x - a.x
    let dy = b.y - a.y
    clip(-dx, a.x - x)
    clip(dx, right - a.x)
    clip(-dy, a.y - y)
    clip(dy, bottom - a.y)
    return leave > enter ? (leave - enter) * a.distance(to: b) : 0
  }
}
