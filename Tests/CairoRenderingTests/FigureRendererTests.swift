import Foundation
import FoundationXML
import Plotting
import Testing

@testable import CairoRendering

/// The outline of a rectangle.
func box(x: Double, y: Double, width: Double, height: Double) -> Polyline {
  Polyline(
    [Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)], closed: true)
}

/// A scene with every kind of command and both scripts.
func sampleScene(slug: String = "sample", shift: Double = 0) -> Scene {
  var scene = Scene(
    size: .centimetres(8, 5), slug: slug, title: "Slopes < 5 & \"more\"",
    summary: "截距与斜率 — intercepts & slopes",
    language: "zh-CN")
  scene.commands.append(.beginClip(Rectangle(x: 10, y: 10, width: 150, height: 100)))
  scene.commands.append(
    .path([box(x: 20 + shift, y: 20, width: 50, height: 40)], fill: Colour(hex: 0xFF0000), stroke: nil))
  scene.commands.append(
    .circle(
      centre: Point(100, 60), radius: 30, fill: Colour(hex: 0x0072B2, alpha: 0.3),
      stroke: Stroke(.black, width: 1)))
  scene.line(
    from: Point(0, 0), to: Point(200, 120), stroke: Stroke(.black, width: 0.8, dash: [5, 2.5], round: true))
  scene.commands.append(.endClip)
  let font = FontStyle(size: 9)
  scene.commands.append(.text(TextRun("intercept −40\u{202F}000 (σ²)", at: Point(20, 125), font: font)))
  scene.commands.append(
    .text(TextRun("部分池化", at: Point(190, 120), font: FontStyle(size: 10, bold: true), rotation: 90)))
  scene.commands.append(.text(TextRun("halo", at: Point(90, 62), font: font, halo: .white)))
  return scene
}

