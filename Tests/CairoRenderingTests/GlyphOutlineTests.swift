import CCairo
import Plotting
import Testing

@testable import CairoRendering

@Suite("Outlines of texts in SVG")
struct GlyphOutlineTests {
  /// Places that path data go through, and the count of closed parts.
  private func read(_ data: [UInt8]) throws -> (points: [(Double, Double)], closed: Int) {
    var points: [(Double, Double)] = []
    var closed = 0
    var (x, y) = (0.0, 0.0)
    var start = (0.0, 0.0)
    var numbers: [Double] = []
    var letter: Character = " "
    func run() {
      let size = letter == "c" ? 6 : 2
      guard letter != "z", numbers.count >= size else { return }
      for k in stride(from: 0, to: numbers.count, by: size) {
        for p in stride(from: 0, to: size, by: 2) {
          points.append((x + numbers[k + p], y + numbers[k + p + 1]))
        }
        (x, y) = points[points.count - 1]
        if letter == "m", k == 0 { start = (x, y) }
      }
      numbers = []
    }
    var text = ""
    func number() throws {
      if !text.isEmpty { numbers.append(try #require(Double(text.hasPrefix(".") ? "0" + text : text))) }
      text = ""
    }
    for c in String(decoding: data, as: UTF8.self) {
      if "mlcz".contains(c) {
        try number()
        run()
        letter = c
        if c == "z" {
          closed += 1
          (x, y) = start
        }
      } else if c == " " || c == "-" {
        try number()
        if c == "-" { text = "-" }
      } else {
        if c == ".", text.contains(".") { Issue.record("two marks in one number") }
        text.append(c)
      }
    }
    try number()
    run()
    return (points, closed)
  }

  @Test(
    "path data go through every point of the glyphs, to a hundredth",
    arguments: [
      "sociology", "部分池化：均值", "椭圆：由图中 10 个估计值（无池化与部分池化）按正态理论算得的 10%～90% 椭圆（数据椭圆）。", "−40\u{202F}000 (σ²)",
      "i%B8&", "x" + MathText.sub("j") + "²",
    ])
  func points(_ text: String) throws {
    let typesetter = FigureRenderer().typesetter
    let run = TextRun(text, at: Point(0, 0), font: FontStyle(size: 9))
    let (points, closed) = try read(typesetter.outline(of: run, language: "zh-CN"))
    let path = try typesetter.path(of: run, language: "zh-CN")
    defer { cairo_path_destroy(path) }
    var expected: [(Double, Double)] = []
    var ends = 0
    var place: Int32 = 0
    var corners = ccairo_corners()
    while case let kind = ccairo_next(path, &place, &corners), kind >= 0 {
      let all = [(corners.x1, corners.y1), (corners.x2, corners.y2), (corners.x3, corners.y3)]
      if kind == 3 { ends += 1 }
      expected += all.prefix(kind == 2 ? 3 : kind == 3 ? 0 : 1)
    }
    #expect(points.count == expected.count && points.count > 20 && closed == ends)
    // The whole line is there.
    let width = try typesetter.width(of: text, font: run.font, language: "zh-CN")
    let right = try #require(points.map(\.0).max())
    #expect(right > width - 0.8 * run.font.size && right < width + 1)
    for (a, b) in zip(points, expected) {
      #expect(abs(a.0 - b.0) < 0.00501 && abs(a.1 - b.1) < 0.00501, "\(a) for \(b)")
    }
  }

  @Test("numbers are short and exact to their last decimal")
  func numbers() {
    for (value, text) in [
      (0.0, "0"), (-0.0004, "0"), (1, "1"), (-1.5, "-1.5"), (0.05, ".05"), (-0.125, "-.125"),
      (12.3456, "12.346"),
      (1000, "1000"), (453.543, "453.543"),
    ] {
      var bytes: [UInt8] = []
      bytes.append(length: value, decimals: 3)
      #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
    var bytes: [UInt8] = []
    bytes.append(base64: Array("Man are".utf8))
    #expect(String(decoding: bytes, as: UTF8.self) == "TWFuIGFyZQ==")
  }
}
