import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Choice of group panels")
struct GroupPanelChoiceTests {
  private func groups(_ count: Int, x: (Int) -> Double) throws -> FittedGroups {
    let table = GroupFigureReference.jumble(rows: 10 * count, levels: count) { x($0 / count) }
    return try FittedGroups(LinearMixedModel("y ~ x + (1 | g)", data: table).fit())
  }

  @Test("of many groups 24 stand for all, from the first to the last")
  func many() throws {
    let groups = try groups(500) { Double($0) }
    let panels = groups.panels(order: .intercept)
    let figure = panels.figure(in: .english)
    #expect(figure.panels.count == 24 && figure.caption.hasPrefix("24 of 500 groups"))
    let intercepts = panels.shown.map { $0.partialPooling!.intercept }
    let all = groups.groups.map { $0.partialPooling!.intercept }
    #expect(
      intercepts.first == all.min() && intercepts.last == all.max() && intercepts == intercepts.sorted())
    #expect(panels.plottedData.rows.count == 240)
    #expect(figure.size.height < Size.centimetres(1, 20).height)
    #expect(try self.groups(48) { Double($0) }.panels().figure(in: .english).panels.count == 48)
  }

  @Test("those asked for are drawn alone, lines over the range of all data")
  func only() throws {
    let groups = try groups(60) { Double($0) }
    let panels = groups.panels(only: ["g7", "g3"])
    #expect(panels.shown.map(\.group) == ["g3", "g7"])
    let figure = panels.figure(in: .english)
    #expect(figure.caption == "2 of 60 groups.")
    #expect(figure.alternativeText.hasPrefix("2 panels of 60 groups"))
  }

  @Test("points of a predictor with two values are spread without random numbers; of three they are not")
  func binary() throws {
    let panels = try groups(4) { Double($0 % 2) }.panels()
    let figure = panels.figure(in: .english)
    let points = figure.panels[0].marks.compactMap { $0 as? PointMark }[0]
    #expect(Set(points.x).count == 10)
    #expect(zip(points.x, panels.groups[0].x).allSatisfy { abs($0 - $1) <= 0.1 && $0 != $1 })
    let again = panels.figure(in: .english).panels[0].marks.compactMap { $0 as? PointMark }[0]
    #expect(points.x == again.x && figure.caption.contains("spread about the two values"))
    let three = try groups(4) { Double($0 % 3) }.panels()
    let plain = three.figure(in: .english)
    #expect(
      plain.panels[0].marks.compactMap { $0 as? PointMark }[0].x == three.groups[0].x && plain.caption.isEmpty
    )
  }
}