@Suite struct FigureRendererTests {
  @Test("PNG: opaque RGB of the right size, pHYs from the resolution, no clock and no other extras")
  func pngChunks() throws {
    let png = try FigureRenderer().png(sampleScene(), dpi: 300)
    #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func word(_ at: Int) -> Int { png[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    var chunks: [String] = []
    var i = 8
    while i < png.count {
      let name = String(decoding: png[(i + 4)..<(i + 8)], as: UTF8.self)
      if chunks.last != name { chunks.append(name) }
      if name == "IHDR" {
        #expect(
          word(i + 8) == Int((8 / 2.54 * 300).rounded()) && word(i + 12) == Int((5 / 2.54 * 300).rounded()))
        #expect(png[i + 16] == 8 && png[i + 17] == 2, "8 bits a channel, RGB without alpha")
      }
      if name == "pHYs" {
        #expect(word(i + 8) == 11_811 && word(i + 12) == 11_811 && png[i + 16] == 1)
      }
      i += 12 + word(i)
    }
    #expect(chunks == ["IHDR", "pHYs", "IDAT", "IEND"])
  }

  @Test("Drawing again, in another order, by another renderer: the same bytes in every format")
  func orderDoesNotMatter() throws {
    let a = sampleScene(slug: "a")
    let b = sampleScene(slug: "b", shift: 17)
    let first = FigureRenderer()
    let before = try (first.svg(a), first.svg(b), first.pdf(a), first.pdf(b), first.png(a), first.png(b))
    let second = FigureRenderer()
    let png = try (second.png(b), second.png(a))
    let pdf = try (second.pdf(b), second.pdf(a))
    let svg = try (second.svg(b), second.svg(a))
    #expect(before.0 == svg.1 && before.1 == svg.0)
    #expect(before.2 == pdf.1 && before.3 == pdf.0)
    #expect(before.4 == png.1 && before.5 == png.0)
    #expect(try first.svg(a) == before.0 && first.pdf(a) == before.2 && first.png(a) == before.4)
    #expect(before.0 != before.1 && before.4 != before.5)
  }

  @Test(
    "SVG: well-formed, named for screen readers, every id carries the slug and every reference finds its id")
  func svgStructure() throws {
    let text = String(decoding: try FigureRenderer().svg(sampleScene(slug: "fig-1")), as: UTF8.self)
    let reader = SVGReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.root["role"] == "img" && reader.root["xml:lang"] == "zh-CN")
    #expect(reader.root["aria-labelledby"] == "fig-1-title fig-1-desc")
    #expect(reader.elements.prefix(3) == ["svg", "title", "desc"])
    #expect(reader.text["title"] == "Slopes < 5 & \"more\"")
    #expect(reader.text["desc"] == "截距与斜率 — intercepts & slopes")
    #expect(!reader.ids.isEmpty && Set(reader.ids).count == reader.ids.count)
    for id in reader.ids { #expect(id.hasPrefix("fig-1-")) }
    for reference in reader.references { #expect(reader.ids.contains(reference), "\(reference)") }
    #expect(!reader.elements.contains("mask") && !reader.elements.contains("image"))
  }

  @Test("Widths do not depend on rounding: twice the size is twice the width, in both scripts")
  func linearWidths() throws {
    let renderer = FigureRenderer()
    for (text, language) in [("Partial pooling 40\u{202F}000", "en"), ("部分池化估计", "zh-CN")] {
      let small = try renderer.width(of: text, font: FontStyle(size: 9), language: language)
      let large = try renderer.width(of: text, font: FontStyle(size: 18), language: language)
      // Pango counts in 1/1024 point; each glyph may round once.
      #expect(abs(large - 2 * small) <= 2 * Double(text.count) / 1024, "\(text): \(small), \(large)")
    }
    #expect(
      try abs(renderer.width(of: "池", font: FontStyle(size: 9), language: "zh-CN") - 9) < 0.01,
      "an ideograph is an em")
  }

  @Test("A character that no font has is an error that names it, when measured and when drawn")
  func missingGlyph() throws {
    let renderer = FigureRenderer()
    let text = "rate \u{10FFFD}"
    let expected = FigureError.missingGlyph(
      "\u{10FFFD}", text: text, families: FigureRenderer.defaultFamilies)
    #expect(throws: expected) { try renderer.width(of: text, font: FontStyle(size: 9), language: "en") }
    var scene = sampleScene()
    scene.commands.append(.text(TextRun(text, at: Point(1, 1), font: FontStyle(size: 9))))
    #expect(throws: RenderingError.text(expected)) { try renderer.svg(scene) }
    #expect(expected.description.contains("U+10FFFD") && expected.description.contains("fonts-noto"))
  }

  @Test("An image beyond Cairo's limit is refused with its size")
  func tooLarge() {
    let scene = Scene(size: .centimetres(300, 10))
    #expect(throws: RenderingError.tooLarge(width: 35433, height: 1181)) {
      try FigureRenderer().png(scene, dpi: 300)
    }
  }

  @Test("Characters that XML reserves or forbids are escaped or left out")
  func escaping() {
    #expect(escaped("a<b & \"c\" > d\u{01}\u{0B}") == "a&lt;b &amp; &quot;c&quot; &gt; d")
  }

  @Test("The report names the libraries and the fonts that texts are set in")
  func report() {
    let report = FigureRenderer().report()
    #expect(report.fonts.map(\.script) == ["Latin", "Chinese"])
    #expect(report.fonts.map(\.requested) == ["Noto Sans", "Noto Sans CJK SC"])
    #expect(report.fonts.allSatisfy { $0.found?.isEmpty == false && !$0.version.isEmpty })
    #expect(
      report.libraries.map(\.name) == ["Cairo", "Pango", "HarfBuzz", "fontconfig", "libdeflate"])
    for library in report.libraries {
      #expect(library.version?.split(separator: ".").count ?? 0 >= 2, "\(library)")
    }
  }
}

