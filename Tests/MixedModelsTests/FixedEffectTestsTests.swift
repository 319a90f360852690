import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Tests of fixed effects against lmerTest and pbkrtest")
struct FixedEffectTestsTests {
  static let satterthwaite = ReferenceCase.full.filter { !$0.record["satterthwaite"].isNull }
  static let kenwardRoger = ReferenceCase.full.filter { !$0.record["kenward_roger"].isNull }

  @Test("Satterthwaite", arguments: satterthwaite)
  func satterthwaiteTests(_ r: ReferenceCase) throws {
    let record = r.record["satterthwaite"]
    let tests = try r.fit().fixedEffectTests(.satterthwaite).coefficients
    // lmerTest differentiates numerically, at lme4's θ.
    expectClose(tests.map(\.degreesOfFreedom), record["df"].doubles, relative: 1e-3)
    expectClose(tests.map(\.statistic), record["t"].doubles, relative: 1e-5, absolute: 1e-6)
    for (test, p) in zip(tests, record["p"].doubles) {
      expectClose(test.pValue, p, relative: 0.02, absolute: 1e-300)
    }
  }

  @Test("Kenward–Roger", arguments: kenwardRoger)
  func kenwardRogerTests(_ r: ReferenceCase) throws {
    let record = r.record["kenward_roger"]
    let tests = try r.fit().fixedEffectTests(.kenwardRoger).coefficients
    expectClose(tests.map(\.standardError), record["std_error"].doubles, relative: 1e-5)
    expectClose(tests.map(\.degreesOfFreedom), record["df"].doubles, relative: 1e-5)
    expectClose(tests.map(\.statistic), record["t"].doubles, relative: 1e-5, absolute: 1e-6)
  }

  static let tables = ReferenceCase.full.filter { !$0.record["anova_type_III"].isNull }
  static let kenwardRogerTables = ReferenceCase.full.filter { !$0.record["anova_type_III_KR"].isNull }

  private func check(_ anova: AnalysisOfVariance, _ record: JSON, _ tolerance: Double) throws {
    // A model of the constant alone has an empty table.
    let names = record["rows"].isNull ? [] : record["rows"].strings
    #expect(anova.rows.map(\.term) == names)
    if names.isEmpty { return }
    #expect(anova.rows.map { Double($0.test.numerator) } == record["NumDF"].doubles)
    expectClose(anova.rows.map(\.test.denominator), record["DenDF"].doubles, relative: tolerance)
    expectClose(anova.rows.map(\.test.value), record["F value"].doubles, relative: 1e-5, absolute: 1e-6)
    expectClose(anova.rows.map(\.meanSquare), record["Mean Sq"].doubles, relative: 2e-5, absolute: 1e-6)
    expectClose(anova.rows.map(\.sumOfSquares), record["Sum Sq"].doubles, relative: 2e-5, absolute: 1e-6)
  }

  @Test("tables of type I and III", arguments: tables)
  func analysesOfVariance(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    try check(AnalysisOfVariance(fit, kind: .marginal), r.record["anova_type_III"], 1e-3)
    try check(AnalysisOfVariance(fit, kind: .sequential), r.record["anova_type_I"], 1e-3)
  }

  @Test("tables of type III by Kenward and Roger", arguments: kenwardRogerTables)
  func kenwardRogerAnalyses(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    try check(
      AnalysisOfVariance(fit, kind: .marginal, method: .kenwardRoger), r.record["anova_type_III_KR"], 1e-5)
  }

  @Test("which records hold which tests")
  func recorded() {
    #expect(Self.satterthwaite.count == 71 && Self.kenwardRoger.count == 25)
    #expect(Self.tables.count == 56 && Self.kenwardRogerTables.count == 22)
  }
}
