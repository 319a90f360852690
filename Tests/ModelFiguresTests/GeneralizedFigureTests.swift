import Foundation
import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Figures of generalized models")
struct GeneralizedFigureTests {
  private static func fit(
    _ formula: String, _ data: String, family: ResponseFamily = .binomial, link: LinkFunction? = nil,
    factors: Set<String> = []
  ) throws -> GeneralizedLinearMixedModelFit {
    let table = try DataTable(csv: Reference.bytes(data))
    return try GeneralizedLinearMixedModel(
      formula, data: table, family: family, link: link, roles: ColumnRoles(factors: factors)
    ).fit()
  }

  private static func case1() throws -> GeneralizedLinearMixedModelFit {
    try fit("y ~ x1 * x2 + (1 + x1 | income) + (1 + x1 | region)", "slides/case1_a.csv")
  }

  private static func groups() throws -> GeneralizedLinearMixedModelFit {
    try fit("y ~ x + (1 + x | g)", "glm/glm.csv", factors: ["g"])
  }

  @Test("case 1's panels: names, curves, dots and words in both languages")
  func responsePanels() throws {
    var plot = try ResponsePanels(Self.case1())
    let figure = plot.figure(in: .english)
    #expect(figure.columns == 3)
    #expect(
      figure.panels.map(\.name) == [
        "high · central", "high · east", "high · west", "low · central", "low · east", "low · west",
        "mid · central", "mid · east", "mid · west",
      ])
    #expect(figure.x.title == "x1" && figure.y.title == "Probability of y")
    #expect(figure.categories.entries.map(\.label) == ["x2 = 0", "x2 = 1", "random effects of 0"])
    #expect(
      figure.caption
        == "Panels: income and region. Curves and bands: fitted, 95% intervals from the joint covariance of fixed and random effects, variances held; "
        + "dashed: random effects of 0. Hollow: observed shares in 8 bins of x1, areas in proportion to n (2 to 18)."
    )
    for panel in figure.panels {
      #expect(panel.marks.count { $0 is BandMark } == 2)
      #expect(panel.marks.count { $0 is LineMark } == 4)
    }
    #expect(try !figure.layout().scene.texts.isEmpty)
    plot.rename("income", to: LocalizedText(english: "income", chinese: "收入"))
    plot.rename("low", to: LocalizedText(english: "low", chinese: "低"))
    plot.rename("x2", to: LocalizedText(english: "insured", chinese: "参保"))
    let chinese = plot.figure(in: .chinese)
    #expect(chinese.panels[3].name == "低 · central" && chinese.y.title == "y 的概率")
    #expect(chinese.categories.entries.map(\.label) == ["参保 = 0", "参保 = 1", "随机效应为 0"])
    #expect(
      chinese.caption
        == "分面：收入和region。曲线与带：拟合值及 95% 区间（固定与随机效应的联合协方差，方差取估计值）；虚线：随机效应为 0。"
        + "空心：按 x1 分 8 段的观测比例，面积与 n 成正比（2 至 18）。")
    #expect(chinese.alternativeText.hasPrefix("共 9 个分面，坐标轴相同，观测 1200 个。"))
    let data = plot.plottedData
    #expect(
      data.columns == ["kind", "income", "region", "line", "x", "mean", "low", "high", "population", "n"])
    #expect(data.rows.count { $0[0] == .text("fitted") } == 9 * 2 * 41)
  }

  @Test("a factor on the axis has bars; two levels name their success")
  func factorPanels() throws {
    let plot = try ResponsePanels(
      Self.fit(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)", "glmm/cbpp.csv",
        factors: ["period", "herd"]))
    let figure = plot.figure(in: .english)
    #expect(figure.panels.count == 15 && figure.y.title == "Probability of incidence")
    #expect(figure.panels[0].marks.contains { $0 is IntervalMark })
    #expect(figure.x.namedTicks.map(\.text) == ["1", "2", "3", "4"])
    let levels = try ResponsePanels(
      Self.fit("use ~ age + (1 | district)", "glmm/contraception.csv", factors: ["district"]))
    #expect(levels.figure(in: .english).y.title == "Probability of use = Y")
    #expect(levels.figure(in: .chinese).caption.contains("district 的 60 个水平中均匀选取的 24 个。"))
  }

  @Test("coefficients are odds ratios along a logarithmic axis; of the probit they are not")
  func coefficients() throws {
    let fit = try Self.fit("y ~ x + f + (1 | g)", "glm/glm.csv", factors: ["g"])
    let plot = CoefficientPlot(fit)
    #expect(
      plot.showsRatios
        && plot.coefficients.map(\.variable.column) == Array(fit.model.fixedEffectNames.dropFirst()))
    expectClose(plot.coefficients[0].estimate, exp(fit.fixedEffects[1]), relative: 1e-14)
    let reach = 1.959963984540054 * fit.fixedEffectStandardErrors[1]
    expectClose(plot.coefficients[0].high, exp(fit.fixedEffects[1] + reach), relative: 1e-12)
    let figure = plot.figure(in: .english)
    #expect(figure.x.isLogarithmic && figure.x.title == "Odds ratio of y")
    #expect(plot.figure(in: .chinese).x.title == "y 的优势比")
    let probit = CoefficientPlot(
      try Self.fit("y ~ x + f + (1 | g)", "glm/glm.csv", link: .probit, factors: ["g"]))
    #expect(!probit.showsRatios && probit.figure(in: .english).x.title == "Coefficient (probit)")
  }

  @Test("coefficients whose exponentials no axis can show are drawn themselves, and none is left out")
  func coefficientsBeyondRatios() throws {
    let n = 60
    let z = (0..<n).map { 1e-8 * (Double($0 * 37 % n) / 30 - 1) }
    let y = (0..<n).map { ($0 * 13 % 7 < 3) != (z[$0] > 0 && $0 % 3 > 0) ? 1 : 0 }
    let table = DataTable([
      Column("z", z), Column("x", (0..<n).map { Double($0 * 11 % 9) }), Column("y", y),
    ])
    let model = try GeneralizedLinearModel("y ~ z + x", data: table, family: .binomial)
    let fit = try model.fit()
    let plot = CoefficientPlot(fit, of: model)
    #expect(fit.separation == nil && abs(fit.coefficients[1]) > 1e3)
    #expect(!plot.showsRatios && plot.ratiosAreBeyondReach)
    #expect(plot.coefficients.map(\.variable.column) == ["z", "x"])
    #expect(plot.coefficients[0].estimate == fit.coefficients[1])
    var figure = plot.figure(in: .english)
    #expect(!figure.x.isLogarithmic && figure.x.title == "Coefficient (logit)")
    let reason = "In log odds of y. Exponentials of the coefficients would span more than 12 powers of ten."
    #expect(figure.caption.contains(reason))
    figure.tellThatNumbersMeanNothing(FigureSetting(language: .english))
    let sentence = "The likelihood has no maximum on these data, so that the numbers of the fit mean nothing."
    #expect(figure.caption.hasSuffix(sentence) && figure.alternativeText.hasPrefix(sentence))
  }

  @Test("kinds that take a family draw one, the others refuse it")
  func kinds() throws {
    let fit = try Self.groups()
    for kind in ModelFigureKind.allCases where !kind.needsPosterior {
      do {
        _ = try kind.figure(of: fit)
      } catch .linearOnly {
        #expect(!kind.takesFamily, "\(kind)")
        continue
      } catch {}
      #expect(kind.takesFamily || kind == .schematic, "\(kind)")
    }
  }

  @Test("marginal effects stand on the scale of the response")
  func marginalEffects() throws {
    let fit = try Self.groups()
    let plot = try MarginalEffectPlot(fit)
    let effect = plot.effect
    let eta = effect.grid.values.map { fit.fixedEffects[0] + fit.fixedEffects[1] * $0 }
    expectClose(effect.means, eta.map { fit.link.mean(predictor: $0) }, relative: 1e-12)
    #expect(zip(effect.lower, effect.upper).allSatisfy { $0 > 0 && $1 < 1 && $0 < $1 })
    #expect(zip(effect.groupLower!, effect.lower).allSatisfy { $0 <= $1 })
    #expect(effect.groups.count == 8 && effect.groups.allSatisfy { $0.means.allSatisfy { $0 > 0 && $0 < 1 } })
    let figure = plot.figure(in: .english)
    #expect(figure.y.title == "Probability of y")
    #expect(figure.caption.contains("Interval: Wald on the scale of the link (logit)"))
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"))
    let model = try GeneralizedLinearModel("y ~ x", data: table, family: .binomial)
    let single = try MarginalEffectPlot(model.fit(), of: model).figure(in: .chinese)
    #expect(single.y.title == "y 的概率" && single.caption.hasPrefix("区间：链接（logit）尺度上"))
  }

  @Test("without pooling groups have the estimates of R's glm, in every figure of own estimates")
  func ownEstimates() throws {
    let fit = try Self.groups()
    let recorded = try Reference.json("glm/glm.json")["groups"].array
    let own = OwnEstimates(fit, names: ["(Intercept)", "x"], columns: GroupLevelColumns(fit.model))
    let groups = try FittedGroups(fit)
    #expect(groups.link == .logit && groups.groups.count == recorded.count)
    for (j, r) in recorded.enumerated() {
      expectClose(own.estimates.row(j), r["values"].doubles, relative: 1e-7)
      expectClose(own.errors.row(j), r["std_error"].doubles, relative: 1e-6)
      let line = try #require(groups.groups[j].noPooling)
      expectClose([line.intercept, line.slope], r["values"].doubles, relative: 1e-7)
    }
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"))
    let complete = try GeneralizedLinearModel("y ~ x", data: table, family: .binomial).fit()
    expectClose(
      [groups.completePooling.intercept, groups.completePooling.slope], complete.coefficients, relative: 1e-8)
    let dumbbell = try Dumbbell(fit)
    expectClose(dumbbell.groups.map { $0.own[1] }, recorded.map { $0["values"][1].double }, relative: 1e-7)
    expectClose(dumbbell.groups.map { $0.pooled[0] }, fit.groupCoefficients.column(0), relative: 1e-14)
    #expect(dumbbell.figure(in: .english).caption.hasSuffix("In log odds of y."))
    let sizes = try ShrinkageBySize(fit)
    #expect(sizes.deviations == nil && sizes.withoutCurves == .link)
    #expect(sizes.figure(in: .chinese).caption.contains("一行数据的信息量取决于其均值"))
    #expect(try ShrinkageMatrix(fit).figure(in: .english).caption.hasSuffix("In log odds of y."))
    let plane = groups.poolingPlane(modelEllipses: true).figure(in: .english)
    #expect(plane.x.title == "Intercept: log odds of y at x = 0")
    #expect(plane.y.title == "Slope: log odds of y per unit of x")
    let panels = groups.panels()
    let figure = panels.figure(in: .english)
    let curves = figure.panels[0].marks.compactMap { $0 as? LineMark }
    #expect(
      curves.count == 3 && curves.allSatisfy { $0.x.count == 41 && $0.y.allSatisfy { $0 > 0 && $0 < 1 } })
    #expect(figure.caption.contains("Points are spread about 0 and 1"))
  }

  @Test("diagnostics: slices hold all rows, drawn shares stand beside observed ones")
  func diagnostics() throws {
    let fit = try Self.fit(
      "use01 ~ age + urban + (1 | district)", "glmm/contraception.csv", factors: ["district"])
    let plot = ResponseDiagnostics(fit)
    #expect(plot.slices.count == 20 && plot.slices.reduce(0) { $0 + $1.count } == fit.observationCount)
    let n = Double(fit.observationCount)
    let y = fit.model.frame.response.reduce(0, +) / n
    expectClose(plot.slices.reduce(0) { $0 + Double($1.count) * $1.observed } / n, y, relative: 1e-12)
    expectClose(
      plot.slices.reduce(0) { $0 + Double($1.count) * $1.fitted } / n, fit.fitted.reduce(0, +) / n,
      relative: 1e-12)
    // Σμ(1 − μ) of all rows is the variance of their number of successes.
    let variance = plot.slices.reduce(0) { sum, slice in
      sum + (slice.error * Double(slice.count)) * (slice.error * Double(slice.count))
    }
    expectClose(variance, fit.fitted.reduce(0) { $0 + $1 * (1 - $1) }, relative: 1e-12)
    let check = try #require(plot.predictive)
    #expect(plot.comparesShares && plot.grouping.column == "district" && check.drawn.count == 20)
    // The model was fitted to these groups: their spread lies among the drawn ones.
    #expect(check.observedDeviation > check.drawnDeviations.min()! * 0.8)
    #expect(check.observedDeviation < check.drawnDeviations.max()! * 1.2)
    let figure = plot.figure(in: .english)
    #expect(
      figure.panels.map(\.name) == [
        "Observed by fitted", "Residuals by fitted value", "Drawn and observed responses",
        "Intercept by district",
      ])
    #expect(plot.figure(in: .chinese).panels[2].x?.title == "各 district 中 use01 的比例")
    let counts = ResponseDiagnostics(
      try Self.fit("y ~ x + offset(log(expo)) + (1 | g)", "glmm/sim_poisson.csv", family: .poisson))
    #expect(!counts.comparesShares && counts.predictive != nil)
    #expect(counts.figure(in: .english).panels[0].x?.title == "Fitted mean")
  }

  @Test("a group of failures alone has no estimate without pooling")
  func separatedGroup() throws {
    let table = try DataTable(
      csv: Array("y,g\n0,a\n0,a\n0,a\n1,b\n0,b\n1,b\n1,c\n0,c\n0,c\n1,d\n1,d\n0,d\n".utf8), file: "few.csv")
    let fit = try GeneralizedLinearMixedModel("y ~ 1 + (1 | g)", data: table, family: .binomial).fit()
    let plot = try Dumbbell(fit)
    #expect(plot.groups[0].own[0].isNaN && plot.groups[0].pooled[0].isFinite)
    expectClose(plot.groups[1].own[0], 0.6931471805599453, relative: 1e-9)
  }

  @Test("kinds without a meaning say what would work")
  func refusals() throws {
    let fit = try Self.groups()
    var made = 0
    for kind in ModelFigureKind.allCases where !kind.needsPosterior {
      do {
        let figure = try kind.figure(of: fit)
        for language in FigureLanguage.allCases {
          for width in [figure.size.width, Size.centimetres(8, 8).width] {
            let sized = try figure.resized(
              toWidth: width, FigureSetting(language: language), measuring: FixedMeasurer())
            let faults = try sized.figure(in: language).layout().faults(pale: AnyDataTests.pale)
            #expect(faults.isEmpty, "\(kind.rawValue) \(language.rawValue) \(width): \(faults.prefix(3))")
          }
        }
        made += 1
      } catch let error as FigureKindError {
        guard case .linearOnly(let name, let instead) = error else {
          guard kind == .groupRegression else {
            Issue.record("\(kind): \(error)")
            continue
          }
          continue
        }
        #expect(
          name == kind.rawValue
            && "\(error)".hasPrefix("figure '\(name)' is for linear models; with a family"))
        #expect(!instead.isEmpty)
      }
    }
    #expect(made == 14)
    let linear = try LinearMixedModel(
      "y ~ x + (1 | g)", data: DataTable(csv: Reference.bytes("glm/glm.csv")),
      roles: ColumnRoles(factors: ["g"])
    ).fit()
    #expect(throws: FigureKindError.needsFamily(kind: "response-panels")) {
      try ModelFigureKind.responsePanels.figure(of: linear)
    }
  }
}