/// Collects elements, ids, references and texts of an SVG.
private final class SVGReader: NSObject, XMLParserDelegate {
  var root: [String: String] = [:]
  var elements: [String] = []
  var ids: [String] = []
  var references: [String] = []
  var text: [String: String] = [:]
  private var open: [String] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    if elements.isEmpty { root = attributes }
    elements.append(name)
    open.append(name)
    if let id = attributes["id"] { ids.append(id) }
    for (key, value) in attributes {
      if key.hasSuffix("href"), value.hasPrefix("#") { references.append(String(value.dropFirst())) }
      if let start = value.range(of: "url(#"),
        let end = value.range(of: ")", range: start.upperBound..<value.endIndex)
      {
        references.append(String(value[start.upperBound..<end.lowerBound]))
      }
    }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let name = open.last { text[name, default: ""] += string }
  }
}

@Suite("Pictures and scripts")
struct PictureTests {
  private func dots(_ count: Int, pictures: Bool) throws -> Scene {
    var figure = Figure(
      size: .centimetres(8, 6), x: Axis("x"), y: Axis("y"),
      panels: [
        Panel(
          "",
          [
            PointMark(
              x: (0..<count).map { Double($0 * 7919 % 1000) },
              y: (0..<count).map { Double($0 * 104_729 % 997) },
              .fixed(CategoryStyle(OkabeIto.blue)), size: 0.4)
          ])
      ])
    figure.rasterThreshold = pictures ? 10 : 1_000_000
    return try figure.layout(measuring: FigureRenderer()).scene
  }

  @Test("a picture makes a file that does not grow with the dots, the same bytes each time, in any order")
  func files() throws {
    let renderer = FigureRenderer()
    let first = try renderer.svg(dots(5000, pictures: true))
    _ = try renderer.svg(sampleScene())
    _ = try renderer.pdf(dots(20, pictures: true))
    #expect(try renderer.svg(dots(5000, pictures: true)) == first)
    #expect(try FigureRenderer().pdf(dots(5000, pictures: true)) == renderer.pdf(dots(5000, pictures: true)))
    let listed = try renderer.svg(dots(5000, pictures: false))
    #expect(Double(first.count) < 0.6 * Double(listed.count))
    let text = String(decoding: first, as: UTF8.self)
    #expect(text.contains("data:image/png;base64,") && XMLParser(data: Data(first)).parse())
    #expect(text.components(separatedBy: " id=\"figure-").count > 2)
    // An image holds almost the same pixels either way: dots stand an eighth of a pixel off at most.
    let exact = try PNGImage(renderer.png(dots(300, pictures: false), dpi: 100))
    let stamped = try PNGImage(renderer.png(dots(300, pictures: true), dpi: 100))
    var worst = 0
    for y in 0..<exact.height {
      for x in 0..<exact.width {
        worst = max(
          worst,
          zip(exact.pixel(x: x, y: y), stamped.pixel(x: x, y: y)).map { abs(Int($0) - Int($1)) }.max() ?? 0)
      }
    }
    #expect(worst > 0 && worst < 90)
  }

  @Test("scripts are narrower than text on the line, and leave the next text alone")
  func scripts() throws {
    let renderer = FigureRenderer()
    let font = FontStyle(size: 10)
    let plain = try renderer.width(of: "σ2α", font: font, language: "en")
    let scripts = try renderer.width(
      of: "σ" + MathText.sup("2") + MathText.sub("α"), font: font, language: "en")
    #expect(scripts < 0.9 * plain && scripts > 0.6 * plain)
    #expect(try renderer.width(of: "σ2α", font: font, language: "en") == plain)
    var scene = Scene(size: .centimetres(3, 2))
    scene.commands.append(.text(TextRun("x" + MathText.sub("j"), at: Point(10, 30), font: font)))
    #expect(throws: Never.self) { try renderer.svg(scene) }
  }
}
