import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite struct FittedGroupsTests {
  @Test("Lines of all strategies equal R's pooling tables")
  func agreesWithR() throws {
    let fitted = try SalaryFigures.fitted()
    let tables = SalaryFigures.reference["pooling_tables"]
    #expect(fitted.groups.map(\.group) == tables["none"]["level"].strings)
    #expect(fitted.groups.allSatisfy { $0.x.count == 20 })
    expectClose(fitted.completePooling.intercept, tables["complete"]["Intercept"][0].double, relative: 1e-12)
    expectClose(fitted.completePooling.slope, tables["complete"]["slope"][0].double, relative: 1e-11)
    for (j, group) in fitted.groups.enumerated() {
      let none = try #require(group.noPooling)
      let partial = try #require(group.partialPooling)
      expectClose(none.intercept, tables["none"]["Intercept"][j].double, relative: 1e-11)
      expectClose(none.slope, tables["none"]["slope"][j].double, relative: 1e-10)
      expectClose(partial.intercept, tables["partial"]["Intercept"][j].double, relative: 1e-6)
      expectClose(partial.slope, tables["partial"]["slope"][j].double, relative: 1e-6)
    }
    let component = SalaryFigures.reference["lmer"]["m4"]["varcorr"][0]["cov"].matrix
    expectClose(fitted.interceptVariance, component[0][0], relative: 2e-6)
    expectClose(fitted.covariance, component[0][1], relative: 2e-6)
    expectClose(fitted.slopeVariance, component[1][1], relative: 2e-6)
    #expect(!fitted.isSingular && fitted.interceptVaries && fitted.slopeVaries)
  }

  @Test("What varies follows from the formula")
  func variants() throws {
    let m2 = try SalaryFigures.fitted("salary ~ experience + (1 | department)")
    #expect(m2.fittedScatter().lines == .varyingIntercept && m2.slopeVariance == 0 && m2.covariance == 0)
    #expect(Set(m2.groups.map { $0.partialPooling!.slope }).count == 1)
    let m3 = try SalaryFigures.fitted("salary ~ experience + (0 + experience | department)")
    #expect(m3.fittedScatter().lines == .varyingSlope && m3.interceptVariance == 0)
    #expect(Set(m3.groups.map { $0.partialPooling!.intercept }).count == 1)
    #expect(try SalaryFigures.fitted().fittedScatter().lines == .varyingInterceptAndSlope)
  }

  @Test("Models without exactly one predictor are refused by name")
  func refusals() throws {
    let none = try LinearMixedModel("salary ~ 1 + (1 | department)", data: SalaryFigures.table()).fit(
      by: .reml)
    #expect(throws: ModelFigureError.noPredictor(formula: none.model.formulaText)) { try FittedGroups(none) }
    let two = try LinearMixedModel(
      "salary ~ experience + bases + (1 | department)", data: SalaryFigures.table()
    ).fit(by: .reml)
    #expect(
      throws: ModelFigureError.severalPredictors(["experience", "bases"], formula: two.model.formulaText)
    ) { try FittedGroups(two) }
  }

  @Test(
    "No and complete pooling are those of the comparison of all strategies, whatever columns the model has",
    arguments: [
      "salary ~ experience + (1 + experience | department)", "salary ~ 0 + (0 + experience | department)",
      "salary ~ 0 + experience + (0 + experience | department)", "salary ~ 1 + (1 + experience | department)",
      "salary ~ experience + (1 | department)",
    ])
  func agreesWithComparison(_ formula: String) throws {
    let fitted = try SalaryFigures.fitted(formula)
    let comparison = try PoolingComparison(ModelFormula(formula), data: SalaryFigures.table())
    for group in fitted.groups {
      let own = try #require(group.noPooling)
      for (term, value) in [("(Intercept)", own.intercept), ("experience", own.slope)] {
        guard let entry = comparison[.none, group.group, term] else {
          #expect(!comparison.terms.contains(term))
          continue
        }
        #expect(value == entry.estimate, "\(group.group) \(term)")
      }
      if !formula.contains("1"), !formula.contains("~ experience") { #expect(own.intercept == 0) }
    }
    let complete = comparison.completePooling
    if complete.coefficientNames.isEmpty {
      #expect(!fitted.completePooling.isFinite)
      #expect(throws: FigureKindError.noCompletePooling) {
        try ModelFigureKind.completePooling.figure(of: SalaryFigures.fit(formula))
      }
    }
    for (name, value) in zip(complete.coefficientNames, complete.coefficients) {
      let drawn =
        name == "(Intercept)" ? fitted.completePooling.intercept : fitted.completePooling.slope
      expectClose(drawn, value, relative: 1e-12)
    }
  }

  @Test("No pooling keeps its digits when x are years, and has no line for one x")
  func years() throws {
    let x = (0..<30).map { 2000.0 + Double($0 % 10) }
    let groups = (0..<30).map { "g\($0 / 10)" }
    let y = zip(x, 0..<30).map { 3 + 0.25 * $0 + ($1 % 3 == 0 ? 0.5 : -0.25) + Double($1 / 10) }
    var table = DataTable([Column("g", groups), Column("x", x), Column("y", y)])
    let fitted = try FittedGroups(LinearMixedModel("y ~ x + (1 | g)", data: table).fit(by: .reml))
    for (j, group) in fitted.groups.enumerated() {
      let line = try #require(group.noPooling)
      // About the middle, where the intercept's rounding does not hide the line.
      let middle = y[(10 * j)..<(10 * j + 10)].reduce(0, +) / 10
      expectClose(line.at(2004.5), middle, relative: 1e-11)
    }
    let level = zip(groups, x).map { $0 == "g0" ? 2005 : $1 }
    table = DataTable([Column("g", groups), Column("x", level), Column("y", y)])
    let flat = try FittedGroups(LinearMixedModel("y ~ x + (1 | g)", data: table).fit(by: .reml))
    #expect(flat.groups.map { $0.noPooling == nil } == [true, false, false])
  }
}
