import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Hypotheses of type III")
struct MarginalHypothesesTests {
  static let records = try! Reference.json("empty-cells/empty-cells.json")["records"].array

  private static func table(_ name: String) throws -> DataTable {
    try DataTable(csv: Reference.bytes("empty-cells/\(name).csv"), file: name)
  }

  private static func anova(
    _ formula: String, _ data: DataTable, roles: ColumnRoles = ColumnRoles(),
    method: DegreesOfFreedomMethod = .satterthwaite
  ) throws -> AnalysisOfVariance {
    try AnalysisOfVariance(LinearMixedModel(formula, data: data, roles: roles).fit(), method: method)
  }

  private func compare(
    _ a: AnalysisOfVariance, _ b: AnalysisOfVariance, denominators: Bool = true, _ label: String
  ) {
    #expect(a.rows.map(\.term) == b.rows.map(\.term), "\(label)")
    #expect(a.rows.map(\.test.numerator) == b.rows.map(\.test.numerator), "\(label)")
    // Two fits of one model in other columns have the same criterion, and stop within their own tolerance of its minimum.
    expectClose(a.rows.map(\.test.value), b.rows.map(\.test.value), relative: 1e-6, absolute: 1e-9, label)
    guard denominators else { return }
    expectClose(a.rows.map(\.test.denominator), b.rows.map(\.test.denominator), relative: 1e-6, label)
  }

