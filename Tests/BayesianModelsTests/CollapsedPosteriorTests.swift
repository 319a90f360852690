import Foundation
import LinearAlgebra
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posteriors with effects integrated out")
struct CollapsedPosteriorTests {
  static let sleepstudy = try! DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))

  static func model(_ formula: String) throws -> LinearMixedModel {
    try LinearMixedModel(
      ModelFormula(formula), data: sleepstudy, roles: ColumnRoles(factors: ["Subject"]))
  }

  @Test(
    "the gradient is the limit of differences",
    arguments: [
      "Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (Days || Subject)",
      "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (1 + Days + I(Days^2) | Subject)",
    ])
  func gradient(_ formula: String) throws {
    let model = try Self.model(formula)
    var odd = ModelPriors.weaklyInformative(.linear(model))
    odd.sigma = .inverseGamma(shape: 2, scale: 300)
    odd.deviations[0] = .exponential(rate: 0.02)
    odd.fixedEffects[1] = .flat
    for priors in [.slides(.linear(model), isVariance: true), .weaklyInformative(.linear(model)), odd] {
      let bayesian = try BayesianMixedModel(.linear(model), priors: priors)
      let posterior = bayesian.posterior(SamplerCoordinates(bayesian))
      let start = zip(posterior.start, 0...).map { $0 + 0.2 * sin(Double($1)) }
      func evaluate(_ z: [Double]) -> (value: Double, gradient: [Double]) {
        var z = z
        var gradient = z
        let value = z.withUnsafeMutableBufferPointer { z in
          gradient.withUnsafeMutableBufferPointer {
            posterior.evaluate(at: z.baseAddress!, gradient: $0.baseAddress!)
          }
        }
        return (value, gradient)
      }
      let (value, gradient) = evaluate(start)
      #expect(value.isFinite && start.count == posterior.dimension)
      for k in start.indices {
        let difference = derivative(step: 0.01) { step in
          var z = start
          z[k] += step
          return evaluate(z).value
        }
        expectClose(gradient[k], difference, absolute: 1e-7 * (1 + abs(difference)), "[\(k)]")
      }
    }
  }

  @Test("σ and Σ come back from their unbounded numbers")
  func roundTrip() throws {
    let model = try Self.model("Reaction ~ Days + (Days | Subject)")
    for priors in [ModelPriors.slides(.linear(model), isVariance: true), .weaklyInformative(.linear(model))] {
      let start = CovarianceStart(try BayesianMixedModel(.linear(model), priors: priors))
      let coordinates = CovarianceTransform(
        priors, blocks: model.terms.map(\.columns), units: start.units)
      var z = coordinates.unbounded(start)
      _ = z.withUnsafeMutableBufferPointer { coordinates.fill($0.baseAddress!) }
      expectClose(coordinates.sigma, start.sigma, relative: 1e-12)
      for i in 0..<4 {
        expectClose(coordinates.covariance[i], start.covariance.storage[i], absolute: 1e-9)
      }
    }
  }

  @Test("the sign of a standard deviation's coordinate changes nothing but coordinates")
  func signs() throws {
    let model = try Self.model("Reaction ~ Days + (1 + Days + I(Days^2) | Subject)")
    for priors in [ModelPriors.slides(.linear(model), isVariance: true), .weaklyInformative(.linear(model))] {
      let posterior = CollapsedPosterior(
        try BayesianMixedModel(.linear(model), priors: priors),
        CovarianceStart(try BayesianMixedModel(.linear(model), priors: priors)))
      func evaluate(_ z: [Double]) -> [Double] {
        var (z, gradient) = (z, z)
        let value = z.withUnsafeMutableBufferPointer { z in
          gradient.withUnsafeMutableBufferPointer {
            posterior.evaluate(at: z.baseAddress!, gradient: $0.baseAddress!)
          }
        }
        let c = posterior.coordinates
        return [value] + (0..<3).map(c.deviation)
          + [c.correlation(1, 0), c.correlation(2, 0), c.correlation(2, 1)]
      }
      // σ, three deviations, then the correlations (1, 0), (2, 0), (2, 1).
      let z = [3.2, 1.1, 0.8, 0.6, 0.4, -0.3, 0.7]
      let turned = [3.2, 1.1, -0.8, 0.6, -0.4, -0.3, -0.7]
      let (plain, other) = (evaluate(z), evaluate(turned))
      #expect(plain[0].isFinite)
      for (a, b) in zip(plain, other) { expectClose(b, a, relative: 1e-11) }
    }
  }

  @Test("what has no posterior is refused with a reason")
  func improper() throws {
    let model = try Self.model("Reaction ~ Days + (Days | Subject)")
    let good = ModelPriors.slides(.linear(model), isVariance: false)
    func refused(_ change: (inout ModelPriors) -> Void) -> BayesianModelError? {
      var priors = good
      change(&priors)
      do {
        _ = try BayesianMixedModel(.linear(model), priors: priors)
        return nil
      } catch { return error }
    }
    #expect(refused { $0.sigma = .halfNormal(sd: -1) } == .invalidPrior(parameter: "sigma"))
    #expect(
      refused { $0.deviations[1] = .uniform(-3, -1) }
        == .invalidPrior(parameter: "the standard deviation of Days"))
    #expect(
      refused { $0.fixedEffects[1] = .inverseGamma(shape: 3, scale: 1) } == .fixedPrior(effect: "Days"))
    #expect(refused { $0.correlationShapes = [] } != nil)
    #expect(refused { $0.fixedEffects[1] = .flat } == nil)
    let rows = (0..<10).map { Double($0) }
    let two = DataTable([
      Column("y", rows.map { sin($0) + $0 }), Column("g", (0..<10).map { $0 % 2 == 0 ? "a" : "b" }),
    ])
    let pair = try LinearMixedModel(ModelFormula("y ~ 1 + (1 | g)"), data: two)
    var flat = ModelPriors.weaklyInformative(.linear(pair))
    _ = try BayesianMixedModel(.linear(pair), priors: flat)
    // Two levels bound a standard deviation's tail while the mean has a prior, τ⁻², and not where it has none, τ⁻¹.
    flat.deviations = [.flat]
    _ = try BayesianMixedModel(.linear(pair), priors: flat)
    flat.fixedEffects = [.flat]
    #expect(throws: BayesianModelError.self) { _ = try BayesianMixedModel(.linear(pair), priors: flat) }
  }

  /// Reference, data, factor and readings of 1000.
  static let references = [
    ("sleepstudy", "lmm/sleepstudy.csv"), ("slides_a", "slides/slides_a.csv"),
    ("salary_thousands_42", "bayes/salary_thousands_42.csv"), ("slides_a_intercepts", "slides/slides_a.csv"),
  ]

  @Test("means, spreads and quantiles are those of independent draws", arguments: references.indices)
  func reference(_ index: Int) throws {
    let (id, file) = Self.references[index]
    let r = try Reference.json("bayes/\(id)_importance.json")
    let table = try DataTable(csv: Reference.bytes(file))
    let (y, x, group) = (r["response"].string!, r["predictor"].string!, r["group"].string!)
    let isIntercepts = id.hasSuffix("intercepts")
    let model = try LinearMixedModel(
      ModelFormula("\(y) ~ \(x) + (\(isIntercepts ? "1" : x) | \(group))"), data: table,
      roles: ColumnRoles(factors: [group]))
    for (reading, isVariance) in [("prior_variance", true), ("prior_sd", false)] {
      let fit = try BayesianMixedModel(
        .linear(model), priors: .slides(.linear(model), isVariance: isVariance)
      ).sample(
        SamplingPlan(chains: 4, draws: 25_000, warmup: 1000, seed: 11, threads: 2))
      let summaries = fit.summaries(probabilities: [0.025, 0.25, 0.5, 0.75, 0.975])
      let layout = ChainLayout(chainCount: fit.chainCount, drawCount: fit.drawCount)
      let all =
        fit.quantities.indices.map { (fit.quantities[$0], Array(fit.values(of: $0))) } + fit.coefficients
      var checked = 0
      for (name, expected) in r[reading]["parameters"].object {
        let address = Self.address(name, x: x, group: group, levels: r["group_levels"], isIntercepts)
        let k = try #require(summaries.firstIndex { $0.quantity.address == address }, "\(name)")
        let found = summaries[k].diagnostics
        let draws = ChainDraws(all[k].1, layout: layout)
        #expect((found.bulkEffectiveSampleSize ?? 0) >= 20_000, "\(name): \(found)")
        // Heavy tails (σ_α of five groups) leave means without a standard error worth the name.
        if !id.hasPrefix("salary") {
          let error = hypot(expected["mcse_mean"].double, found.monteCarloErrorOfMean ?? .infinity)
          expectClose(
            found.mean, expected["mean"].double, absolute: 4 * error, "\(id) \(reading) mean of \(name)")
          let spread = hypot(
            expected["mcse_sd"].double, found.monteCarloErrorOfStandardDeviation ?? .infinity)
          expectClose(
            found.standardDeviation ?? .nan, expected["sd"].double, absolute: 5 * spread,
            "\(id) \(reading) sd of \(name)")
        }
        for (i, p) in [0.025, 0.25, 0.5, 0.75, 0.975].enumerated() {
          let own = draws.monteCarloError(ofQuantile: p) ?? .infinity
          let error = hypot(expected["mcse_quantiles"][i].double, own)
          expectClose(
            summaries[k].quantiles[i], expected["quantiles"][i].double, absolute: 4.5 * error,
            "\(id) \(reading) \(p) of \(name)")
        }
        checked += 1
      }
      #expect(checked >= 5)
      if isIntercepts && r["prior_sd"].object.isEmpty { break }
    }
  }

  /// Our address of a reference's parameter.
  private static func address(
    _ name: String, x: String, group: String, levels: JSON, _ isIntercepts: Bool
  ) -> [String] {
    let level = name.firstIndex(of: "[").map { open in
      levels[Int(name[name.index(after: open)...].dropLast())! - 1].string!
    }
    switch name.prefix(while: { $0 != "[" }) {
    case "mu_alpha": return ["fixed", "(Intercept)"]
    case "mu_beta": return ["fixed", x]
    case "sigma_alpha": return ["random", group, "(Intercept)", "sd"]
    case "sigma_beta": return ["random", group, x, "sd"]
    case "rho": return ["random", group, "(Intercept)", x, "corr"]
    case "sigma_y": return ["sigma"]
    case "alpha": return ["coef", group, level!, "(Intercept)"]
    case "beta": return isIntercepts ? ["fixed", x] : ["coef", group, level!, x]
    default: return [name]
    }
  }
}
