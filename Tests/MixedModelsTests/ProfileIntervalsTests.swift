import Foundation
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Confidence intervals against lme4's")
struct ProfileIntervalsTests {
  static let recorded = ReferenceCase.full.filter { !$0.record["confint_profile"].isNull }

  @Test("profile limits", arguments: recorded)
  func profile(_ r: ReferenceCase) throws {
    let record = r.record["confint_profile"]
    let intervals = try r.fit().profileIntervals(level: record["level"].double)
    #expect(intervals.map(\.parameter) == record["terms"].strings)
    for (interval, limits) in zip(intervals, record["values"].array) {
      // lme4 interpolates by splines, and has no limit where its profile ends.
      let size = max(abs(interval.lower), abs(interval.upper), 1e-6)
      for (found, expected) in [(interval.lower, limits[0]), (interval.upper, limits[1])]
      where !expected.isNull {
        // Near 0 the spline is less exact: at ours, 0.35614, the deviance has risen by 3.841459, at lme4's by 3.8106.
        let near = "\(r.file) \(interval.parameter)" == "slides_a sd_(Intercept)|group" ? 3e-3 : 1e-3
        expectClose(found, expected.double, absolute: near * size, "\(r.name) \(interval.parameter)")
      }
    }
  }

  @Test("Wald limits", arguments: ReferenceCase.literature)
  func wald(_ r: ReferenceCase) throws {
    let record = r.record["confint_wald"]
    let intervals = try r.fit().waldIntervals()
    #expect(intervals.map(\.parameter) == record["terms"].strings)
    for (interval, limits) in zip(intervals, record["values"].array) {
      let width = limits[1].double - limits[0].double
      expectClose(interval.lower, limits[0].double, absolute: (r.isSingular ? 1e-5 : 1e-6) * width)
      expectClose(interval.upper, limits[1].double, absolute: (r.isSingular ? 1e-5 : 1e-6) * width)
    }
  }

