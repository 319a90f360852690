import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Linear mixed models against lme4")
struct LinearMixedModelTests {
  // Tolerances are those of Tests/Reference/README.md, for fits converged to the optimum.

  @Test("criterion at lme4's θ", arguments: ReferenceCase.all)
  func criterionAtTheta(_ r: ReferenceCase) throws {
    let found = try r.model().criterion(at: r.record["theta"].doubles, method: r.method)
    // The stored θ has been rounded to 17 digits; the criterion is flat there, so only arithmetic differs.
    expectClose(found, r.criterion, relative: 1e-10)
  }

  @Test("optimum", arguments: ReferenceCase.all)
  func optimum(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let singular = r.isSingular
    #expect(
      fit.criterion <= r.criterion + 1e-9 * max(1, abs(r.criterion)),
      "worse optimum: \(fit.criterion) > \(r.criterion)")
    expectClose(fit.criterion, r.criterion, relative: singular ? 1e-8 : 1e-9)
    #expect(fit.diagnostics.converged)
    #expect(fit.model.fixedEffectNames == r.record["fixef"]["names"].strings)
    expectClose(
      fit.fixedEffects, r.record["fixef"]["values"].doubles, relative: 1e-7, absolute: singular ? 1e-6 : 0,
      "β")
    expectClose(fit.sigma, r.record["sigma"].double, relative: 1e-7, "σ")
    #expect(fit.model.thetaNames == r.record["theta_names"].strings)
    if !singular { expectClose(fit.theta, r.record["theta"].doubles, relative: 1e-6, absolute: 1e-8, "θ") }
    let reference = r.record["varcorr"].array
    #expect(fit.varianceComponents.count == reference.count)
    for (component, expected) in zip(fit.varianceComponents, reference) {
      #expect(component.label == expected["group"].string)
      #expect(component.names == expected["terms"].strings)
      let covariance = expected["cov"].matrix
      #expect(covariance.count == component.names.count)
      let largest = covariance.flatMap { $0 }.map(abs).max()!
      for (i, row) in covariance.enumerated() {
        #expect(row.count == covariance.count)
        for (j, value) in row.enumerated() {
          expectClose(
            component.covariance[i, j], value, relative: singular ? 0 : 1e-6,
            absolute: singular ? 1e-5 * largest : 0,
            "cov[\(i)][\(j)]")
        }
      }
      if !singular {
        expectClose(component.standardDeviations, expected["sd"].doubles, relative: 1e-6, "sd")
        for (i, row) in expected["corr"].matrix.enumerated() {
          // A correlation has the relative accuracy of the covariance, and 1 has that of the variances.
          expectClose(component.correlations.row(i), row, relative: 1e-6, absolute: 1e-6)
        }
      }
    }
    #expect(fit.diagnostics.isSingular == singular)
    expectClose(fit.logLikelihood, r.record["logLik"].double, relative: singular ? 1e-8 : 1e-9)
    expectClose(fit.aic, r.record["AIC"].double, relative: singular ? 1e-8 : 1e-9)
    expectClose(fit.bic, r.record["BIC"].double, relative: singular ? 1e-8 : 1e-9)
    #expect(fit.parameterCount == r.record["df"].int)
  }

  @Test("covariance of the fixed effects", arguments: ReferenceCase.all)
  func fixedCovariance(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let values = r.record["vcov"].matrix
    let p = fit.fixedEffects.count
    #expect(values.count == p)
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    // The salary records leave errors and statistics to broom's tables.
    if !r.record["fixef"]["std_error"].isNull {
      let errors = fit.fixedEffectStandardErrors
      expectClose(errors, r.record["fixef"]["std_error"].doubles, relative: tolerance)
      let statistics = zip(fit.fixedEffects, errors).map { $0 / $1 }
      expectClose(statistics, r.record["fixef"]["t"].doubles, relative: 2 * tolerance, absolute: tolerance)
    }
    for (i, row) in values.enumerated() {
      #expect(row.count == p)
      for (j, value) in row.enumerated() {
        let scale = (fit.fixedEffectCovariance[i, i] * fit.fixedEffectCovariance[j, j]).squareRoot()
        expectClose(
          fit.fixedEffectCovariance[i, j], value, relative: tolerance, absolute: tolerance * scale,
          "vcov[\(i)][\(j)]")
      }
    }
  }

  @Test("conditional modes, their standard deviations and group coefficients", arguments: ReferenceCase.all)
  func modes(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let factors = r.record["ranef"].array
    #expect(factors.count == fit.randomEffects.count)
    // The salary records have one table of coefficients, the others one a factor.
    let tables = r.record["coef"].isArray ? r.record["coef"].array : [r.record["coef"]]
    for (effects, reference) in zip(fit.randomEffects, factors) {
      if !reference["group"].isNull { #expect(reference["group"].string == effects.factor.name) }
      try compareModes(effects, reference, fit, singular: r.isSingular)
      if r.record["coef"].isNull { continue }
      let table = tables.first { $0["group"].isNull || $0["group"].string == effects.factor.name }
      try compareCoefficients(
        effects, #require(table), singular: r.isSingular, firstSix: r.record["coef"].isArray)
    }
  }

  private func compareModes(
    _ effects: FactorEffects, _ reference: JSON, _ fit: LinearMixedModelFit, singular: Bool
  ) throws {
    let levels = effects.factor.levels
    #expect(levels.count == reference["n_levels"].int)
    // The record holds the first 40 levels, and sums over all of them where it was cut.
    let shown = min(40, levels.count)
    #expect(Array(levels.prefix(40)) == reference["levels"].strings)
    let terms = reference["terms"].strings
    #expect(terms.sorted() == effects.factor.effectNames.sorted())
    let columns = terms.map { effects.factor.effectNames.firstIndex(of: $0)! }
    let own = zip(fit.model.terms, fit.varianceComponents)
      .filter { fit.model.factors[$0.0.factor].name == effects.factor.name }
    let sd = own.flatMap(\.1.standardDeviations)
    let modes = effects.modes
    let values = reference["values"].matrix
    #expect(values.count == shown)
    for (j, row) in values.enumerated() {
      #expect(row.count == terms.count)
      for (k, value) in row.enumerated() {
        // A mode near 0 has the accuracy of the sd from which it comes.
        let tolerance = singular ? 1e-4 : 1e-6
        expectClose(
          modes[j, columns[k]], value, relative: tolerance, absolute: tolerance * sd[columns[k]],
          "mode \(j) \(terms[k])")
      }
    }
    if shown < levels.count {
      for (k, column) in columns.enumerated() {
        let all = modes.column(column)
        expectClose(
          all.reduce(0, +), reference["sum_values"].doubles[k],
          absolute: 1e-6 * sd[column] * Double(all.count))
        expectClose(
          all.reduce(0) { $0 + $1 * $1 }, reference["sumsq_values"].doubles[k], relative: 2e-6)
      }
    }
    if reference["cond_sd"].isNull { return }
    let found = effects.conditionalStandardDeviations
    let deviations = reference["cond_sd"].matrix
    #expect(deviations.count == shown)
    for (j, row) in deviations.enumerated() {
      #expect(row.count == terms.count)
      for (k, value) in row.enumerated() {
        expectClose(
          found[j, columns[k]], value, relative: singular ? 1e-4 : 1e-6, absolute: singular ? 1e-4 : 0,
          "sd \(j)")
      }
    }
  }

  private func compareCoefficients(
    _ effects: FactorEffects, _ table: JSON, singular: Bool, firstSix: Bool
  ) throws {
    let levels = effects.factor.levels
    #expect(effects.coefficientNames == table["terms"].strings)
    let coefficients = table["values"].matrix
    #expect(coefficients.count == (firstSix ? min(6, levels.count) : levels.count))
    #expect(Array(levels.prefix(coefficients.count)) == table["levels"].strings)
    let found = effects.coefficients
    for (j, row) in coefficients.enumerated() {
      #expect(row.count == effects.coefficientNames.count)
      for (k, value) in row.enumerated() {
        expectClose(
          found[j, k], value, relative: singular ? 1e-4 : 1e-6, absolute: singular ? 1e-4 : 1e-7)
      }
    }
  }

  /// Records of one term with several effects hold the conditional covariance of three levels.
  static let correlated = ReferenceCase.all.filter { !$0.record["ranef"][0]["cond_cov"].isNull }

  @Test("conditional covariances of the first three levels", arguments: correlated)
  func conditionalCovariance(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let reference = r.record["ranef"][0]["cond_cov"].array
    #expect(reference.count == 3)
    #expect(r.record["ranef"][0]["terms"].strings == fit.model.randomEffectNames)
    for (j, expected) in reference.enumerated() {
      let found = fit.conditionalCovariance(ofLevel: j)
      let rows = expected.matrix
      #expect(rows.count == found.rows)
      for (i, row) in rows.enumerated() {
        #expect(row.count == found.columns)
        for (k, value) in row.enumerated() {
          // Twice the tolerance of a conditional standard deviation; off the diagonal of the two that belong to it.
          let size = (rows[i][i] * rows[k][k]).squareRoot()
          expectClose(
            found[i, k], value, absolute: (r.isSingular ? 2e-4 : 2e-6) * size, "\(j) [\(i), \(k)]")
        }
      }
    }
  }

  @Test("which records hold conditional covariances")
  func conditionalCovariancesRecorded() {
    // m4 and m7 of seven salary data sets, three models of three lecture data sets, eighteen of the literature.
    #expect(Self.correlated.count == 14 + 9 + 18)
  }

  @Test("fitted values and residuals", arguments: ReferenceCase.all)
  func fittedValues(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let size = fit.model.frame.response.map(abs).max()!
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    #expect(r.record["fitted10"].array.count == 10 && r.record["residuals10"].array.count == 10)
    expectClose(
      Array(fit.fitted.prefix(10)), r.record["fitted10"].doubles, relative: tolerance,
      absolute: tolerance * size)
    expectClose(
      Array(fit.residuals.prefix(10)), r.record["residuals10"].doubles, relative: tolerance,
      absolute: tolerance * size)
  }

  @Test("sums of fitted values, Pearson and scaled residuals, sizes", arguments: ReferenceCase.full)
  func wholeData(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    let size = fit.model.frame.response.map(abs).max()!
    let sum = fit.fitted.reduce(0, +)
    let magnitude = fit.fitted.reduce(0) { $0 + abs($1) }
    expectClose(sum, r.record["fitted_sum"].double, absolute: tolerance * magnitude)
    let squares = fit.fitted.reduce(0) { $0 + $1 * $1 }
    expectClose(squares, r.record["fitted_sumsq"].double, relative: 2 * tolerance)
    // Pearson residuals are times √w; those of the record's scaled ones are not.
    expectClose(
      fit.scaledResiduals.prefix(10).map { $0 * fit.sigma }, r.record["pearson10"].doubles,
      relative: tolerance,
      absolute: tolerance * size)
    expectClose(
      fit.residuals.prefix(10).map { $0 / fit.sigma }, r.record["scaled10"].doubles, relative: 2 * tolerance,
      absolute: 2 * tolerance * size / fit.sigma)
    #expect(fit.observationCount == r.record["n_obs"].int)
    #expect(fit.observationCount + fit.diagnostics.omittedRows == r.record["n_rows"].int)
    #expect(r.record["n_groups"].object.count == fit.model.factors.count)
    for factor in fit.model.factors { #expect(factor.levels.count == r.record["n_groups"][factor.name].int) }
    #expect(fit.fixedEffects.count == r.record["n_fixed"].int)
    #expect(fit.randomEffects.reduce(0) { $0 + $1.modes.storage.count } == r.record["n_ranef"].int)
    #expect(fit.observationCount - fit.parameterCount == r.record["df_residual"].int)
    #expect(fit.model.droppedColumns == r.record["dropped_columns"].strings)
  }

  @Test("first rows of the fixed-effects matrix", arguments: ReferenceCase.full)
  func fixedMatrix(_ r: ReferenceCase) throws {
    let rows = r.record["X_first_rows"].matrix
    #expect(rows.count == 3)
    let found = try r.model().fixedMatrix
    // The same numbers of the file; products of two columns are rounded once. Polynomials are computed on another way than R's.
    let tolerance = r.hasTrainedColumns ? 1e-12 : 1e-15
    let contrasts = r.record["contrasts"].isNull ? 0 : 1e-15
    for (i, row) in rows.enumerated() {
      expectClose(found.row(i), row, relative: tolerance, absolute: contrasts, "row \(i)")
    }
  }

  /// lme4's decomposition of the criterion, each part from what a fit reports:
  ///
  ///     pwrss = σ²·m    wrss = Σ w·residual²    ussq = pwrss − wrss    ldRX2 = −log|V(β̂)/σ²|    d = ldL2 (+ ldRX2) − Σ log w + m·(1 + log(2π·pwrss/m))
  ///
  /// with m = n − p and ldRX2 in d under REML, m = n and no ldRX2 under ML.
  @Test("the parts of the criterion", arguments: ReferenceCase.full)
  func parts(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let parts = r.record["devcomp"]
    let p = fit.fixedEffects.count
    let m = Double(fit.observationCount - (fit.method == .reml ? p : 0))
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    let penalized = fit.sigma * fit.sigma * m
    let unpenalized = fit.scaledResiduals.reduce(0) { $0 + $1 * $1 } * fit.sigma * fit.sigma
    expectClose(penalized, parts["pwrss"].double, relative: 2 * tolerance)
    // Residuals move with the modes, known to ten times the tolerance of σ.
    expectClose(unpenalized, parts["wrss"].double, absolute: 10 * tolerance * penalized)
    expectClose(penalized - unpenalized, parts["ussq"].double, absolute: 10 * tolerance * penalized)
    let information =
      2 * Double(p) * log(fit.sigma) - PivotedQR(fit.fixedEffectCovariance).logAbsDeterminant
    expectClose(information, parts["ldRX2"].double, absolute: 10 * tolerance * Double(2 * p))
    let logWeights = fit.model.frame.weights?.reduce(0) { $0 + log($1) } ?? 0
    let rest =
      fit.criterion + logWeights - (fit.method == .reml ? information : 0) - m
      * (1 + log(2 * .pi * penalized / m))
    // log|L|² moves by at most 2 for each effect of each level when log θ moves by 1.
    let effects = fit.randomEffects.reduce(0) { $0 + $1.modes.storage.count }
    let slope = Double(2 * (effects + p)) + 2 * m
    expectClose(rest, parts["ldL2"].double, absolute: 10 * tolerance * slope)
  }

  @Test("independent terms that leave nothing within groups are told apart all the same")
  func independentTerms() throws {
    // Three rows in each of ten groups and three effects: lme4 fits them as independent terms and refuses them as one.
    let rows = 0..<30
    let x = rows.map { [-1.0, 0.2, 1.3][$0 % 3] + 0.1 * Double($0 % 7) }
    let y = rows.map { Double(($0 * 37) % 11) + Double($0 / 3 % 4) * x[$0] }
    let table = DataTable([
      Column("y", y), Column("x", x), Column("g", rows.map { "g\($0 / 3)" }),
    ])
    let fit = try LinearMixedModel("y ~ x + (x + I(x^2) || g)", data: table).fit()
    #expect(fit.diagnostics.converged && fit.sigma > 0 && fit.criterion.isFinite)
    #expect(throws: FitError.self) { try LinearMixedModel("y ~ x + (x + I(x^2) | g)", data: table) }
  }

  /// Data sets whose criterion has minima decades apart; lme4's default optimizer finds the lower one.
  static let minima = try! Reference.json("minima/minima.json").array

  @Test("the lower of several minima", arguments: minima.indices)
  func severalMinima(_ k: Int) throws {
    let r = Self.minima[k]
    let id = try #require(r["id"].string)
    let table = try DataTable(csv: Reference.bytes("minima/\(id).csv"), file: id)
    let model = try LinearMixedModel(
      #require(r["formula"].string), data: table, roles: ColumnRoles(weights: r["weights"].string))
    let method: EstimationMethod = r["REML"].bool == true ? .reml : .ml
    let expected = r["objective"].double
    #expect(try model.fit(by: method).criterion <= expected + 1e-7 * abs(expected), "\(id)")
    expectClose(try model.criterion(at: r["theta"].doubles, method: method), expected, relative: 1e-9)
  }

  /// ML fits print their own deviance and record no refit.
  static let reml = ReferenceCase.all.filter { $0.method == .reml }

  @Test("ML refit: deviance as arm's display shows it", arguments: reml)
  func refitByML(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let display = r.record[r.record["display"].isNull ? "display_numbers" : "display"]
    // The reference refits from the REML optimum; where the ML fit is singular it stops up to 1e-6 above.
    expectClose(fit.mlDeviance, display["deviance"].double, relative: 1e-8)
    #expect(fit.mlDeviance <= display["deviance"].double + 1e-7)
    expectClose(fit.aic, display["AIC"].double, relative: 1e-8)
    expectClose(2 * fit.mlDeviance - fit.criterion, display["DIC"].double, relative: 1e-7)
  }

  @Test("ML fits", arguments: ReferenceCase.full.filter { $0.method == .reml })
  func maximumLikelihood(_ r: ReferenceCase) throws {
    let record = r.record["refit_ML"]
    let fit = try r.model().fit(by: .ml)
    expectClose(fit.criterion, record["deviance"].double, relative: 1e-8)
    expectClose(fit.aic, record["AIC"].double, relative: 1e-8)
    expectClose(fit.bic, record["BIC"].double, relative: 1e-8)
    let atREML = try r.model().criterion(at: r.record["theta"].doubles, method: .ml)
    expectClose(atREML, r.record["ML_deviance_at_REML"].double, relative: 1e-10)
    // lme4's refit stops where its criterion is within 1e-7 of the optimum: the parameters are known to the root of that.
    let errors = fit.fixedEffectStandardErrors
    let expected = record["fixef"].doubles
    #expect(expected.count == errors.count)
    for (k, value) in expected.enumerated() {
      expectClose(fit.fixedEffects[k], value, absolute: 1e-3 * errors[k], "β[\(k)]")
    }
    expectClose(fit.sigma, record["sigma"].double, relative: 1e-3)
  }

  @Test("standard errors of group coefficients from Henderson's joint covariance")
  func jointErrors() throws {
    let records = try Reference.json("salary/joint_se.json")["records"].array
    var checked = 0
    for record in records {
      let data = record["data"].string!
      let table = try DataTable(csv: Reference.bytes(data), file: data)
      let fit = try LinearMixedModel(record["formula"].string!, data: table).fit(by: .reml)
      let terms = record["terms"].isArray ? record["terms"].strings : [record["terms"].string!]
      #expect(fit.model.groupLevels == record["levels"].strings)
      let rows = record["coef_se"].matrix
      #expect(rows.count == fit.model.groupLevels.count)
      for (k, term) in terms.enumerated() {
        let column = fit.coefficientNames.firstIndex(of: term)!
        for (j, row) in rows.enumerated() {
          #expect(row.count == terms.count)
          expectClose(fit.groupCoefficientErrors[j, column], row[k], relative: 1e-6, "\(data) \(term) \(j)")
          checked += 1
        }
      }
    }
    // m2, m3 and m4 of six seeds with five departments: one, one and two coefficients.
    #expect(records.count == 3 * 6 && checked == 4 * 6 * 5)
  }

  @Test("an effect that the fixed effects fit in the one group where it occurs has no variance to estimate")
  func unseenEffect() throws {
    // t is 1 in some rows of one group only: under REML its group effect and its coefficient are one.
    let group = (0..<24).map { "g\($0 / 4)" }
    let t = (0..<24).map { $0 == 20 || $0 == 22 ? 1.0 : 0 }
    let y = (0..<24).map { (i: Int) -> Double in Double((i * 7) % 5 + i / 4 % 3) }
    let data = DataTable([Column("y", y), Column("t", t), Column("g", group)])
    let plain = try LinearMixedModel("y ~ t + (1 | g)", data: data)
    let model = try LinearMixedModel("y ~ t + (1 | g) + (0 + t | g)", data: data)
    let fit = try model.fit(by: .reml)
    #expect(fit.diagnostics.unseenEffects == ["t"])
    #expect(fit.varianceComponents[1].standardDeviations == [0])
    expectClose(fit.criterion, try plain.fit(by: .reml).criterion, relative: 1e-12)
    // ML sees it, and finds none.
    let ml = try model.fit(by: .ml)
    #expect(ml.diagnostics.unseenEffects.isEmpty)
    expectClose(ml.criterion, try plain.fit(by: .ml).criterion, relative: 1e-10)
    // With a coefficient for each group there is nothing left of any effect.
    #expect(throws: FitError.spannedByFixedEffects(effects: [["(Intercept)"]], factors: ["g"])) {
      try LinearMixedModel("y ~ g + (1 | g)", data: data).fit(by: .reml)
    }
    let named = FitError.spannedByFixedEffects(
      effects: [["(Intercept)", "genderF"], ["(Intercept)"]], factors: ["f:g", "g"])
    #expect(
      "\(named)".hasPrefix(
        "the fixed effects already fit every difference between the levels of 'f:g' in (Intercept), genderF and of 'g' in "
          + "(Intercept), so no data"))
  }

  @Test(
    "a slope that all groups share is found among the random effects alone",
    arguments: [
      ("y ~ 1 + (0 + x | g)", [1.0]), ("y ~ 1 + (x || g)", [0, 1]), ("y ~ 1 + (0 + x + w | g)", [1, 0, 0]),
      ("y ~ 1 + (x + w || g)", [0, 1, 0]),
    ])
  func sharedSlope(_ formula: String, _ direction: [Double]) throws {
    // x lies far from 0, so the slope's variance is 10¹¹ times the residual's in the length of its column.
    let rows = 0..<60
    let x = rows.map { ($0 * 7) % 3 == 0 ? 2000.1 : 2000 }
    let y = rows.map { 70 * (x[$0] - 2000) + Double(($0 * 37) % 11) / 20 + Double($0 / 10 % 4) / 10 }
    let data = DataTable([
      Column("y", y), Column("x", x), Column("w", rows.map { Double(($0 * 5) % 7) }),
      Column("g", rows.map { "g\($0 / 10)" }),
    ])
    let model = try LinearMixedModel(formula, data: data)
    for method in [EstimationMethod.ml, .reml] {
      let fit = try model.fit(by: method)
      for slope in [0, 1e-4, 1, 100, 200, 300, 500] {
        let other = try model.criterion(at: direction.map { slope * $0 }, method: method)
        #expect(fit.criterion <= other + 1e-7 * abs(other), "\(slope)")
      }
    }
  }

  @Test("a predictor far from zero is not taken for a constant")
  func farFromZero() throws {
    let group = (0..<30).map { "g\($0 % 6)" }
    let x = (0..<30).map { (i: Int) -> Double in Double((i * 7) % 11) / 4 }
    let y = (0..<30).map { (i: Int) -> Double in x[i] * 1.5 + Double((i * 5) % 7 + (i % 6) * (i % 2)) }
    func fit(shift: Double) throws -> LinearMixedModelFit {
      let data = DataTable([Column("y", y), Column("x", x.map { $0 + shift }), Column("g", group)])
      return try LinearMixedModel("y ~ x + (1 + x | g)", data: data).fit(by: .reml)
    }
    let near = try fit(shift: 0)
    // Steps of ¼ are exact at 2³⁰, so the law is exact and only rounding within the fit is left.
    let far = try fit(shift: 0x1p30)
    #expect(far.model.droppedColumns.isEmpty)
    expectClose(far.criterion, near.criterion, relative: 1e-9)
    expectClose(far.fixedEffects[1], near.fixedEffects[1], relative: 1e-6)
  }
}
