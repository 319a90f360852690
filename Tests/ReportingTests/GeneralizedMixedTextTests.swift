import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Texts of generalized mixed models are R's")
struct GeneralizedMixedTextTests {
  /// Records whose texts are kept, by Laplace's approximation.
  static let names = [
    "cbpp", "cbpp_null", "cbpp_probit", "cbpp_cloglog", "cbpp_cauchit", "cbpp_weights", "contra_int",
    "contra_slope", "contra_probit", "contra_cloglog", "contra_factor_response", "grouse_brood",
    "grouse_slope", "poisson_dbar", "poisson_offset", "poisson_offset_arg",
  ]

  static func fit(_ r: JSON) throws -> GeneralizedLinearMixedModelFit {
    let table = try DataTable(csv: Reference.bytes(r["data"].string!))
    let factors = Set(r["factors"].object.keys).intersection(table.columnNames)
    return try GeneralizedLinearMixedModel(
      r["formula"].string!, data: table, family: r["family"].string == "poisson" ? .poisson : .binomial,
      link: LinkFunction(rawValue: r["link"].string!)!,
      roles: ColumnRoles(factors: factors, weights: r["weights"].string, offset: r["offset"].string)
    ).fit(LikelihoodApproximation(nodes: max(r["nAGQ"].int, 1)))
  }

  @Test("print, summary and display", arguments: names)
  func texts(_ name: String) throws {
    let r = try Reference.json("glmm/\(name).json")
    let fit = try Self.fit(r)
    var count = 0
    for (style, key) in PrintedTextTests.styles where !r[key].isNull {
      // R's last digits are those of its derivatives by differences.
      PrintedTextTests.expectSame(fit.text(style), r[key], "\(name) \(key)", relative: 6e-3)
      count += 1
    }
    if name == "cbpp" {
      #expect(count == 3)
      #expect(fit.text(.display).contains("DIC = -37.1"))
    }
  }

  @Test("quadrature is named, with full constants")
  func quadrature() throws {
    let r = try Reference.json("glmm/cbpp_agq9.json")
    let fit = try Self.fit(r)
    let text = fit.text(.print)
    #expect(
      text.hasPrefix(
        "Generalized linear mixed model fit by maximum likelihood (Adaptive\n  Gauss-Hermite Quadrature, nAGQ = 9) [glmerMod]\n"
      ))
    #expect(text.contains("193.9667 204.0935 -91.9834 183.9667       51"), "\(text)")
  }

  @Test("one table of variances, fixed effects with p values")
  func tidy() throws {
    let r = try Reference.json("glmm/cbpp.json")
    let table = try Self.fit(r).tidyTable([.fixed, .variance])
    #expect(
      table.columnNames == ["effect", "group", "term", "estimate", "std.error", "statistic", "p.value"])
    for key in ["estimate", "std.error", "statistic", "p.value"] {
      for (i, value) in r["tidy_fixed"][key].doubles.enumerated() {
        expectClose(table[key]!.numbers![i], value, relative: 1e-4, key)
      }
    }
    #expect(table.rowCount == 5)
  }

  @Test("notes say what stands beside the numbers")
  func notes() throws {
    let weights = try Self.fit(Reference.json("glmm/cbpp_probit.json"))
    #expect(weights.notes().contains { $0.contains("as in lme4") })
    #expect(weights.notes(in: .zh).count == weights.notes().count)
    let grouse = try Self.fit(Reference.json("glmm/grouse_brood.json"))
    #expect(grouse.notes().contains { $0.contains("(1 | row)") })
  }
}
