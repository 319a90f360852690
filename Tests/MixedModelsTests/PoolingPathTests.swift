import Glibc
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Estimates between complete and no pooling")
struct PoolingPathTests {
  static let reference = try! Reference.json("pooling-path.json")

  static func fit(_ name: String, _ formula: String, _ method: EstimationMethod = .reml) throws
    -> LinearMixedModelFit
  {
    let data = try DataTable(csv: Reference.bytes("lmm/\(name).csv"), file: name)
    return try LinearMixedModel(formula, data: data).fit(by: method)
  }

  // R's σ is the root of differences of its criterion, good to some 1e-9 of it; estimates follow it.
  @Test("σ, criterion and estimates at held spreads agree with lme4", arguments: 0..<4)
  func agreesWithLme4(_ record: Int) throws {
    let recorded = PoolingPathTests.reference["records"][record]
    let fit = try PoolingPathTests.fit(
      recorded["name"].string!, recorded["formula"].string!, recorded["reml"].bool! ? .reml : .ml)
    let points = recorded["points"].array
    let path = try PoolingPath(fit, scales: points.map { $0["scale"].double })
    #expect(fit.model.groupLevels == recorded["levels"].strings)
    for (found, expected) in zip(path.points, points) {
      expectClose(found.criterion, expected["criterion"].double, relative: 1e-10, "criterion")
      expectClose(found.sigma, expected["sigma"].double, relative: 1e-7, "sigma")
      expectClose(found.coefficients.storage, expected["coefficients"].doubles, relative: 1e-7)
    }
  }

  @Test("by ML the criterion is lme4's profile of the standard deviation")
  func isTheProfile() throws {
    let profile = PoolingPathTests.reference["profile"]
    let fit = try PoolingPathTests.fit("sleepstudy", "Reaction ~ Days + (1 | Subject)", .ml)
    let path = try PoolingPath(fit, scales: profile["sd"].doubles)
    for (point, zeta) in zip(path.points, profile["zeta"].doubles) {
      // profile() minimizes by a looser tolerance than ours.
      expectClose((point.criterion - fit.criterion).squareRoot(), abs(zeta), relative: 1e-5)
    }
  }

  @Test(
    "the fit stands at its own scale",
    arguments: [
      "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)",
      "Reaction ~ Days + (Days || Subject)", "Reaction ~ 1 + (0 + Days | Subject)",
    ])
  func fitIsOnThePath(_ formula: String) throws {
    for method in [EstimationMethod.reml, .ml] {
      let fit = try PoolingPathTests.fit("sleepstudy", formula, method)
      let names = fit.coefficientNames
      let path = try PoolingPath(fit, scales: [0])
      let here = try PoolingPath(fit, scales: [path.fittedScale]).points[0]
      expectClose(here.criterion, fit.criterion, relative: 1e-12)
      expectClose(here.sigma, fit.sigma, relative: 1e-7)
      for (k, name) in path.effectNames.enumerated() {
        let own = names.firstIndex(of: name)!
        expectClose(here.coefficients.column(k), fit.groupCoefficients.column(own), relative: 1e-6)
      }
    }
  }

  @Test("at 0 every group has the line of least squares on all rows")
  func completePooling() throws {
    let fit = try PoolingPathTests.fit("sleepstudy", "Reaction ~ Days + (Days | Subject)")
    let data = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    let line = try LinearModel("Reaction ~ Days", data: data).fit()
    let path = try PoolingPath(fit, scales: [0, 1e-7])
    for (point, tolerance) in zip(path.points, [1e-12, 1e-9]) {
      for k in 0...1 {
        for j in 0..<18 { expectClose(point.coefficients[j, k], line.coefficients[k], relative: tolerance) }
      }
    }
    expectClose(path.points[0].sigma, line.sigma, relative: 1e-12)
    expectClose(
      path.points[0].criterion, try fit.model.criterion(at: [0, 0, 0], method: .reml), relative: 1e-13)
  }

