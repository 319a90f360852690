import Plotting

/// Text widths without fonts: ideographs as wide as the size, everything else 0.56 of it, bold a tenth more.
public struct FixedMeasurer: TextMeasuring {
  /// A measurer.
  public init() {}

  /// Width of a line; U+E000 stands for a character without a glyph.
  public func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double {
    var ems = 0.0
    for piece in MathText.pieces(of: text) {
      let size = piece.script == .base ? 1 : MathText.scriptSize
      for scalar in piece.text.unicodeScalars {
        if scalar.value == 0xE000 {
          throw FigureError.missingGlyph("\u{E000}", text: text, families: "Fixed")
        }
        // A combining mark takes no room.
        if scalar.properties.generalCategory == .nonspacingMark { continue }
        ems += size * (scalar.value >= 0x2E80 ? 1 : 0.56)
      }
    }
    return ems * font.size * (font.bold ? 1.1 : 1)
  }
}

/// The box a line of text fills, in page coordinates.
public func textBox(_ run: TextRun) -> Rectangle {
  let width = try! FixedMeasurer().width(of: run.text, font: run.font, language: "en")
  let (up, down) = (0.74 * run.font.size, 0.2 * run.font.size)
  if run.rotation == 90 {
    return Rectangle(x: run.origin.x - up, y: run.origin.y - width, width: up + down, height: width)
  }
  return Rectangle(x: run.origin.x, y: run.origin.y - up, width: width, height: up + down)
}

extension Figure {
  /// The layout without fonts.
  public func layout() throws(FigureError) -> FigureLayout { try layout(measuring: FixedMeasurer()) }
}
