import TestSupport
import Testing

@testable import Plotting

@Suite struct FigureLayoutTests {
  private func figure(
    panels count: Int, size: Size, legend: LegendPosition = .top, seed: Int = 1,
    names: [String] = ["alpha", "beta", "gamma"]
  ) -> Figure {
    var stream = TestStream(seed: seed)
    let panels = (0..<count).map { k in
      var marks: [any Mark] = []
      for name in names {
        let x = (0..<8).map { _ in stream.uniform() * 9 }
        let y = x.map { 40_000 + 3000 * $0 + 8000 * stream.uniform() }
        marks.append(PointMark(x: x, y: y, .category(name)))
        marks.append(LineMark(x: [0, 9], y: [42_000, 70_000], .category(name)))
      }
      marks.append(LabelMark(["first", "second"], x: [2, 6], y: [50_000, 60_000]))
      return Panel(count > 1 ? "panel \(k + 1)" : "", marks)
    }
    var figure = Figure(
      size: size, x: Axis("experience (years)"), y: Axis("salary (USD)"),
      categories: CategoricalScale(names: names),
      panels: panels)
    figure.legend = legend
    figure.caption = "A caption that may have to wrap when the figure is narrow, because it is long."
    return figure
  }

  @Test(
    "Whatever the size: no two texts overlap and all lie on the canvas",
    arguments: [1, 2, 3, 5, 6, 9], [(16.0, 10.0), (7.8, 9.0), (12.0, 16.0), (24.0, 8.0)])
  func invariants(_ count: Int, _ centimetres: (Double, Double)) throws {
    for (k, legend) in [LegendPosition.top, .emptyCell].enumerated() {
      let figure = figure(
        panels: count, size: .centimetres(centimetres.0, centimetres.1), legend: legend, seed: 10 * count + k)
      let outcome = Result { () throws(FigureError) in try figure.layout(measuring: FixedMeasurer()) }
      if case .failure(let error) = outcome, case .tooSmall(_, let needed) = error {
        #expect(needed.width > figure.size.width || needed.height > figure.size.height)
        var larger = figure
        larger.size = needed
        #expect(throws: Never.self) { try larger.layout(measuring: FixedMeasurer()) }
        #expect(count > 2 || centimetres.0 > 20, "\(count) panels must fit on \(centimetres) cm")
        continue
      }
      let layout = try outcome.get()
      let canvas = Rectangle(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
      let boxes = layout.scene.texts.map { ($0.text, textBox($0)) }
      for (i, (text, box)) in boxes.enumerated() {
        #expect(canvas.contains(box), "\(text) outside at \(count) panels, \(centimetres), \(legend)")
        for (other, second) in boxes.dropFirst(i + 1) {
          #expect(
            box.overlap(with: second) == 0,
            "'\(text)' over '\(other)' at \(count) panels, \(centimetres), \(legend)")
        }
      }
      for run in layout.scene.texts { #expect(run.font.size >= 7) }
      for panel in layout.panels { #expect(canvas.contains(panel.area)) }
    }
  }

  @Test("Ticks stand at their values, and the data at theirs")
  func positions() throws {
    let figure = Figure(
      size: Size(width: 400, height: 300), x: Axis("x", limits: 0...10), y: Axis("y", limits: 0...100),
      panels: [Panel("", [PointMark(x: [2.5, 10], y: [50, 0], .fixed(CategoryStyle(.black)))])])
    let layout = try figure.layout(measuring: FixedMeasurer())
    let panel = layout.panels[0]
    let circles = layout.scene.commands.compactMap { command -> Point? in
      if case .circle(let centre, _, _, _) = command { centre } else { nil }
    }
    #expect(circles.count == 2)
    #expect(abs(circles[0].x - (panel.area.x + 0.25 * panel.area.width)) < 1e-9)
    #expect(abs(circles[0].y - (panel.area.y + 0.5 * panel.area.height)) < 1e-9)
    #expect(abs(circles[1].x - panel.area.right) < 1e-9 && abs(circles[1].y - panel.area.bottom) < 1e-9)
    for (label, value) in zip(NumberFormat.labels(for: panel.x.breaks), panel.x.breaks.values) {
      let run = try #require(layout.scene.texts.first { $0.text == label && $0.origin.y > panel.area.bottom })
      #expect(abs(textBox(run).centre.x - panel.x.position(value)) < 1e-9)
    }
  }

  @Test(
    "A category's point and line make one legend key, in the order of the scale; unused categories have none")
  func legend() throws {
    var figure = figure(panels: 1, size: .centimetres(16, 10), names: ["b", "a"])
    figure.categories.entries.append(.init("unused", style: CategoryStyle(.black)))
    let layout = try figure.layout(measuring: FixedMeasurer())
    let keys = layout.scene.texts.filter { ["a", "b", "unused"].contains($0.text) }
    #expect(keys.map(\.text) == ["b", "a"])
    #expect(keys[0].origin.x < keys[1].origin.x && keys[0].origin.y == keys[1].origin.y)
    figure.legend = .hidden
    let bare = try figure.layout(measuring: FixedMeasurer())
    #expect(!bare.scene.texts.contains { ["a", "b"].contains($0.text) })
    #expect(bare.panels[0].area.height > layout.panels[0].area.height)
  }

  @Test("A legend above the panels starts at their left edge; keys that do not fit one row stand in columns")
  func legendRows() throws {
    let names = ["first of the names", "second of the names", "third of the names", "fourth", "fifth"]
    for (width, rows) in [(16.0, 2), (24.0, 1), (12.0, 3), (7.0, 5)] {
      let layout = try figure(panels: 1, size: .centimetres(width, 12), names: names)
        .layout(measuring: FixedMeasurer())
      let keys = names.map { name in layout.scene.texts.first { $0.text == name }! }
      let area = layout.panels[0].area
      // The picture of a key with a line is 24 points wide, 4 points before its text.
      #expect(abs(keys[0].origin.x - 28 - area.x) < 1e-9, "\(width) cm")
      #expect(Set(keys.map(\.origin.y)).count == rows, "\(width) cm")
      #expect(Set(keys.map(\.origin.x)).count == (names.count + rows - 1) / rows, "\(width) cm")
      for key in keys { #expect(textBox(key).bottom < area.y) }
    }
  }

  @Test("Shared axes: labels once a row and once a column, under the lowest panel of each")
  func facets() throws {
    let layout = try figure(panels: 5, size: .centimetres(16, 12)).layout(measuring: FixedMeasurer())
    let first = NumberFormat.labels(for: layout.panels[0].y.breaks)[1]
    #expect(layout.scene.texts.count { $0.text == first } == 2)
    let zero = layout.scene.texts.filter { $0.text == "0" && $0.font == Theme.print.tick }
    #expect(zero.count == 3)
    #expect(
      zero.count { $0.origin.y < layout.panels[3].area.y } == 1, "the third column ends in the first row")
    #expect(layout.panels[0].x.breaks == layout.panels[4].x.breaks)
  }

  @Test(
    "Long names: strips wrap or end in an ellipsis, legend labels end in one, titles wrap; all stay on the canvas"
  )
  func longNames() throws {
    let word = String(repeating: "unbreakable", count: 8)
    var figure = figure(panels: 4, size: .centimetres(12, 14), names: [word, "b"])
    figure.columns = 3
    figure.panels[0].name = "a name of several words that wraps"
    figure.panels[1].name = word
    figure.x.title = String(repeating: "long title ", count: 12)
    figure.y.title = figure.x.title
    for legend in [LegendPosition.top, .emptyCell] {
      figure.legend = legend
      let layout = try figure.layout(measuring: FixedMeasurer())
      let canvas = Rectangle(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
      let boxes = layout.scene.texts.map { ($0.text, textBox($0)) }
      for (i, (text, box)) in boxes.enumerated() {
        #expect(canvas.contains(box), "\(text) outside")
        for (other, second) in boxes.dropFirst(i + 1) {
          #expect(box.overlap(with: second) == 0, "\(text) over \(other)")
        }
      }
      let strips = layout.scene.texts.filter { $0.font == Theme.print.strip }
      #expect(strips.count { $0.text.hasSuffix("…") } == 1 && strips.count >= 6)
      for strip in strips { #expect(textBox(strip).width <= layout.panels[0].area.width + 1e-9) }
    }
  }

  @Test("An axis of whole numbers has ticks at whole numbers, whatever its width")
  func wholeNumbers() throws {
    for upper in [1.0, 2, 3, 5, 9, 10, 24] {
      for width in stride(from: 4.0, to: 20, by: 1) {
        let axis = Axis("x", isWhole: true)
        let mark = PointMark(x: [0, upper], y: [0, 1], .fixed(CategoryStyle(.black)))
        let layout = try Figure(
          size: .centimetres(width, 6), x: axis, y: Axis("y"), panels: [Panel("", [mark])]
        )
        .layout(measuring: FixedMeasurer())
        let values = layout.panels[0].x.breaks.values
        #expect(
          values.count >= 2 && values.allSatisfy { $0 == $0.rounded() }, "\(upper), \(width) cm: \(values)")
      }
    }
  }

  @Test("Labels without room are named under the caption, none is dropped silently")
  func unplacedLabels() throws {
    let figure = Figure(
      size: .centimetres(8, 7), x: Axis("x"), y: Axis("y"),
      panels: [
        Panel(
          "",
          [
            PointMark(x: [0, 1], y: [0, 1], .fixed(CategoryStyle(.black))),
            LabelMark([String(repeating: "long ", count: 20), "short"], x: [0, 1], y: [0, 1]),
          ])
      ])
    let layout = try figure.layout(measuring: FixedMeasurer())
    #expect(layout.unplacedLabels == [String(repeating: "long ", count: 20)])
    #expect(layout.scene.texts.contains { $0.text.hasPrefix("Not labelled for want of room") })
  }

  @Test("Nothing finite, a missing category, too little room, a missing glyph: each has its error")
  func errors() throws {
    let style = Appearance.fixed(CategoryStyle(.black))
    func layout(_ mark: any Mark, size: Size = .centimetres(8, 8), title: String = "x") throws(FigureError) {
      _ = try Figure(size: size, x: Axis(title), y: Axis("y"), panels: [Panel("", [mark])])
        .layout(measuring: FixedMeasurer())
    }
    #expect(throws: FigureError.noFiniteValues(axis: "x")) { try layout(PointMark(x: [.nan], y: [1], style)) }
    #expect(throws: FigureError.unknownCategory("c", known: [])) {
      try layout(PointMark(x: [1], y: [1], .category("c")))
    }
    #expect {
      try layout(PointMark(x: [1], y: [1], style), size: Size(width: 40, height: 30))
    } throws: { error in
      guard case FigureError.tooSmall(let size, let needed) = error else { return false }
      return size == Size(width: 40, height: 30) && needed.width > 40 && needed.height > 30
        && "\(error)".hasPrefix("a figure of 1.41 × 1.06 cm leaves no room for its panels; ")
    }
    #expect(throws: FigureError.missingGlyph("\u{E000}", text: "\u{E000}", families: "Fixed")) {
      try layout(PointMark(x: [1], y: [1], style), title: "\u{E000}")
    }
  }

  @Test("One point, a constant, missing values: still a figure, and the missing are counted")
  func awkwardData() throws {
    let style = Appearance.fixed(CategoryStyle(.black))
    for (x, y) in [([3.0], [5.0]), ([3, 3, 3], [0, 0, 0]), ([1, .nan, .infinity, 2], [1, 2, 3, .nan])] {
      let layout = try Figure(x: Axis("x"), y: Axis("y"), panels: [Panel("", [PointMark(x: x, y: y, style)])])
        .layout(measuring: FixedMeasurer())
      #expect(layout.omitted == (x.count == 4 ? 3 : 0))
      #expect(layout.panels[0].x.breaks.values.count >= 2)
    }
  }

  @Test("The same figure gives the same scene, byte for byte as JSON")
  func deterministic() throws {
    let figure = figure(panels: 4, size: .centimetres(16, 12))
    #expect(
      try figure.layout(measuring: FixedMeasurer()).scene.json
        == figure.layout(measuring: FixedMeasurer()).scene.json)
  }
}
