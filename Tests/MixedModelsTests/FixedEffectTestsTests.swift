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

  @Test("which records hold which tests")
  func recorded() {
    #expect(Self.satterthwaite.count == 58 && Self.kenwardRoger.count == 19)
  }
}
