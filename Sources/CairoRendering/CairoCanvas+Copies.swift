import CCairo
import Plotting

extension CairoCanvas {
  /// Repeats a small drawing around the origin at places. Onto pixels it is drawn once for each quarter of a pixel and then put down as it is, which takes
  /// a tenth of the time.
  func copies(_ parts: [DrawingCommand], at places: [Point]) throws(RenderingError) {
    guard let pixels else {
      for place in places {
        translate(to: place)
        for part in parts { draw(part) }
        restore()
      }
      return
    }
    // Half the side of a stamp in pixels, with one to spare for the fraction and one for antialiasing.
    let reach = Int((parts.map(\.reach).max() ?? 0) * pixels.scale + 2)
    var stamps = [CairoStamp?](repeating: nil, count: 16)
    for place in places {
      let x = ((place.x - pixels.origin.x) * pixels.scale * 4).rounded()
      let y = ((place.y - pixels.origin.y) * pixels.scale * 4).rounded()
      let (left, top) = ((x / 4).rounded(.down), (y / 4).rounded(.down))
      let (column, row) = (Int(x - 4 * left), Int(y - 4 * top))
      let stamp: CairoStamp
      if let made = stamps[4 * row + column] {
        stamp = made
      } else {
        let middle = Point(Double(reach) + Double(column) / 4, Double(reach) + Double(row) / 4)
        stamp = try CairoStamp(parts, side: 2 * reach + 1, scale: pixels.scale, middle: middle)
        stamps[4 * row + column] = stamp
      }
      put(stamp, x: left - Double(reach), y: top - Double(reach))
    }
  }
}

/// A small picture with a transparent ground.
@safe final class CairoStamp {
  let surface: OpaquePointer

  /// - Parameters:
  ///   - side: pixels of its sides.
  ///   - scale: pixels a point.
  ///   - middle: where the drawing's origin lies, in pixels.
  init(_ parts: [DrawingCommand], side: Int, scale: Double, middle: Point) throws(RenderingError) {
    let canvas = try CairoCanvas.stamp(side: side, scale: scale, middle: middle)
    for part in parts { canvas.draw(part) }
    try canvas.check()
    unsafe surface = canvas.keptSurface()
  }

  deinit { unsafe cairo_surface_destroy(surface) }
}

extension DrawingCommand {
  /// How far a path or a circle reaches from the origin along either axis, in points.
  fileprivate var reach: Double {
    switch self {
    case .path(let lines, _, let stroke):
      // A sharp corner's mitre reaches several widths.
      let corners = lines.flatMap(\.points).map { max(abs($0.x), abs($0.y)) }
      return (corners.max() ?? 0) + 2 * (stroke?.width ?? 0)
    case .circle(let centre, let radius, _, let stroke):
      return max(abs(centre.x), abs(centre.y)) + radius + (stroke?.width ?? 0)
    case .text, .beginClip, .endClip, .beginPicture, .endPicture, .copies: return 0
    }
  }
}
