import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Coefficients of each group")
struct GroupCoefficientTests {
  @Test("coef() with joint standard errors, about the fixed effects")
  func agreesWithR() throws {
    let record = GroupFigureReference.record["coefficients"]
    let fit = try GroupFigureReference.fit(record["formula"].string!, "lmm/sleepstudy.csv", group: "Subject")
    let intervals = LevelIntervals(coefficientsOf: fit)
    let (estimates, errors) = (record["estimate"].matrix, record["error"].matrix)
    for j in 0..<18 {
      for e in 0..<2 {
        expectClose(intervals.estimates[j, e], estimates[j][e], relative: 1e-7)
        expectClose(intervals.errors[j, e], errors[j][e], relative: 1e-6)
      }
    }
    for e in 0..<2 {
      expectClose(intervals.centres[e].value, record["mean"][e].double, relative: 1e-9)
      expectClose(intervals.centres[e].error, record["mean_error"][e].double, relative: 1e-6)
    }
    let plot = Caterpillar(intervals, heights: .rows, highlighted: ["308"])
    let figure = plot.figure(in: .english)
    #expect(figure.slug == "group-coefficients" && figure.caption.hasSuffix("sorted by the intercept."))
    for (e, panel) in figure.panels.enumerated() {
      let centre = intervals.centres[e]
      let rule = try #require(panel.marks.compactMap { $0 as? RuleMark }.first)
      #expect(rule.place == .x(centre.value))
      let band = try #require(panel.marks.compactMap { $0 as? PolygonMark }.first)
      expectClose(band.x[1] - band.x[0], 2 * 1.959963984540054 * centre.error, relative: 1e-9)
      let bars = panel.marks.compactMap { $0 as? IntervalMark }
      #expect(bars.map(\.at.count) == [17, 1])
    }
    let low = (0..<18).min { intervals.estimates[$0, 0] < intervals.estimates[$1, 0] }!
    #expect(figure.alternativeText.contains("(\(intervals.levels[low].name))"))
    #expect(plot.plottedData.columns.contains("se"))
  }

  @Test("an effect without a fixed effect scatters about 0 and has no band; a second factor can be asked for")
  func factors() throws {
    let fit = try SalaryFigures.fit("salary ~ 1 + (1 + experience | department)")
    let intervals = LevelIntervals(coefficientsOf: fit)
    #expect(intervals.centres[1] == .init(value: 0, error: 0) && intervals.centres[0].error > 0)
    let marks = Caterpillar(intervals, heights: .rows).figure(in: .english).panels[1].marks
    #expect(!marks.contains { $0 is PolygonMark })
    let crossed = try GroupFigureReference.fit(
      "diameter ~ 1 + (1 | plate) + (1 | sample)", "lmm/penicillin.csv", group: "plate")
    let second = LevelIntervals(coefficientsOf: crossed, factor: 1)
    #expect(second.levels.count == 6 && second.grouping.column == "sample")
    expectClose(
      (0..<6).reduce(0) { $0 + second.estimates[$1, 0] } / 6, crossed.fixedEffects[0], relative: 1e-9)
  }
}
