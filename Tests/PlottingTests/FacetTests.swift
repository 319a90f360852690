import TestSupport
import Testing

@testable import Plotting

@Suite("Facets: panels with axes of their own")
struct FacetTests {
  private let style = Appearance.fixed(CategoryStyle(.black))

  private func points(_ reach: Double, _ height: Double) -> [any Mark] {
    [PointMark(x: [0, reach], y: [0, height], style)]
  }

  /// Every text on the canvas, none over another.
  private func expectSound(_ layout: FigureLayout, _ size: Size) {
    let canvas = Rectangle(x: 0, y: 0, width: size.width, height: size.height)
    let boxes = layout.scene.texts.map { ($0.text, textBox($0)) }
    for (i, (text, box)) in boxes.enumerated() {
      #expect(canvas.contains(box), "\(text) outside")
      for (other, second) in boxes.dropFirst(i + 1) {
        #expect(box.overlap(with: second) == 0, "'\(text)' over '\(other)'")
      }
    }
  }

  @Test(
    "a lower triangle: columns share x, rows share y, titles stand at them, the legend in the empty corner")
  func triangle() throws {
    var panels: [Panel] = []
    for row in 0..<3 {
      for column in 0..<3 {
        guard column <= row else {
          panels.append(.blank)
          continue
        }
        var marks = points([1.0, 100, 10_000][column], [1.0, 50, 2000][row])
        marks.append(LineMark(x: [0, 1], y: [0, 1], .category("line")))
        panels.append(Panel("", marks, x: Axis("column \(column)"), y: Axis("row \(row)")))
      }
    }
    var figure = Figure(
      size: .centimetres(16, 14), x: Axis(""), y: Axis(""), categories: CategoricalScale(names: ["line"]),
      panels: panels)
    (figure.xSharing, figure.ySharing, figure.columns) = (.lines, .lines, 3)
    figure.legend = .emptyCell
    let layout = try figure.layout()
    expectSound(layout, figure.size)
    for row in 0..<3 {
      for column in 0...row {
        let panel = layout.panels[3 * row + column]
        #expect(panel.x.upper == layout.panels[6 + column].x.upper)
        #expect(panel.y.upper == layout.panels[3 * row].y.upper)
      }
    }
    #expect(layout.panels[8].x.upper > 10_000 && layout.panels[6].x.upper < 1.2)
    let titles = layout.scene.texts
    for k in 0..<3 {
      let column = try #require(titles.first { $0.text == "column \(k)" })
      #expect(column.rotation == 0 && column.origin.y > layout.panels[8].area.bottom)
      #expect(abs(textBox(column).centre.x - layout.panels[6 + k].area.centre.x) < 1e-9)
      let row = try #require(titles.first { $0.text == "row \(k)" })
      #expect(row.rotation == 90 && row.origin.x < layout.panels[0].area.x)
      #expect(abs(textBox(row).centre.y - layout.panels[3 * k].area.centre.y) < 1e-9)
      #expect(titles.count { $0.text == "column \(k)" || $0.text == "row \(k)" } == 2)
    }
    // The key stands where the two blank cells of the first row are.
    let key = try #require(titles.first { $0.text == "line" })
    #expect(key.origin.x > layout.panels[1].area.x && key.origin.y < layout.panels[0].area.bottom)
    // Nothing is drawn around blank cells: six frames.
    let frames = layout.scene.commands.count {
      if case .beginClip = $0 { true } else { false }
    }
    #expect(frames == 6)
  }

  @Test("panels of their own have their titles under and beside them, at any size that is accepted")
  func ownTitles() throws {
    for (width, height) in [(16.0, 12.0), (8.4, 10.0), (11.0, 7.5)] {
      var figure = Figure(
        size: .centimetres(width, height), x: Axis(""), y: Axis(""),
        panels: (0..<4).map { k in
          Panel(
            "panel \(k)", points([1.0, 1000, 5, 30][k], [2.0, 1, 70_000, 3][k]), x: Axis("along \(k)"),
            y: Axis("up \(k)"))
        })
      (figure.xSharing, figure.ySharing, figure.columns) = (.none, .none, 2)
      let layout = try figure.layout()
      expectSound(layout, figure.size)
      for k in 0..<4 {
        let area = layout.panels[k].area
        let along = textBox(try #require(layout.scene.texts.first { $0.text == "along \(k)" }))
        #expect(along.y > area.bottom && along.y < area.bottom + 30)
        let up = textBox(try #require(layout.scene.texts.first { $0.text == "up \(k)" }))
        #expect(up.right < area.x && up.right > area.x - 60)
      }
    }
  }

  @Test("rows take heights in proportion; one horizontal scale over both, a title for each row")
  func weights() throws {
    var figure = Figure(
      size: .centimetres(12, 10), x: Axis("tau"), y: Axis(""),
      panels: [
        Panel("", points(1, 1), y: Axis("estimate")), Panel("", points(2, 9), y: Axis("criterion")),
      ])
    (figure.columns, figure.rowWeights, figure.ySharing) = (1, [3, 1], .lines)
    let layout = try figure.layout()
    expectSound(layout, figure.size)
    #expect(abs(layout.panels[0].area.height / layout.panels[1].area.height - 3) < 1e-9)
    #expect(layout.panels[0].x == layout.panels[1].x && layout.panels[0].y.upper < layout.panels[1].y.upper)
    figure.size = .centimetres(12, 3)
    guard
      case .failure(.tooSmall(_, let needed)) = Result(catching: { () throws(FigureError) in
        try figure.layout()
      })
    else {
      Issue.record("3 cm are accepted")
      return
    }
    figure.size = needed
    #expect(throws: Never.self) { try figure.layout() }
  }

  @Test("a theme's scale enlarges everything alike")
  func scaled() throws {
    var figure = Figure(
      size: .centimetres(16, 9), x: Axis("x"), y: Axis("y"), panels: [Panel("", points(3, 4))])
    let small = try figure.layout()
    figure.theme = Theme.print.scaled(by: 2)
    figure.size = .centimetres(32, 18)
    let large = try figure.layout()
    #expect(large.scene.size == figure.size && large.scene.commands.count == small.scene.commands.count)
    for (a, b) in zip(small.scene.texts, large.scene.texts) {
      #expect(b.font.size == 2 * a.font.size && abs(b.origin.x - 2 * a.origin.x) < 1e-9)
    }
    #expect(abs(large.panels[0].x.position(1) - 2 * small.panels[0].x.position(1)) < 1e-9)
    figure.size = .centimetres(4, 3)
    guard
      case .failure(.tooSmall(_, let needed)) = Result(catching: { () throws(FigureError) in
        try figure.layout()
      })
    else {
      Issue.record("4 × 3 cm are accepted")
      return
    }
    figure.size = needed
    #expect(throws: Never.self) { try figure.layout() }
  }

  @Test("texts that end in an ellipsis are told")
  func shortened() throws {
    let long = "a level whose name is much too long for the room that a figure of this width can give to it"
    var figure = Figure(
      size: .centimetres(9, 5), x: Axis("x"), y: Axis("", levels: [long, "short"]),
      panels: [Panel("", [PointMark(x: [1, 2], y: [0, 1], style)])])
    let layout = try figure.layout()
    #expect(layout.shortenedTexts == [long])
    #expect(layout.scene.texts.contains { $0.text.hasPrefix("a level") && $0.text.hasSuffix("…") })
    figure.y = Axis("", levels: ["one", "two"])
    #expect(try figure.layout().shortenedTexts.isEmpty)
  }
}
