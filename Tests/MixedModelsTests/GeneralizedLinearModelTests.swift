import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Generalized linear models against R's glm and glm.nb")
struct GeneralizedLinearModelTests {
  static let document = try! Reference.json("glm/glm.json")
  static let records = document["records"].array

  static func family(_ word: String) -> ResponseFamily {
    switch word {
    case "binomial": .binomial
    case "poisson": .poisson
    case "Gamma": .gamma(shape: 1)
    default: .negativeBinomial(theta: 1)
    }
  }

  static func model(_ r: JSON) throws -> GeneralizedLinearModel {
    let file = "glm/" + r["data"].string!
    let table = try DataTable(csv: Reference.bytes(file), file: file)
    return try GeneralizedLinearModel(
      #require(r["formula"].string), data: table, family: family(r["family"].string!),
      link: LinkFunction(rawValue: r["link"].string!),
      roles: ColumnRoles(weights: r["weights"].string, offset: r["offset"].string))
  }

  @Test("every family and link, response form, weights, offsets, aliased columns", arguments: records.indices)
  func record(_ k: Int) throws {
    let r = Self.records[k]
    let label = r["id"].string!
    let model = try Self.model(r)
    let fit = try model.fit()
    #expect(fit.converged && fit.separation == nil, "\(label)")
    #expect(fit.coefficientNames == r["fixef"]["names"].strings, "\(label)")
    #expect(fit.observationCount == r["n_obs"].int && fit.observationCount > 0)
    // Both sides iterate until steps are rounding: what differs is rounding times the condition of √W·X. A
    // number near zero beside its standard error carries the rounding of the error's size.
    let errors = r["fixef"]["std_error"].doubles
    #expect(errors.count == fit.coefficients.count)
    for (i, value) in r["fixef"]["values"].doubles.enumerated() {
      expectClose(
        fit.coefficients[i], value, relative: 1e-8, absolute: errors[i].isNaN ? 1e-8 : 1e-8 * errors[i],
        "\(label) estimate \(i)")
    }
    expectClose(fit.standardErrors, errors, relative: 1e-8, "\(label) se")
    expectClose(fit.statistics, r["fixef"]["t"].doubles, relative: 1e-8, absolute: 1e-8, "\(label) z")
    expectClose(fit.pValues, r["fixef"]["p"].doubles, relative: 1e-7, "\(label) p")
    // R's matrix leaves aliased columns out.
    let known = fit.coefficients.indices.filter { !fit.coefficients[$0].isNaN }
    let covariance = r["vcov"].matrix
    #expect(covariance.count == known.count)
    for (a, i) in known.enumerated() {
      for (b, j) in known.enumerated() {
        expectClose(
          fit.covariance[i, j], covariance[a][b], absolute: 1e-8 * errors[i] * errors[j], "\(label) vcov")
      }
    }
    expectClose(fit.deviance, r["deviance"].double, relative: 1e-9, absolute: 1e-12, "\(label) deviance")
    expectClose(fit.nullDeviance, r["null_deviance"].double, relative: 1e-9, "\(label) null deviance")
    #expect(fit.residualDegreesOfFreedom == r["df_residual"].int, "\(label)")
    #expect(fit.nullDegreesOfFreedom == r["df_null"].int, "\(label)")
    expectClose(fit.dispersion, r["dispersion"].double, relative: 1e-8, "\(label) dispersion")
    // A saturated Gamma model has no finite likelihood, and R's is what rounding leaves.
    if !r["logLik"].isNull {
      expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-10, "\(label) logLik")
      expectClose(fit.aic, r["AIC"].double, relative: 1e-10, "\(label) AIC")
      expectClose(fit.bic, r["BIC"].double, relative: 1e-10, "\(label) BIC")
    } else {
      #expect(label == "saturated_gamma")
    }
    #expect(fit.parameterCount == r["df"].int)
    if case .negativeBinomial(let theta) = fit.family {
      expectClose(theta, r["theta"].double, relative: 1e-8, "\(label) theta")
      expectClose(fit.thetaStandardError, r["theta_se"].double, relative: 1e-7, "\(label) se of theta")
    } else {
      #expect(fit.iterationCount == r["iterations"].int, "\(label) iterations")
    }
    func first(_ values: [Double]) -> [Double] { Array(values.prefix(10)) }
    func ten(_ key: String) -> [Double] { r[key].doubles }
    let n = min(10, fit.observationCount)
    #expect(first(fit.fitted).count == n)
    expectClose(first(fit.fitted), Array(ten("fitted10").prefix(n)), relative: 1e-8, "\(label) fitted")
    expectClose(
      first(fit.linearPredictors), Array(ten("linear10").prefix(n)), relative: 1e-8, absolute: 1e-8)
    // Without degrees of freedom R shows residuals as exactly 0.
    for kind in GeneralizedLinearModelFit.ResidualKind.allCases {
      expectClose(
        first(fit.residuals(kind)), Array(ten("residuals_\(kind.rawValue)10").prefix(n)), relative: 1e-8,
        absolute: 1e-7, "\(label) \(kind)")
    }
    expectClose(
      first(fit.leverages), Array(ten("hatvalues10").prefix(n)), relative: 1e-8, absolute: 1e-12,
      "\(label) leverage")
    if !r["predict"].isNull {
      let rows = r["predict"]["newdata"].array
      let data = DataTable(
        ["x", "z", "size", "exposure"].map { name in Column(name, rows.map { $0[name].double }) }
          + [Column("f", rows.map { $0["f"].string! })])
      expectClose(try model.predict(fit, for: data), r["predict"]["link"].doubles, relative: 1e-8)
      expectClose(
        try model.predict(fit, for: data, scale: .response), r["predict"]["response"].doubles, relative: 1e-8)
      for (scale, key) in [(PredictionScale.link, "se_link"), (.response, "se_response")] {
        let intervals = try model.confidenceIntervals(fit, for: data, scale: scale)
        expectClose(intervals.errors, r["predict"][key].doubles, relative: 1e-8, "\(label) \(key)")
        #expect(zip(intervals.lower, intervals.means).allSatisfy { $0 < $1 })
        #expect(zip(intervals.means, intervals.upper).allSatisfy { $0 < $1 })
      }
    }
  }

  @Test("no pooling: one model a level, as R's glm of its rows")
  func groups() throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    let records = Self.document["groups"].array
    // The response as text: in no level may another order of its levels turn success around.
    for response in ["y", "vote", "agrees"] {
      let groups = try GroupwiseGeneralizedModels(
        ModelFormula("\(response) ~ x"), data: table, by: "g", family: .binomial)
      #expect(records.count == 8 && groups.fits.count == 8 && groups.failures.isEmpty)
      for ((level, fit), r) in zip(groups.fits, records) {
        #expect(level == String(r["level"].int))
        expectClose(fit.coefficients, r["values"].doubles, relative: 1e-8)
        expectClose(fit.standardErrors, r["std_error"].doubles, relative: 1e-8)
        expectClose(fit.deviance, r["deviance"].double, relative: 1e-9)
        expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-9)
      }
      #expect(groups.estimates.rows[0].address.parts == ["by", "1", "fixed", "(Intercept)"])
    }
  }

  @Test("a level where one outcome only occurs reads it as in the whole data")
  func oneOutcome() throws {
    let table = DataTable([
      Column("y", ["no", "yes", "yes", "yes", "yes", "no", "yes", "no"]),
      Column("g", ["a", "a", "b", "b", "b", "a", "a", "c"]),
    ])
    let groups = try GroupwiseGeneralizedModels(
      ModelFormula("y ~ 1"), data: table, by: "g", family: .binomial)
    #expect(groups.fits.map(\.level) == ["a", "b", "c"])
    expectClose(groups.fits[0].fit.coefficients[0], 0, absolute: 1e-12)
    let separations = groups.fits.map { $0.fit.separation?.causes[0].signs }
    #expect(separations == [nil, [1], [-1]])
  }

  @Test(
    "individual rows and their sums give one fit",
    arguments: [LinkFunction.logit, .probit, .cloglog, .cauchit])
  func aggregated(_ link: LinkFunction) throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    let (hits, sizes) = (table["hits"]!.numbers!, table["size"]!.numbers!)
    var rows: [Int] = []
    var outcomes: [Int] = []
    for i in hits.indices {
      for k in 0..<Int(sizes[i]) {
        rows.append(i)
        outcomes.append(k < Int(hits[i]) ? 1 : 0)
      }
    }
    let long = DataTable(table.selecting(rows: rows).columns + [Column("one", outcomes)])
    let single = try GeneralizedLinearModel("one ~ x + f", data: long, family: .binomial, link: link).fit()
    let fits = try [("cbind(hits, misses) ~ x + f", nil), ("share ~ x + f", "size")].map {
      try GeneralizedLinearModel(
        $0.0, data: table, family: .binomial, link: link, roles: ColumnRoles(weights: $0.1)
      ).fit()
    }
    for fit in fits {
      expectClose(fit.coefficients, single.coefficients, relative: 1e-9)
      expectClose(fit.standardErrors, single.standardErrors, relative: 1e-9)
      // Deviances differ by that of the means of the cells, likelihoods by the number of orders.
      let loss = fit.deviance - single.deviance
      let null = fit.nullDeviance - single.nullDeviance
      expectClose(loss, null, relative: 1e-10)
    }
    expectClose(fits[0].logLikelihood, fits[1].logLikelihood, relative: 1e-13)
  }

  @Test("exchanging success and failure turns the signs of symmetric links")
  func exchange() throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    for link in [LinkFunction.logit, .probit, .cauchit] {
      let a = try GeneralizedLinearModel(
        "cbind(hits, misses) ~ x + f", data: table, family: .binomial, link: link
      ).fit()
      let b = try GeneralizedLinearModel(
        "cbind(misses, hits) ~ x + f", data: table, family: .binomial, link: link
      ).fit()
      expectClose(b.coefficients, a.coefficients.map { -$0 }, relative: 1e-10)
      expectClose(b.deviance, a.deviance, relative: 1e-12)
    }
  }

  @Test("the unit of a predictor moves its coefficient only", arguments: [1e-6, 1e5])
  func units(_ factor: Double) throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    let scaled = DataTable(
      table.columns + [Column("v", table["x"]!.numbers!.map { 7 * factor + factor * $0 })])
    for family in [ResponseFamily.poisson, .negativeBinomial(theta: 1)] {
      let a = try GeneralizedLinearModel("ticks ~ x + f", data: table, family: family).fit()
      let b = try GeneralizedLinearModel("ticks ~ v + f", data: scaled, family: family).fit()
      expectClose(b.coefficients[1] * factor, a.coefficients[1], relative: 1e-8)
      expectClose(b.deviance, a.deviance, relative: 1e-10)
      expectClose(b.fitted, a.fitted, relative: 1e-8)
    }
  }

  @Test("counts that vary less than Poisson's end on the boundary")
  func poissonLimit() throws {
    let table = DataTable([
      Column("y", [1, 2, 1, 2, 1, 2, 2, 1]), Column("x", [1, 2, 3, 4, 5, 6, 7, 8]),
    ])
    let fit = try GeneralizedLinearModel("y ~ x", data: table, family: .negativeBinomial(theta: 1)).fit()
    let poisson = try GeneralizedLinearModel("y ~ x", data: table, family: .poisson).fit()
    #expect(fit.isPoissonLimit && fit.family == .negativeBinomial(theta: .infinity))
    expectClose(fit.coefficients, poisson.coefficients, relative: 1e-12)
    expectClose(fit.logLikelihood, poisson.logLikelihood, relative: 1e-14)
    expectClose(fit.aic, poisson.aic + 2, relative: 1e-14)
  }

  @Test("a maximum at a finite theta beside the boundary is found")
  func interiorTheta() throws {
    let r = Self.document["interior"]
    let table = DataTable(["x1", "x2", "x3", "o", "y"].map { Column($0, r[$0].doubles) })
    let fit = try GeneralizedLinearModel(
      "y ~ x1 + x2 + x3 + offset(o)", data: table, family: .negativeBinomial(theta: 1)
    ).fit()
    #expect(!fit.isPoissonLimit && fit.converged)
    expectClose(try #require(fit.family.dispersionParameter), r["theta"].double, relative: 1e-5)
    expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-10)
  }

  @Test("the Gamma likelihood is at its maximum over the shape")
  func gammaShapes() throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    let fit = try GeneralizedLinearModel("cost ~ x + f", data: table, family: .gamma(shape: 1)).fit()
    let y = table["cost"]!.numbers!
    func likelihood(_ a: Double) -> Double {
      zip(y, fit.fitted).reduce(0) { sum, row in
        let z = a * row.0 / row.1
        return sum + a * Foundation.log(z) - z - Foundation.log(row.0) - Foundation.lgamma(a)
      }
    }
    guard case .gamma(let shape) = fit.family else {
      Issue.record("no Gamma")
      return
    }
    expectClose(fit.maximumLogLikelihood, likelihood(shape), relative: 1e-13)
    #expect(fit.maximumLogLikelihood > fit.logLikelihood)
    let step = 1e-3 * shape
    #expect(likelihood(shape + step) < fit.maximumLogLikelihood)
    #expect(likelihood(shape - step) < fit.maximumLogLikelihood)
    // The peak is symmetric to second order.
    expectClose(
      likelihood(shape + step) - fit.maximumLogLikelihood,
      likelihood(shape - step) - fit.maximumLogLikelihood, relative: 1e-2)
  }

  @Test("links that do not go with a family, and bars, are refused")
  func refused() throws {
    let table = DataTable([Column("y", [0, 1, 1, 0]), Column("g", [1, 1, 2, 2])])
    #expect(
      throws: GeneralizedFitError.link(.probit, family: "poisson", allowed: [.log])
    ) {
      try GeneralizedLinearModel("y ~ 1", data: table, family: .poisson, link: .probit)
    }
    #expect(throws: FitError.unexpectedBar(formula: "y ~ (1 | g)")) {
      try GeneralizedLinearModel("y ~ (1 | g)", data: table, family: .binomial)
    }
  }

  @Test("extreme offsets end in a fit or a clear error", arguments: [-1e4, -700, -40, 40, 700, 1e4, 1e8])
  func extremeOffsets(_ size: Double) throws {
    let table = try DataTable(csv: Reference.bytes("glm/glm.csv"), file: "glm.csv")
    let far = DataTable(table.columns + [Column("o", table["z"]!.numbers!.map { $0 + size })])
    for (response, family) in [
      ("y", ResponseFamily.binomial), ("count", .poisson), ("cost", .gamma(shape: 1)),
      ("ticks", .negativeBinomial(theta: 1)),
    ] {
      let near = try GeneralizedLinearModel(
        "\(response) ~ x", data: table, family: family, roles: ColumnRoles(offset: "z")
      ).fit()
      let fit = try GeneralizedLinearModel(
        "\(response) ~ x", data: far, family: family, roles: ColumnRoles(offset: "o")
      ).fit()
      // A constant offset only moves the intercept.
      expectClose(fit.deviance, near.deviance, relative: 1e-6)
      expectClose(fit.coefficients[0] + size, near.coefficients[0], absolute: 1e-7 * max(1, abs(size)))
    }
  }
}
