import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Caterpillars and coefficients")
struct CaterpillarTests {
  private func sleep() throws -> LinearMixedModelFit {
    let data = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    return try LinearMixedModel(
      "Reaction ~ Days + (Days | Subject)", data: data, roles: .init(factors: ["Subject"])
    ).fit()
  }

  /// The scene's positions of one panel's dots, from the bottom.
  private func dots(_ layout: FigureLayout, panel: Int) -> [Point] {
    let area = layout.panels[panel].area
    return layout.scene.commands.compactMap { command -> Point? in
      if case .circle(let centre, _, _, _) = command, area.contains(centre) { centre } else { nil }
    }.sorted { $0.y > $1.y }
  }

  @Test("modes and intervals are lme4's, rows sorted by the first effect in both panels")
  func rows() throws {
    let fit = try sleep()
    let record = try Reference.json("lmm/sleep_slope_reml.json")["ranef"].array[0]
    let (modes, deviations) = (record["values"].matrix, record["cond_sd"].matrix)
    let intervals = LevelIntervals(effectsOf: fit)
    #expect(intervals.levels.map(\.name) == record["levels"].strings)
    let q = 1.959963984540054
    for j in intervals.levels.indices {
      for e in 0..<2 {
        expectClose(intervals.estimates[j, e], modes[j][e], absolute: 1e-5)
        expectClose(
          intervals.interval(j, e).high - intervals.estimates[j, e], q * deviations[j][e], relative: 1e-6)
      }
    }
    let figure = Caterpillar(intervals, heights: .rows).figure(in: .english)
    let layout = try figure.layout()
    let order = intervals.order(by: 0)
    #expect(
      zip(order, order.dropFirst()).allSatisfy { intervals.estimates[$0, 0] <= intervals.estimates[$1, 0] })
    for panel in 0..<2 {
      let canvas = layout.panels[panel]
      let found = dots(layout, panel: panel)
      #expect(found.count == 18)
      for (place, dot) in found.enumerated() {
        expectClose(dot.x, canvas.x.position(intervals.estimates[order[place], panel]), absolute: 1e-9)
        expectClose(dot.y, canvas.y.position(Double(place)), absolute: 1e-9)
      }
    }
    // Each panel has a scale of its own, and every row its name at the left.
    #expect(layout.panels[0].x.upper > 3 * layout.panels[1].x.upper)
    let names = Set(layout.scene.texts.map(\.text))
    #expect(intervals.levels.allSatisfy { names.contains($0.name) })
    #expect(figure.alternativeText.contains("6 of 18 intervals leave 0 out"))
  }

  @Test("quantiles are Φ⁻¹((i − ½)/J), each panel in its own order")
  func quantiles() throws {
    let intervals = LevelIntervals(effectsOf: try sleep())
    let layout = try Caterpillar(intervals, heights: .quantiles).figure(in: .chinese).layout()
    // qnorm((1:18 - .5)/18)[c(1, 2, 10)]
    let expected = [(0, -1.9145058250555569), (1, -1.382994127100639), (9, 0.06968492)]
    for panel in 0..<2 {
      let canvas = layout.panels[panel]
      let found = dots(layout, panel: panel)
      for (place, value) in expected {
        expectClose(found[place].y, canvas.y.position(value), absolute: 1e-5)
      }
      #expect(zip(found, found.dropFirst()).allSatisfy { $0.x <= $1.x })
    }
  }

  @Test("many rows: none is named but those picked out, and nothing leaves the canvas")
  func many() throws {
    let n = 2000
    var (y, g) = ([Double](), [String]())
    for i in 0..<n {
      y.append(Double(i % 500 * 37 % 101) / 10 + Double(i * 7919 % 97) / 50)
      g.append("level \(i % 500)")
    }
    let fit = try LinearMixedModel("y ~ 1 + (1 | g)", data: DataTable([Column("y", y), Column("g", g)])).fit()
    let caterpillar = Caterpillar(LevelIntervals(effectsOf: fit), heights: .rows, highlighted: ["level 7"])
    let figure = caterpillar.figure(in: .english)
    let layout = try figure.layout()
    #expect(layout.scene.texts.filter { $0.text.hasPrefix("level ") }.map(\.text) == ["level 7"])
    #expect(figure.caption.contains("all 500 rows"))
    let canvas = Rectangle(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
    #expect(layout.scene.texts.allSatisfy { canvas.contains($0.origin) })
    #expect(figure.size.height < Size.centimetres(1, 25).height)
  }

  @Test("coefficients: Wald and t intervals, the first on top, the constant left out, numbers beside")
  func coefficients() throws {
    let plot = CoefficientPlot(try sleep())
    #expect(plot.coefficients.map(\.variable.column) == ["Days"] && plot.leavesOutConstant)
    expectClose(plot.coefficients[0].estimate, 10.467286, absolute: 1e-5)
    // confint(fm1, method = "Wald")
    expectClose(plot.coefficients[0].low, 7.4373592, absolute: 1e-3)
    expectClose(plot.coefficients[0].high, 13.4972129, absolute: 1e-3)
    let model = try LinearModel("salary ~ experience + department", data: SalaryFigures.table())
    let linear = CoefficientPlot(model.fit(), of: model)
    let layout = try linear.figure(in: .english).layout()
    let rows = layout.scene.texts.filter { linear.coefficients.map(\.variable.column).contains($0.text) }
    #expect(
      rows.sorted { $0.origin.y < $1.origin.y }.map(\.text) == linear.coefficients.map(\.variable.column))
    #expect(layout.scene.texts.count { $0.text.contains("[") } == linear.coefficients.count)
    var narrow = linear.figure(in: .english)
    narrow.size = .centimetres(8, 7)
    #expect(try narrow.layout().scene.texts.allSatisfy { !$0.text.contains("[") })
    let constant = try LinearModel("salary ~ 1", data: SalaryFigures.table())
    #expect(
      CoefficientPlot(constant.fit(), of: constant).coefficients.map(\.variable.column) == ["(Intercept)"])
  }

  @Test("what coefficients are is said of each kind: a slope, a difference of levels, an expectation")
  func meanings() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/machines.csv"), file: "machines")
    func plot(_ formula: String) throws -> CoefficientPlot {
      CoefficientPlot(try LinearMixedModel(formula, data: table).fit())
    }
    let levels = try plot("score ~ Machine + (1 | Worker)")
    #expect(levels.figure(in: .english).x.title == "Coefficient: difference of score from Machine A")
    #expect(levels.figure(in: .chinese).x.title == "系数：与 Machine 水平 A 相比 score 之差")
    let only = try plot("score ~ 1 + (1 | Worker)")
    #expect(only.figure(in: .english).x.title == "Intercept: expected score")
    let means = try plot("score ~ 0 + Machine + (1 | Worker)")
    #expect(means.coefficients.allSatisfy { $0.meaning == .level(factor: "Machine") })
    let model = try LinearModel("salary ~ experience + department", data: SalaryFigures.table())
    let mixed = CoefficientPlot(model.fit(), of: model)
    #expect(mixed.figure(in: .english).x.title == "Coefficient")
    #expect(
      mixed.figure(in: .english).caption.hasSuffix(
        "experience: change of salary for one unit more of the column. departmentenglish to departmentstatistics: "
          + "difference of salary from department biology."))
    #expect(mixed.figure(in: .chinese).y.levels?.last == "工作年限")
    let interaction = try LinearModel("salary ~ experience:department", data: SalaryFigures.table())
    #expect(CoefficientPlot(interaction.fit(), of: interaction).figure(in: .english).x.title == "Coefficient")
  }

  @Test("a formula proposed for a name with blanks has it in backquotes")
  func quoted() {
    let error = ModelFigureError.noGroupPredictor(grouping: "the group", formula: "y ~ x")
    #expect("\(error)".hasSuffix("y ~ x + u + (1 | `the group`)"))
    let nested = ModelFigureError.noGroupPredictor(grouping: "a:b", formula: "y ~ x")
    #expect("\(nested)".hasSuffix("y ~ x + u + (1 | a:b)"))
  }

  @Test("unknown factors and levels, and what cannot be shown, are refused with what would work")
  func refusals() throws {
    let fit = try sleep()
    #expect(throws: FigureKindError.noFactor("class", available: ["Subject"])) {
      try ModelFigureKind.caterpillar.figure(of: fit, asking { $0.grouping = "class" })
    }
    let error = #expect(throws: FigureKindError.self) {
      try ModelFigureKind.qqCaterpillar.figure(of: fit, asking { $0.highlighted = ["1"] })
    }
    #expect(error.map { "\($0)".hasSuffix("the nearest of its 18 are 310, 331, 351") } == true)
    let empty = try LinearMixedModel(
      "Reaction ~ 0 + (1 | Subject)", data: DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "s"),
      roles: .init(factors: ["Subject"])
    ).fit()
    #expect(throws: FigureKindError.noCoefficients) { try ModelFigureKind.coefficients.figure(of: empty) }
  }
}

