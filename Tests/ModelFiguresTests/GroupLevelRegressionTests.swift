import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Group-level regression")
struct GroupLevelRegressionTests {
  @Test("coefficients at u_j, joint standard errors, line and own estimates are R's", arguments: 0..<3)
  func agreesWithR(_ number: Int) throws {
    let record = GroupFigureReference.record["regressions"][number]
    let fit = try GroupFigureReference.fit(record["formula"].string!, "lmm/exam.csv", group: "school")
    let plot = try GroupLevelRegression(fit)
    #expect(plot.predictor.column == "schavg")
    // R sorts the schools' levels as this does: by number.
    #expect(plot.groups.map(\.name) == record["levels"].strings)
    expectClose(plot.groups.map(\.value), record["value"].doubles, absolute: 1e-12)
    let panels = record["panels"].array
    #expect(plot.coefficients.map(\.variable.column) == panels.map { $0["coefficient"].string! })
    for (coefficient, panel) in zip(plot.coefficients, panels) {
      // Both optima are roots of the gradient; R's is one by differences, good to about 1e-8.
      expectClose(coefficient.estimates, panel["estimate"].doubles, absolute: 1e-7)
      expectClose(coefficient.errors, panel["error"].doubles, relative: 1e-6)
      expectClose(coefficient.intercept, panel["intercept"].double, absolute: 1e-7)
      expectClose(coefficient.slope, panel["slope"].double, absolute: 1e-7)
      for (own, expected) in zip(coefficient.own, panel["own"].doubles) where expected.isFinite {
        expectClose(own, expected, absolute: 1e-9)
      }
      #expect(coefficient.own.count(where: \.isNaN) <= 1)
    }
    #expect(plot.coefficients.allSatisfy(\.hasSlope) == (number < 2))
  }

  @Test("the line goes through the mean of the groups, whatever u is measured from")
  func shift() throws {
    func plot(_ shift: Double) throws -> GroupLevelRegression {
      let table = GroupFigureReference.jumble(rows: 120, levels: 12) { Double($0 % 5) }
      let u = (0..<120).map { Double($0 % 12 * 5 % 7) + shift }
      let data = DataTable(table.columnNames.filter { $0 != "u" }.map { table[$0]! } + [Column("u", u)])
      return try GroupLevelRegression(LinearMixedModel("y ~ x + u + (1 | g)", data: data).fit())
    }
    let (plain, moved) = (try plot(0), try plot(100))
    expectClose(plain.coefficients[0].estimates, moved.coefficients[0].estimates, relative: 1e-7)
    expectClose(plain.coefficients[0].errors, moved.coefficients[0].errors, relative: 1e-5)
    let c = plain.coefficients[0]
    // Modes of a model with a constant and u sum to 0 and are orthogonal to u, groups being equally large.
    let rests = zip(plain.groups, c.estimates).map { $1 - c.intercept - c.slope * $0.value }
    expectClose(rests.reduce(0, +), 0, absolute: 1e-9)
    expectClose(zip(plain.groups, rests).reduce(0) { $0 + $1.0.value * $1.1 }, 0, absolute: 1e-8)
    #expect(rests.contains { abs($0) > 0.1 })
  }

