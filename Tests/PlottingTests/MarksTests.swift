import TestSupport
import Testing

@testable import Plotting

@Suite struct MarksTests {
  private func canvas(width: Double = 100, height: Double = 100) -> PanelCanvas {
    let breaks = extendedWilkinsonBreaks(from: 0, to: 10, target: 5)
    return PanelCanvas(
      area: Rectangle(x: 0, y: 0, width: width, height: height),
      x: ContinuousScale(lower: 0, upper: 10, start: 0, end: width, breaks: breaks),
      y: ContinuousScale(lower: 0, upper: 10, start: height, end: 0, breaks: breaks), theme: .print,
      categories: CategoricalScale(names: ["a"]), colours: nil, language: "en", measurer: FixedMeasurer(),
      dotsArePicture: false)
  }
  private let plain = Appearance.fixed(CategoryStyle(.black))

  @Test("An arrow's tip stops at the trimmed end and its head points along the shaft")
  func arrow() throws {
    var scene = Scene(size: Size(width: 100, height: 100))
    let mark = ArrowMark(
      startX: [1], startY: [1], endX: [9], endY: [1], plain, headLength: 5, trim: (start: 3, end: 4))
    try mark.draw(on: canvas(), into: &scene)
    guard case .path(let shaft, _, _) = scene.commands[0],
      case .path(let head, let fill, _) = scene.commands[1]
    else {
      Issue.record("no shaft and head")
      return
    }
    #expect(shaft[0].points[0] == Point(13, 90))
    #expect(head[0].points[0].x == 86 && abs(head[0].points[0].y - 90) < 1e-12)
    #expect(head[0].points[1].x == 81 && head[0].closed && fill == .black)
  }

  private func polygon(_ command: DrawingCommand) throws -> (points: [Point], fill: Colour?, stroke: Stroke?)
  {
    guard case .path(let lines, let fill, let stroke) = command else { throw NotAPath() }
    return (lines[0].points, fill, stroke)
  }
  private struct NotAPath: Error {}

  @Test(
    "A short arrow gets a short head; dots that touch get theirs on top, from centre to centre, with a white edge"
  )
  func shortArrows() throws {
    func commands(to x: Double, _ part: ArrowMark.Part) throws -> [DrawingCommand] {
      var scene = Scene(size: Size(width: 100, height: 100))
      try ArrowMark(
        startX: [1], startY: [1], endX: [x], endY: [1], plain, trim: (start: 3, end: 3), part: part
      ).draw(on: canvas(), into: &scene)
      return scene.commands
    }
    let short = try commands(to: 1.9, .apart)
    #expect(try short.count == 2 && commands(to: 1.9, .touching).isEmpty)
    let head = try polygon(short[1]).points
    #expect(abs(head[0].x - head[1].x - 0.7 * 3) < 1e-9)

    #expect(try commands(to: 1.7, .apart).isEmpty)
    let touching = try commands(to: 1.7, .touching).map(polygon)
    try #require(touching.count == 4)
    #expect(touching[0].stroke?.colour == .white && touching[1].stroke?.colour == .white)
    #expect(touching[2].points[0] == Point(10, 90) && touching[2].stroke?.colour == .black)
    #expect(abs(touching[3].points[0].x - 17) < 1e-9 && touching[3].fill == .black)
    // Nearer than the head is long: the head alone. On one spot: nothing.
    #expect(try commands(to: 1.1, .touching).count == 2)
    #expect(try commands(to: 1.01, .touching).isEmpty && commands(to: 1.01, .apart).isEmpty)
  }

  @Test("A band is drawn as its edges with a lighter inside on top")
  func band() throws {
    var scene = Scene(size: Size(width: 100, height: 100))
    let style = CategoryStyle(OkabeIto.vermillion, lineScale: 4, lineInside: .white)
    try LineMark(x: [0, 10], y: [0, 10], .fixed(style)).draw(on: canvas(), into: &scene)
    let strokes = try scene.commands.map { try #require(polygon($0).stroke) }
    #expect(strokes.map(\.colour) == [OkabeIto.vermillion, .white])
    #expect(strokes[0].width == 3.2 && strokes[1].width == 2.2)
  }

  @Test("Marks without anything to show ask for no legend key")
  func emptyMarks() {
    #expect(PointMark(x: [.nan], y: [1], .category("a")).legendKeys.isEmpty)
    #expect(LineMark(x: [1], y: [1], .category("a")).legendKeys.isEmpty)
    #expect(PointMark(x: [1], y: [1], .category("a")).legendKeys == [LegendKey("a", .point)])
  }

  @Test("A line breaks at missing values; a single point between two of them leaves none")
  func brokenLine() throws {
    var scene = Scene(size: Size(width: 100, height: 100))
    try LineMark(x: [0, 1, 2, 3, 4, 5, 6], y: [0, 1, .nan, 3, .infinity, 5, 6], plain).draw(
      on: canvas(), into: &scene)
    guard case .path(let lines, nil, let stroke?) = scene.commands[0] else {
      Issue.record("no line")
      return
    }
    #expect(lines.map { $0.points.count } == [2, 2])
    #expect(stroke.width == Theme.print.lineWidth)
  }

  @Test("Every shape draws something of about the disc's size", arguments: MarkerShape.allCases)
  func shapes(_ shape: MarkerShape) {
    var scene = Scene(size: Size(width: 100, height: 100))
    scene.marker(shape, at: Point(50, 50), radius: 4, colour: .black, lineWidth: 1)
    #expect(scene.commands.count == 1)
    if case .path(let lines, _, _) = scene.commands[0] {
      let reach = lines.flatMap(\.points).map { $0.distance(to: Point(50, 50)) }.max() ?? 0
      #expect(reach > 4 && reach < 6)
    }
  }

  @Test(
    "Ten categories differ in shape, five in colour and dash; colours of lines reach a contrast of 3 on white"
  )
  func palette() {
    let styles = CategoricalScale(names: (1...10).map { "g\($0)" }).entries.map(\.style)
    #expect(Set(styles.map(\.shape)).count == 10)
    #expect(Set(styles.prefix(5).map(\.colour)).count == 5 && Set(styles.prefix(5).map(\.dash)).count == 5)
    #expect(Set(styles.map { "\($0.colour.hexText) \($0.dash)" }).count == 10)
    for colour in OkabeIto.strong + [Theme.referenceGrey] { #expect(colour.contrast(against: .white) >= 3) }
    #expect(abs(OkabeIto.blue.contrast(against: .white) - 5.19) < 0.01)
    #expect(Set(CategoricalScale(names: (1...11).map { "g\($0)" }).entries.map(\.style.colour)).count == 1)
  }
}
