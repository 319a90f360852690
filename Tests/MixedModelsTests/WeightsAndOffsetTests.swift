import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Prior weights and offsets")
struct WeightsAndOffsetTests {
  private static func sleep() throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/sleep_weights.csv"), file: "sleep_weights.csv")
  }
  private static let subjects = ColumnRoles(factors: ["Subject"])

  static let linear = try! Reference.json("lm-weights.json").array

  @Test("linear models against R's lm", arguments: linear.indices)
  func linearModel(_ k: Int) throws {
    let r = Self.linear[k]
    let roles = ColumnRoles(weights: r["weights"].string, offset: r["offset"].string)
    let model = try LinearModel(#require(r["formula"].string), data: Self.sleep(), roles: roles)
    let fit = model.fit()
    #expect(fit.coefficientNames == r["names"].strings)
    expectClose(fit.coefficients, r["coefficients"].doubles, relative: 1e-10)
    expectClose(fit.standardErrors, r["std_error"].doubles, relative: 1e-10)
    expectClose(fit.sigma, r["sigma"].double, relative: 1e-10)
    expectClose(fit.logLikelihood, r["logLik"].double, relative: 1e-12)
    expectClose(fit.aic, r["AIC"].double, relative: 1e-12)
    expectClose(fit.bic, r["BIC"].double, relative: 1e-12)
    expectClose(fit.deviance, r["deviance"].double, relative: 1e-10)
    expectClose(
      Array(fit.fitted.prefix(10)), r["fitted10"].doubles, relative: 1e-10, absolute: 1e-10)
    expectClose(Array(fit.residuals.prefix(10)), r["residuals10"].doubles, absolute: 1e-9)
    // R 4.2 counts an offset as explained.
    if model.frame.offset == nil { expectClose(fit.rSquared, r["r_squared"].double, relative: 1e-10) }
    let rows = DataTable([
      Column("Days", [0, 20]), Column("half", ["odd", "even"]), Column("off", [1, 100]),
    ])
    expectClose(try model.predict(fit, for: rows), r["predicted"].doubles, relative: 1e-10)
  }

  @Test("the F test of the slopes compares with the offset alone")
  func fTest() throws {
    let table = try Self.sleep()
    let roles = ColumnRoles(weights: "w", offset: "off")
    let fit = try LinearModel("Reaction ~ Days", data: table, roles: roles).fit()
    let null = try LinearModel("Reaction ~ 1", data: table, roles: roles).fit()
    let explained = null.deviance - fit.deviance
    expectClose(try #require(fit.fStatistic).value, explained / fit.sigma / fit.sigma, relative: 1e-10)
    expectClose(fit.rSquared, explained / null.deviance, relative: 1e-10)
  }

  @Test("whole weights are repeated rows")
  func repeatedRows() throws {
    var rows: [Int] = []
    let table = try Self.sleep()
    let weights = (0..<table.rowCount).map { 1 + $0 % 4 }
    for (i, w) in weights.enumerated() { rows += [Int](repeating: i, count: w) }
    let weighted = DataTable(table.columns + [Column("times", weights)])
    let fit = try LinearModel(
      "Reaction ~ Days + half", data: weighted, roles: ColumnRoles(weights: "times")
    ).fit()
    let long = try LinearModel("Reaction ~ Days + half", data: table.selecting(rows: rows)).fit()
    expectClose(fit.coefficients, long.coefficients, relative: 1e-12)
    expectClose(fit.deviance, long.deviance, relative: 1e-12)
    expectClose(fit.rSquared, long.rSquared, relative: 1e-12)
  }

  @Test("a common factor of all weights changes nothing but σ", arguments: [1e-8, 0.25, 9, 1e12])
  func commonFactor(_ factor: Double) throws {
    let table = try Self.sleep()
    let w = try #require(table["w"]?.numbers)
    let scaled = DataTable(table.columns + [Column("v", w.map { $0 * factor })])
    func fit(_ name: String) throws -> LinearMixedModelFit {
      try LinearMixedModel(
        "Reaction ~ Days + (Days | Subject)", data: scaled,
        roles: ColumnRoles(factors: ["Subject"], weights: name)
      ).fit()
    }
    let (a, b) = (try fit("w"), try fit("v"))
    expectClose(b.criterion, a.criterion, relative: 1e-11)
    expectClose(b.sigma, a.sigma * factor.squareRoot(), relative: 1e-7)
    expectClose(
      b.varianceComponents[0].covariance.storage, a.varianceComponents[0].covariance.storage, relative: 1e-6)
    expectClose(b.fixedEffects, a.fixedEffects, relative: 1e-8)
    expectClose(b.scaledResiduals, a.scaledResiduals, absolute: 1e-6)
  }

  @Test("a predictor far from zero keeps its digits under weights")
  func farPredictor() throws {
    let table = try Self.sleep()
    let days = try #require(table["Days"]?.numbers)
    let moved = DataTable(table.columns + [Column("time", days.map { $0 + 1.7e9 })])
    let roles = ColumnRoles(factors: ["Subject"], weights: "w")
    let near = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: moved, roles: roles).fit()
    let far = try LinearMixedModel("Reaction ~ time + (time | Subject)", data: moved, roles: roles).fit()
    expectClose(far.criterion, near.criterion, relative: 1e-10)
    expectClose(far.fixedEffects[1], near.fixedEffects[1], relative: 1e-6)
    expectClose(far.fitted, near.fitted, relative: 1e-6)
    let line = try LinearModel("Reaction ~ time", data: moved, roles: ColumnRoles(weights: "w")).fit()
    let plain = try LinearModel("Reaction ~ Days", data: moved, roles: ColumnRoles(weights: "w")).fit()
    expectClose(line.coefficients[1], plain.coefficients[1], relative: 1e-9)
  }

  @Test("an offset is taken from the response and given back")
  func offset() throws {
    let table = try Self.sleep()
    let (y, off) = (try #require(table["Reaction"]?.numbers), try #require(table["off"]?.numbers))
    let moved = DataTable(table.columns + [Column("rest", zip(y, off).map(-))])
    let by = ColumnRoles(factors: ["Subject"], offset: "off")
    let a = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: moved, roles: by).fit()
    let b = try LinearMixedModel("rest ~ Days + (Days | Subject)", data: moved, roles: Self.subjects).fit()
    let c = try LinearMixedModel(
      "Reaction ~ Days + offset(off) + (Days | Subject)", data: moved, roles: Self.subjects
    ).fit()
    for fit in [a, c] {
      expectClose(fit.criterion, b.criterion, relative: 1e-13)
      expectClose(fit.fixedEffects, b.fixedEffects, relative: 1e-10)
      expectClose(fit.fitted, zip(b.fitted, off).map(+), relative: 1e-12)
      expectClose(try fit.predict(for: moved), fit.fitted, relative: 1e-12)
    }
  }

  @Test("no pooling and LSDV under weights and an offset are linear models")
  func strategies() throws {
    let table = try Self.sleep()
    let roles = ColumnRoles(factors: ["Subject"], weights: "w", offset: "off")
    let formula = try ModelFormula("Reaction ~ Days + half + (1 | Subject)")
    let comparison = try PoolingComparison(formula, data: table, roles: roles)
    let complete = try LinearModel("Reaction ~ Days + half", data: table, roles: roles).fit()
    expectClose(comparison.completePooling.coefficients, complete.coefficients, relative: 1e-12)
    let dummies = try LinearModel("Reaction ~ 0 + Subject + Days", data: table, roles: roles).fit()
    let model = try LinearMixedModel(
      "Reaction ~ Days + (1 | Subject)", data: table, roles: roles)
    let lsdv = GroupRegressions.lsdv(model)
    let none = GroupRegressions.noPooling(model)
    for (j, level) in model.groupLevels.enumerated() {
      let place = try #require(dummies.coefficientNames.firstIndex(of: "Subject" + level))
      expectClose(lsdv.estimates[j, 0], dummies.coefficients[place], relative: 1e-10)
      expectClose(lsdv.errors[j, 0], dummies.standardErrors[place], relative: 1e-10)
      let rows = model.groupCodes.indices.filter { model.groupCodes[$0] == j }
      let own = try LinearModel(
        "Reaction ~ Days", data: table.selecting(rows: rows), roles: ColumnRoles(weights: "w", offset: "off")
      ).fit()
      expectClose(none.estimates.row(j), own.coefficients, relative: 1e-10)
      expectClose(none.errors.row(j), own.standardErrors, relative: 1e-10)
    }
  }

  @Test("equal weights of any size say nothing but the unit of σ", arguments: [1e-300, 1e-12, 1e120])
  func equalWeights(_ size: Double) throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let weighted = DataTable(table.columns + [Column("w", [Double](repeating: size, count: table.rowCount))])
    let plain = try LinearMixedModel("Reaction ~ Days + (1 | Subject)", data: table).fit()
    let fit = try LinearMixedModel(
      "Reaction ~ Days + (1 | Subject)", data: weighted, roles: ColumnRoles(weights: "w")
    ).fit()
    expectClose(fit.criterion, plain.criterion, relative: 1e-9)
    expectClose(fit.sigma / size.squareRoot(), plain.sigma, relative: 1e-9)
    expectClose(fit.fixedEffects, plain.fixedEffects, relative: 1e-9)
  }

  @Test("weights so unequal that hardly a row counts are named as the fault")
  func unequalWeights() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let weights = (0..<table.rowCount).map { $0 < 4 ? 1 : 1e-300 }
    let weighted = DataTable(table.columns + [Column("w", weights)])
    #expect(throws: FitError.unequalWeights(column: "w", least: 1e-300, greatest: 1)) {
      try LinearMixedModel(
        "Reaction ~ Days + (1 | Subject)", data: weighted, roles: ColumnRoles(weights: "w")
      ).fit()
    }
  }

  @Test("weights that are none", arguments: [0, -1, Double.infinity])
  func badWeight(_ value: Double) throws {
    let table = DataTable([
      Column("y", [1.0, 2, 4, 3]), Column("x", [1.0, 2, 3, 4]), Column("w", [1, 2, value, 1]),
    ])
    #expect(throws: FormulaError.badWeight(column: "w", row: 3, value: shortestText(value))) {
      try LinearModel("y ~ x", data: table, roles: ColumnRoles(weights: "w"))
    }
  }

  @Test("a row without weight or offset is left out")
  func missing() throws {
    let table = DataTable([
      Column("y", [1.0, 2, 4, 3, 5]), Column("w", [1, 2, .nan, 1, 1]), Column("o", [.nan, 2, 1, 1, 1.5]),
    ])
    let fit = try LinearModel("y ~ 1", data: table, roles: ColumnRoles(weights: "w", offset: "o")).fit()
    #expect(fit.usedRows == [1, 3, 4] && fit.omittedCount == 2)
  }

  @Test("known variances have no weights")
  func knownVariances() throws {
    let formula = try ModelFormula("Reaction ~ 1 + (1 | Subject)")
    #expect(throws: PoolingError.weighted) {
      try KnownVariancePooling(
        formula, data: Self.sleep(), roles: ColumnRoles(weights: "w"),
        by: PartialPoolingFormula(sigmaY: 1, sigmaAlpha: 1))
    }
  }
}
