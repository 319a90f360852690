import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("After the fit of a generalized mixed model")
struct GeneralizedInferenceTests {
  private static let record = try! Reference.json("glmm/inference.json")

  private static func cbpp() throws -> DataTable {
    try DataTable(csv: Reference.bytes("glmm/cbpp.csv"))
  }

  private static let cbppRoles = ColumnRoles(factors: ["period", "herd"])
  private static let cbppFormula = "cbind(incidence, size - incidence) ~ period + (1 | herd)"

  private static func cbppFit() throws -> GeneralizedLinearMixedModelFit {
    try GeneralizedLinearMixedModel(cbppFormula, data: cbpp(), family: .binomial, roles: cbppRoles).fit()
  }

  @Test("profile intervals are lme4's", arguments: ["cbpp", "cbpp_agq9", "contra_slope"])
  func profiles(_ name: String) throws {
    let r = Self.record["profiles"][name]
    let isCbpp = name.hasPrefix("cbpp")
    let table = try isCbpp ? Self.cbpp() : DataTable(csv: Reference.bytes("glmm/contraception.csv"))
    let fit = try GeneralizedLinearMixedModel(
      r["formula"].string!, data: table, family: .binomial,
      roles: isCbpp ? Self.cbppRoles : ColumnRoles(factors: ["district"])
    ).fit(LikelihoodApproximation(nodes: r["nAGQ"].int))
    let intervals = try fit.profileIntervals()
    #expect(intervals.map(\.parameter) == r["names"].strings)
    for (k, interval) in intervals.enumerated() {
      // R interpolates by splines.
      expectClose(
        interval.lower, r["lower"].doubles[k], relative: 1.5e-3, absolute: 2e-3, interval.parameter)
      expectClose(
        interval.upper, r["upper"].doubles[k], relative: 1.5e-3, absolute: 2.5e-3, interval.parameter)
    }
  }

  @Test("a profile rises by the height exactly at its limits")
  func height() throws {
    let fit = try Self.cbppFit()
    let interval = try #require(fit.profileIntervals().first { $0.parameter == "period2" })
    // Holding a coefficient is the same as an offset.
    for limit in [interval.lower, interval.upper] {
      var data = fit.model.kernelData
      let n = data.response.count
      let column = fit.model.fixedMatrix.column(1)
      data.offset = column.map { $0 * limit }
      data.fixed = Matrix(
        rows: n, columns: 3, storage: [0, 2, 3].flatMap { fit.model.fixedMatrix.column($0) })
      let held = try GeneralizedSearch(data).minimize(standardErrors: false)
      expectClose(held.minus2LogLikelihood - fit.criterion, 3.841458820694124, absolute: 1e-6)
    }
  }

  @Test("Wald and bootstrap intervals enclose the estimates; threads change nothing")
  func bootstrap() throws {
    let fit = try Self.cbppFit()
    let one = try ParametricBootstrap(fit, count: 60, seed: 4)
    let two = try ParametricBootstrap(fit, count: 60, seed: 4, threads: 2)
    #expect(one.replicates == two.replicates && one.parameters == two.parameters)
    #expect(one.parameters.first == "sd_(Intercept)|herd" && !one.parameters.contains("sigma"))
    for interval in try one.intervals() + fit.waldIntervals() {
      #expect(interval.lower < interval.estimate && interval.estimate < interval.upper)
    }
  }

