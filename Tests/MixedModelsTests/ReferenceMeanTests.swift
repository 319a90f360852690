import Foundation
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("What a generalized model expects at the reference point")
struct ReferenceMeanTests {
  private static func fit(_ name: String, approximation: LikelihoodApproximation = .laplace) throws
    -> (fit: GeneralizedLinearMixedModelFit, record: JSON)
  {
    let r = try Reference.json("glmm/\(name).json")
    let table = try DataTable(csv: Reference.bytes(r["data"].string!))
    let factors = Set(r["factors"].object.keys).intersection(table.columnNames)
    let model = try GeneralizedLinearMixedModel(
      r["formula"].string!, data: table, family: r["family"].string == "poisson" ? .poisson : .binomial,
      link: LinkFunction(rawValue: r["link"].string!)!,
      roles: ColumnRoles(factors: factors, weights: r["weights"].string, offset: r["offset"].string))
    return (try model.fit(approximation), r)
  }

  @Test("the mean over groups is the integral over their normal distribution", arguments: [0, 0.3, 1, 4.0])
  func integral(_ variance: Double) {
    let deviation = variance.squareRoot()
    // The trapezoid rule converges exponentially for what vanishes at both ends.
    let steps = 4000
    for link in LinkFunction.allCases {
      for eta in [-2.0, 0, 0.7] {
        var sum = 0.0
        for k in 0...steps {
          let z = -12 + 24 * Double(k) / Double(steps)
          sum += exp(-z * z / 2) * link.mean(predictor: eta + deviation * z)
        }
        let expected = sum * 24 / Double(steps) / (2 * Double.pi).squareRoot()
        // Of Cauchy's distribution function, which has poles, quadrature sees less.
        let tolerance = link == .cauchit ? 1e-3 : 1e-9
        expectClose(link.averageMean(predictor: eta, variance: variance), expected, relative: tolerance)
      }
    }
  }

  @Test("first levels and means, with lme4's coefficients")
  func reference() throws {
    let (fit, r) = try Self.fit("cbpp")
    let mean = try ReferenceMean(fit)
    #expect(mean.point.held == [ReferenceGrid.Held(column: "period", value: .level("1"))])
    let constant = r["fixef"]["values"][0].double
    expectClose(mean.predictor, constant, relative: 1e-5)
    expectClose(mean.mean, 1 / (1 + exp(-constant)), relative: 1e-5)
    let error = r["vcov_hessian_tight"][0][0].double.squareRoot()
    expectClose(mean.standardError, error, relative: 1e-4)
    expectClose(mean.lower, 1 / (1 + exp(-constant + 1.959963984540054 * error)), relative: 1e-4)
    let deviation = r["varcorr"][0]["sd"][0].double
    #expect(mean.spreads.map(\.factor) == ["herd"])
    expectClose(mean.spreads[0].deviation, deviation, relative: 1e-5)
    expectClose(mean.spreads[0].medianRatio, exp(0.9538725524 * deviation), relative: 1e-5)
    #expect(mean.marginalMean > mean.mean && mean.marginalMean < 0.5)
  }

  @Test("an offset is left out, slopes count at the means")
  func offset() throws {
    let (fit, r) = try Self.fit("poisson_offset")
    let mean = try ReferenceMean(fit)
    let x = try #require(fit.model.frame.data["x"]?.numbers)
    let average = x.reduce(0, +) / Double(x.count)
    let beta = r["fixef"]["values"].doubles
    expectClose(mean.predictor, beta[0] + beta[1] * average, absolute: 1e-5)
    let (sd, correlation) = (r["varcorr"][0]["sd"].doubles, r["varcorr"][0]["corr"][0][1].double)
    let variance =
      sd[0] * sd[0] + average * average * sd[1] * sd[1] + 2 * average * correlation * sd[0] * sd[1]
    expectClose(mean.spreads[0].deviation, variance.squareRoot(), relative: 1e-4)
    expectClose(mean.marginalMean, exp(mean.predictor + variance / 2), relative: 1e-4)
  }
}