@Suite("Estimates against group sizes")
struct ShrinkageBySizeTests {
  private func exam() throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/exam.csv"), file: "exam")
  }

  @Test("estimates, errors and curves are the models'")
  func numbers() throws {
    let model = try LinearMixedModel(
      "normexam ~ 1 + (1 | school)", data: exam(), roles: .init(factors: ["school"]))
    let fit = try model.fit()
    let plot = try ShrinkageBySize(fit, highlighted: ["48"])
    let j = try #require(plot.estimates.firstIndex { $0.group == "48" })
    let rows = model.groupCodes.indices.filter { model.groupCodes[$0] == j }
    let y = rows.map { model.frame.response[$0] }
    expectClose(plot.estimates[j].own, y.reduce(0, +) / Double(y.count), absolute: 1e-12)
    #expect(plot.estimates[j].count == 2)
    expectClose(plot.estimates[j].pooled, fit.groupCoefficients[j, 0], absolute: 1e-12)
    expectClose(plot.mean, fit.fixedEffects[0], absolute: 1e-12)
    let figure = plot.figure(in: .english)
    #expect(figure.x.isLogarithmic && figure.panels.map(\.name) == ["No pooling", "Partial pooling"])
    let lines = figure.panels.map { $0.marks.compactMap { $0 as? LineMark } }
    #expect(lines.map(\.count) == [2, 2])
    let (group, residual) = (fit.varianceComponents[0].standardDeviations[0], fit.sigma)
    for (panel, spread) in zip(
      lines,
      [
        (group * group + residual * residual / 2).squareRoot(),
        group * (2 / (2 + residual * residual / (group * group))).squareRoot(),
      ])
    {
      expectClose(panel[1].x[0], 2, absolute: 1e-9)
      expectClose(panel[1].y[0] - plot.mean, 1.959964 * spread, relative: 1e-6)
      expectClose(plot.mean - panel[0].y[0], 1.959964 * spread, relative: 1e-6)
    }
    // Partial pooling's estimates are weighted means of the own one and the overall mean.
    for e in plot.estimates {
      #expect(min(e.own, plot.mean) - 1e-9 <= e.pooled && e.pooled <= max(e.own, plot.mean) + 1e-9)
    }
  }

  @Test("with other predictors or weights there are no curves; several factors are refused")
  func others() throws {
    let slope = try LinearMixedModel(
      "normexam ~ standLRT + (standLRT | school)", data: exam(), roles: .init(factors: ["school"]))
    #expect(try ShrinkageBySize(slope.fit()).deviations == nil)
    let pastes = try DataTable(csv: Reference.bytes("lmm/pastes.csv"), file: "pastes")
    let nested = try LinearMixedModel("strength ~ 1 + (1 | batch/cask)", data: pastes).fit()
    #expect(throws: ModelFigureError.self) { try ShrinkageBySize(nested) }
    // Groups of one size stand on an axis with even steps.
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleep")
    let even = try LinearMixedModel(
      "Reaction ~ 1 + (1 | Subject)", data: table, roles: .init(factors: ["Subject"])
    ).fit()
    let figure = try ShrinkageBySize(even).figure(in: .chinese)
    #expect(!figure.x.isLogarithmic)
    #expect(throws: Never.self) { try figure.layout() }
    // They are set side by side, around their size.
    let bars = try #require(figure.panels[0].marks.compactMap { $0 as? IntervalMark }.first)
    #expect(Set(bars.at).count == 18 && bars.at.allSatisfy { abs($0 - 10) <= 0.3 })
    #expect(figure.caption.contains("各组规模相同") && figure.x.namedTicks.map(\.value) == [10])
  }
}

