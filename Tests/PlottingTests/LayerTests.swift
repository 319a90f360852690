import TestSupport
import Testing

@testable import Plotting

@Suite("Layers: bands, bars, tiles, texts, pictures")
struct LayerTests {
  private let style = Appearance.fixed(CategoryStyle(OkabeIto.blue))

  private func layout(_ marks: [any Mark], _ change: (inout Figure) -> Void = { _ in }) throws -> FigureLayout
  {
    var figure = Figure(
      size: .centimetres(12, 8), x: Axis("x"), y: Axis("y"),
      categories: CategoricalScale(names: ["a", "b"]), panels: [Panel("", marks)])
    change(&figure)
    return try figure.layout()
  }

  private func filled(_ layout: FigureLayout) -> [[Polyline]] {
    layout.scene.commands.compactMap { command in
      if case .path(let lines, let fill?, _) = command, fill != .white { lines } else { nil }
    }
  }

  @Test("a band goes along its upper edge and back along the lower, and breaks at missing numbers")
  func band() throws {
    let mark = BandMark(
      x: [0, 1, 2, 3, 4], low: [0, 1, .nan, 1, 0], high: [2, 3, 4, 5, 6], .category("a"))
    let layout = try layout([mark])
    let areas = try #require(filled(layout).last { $0[0].points.count == 4 })
    #expect(areas.count == 2)
    let canvas = layout.panels[0]
    #expect(
      areas[0].points == [canvas.point(0, 2), canvas.point(1, 3), canvas.point(1, 1), canvas.point(0, 0)])
    #expect(canvas.y.upper > 6 && layout.scene.texts.contains { $0.text == "a" })
    let area = BandMark.area(x: [0, 1], y: [3, 4], style)
    #expect(area.low == [0, 0] && !area.hasEdges)
  }

  @Test("bars stand on their base; those of no height are not drawn")
  func bars() throws {
    let layout = try layout([BarMark(left: [0, 1, 2], right: [1, 2, 3], top: [3, 0, 5], style)])
    let bars = try #require(filled(layout).last)
    #expect(bars.count == 2)
    let canvas = layout.panels[0]
    #expect(
      bars[1].points == [
        canvas.point(2, 0), canvas.point(2, 5), canvas.point(3, 5), canvas.point(3, 0),
      ])
  }

  @Test("a histogram counts every value once, in intervals with round edges")
  func histogram() {
    var stream = TestStream(seed: 4)
    for n in [1, 2, 7, 100, 5000] {
      let values = (0..<n).map { _ in 1e3 * (stream.uniform() + stream.uniform()) }
      let histogram = Histogram(values)
      #expect(histogram.counts.reduce(0, +) == n && histogram.edges.count == histogram.counts.count + 1)
      for (k, count) in histogram.counts.enumerated() {
        let inside = values.count { $0 >= histogram.edges[k] && $0 < histogram.edges[k + 1] }
        #expect(inside == count)
      }
      #expect(histogram.counts.count <= 61)
    }
    let whole = Histogram([1, 1, 2, 5, .nan], isWhole: true)
    #expect(whole.edges.first == 0.5 && whole.edges.last == 5.5 && whole.counts.reduce(0, +) == 4)
    #expect(Histogram([3, 3, 3]).counts == [3] && Histogram([.infinity]).counts.isEmpty)
    // 200 values 0 … 199: the interquartile range is 99 or 100, so 2·100/200^⅓ = 34, rounded up to 50.
    #expect(Histogram((0..<200).map(Double.init)).edges == [0, 50, 100, 150, 200])
  }

  @Test("tiles take colours of the scale, the bar has its ticks and title and stays on the canvas")
  func tiles() throws {
    let mark = TileMark(x: [0, 1, 0, 1], y: [0, 0, 1, 1], values: [0, 5, 10, .nan])
    let layout = try layout([mark]) { $0.colours = ColourScale("Rows", isWhole: true) }
    let fills = layout.scene.commands.compactMap { command -> Colour? in
      if case .path(let lines, let fill?, .some) = command, lines[0].points.count == 4 { fill } else { nil }
    }
    #expect(fills.count == 3 && fills[0] == ColourScale.viridis[0] && fills[2] == ColourScale.viridis.last)
    let title = try #require(layout.scene.texts.first { $0.text == "Rows" })
    #expect(title.rotation == 90 && title.origin.x > layout.panels[0].area.right)
    let numbers = layout.scene.texts.filter { $0.origin.x > layout.panels[0].area.right && $0.text != "Rows" }
    #expect(numbers.contains { $0.text == "0" } && numbers.contains { $0.text == "10" })
    #expect(numbers.allSatisfy { textBox($0).right <= layout.scene.size.width })
    for colour in ColourScale.viridis { #expect(colour.contrast(against: .white) > 1.9) }
    let scale = ColourScale("", limits: 0...1)
    for k in 0...20 {
      let share = Double(k) / 20
      #expect(scale.textColour(on: share).contrast(against: scale.colour(of: share)) >= 4.5)
    }
    // Lightness falls all along.
    let lightness = (0...50).map { scale.colour(of: Double($0) / 50).relativeLuminance }
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 > $1 })
    // One value alone, and none.
    let single = try self.layout([TileMark(x: [0], y: [0], values: [3])]) { $0.colours = ColourScale("n") }
    #expect(single.scene.texts.contains { $0.text == "3" })
    let none = try self.layout([TileMark(x: [0], y: [0], values: [.nan])]) { $0.colours = ColourScale("n") }
    #expect(!none.scene.texts.contains { $0.text == "n" })
  }

  @Test("texts stand at their place, inside the panel")
  func texts() throws {
    let layout = try layout([
      PointMark(x: [0, 10], y: [0, 10], style), TextMark(["middle", "edge"], x: [5, 10], y: [5, 10]),
    ])
    let canvas = layout.panels[0]
    let middle = textBox(try #require(layout.scene.texts.first { $0.text == "middle" }))
    #expect(abs(middle.centre.x - canvas.x.position(5)) < 1e-9)
    #expect(abs(middle.centre.y - canvas.y.position(5)) < 1.5)
    let edge = textBox(try #require(layout.scene.texts.first { $0.text == "edge" }))
    #expect(canvas.area.contains(edge))
  }

  @Test("many dots are a picture in files; few are not")
  func pictures() throws {
    let few = try layout([PointMark(x: [1, 2, 3], y: [1, 2, 3], style)]) { $0.rasterThreshold = 3 }
    let many = try layout([PointMark(x: [1, 2, 3, 4], y: [1, 2, 3, 4], style)]) { $0.rasterThreshold = 3 }
    func places(_ layout: FigureLayout) -> [Int] {
      layout.scene.commands.indices.filter {
        switch layout.scene.commands[$0] {
        case .beginPicture, .endPicture: true
        default: false
        }
      }
    }
    #expect(places(few).isEmpty)
    let found = places(many)
    #expect(found.count == 2 && found[1] - found[0] == 2)
    guard case .copies(let dots, let parts) = many.scene.commands[found[0] + 1] else {
      Issue.record("no copies")
      return
    }
    #expect(dots == [1, 2, 3, 4].map { many.panels[0].point($0, $0) } && parts.count == 1)
    guard case .beginPicture(let area) = many.scene.commands[found[0]] else { return }
    #expect(area == many.panels[0].area)
  }

  @Test("subscripts and superscripts: pieces, widths, the plain text in JSON")
  func scripts() throws {
    let text = "σ" + MathText.sup("2") + MathText.sub("α") + " (x)"
    #expect(MathText.pieces(of: text).map(\.script) == [.base, .sup, .sub, .base])
    #expect(MathText.plain(text) == "σ2α (x)" && MathText.plain("plain_1") == "plain_1")
    let cut = String(text.unicodeScalars.prefix(3).map(Character.init))
    #expect(MathText.pieces(of: cut).map(\.text) == ["σ", "2"])
    let font = FontStyle(size: 10)
    let measurer = FixedMeasurer()
    let width = try measurer.width(of: text, font: font, language: "en")
    #expect(width < (try measurer.width(of: MathText.plain(text), font: font, language: "en")))
    var scene = Scene(size: Size(width: 10, height: 10))
    scene.commands.append(.text(TextRun(text, at: Point(1, 2), font: font)))
    #expect(scene.json.contains("\"text\":\"σ2α (x)\""))
    #expect(scene.json.contains(#"[["base","σ"],["sup","2"],["sub","α"],["base"," (x)"]]"#))
  }
}