  @Test("which column: by name, refused where it varies within groups or there is none")
  func choice() throws {
    let formula = "normexam ~ standLRT + sex + schavg + (1 | school)"
    let fit = try GroupFigureReference.fit(formula, "lmm/exam.csv", group: "school")
    #expect(try GroupLevelRegression(fit, by: "schavg").predictor.column == "schavg")
    #expect(
      throws: ModelFigureError.notGroupPredictor("standLRT", grouping: "school", available: ["schavg"])
    ) { try GroupLevelRegression(fit, by: "standLRT") }
    let none = try SalaryFigures.fit()
    #expect(
      throws: ModelFigureError.noGroupPredictor(grouping: "department", formula: none.model.formulaText)
    ) { try GroupLevelRegression(none) }
  }

  @Test("a factor that is constant within groups serves as u; several grouping factors have no own estimates")
  func factors() throws {
    let orthodont = try GroupFigureReference.fit(
      "distance ~ age * Sex + (age | Subject)", "lmm/orthodont.csv", group: "Subject")
    let plot = try GroupLevelRegression(orthodont)
    #expect(plot.coefficients.map(\.hasSlope) == [true, true] && plot.isSpread)
    #expect(Set(plot.groups.map(\.value)) == [0, 1])
    // The interaction is the difference of the mean slopes of both sexes, own and pooled: as many rows in each group.
    for c in plot.coefficients {
      func mean(_ values: [Double], _ u: Double) -> Double {
        let picked = zip(plot.groups, values).filter { $0.0.value == u }.map(\.1)
        return picked.reduce(0, +) / Double(picked.count)
      }
      expectClose(mean(c.estimates, 1) - mean(c.estimates, 0), c.slope, absolute: 1e-8)
      expectClose(mean(c.own, 1) - mean(c.own, 0), c.slope, absolute: 1e-8)
    }
    let table = GroupFigureReference.jumble(rows: 120, levels: 12) { Double($0 % 5) }
    let h = Column("h", (0..<120).map { "h\($0 / 12 % 4)" })
    let data = DataTable(["y", "x", "u", "g"].map { table[$0]! } + [h])
    let two = try LinearMixedModel("y ~ x + u + (1 | g) + (1 | h)", data: data).fit()
    let crossed = try GroupLevelRegression(two)
    #expect(crossed.coefficients[0].own.filter(\.isFinite).isEmpty)
    #expect((crossed.coefficients[0].errors.min() ?? 0) > 0)
    #expect(throws: ModelFigureError.self) { try GroupLevelRegression(two, factor: 1) }
  }

  @Test("columns that change with u are refused, for no line is straight then; interactions of u are not")
  func companions() throws {
    let table = GroupFigureReference.jumble(rows: 120, levels: 12) { Double($0 % 5) }
    let v = Column("v", (0..<120).map { Double($0 % 12 * 5 % 7) })
    let kind = Column("kind", (0..<120).map { ["a", "b", "c"][$0 % 12 % 3] })
    let data = DataTable(["y", "x", "u", "g"].map { table[$0]! } + [v, kind])
    func plot(_ fixed: String, by name: String? = nil) throws -> GroupLevelRegression {
      try GroupLevelRegression(LinearMixedModel("y ~ \(fixed) + (1 | g)", data: data).fit(), by: name)
    }
    #expect(
      throws: ModelFigureError.severalColumns(["v", "I(v^2)"], formula: "y ~ x + v + I(v^2) + (1 | g)")
    ) {
      try plot("x + v + I(v^2)")
    }
    #expect(throws: ModelFigureError.severalColumns(["kindb", "kindc"], formula: "y ~ x + kind + (1 | g)")) {
      try plot("x + kind")
    }
    #expect(throws: ModelFigureError.self) { try plot("x + poly(v, 2)") }
    #expect(try plot("x + kind + v").predictor.column == "v")
    #expect(throws: ModelFigureError.self) { try plot("x + kind + v", by: "kindb") }
    let both = try plot("x + u * v")
    #expect(both.predictor.column == "u" && both.others.map(\.column) == ["x", "v", "u:v"])
  }

  @Test("dots, bars and line stand where the numbers say; two values of u are spread")
  func scene() throws {
    let record = GroupFigureReference.record["regressions"][0]
    let fit = try GroupFigureReference.fit(record["formula"].string!, "lmm/exam.csv", group: "school")
    let plot = try GroupLevelRegression(fit, highlighted: ["53"])
    let figure = plot.figure(in: .english)
    let points = figure.panels[0].marks.compactMap { $0 as? PointMark }
    let partial = try #require(points.first { $0.appearance == .category("partial") })
    #expect(
      partial.x.count == 64
        && points.contains { $0.appearance == .category("highlighted") && $0.x.count == 1 })
    let bars = figure.panels[0].marks.compactMap { $0 as? IntervalMark }
    for (mark, count) in zip(bars, [64, 1]) {
      #expect(mark.at.count == count && mark.direction == .upright)
      for i in mark.at.indices {
        let j = try #require(
          plot.groups.indices.first { j in
            plot.groups[j].value == mark.at[i]
              && abs(plot.coefficients[0].estimates[j] * 2 - mark.low[i] - mark.high[i]) < 1e-9
          })
        expectClose(mark.high[i] - mark.low[i], 2 * plot.coefficients[0].errors[j], relative: 1e-9)
      }
    }
    let line = try #require(figure.panels[0].marks.compactMap { $0 as? LineMark }.first)
    expectClose((line.y[1] - line.y[0]) / (line.x[1] - line.x[0]), plot.coefficients[0].slope, relative: 1e-9)
    #expect(figure.alternativeText.contains("65 groups (school); schavg from −0.756 to 0.638"))
    #expect(figure.caption.contains("standLRT = 0"))
    var renamed = plot
    renamed.rename("schavg", to: LocalizedText(english: "mean intake", chinese: "学校均分"))
    renamed.rename("53", to: LocalizedText(english: "School 53", chinese: "53 号校"))
    let chinese = renamed.figure(in: .chinese)
    #expect(chinese.x.title == "学校均分" && chinese.y.title == "各 school 的截距")
    #expect(chinese.caption.contains("系数均指 standLRT 取 0 时") && chinese.alternativeText.contains("离线最远的是"))
    #expect(try chinese.layout().scene.texts.contains { $0.text == "53 号校" })
    #expect(renamed.plottedData == plot.plottedData)

    let table = GroupFigureReference.jumble(rows: 200, levels: 20) { Double($0 % 3) }
    let binary = try GroupLevelRegression(LinearMixedModel("y ~ x + u + (1 | g)", data: table).fit())
    #expect(binary.isSpread && Set(binary.places).count == 20)
    #expect(zip(binary.places, binary.groups).allSatisfy { abs($0 - $1.value) <= 0.2 })
    #expect(binary.figure(in: .english).caption.contains("side by side"))
  }
}