@Suite("Dumbbells")
struct DumbbellTests {
  @Test("both ends are the models' estimates, rows sorted; a group that cannot be fitted alone has one dot")
  func ends() throws {
    let data = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    let roles = ColumnRoles(factors: ["Subject"])
    let fit = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: data, roles: roles).fit()
    let plot = try Dumbbell(fit)
    // lmList's and coef's numbers of subjects 308 and 309.
    expectClose(plot.groups[0].own, [244.192670, 21.764702], absolute: 1e-5)
    expectClose(plot.groups[1].own, [205.054945, 2.261785], absolute: 1e-5)
    expectClose(plot.groups[0].pooled, [253.663676, 19.666258], absolute: 1e-4)
    let figure = plot.figure(in: .english)
    let links = figure.panels.map { $0.marks.compactMap { $0 as? IntervalMark }[0] }
    for (place, j) in plot.order.enumerated() {
      for e in 0..<2 {
        #expect(
          links[e].low[place] == plot.groups[j].own[e] && links[e].high[place] == plot.groups[j].pooled[e])
      }
    }
    #expect(figure.y.levels?.first == "309" && figure.caption.hasPrefix("Each group has 10 rows."))
    // A level picked out has a link of its own.
    let marked = try Dumbbell(fit, highlighted: ["337"]).figure(in: .english).panels[0].marks
    let both = marked.compactMap { $0 as? IntervalMark }
    #expect(both.map(\.at.count) == [17, 1] && both[1].at[0] == 17)
    // One row of subject 309 alone does not determine its line.
    let first = try #require(data["Subject"]?.numbers?.firstIndex(of: 309))
    let rest = (0..<data.rowCount).filter { $0 == first || data["Subject"]!.numbers![$0] != 309 }
    let few = try Dumbbell(
      LinearMixedModel(
        "Reaction ~ Days + (Days | Subject)", data: data.selecting(rows: rest), roles: roles
      ).fit())
    let slopes = few.figure(in: .chinese).panels[1].marks
    #expect(slopes.compactMap { $0 as? PointMark }.map(\.x.count).filter { $0 > 0 } == [17, 18])
    #expect(few.figure(in: .english).y.levels?.contains("309 (1)") == true)
  }
}