  @Test("a random intercept's profile by its definition, at both ends and beside weights")
  func definition() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleep_weights.csv"))
    let model = try LinearMixedModel(
      "Reaction ~ Days + (1 | Subject)", data: table, roles: ColumnRoles(factors: ["Subject"], weights: "w"))
    let fit = try model.fit(by: .ml)
    let n = Double(fit.observationCount)
    // D(θ, σ) = d(θ) + n·(s²/σ² − 1 − log(s²/σ²)) with s² the best σ² at θ: at the best θ of each σ the rise is the height.
    let sigma = try #require(fit.profileIntervals().first { $0.parameter == "sigma" })
    for end in [sigma.lower, sigma.upper] {
      let rise =
        try (1...4000).map { step -> Double in
          let theta = Double(step) * 0.0005 * fit.theta[0]
          let deviance = try model.criterion(at: [theta], method: .ml)
          let best = try Self.bestVariance(model, theta, deviance)
          let ratio = best / (end * end)
          return deviance + n * (ratio - 1 - log(ratio))
        }.min()! - fit.criterion
      expectClose(rise, 3.841458820694124, absolute: 1e-4)
    }
  }

  /// r²/n, the best σ² at θ.
  private static func bestVariance(_ model: LinearMixedModel, _ theta: Double, _ deviance: Double) throws
    -> Double
  {
    let workspace = ProfiledCriterion(model.reduction, method: .ml)
    let scaled = model.reduction.design.effectScale[0, 0] * theta
    _ = [scaled * scaled].withPointer { workspace.evaluate(at: $0) }
    expectClose(workspace.value, deviance, relative: 1e-12)
    let unit = model.reduction.design.responseScale
    return workspace.sigmaSquared * unit * unit
  }

  @Test("a correlation has no limit where a slope without variance is within the height")
  func plateau() throws {
    // As ρ → −1 the best fit is the one without the slope's variance, 2.433 above the minimum, less than the height 2.706.
    let table = try DataTable(csv: Reference.bytes("lmm/profile-plateau.csv"))
    let fit = try LinearMixedModel("y ~ x + z + (x | g)", data: table).fit(by: .ml)
    let without = try LinearMixedModel("y ~ x + z + (1 | g)", data: table).fit(by: .ml)
    expectClose(without.criterion - fit.criterion, 2.433197, absolute: 1e-5)
    let intervals = try fit.profileIntervals(level: 0.9)
    #expect(intervals[1].parameter == "cor_x.(Intercept)|g" && intervals[1].lower == -1)
    #expect(intervals[2].parameter == "sd_x|g" && intervals[2].lower == 0)
  }

  @Test(
    "derivatives in free coordinates are limits of differences",
    arguments: ["(1 | Subject)", "(Days | Subject)", "(Days + I(Days^2) | Subject)", "(Days || Subject)"])
  func derivatives(_ term: String) throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let model = try LinearMixedModel(
      "Reaction ~ Days + \(term)", data: table, roles: ColumnRoles(factors: ["Subject"]))
    // Standard deviations of 20 and less, σ of 27.
    expectDerivatives(model, term, sigma: 27) { 20 / pow(6, Double($0)) }
  }

  @Test(
    "the same with several grouping factors: exact where levels are few, by differences where they are many",
    arguments: [
      ("y ~ x + (1 | class) + (1 | judge)", 14, 1e-7), ("y ~ x + (x | class) + (1 | judge)", 14, 1e-7),
      ("y ~ x + (x | class) + (1 | judge)", 70, 1e-5),
    ])
  func severalFactors(_ formula: String, _ classes: Int, _ precision: Double) throws {
    let model = try LinearMixedModel(formula, data: schoolTable(classes: classes, rows: 400))
    #expect(model.reducedData.criterion(.ml).hasExactHessian == (classes < 20))
    expectDerivatives(model, formula, sigma: 1, precision: precision) { 0.8 / pow(2, Double($0)) }
  }

  private func expectDerivatives(
    _ model: LinearMixedModel, _ term: String, sigma: Double, precision: Double = 1e-7,
    deviation: (Int) -> Double
  ) {
    let profile = CovarianceProfile(model.reducedData)
    let count = profile.count
    // Partial correlations of 0.3, −0.2, ….
    var x = (0..<count).map { 0.3 - 0.2 * Double($0 % 3) }
    for k in model.randomEffectNames.indices { x[profile.deviationIndex(of: k)] = log(deviation(k)) }
    x[profile.sigmaIndex] = log(sigma)
    func gradient(_ x: [Double]) -> [Double] {
      _ = profile.value(x)
      profile.differentiate(x)
      return (0..<count).map { profile.gradient[$0] }
    }
    let exact = gradient(x)
    let hessian = (0..<count * count).map { profile.hessian[$0] }
    for a in 0..<count {
      let h = 1e-3
      func moved(_ steps: Double) -> [Double] {
        var y = x
        y[a] += steps * h
        return y
      }
      let points = [-2.0, -1, 1, 2].map(moved)
      let values = points.map(profile.value)
      let slope = (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * h)
      // Fourth-order differences: h⁴ against rounding of 1e-12/h.
      expectClose(exact[a], slope, absolute: 1e-7 * exact.map(abs).max()!, "\(term) \(a)")
      let slopes = points.map(gradient)
      for b in 0..<count {
        let bend = (8 * (slopes[2][b] - slopes[1][b]) - (slopes[3][b] - slopes[0][b])) / (12 * h)
        expectClose(
          hessian[b + a * count], bend, absolute: precision * hessian.map(abs).max()!, "\(term) [\(b), \(a)]")
      }
    }
  }

  @Test("limits at the boundary")
  func boundary() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/dyestuff2.csv"))
    let fit = try LinearMixedModel("Yield ~ 1 + (1 | Batch)", data: table).fit()
    let intervals = try fit.profileIntervals()
    #expect(intervals[0].lower == 0 && intervals[0].estimate == 0 && intervals[0].upper > 1)
    #expect(intervals.allSatisfy { $0.lower <= $0.estimate && $0.estimate <= $0.upper && $0.upper.isFinite })
  }

  @Test("how many records hold profile limits")
  func count() { #expect(Self.recorded.count == 12) }
}