  @Test("far out the path ends where least squares by groups begins")
  func noPooling() throws {
    // (1 + x | g): a regression for each group. (1 | g): own intercepts, one slope.
    for (formula, scale) in [
      ("Reaction ~ Days + (Days | Subject)", 3e4), ("Reaction ~ Days + (1 | Subject)", 1e6),
    ] {
      let fit = try PoolingPathTests.fit("sleepstudy", formula)
      let path = try PoolingPath(fit, scales: [scale, .infinity])
      expectClose(
        path.points[0].coefficients.storage, path.points[1].coefficients.storage, relative: 1e-6,
        absolute: 1e-5)
    }
    let fit = try PoolingPathTests.fit("sleepstudy", "Reaction ~ Days + (Days | Subject)")
    let own = GroupRegressions.noPooling(fit.model)
    let end = try PoolingPath(fit, scales: [.infinity]).points[0]
    expectClose(end.coefficients.storage, own.estimates.storage, relative: 1e-10)
    #expect(end.criterion == .infinity)
  }

  @Test("a singular fit stands at 0, and its path goes on to the groups' own means")
  func singular() throws {
    let fit = try PoolingPathTests.fit("dyestuff2", "Yield ~ 1 + (1 | Batch)")
    let path = try PoolingPath(fit, scales: [0, 0.5, .infinity])
    #expect(path.fittedScale == 0)
    expectClose(path.points[0].criterion, fit.criterion, relative: 1e-12)
    #expect(path.points[1].criterion > path.points[0].criterion)
    let means = GroupRegressions.noPooling(fit.model).estimates.column(0)
    expectClose(path.points[2].coefficients.column(0), means, relative: 1e-10)
  }

  /// At τ little of the groups' differences is explained: they are residuals, or the likelihood bears that they are not. Which is better changes at one τ.
  @Test("where there are two minima over σ the lower one is taken")
  func twoMinima() throws {
    // 4 groups of 3 rows, far apart and each nearly constant.
    let noise = [-0.01, 0, 0.01]
    let y = (0..<12).map { Double([0, 7, 20, 31][$0 / 3]) + noise[$0 % 3] }
    let data = DataTable([Column("y", y), Column("g", (0..<12).map { "g\($0 / 3)" })])
    let model = try LinearMixedModel("y ~ 1 + (1 | g)", data: data)
    let scales = [0.01, 0.1, 0.5, 1, 1.5, 2, 3, 5, 10]
    let path = try PoolingPath(model.fit(), scales: scales)
    // The model's own criterion at τ/σ has the best σ of that ratio; with m(log σ² + s²/σ² − …) it is at any σ. Here directly: n = 3, J = 4.
    func criterion(_ tau: Double, _ sigma: Double) -> Double {
      let means = [0.0, 7, 20, 31]
      let centre = means.reduce(0, +) / 4
      let between = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      let within = 4 * noise.reduce(0) { $0 + $1 * $1 }
      let total = sigma * sigma + 3 * tau * tau
      return 8 * log(sigma * sigma) + within / (sigma * sigma) + 4 * log(total) + 3 * between / total
        + log(12 / total) + 11 * log(2 * Double.pi)
    }
    var jumps = 0
    var sawBoth = (false, false)
    for point in path.points {
      let grid = (0...4000).map { exp(log(0.004) + Double($0) / 4000 * log(20 / 0.004)) }
      let values = grid.map { criterion(point.scale, $0) }
      let best = values.min()!
      expectClose(point.criterion, best, absolute: 1e-3, "scale \(point.scale)")
      #expect(point.criterion <= best + 1e-9)
      let minima = (1..<4000).count { values[$0] < values[$0 - 1] && values[$0] < values[$0 + 1] }
      if minima == 2 { jumps += 1 }
      if point.sigma > 1 { sawBoth.0 = true } else { sawBoth.1 = true }
    }
    #expect(jumps > 0 && sawBoth.0 && sawBoth.1)
  }

  @Test("what cannot be turned is refused in words that name a way out")
  func refusals() throws {
    let crossed = try PoolingPathTests.fit("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)")
    #expect(throws: FitError.severalGroupingFactors(["plate", "sample"])) {
      try PoolingPath(crossed, scales: [1])
    }
    // Groups that differ less than chance: both variances are 0.
    let x = (0..<24).map { Double($0 % 4) }
    let noise = [1.0, -1, -1, 1, -1, 1, 1, -1]
    let data = DataTable([
      Column("y", (0..<24).map { x[$0] + noise[$0 % 8] }), Column("x", x),
      Column("g", (0..<24).map { String($0 / 8) }),
    ])
    let flat = try LinearMixedModel("y ~ x + (x | g)", data: data).fit()
    #expect(flat.theta.allSatisfy { $0 == 0 })
    #expect(throws: FitError.noSpread(effects: ["(Intercept)", "x"], factor: "g")) {
      try PoolingPath(flat, scales: [1])
    }
  }
}
