import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Marginal effects as figures")
struct MarginalEffectPlotTests {
  @Test("line and band stand where R's numbers are, for a polynomial")
  func band() throws {
    let record = try Reference.json("marginal-effects.json")["records"][1]
    let fit = try PoolingDialTests.fit("sleepstudy", "Reaction ~ poly(Days, 2) + (1 | Subject)", "Subject")
    let figure = try MarginalEffectPlot(fit).figure(in: .english)
    let marks = figure.panels[0].marks
    let band = try #require(marks.compactMap { $0 as? BandMark }.first)
    let places = [0, 10, 37, 50, 100]
    let (means, errors) = (record["mean"].doubles, record["se"].doubles)
    expectClose(places.map { band.x[$0] }, record["at"].doubles, relative: 1e-12)
    expectClose(
      places.map { band.low[$0] }, zip(means, errors).map { $0 - 1.959963984540054 * $1 }, relative: 1e-5)
    expectClose(
      places.map { band.high[$0] }, zip(means, errors).map { $0 + 1.959963984540054 * $1 }, relative: 1e-5)
    let lines = marks.compactMap { $0 as? LineMark }
    #expect(lines.count { $0.appearance == .category("groups") } == 18)
    let fresh = lines.filter { $0.appearance == .category("fresh") }
    #expect(fresh.count == 2)
    expectClose(
      places.map { fresh[1].y[$0] },
      zip(means, record["group"].doubles).map { $0 + 1.959963984540054 * $1 }, relative: 1e-5)
    let line = try #require(lines.last { $0.appearance == .category("mean") })
    expectClose(places.map { line.y[$0] }, means, relative: 1e-5)
    let texts = try figure.layout().scene.texts.map(\.text)
    #expect(texts.contains("95% limits for a new Subject") && texts.contains("each Subject"))
    #expect(figure.caption.contains("random-effect variance is not in it"))
  }

  @Test("a factor has a row a level, and what is held is said")
  func rows() throws {
    let record = try Reference.json("marginal-effects.json")["records"][5]
    let fit = try PoolingDialTests.fit("cake", "angle ~ recipe * temp + (1 | recipe:replicate)", "replicate")
    let plot = try MarginalEffectPlot(fit, over: "recipe")
    let figure = plot.figure(in: .english)
    let points = try #require(figure.panels[0].marks.compactMap { $0 as? PointMark }.last)
    expectClose(points.x, record["mean"].doubles, relative: 1e-5)
    #expect(points.y == [2, 1, 0] && figure.y.levels == ["C", "B", "A"])
    #expect(figure.caption.hasPrefix("Held: temp at its mean 200, in interactions too."))
    #expect(
      plot.figure(in: .chinese).caption.hasPrefix("固定：temp 取均值 200，交互项亦然。"))
    #expect(figure.alternativeText.hasPrefix("Expected angle for 3 levels of recipe: A 33.12 ["))
    // Each replicate of a recipe stands in its row alone.
    let groups = try #require(figure.panels[0].marks.compactMap { $0 as? PointMark }.first)
    #expect(groups.x.count == 45)
    #expect(plot.columnNames == ["angle", "recipe", "recipe:replicate", "temp"])
  }

  @Test("more than 60 groups and several factors have no lines of their own; a linear model neither")
  func withoutGroups() throws {
    let exam = try PoolingDialTests.fit("exam", "normexam ~ standLRT + (1 | school)", "school")
    #expect(try MarginalEffectPlot(exam).effect.groups.isEmpty)
    let model = try LinearModel("salary ~ experience", data: SalaryFigures.table())
    let plot = try ModelFigureKind.marginalEffects.figure(of: model.fit(), model: model)
    let figure = plot.figure(in: .english)
    #expect(figure.panels[0].marks.count == 2)
    #expect(
      figure.caption
        == "95% t interval of the mean with 98 degrees of freedom; residual variance is not in it.")
    #expect(plot.plottedData.rows.count == 101)
  }

  @Test("the caption tells of an offset and of groups without lines; articles are not doubled")
  func remarks() throws {
    let data = FigureData.all.first { $0.name == "many groups" }!.table()
    let fit = try LinearMixedModel("y ~ x + offset(u) + (1 | g)", data: data).fit()
    var plot = try MarginalEffectPlot(fit)
    let u = data["u"]!.numbers!
    expectClose(try #require(plot.offset), u.reduce(0, +) / Double(u.count), absolute: 1e-12)
    #expect(plot.omittedGroups == 80)
    plot.rename("g", to: LocalizedText("the group"))
    let figure = plot.figure(in: .english)
    #expect(
      figure.caption.contains(
        "The offset is \(FigureWords(.english).number(plot.offset!)), its columns at their means."))
    #expect(figure.caption.hasSuffix("The lines of 80 groups are not drawn."))
    #expect(figure.categories.entries.map(\.label).contains("95% limits for a new group"))
    let without = try MarginalEffectPlot(
      LinearMixedModel("y ~ x + (1 | g)", data: FigureData.all[0].table()).fit())
    let late = DataTable([
      Column("y", [1.0, 3, 2, 5, 4, 6]), Column("t", (0..<6).map { 1_700_000_000 + 80.0 * Double($0) }),
    ])
    let model = try LinearModel("y ~ t", data: late)
    #expect(
      try MarginalEffectPlot(model.fit(), of: model).figure(in: .english).alternativeText.hasPrefix(
        "Expected y over t from 1.7000000×10⁹ to 1.7000004×10⁹: "))
    #expect(without.offset == nil && without.omittedGroups == 0)
    #expect(!without.figure(in: .english).caption.contains("offset"))
  }

  @Test("a predictor that is none, and a model without any, are refused")
  func refusals() throws {
    let fit = try SalaryFigures.fit()
    #expect(
      throws: FigureKindError.noEffect(
        "'department' is no predictor of the model; its predictors are experience")
    ) {
      try ModelFigureKind.marginalEffects.figure(of: fit, asking { $0.by = "department" })
    }
    let empty = try SalaryFigures.fit("salary ~ 1 + (1 | department)")
    #expect(
      throws: FigureKindError.noEffect(
        "'salary ~ 1 + (1 | department)' has no predictor to draw an effect of; use a formula such as y ~ x + (1 | group)"
      )
    ) { try ModelFigureKind.marginalEffects.figure(of: empty) }
  }
}