@Suite("Profiles")
struct ProfilePlotTests {
  @Test("bars are lme4's profile intervals, curves rise from 0 at the estimate, a bound is named")
  func curves() throws {
    let data = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    let plot = try ProfilePlot(
      LinearMixedModel(
        "Reaction ~ Days + (Days | Subject)", data: data, roles: ColumnRoles(factors: ["Subject"])
      ).fit())
    let record = try Reference.json("lmm/sleep_slope_reml.json")["confint_profile"]
    #expect(plot.curves.map(\.label.name) == record["terms"].strings)
    let place = try #require(ProfilePlot.levels.firstIndex(of: 0.95))
    for (curve, limits) in zip(plot.curves, record["values"].matrix) {
      expectClose(curve.lower[place], limits[0], relative: 1e-3)
      expectClose(curve.upper[place], limits[1], relative: 1e-3)
      #expect(zip(curve.values, curve.values.dropFirst()).allSatisfy { $0 < $1 })
      #expect(zip(curve.zetas, curve.zetas.dropFirst()).allSatisfy { $0 < $1 })
      let zero = try #require(curve.zetas.firstIndex(of: 0))
      #expect(curve.values[zero] == curve.estimate)
      // A fixed effect's slope is one over its standard error by ML, almost.
      if curve.label.name == "Days" { expectClose(try #require(curve.slope), 1 / 1.502, relative: 0.01) }
    }
    let layout = try plot.figure(in: .english).layout()
    #expect(Set(layout.panels.map(\.x.upper)).count == 6)
    let bound = try ProfilePlot(
      LinearMixedModel(
        "Yield ~ 1 + (1 | Batch)",
        data: DataTable(csv: Reference.bytes("lmm/dyestuff2.csv"), file: "dyestuff2")
      ).fit())
    #expect(bound.curves[0].estimate == 0 && bound.curves[0].lower.allSatisfy(\.isNaN))
    #expect(bound.curves[0].slope == nil)
    // Bars go to the bound, and so says the text.
    let bars = try #require(
      bound.figure(in: .english).panels[0].marks.compactMap { $0 as? IntervalMark }.first)
    #expect(bars.low.allSatisfy { $0 == 0 } && bars.high == bound.curves[0].upper)
    #expect(bound.figure(in: .chinese).alternativeText.contains("Batch 的标准差 0，从边界 0 到 2.084"))
    let names = bound.figure(in: .english).panels.flatMap { $0.marks.compactMap { $0 as? TextMark } }
    #expect(names.map(\.texts) == [["50%", "80%", "95%", "99%"]])
    #expect(
      bound.figure(in: .english).alternativeText.contains("SD of Batch 0, from its bound 0 to 2.08"))
    #expect(throws: Never.self) { try bound.figure(in: .chinese).layout() }
  }
}

