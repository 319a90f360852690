import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("The dial from complete to no pooling")
struct PoolingDialTests {
  static func fit(_ name: String, _ formula: String, _ factor: String, _ method: EstimationMethod = .reml)
    throws
    -> LinearMixedModelFit
  {
    let data = try DataTable(csv: Reference.bytes("lmm/\(name).csv"), file: name)
    return try LinearMixedModel(formula, data: data, roles: .init(factors: [factor])).fit(by: method)
  }

  @Test("paths lie in the scene where lme4's estimates are")
  func pathsInTheScene() throws {
    let record = try Reference.json("pooling-path.json")["records"][0]
    let fit = try PoolingDialTests.fit("sleepstudy", "Reaction ~ Days + (1 | Subject)", "Subject")
    let dial = try PoolingDial(fit)
    let layout = try dial.figure(in: .english).layout()
    let canvas = layout.panels[0]
    let lines = layout.scene.commands.compactMap { command -> [Point]? in
      if case .path(let lines, nil, _?) = command, lines.count == 1, lines[0].points.count > 90,
        lines[0].points.allSatisfy({ $0.y <= canvas.area.bottom })
      {
        lines[0].points
      } else {
        nil
      }
    }
    #expect(lines.count == 18)
    for point in record["points"].array {
      let u = canvas.x.position(dial.place(point["scale"].double))
      for (line, value) in zip(lines, point["coefficients"].doubles) {
        let after = line.firstIndex { $0.x >= u }!
        let (a, b) = (line[after - 1], line[after])
        let y = a.y + (b.y - a.y) * (u - a.x) / (b.x - a.x)
        // Between two of 100 corners a path is straight.
        expectClose(y, canvas.y.position(value), absolute: 0.3, "scale \(point["scale"].double)")
      }
    }
    // The blue rule stands at the estimate in both panels, and the three ways of pooling are in the legend.
    let rule = canvas.x.position(dial.place(fit.varianceComponents[0].standardDeviations[0]))
    let rules = layout.scene.commands.filter { command in
      if case .path(let lines, nil, let stroke?) = command {
        lines.count == 1 && lines[0].points.count == 2 && stroke.colour == OkabeIto.blue
          && lines[0].points.allSatisfy { abs($0.x - rule) < 1e-6 }
      } else {
        false
      }
    }
    #expect(rules.count == 2)
    let texts = layout.scene.texts.map(\.text)
    for name in ["complete pooling", "no pooling", "partial pooling", "0", "∞"] {
      #expect(texts.contains(name))
    }
  }

  @Test("the interval is where the criterion has risen by 3.84: by ML lme4's profile interval")
  func interval() throws {
    let fit = try PoolingDialTests.fit("sleepstudy", "Reaction ~ Days + (1 | Subject)", "Subject", .ml)
    let dial = try PoolingDial(fit)
    let profile = try fit.profileIntervals(level: 0.95)[0]
    expectClose(dial.interval.low, profile.lower, relative: 1e-6)
    expectClose(dial.interval.high, profile.upper, relative: 1e-6)
    let text = dial.figure(in: .english).alternativeText
    #expect(text.hasPrefix("18 paths over τ from 0"))
    // 2 (logLik(lmer) - logLik(lm)) in R: 106.2144.
    #expect(text.contains("ML puts τ at 36.01; the criterion at 0 is 106.2 higher"))
  }

