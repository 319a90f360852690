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

  @Test(
    "y without residual within groups, and more rows than rank: refused, however it comes out of rounding")
  func withoutResidual() throws {
    for (file, formula) in [
      ("constant_in_groups", "y ~ x + (1 | g)"), ("constant_in_groups", "y ~ 1 + (1 | g)"),
      ("repeated_row", "y ~ x + (x || g)"),
    ] {
      for method in [EstimationMethod.reml, .ml] {
        #expect(throws: FitError.noResidualVariation(response: "y"), "\(file), \(formula)") {
          try model(file, formula).fit(by: method)
        }
      }
    }
    #expect(throws: FitError.unboundedCriterion(response: "y")) {
      try model("repeated_rows", "y ~ x + (x | g) + (1 | h)").fit()
    }
  }

  @Test("a place on the way down is no local optimum")
  func onTheWay() throws {
    #expect(throws: FitError.unboundedCriterion(response: "y")) {
      try model("on_the_way", "y ~ x * z + (1 | g) + (1 | h)").fit(by: .ml)
    }
  }

  @Test("precise data with crossed factors have an optimum")
  func precise() throws {
    var (y, x, g, h) = ([Double](), [Double](), [String](), [String]())
    for i in 0..<60 {
      let (a, b) = (i * 7 % 6, i * 11 % 5)
      let noise = Double(i * i * 37 % 101) / 50 - 1
      x.append(Double(i * 29 % 31) / 10)
      y.append(
        [0.3, -1.2, 0.7, 2, -0.4, 0.1][a] + [1.1, -0.5, 0.2, 0.9, -1.4][b] + 0.5 * x[i] + 1e-5 * noise)
      g.append("g\(a)")
      h.append("h\(b)")
    }
    let data = DataTable([Column("y", y), Column("x", x), Column("g", g), Column("h", h)])
    let fit = try LinearMixedModel("y ~ x + (1 | g) + (1 | h)", data: data).fit()
    #expect(!fit.diagnostics.isUnbounded && !fit.diagnostics.hasNoResiduals && fit.diagnostics.converged)
    #expect(fit.sigma > 3e-6 && fit.sigma < 1e-5)
    expectClose(fit.fixedEffects[1], 0.5, absolute: 1e-5)
  }

  @Test(
    "of two optima the lower",
    arguments: [("two_optima_ml", EstimationMethod.ml, 57.19342), ("two_optima_reml", .reml, 57.15424)])
  func twoOptima(_ file: String, _ method: EstimationMethod, _ criterion: Double) throws {
    let data = try DataTable(csv: Reference.bytes("minima/\(file).csv"), file: file)
    let fit = try LinearMixedModel("y ~ x + (1 | g) + (1 | h)", data: data).fit(by: method)
    expectClose(fit.criterion, criterion, absolute: 1e-5)
  }

  @Test("σ on its way to 0 where the criterion levels off is named")
  func vanishing() throws {
    // Each level of g has two rows, a line fits them: with independent effects the data can be fitted at a finite price.
    var found = 0
    for seed in 0..<40 {
      var state = UInt64(seed * 7919 + 1)
      func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 33) / 2_147_483_648 - 0.5
      }
      let groups = 6
      let (a, b) = ((0..<groups).map { _ in 3 * uniform() }, (0..<groups).map { _ in 3 * uniform() })
      var (y, x, g) = ([Double](), [Double](), [Int]())
      for i in 0..<2 * groups {
        x.append(4 * uniform())
        y.append(a[i / 2] + b[i / 2] * x[i] + uniform())
        g.append(i / 2)
      }
      let data = DataTable([Column("y", y), Column("x", x), Column("g", g)])
      guard let fit = try? LinearMixedModel("y ~ x + (x || g)", data: data).fit() else { continue }
      let spread = (y.reduce(0) { $0 + $1 * $1 } / Double(y.count)).squareRoot()
      if fit.sigma < 1e-4 * spread {
        found += 1
        #expect(fit.diagnostics.hasNoResiduals || fit.diagnostics.isUnbounded, "seed \(seed)")
      } else {
        #expect(!fit.diagnostics.hasNoResiduals)
      }
    }
    #expect(found > 0)
  }

  @Test("few and unlike groups with a slope: the lowest of several optima")
  func unlikeGroups() throws {
    let data = try DataTable(csv: Reference.bytes("minima/few_unlike.csv"), file: "few_unlike")
    let fit = try LinearMixedModel("y ~ 1 + (x | g)", data: data).fit(by: .ml)
    // lme4's, by both of its optimizers.
    expectClose(fit.criterion, -0.5537045, absolute: 1e-6)
    #expect(fit.diagnostics.isSingular)
  }

  @Test("crossed intercepts that span all rows with X: REML levels off, ML falls")
  func levelsOff() throws {
    let fit = try model("levels_off", "y ~ x + (1 | g) + (1 | h)").fit()
    #expect(fit.diagnostics.hasNoResiduals && !fit.diagnostics.isUnbounded)
    let (near, far) = (
      try fit.model.criterion(at: [1e3, 1e3], method: .reml),
      try fit.model.criterion(at: [1e4, 1e4], method: .reml)
    )
    #expect(abs(far - near) < 1e-3)
    #expect(
      try fit.model.criterion(at: [1e4, 1e4], method: .ml) < fit.model.criterion(at: [1e3, 1e3], method: .ml)
        - 1)
  }
}
