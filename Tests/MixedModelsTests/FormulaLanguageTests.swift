import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

extension ReferenceCase {
  /// The record's factors and contrasts.
  var roles: ColumnRoles {
    var factors: Set<String> = ["group"]
    if !record["factors"].isNull, !record["factors"].isArray {
      factors.formUnion(record["factors"].object.keys)
    }
    var contrasts: [String: Contrast] = [:]
    if !record["contrasts"].isNull, !record["contrasts"].isArray {
      for (name, value) in record["contrasts"].object {
        contrasts[name] = Contrast(rawValue: String(value.string!.dropFirst("contr.".count)))!
      }
    }
    return ColumnRoles(
      factors: factors, contrasts: contrasts, weights: record["weights"].string,
      offset: record["offset"].string)
  }

  /// Whether a column was computed by more than products, so that its last digits are those of an algorithm.
  var hasTrainedColumns: Bool { formula.contains("poly(") || formula.contains("scale(") }
}

@Suite("The formula language in fits")
struct FormulaLanguageTests {
  private func sleepstudy() throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy.csv")
  }

  @Test("Helmert and polynomial contrasts: the fixed part of a model of two grouping factors")
  func helmertAndPolynomials() throws {
    let record = try Reference.json("lmm/cake_helmert_poly.json")
    let r = ReferenceCase(file: "lmm", name: "cake_helmert_poly", record: record, data: "lmm/cake.csv")
    let frame = try ModelFrame(ModelFormula(r.formula), data: r.table(), roles: r.roles)
    #expect(frame.fixedCoding.columnNames == record["fixef"]["names"].strings)
    let rows = record["X_first_rows"].matrix
    #expect(rows.count == 3)
    for (i, row) in rows.enumerated() { expectClose(frame.fixed.row(i), row, absolute: 1e-12, "row \(i)") }
  }

  @Test("contrasts, polynomials and scaling change coefficients, not the model")
  func sameModel() throws {
    let cake = try DataTable(csv: Reference.bytes("lmm/cake.csv"), file: "cake.csv")
    func fit(_ contrasts: [String: Contrast]) throws -> LinearMixedModelFit {
      try LinearMixedModel(
        "angle ~ recipe*tempf + (1 | recipe:replicate)", data: cake,
        roles: ColumnRoles(factors: ["tempf", "replicate"], contrasts: contrasts)
      ).fit(by: .ml)
    }
    let treatment = try fit([:])
    for contrast in Contrast.allCases {
      let other = try fit(["recipe": contrast, "tempf": contrast])
      expectClose(other.criterion, treatment.criterion, relative: 1e-10)
      expectClose(other.fitted, treatment.fitted, relative: 1e-7)
    }
    let data = try sleepstudy()
    let plain = try LinearMixedModel("Reaction ~ Days + I(Days^2) + (Days | Subject)", data: data).fit(
      by: .ml)
    for formula in [
      "Reaction ~ poly(Days, 2) + (scale(Days) | Subject)",
      "Reaction ~ poly(Days, 2, raw = TRUE) + (poly(Days, 1) | Subject)",
      "Reaction ~ scale(Days) + I(scale(Days)^2) + (ns(Days, df = 1) | Subject)",
    ] {
      let fit = try LinearMixedModel(formula, data: data).fit(by: .ml)
      expectClose(fit.criterion, plain.criterion, relative: 1e-10, formula)
      expectClose(fit.fitted, plain.fitted, relative: 1e-7, formula)
      // Beyond the data, and on fewer rows than were fitted.
      let new = DataTable([Column("Days", [3.0, 14]), Column("Subject", [308, 372])])
      expectClose(try fit.predict(for: new), try plain.predict(for: new), relative: 1e-6, formula)
    }
  }

  @Test("a spline's fit predicts its own rows")
  func splinePredictsItself() throws {
    let data = try sleepstudy()
    let fit = try LinearMixedModel("Reaction ~ ns(Days, df = 4) + (ns(Days, df = 2) | Subject)", data: data)
      .fit(by: .reml)
    expectClose(try fit.predict(for: data), fit.fitted, relative: 1e-12)
  }

  @Test("behind || reference levels do not matter, and lme4's split is there on request")
  func doubleBar() throws {
    let data = try DataTable(csv: Reference.bytes("lmm/machines.csv"), file: "machines.csv")
    let turned = DataTable(
      data.columns.map { column in
        column.name == "Machine"
          ? Column("Machine", (0..<column.count).map { ["A": "z", "B": "y", "C": "x"][column.text($0)!]! })
          : column
      })
    let formula = "score ~ Machine + (1 + Machine || Worker)"
    let model = try LinearMixedModel(formula, data: data)
    #expect(model.terms.map(\.names) == [["(Intercept)"], ["MachineA"], ["MachineB"], ["MachineC"]])
    #expect(model.terms.map(\.label) == ["Worker", "Worker.1", "Worker.2", "Worker.3"])
    #expect(model.formulaText == "score ~ Machine + (1 + Machine || Worker)")
    let fit = try model.fit(by: .reml)
    let other = try LinearMixedModel(formula, data: turned).fit(by: .reml)
    expectClose(other.criterion, fit.criterion, relative: 1e-9)
    // The same model, written out with indicators.
    let written = DataTable(
      data.columns
        + ["A", "B", "C"].map { level in
          Column("is" + level, (0..<data.rowCount).map { data["Machine"]!.text($0) == level ? 1 : 0 })
        })
    let indicators = try LinearMixedModel(
      "score ~ Machine + (1 | Worker) + (0 + isA | Worker) + (0 + isB | Worker) + (0 + isC | Worker)",
      data: written
    ).fit(by: .reml)
    expectClose(indicators.criterion, fit.criterion, relative: 1e-9)
    expectClose(try fit.predict(for: data), fit.fitted, relative: 1e-10)
    let lme4 = try ModelFrame(ModelFormula(formula), data: data, roles: ColumnRoles(doubleBar: .lme4))
    #expect(lme4.random.map(\.columnNames.count) == [1, 3])
  }
}