  @Test("tables of lmerTest and pbkrtest", arguments: records.indices, DegreesOfFreedomMethod.allCases)
  func tables(_ k: Int, _ method: DegreesOfFreedomMethod) throws {
    let r = Self.records[k]
    let roles = ColumnRoles(offset: r["offset"].string)
    let data = try Self.table(#require(r["data"].string))
    let anova = try Self.anova(#require(r["formula"].string), data, roles: roles, method: method)
    let recorded = r[method == .satterthwaite ? "Satterthwaite" : "KenwardRoger"]
    #expect(anova.rows.map(\.term) == recorded["rows"].strings)
    #expect(anova.rows.map { Double($0.test.numerator) } == recorded["NumDF"].doubles)
    // A boundary fit of lme4 stops at a relative distance of some 1e-5.
    let tolerance = r["singular"].bool == true ? 1e-4 : 1e-5
    expectClose(anova.rows.map(\.test.value), recorded["F value"].doubles, relative: tolerance)
    expectClose(anova.rows.map(\.sumOfSquares), recorded["Sum Sq"].doubles, relative: tolerance)
    // lmerTest differentiates numerically.
    expectClose(
      anova.rows.map(\.test.denominator), recorded["DenDF"].doubles,
      relative: method == .satterthwaite ? 1e-3 : tolerance)
  }

  @Test("names of levels mean nothing to F where cells are empty")
  func relabelled() throws {
    let formula = "y ~ f * t + (1 | g)"
    let data = try Self.table("cells")
    let f = try #require(data["f"]).factor
    let t = try #require(data["t"]).factor
    let own = try Self.anova(formula, data)
    #expect(own.emptyCells == ["fb:tw"] && own.untestedTerms.isEmpty)
    for (order, words) in [
      ([1, 2, 0], ["p", "r", "q"]), ([2, 1, 0], ["q", "p", "r"]), ([0, 2, 1], ["r", "q", "p"]),
    ] {
      let other = DataTable(
        data.columns.filter { $0.name != "f" && $0.name != "t" } + [
          Column("f", f.codes.map { "\(order[$0])" }), Column("t", t.codes.map { words[$0] }),
        ])
      // Satterthwaite's denominators depend on which level is the first, Kenward and Roger's do not.
      compare(try Self.anova(formula, other), own, denominators: false, "\(order)")
      compare(
        try Self.anova(formula, other, method: .kenwardRoger),
        try Self.anova(formula, data, method: .kenwardRoger), "\(order)")
    }
  }

  @Test("contrasts mean nothing", arguments: [Contrast.sum, .helmert, .poly])
  func contrasts(_ contrast: Contrast) throws {
    let cases = [
      ("y ~ f * t + (1 | g)", "cells", ["f": contrast, "t": contrast]),
      ("y ~ f * t + (1 | g)", "cells", ["t": contrast]),
      ("y ~ 0 + f * t + (1 | g)", "cells", ["t": contrast]),
      ("y ~ f / t + (1 | g)", "cells", ["f": contrast]),
      ("y ~ x * f + (1 | g)", "slopes", ["f": contrast]),
      ("y ~ poly(x, 2) * f + (1 | g)", "slopes", ["f": contrast]),
    ]
    for (formula, name, contrasts) in cases {
      let data = try Self.table(name)
      for method in DegreesOfFreedomMethod.allCases {
        compare(
          try Self.anova(formula, data, roles: ColumnRoles(contrasts: contrasts), method: method),
          try Self.anova(formula, data, method: method), "\(formula) \(contrasts) \(method)")
      }
    }
  }

  @Test("units and origins of numbers mean nothing to what is tested after them")
  func units() throws {
    let data = try Self.table("slopes")
    let x = try #require(data["x"]?.numbers)
    func scaled(_ factor: Double, _ shift: Double) throws -> AnalysisOfVariance {
      let other = DataTable(
        data.columns.filter { $0.name != "x" } + [Column("x", x.map { factor * $0 + shift })])
      return try Self.anova("y ~ x * f + (1 | g)", other)
    }
    let own = try Self.anova("y ~ x * f + (1 | g)", data)
    for factor in [1e-6, 1e6] { compare(try scaled(factor, 0), own, "×\(factor)") }
    // x and x:f are slopes; f compares at x = 0.
    let shifted = try scaled(1, 2000)
    for row in [0, 2] {
      expectClose(shifted.rows[row].test.value, own.rows[row].test.value, relative: 1e-6)
      expectClose(shifted.rows[row].test.denominator, own.rows[row].test.denominator, relative: 1e-4)
    }
  }

  @Test("without a constant the first factor stands for it")
  func noConstant() throws {
    let data = try Self.table("slopes")
    let anova = try Self.anova("y ~ 0 + f + x + (1 | g)", data)
    #expect(anova.rows.map(\.test.numerator) == [3, 1])
    let fit = try LinearMixedModel("y ~ 0 + f + x + (1 | g)", data: data).fit()
    expectClose(
      MarginalHypotheses(fit.model).rows[1]?.storage ?? [], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
      absolute: 1e-12)
    let cells = try Self.anova("y ~ 0 + f * t + (1 | g)", Self.table("cells"))
    #expect(cells.rows.map(\.test.numerator) == [3, 2, 3])
  }

  @Test("a term that another's columns span has nothing to test")
  func spanned() throws {
    let data = try Self.table("cells")
    let f = try #require(data["f"]).factor
    let nested = DataTable(data.columns + [Column("h", f.codes.map { $0 == 0 ? "p" : "q" })])
    let anova = try Self.anova("y ~ h + f + t + (1 | g)", nested)
    #expect(anova.rows.map(\.term) == ["f", "t"] && anova.rows.map(\.test.numerator) == [1, 2])
    #expect(anova.untestedTerms == ["h"] && anova.emptyCells.isEmpty)
  }

  @Test("a restriction whose columns differ by sign alone is one")
  func signs() throws {
    // Cell b:B is empty. SAS's and lmerTest's table gives b one degree of freedom, F = 0.2007.
    let anova = try Self.anova("y ~ a * b + a:x + b:x + x + (1 | g)", Self.table("two_columns"))
    let row = try #require(anova.rows.first { $0.term == "b" })
    #expect(row.test.numerator == 1)
    expectClose(row.test.value, 0.2007, absolute: 1e-4)
  }
}
