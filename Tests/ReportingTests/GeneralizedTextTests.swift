import Estimates
import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Generalized linear models as R prints them")
struct GeneralizedTextTests {
  static let records = try! Reference.json("glm/glm.json")["records"].array

  private static func fit(_ r: JSON) throws -> GeneralizedLinearModelFit {
    let file = "glm/" + r["data"].string!
    let families: [String: ResponseFamily] = [
      "binomial": .binomial, "poisson": .poisson, "Gamma": .gamma(shape: 1),
      "negative binomial": .negativeBinomial(theta: 1),
    ]
    return try GeneralizedLinearModel(
      #require(r["formula"].string), data: try DataTable(csv: Reference.bytes(file), file: file),
      family: #require(families[r["family"].string!]), link: LinkFunction(rawValue: r["link"].string!),
      roles: ColumnRoles(weights: r["weights"].string, offset: r["offset"].string)
    ).fit()
  }

  private static func withoutDeviances(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains(#/[Nn]ull [Dd]eviance:|Residual [Dd]eviance:|^AIC/#) }.joined(separator: "\n")
  }

  @Test("print, summary and display, whole", arguments: records.indices)
  func texts(_ k: Int) throws {
    let r = Self.records[k]
    let fit = try Self.fit(r)
    let styles = [
      (HouseStyle.print, "printed"), (.summary, "printed_summary"), (.display, "printed_display"),
    ]
    for (style, key) in styles {
      guard let recorded = r[key].string else {
        #expect(style == .display)
        continue
      }
      // A deviance of 0 is printed as what rounding leaves of it.
      let isSaturated = fit.residualDegreesOfFreedom == 0
      let ours = isSaturated ? Self.withoutDeviances(fit.text(style)) : fit.text(style)
      let theirs = isSaturated ? Self.withoutDeviances(recorded + "\n") : recorded + "\n"
      #expect(ours == theirs, "\(r["id"].string!) \(key)\n\(ours)\n-- R --\n\(theirs)")
    }
  }

  @Test("the text of separated data is R's, for it stops where R stops")
  func separated() throws {
    let r = try Reference.json("glm/glm.json")["separated"][2]
    let table = DataTable([Column("x", r["x"].doubles), Column("y", r["y"].doubles)])
    let fit = try GeneralizedLinearModel("y ~ x", data: table, family: .binomial).fit()
    #expect(fit.text(.print, dataName: "as.data.frame(data)") == r["printed"].string! + "\n")
  }

  @Test("the document has the recorded field names and numbers")
  func document() throws {
    for r in Self.records {
      let fit = try Self.fit(r)
      let json = try JSON(parsing: Data(fit.document.text(indent: 2).utf8))
      for key in ["formula", "family", "link", "weights", "offset"] {
        #expect(json[key].string == r[key].string, "\(key)")
      }
      for key in ["n_obs", "df_residual", "df_null", "df"] { #expect(json[key].int == r[key].int, "\(key)") }
      for key in ["deviance", "null_deviance", "logLik", "AIC", "BIC"] where !r[key].isNull {
        expectClose(json[key].double, r[key].double, relative: 1e-9, absolute: 1e-12, key)
      }
      #expect(json["fixef"]["names"].strings == r["fixef"]["names"].strings)
      if !r["theta"].isNull {
        expectClose(json["dispersion_parameter"].double, r["theta"].double, relative: 1e-8)
      }
    }
  }

  @Test("notes say which level is success, what separates, and where the boundary is")
  func notes() throws {
    func fit(_ formula: String, _ columns: [Column], _ family: ResponseFamily) throws
      -> GeneralizedLinearModelFit
    {
      try GeneralizedLinearModel(formula, data: DataTable(columns), family: family).fit()
    }
    let votes = try fit(
      "vote ~ g",
      [
        Column("vote", ["no", "yes", "no", "no", "no", "yes"]),
        Column("g", ["a", "a", "b", "b", "b", "a"]),
      ], .binomial)
    let notes = votes.notes()
    #expect(
      notes == [
        "note: 'yes' counts as success, 'no' as failure",
        "separation: all 3 rows with g = b are failures",
        "separation: 3 of 6 rows are fitted without error, and the likelihood rises without end as gb → −∞; these estimates and their "
          + "standard errors are where the iteration stopped and mean nothing: leave the predictor out, join levels, or let the coefficients "
          + "vary between groups in a random-effects term",
      ])
    #expect(votes.notes(in: .zh)[1] == "分离：g = b 的 3 行全为失败")
    let line = try fit(
      "y ~ x", [Column("x", [1, 2, 3, 4, 5, 6.5]), Column("y", [0, 0, 0, 1, 1, 1])], .binomial)
    #expect(
      line.notes()[0] == "separation: all 3 rows with x ≤ 3 are failures; all 3 rows with x ≥ 4 are successes"
    )
    let counts = try fit(
      "y ~ 0 + g", [Column("y", [0, 0, 3, 1]), Column("g", ["a", "a", "b", "b"])], .poisson)
    #expect(counts.notes()[0] == "separation: all 2 rows with g = a have a count of 0")
    let base = try fit(
      "y ~ g", [Column("y", [0, 0, 3, 1, 0, 2]), Column("g", ["a", "a", "b", "b", "c", "c"])], .poisson)
    #expect(base.notes()[0] == "separation: all 2 rows with g = a have a count of 0")
    #expect(base.notes()[1].contains("as (Intercept) → −∞, gb → +∞ and gc → +∞ together;"))
    let cells = try fit(
      "y ~ f * k",
      [
        Column("y", [0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1]),
        Column("f", ["a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "a", "a"]),
        Column("k", ["m", "m", "w", "w", "m", "m", "w", "w", "m", "m", "w", "w"]),
      ], .binomial)
    #expect(cells.notes()[0] == "separation: all 2 rows with f = c and k = w are successes")
    let constant = try fit("y ~ x", [Column("x", [1, 2, 3.0]), Column("y", [0, 0, 0])], .binomial)
    #expect(
      constant.notes() == [
        "separation: all 3 rows are failures, so the likelihood has no maximum and nothing can be estimated, whatever the predictors; the "
          + "numbers shown are where the iteration stopped and mean nothing: responses of more than one kind are needed"
      ])
    let twice = try GeneralizedLinearModel(
      "cbind(s, f) ~ x",
      data: DataTable([
        Column("s", [1, 2, 1.0]), Column("f", [2, 1, 1.0]), Column("x", [1, 2, 3.0]),
        Column("m", [3, 3, 2.0]),
      ]), family: .binomial, roles: ColumnRoles(weights: "m")
    ).fit()
    #expect(twice.notes().count == 1 && twice.notes()[0].contains("multiplied by 'm', as in R"))
    let limit = try fit("y ~ 1", [Column("y", [1, 2, 1, 2])], .negativeBinomial(theta: 1))
    #expect(limit.notes().count == 1 && limit.notes()[0].hasPrefix("boundary fit: "))
  }
}