@Suite("Estimates on the boundary")
struct BoundaryFigureTests {
  private func flat(_ formula: String = "Yield ~ 1 + (1 | Batch)") throws -> LinearMixedModelFit {
    try LinearMixedModel(
      formula, data: DataTable(csv: Reference.bytes("lmm/dyestuff2.csv"), file: "dyestuff2")
    ).fit()
  }

  @Test("without variance effects are 0, no interval leaves it out, and the caption says why none is seen")
  func effects() throws {
    let intervals = LevelIntervals(effectsOf: try flat())
    #expect(intervals.hasNoVariance == [true])
    #expect(intervals.estimates.storage.allSatisfy { $0 == 0 })
    for heights in [Caterpillar.Heights.rows, .quantiles] {
      let figure = Caterpillar(intervals, heights: heights).figure(in: .english)
      #expect(figure.alternativeText.hasSuffix("Intercept: all 0; 0 of 6 intervals leave 0 out."))
      #expect(
        figure.caption.hasSuffix("The variance of the intercept is estimated as 0, so that no bars are seen.")
      )
    }
    let coefficients = LevelIntervals(coefficientsOf: try flat())
    #expect(Set(coefficients.estimates.storage).count == 1 && coefficients.errors.storage[0] > 0)
    let panels = DiagnosticPanels(try flat())
    #expect(panels.effects[0].modes.allSatisfy { $0 == 0 })
    #expect(
      panels.figure(in: .english).caption.hasSuffix("Intercept by Batch: the variance is estimated as 0."))
    #expect(panels.figure(in: .chinese).alternativeText.hasSuffix("Batch：截距：6 个效应，均为 0。"))
  }

  @Test("a correlation with an effect without variance is undefined, and its panel is empty")
  func correlations() throws {
    // All groups alike.
    let own: [Double] = [1, 3, 2, 5, 4.5]
    let groups = ["a", "b", "c", "d", "e"]
    let data = DataTable([
      Column("y", groups.flatMap { _ in own }), Column("x", groups.flatMap { _ in [0.0, 1, 2, 3, 4] }),
      Column("g", groups.flatMap { name in own.map { _ in name } }),
    ])
    let fit = try LinearMixedModel("y ~ x + (1 + x | g)", data: data).fit(by: .ml)
    let standings = fit.parameterStandings
    #expect(standings.count == ParameterLabel.all(of: fit).count && standings.contains(.zero))
    #expect(standings[1] == .undefined)
    let plot = try ProfilePlot(fit)
    #expect(plot.curves[1].estimate.isNaN && plot.curves[1].values.isEmpty)
    let figure = plot.figure(in: .english)
    #expect(figure.alternativeText.contains("Correlation undefined;"))
    #expect(
      figure.caption.hasSuffix("Correlation: not defined, since a standard deviation is estimated as 0."))
    #expect(throws: Never.self) { try figure.layout() }
  }

  @Test("where levels tie none is the extreme one")
  func ties() throws {
    let y: [Double] = [1, 1.5, 9, 9.5, 1, 1.5, 3.6667, 4.1667]
    let g = ["a", "a", "b", "b", "c", "c", "", ""]
    let fit = try LinearMixedModel("y ~ 1 + (1 | g)", data: DataTable([Column("y", y), Column("g", g)])).fit()
    let plot = Caterpillar(LevelIntervals(effectsOf: fit), heights: .rows, highlighted: ["a", ""])
    let text = plot.figure(in: .english).alternativeText
    #expect(text.contains("(2 levels) to ") && text.contains("(b); "))
    #expect(text.contains("highlighted: ") && text.contains("(empty) ") && text.contains("a −"))
    #expect(plot.figure(in: .chinese).y.levels?.contains("（空）") == true)
    // The interval of the middle group holds 0: its diamond is hollow.
    let shapes = plot.figure(in: .english).panels[0].marks.compactMap { ($0 as? PointMark)?.appearance }
    #expect(shapes.contains(.category("highlighted")) && shapes.contains(.category("highlightedIncludes")))
  }

  @Test("many effects stand three a row, two on a narrow page, and the figure fits its own size")
  func manyEffects() throws {
    let fit = try LinearMixedModel("y ~ x + (1 + x + u | g)", data: FigureData.all[0].table()).fit()
    var plot = Caterpillar(LevelIntervals(effectsOf: fit), heights: .rows)
    #expect(plot.figure(in: .english).columns == 3)
    let one = plot.size.height
    plot.size.width = Size.centimetres(8, 1).width
    #expect(plot.figure(in: .english).columns == 2)
    let wide = try LinearMixedModel(
      "y ~ x + (1 | g) + (0 + x | g) + (0 + u | g) + (0 + I(x * u) | g)", data: FigureData.all[0].table()
    ).fit()
    let several = Caterpillar(LevelIntervals(effectsOf: wide), heights: .rows)
    #expect(several.size.height > 1.5 * one)
    #expect(throws: Never.self) { try several.figure(in: .english).layout() }
  }
}

