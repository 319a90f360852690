import TestSupport
import Testing

@testable import Plotting

@Suite("Names at the ends of lines, and labels without a place")
struct EndLabelTests {
  private func layout(_ marks: [any Mark], width: Double = 12, height: Double = 8) throws -> FigureLayout {
    var figure = Figure(
      size: .centimetres(width, height), x: Axis("x", limits: 0...1.4), y: Axis("y"),
      panels: [Panel("", marks)])
    figure.caption = "A caption."
    return try figure.layout()
  }

  @Test(
    "names stand in the order of their ends, apart from each other, as near as they can", arguments: 1...30)
  func order(_ seed: Int) throws {
    var stream = TestStream(seed: seed)
    let count = 2 + seed % 9
    let y = (0..<count).map { _ in (stream.uniform() * 6).rounded() / 3 + 0.01 * stream.uniform() }
    let names = (0..<count).map { "group \($0)" }
    let layout = try layout([
      EndLabelMark(names, x: [Double](repeating: 1, count: count), y: y),
      PointMark(
        x: [Double](repeating: 1, count: count), y: y, .fixed(CategoryStyle(.black))),
    ])
    let runs = names.map { name in layout.scene.texts.first { $0.text == name } }
    #expect(runs.allSatisfy { $0 != nil })
    let byEnd = (0..<count).sorted { y[$0] > y[$1] }
    let heights = byEnd.map { runs[$0]!.origin.y }
    #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 > 8.4 })
    let canvas = layout.panels[0]
    for j in 0..<count { #expect(canvas.area.contains(textBox(runs[j]!))) }
    // Alone among its neighbours a name stands right beside its end.
    for (k, j) in byEnd.enumerated() {
      let end = canvas.y.position(y[j])
      let near = [k - 1, k + 1].filter { (0..<count).contains($0) }.map { canvas.y.position(y[byEnd[$0]]) }
      if near.allSatisfy({ abs($0 - end) > 40 }), abs(end - canvas.area.y) > 40, canvas.area.bottom - end > 40
      {
        #expect(abs(runs[j]!.origin.y - end - FontStyle(size: 8.5).middle) < 25)
      }
    }
  }

  @Test("two ends at one height share the move")
  func symmetric() throws {
    let layout = try layout([
      EndLabelMark(["a", "b"], x: [1, 1], y: [5, 5]),
      PointMark(x: [0, 1, 1], y: [0, 5, 10], .fixed(CategoryStyle(.black))),
    ])
    let heights = ["a", "b"].map { name in layout.scene.texts.first { $0.text == name }!.origin.y }
    let end = layout.panels[0].y.position(5) + FontStyle(size: 8.5).middle
    #expect(abs((heights[0] + heights[1]) / 2 - end) < 1e-9 && heights[0] < heights[1])
  }

  @Test("each label is either drawn or named under the figure, at any size", arguments: 1...12)
  func exactNote(_ seed: Int) throws {
    var stream = TestStream(seed: seed)
    let count = 25
    let (x, y) = ((0..<count).map { _ in stream.uniform() }, (0..<count).map { _ in stream.uniform() })
    let names = (0..<count).map { "label number \($0)" }
    let layout = try layout(
      [PointMark(x: x, y: y, .fixed(CategoryStyle(.black))), LabelMark(names, x: x, y: y)],
      width: 8 + 0.3 * Double(seed), height: 7)
    let drawn = Set(layout.labels[0].map(\.request.text))
    let note = layout.scene.texts.map(\.text).joined(separator: " ")
    #expect(
      drawn.union(layout.unplacedLabels).count == count && drawn.isDisjoint(with: layout.unplacedLabels))
    for name in layout.unplacedLabels { #expect(note.contains(name)) }
    #expect(layout.faults().filter { !$0.hasPrefix("no ") }.isEmpty)
    #expect(seed > 3 || !layout.unplacedLabels.isEmpty)
  }
}
