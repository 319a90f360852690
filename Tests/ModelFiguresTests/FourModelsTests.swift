import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Four models")
struct FourModelsTests {
  @Test("lines, AIC by ML and numbers of parameters are R's", arguments: 0..<2)
  func agreesWithR(_ number: Int) throws {
    let record = GroupFigureReference.record["four"][number]
    let formulas = record["formulas"].strings
    let isSalary = number == 0
    let fit =
      isSalary
      ? try SalaryFigures.fit()
      : try GroupFigureReference.fit(
        "Reaction ~ Days + (1 | Subject)", "lmm/sleepstudy.csv", group: "Subject")
    let four = try FourModels(fit)
    #expect(four.models.map(\.formula) == formulas)
    #expect(four.models.map(\.parameterCount) == record["parameters"].doubles.map { Int($0) })
    for (model, aic) in zip(four.models, record["aic"].doubles) {
      expectClose(model.aic, aic, absolute: 2e-6)
    }
    for (model, lines) in zip(four.models, record["lines"].array.map(\.matrix)) {
      if case .complete(let line) = model.scatter.lines {
        expectClose([line.intercept, line.slope], lines[0], relative: 1e-9)
        continue
      }
      #expect(lines.count == model.scatter.groups.count)
      for (group, line) in zip(model.scatter.groups, lines) {
        expectClose(group.partialPooling!.intercept, line[0], relative: 1e-7)
        expectClose(group.partialPooling!.slope, line[1], relative: 1e-6)
      }
    }
  }

  @Test("four panels on shared axes over the data's range, named, one look a group; rename reaches all")
  func panels() throws {
    var four = try FourModels(SalaryFigures.fit())
    four.rename("salary", to: LocalizedText("pay"))
    let group = four.levelNames[0]
    four.rename(group, to: LocalizedText("First"))
    let figure = four.figure(in: .english)
    #expect(figure.panels.count == 4 && figure.columns == 2 && figure.y.title == "pay")
    #expect(figure.categories.entries.map(\.label).contains("First"))
    #expect(
      zip(figure.panels, ["Complete", "Varying intercept", "Varying slope", "Varying both"]).allSatisfy {
        $0.name.hasPrefix($1) && $0.name.contains("AIC")
      })
    let (low, high) = (0.0, 9.0)
    for (panel, count) in zip(figure.panels, [1, 5, 5, 5]) {
      let lines = panel.marks.compactMap { $0 as? LineMark }
      #expect(lines.count == count && lines.allSatisfy { $0.x == [low, high] })
    }
    let layout = try figure.layout()
    #expect(Set(layout.panels.map(\.y.lower)).count == 1 && Set(layout.panels.map(\.x.upper)).count == 1)
    #expect(figure.alternativeText.contains("AIC is smallest for"))
    let data = four.plottedData
    #expect(data.rows.count == 100 && data.columns.suffix(4).first == "complete")
    let third = four.models[3].scatter.groups[2]
    #expect(data.rows[40][6] == .number(third.partialPooling!.at(third.x[0])))
  }

  @Test("many groups are thin and have no legend")
  func many() throws {
    let table = GroupFigureReference.jumble(rows: 1000, levels: 200) { Double($0 / 200) }
    let figure = try FourModels(LinearMixedModel("y ~ x + (1 + x | g)", data: table).fit()).figure(
      in: .chinese)
    #expect(figure.categories.entries.count == 1)
    #expect(figure.caption.contains("200 个组"))
    let lines = figure.panels[1].marks.compactMap { $0 as? LineMark }
    #expect(lines.count == 200)
  }

  @Test("with || intercepts and slopes of the fourth model are independent")
  func independent() throws {
    let fit = try GroupFigureReference.fit(
      "Reaction ~ Days + (Days || Subject)", "lmm/sleepstudy.csv", group: "Subject")
    let four = try FourModels(fit)
    // AIC(lmer(Reaction ~ Days + (Days || Subject), REML = FALSE)) in R.
    expectClose(four.models[3].aic, 1762.00325514, absolute: 2e-6)
    #expect(four.areIndependent && four.models[3].parameterCount == 5)
    #expect(four.models[3].formula == fit.model.formulaText)
    let figure = four.figure(in: .english)
    #expect(figure.caption.contains("independent") && figure.alternativeText.contains("are independent"))
    #expect(four.figure(in: .chinese).caption.contains("相互独立"))
    let correlated = try FourModels(
      GroupFigureReference.fit("Reaction ~ Days + (Days | Subject)", "lmm/sleepstudy.csv", group: "Subject"))
    #expect(!correlated.areIndependent && correlated.models[3].parameterCount == 6)
    #expect(!correlated.figure(in: .english).caption.contains("independent"))
  }

  @Test("other fixed parts are refused")
  func refusals() throws {
    let none = try SalaryFigures.fit("salary ~ 0 + experience + (0 + experience | department)")
    #expect(throws: ModelFigureError.noFourModels(formula: none.model.formulaText)) { try FourModels(none) }
    let two = try SalaryFigures.fit("salary ~ experience + bases + (1 | department)")
    #expect(throws: ModelFigureError.self) { try FourModels(two) }
    var table = GroupFigureReference.jumble(rows: 60, levels: 6) { Double($0 % 2) }
    table = DataTable([table["y"]!, table["g"]!, Column("x", (0..<60).map { $0 % 2 == 0 ? "a" : "b" })])
    let factor = try LinearMixedModel("y ~ x + (1 | g)", data: table).fit()
    #expect(throws: ModelFigureError.noFourModels(formula: factor.model.formulaText)) {
      try FourModels(factor)
    }
  }
}
