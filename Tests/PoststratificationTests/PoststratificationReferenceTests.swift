import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Poststratification

@Suite("MRP agrees with lme4's predictions, weighted by the census")
struct PoststratificationReferenceTests {
  static func table(_ path: String) throws -> DataTable {
    try DataTable(csv: Reference.bytes(path), file: path)
  }

  /// The slide's survey and census.
  static func survey() throws -> DataTable { try table("slides/mrp_a.csv") }
  static func census() throws -> Census { try Census(table("slides/mrp_a_cells.csv")) }

  static func estimates(
    _ formula: String, draws: Int = 0, by: [String] = [], truth: String? = nil, census: Census? = nil
  ) throws -> PoststratifiedEstimates {
    let model = SurveyModel(try ModelFormula(formula), family: .binomial)
    return try Poststratification(model, by: by, draws: draws, truth: truth)
      .estimates(survey: survey(), census: census ?? Self.census())
  }

  /// Fitted values of regular fits to 1e-5, of singular ones to 1e-4, of the slide's own formula, whose θ is not unique, to 1e-3.
  @Test(
    "cells, areas, national",
    arguments: [("mrp_a_intercepts", 1e-5), ("mrp_a_medium", 1e-4), ("mrp_a_full", 1e-3)])
  func agrees(_ name: String, _ tolerance: Double) throws {
    let reference = try Reference.json("slides/\(name).json")
    let formula = try #require(reference["formula"].string)
    let found = try Self.estimates(formula, by: ["region", "province", "gender"], truth: "truth")
    let mrp = reference["mrp"]
    expectClose(found.cellMeans, mrp["cell_predictions"].doubles, absolute: tolerance, "cells")
    for (table, key) in zip(found.tables, ["by_region", "by_province", "by_gender"]) {
      let own = mrp[key]
      #expect(table.rows.map(\.level) == own["levels"].strings)
      #expect(table.rows.map(\.populationCount) == own["N"].doubles)
      expectClose(table.rows.map(\.estimate), own["estimate"].doubles, absolute: tolerance, key)
      expectClose(table.rows.map { $0.truth! }, own["truth"].doubles, absolute: 1e-12, key)
      expectClose(table.rows.map(\.rawMean), own["raw_mean"].doubles, absolute: 1e-12, key)
    }
    expectClose(found.overall.estimate, mrp["national"]["estimate"].double, absolute: tolerance)
    expectClose(found.overall.truth!, mrp["national"]["truth"].double, absolute: 1e-12)
    expectClose(found.overall.rawMean, mrp["national"]["raw_mean"].double, absolute: 1e-12)
  }

  /// 4000 draws against R's 200,000: an SD has a relative standard error of 1.1 %, the 2.5 % limit one of 0.042 SD; 5 of each, for 31 groups a
  /// false alarm in 10⁴ seeds.
  @Test("limits are those of draws from lme4's matrices")
  func limits() throws {
    let reference = try Reference.json("slides/mrp_intervals.json")
    let found = try Self.estimates(
      "y ~ gender * gdp + (1 | region) + (1 | province)", draws: 4000, by: ["region", "province"])
    let whole = AreaTable(by: "", rows: [found.overall])
    for (key, table) in zip(["overall", "region", "province"], [whole] + found.tables) {
      let own = reference[key]
      expectClose(table.rows.map(\.estimate), own["estimate"].doubles, absolute: 1e-5, key)
      for (k, row) in table.rows.enumerated() {
        let sd = own["sd"][k].double
        expectClose(row.standardError, sd, relative: 0.056, "\(key) \(row.level)")
        expectClose(row.lower, own["lower"][k].double, absolute: 0.21 * sd, "\(key) \(row.level)")
        expectClose(row.upper, own["upper"][k].double, absolute: 0.21 * sd, "\(key) \(row.level)")
      }
    }
  }

  @Test("gender:region, gender.region and a column of that name are one factor")
  func crossings() throws {
    let formulas = [
      "y ~ gender * gdp + (1 | region) + (1 | gender:region)",
      "y ~ gender * gdp + (1 | region) + (1 | gender.region)",
    ]
    let cells = try Self.table("slides/mrp_a_cells.csv")
    let bare = DataTable(cells.columns.filter { !$0.name.contains(".") })
    let all = try formulas.flatMap { formula in
      [
        try Self.estimates(formula, by: ["province"]),
        try Self.estimates(formula, by: ["province"], census: Census(bare)),
      ]
    }
    for other in all.dropFirst() {
      expectClose(other.cellMeans, all[0].cellMeans, absolute: 1e-7)
    }
    let survey = try Self.survey()
    let without = DataTable(survey.columns.filter { !$0.name.contains(".") })
    #expect(without.addingCrossings(["gender.region"])["gender.region"] == survey["gender.region"])
  }

