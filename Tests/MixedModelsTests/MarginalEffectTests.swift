import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Expectations over one predictor")
struct MarginalEffectTests {
  static let reference = try! Reference.json("marginal-effects.json")

  static func fit(_ name: String, _ formula: String) throws -> LinearMixedModelFit {
    let data = try DataTable(csv: Reference.bytes("lmm/\(name).csv"), file: name)
    return try LinearMixedModel(formula, data: data).fit()
  }

  // lmer stops about five digits from the optimum.
  @Test("means and errors agree with predict(re.form = NA) and X V X'", arguments: 0..<6)
  func agreesWithR(_ record: Int) throws {
    let recorded = MarginalEffectTests.reference["records"][record]
    let fit = try MarginalEffectTests.fit(recorded["name"].string!, recorded["formula"].string!)
    let effect = try MarginalEffect(fit, over: recorded["by"].string!)
    let places: [Int]
    if let levels = effect.grid.levels {
      #expect(levels == recorded["at"].strings)
      places = Array(levels.indices)
    } else {
      places = [0, 10, 37, 50, 100]
      expectClose(
        places.map { effect.grid.values[$0] }, recorded["at"].doubles, relative: 1e-13, absolute: 1e-13)
    }
    expectClose(places.map { effect.means[$0] }, recorded["mean"].doubles, relative: 1e-5, absolute: 1e-6)
    expectClose(places.map { effect.errors[$0] }, recorded["se"].doubles, relative: 2e-5)
    let groups = places.map { (effect.groupUpper![$0] - effect.means[$0]) / 1.959963984540054 }
    expectClose(groups, recorded["group"].doubles, relative: 2e-5)
    expectClose(
      places.map { effect.upper[$0] - effect.means[$0] },
      places.map { 1.959963984540054 * effect.errors[$0] },
      relative: 1e-9)
  }

  @Test("the first numeric predictor is taken, or else the first factor, and the rest is held")
  func predictors() throws {
    let exam = try MarginalEffectTests.fit("exam", "normexam ~ sex + standLRT + schavg + (1 | school)")
    let effect = try MarginalEffect(exam)
    #expect(effect.grid.predictor == "standLRT")
    let mean = exam.model.frame.data["schavg"]!.numbers!.reduce(0, +) / 4059
    #expect(effect.grid.held.map(\.column) == ["sex", "schavg"])
    #expect(effect.grid.held[0].value == .level("F"))
    guard case .mean(let held) = effect.grid.held[1].value else { throw FitError.noOptimum }
    expectClose(held, mean, relative: 1e-12)
    let sexes = try MarginalEffectTests.fit("exam", "normexam ~ sex + (1 | school)")
    #expect(try MarginalEffect(sexes).grid.levels == ["F", "M"])
    #expect(throws: ReferenceGridError.notPredictor("school", known: ["sex"])) {
      try MarginalEffect(sexes, over: "school")
    }
    let empty = try MarginalEffectTests.fit("exam", "normexam ~ 1 + (1 | school)")
    #expect(throws: ReferenceGridError.noPredictor(formula: "normexam ~ 1 + (1 | school)")) {
      try MarginalEffect(empty)
    }
  }

  @Test("a group's line is its coefficients' over its own range")
  func groups() throws {
    let fit = try MarginalEffectTests.fit("exam", "normexam ~ standLRT + (standLRT | school)")
    let effect = try MarginalEffect(fit, withGroups: true)
    #expect(effect.groups.map(\.name) == fit.model.groupLevels)
    let x = fit.model.fixedMatrix.column(1)
    for (j, group) in effect.groups.enumerated() {
      let own = fit.model.groupCodes.indices.filter { fit.model.groupCodes[$0] == j }.map { x[$0] }
      let at = group.places
      #expect(at.first == own.min() && at.last == own.max())
      let (a, b) = (fit.groupCoefficients[j, 0], fit.groupCoefficients[j, 1])
      expectClose(group.means, at.map { a + b * $0 }, relative: 1e-10, absolute: 1e-10)
    }
  }

  @Test("least squares alone: limits by the t distribution")
  func linear() throws {
    let data = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    let model = try LinearModel("Reaction ~ Days", data: data)
    let effect = try MarginalEffect(model.fit(), of: model)
    // predict(lm(Reaction ~ Days, sleepstudy), data.frame(Days = c(0, 9)), se.fit = TRUE), interval = "confidence"
    let places = [0, 100]
    expectClose(places.map { effect.means[$0] }, [251.405104848484882, 345.610678484848506], relative: 1e-12)
    expectClose(
      places.map { effect.errors[$0] }, [6.61015404428757680, 6.61015404428757503], relative: 1e-10)
    expectClose(places.map { effect.lower[$0] }, [238.360753187124089, 332.566326823487714], relative: 1e-9)
    #expect(effect.groupLower == nil)
  }
}
