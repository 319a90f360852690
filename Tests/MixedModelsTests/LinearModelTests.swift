import Distributions
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Least squares against R's lm")
struct LinearModelTests {
  /// Coefficients, errors, statistics and p values against broom's table.
  private func check(_ fit: LinearModelFit, _ r: JSON, _ label: String) {
    let tidy = r["tidy"]
    #expect(!fit.coefficientNames.isEmpty && fit.coefficientNames == tidy["term"].strings, "\(label)")
    // Householder QR on both sides: only rounding differs, amplified by the design's condition.
    expectClose(fit.coefficients, tidy["estimate"].doubles, relative: 1e-9, "\(label) estimate")
    expectClose(fit.standardErrors, tidy["std.error"].doubles, relative: 1e-9, "\(label) se")
    expectClose(fit.statistics, tidy["statistic"].doubles, relative: 1e-9, "\(label) t")
    expectClose(fit.pValues, tidy["p.value"].doubles, relative: 1e-8, "\(label) p")
  }

  @Test("complete pooling, LSDV and no pooling of the salary data", arguments: ReferenceCase.salarySeeds)
  func salary(_ id: String) throws {
    let document = try Reference.json("salary/\(id).json")
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"), file: id)
    var cases = [("m1", document["m1"])]
    cases += document["lsdv"].object.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    #expect(cases.map(\.0) == ["m1", "no_intercept", "varying_both", "varying_intercept"])
    for (name, r) in cases {
      let fit = try LinearModel(r["formula"].string!, data: table).fit()
      check(fit, r, "\(id) \(name)")
      expectClose(fit.sigma, r["sigma"].double, relative: 1e-10)
      #expect(fit.residualDegreesOfFreedom == r["df_residual"].int)
      expectClose(fit.rSquared, r["r_squared"].double, relative: 1e-10)
      expectClose(fit.adjustedRSquared, r["adj_r_squared"].double, relative: 1e-10)
      let test = try #require(fit.fStatistic)
      expectClose(test.value, r["fstatistic"][0].double, relative: 1e-10)
      #expect([test.numerator, test.denominator].map(Double.init) == Array(r["fstatistic"].doubles[1...]))
      expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-12)
      expectClose(fit.aic, r["AIC"].double, relative: 1e-12)
      expectClose(fit.bic, r["BIC"].double, relative: 1e-12)
      expectClose(fit.deviance, r["deviance"].double, relative: 1e-10)
      expectClose(Array(fit.fitted.prefix(10)), r["fitted10"].doubles, relative: 1e-10)
      expectClose(Array(fit.residuals.prefix(10)), r["residuals10"].doubles, relative: 1e-7, absolute: 1e-6)
      let covariance = r["vcov"].matrix
      #expect(covariance.count == fit.coefficients.count)
      for i in covariance.indices {
        for j in covariance.indices {
          let scale = (covariance[i][i] * covariance[j][j]).squareRoot()
          expectClose(fit.covariance[i, j], covariance[i][j], absolute: 1e-9 * scale)
        }
      }
    }
    let departments = document["no_pooling"].array
    #expect(departments.count == (id == "variant_a" ? 8 : 5))
    for r in departments {
      let name = r["department"].string!
      let rows = (0..<table.rowCount).filter { table["department"]!.text($0) == name }
      #expect(rows.count == r["n"].int)
      let fit = try LinearModel("salary ~ experience", data: table.selecting(rows: rows)).fit()
      #expect(fit.residualDegreesOfFreedom == r["df_residual"].int)
      // Two rows leave no residual variance: estimates only, and nulls.
      if r["n"].int == 2 {
        expectClose(fit.coefficients, r["tidy"]["estimate"].doubles, relative: 1e-9)
        #expect(r["sigma"].isNull && fit.sigma.isNaN)
        #expect(r["tidy"]["std.error"].doubles.allSatisfy(\.isNaN) && fit.standardErrors.allSatisfy(\.isNaN))
      } else {
        check(fit, r, "\(id) \(name)")
        expectClose(fit.sigma, r["sigma"].double, relative: 1e-10)
      }
    }
  }

  @Test(
    "confidence limits of complete pooling follow from estimates, errors and t",
    arguments: ReferenceCase.salarySeeds)
  func limits(_ id: String) throws {
    let r = try Reference.json("salary/\(id).json")["m1"]
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"), file: id)
    let fit = try LinearModel("salary ~ experience", data: table).fit()
    let t = StudentTDistribution(degreesOfFreedom: Double(fit.residualDegreesOfFreedom)).quantile(0.975)
    let limits = r["confint"].matrix
    #expect(limits.count == 2)
    for (k, row) in limits.enumerated() {
      let reach = t * fit.standardErrors[k]
      // The limits of a slope near zero carry the rounding of the estimate and of the reach.
      expectClose(
        [fit.coefficients[k] - reach, fit.coefficients[k] + reach], row, relative: 1e-9,
        absolute: 1e-9 * reach)
    }
  }

  @Test("the lecture's LSDV models, an aliased group-level predictor included", arguments: ["a", "b", "c"])
  func lecture(_ set: String) throws {
    let document = try Reference.json("slides/slides_\(set)_lm.json")
    let table = try DataTable(csv: Reference.bytes("slides/slides_\(set).csv"), file: set)
    var cases = document["LSDV"].object.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    #expect(cases.count == 5)
    for name in ["complete_pooling", "complete_pooling_null", "complete_pooling_u"] {
      cases.append((name, document[name]))
    }
    for (name, r) in cases {
      let fit = try LinearModel(r["formula"].string!, data: table).fit()
      #expect(fit.coefficientNames == r["coef"]["names"].strings, "\(name)")
      expectClose(
        fit.coefficients, r["coef"]["values"].doubles, relative: 1e-9, absolute: 1e-11, "\(set) \(name)")
      let known = fit.coefficients.indices.filter { !fit.coefficients[$0].isNaN }
      expectClose(known.map { fit.standardErrors[$0] }, r["estimable"]["std_error"].doubles, relative: 1e-9)
      #expect(known.map { fit.coefficientNames[$0] } == r["estimable"]["names"].strings)
      expectClose(
        known.map { fit.coefficients[$0] }, r["estimable"]["estimate"].doubles, relative: 1e-9,
        absolute: 1e-11)
      expectClose(
        known.map { fit.statistics[$0] }, r["estimable"]["t"].doubles, relative: 1e-9, absolute: 1e-11)
      expectClose(known.map { fit.pValues[$0] }, r["estimable"]["p"].doubles, relative: 1e-7)
      expectClose(fit.sigma, r["sigma"].double, relative: 1e-10)
      #expect(fit.residualDegreesOfFreedom == r["df_residual"].int)
      expectClose(fit.rSquared, r["r_squared"].double, relative: 1e-9)
      expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-11)
      expectClose(fit.aic, r["AIC"].double, relative: 1e-11)
      expectClose(fit.bic, r["BIC"].double, relative: 1e-11)
    }
  }
}
