import ArgumentParser
import ModelFigures

/// The formats of figures, told by a path's ending.
enum ImageFormat {
  case svg, png, pdf, json

  init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    let ending = name[name.index(after: dot)...].lowercased()
    switch ending {
    case "svg": self = .svg
    case "png": self = .png
    case "pdf": self = .pdf
    case "json": self = .json
    default: return nil
    }
  }
}

/// A length with a unit, from 2.54 cm to 254 cm.
struct Length {
  let points: Double

  init(parsing text: String) throws {
    let units: [(String, Double)] = [("cm", 72 / 2.54), ("mm", 72 / 25.4), ("in", 72), ("pt", 1)]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
      let value = Double(text.dropLast(unit.count))
    else { throw ValidationError("a length is a number with a unit, e.g. 16cm, 160mm, 6.3in or 454pt") }
    guard value * factor >= 72, value * factor <= 7200 else {
      throw ValidationError("lengths from 2.54cm to 254cm would work")
    }
    points = value * factor
  }
}

/// The limits of an axis: `30000:90000`.
struct ValueRange {
  let text: String
  let range: ClosedRange<Double>

  init(parsing text: String) throws {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low.isFinite, high.isFinite, low < high,
      (high - low).isFinite, high - low > 1e-9 * max(abs(low), abs(high))
    else { throw ValidationError("a range is two numbers, the smaller first, e.g. 30000:90000") }
    self.text = text
    range = low...high
  }

  /// The number of plotted points above or below.
  func countOutside(_ data: PlottedData) -> Int {
    guard let column = data.columns.firstIndex(where: { $0 == "y" || $0 == "slope" }) else { return 0 }
    return data.rows.count { row in
      if case .number(let value) = row[column] { value.isFinite && !range.contains(value) } else { false }
    }
  }
}

extension ModelFigureKind: ExpressibleByArgument {}
extension PlaneEllipses: ExpressibleByArgument {}
