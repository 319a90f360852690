import CCairo
import CPango
import Plotting

extension PangoTypesetter {
  /// Path data of a line with its baseline at the origin, in hundredths of a point; kept, so that a text is outlined once however many figures show it.
  func outline(of run: TextRun, language: String) throws(FigureError) -> [UInt8] {
    let key = OutlineKey(text: run.text, font: run.font, language: language)
    if let known = outlines[key] { return known }
    let made = try makeOutline(run, language: language)
    if outlines.count > 5000 { outlines.removeAll() }
    outlines[key] = made
    return made
  }

  private func makeOutline(_ run: TextRun, language: String) throws(FigureError) -> [UInt8] {
    let path = unsafe try path(of: run, language: language)
    defer { unsafe cairo_path_destroy(path) }
    var data: [UInt8] = []
    // Relative commands on a grid of hundredths, so that no rounding error gathers.
    var (x, y) = (0, 0)
    var start = (0, 0)
    var last: UInt8 = 0
    var place: Int32 = 0
    var corners = ccairo_corners()
    while true {
      let kind = unsafe ccairo_next(path, &place, &corners)
      if kind < 0 { break }
      let points = [
        (corners.x1, corners.y1), (corners.x2, corners.y2), (corners.x3, corners.y3),
      ].map { (Int(($0.0 * 100).rounded()), Int(($0.1 * 100).rounded())) }
      switch kind {
      case 0, 1, 2:
        let letter = [UInt8(ascii: "m"), UInt8(ascii: "l"), UInt8(ascii: "c")][Int(kind)]
        // Numbers without a letter repeat the last command; after a move they are lines.
        let repeats = kind == 1 ? last == UInt8(ascii: "m") || last == letter : kind == 2 && last == letter
        if !repeats { data.append(letter) }
        last = letter
        let used = kind == 2 ? points : [points[0]]
        for (k, point) in used.enumerated() {
          data.append(offset: point.0 - x, afterNumber: k > 0 || repeats)
          data.append(offset: point.1 - y, afterNumber: true)
        }
        (x, y) = used[used.count - 1]
        if kind == 0 { start = (x, y) }
      default:
        data.append(UInt8(ascii: "z"))
        last = UInt8(ascii: "z")
        (x, y) = start
      }
    }
    return data
  }
}

/// What an outline depends on.
struct OutlineKey: Hashable {
  let text: String
  let font: FontStyle
  let language: String
}

extension [UInt8] {
  /// Appends a distance in hundredths, with a blank before it where it would run into the number before.
  fileprivate mutating func append(offset: Int, afterNumber: Bool) {
    if afterNumber, offset >= 0 { append(UInt8(ascii: " ")) }
    append(thousandths: offset, decimals: 2)
  }
}
