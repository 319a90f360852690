import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("No pooling, one model a group")
struct GroupwiseLinearModelsTests {
  @Test("the lecture's data, group by group, as R's lm", arguments: ["a", "b", "c"])
  func lecture(_ set: String) throws {
    let records = try Reference.json("slides/slides_\(set)_lm.json")["no_pooling"].array
    let table = try DataTable(csv: Reference.bytes("slides/slides_\(set).csv"), file: set)
    let groups = try GroupwiseLinearModels(ModelFormula("y ~ x"), data: table, by: "group")
    #expect(records.count == 10 && groups.fits.count == 10 && groups.failures.isEmpty)
    for ((level, fit), r) in zip(groups.fits, records) {
      let label = "\(set) group \(level)"
      #expect(level == String(r["group"].int))
      #expect(fit.observationCount == r["n"].int)
      #expect(fit.coefficientNames == ["(Intercept)", "x"] && r["estimated"].strings == fit.coefficientNames)
      // Householder QR on both sides: only rounding differs.
      expectClose(fit.coefficients, r["coef"].doubles, relative: 1e-9, absolute: 1e-11, label)
      // A group of two rows has neither residual variance nor errors: null in R, NaN here.
      expectClose(fit.standardErrors, r["std_error"].doubles, relative: 1e-9, label)
      expectClose(fit.sigma, r["sigma"].double, relative: 1e-10, label)
      #expect(fit.sigma.isNaN == (r["n"].int == 2))
    }
  }

  @Test("levels that cannot be fitted are named, the others stand")
  func failures() throws {
    let table = DataTable([
      Column("y", [1, 2, 4, 7.0]), Column("x", [0, 1, .nan, .nan]), Column("g", ["a", "a", "b", "b"]),
    ])
    let groups = try GroupwiseLinearModels(ModelFormula("y ~ x"), data: table, by: "g")
    #expect(groups.fits.map(\.level) == ["a"] && groups.failures.map(\.level) == ["b"])
    #expect(throws: FormulaError.missingVariable("h", available: ["y", "x", "g"])) {
      try GroupwiseLinearModels(ModelFormula("y ~ x"), data: table, by: "h")
    }
  }
}