  @Test("the slide's formula has three terms too many, and fits as well without them")
  func redundant() throws {
    let full = try Self.estimates(
      "y ~ gender * gdp + (1 + gender | region) + (1 + gender | province) + (1 | gender:region) + (1 | gender:province) + (1 | gender)"
    )
    #expect(
      full.redundantTerms.map(\.term) == ["(1 | gender:region)", "(1 | gender:province)", "(1 | gender)"])
    #expect(
      full.redundantTerms.map(\.spannedBy) == ["(1 + gender | region)", "(1 + gender | province)", nil])
    let lean = try #require(full.leanFormula)
    #expect(lean == "y ~ gender + gdp + gender:gdp + (1 + gender | region) + (1 + gender | province)")
    let other = try Self.estimates(lean)
    #expect(other.redundantTerms.isEmpty && other.leanFormula == nil)
    guard case .generalizedMixed(let a) = full.fit, case .generalizedMixed(let b) = other.fit else {
      Issue.record("not mixed")
      return
    }
    expectClose(a.criterion, b.criterion, absolute: 1e-4)
    expectClose(full.cellMeans, other.cellMeans, absolute: 1e-3)
    #expect(
      try Self.estimates("y ~ gender * gdp + (1 | region) + (1 | province) + (1 | gender:region)")
        .redundantTerms.isEmpty)
  }

  @Test("two names of the same groups, and a factor that || splits")
  func redundantGroups() throws {
    func terms(_ formula: String, factors: Set<String> = []) throws -> [RedundantTerm] {
      let table = try Self.survey()
      return RedundantTerm.all(
        in: try ModelFrame(
          try ModelFormula(formula), data: table, roles: ColumnRoles(factors: factors)))
    }
    let nested = try terms("y ~ 1 + (1 | region:province) + (1 | province)")
    #expect(nested.map(\.term) == ["(1 | province)"] && nested[0].reason == .sameGroups)
    #expect(nested[0].spannedBy == "(1 | region:province)")
    let both = try terms("y ~ 1 + (1 | province) + (0 + factor(gender) | province)")
    #expect(both.map(\.term) == ["(1 | province)"] && both[0].reason == .sameGroups)
    let split = try terms("y ~ 1 + (1 + gender || region) + (1 | gender:region)", factors: ["gender"])
    #expect(split.map(\.term) == ["(1 | gender:region)"] && split[0].reason == .variances)
    #expect(split[0].spannedBy == "(0 + gender0 | region) + (0 + gender1 | region)")
    // Of a number of 0 and 1 three variances and the three numbers of a region's 2×2 covariance matrix determine each other.
    #expect(try terms("y ~ 1 + (1 + gender || region) + (1 | gender:region)").isEmpty)
    #expect(try terms("y ~ 1 + (1 | region) + (1 | gender:region)").isEmpty)
    #expect(
      try terms("y ~ 1 + (1 + gender | region) + (1 | gender:region)").map(\.reason) == [.covarianceMatrix])
  }

  @Test("without a term that split levels span the fit is the same, and its formula can be written")
  func splitLean() throws {
    let full = try Self.estimates("y ~ gdp + (1 + factor(gender) || region) + (1 | gender:region)")
    #expect(full.redundantTerms.map(\.reason) == [.variances])
    let lean = try #require(full.leanFormula)
    #expect(lean == "y ~ gdp + (1 + factor(gender) || region)")
    let other = try Self.estimates(lean)
    guard case .generalizedMixed(let a) = full.fit, case .generalizedMixed(let b) = other.fit else {
      Issue.record("not mixed")
      return
    }
    expectClose(a.criterion, b.criterion, absolute: 1e-4)
  }

  @Test("the reason is told as it is")
  func redundancyNotes() throws {
    let found = try Self.estimates("y ~ gdp + (1 | region:province) + (1 | province)")
    #expect(
      found.notes().contains(
        "overparameterised: (1 | province) adds nothing to (1 | region:province): both have the same groups, and the latter has a constant for each of them already; data cannot tell the two apart"
      ))
    #expect(found.leanFormula == "y ~ gdp + (1 | region:province)")
  }
}