  @Test("a bootstrap of a fit without maximum is refused, and one that fits few replicates says why")
  func withoutMaximum() throws {
    let x = (0..<40).map { Double($0 * 17 % 40) / 10 - 2 }
    let table = DataTable([
      Column("x", x), Column("y", x.map { $0 > 0.5 ? 1 : 0 }), Column("z", x.map { _ in 0 }),
      Column("g", (0..<40).map { "g\($0 % 8)" }),
    ])
    let separated = try GeneralizedLinearMixedModel("y ~ x + (1 | g)", data: table, family: .binomial).fit()
    #expect(throws: FitError.noMaximum(separated: true)) {
      try ParametricBootstrap(separated, count: 20, seed: 1)
    }
    // Two successes of a predictor that is rare: most draws have none, and are separated.
    let rare = DataTable([
      Column("y", (0..<80).map { $0 == 3 || $0 == 77 || $0 % 10 == 1 ? 1 : 0 }),
      Column("x", (0..<80).map { $0 == 3 || $0 == 4 ? 1 : 0 }), Column("g", (0..<80).map { "g\($0 % 8)" }),
    ])
    let fit = try GeneralizedLinearMixedModel("y ~ x + (1 | g)", data: rare, family: .binomial).fit()
    #expect(fit.diagnostics.hasMaximum)
    let drawn = try ParametricBootstrap(fit, count: 60, seed: 2)
    #expect(drawn.failures[.separated] ?? 0 > 5 && drawn.failureCount + drawn.replicates.count == 60)
    if drawn.failureCount > 30 {
      #expect(throws: FitError.self) { try drawn.intervals() }
    } else {
      #expect(try drawn.intervals().allSatisfy { $0.lower.isFinite })
    }
  }

  @Test("a fit has finite numbers or is an error that names the ranges", arguments: [800, 1e5, 0])
  func endless(_ offset: Double) throws {
    var y = (0..<40).map { Double(1 + $0 * 7 % 5) }
    if offset == 0 { y[0] = 1e15 }
    let x = (0..<40).map { Double(($0 * 37 + 11) % 80) / 20 - 2 }
    let o = (0..<40).map { $0 % 2 > 0 ? offset : -offset }
    let table = DataTable([
      Column("y", y), Column("x", x), Column("g", (0..<40).map { "g\($0 % 8)" }), Column("o", o),
    ])
    let model = try GeneralizedLinearMixedModel(
      "y ~ x + (1 | g)", data: table, family: .poisson, roles: ColumnRoles(offset: "o"))
    do throws(FitError) {
      let fit = try model.fit()
      #expect(fit.criterion.isFinite && fit.fixedEffects.allSatisfy { $0.isFinite })
    } catch {
      let expected = FitError.noFiniteLikelihood(
        columns: ["'y'", "the offset"], least: [1, -offset], greatest: [y.max()!, offset])
      #expect(error == expected)
      #expect("\(error)".contains("'y' reaches from 1 to "))
    }
  }

  @Test("models without a maximum are named and not tested")
  func comparisonWithoutMaximum() throws {
    let x = (0..<40).map { Double($0 * 17 % 40) / 10 - 2 }
    let table = DataTable([
      Column("x", x), Column("y", x.map { $0 > 0.5 ? 1 : 0 }), Column("g", (0..<40).map { "g\($0 % 8)" }),
    ])
    let found = try ModelComparison(
      ["y ~ 1", "y ~ x", "y ~ x + (1 | g)"].map { try ModelFormula($0) }, data: table,
      distribution: GeneralizedSpecification(.binomial))
    #expect(found.separatedModels == ["m2", "m3"] && found.rows.allSatisfy { $0.test == nil })
  }

  @Test("likelihood-ratio test and information criteria are R's anova")
  func comparison() throws {
    let r = Self.record["comparison"]
    let formulas = try [
      "cbind(incidence, size - incidence) ~ 1 + (1 | herd)", Self.cbppFormula,
      "cbind(incidence, size - incidence) ~ period",
    ].map { try ModelFormula($0) }
    let distribution = GeneralizedSpecification(.binomial)
    let pair = try ModelComparison(
      Array(formulas.prefix(2)), data: Self.cbpp(), roles: Self.cbppRoles, distribution: distribution)
    for (k, row) in pair.rows.enumerated() {
      #expect(row.parameterCount == r["npar"].array[k].int)
      expectClose(row.aic, r["AIC"].doubles[k], relative: 1e-8)
      expectClose(row.bic, r["BIC"].doubles[k], relative: 1e-8)
      expectClose(row.logLikelihood, r["logLik"].doubles[k], relative: 1e-8)
    }
    let test = try #require(pair.rows[1].test)
    expectClose(test.statistic, r["Chisq"].double, relative: 1e-6)
    #expect(test.degreesOfFreedom == r["Df"].int && test.null == .chiSquared)
    expectClose(test.pValue, r["p"].double, relative: 1e-6)

    // A variance against the model without bars, whose likelihood has all constants too.
    let variance = try ModelComparison(
      Array(formulas.dropFirst()), data: Self.cbpp(), roles: Self.cbppRoles, distribution: distribution,
      simulation: NullSimulation(replicates: 50, seed: 2))
    let boundary = try #require(variance.rows[1].test)
    #expect(boundary.null == .mixture(lower: 0))
    expectClose(boundary.statistic, 14.0062, absolute: 1e-3)
    let simulated = try #require(boundary.simulation)
    #expect(simulated.source == .bootstrap && simulated.drawCount == 50 && simulated.reachedCount == 0)
  }

  @Test("leverages are shares: what a row's predictor moves with its own response")
  func leverages() throws {
    let fit = try Self.cbppFit()
    let augmentation = GeneralizedAugmentation(fit)
    #expect(augmentation.leverages.allSatisfy { $0 > 0 && $0 < 1 })
    // Their sum is the number of effects less the shrinkage of the random ones.
    let sum = augmentation.leverages.reduce(0, +)
    let shrinkage = fit.randomEffects[0].factor.levels.indices.reduce(0) {
      $0 + fit.predictionCovariance(ofLevel: $1)[0, 0] / (fit.theta[0] * fit.theta[0])
    }
    expectClose(sum, 4 + 15 - shrinkage, relative: 1e-6)
    for (kind, values) in augmentation.residuals { #expect(values == fit.residuals(kind)) }
  }

  @Test("leaving out a herd is a fit without its rows")
  func influence() throws {
    let fit = try Self.cbppFit()
    let factor = fit.model.factors[0]
    let influence = GroupInfluence(
      fit, leavingOut: CategoricalColumn(name: "herd", levels: factor.levels, codes: factor.codes))
    let rows = factor.codes.indices.filter { factor.codes[$0] != 3 }
    let again = try GeneralizedLinearMixedModel(
      Self.cbppFormula, data: Self.cbpp().selecting(rows: rows), family: .binomial, roles: Self.cbppRoles
    ).fit()
    expectClose(influence.entries[3].fixedEffects, again.fixedEffects, relative: 1e-6)
  }

  @Test("pooling strategies on the scale of the link")
  func pooling() throws {
    let comparison = try GeneralizedPoolingComparison(
      ModelFormula(Self.cbppFormula), data: Self.cbpp(), GeneralizedSpecification(.binomial),
      roles: Self.cbppRoles)
    #expect(comparison.methods == [.complete, .none, .lsdv, .ml])
    let lsdv = try GeneralizedLinearModel(
      "cbind(incidence, size - incidence) ~ 0 + herd + period", data: Self.cbpp(), family: .binomial,
      roles: Self.cbppRoles
    ).fit()
    for (j, level) in comparison.levels.enumerated() {
      let entry = comparison.entries.first { $0.strategy == .lsdv && $0.level == level }!
      expectClose(entry.estimate, lsdv.coefficients[j], relative: 1e-8)
      expectClose(entry.standardError, lsdv.standardErrors[j], relative: 1e-6)
      let partial = comparison.entries.first { $0.strategy == .ml && $0.level == level }!
      #expect(partial.weight! > 0 && partial.weight! < 1)
    }
    // Herd 11 has no case in its first period.
    #expect(comparison.separatedLevels.contains("11"))
    let own = try GeneralizedLinearModel(
      "cbind(incidence, size - incidence) ~ period",
      data: Self.cbpp().selecting(
        rows: Self.cbpp()["herd"]!.numbers!.indices.filter { try! Self.cbpp()["herd"]!.numbers![$0] == 3 }),
      family: .binomial, roles: Self.cbppRoles
    ).fit()
    let third = comparison.entries.first { $0.strategy == .none && $0.level == "3" }!
    expectClose(third.estimate, own.coefficients[0], relative: 1e-8)
  }

  /// y ~ x + zz + (1 | g), whose variance is 0; x2 and z are x and zz in other units, x2 with a mean of 500 standard deviations.
  @Test(
    "profiles leave the boundary, whatever the units", arguments: [("x", 1.0), ("x2", 1e-6)],
    [("zz", 1.0), ("z", 1e7)])
  func boundaryProfile(_ x: (name: String, unit: Double), _ z: (name: String, unit: Double)) throws {
    let table = try DataTable(csv: Reference.bytes("glmm/minima/rescaled.csv"))
    let fit = try GeneralizedLinearMixedModel(
      "y ~ \(x.name) + \(z.name) + (1 | g)", data: table, family: .binomial
    ).fit()
    #expect(fit.theta[0] == 0)
    let intervals = try fit.profileIntervals()
    // By lme4's deviance function, minimized from standard deviations of 0.05 and 0.6; glm's are 0.8919 and 1.1509 above.
    let expected = [(0.0, 0.8291, 1.0), (0.1132, 0.9145, x.unit), (0.3792, 1.1696, z.unit)]
    for (k, limits) in zip([0, 2, 3], expected) {
      expectClose(intervals[k].lower / limits.2, limits.0, absolute: 1.1e-4, "\(k)")
      expectClose(intervals[k].upper / limits.2, limits.1, absolute: 1.1e-4, "\(k)")
    }
  }
}
