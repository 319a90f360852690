import Foundation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Laws of the criterion and of fits")
struct CriterionLawTests {
  static let formulas = [
    "salary ~ experience + (1 | department)", "salary ~ experience + (0 + experience | department)",
    "salary ~ experience + (1 + experience | department)",
    "salary ~ experience + (1 | department) + (0 + experience | department)",
    "salary ~ 1 + (1 + experience + bases | department)",
  ]

  static func salary(_ seed: String = "42") throws -> DataTable {
    try DataTable(csv: Reference.bytes("salary/seed_\(seed).csv"), file: "seed_\(seed).csv")
  }

  @Test("the gradient is the limit of differences", arguments: formulas)
  func gradient(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: try Self.salary())
    let optimum = try model.fit(by: .reml).theta
    for method in [EstimationMethod.reml, .ml] {
      // Away from the optimum, so that the gradient is far from 0.
      let theta = optimum.map { $0 * 1.4 + 0.02 }
      let gradient = try model.criterionGradient(at: theta, method: method)
      for k in theta.indices {
        // Fourth-order central difference; h balances truncation h⁴ against rounding 1e-13/h.
        let h = 2e-3 * max(0.01, abs(theta[k]))
        func value(_ steps: Double) throws -> Double {
          var moved = theta
          moved[k] += steps * h
          return try model.criterion(at: moved, method: method)
        }
        let difference = try (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * h)
        expectClose(gradient[k], difference, relative: 1e-5, absolute: 1e-6, "\(method) θ[\(k)]")
      }
    }
  }

  @Test("the gradient is zero at an optimum inside the cone", arguments: formulas[0..<4])
  func stationary(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: try Self.salary())
    for method in [EstimationMethod.reml, .ml] {
      let fit = try model.fit(by: method)
      for g in try model.criterionGradient(at: fit.theta, method: method) { #expect(abs(g) < 1e-5) }
    }
  }

  @Test(
    "y → a + by, x → c + dx change criterion and estimates by known maps",
    arguments: ["42", "892174303", "1"])
  func rescaling(_ seed: String) throws {
    let table = try Self.salary(seed)
    let x = table["experience"]!.numbers!
    let y = table["salary"]!.numbers!
    let n = Double(y.count)
    // x = c + d·z and y = a + b·v: fit v on z, compare with y on x.
    for (a, b, c, d) in [(0.0, 1.0, 2000.0, 1.0), (1e6, 1e-3, -3, 100), (-5, 40, 1e5, 1e-3)] {
      let z = x.map { ($0 - c) / d }
      let v = y.map { ($0 - a) / b }
      let other = DataTable([Column("v", v), Column("z", z), table["department"]!])
      let fit = try LinearMixedModel("salary ~ experience + (1 + experience | department)", data: table).fit()
      let moved = try LinearMixedModel("v ~ z + (1 + z | department)", data: other).fit()
      // −2 log L_REML: n − p factors of b, and |X'X| changes by d² for the slope.
      let expected = fit.criterion - 2 * (n - 2) * log(b) - 2 * log(d)
      expectClose(moved.criterion, expected, relative: 1e-9, "criterion")
      expectClose(moved.sigma * b, fit.sigma, relative: 1e-7, "σ")
      let slope = fit.fixedEffects[1] * d / b
      let intercept = (fit.fixedEffects[0] + fit.fixedEffects[1] * c - a) / b
      expectClose(moved.fixedEffects[1], slope, relative: 1e-7, "slope")
      expectClose(moved.fixedEffects[0], intercept, relative: 1e-7, "intercept")
      let sd = moved.varianceComponents[0].standardDeviations
      expectClose(sd[1] * b / d, fit.varianceComponents[0].standardDeviations[1], relative: 1e-6, "slope sd")
      let cov = fit.varianceComponents[0].covariance
      let interceptVariance = cov[0, 0] + 2 * c * cov[0, 1] + c * c * cov[1, 1]
      expectClose(sd[0] * b, interceptVariance.squareRoot(), relative: 1e-6, "intercept sd")
    }
  }

  @Test("order of rows and names of levels change nothing")
  func relabelling() throws {
    let table = try Self.salary()
    let fit = try LinearMixedModel(Self.formulas[2], data: table).fit()
    let reversed = try LinearMixedModel(Self.formulas[2], data: table.selecting(rows: (0..<100).reversed()))
      .fit()
    expectClose(reversed.criterion, fit.criterion, relative: 1e-12)
    expectClose(reversed.theta, fit.theta, relative: 1e-7)
    let names = (0..<100).map {
      "z" + String(9 - (table["department"]!.text($0)!.count % 10)) + table["department"]!.text($0)!
    }
    let renamed = DataTable([table["salary"]!, table["experience"]!, Column("department", names)])
    let other = try LinearMixedModel(Self.formulas[2], data: renamed).fit()
    expectClose(other.criterion, fit.criterion, relative: 1e-12)
    expectClose(other.fixedEffects, fit.fixedEffects, relative: 1e-8)
  }

  @Test("no variance between groups gives least squares")
  func zeroVariance() throws {
    // Group means of the residual are made equal, so that the estimated variance must be 0.
    let x = (0..<40).map { Double($0 % 10) }
    let group = (0..<40).map { "g\($0 / 10)" }
    let y = x.map { 3 + 0.5 * $0 + 2 * sin(1.7 * $0) }
    let table = DataTable([Column("y", y), Column("x", x), Column("g", group)])
    let fit = try LinearMixedModel("y ~ x + (1 | g)", data: table).fit()
    let ols = try LinearModel("y ~ x", data: table).fit()
    let difference = fit.varianceComponents[0].standardDeviations[0]
    if fit.diagnostics.isSingular {
      #expect(difference == 0)
      expectClose(fit.fixedEffects, ols.coefficients, relative: 1e-10)
      expectClose(fit.sigma, ols.sigma, relative: 1e-10)
      #expect(
        fit.diagnostics.boundaries == [.init(term: "g", effects: ["(Intercept)"], kind: .zeroVariance)])
    } else {
      Issue.record("expected a boundary fit, found sd \(difference)")
    }
  }

  @Test("weights lie between complete and no pooling, and grow with n")
  func weights() throws {
    let table = try DataTable(csv: Reference.bytes("slides/pool_J10_mixed.csv"), file: "pool_J10_mixed.csv")
    let fit = try LinearMixedModel("y ~ 1 + (1 | group)", data: table).fit()
    let ratio = fit.sigma * fit.sigma / fit.varianceComponents[0].covariance[0, 0]
    for (j, n) in fit.model.groupSizes.enumerated() {
      expectClose(fit.weights(ofLevel: j)[0], Double(n) / (Double(n) + ratio), relative: 1e-12)
      expectClose(fit.jointWeights(ofLevel: j)[0, 0], Double(n) / (Double(n) + ratio), relative: 1e-12)
    }
  }

  @Test("ever more rows per group tend to no pooling")
  func manyRows() throws {
    var previous = 0.0
    for copies in [1, 4, 16, 64] {
      let table = try Self.salary().selecting(rows: (0..<copies).flatMap { _ in 0..<100 })
      let comparison = try PoolingComparison(
        .init("salary ~ experience + (1 + experience | department)"), data: table)
      let least = comparison.entries.compactMap(\.weight).min()!
      #expect(least > previous)
      previous = least
    }
    #expect(previous > 0.99)
  }
}
