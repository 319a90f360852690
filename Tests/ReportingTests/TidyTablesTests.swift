import Estimates
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

/// Tidy tables against those of broom and broom.mixed. Tolerances are those of `Tests/Reference/README.md`, against lme4's tightly
/// converged optimum: 1e-7 for fixed effects and σ, 1e-6 for variance parameters and modes; on the boundary 1e-5.
@Suite("Tidy tables")
struct TidyTablesTests {
  static func expectTable(_ found: DataTable, _ expected: JSON, relative: Double, _ label: String) {
    #expect(!expected.object.isEmpty, "\(label): nothing recorded")
    for (name, values) in expected.object {
      guard let column = found[name] else {
        Issue.record("\(label): no column \(name)")
        continue
      }
      if let numbers = column.numbers {
        // A table of one row is recorded as plain numbers.
        let recorded = values.isArray ? values.doubles : [values.double]
        // Numbers near zero beside larger ones have the errors of the larger ones.
        let scale = recorded.reduce(0) { max($0, abs($1)) }
        expectClose(
          numbers, recorded, relative: relative, absolute: relative * 1e-2 * scale, "\(label) \(name)")
      } else {
        #expect((0..<column.count).map { column.text($0) } == values.strings, "\(label) \(name)")
      }
    }
  }

