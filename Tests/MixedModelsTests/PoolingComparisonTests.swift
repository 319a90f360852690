import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Ways of pooling side by side")
struct PoolingComparisonTests {
  @Test("the chapter's three tables", arguments: ReferenceCase.salarySeeds)
  func chapterTables(_ id: String) throws {
    let document = try Reference.json("salary/\(id).json")
    let tables = document["pooling_tables"]
    let data = try DataTable(csv: Reference.bytes("salary/\(id).csv"), file: id)
    let pooling = try PoolingComparison(
      ModelFormula("salary ~ experience + (1 + experience | department)"), data: data)
    // On the boundary the README's tolerance is 1e-5 of the largest entry.
    let singular = pooling.reml.diagnostics.isSingular
    #expect(singular == (id == "variant_a"))
    expectClose(
      pooling.estimates[.init(["complete", "(Intercept)"])]!, tables["complete"]["Intercept"][0].double,
      relative: 1e-10)
    expectClose(
      pooling.estimates[.init(["complete", "experience"])]!, tables["complete"]["slope"][0].double,
      relative: 1e-10)
    for (strategy, key) in [(PoolingMethod.none, "none"), (.reml, "partial")] {
      let table = tables[key]
      #expect(table["level"].strings == pooling.levels)
      var columns: [[Double]] = []
      for (term, column) in [("(Intercept)", "Intercept"), ("experience", "slope")] {
        let recorded = table[column].doubles
        #expect(recorded.count == pooling.levels.count)
        let largest = recorded.map(abs).max()!
        let found = try pooling.levels.map { try #require(pooling[strategy, $0, term]).estimate }
        expectClose(
          found, recorded, relative: strategy == .none ? 1e-9 : singular ? 0 : 1e-6,
          absolute: strategy == .reml && singular ? 1e-5 * largest : 0, "\(id) \(key) \(term)")
        columns.append(found)
      }
      // The correlation of the points that the chapter's last figure shows.
      let correlation = document["correlation_of_points"][strategy == .none ? "no_pool" : "partial"].double
      expectClose(
        Self.correlation(columns[0], columns[1]), correlation, absolute: strategy == .none ? 1e-9 : 1e-6)
    }
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { $0 - mean }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (u, v) = (centred(x), centred(y))
    return product(u, v) / (product(u, u) * product(v, v)).squareRoot()
  }

  @Test("LSDV by elimination equals least squares on dummy columns")
  func lsdvByElimination() throws {
    let data = try DataTable(csv: Reference.bytes("salary/seed_42.csv"), file: "seed_42")
    // Varying intercept: own intercepts and one slope.
    let intercepts = try PoolingComparison(ModelFormula("salary ~ experience + (1 | department)"), data: data)
    let dummies = try LinearModel("salary ~ 0 + department + experience", data: data).fit()
    for level in intercepts.levels {
      let k = dummies.coefficientNames.firstIndex(of: "department" + level)!
      let entry = intercepts[.lsdv, level, "(Intercept)"]!
      expectClose(entry.estimate, dummies.coefficients[k], relative: 1e-10)
      expectClose(entry.standardError, dummies.standardErrors[k], relative: 1e-10)
    }
    // Both varying: own regressions, but one residual variance.
    let both = try PoolingComparison(
      ModelFormula("salary ~ experience + (1 + experience | department)"), data: data)
    let full = try LinearModel("salary ~ 0 + department + department:experience", data: data).fit()
    for level in both.levels {
      let k = full.coefficientNames.firstIndex(of: "department\(level):experience")!
      expectClose(both[.lsdv, level, "experience"]!.estimate, full.coefficients[k], relative: 1e-9)
      expectClose(both[.lsdv, level, "experience"]!.standardError, full.standardErrors[k], relative: 1e-9)
      expectClose(
        both[.lsdv, level, "experience"]!.estimate, both[.none, level, "experience"]!.estimate, relative: 1e-9
      )
    }
  }

  @Test("a group-level predictor is aliased in LSDV but not in partial pooling")
  func groupLevelPredictor() throws {
    let data = try DataTable(csv: Reference.bytes("slides/slides_a.csv"), file: "slides_a")
    let pooling = try PoolingComparison(ModelFormula("y ~ x + u + (1 + x | group)"), data: data)
    #expect(pooling.reml.fixedEffects.allSatisfy { $0.isFinite })
    for level in pooling.levels {
      #expect(pooling[.lsdv, level, "(Intercept)"]!.estimate.isFinite)
      let reml = pooling[.reml, level, "x"]!
      expectClose(reml.movement!, reml.estimate - pooling[.none, level, "x"]!.estimate, relative: 1e-12)
    }
  }

  @Test("weights are reliabilities within [0, 1]; joint weights are the diagonal of Σ(Σ + V)⁻¹")
  func weights() throws {
    let data = try DataTable(csv: Reference.bytes("salary/seed_892174303.csv"), file: "salary.csv")
    let pooling = try PoolingComparison(
      ModelFormula("salary ~ experience + (1 + experience | department)"), data: data)
    let fit = pooling.reml
    let sigma = fit.varianceComponents[0].covariance
    for level in pooling.levels {
      // V_j by hand from the group's own rows.
      let x = (0..<100).filter { data["department"]!.text($0) == level }.map {
        data["experience"]!.numbers![$0]
      }
      let n = Double(x.count)
      let mean = x.reduce(0, +) / n
      let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let s2 = fit.sigma * fit.sigma
      let v = Matrix([
        [s2 * (1 / n + mean * mean / spread), -s2 * mean / spread], [-s2 * mean / spread, s2 / spread],
      ])
      let sum = sigma + v
      let determinant = sum[0, 0] * sum[1, 1] - sum[0, 1] * sum[1, 0]
      let inverse = Matrix([
        [sum[1, 1] / determinant, -sum[0, 1] / determinant],
        [-sum[1, 0] / determinant, sum[0, 0] / determinant],
      ])
      let w = sigma * inverse
      for (k, term) in pooling.terms.enumerated() {
        let entry = try #require(pooling[.reml, level, term])
        expectClose(entry.weight!, sigma[k, k] / (sigma[k, k] + v[k, k]), relative: 1e-9)
        expectClose(entry.jointWeight!, w[k, k], relative: 1e-9)
        #expect((0...1).contains(entry.weight!))
      }
    }
  }

  @Test(
    "where a predictor is constant within groups, no pooling keeps the constant, and the levels are named")
  func constantPredictor() throws {
    // dose is constant within each of six groups: no pooling gives the group's mean at its dose.
    let dose = (0..<24).map { Double($0 / 8 + 1) }
    let group = (0..<24).map { "g\($0 / 4)" }
    let length = (0..<24).map { (i: Int) -> Double in
      let noise = (i * 7) % 5 + i / 4 % 2
      return 5 * dose[i] + Double(noise)
    }
    let data = DataTable([Column("length", length), Column("dose", dose), Column("group", group)])
    let pooling = try PoolingComparison(ModelFormula("length ~ dose + (1 | group)"), data: data)
    for (j, level) in pooling.levels.enumerated() {
      let rows = (0..<24).filter { group[$0] == level }
      let mean = rows.reduce(0) { $0 + length[$1] } / 4
      let entry = try #require(pooling[.reml, level, "(Intercept)"])
      expectClose(pooling[.none, level, "(Intercept)"]!.estimate, mean, relative: 1e-12)
      expectClose(entry.movement!, entry.estimate - mean, absolute: 1e-10, "\(j)")
      #expect(pooling[.none, level, "dose"] == nil)
    }
    #expect(pooling.undeterminedLevels == pooling.levels)
  }

  @Test("the lecture's closed form for known variances")
  func closedForm() throws {
    let records = try Reference.json("slides/partial_pooling.json")["closed_form"].array
    #expect(records.count == 4)
    for r in records {
      #expect(r["n"].array.count == 8)
      let formula = PartialPoolingFormula(sigmaY: r["sigma_y"].double, sigmaAlpha: r["sigma_alpha"].double)
      for (j, n) in r["n"].doubles.enumerated() {
        let mean = r["ybar"][j].double
        expectClose(
          formula.estimate(count: Int(n), groupMean: mean, overallMean: r["ybar_all"].double),
          r["alpha_hat"][j].double,
          relative: 1e-13)
        expectClose(
          formula.estimate(count: Int(n), groupMean: mean, overallMean: r["ybar_all_unweighted"].double),
          r["alpha_hat_unweighted_mean"][j].double, relative: 1e-13)
        expectClose(formula.shrinkage(count: Int(n)), r["pooling_factor"][j].double, relative: 1e-13)
      }
    }
  }

  @Test("J = 2, 3, n_j = 1 and other small designs; impossible ones say why")
  func smallDesigns() throws {
    let designs = try Reference.json("slides/partial_pooling.json")["designs"].object
    #expect(designs.count == 8 && designs.values.filter { $0["lmer_error"].string != nil }.count == 2)
    for (name, r) in designs.sorted(by: { $0.key < $1.key }) {
      let path = r["data"].string!
      let data = try DataTable(csv: Reference.bytes(path), file: path)
      func fit() throws -> LinearMixedModelFit {
        try LinearMixedModel("y ~ 1 + (1 | group)", data: data, roles: ColumnRoles(factors: ["group"])).fit()
      }
      if let message = r["lmer_error"].string {
        if name == "J1" {
          #expect(throws: FitError.self) { try fit() }
          #expect(message.contains("> 1 sampled level"))
        } else {
          #expect(throws: FitError.notIdentified(factor: "group", groups: 6, effects: 1, rows: 6, omitted: 0))
          {
            try fit()
          }
        }
        continue
      }
      let found = try fit()
      expectClose(found.criterion, r["REML"].double, relative: 1e-9, name)
      expectClose(found.fixedEffects[0], r["mu"].double, relative: 1e-7, name)
      expectClose(found.fixedEffectStandardErrors[0], r["mu_se"].double, relative: 1e-7, name)
      // A group that was not sampled gets the estimated constant.
      let unseen = DataTable([Column("group", [999])])
      expectClose(
        try found.predict(for: unseen, allowingNewLevels: true), [r["new_level"].double], relative: 1e-7, name
      )
      let own = try PoolingComparison(
        ModelFormula("y ~ 1 + (1 | group)"), data: data, roles: ColumnRoles(factors: ["group"]))
      expectClose(
        try own.levels.map { try #require(own[.lsdv, $0, "(Intercept)"]).estimate }, r["lsdv"].doubles,
        relative: 1e-12,
        name)
      #expect(found.model.groupSizes.map(Double.init) == r["n"].doubles)
      expectClose(found.sigma, r["sigma_y"].double, relative: 1e-7, name)
      let sd = found.varianceComponents[0].standardDeviations[0]
      expectClose(sd, r["sigma_alpha"].double, relative: 1e-6, absolute: 1e-12, name)
      #expect(found.diagnostics.isSingular == r["singular"].bool)
      let formula = PartialPoolingFormula(sigmaY: found.sigma, sigmaAlpha: sd)
      #expect(r["coef"].array.count == found.model.groupLevels.count)
      for j in found.model.groupLevels.indices {
        expectClose(found.groupCoefficients[j, 0], r["coef"][j].double, relative: 1e-7, name)
        let closed = formula.estimate(
          count: r["n"][j].int, groupMean: r["ybar"][j].double, overallMean: found.fixedEffects[0])
        expectClose(closed, r["slide_formula_with_mu_hat"][j].double, relative: 1e-7, name)
        let slide = formula.estimate(
          count: r["n"][j].int, groupMean: r["ybar"][j].double, overallMean: r["ybar_all"].double)
        expectClose(slide, r["slide_formula"][j].double, relative: 1e-7, name)
        let conditional = found.conditionalStandardDeviations[j, 0]
        expectClose(conditional, r["ranef_sd"][j].double, relative: 1e-6, absolute: 1e-12, name)
      }
    }
  }
}