  @Test(
    "ends are limits, adjusted for group-level predictors; s is the median of errors; highlights are told")
  func limits() throws {
    let fit = try PoolingDialTests.fit("unbalanced", "y ~ x + gp + (1 | g)", "g")
    let dial = try PoolingDial(fit, highlighted: ["g05"])
    let expected = try Reference.json("lmm/own_estimates.json")["limits"][0]["coefficients"].doubles
    expectClose(dial.estimates[0].map { $0.last! }, expected, absolute: 1e-7)
    // The ends are where the criterion has risen by qchisq(.95, 1).
    for end in [dial.interval.low, dial.interval.high] {
      let rise = try PoolingPath(fit, scales: [end]).points[0].criterion - fit.criterion
      expectClose(rise, 3.841458820694124, absolute: 1e-6)
    }
    // 14 groups: the mean of the two middle ones.
    let errors = GroupRegressions.lsdv(fit.model).errors.column(0).sorted()
    #expect(errors.count == 14)
    expectClose(dial.middle, (errors[6] + errors[7]) / 2, relative: 1e-12)
    let figure = dial.figure(in: .english)
    #expect(
      figure.caption.contains("at gp = 0") && figure.caption.contains("At ∞ each group has its own intercept")
    )
    // R: lme4 at theta = 1e4 has 7.1508 for g05.
    #expect(
      figure.alternativeText.contains("Highlighted: g05, intercept")
        && figure.alternativeText.contains("and 7.151 without"))
    #expect(try figure.layout().scene.texts.contains { $0.text == "highlighted" })
  }

  @Test("columns of a factor are called by their names")
  func factorColumns() throws {
    let fit = try PoolingDialTests.fit("machines", "score ~ 0 + Machine + (0 + Machine | Worker)", "Worker")
    let titles = try PoolingDial(fit).figure(in: .english).panels.compactMap { $0.y?.title }
    #expect(titles.prefix(3) == ["MachineA", "MachineB", "MachineC"])
  }

  @Test("a singular fit: the rule is at the left end, and the interval begins there")
  func singular() throws {
    let dial = try PoolingDial(PoolingDialTests.fit("dyestuff2", "Yield ~ 1 + (1 | Batch)", "Batch"))
    #expect(dial.fittedScale == 0 && dial.interval.low == 0 && dial.place(0) == 0)
    #expect(dial.interval.high > 1 && dial.interval.high.isFinite)
    let figure = dial.figure(in: .english)
    #expect(figure.caption.contains("The estimate is 0: complete pooling."))
    #expect(try figure.layout().scene.texts.contains { $0.text == "REML: τ = 0" })
    #expect(try dial.figure(in: .chinese).layout().unplacedLabels.isEmpty)
  }

  @Test("one panel an effect; where the covariance is singular paths end before the right end")
  func severalEffects() throws {
    let fit = try PoolingDialTests.fit("sleepstudy", "Reaction ~ Days + (Days | Subject)", "Subject")
    let dial = try PoolingDial(fit, highlighted: ["335"])
    let figure = dial.figure(in: .english)
    #expect(figure.panels.count == 3 && dial.place(1) == 0.5)
    #expect(
      figure.panels.map { $0.y?.title } == ["Intercept", "Slope of Days", "Rise of the REML criterion"])
    let layout = try figure.layout()
    #expect(layout.scene.texts.count { $0.text == "335" } == 2)
    let own = GroupRegressions.noPooling(fit.model)
    for k in 0...1 {
      expectClose(dial.estimates[k].map { $0.last! }, own.estimates.column(k), relative: 1e-9)
    }
    // Intercepts that do not vary beside slopes that do.
    let x = (0..<40).map { Double($0 % 5) }
    let noise = [0.3, -0.2, -0.3, 0.1, 0.1]
    let y = (0..<40).map { row -> Double in
      let slope = Double(row / 5 % 4)
      return x[row] * slope + noise[row % 5]
    }
    let data = DataTable([Column("y", y), Column("x", x), Column("g", (0..<40).map { "g\($0 / 5)" })])
    let flat = try LinearMixedModel("y ~ x + (x | g)", data: data).fit()
    #expect(flat.diagnostics.isSingular)
    let cut = try PoolingDial(flat)
    #expect(cut.isDegenerate && cut.estimates[1].allSatisfy { $0.last!.isNaN && $0[$0.count - 2].isFinite })
    #expect(cut.figure(in: .english).caption.contains("paths stop before the right end"))
    let text = cut.figure(in: .english).alternativeText
    #expect(text.contains("paths stop before the end") && !text.contains("none"))
  }

  @Test("a group that does not determine its slope ends where the model puts it")
  func undetermined() throws {
    let x = [0.0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 1]
    let y = [1.0, 2.3, 2.8, 4.1, 0.5, 3.9, 6.1, 9.2, -1, -0.5, -0.8, 0.4, 2]
    let data = DataTable([
      Column("y", y), Column("x", x), Column("g", (0..<13).map { "g\($0 / 4)" }),
    ])
    let dial = try PoolingDial(LinearMixedModel("y ~ x + (x | g)", data: data).fit())
    #expect(!dial.isDegenerate && dial.undeterminedCount == 1)
    #expect(dial.estimates[1].allSatisfy { $0.allSatisfy(\.isFinite) })
    // Its line goes through its only point.
    expectClose(dial.estimates[0][3].last! + dial.estimates[1][3].last!, 2, absolute: 1e-9)
    #expect(dial.figure(in: .english).caption.contains("1 group, whose rows do not determine"))
    #expect(try dial.figure(in: .english).layout().unplacedLabels.isEmpty)
  }

  @Test("many groups are grey and nameless but for those picked out")
  func manyGroups() throws {
    let fit = try PoolingDialTests.fit("exam", "normexam ~ standLRT + (1 | school)", "school")
    let figure = try PoolingDial(fit, highlighted: ["48"]).figure(in: .english)
    #expect(try figure.layout().scene.texts.filter { $0.text == "48" }.count == 1)
    let dial = try PoolingDial(fit)
    let data = dial.plottedData
    #expect(data.rows.count == 65 * dial.scales.count)
    #expect(data.columns == ["effect", "group", "scale", "position", "estimate", "rise"])
    // Where the criterion is near its minimum positions are dense, so that its curve is smooth.
    #expect(dial.rises.count { $0 < 12 } >= 25)
    #expect(zip(dial.scales, dial.scales.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("what it does not show is refused")
  func refusals() throws {
    let crossed = try PoolingDialTests.fit("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", "plate")
    #expect(throws: FigureKindError.noDial(.severalGroupingFactors(["plate", "sample"]))) {
      try ModelFigureKind.poolingDial.figure(of: crossed)
    }
    let fit = try PoolingDialTests.fit("sleepstudy", "Reaction ~ Days + (1 | Subject)", "Subject")
    #expect(
      throws: FigureKindError.noLevel("1", factor: "Subject", available: fit.model.groupLevels)
    ) {
      try ModelFigureKind.poolingDial.figure(of: fit, asking { $0.highlighted = ["1"] })
    }
  }
}
