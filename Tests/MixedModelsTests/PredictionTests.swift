import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Predictions against R")
struct PredictionTests {
  /// A recorded `newdata`: integers, other numbers or texts, one list a column.
  private func table(_ columns: JSON) throws -> DataTable {
    DataTable(
      columns.object.sorted { $0.key < $1.key }.map { name, values in
        if values[0].string != nil { return Column(name, values.strings) }
        let numbers = values.doubles
        // Whole numbers are what the CSV reader makes of them; they may be levels.
        return numbers.allSatisfy { $0 == $0.rounded() }
          ? Column(name, numbers.map { Int($0) }) : Column(name, numbers)
      })
  }

  static let recorded = ReferenceCase.full.filter { !$0.record["predict"].isNull }

  @Test("new rows, levels that the fit has not seen among them", arguments: recorded)
  func newRows(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let rows = try table(r.record["predict"]["newdata"])
    #expect(r.record["predict"]["allow_new_levels"].bool == true)
    let size = fit.model.frame.response.map(abs).max()!
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    var kinds: [String] = []
    for item in r.record["predict"]["cases"].array {
      let kind = try #require(item["re_form"].string)
      let random: RandomEffectSelection = kind == "NULL" ? .all : kind == "NA" ? .none : .terms(kind)
      if !kind.hasPrefix("~") { kinds.append(kind) }
      let found = try fit.predict(for: rows, random: random, allowingNewLevels: true)
      expectClose(
        found, item["values"].doubles, relative: tolerance, absolute: tolerance * size, "re.form = \(kind)")
    }
    #expect(kinds == ["NULL", "NA"])
    #expect(throws: PredictionError.self) { try fit.predict(for: rows) }
  }

  @Test("every model of the lecture and most of the literature predict")
  func predictionsRecorded() { #expect(Self.recorded.count == 21 + 13) }

  @Test(
    "the salary data: fixed effects alone, and a department that the fit has not seen",
    arguments: ReferenceCase.salary)
  func salary(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let table = try r.table()
    let size = fit.model.frame.response.map(abs).max()!
    let tolerance = r.isSingular ? 1e-5 : 1e-7
    let fixed = try fit.predict(for: table, random: .none)
    #expect(r.record["pred_fixed_only10"].array.count == 10)
    expectClose(
      Array(fixed.prefix(10)), r.record["pred_fixed_only10"].doubles, relative: tolerance,
      absolute: tolerance * size)
    let own = try fit.predict(for: table)
    expectClose(own, fit.fitted, relative: 1e-12, absolute: 1e-12 * size)
    let unseen = DataTable([Column("department", ["unseen", "unseen"]), Column("experience", [0, 5])])
    expectClose(
      try fit.predict(for: unseen, allowingNewLevels: true), r.record["pred_new_level"].doubles,
      relative: tolerance,
      absolute: tolerance * size)
  }

  @Test("complete pooling: the chapter's column pred", arguments: ReferenceCase.salarySeeds)
  func completePooling(_ id: String) throws {
    let document = try Reference.json("salary/\(id).json")
    let table = try DataTable(csv: Reference.bytes("salary/\(id).csv"), file: id)
    let model = try LinearModel("salary ~ experience", data: table)
    let predictions = try model.predict(model.fit(), for: table)
    #expect(predictions.count == document["n"].int && document["m1_predictions10"].array.count == 10)
    expectClose(Array(predictions.prefix(10)), document["m1_predictions10"].doubles, relative: 1e-10)
  }

  @Test(
    "a row that the fit leaves out may have a level of its own; a row with weight w has the variance σ²/w")
  func ownRows() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleep_weights.csv"))
    var y = table["Reaction"]!.numbers!
    y[0] = .nan
    let subjects = table["Subject"]!
    let texts = (0..<table.rowCount).map { $0 == 0 ? "new" : subjects.text($0)! }
    let data = DataTable(
      table.columns.filter { !["Reaction", "Subject"].contains($0.name) } + [
        Column("Reaction", y), Column("Subject", texts),
      ])
    let fit = try LinearMixedModel(
      "Reaction ~ Days + (1 | Subject)", data: data, roles: ColumnRoles(weights: "w")
    ).fit()
    let predicted = try fit.predict(for: data)
    #expect(predicted[0].isNaN && !predicted[1].isNaN)
    let weights = table["w"]!.numbers!
    let mean = try fit.predictionIntervals(for: data, .confidence)
    let one = try fit.predictionIntervals(for: data, .prediction)
    for i in 1..<20 {
      let expected = mean.errors[i] * mean.errors[i] + fit.sigma * fit.sigma / weights[i]
      expectClose(one.errors[i] * one.errors[i], expected, relative: 1e-12)
    }
  }
}
