import Tables
import Testing

@testable import ModelFormula

@Suite("Responses of generalized models")
struct ResponseReadingTests {
  private let table = DataTable([
    Column("zero", [0, 1, 1, 0]), Column("flag", .logical([false, true, true, false])),
    Column("text", ["no", "yes", "yes", "no"]), Column("code", [1, 2, 2, 1]), Column("s", [0, 2, 3, 1]),
    Column("f", [3, 1, 0, 1]), Column("m", [3, 3, 3, 2]), Column("share", [0, 2.0 / 3, 1, 0.5]),
    Column("rounded", [0, 0.6667, 1, 0.5]), Column("three", ["a", "b", "c", "a"]),
    Column("minus", [1, -1, 0, 2]), Column("half", [1, 1.5, 0, 2]), Column("none", [0, 2, 0, 1]),
    Column("nothing", [0, 1, 0, 1]), Column("w", [0.5, 1, 2, 1]), Column("x", [1, 2, 4, 3.5]),
    Column("gap", .real([1, .nan, 3, 4])), Column("size", [2, 4, 6, 8.5]),
  ])

  private func frame(
    _ response: String, _ kind: ResponseKind = .successes(), weights: String? = nil, factors: Set<String> = []
  ) throws -> ModelFrame {
    try ModelFrame(
      try ModelFormula("\(response) ~ 1"), data: table,
      roles: ColumnRoles(factors: factors, weights: weights), response: kind)
  }

  private func fault(
    _ response: String, _ kind: ResponseKind = .successes(), weights: String? = nil
  ) -> ResponseFault? {
    do { _ = try frame(response, kind, weights: weights) } catch FormulaError.response(let fault) {
      return fault
    } catch { Issue.record("\(error)") }
    return nil
  }

  @Test("one trial a row, in every form")
  func single() throws {
    for (response, factors) in [
      ("zero", []), ("flag", []), ("text", []), ("factor(text)", []), ("factor(code)", []),
      ("code", ["code"]),
      ("factor(zero)", []),
    ] as [(String, Set<String>)] {
      let frame = try frame(response, factors: factors)
      let binomial = try #require(frame.binomial)
      #expect(frame.response == [0, 1, 1, 0] && binomial.successes == [0, 1, 1, 0], "\(response)")
      #expect(binomial.trials == [1, 1, 1, 1] && frame.weights == nil)
    }
    let form = try frame("text").binomial?.form
    #expect(form == .levels(SuccessLevels(failure: "no", success: "yes")))
    #expect(try frame("zero").binomial?.form == .zeroOne)
    // Other levels than those found may be meant.
    let turned = try frame("text", .successes(levels: SuccessLevels(failure: "yes", success: "no")))
    #expect(turned.response == [1, 0, 0, 1])
  }

  @Test("successes beside failures, shares of trials, weights as trials or beside them")
  func several() throws {
    let columns = try #require(try frame("cbind(s, m - s)").binomial)
    #expect(columns.successes == [0, 2, 3, 1] && columns.trials == [3, 3, 3, 2])
    #expect(columns.form == .successesAndFailures)
    for response in ["share", "s/m", "rounded"] {
      let frame = try frame(response, weights: "m")
      #expect(frame.binomial?.successes == [0, 2, 3, 1] && frame.binomial?.trials == [3, 3, 3, 2])
      #expect(frame.weights == nil && frame.binomial?.form == .proportions)
    }
    let beside = try frame("cbind(s, f)", weights: "w")
    #expect(beside.weights == [0.5, 1, 2, 1] && beside.binomial?.trials == [3, 3, 3, 2])
    let repeated = try frame("zero", weights: "m")
    #expect(repeated.weights == nil && repeated.binomial?.successes == [0, 3, 3, 0])
  }

  @Test("rows with missing values, and parts of the rows, keep successes with their trials")
  func rows() throws {
    let frame = try ModelFrame(
      try ModelFormula("cbind(s, f) ~ gap + (1 | text)"), data: table, response: .successes())
    #expect(frame.omittedCount == 1 && frame.binomial?.successes == [0, 3, 1])
    #expect(frame.random[0].grouping.codes == [0, 1, 0])
    let part = frame.selecting([2, 0])
    #expect(part.binomial?.successes == [1, 0] && part.binomial?.trials == [2, 3])
    #expect(part.response == [0.5, 0])
    let drawn = frame.replacingResponse(by: [3, 0, 2])
    #expect(drawn.binomial?.successes == [3, 0, 2] && drawn.response == [1, 0, 1])
  }

