import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Dispersion of generalized models")
struct GeneralizedDispersionTests {
  @Test(
    "the gradient in the dispersion is the limit of differences",
    arguments: [ResponseFamily.negativeBinomial(theta: 2), .gamma(shape: 3)])
  func gradient(_ family: ResponseFamily) throws {
    for shape in GroupwiseCriterionTests.Shape.all {
      var data = GeneralizedData.simulated(
        ObservationModel(family, link: .log), seed: 5, q: shape.q, blocks: shape.blocks)
      data.estimatesDispersion = true
      for nodes in [1, 4] {
        for determinant in DeterminantWeights.allCases {
          let criterion = try GroupwiseCriterion(data, nodeCount: nodes, determinant: determinant)
          criterion.modeTolerance = 1e-8
          let parameters = GroupwiseCriterionTests.beta + shape.theta + [0.4]
          let (_, gradient) = criterion.at(parameters)
          for k in parameters.indices {
            let difference = derivative(step: 0.01) { step in
              var moved = parameters
              moved[k] += step
              return criterion.at(moved).value
            }
            expectClose(
              gradient[k], difference, absolute: 1e-8 * (1 + abs(difference)),
              "\(shape.blocks), \(nodes) nodes, \(determinant), [\(k)]")
          }
          // The value is that of the family with this parameter.
          var fixed = data
          fixed.estimatesDispersion = false
          fixed.model = ObservationModel(family.with(dispersionParameter: exp(0.4)), link: .log)
          let other = try GroupwiseCriterion(fixed, nodeCount: nodes, determinant: determinant)
          expectClose(
            criterion.at(parameters).value, other.at(GroupwiseCriterionTests.beta + shape.theta).value,
            relative: 1e-13)
        }
      }
    }
  }

  static let models: [(String, String, ResponseFamily)] = [
    ("nbinom_intercept", "y ~ x + (1 | g)", .negativeBinomial(theta: 1)),
    ("nbinom_slope", "y ~ x + (x | g)", .negativeBinomial(theta: 1)),
    ("nbinom_grouse", "TICKS ~ YEAR + h + (1 | BROOD)", .negativeBinomial(theta: 1)),
    ("gamma_intercept", "size ~ x + (1 | g)", .gamma(shape: 1)),
    ("gamma_slope", "size ~ x + (x | g)", .gamma(shape: 1)),
    ("probit", "incidence ~ period + (1 | herd)", .binomial),
    ("cloglog", "incidence ~ period + (1 | herd)", .binomial),
  ]

  @Test("agrees with glmmTMB, by the observed determinant", arguments: models)
  func tmb(_ name: String, _ formula: String, _ family: ResponseFamily) throws {
    let record = try Reference.json("glmm/tmb.json")[name]
    let file = family == .binomial ? "cbpp" : name == "nbinom_grouse" ? "grouseticks" : "sim_poisson"
    var table = try DataTable(csv: Reference.bytes("glmm/\(file).csv"), file: file)
    if file == "sim_poisson" {
      let (expo, x, y) = (table["expo"]!.numbers!, table["x"]!.numbers!, table["y"]!.numbers!)
      table = table.appending(
        Column("size", .real(zip(expo, zip(x, y)).map { $0 * exp(0.3 * $1.0) * (1 + $1.1) })))
    }
    let frame = try ModelFrame(
      ModelFormula(formula), data: table, roles: ColumnRoles(factors: ["period", "YEAR"]))
    let link = LinkFunction(rawValue: name) ?? .log
    var data = GeneralizedData(
      frame, ObservationModel(family, link: link), trials: family == .binomial ? table["size"]!.numbers : nil)
    data.estimatesDispersion = family.hasDispersion
    let fit = try GeneralizedSearch(data, determinant: .observed).minimize()
    #expect(fit.status == .converged)
    expectClose(fit.minus2LogLikelihood, record["minus2loglik"][0].double, absolute: 1e-7)
    let parameters = record["parameters"].doubles
    let names = record["names"].strings
    func part(_ name: String) -> [Double] {
      parameters.indices.filter { names[$0] == name }.map { parameters[$0] }
    }
    expectClose(fit.beta, part("beta"), relative: 1e-5)
    let errors = try #require(fit.parameterCovariance).diagonal.map { $0.squareRoot() }
    let recorded = record["std_error"].doubles
    expectClose(Array(errors[..<fit.beta.count]), Array(recorded[..<fit.beta.count]), relative: 1e-4)
    for k in 0..<data.random.columns {
      expectClose(GeneralizedSearchTests.deviation(fit, k), exp(part("theta")[k]), relative: 1e-5)
    }
    if let dispersion = part("betad").first {
      expectClose(log(try #require(fit.dispersionParameter)), dispersion, absolute: 1e-5)
      expectClose(errors.last!, recorded[fit.beta.count], relative: 1e-4)
    }
  }

  @Test("counts that vary no more than Poisson's end at Poisson's likelihood")
  func poisson() throws {
    var data = GeneralizedData.simulated(
      ObservationModel(.poisson, link: .log), seed: 8, groups: 10, rows: 80, q: 1)
    // Nearly no variation about the mean.
    data.response = data.response.map { min(max($0, 1), 2) }
    let limit = try GeneralizedSearch(data).minimize()
    data.model = ObservationModel(.negativeBinomial(theta: 1), link: .log)
    data.estimatesDispersion = true
    let fit = try GeneralizedSearch(data).minimize()
    #expect(fit.status == limit.status)
    // θ of 5e8 is Poisson's distribution but for what its part of y² leaves.
    expectClose(fit.minus2LogLikelihood, limit.minus2LogLikelihood, absolute: 1e-5)
    #expect(try #require(fit.dispersionParameter) > 1e8)
    expectClose(fit.beta, limit.beta, absolute: 1e-5)
    let (a, b) = (try #require(fit.fixedCovariance), try #require(limit.fixedCovariance))
    expectClose(a.storage, b.storage, absolute: 1e-5)
  }
}
