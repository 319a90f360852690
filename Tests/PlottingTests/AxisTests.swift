import TestSupport
import Testing

@testable import Plotting

@Suite("Axes of other kinds") struct AxisTests {
  private func layout(_ figure: Figure) throws -> FigureLayout {
    try figure.layout(measuring: FixedMeasurer())
  }

  @Test("a logarithmic axis has 1, 2, 5 of each decade, equal ratios take equal room")
  func logarithmic() throws {
    var x = Axis("n", tickSpacing: 30, isWhole: true)
    x.isLogarithmic = true
    let figure = Figure(
      size: .centimetres(16, 8), x: x, y: Axis("y"),
      panels: [Panel("", [PointMark(x: [2, 20, 200], y: [1, 2, 3], .fixed(CategoryStyle(.black)))])])
    let layout = try layout(figure)
    let scale = layout.panels[0].x
    #expect(scale.breaks.values == [2, 5, 10, 20, 50, 100, 200])
    #expect(abs(scale.position(20) - scale.position(2) - (scale.position(200) - scale.position(20))) < 1e-9)
    #expect(scale.lower < 2 && scale.lower > 1 && scale.upper > 200)
    // Less than a decade: evenly spaced numbers.
    var narrow = figure
    narrow.panels = [Panel("", [PointMark(x: [12, 17], y: [1, 2], .fixed(CategoryStyle(.black)))])]
    let few = try self.layout(narrow).panels[0].x.breaks.values
    #expect(few.count >= 3 && few.allSatisfy { $0 == $0.rounded() })
    // Many decades: every second or third.
    var wide = figure
    wide.panels = [Panel("", [PointMark(x: [1e-3, 1e9], y: [1, 2], .fixed(CategoryStyle(.black)))])]
    let decades = try self.layout(wide).panels[0].x.breaks.values
    #expect(decades.count >= 4 && decades.count <= 13)
    #expect(zip(decades, decades.dropFirst()).allSatisfy { $1 / $0 > 9.99 })
    // No place for 0.
    var zero = figure
    zero.panels = [Panel("", [PointMark(x: [0, 10], y: [1, 2], .fixed(CategoryStyle(.black)))])]
    #expect(throws: FigureError.notPositive(axis: "n", value: 0)) { try self.layout(zero) }
    // Numbers that no axis can hold have no ticks to be looked for.
    for far in [[1e-36, 1e92], [1, 1e300], [1e-300, 1.0]] {
      var endless = figure
      endless.panels = [Panel("", [PointMark(x: far, y: [1, 2], .fixed(CategoryStyle(.black)))])]
      #expect(throws: FigureError.tooManyDecades(axis: "n", lower: far[0], upper: far[1])) {
        try self.layout(endless)
      }
    }
    var empty = figure
    empty.panels = [Panel("", [PointMark(x: [.infinity], y: [1], .fixed(CategoryStyle(.black)))])]
    #expect(throws: FigureError.noFiniteValues(axis: "n")) { try self.layout(empty) }
  }

  @Test("a named tick beyond the data has no place, and asks for no wider canvas")
  func tickBeyond() throws {
    var x = Axis("icc", tickSpacing: 26)
    x.namedTicks = [NamedTick(0.2, "0.2"), NamedTick(1, "1"), NamedTick(1e30, "far")]
    let figure = Figure(
      size: .centimetres(16, 9), x: x, y: Axis("y"),
      panels: [Panel("a", [PointMark(x: [0.2, 0.2], y: [1, 2], .fixed(CategoryStyle(.black)))])])
    let layout = try layout(figure)
    #expect(layout.panels[0].x.breaks.values.count == 1)
  }

  @Test("panels with scales of their own each have ticks, in rows too")
  func ownScales() throws {
    let style = Appearance.fixed(CategoryStyle(.black))
    var figure = Figure(
      size: .centimetres(14, 12), x: Axis("x"), y: Axis("y"),
      panels: (0..<4).map { k in
        Panel("panel \(k)", [PointMark(x: [0, [1.0, 1000, 5, 30][k]], y: [0, 1], style)])
      })
    figure.columns = 2
    let shared = try layout(figure)
    figure.xSharing = .none
    let own = try layout(figure)
    #expect(Set(shared.panels.map(\.x.upper)).count == 1)
    for (k, most) in [1.0, 1000, 5, 30].enumerated() {
      let scale = own.panels[k].x
      #expect(scale.upper > most && scale.upper < 1.2 * most)
      #expect(scale.breaks.values.count >= 3)
      // Labels right under the panel.
      let below = own.scene.texts.filter {
        $0.origin.y > own.panels[k].area.bottom && $0.origin.y < own.panels[k].area.bottom + 15
          && $0.origin.x > own.panels[k].area.x - 12 && $0.origin.x < own.panels[k].area.right + 12
      }
      #expect(below.count >= scale.breaks.values.count)
    }
    #expect(own.panels[0].area.bottom + 12 < own.panels[2].area.y)
  }

  @Test("rows of levels: all named, or those marked alone; texts behind, where there is room")
  func levels() throws {
    let style = Appearance.fixed(CategoryStyle(.black))
    func figure(_ count: Int, width: Double = 16) -> Figure {
      var y = Axis("", levels: (0..<count).map { "row \($0)" })
      y.marked = [3]
      y.endTexts = (0..<count).map { "1.234 [\($0), 2.345]" }
      return Figure(
        size: .centimetres(width, 8), x: Axis("x"), y: y,
        panels: [
          Panel(
            "",
            [
              IntervalMark(
                low: (0..<count).map { _ in -1 }, high: (0..<count).map { _ in 1 },
                at: (0..<count).map(Double.init), style)
            ])
        ])
    }
    let few = try layout(figure(8))
    #expect(few.scene.texts.count { $0.text.hasPrefix("row ") } == 8)
    #expect(few.scene.texts.count { $0.text.contains("[") } == 8)
    let canvas = Rectangle(x: 0, y: 0, width: figure(8).size.width, height: figure(8).size.height)
    for run in few.scene.texts { #expect(canvas.contains(textBox(run)), "\(run.text)") }
    let many = try layout(figure(300))
    #expect(many.scene.texts.filter { $0.text.hasPrefix("row ") }.map(\.text) == ["row 3"])
    #expect(!many.scene.texts.contains { $0.text.contains("[") })
    #expect(try !layout(figure(8, width: 6)).scene.texts.contains { $0.text.contains("[") })
  }

  @Test("bars with missing ends are left out and counted; upright ones stand upright")
  func bars() throws {
    let style = Appearance.fixed(CategoryStyle(.black))
    let level = IntervalMark(low: [0, .nan, 1], high: [1, 2, .infinity], at: [5, 6, 7], style)
    #expect(level.omitted == 2)
    var (x, y) = (DataRange(), DataRange())
    level.train(x: &x, y: &y)
    #expect(x.lower == 0 && x.upper == 1 && y.lower == 5 && y.upper == 5)
    let upright = IntervalMark(low: [0], high: [1], at: [5], style, direction: .upright)
    (x, y) = (DataRange(), DataRange())
    upright.train(x: &x, y: &y)
    #expect(x.lower == 5 && y.lower == 0 && y.upper == 1)
  }

  @Test("Named ticks stand at their values; where room is short those from the front are left")
  func namedTicks() throws {
    var axis = Axis("", limits: 0...1, tickSpacing: 20)
    axis.namedTicks = [
      NamedTick(0, "none"), NamedTick(1, "all"), NamedTick(0.5, "half"), NamedTick(1 / 3.0, "a third"),
    ]
    let mark = PointMark(x: [0.2], y: [1], .fixed(CategoryStyle(.black)))
    for (width, expected) in [(12.0, ["none", "a third", "half", "all"]), (4.0, ["none", "half", "all"])] {
      var figure = Figure(size: .centimetres(width, 6), x: axis, y: Axis("y"), panels: [Panel("", [mark])])
      figure.panels[0].hasFrame = width > 5
      let layout = try figure.layout()
      let ticks = layout.panels[0].x.breaks
      let texts = layout.scene.texts.filter { $0.text.contains { $0.isLetter && $0 != "y" } }
      #expect(texts.map(\.text) == expected)
      for (value, text) in zip(ticks.values, expected) {
        let wanted = axis.namedTicks.first { $0.text == text }!.value
        #expect(abs(value - wanted) < 1e-6)
      }
    }
  }
}