  @Test("counts and positive numbers")
  func others() throws {
    #expect(try frame("none", .counts).response == [0, 2, 0, 1])
    #expect(try frame("x", .positive).response == [1, 2, 4, 3.5])
    #expect(try frame("minus", .numbers).binomial == nil)
  }

  @Test("faults name the row, the value and what would work")
  func faults() throws {
    #expect(fault("three") == .levels(response: "three", found: ["a", "b", "c"]))
    #expect(fault("code") == .noProportion(response: "code", row: 2, value: "2"))
    #expect(fault("minus") == .noProportion(response: "minus", row: 2, value: "-1"))
    #expect(
      fault("share") == .proportionWithoutTrials(response: "share", row: 2, value: "0.6666666666666666"))
    #expect(
      fault("share", weights: "size")
        == .brokenTrials(
          response: "share", row: 2, value: "0.6666666666666666", weights: "size", trials: "4"))
    #expect(
      fault("zero", weights: "w")
        == .brokenTrials(response: "zero", row: 1, value: "0", weights: "w", trials: "0.5"))
    #expect(fault("cbind(minus, s)") == .noCount(expression: "minus", row: 2, value: "-1"))
    #expect(fault("cbind(s, s - m)") == .noCount(expression: "s - m", row: 1, value: "-3"))
    #expect(fault("cbind(s, half)") == .noCount(expression: "half", row: 2, value: "1.5"))
    #expect(fault("cbind(nothing, none)") == .noTrials(response: "cbind(nothing, none)", row: 1))
    #expect(fault("cbind(s, f, m)") == .boundColumns(response: "cbind(s, f, m)", count: 3))
    #expect(fault("half", .counts) == .noCount(expression: "half", row: 2, value: "1.5"))
    #expect(fault("minus", .counts) == .noCount(expression: "minus", row: 2, value: "-1"))
    #expect(fault("none", .positive) == .notPositive(response: "none", row: 1, value: "0"))
    #expect(fault("cbind(s, f)", .counts) == .noNumbers(response: "cbind(s, f)", needed: "a count is needed"))
    #expect(fault("cbind(s, f)", .numbers)?.description.contains("--family binomial") == true)
    #expect(fault("three")?.description.hasSuffix("or make a column of 0 and 1") == true)
    // Rows are those of the data, missing ones counted.
    let formula = try ModelFormula("half ~ gap")
    #expect(throws: FormulaError.response(.noCount(expression: "half", row: 3, value: "0.5"))) {
      let gappy = DataTable([Column("half", [1, 2, 0.5]), Column("gap", .real([.nan, 1, 2]))])
      _ = try ModelFrame(formula, data: gappy, response: .counts)
    }
  }

  @Test("levels of a response: of the used rows, or of all where one is left")
  func levels() throws {
    let data = DataTable([
      Column("y", ["don't know", "no", "yes", "no"]), Column("x", .real([.nan, 1, 2, 3])),
      Column("z", .real([1, 1, .nan, 2])),
    ])
    let used = try ModelFrame(try ModelFormula("y ~ x"), data: data, response: .successes())
    #expect(used.response == [0, 1, 0])
    let two = DataTable([Column("y", ["no", "yes", "yes"]), Column("x", .real([.nan, 1, 2]))])
    let left = try ModelFrame(try ModelFormula("y ~ x"), data: two, response: .successes())
    #expect(left.response == [1, 1])
    let formula = try ModelFormula("y ~ z")
    // Where levels are given, a third one is a fault even if two are left.
    #expect(
      throws: FormulaError.response(.levels(response: "y", found: ["no", "yes", "don't know"]))
    ) {
      _ = try ModelFrame(
        formula, data: data, response: .successes(levels: SuccessLevels(failure: "no", success: "yes")))
    }
  }
}