@Suite("Numbers in running text")
struct FigureNumberTests {
  @Test("digits tell two numbers apart, and small ones stand with the decimals of their neighbours")
  func digits() {
    let words = FigureWords(.english)
    #expect(words.pair(1_700_000_000, 1_700_000_400) == ("1.7000000×10⁹", "1.7000004×10⁹"))
    #expect(words.pair(1.00001, 1.00002) == ("1.00001", "1.00002"))
    #expect(words.pair(2, 2) == ("2", "2"))
    #expect(words.rounded(0.002323, beside: [-3.272]) == "0.002")
    #expect(words.rounded(1e-5, beside: [-3.272]) == "1.000×10⁻⁵")
    #expect(words.rounded(1e-17, beside: [-3.272]) == "0")
    #expect(words.range([0, 0]) == "all 0" && words.range([-1, 2.5]) == "from −1 to 2.500")
  }
}

@Suite("Diagnostics")
struct DiagnosticPanelsTests {
  @Test("residuals, slices' means and quantiles are those of the fit; each panel has scales of its own")
  func panels() throws {
    let data = try DataTable(csv: Reference.bytes("lmm/exam.csv"), file: "exam")
    let fit = try LinearMixedModel(
      "normexam ~ standLRT + (standLRT | school)", data: data, roles: ColumnRoles(factors: ["school"])
    ).fit()
    let plot = DiagnosticPanels(fit)
    let figure = plot.figure(in: .english)
    #expect(
      figure.panels.count == 7
        && figure.caption.hasSuffix("2000 of 4059 rows are drawn, the most extreme among them."))
    let dots = try #require(figure.panels[0].marks.compactMap { $0 as? PointMark }.first)
    #expect(dots.x.count == 2000 && Set(zip(dots.x, dots.y).map { "\($0) \($1)" }).count > 1950)
    let far = plot.residuals.indices.sorted { abs(plot.residuals[$0]) > abs(plot.residuals[$1]) }.prefix(50)
    #expect(far.allSatisfy { dots.y.contains(plot.residuals[$0]) }, "outliers are drawn")
    #expect(dots.x.first == fit.fitted.min() && dots.x.last == fit.fitted.max())
    // Slices are of all rows: their mean is that of all residuals.
    let line = try #require(figure.panels[0].marks.compactMap { $0 as? LineMark }.first)
    #expect(line.x.count == 20)
    let mean = plot.residuals.reduce(0, +) / Double(plot.residuals.count)
    expectClose(line.y.reduce(0, +) / 20, mean, absolute: 1e-3)
    let quantiles = try #require(figure.panels[2].marks.compactMap { $0 as? PointMark }.first)
    #expect(quantiles.y.first == plot.residuals.min() && quantiles.y.last == plot.residuals.max())
    expectClose(quantiles.x.last!, 3.666008, absolute: 1e-5)  // qnorm((4059 - .5)/4059)
    // R: lme4's residuals(type = "pearson", scaled = TRUE)
    expectClose(plot.residuals.map { abs($0) }.max()!, 3.832, absolute: 1e-3)
    #expect(figure.alternativeText.contains("in units of the residual standard deviation"))
    #expect(figure.panels[0].x?.title == "Fitted value" && figure.panels[0].y?.title == "Residual / σ")
    let distances = try #require(figure.panels[3].marks.compactMap { $0 as? PointMark }.first)
    let most = try #require(plot.influence).distances.max()
    #expect(distances.y.contains(try #require(most)))
    #expect(figure.panels[3].marks.compactMap { $0 as? LabelMark }.first?.texts == ["2098", "3510", "2129"])
    let layout = try figure.layout()
    #expect(Set(layout.panels.map(\.y.upper)).count == 7)
    // Draws of a model that fits look like the data: their spread lies about the observed one, and each density has the area 1.
    let check = try #require(plot.predictive)
    let observed = fit.model.frame.response
    let centre = observed.reduce(0, +) / Double(observed.count)
    let spread = (observed.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(observed.count - 1))
      .squareRoot()
    expectClose(check.observedDeviation, spread, relative: 1e-12)
    #expect(check.drawn.count == 20 && check.drawnDeviations.allSatisfy { abs($0 / spread - 1) < 0.15 })
    #expect(check.drawnDeviations.min()! < spread && check.drawnDeviations.max()! > spread)
    let step = check.places[1] - check.places[0]
    for curve in check.drawn + [check.observed] {
      expectClose(curve.reduce(0, +) * step, 1, absolute: 0.01)
    }
    #expect(DiagnosticPanels(fit).predictive == check, "the same draws each time")
    #expect(figure.panels[4].marks.count == 21)
    let canvas = Rectangle(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
    #expect(layout.panels.allSatisfy { canvas.contains($0.area) })
  }

  @Test("a linear model has four panels")
  func linear() throws {
    let model = try LinearModel("salary ~ experience + department", data: SalaryFigures.table())
    let plot = DiagnosticPanels(model.fit(), of: model)
    #expect(plot.figure(in: .chinese).panels.count == 4)
    #expect(throws: Never.self) { try plot.figure(in: .chinese).layout() }
  }
}
