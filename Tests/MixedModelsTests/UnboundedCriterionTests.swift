import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Criteria that fall without end")
struct UnboundedCriterionTests {
  private func model(_ file: String, _ formula: String) throws -> LinearMixedModel {
    try LinearMixedModel(formula, data: DataTable(csv: Reference.bytes("unbounded/\(file).csv"), file: file))
  }

  /// lme4's local optima.
  static let cases: [(String, String, EstimationMethod, Double)] = [
    ("r281", "y ~ x + (1 | g) + (1 | h)", .ml, 35.2994),
    ("degenerate_9016", "y ~ x * f + (x | g) + (z | h)", .reml, 71.472),
    ("h59", "y ~ x * f + (x | g) + (z | h)", .ml, 91.345),
  ]

  @Test("the local optimum is shown, and said to be one", arguments: cases)
  func local(_ file: String, _ formula: String, _ method: EstimationMethod, _ criterion: Double) throws {
    let fit = try model(file, formula).fit(by: method)
    #expect(fit.diagnostics.isUnbounded && fit.diagnostics.converged)
    expectClose(fit.criterion, criterion, absolute: 1e-3)
    #expect(fit.sigma > 0.1)
    // Further out there are better values, the further the better.
    let far = try [1e4, 1e5, 1e6].map { scale in
      try fit.model.criterion(at: fit.theta.map { scale * max(abs($0), 0.1) }, method: method)
    }
    #expect(file != "r281" || far[0] > far[1] && far[1] > far[2])
  }

  @Test("without a local optimum the model is refused with the reason")
  func refused() throws {
    #expect(throws: FitError.unboundedCriterion(response: "y")) {
      try model("deg22", "y ~ x + (x | g) + (z | h)").fit()
    }
  }

  @Test("a fit with a sharp optimum far out is none of these")
  func sharp() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let exact = table["Days"]!.numbers!.enumerated().map { i, x in
      x + Double(i / 10) * 3 + 1e-6 * Double((i * 37) % 11)
    }
    let data = table.appending(Column("y", exact))
    let fit = try LinearMixedModel("y ~ Days + (1 | Subject)", data: data).fit()
    #expect(!fit.diagnostics.isUnbounded && fit.theta[0] > 1e5)
  }
}
