import Plotting

/// Text widths without fonts: ideographs as wide as the size, everything else 0.56 of it, bold a tenth more.
struct FixedMeasurer: TextMeasuring {
  func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double {
    var ems = 0.0
    for scalar in text.unicodeScalars {
      if scalar.value == 0xE000 { throw FigureError.missingGlyph("\u{E000}", text: text, families: "Fixed") }
      ems += scalar.value >= 0x2E80 ? 1 : 0.56
    }
    return ems * font.size * (font.bold ? 1.1 : 1)
  }
}

/// The box a line of text fills, in page coordinates.
func textBox(_ run: TextRun) -> Rectangle {
  let width = try! FixedMeasurer().width(of: run.text, font: run.font, language: "en")
  let (up, down) = (0.74 * run.font.size, 0.2 * run.font.size)
  if run.rotation == 90 {
    return Rectangle(x: run.origin.x - up, y: run.origin.y - width, width: up + down, height: width)
  }
  return Rectangle(x: run.origin.x, y: run.origin.y - up, width: width, height: up + down)
}

/// A small generator for property tests; a failure prints the seed.
struct TestStream {
  var state: UInt64
  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992
  }
}