  @Test("lm: tidy and glance", arguments: PrintedTextTests.salaryIds)
  func linearModels(_ id: String) throws {
    let record = try Reference.json("salary/\(id).json")
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"))
    let lsdv = record["lsdv"]
    for r in [record["m1"], lsdv["varying_intercept"], lsdv["no_intercept"], lsdv["varying_both"]] {
      let fit = try LinearModel(#require(r["formula"].string), data: table).fit()
      let label = "\(id) \(fit.formulaText)"
      // R's own least squares and tail probabilities agree with exact ones to about 1e-9.
      Self.expectTable(fit.tidyTable, r["tidy"], relative: 1e-8, label)
      Self.expectTable(fit.glanceTable, r["glance"], relative: 1e-8, label)
    }
  }

  @Test("lmer: fixed, ran_pars, ran_vals, ran_coefs, glance", arguments: PrintedTextTests.salaryIds)
  func mixedModels(_ id: String) throws {
    let record = try Reference.json("salary/\(id).json")
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"))
    for name in ["m2", "m3", "m4", "m5", "m6", "m7", "m8"] {
      let r = record["lmer"][name]
      let fit = try LinearMixedModel(#require(r["formula"].string), data: table).fit(by: .reml)
      let label = "\(id) \(name)"
      let boundary = r["singular"].bool == true
      let loose = boundary ? 1e-5 : 1e-6
      Self.expectTable(fit.tidyTable([.fixed]), r["tidy_fixed"], relative: boundary ? 1e-5 : 1e-7, label)
      Self.expectTable(
        fit.tidyTable([.fixed], confidenceLevel: 0.95), r["tidy_fixed_conf"],
        relative: boundary ? 1e-5 : 1e-7, label)
      Self.expectTable(fit.tidyTable([.variance]), r["tidy_ran_pars"], relative: loose, label)
      Self.expectTable(
        fit.tidyTable([.variance], asVariances: true), r["tidy_ran_pars_vcov"], relative: 2 * loose, label)
      Self.expectTable(fit.tidyTable([.mode]), r["tidy_ran_vals"], relative: loose, label)
      Self.expectTable(
        fit.tidyTable([.mode], confidenceLevel: 0.95), r["tidy_ran_vals_conf"], relative: loose, label)
      Self.expectTable(fit.tidyTable([.coefficient]), r["tidy_ran_coefs"], relative: loose, label)
      Self.expectTable(fit.glanceTable, r["glance"], relative: boundary ? 1e-5 : 1e-7, label)
    }
  }

  static let slides = ["a", "b", "c"].flatMap { set in
    ["M0", "M1", "M2", "M3", "M3cross", "Mdbar", "Mslope"].map { "slides/slides_\(set)_\($0)" }
  }
  static let literature = [
    "cake_temp", "dyestuff2_reml", "dyestuff_ml", "dyestuff_reml", "machines_slope", "sleep_dbar_reml",
    "sleep_factor_slope", "sleep_int_reml", "sleep_no_intercept", "sleep_slope_ml", "sleep_slope_reml",
  ].map { "lmm/" + $0 }

  @Test("Wald limits of the fixed effects, as lme4's confint gives them", arguments: slides + literature)
  func waldLimits(_ path: String) throws {
    let r = try Reference.json(path + ".json")
    let table = try DataTable(csv: Reference.bytes(#require(r["data"].string)))
    let method: EstimationMethod = r["REML"].bool == false ? .ml : .reml
    let fit = try LinearMixedModel(#require(r["formula"].string), data: table).fit(by: method)
    let tidy = fit.tidyTable([.fixed], confidenceLevel: 0.95)
    let terms = try #require(tidy["term"])
    #expect((0..<tidy.rowCount).map { terms.text($0) } == r["confint_wald"]["terms"].strings)
    let limits = r["confint_wald"]["values"].matrix
    #expect(limits.count == tidy.rowCount)
    let (low, high) = (try #require(tidy["conf.low"]?.numbers), try #require(tidy["conf.high"]?.numbers))
    let tolerance = r["singular"].bool == true ? 1e-5 : 1e-7
    for (k, row) in limits.enumerated() {
      // A limit near zero has the errors of estimate and reach.
      let size = abs(fit.fixedEffects[k]) + 2 * fit.fixedEffectStandardErrors[k]
      expectClose([low[k], high[k]], row, absolute: tolerance * size, "\(path) \(k)")
    }
  }

  @Test("no pooling: one model a department", arguments: PrintedTextTests.salaryIds)
  func noPooling(_ id: String) throws {
    let record = try Reference.json("salary/\(id).json")
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"))
    let models = try GroupwiseLinearModels(ModelFormula("salary ~ experience"), data: table, by: "department")
    let departments = record["no_pooling"].array
    #expect(departments.count == models.fits.count && models.failures.isEmpty)
    for r in departments {
      let level = try #require(r["department"].string)
      let fit = try #require(models.fits.first { $0.level == level }?.fit)
      Self.expectTable(fit.tidyTable, r["tidy"], relative: 1e-8, "\(id) \(level)")
    }
    let tidy = models.tidyTable
    #expect(tidy.columnNames == ["department", "term", "estimate", "std.error", "statistic", "p.value"])
    #expect(tidy.rowCount == 2 * models.fits.count)
    #expect(models.fits.count == (id == "variant_a" ? 8 : 5))
    if id != "variant_a" {
      #expect(tidy.tibble(groupedBy: "department").contains("\n# Groups:   department [5]\n"))
    }
  }

  @Test("all kinds of rows in one table: columns that a kind lacks are missing")
  func combined() throws {
    let table = try DataTable(csv: Reference.bytes("salary/seed_892174303.csv"))
    let fit = try LinearMixedModel("salary ~ experience + (1 | department)", data: table).fit(by: .reml)
    let tidy = fit.tidyTable
    #expect(tidy.columnNames == ["effect", "group", "level", "term", "estimate", "std.error", "statistic"])
    #expect(tidy.rowCount == 2 + 2 + 5 + 10)
    #expect(tidy["group"]!.text(0) == nil && tidy["group"]!.text(3) == "Residual")
    #expect(tidy["std.error"]!.isMissing(2) && !tidy["std.error"]!.isMissing(4))
    // What leaves as CSV comes back to the bit.
    #expect(try DataTable(csv: tidy.csvBytes()).csv() == tidy.csv())
  }

  @Test("the data as a tibble, number by number", arguments: PrintedTextTests.salaryIds)
  func dataTibble(_ id: String) throws {
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"))
    let record = try Reference.json("salary/\(id).json")
    // `experience` is a double in R and reads back from CSV as integers: its type line differs, its numbers do not.
    let columns = table.columns.map { $0.name == "experience" ? Column("experience", $0.numbers!) : $0 }
    let recorded = try #require(record["printed_tibble"].string)
    // pillar 1.8 writes "# … with 90 more rows", later versions and the textbook as here.
    let expected =
      recorded.split(separator: "\n").map(String.init).dropLast() + ["# ℹ \(table.rowCount - 10) more rows"]
    #expect(DataTable(columns).tibble().split(separator: "\n").map(String.init) == Array(expected))
    // The head with all digits: R's own, before it went through the CSV file.
    #expect(record["data_head"].object.count == table.columns.count && table.rowCount == record["n"].int)
    for column in table.columns {
      let head = record["data_head"][column.name]
      #expect(head.array.count == 10)
      if let numbers = column.numbers {
        #expect(Array(numbers.prefix(10)) == head.doubles, "\(column.name)")
      } else {
        #expect((0..<10).map { column.text($0) } == head.strings)
      }
    }
  }
}
