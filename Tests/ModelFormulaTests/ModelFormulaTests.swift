import Tables
import TestSupport
import Testing

@testable import ModelFormula

@Suite("Formula language")
struct ModelFormulaTests {
  @Test(
    "expansion of operators",
    arguments: [
      ("y ~ a*b", ["a", "b", "a:b"], true), ("y ~ (a + b)^2 - b", ["a", "a:b"], true),
      ("y ~ a/b", ["a", "a:b"], true),
      ("y ~ 0 + x", ["x"], false), ("y ~ x - 1", ["x"], false), ("y ~ -1 + x", ["x"], false),
      ("y ~ a:b + a", ["a", "a:b"], true), ("y ~ 1", [], true), ("y ~ x + x", ["x"], true),
    ])
  func expansion(_ text: String, _ terms: [String], _ intercept: Bool) throws {
    let formula = try ModelFormula(text)
    #expect(formula.fixed.terms.map(\.name) == terms)
    #expect(formula.fixed.hasIntercept == intercept)
  }

  @Test(
    "deparsed as R prints it",
    arguments: [
      ("salary~experience+(1+experience|department)", "salary ~ experience + (1 + experience | department)"),
      ("y ~ x + (1 + x || g)", "y ~ x + ((1 | g) + (0 + x | g))"),
      ("y~a:b+I(x^2)", "y ~ a:b + I(x^2)"), ("log( y ) ~ `my x`", "log(y) ~ `my x`"),
      ("y ~ x-1", "y ~ x - 1"),
    ])
  func deparse(_ text: String, _ expected: String) throws { #expect(try ModelFormula(text).text == expected) }

  @Test("random-effects terms")
  func bars() throws {
    let formula = try ModelFormula("y ~ x + (1 + x | g) + (0 + z | g)")
    #expect(formula.randomTerms.map(\.effects.hasIntercept) == [true, false])
    #expect(formula.randomTerms.map { $0.effects.terms.map(\.name) } == [["x"], ["z"]])
    #expect(formula.fixedText == "y ~ x")
    let double = try ModelFormula("y ~ x + (1 + x || g)")
    #expect(double.randomTerms.count == 2)
    #expect(try ModelFormula("y ~ (1 | g)").fixedText == "y ~ 1")
  }

  @Test(
    "faults are shown at their place",
    arguments: [
      ("y ~ x +", 7, "end of the formula"), ("y x", 2, "'x'"), ("y ~ (x", 6, "end of the formula"),
      ("y ~ 1 | g", 6, "'|'"), ("y ~ x + (1 | x | g)", 11, "second bar"), ("y ~ x $ z", 6, "character '$'"),
      ("y ~ x + 2", 8, "number 2"), ("", 0, "end of the formula"), ("x + 1", 5, "end of the formula"),
    ])
  func faults(_ text: String, _ column: Int, _ found: String) {
    do {
      _ = try ModelFormula(text)
      Issue.record("no error for \(text)")
    } catch {
      let message = "\(error)"
      #expect(message.contains(found), "\(message)")
      #expect(message.contains("column \(column + 1)"), "\(message)")
      #expect(
        message.contains("\n  " + text + "\n  " + String(repeating: " ", count: column) + "^"), "\(message)")
    }
  }
}

@Suite("From formula to matrices")
struct ModelFrameTests {
  let table = DataTable([
    Column("y", [1.0, 2, .nan, 4, 5, 6]), Column("x", [1, 2, 3, 4, 5, 6]),
    Column("g", .text(["b", "a", "b", "c", nil, "a"])), Column("k", [10, 2, 2, 10, 1, 1]),
    Column("flag", .logical([true, false, true, true, false, true])),
  ])

  @Test("rows with missing values in used columns are left out, others stay")
  func missing() throws {
    let frame = try ModelFrame(ModelFormula("y ~ x"), data: table)
    #expect(frame.usedRows == [0, 1, 3, 4, 5])
    #expect(frame.omittedCount == 1)
    let grouped = try ModelFrame(ModelFormula("y ~ x + (1 | g)"), data: table)
    #expect(grouped.usedRows == [0, 1, 3, 5])
    #expect(grouped.random[0].grouping.levels == ["a", "b", "c"])
  }

  @Test(
    "coding of factors follows R's rule of marginality",
    arguments: [
      ("y ~ g", ["(Intercept)", "gb", "gc"]), ("y ~ 0 + g", ["ga", "gb", "gc"]),
      ("y ~ x:g", ["(Intercept)", "x:ga", "x:gb", "x:gc"]),
      ("y ~ x + x:g", ["(Intercept)", "x", "x:gb", "x:gc"]),
      ("y ~ x*g", ["(Intercept)", "x", "gb", "gc", "x:gb", "x:gc"]),
      ("y ~ 0 + g + flag", ["ga", "gb", "gc", "flagTRUE"]),
      ("y ~ factor(k)", ["(Intercept)", "factor(k)2", "factor(k)10"]),
      ("y ~ I(x^2) + log(x)", ["(Intercept)", "I(x^2)", "log(x)"]),
      ("y ~ g + g:x", ["(Intercept)", "gb", "gc", "ga:x", "gb:x", "gc:x"]),
    ])
  func coding(_ formula: String, _ names: [String]) throws {
    #expect(try ModelFrame(ModelFormula(formula), data: table).fixedCoding.columnNames == names)
  }

  @Test("errors name the column and what there is")
  func errors() {
    let columns = ["y", "x", "g", "k", "flag"]
    let unknown = FormulaError.unknownColumn("z", formula: "y ~ z", column: 4, available: columns)
    #expect(throws: unknown) { try ModelFrame(ModelFormula("y ~ z"), data: table) }
    #expect(
      "\(unknown)" == """
        formula: no column 'z' (column 5)
          y ~ z
              ^
        the nearest are g, k, x; all columns: y, x, g, k, flag
        """)
    #expect(throws: FormulaError.self) { try ModelFrame(ModelFormula("g ~ x"), data: table) }
    let plain = "\(FormulaError.notFinite(expression: "y", row: 8, value: "-Inf"))"
    #expect(plain.contains("y is -Inf in data row 8; the column has no finite value there"))
    let computed = "\(FormulaError.notFinite(expression: "log(x)", row: 8, value: "-Inf"))"
    #expect(computed.contains("the function has no finite value there"))
    #expect(throws: FormulaError.notFinite(expression: "log(x)", row: 1, value: "-Inf")) {
      try ModelFrame(
        ModelFormula("y ~ log(x)"), data: DataTable([Column("y", [1.0, 2]), Column("x", [0.0, 1])]))
    }
    #expect(throws: FormulaError.oneLevel(factor: "g", level: "a", rows: 2)) {
      try ModelFrame(
        ModelFormula("y ~ g"), data: DataTable([Column("y", [1.0, 2]), Column("g", ["a", "a"])]))
    }
    #expect(throws: FormulaError.noRows(total: 1)) {
      try ModelFrame(ModelFormula("y ~ x"), data: DataTable([Column("y", [Double.nan]), Column("x", [1.0])]))
    }
  }

  @Test("new data use the levels of the fit; an unknown level is an error")
  func newData() throws {
    let frame = try ModelFrame(ModelFormula("y ~ g"), data: table)
    let other = DataTable([Column("g", ["c", "a"])])
    #expect(try frame.fixedCoding.matrix(for: other).storage == [1, 1, 0, 0, 1, 0])
    #expect(throws: FormulaError.self) {
      try frame.fixedCoding.matrix(for: DataTable([Column("g", ["d", "a"])]))
    }
  }

  @Test(
    "formulas that would name two things alike, or say nothing, are refused with the reason",
    arguments: [
      ("y ~ ab + a", "two coefficients the name 'ab'"), ("y ~ x + (1 | p:q)", "both written 'a:b:c'"),
      ("y ~ y + x", "the response 'y' on the right side too"), ("1 ~ x", "a response without a column"),
      ("y ~ x + (1 | factor(a, p))", "'factor(a, p)'"), ("y ~ x + (1 | factor(log(x)))", "'factor(log(x))'"),
      ("y ~ x−1", "write '-' instead"), ("y ∼ x", "write '~' instead"), ("y ~ x ∗ z", "write '*' instead"),
      ("y ~ (1 ∣ g)", "write '|' instead"), ("y ~ my column", "stands in backquotes"),
    ])
  func refusals(_ formula: String, _ reason: String) throws {
    let data = DataTable([
      Column("y", [1.0, 2, 3, 5]), Column("x", [1.0, 4, 2, 2]), Column("ab", [1.0, 2, 1, 5]),
      Column("a", ["a", "b", "a", "b"]), Column("p", ["a", "a:b", "a", "z"]),
      Column("q", ["b:c", "c", "b:c", "z"]),
    ])
    let error = #expect(throws: (any Error).self) { try ModelFrame(ModelFormula(formula), data: data) }
    #expect(error.map { "\($0)".contains(reason) } == true, "\(error.map { "\($0)" } ?? "none")")
  }

  @Test("no-break and full-width spaces are blanks; very long formulas are refused, not crashed on")
  func spacesAndLength() throws {
    #expect(
      try ModelFormula("y\u{A0}~ x\u{3000}+ `a\u{A0}b`").fixed.terms.map(\.name) == ["x", "`a\u{A0}b`"])
    let long = "y ~ " + (0..<1000).map { "x\($0)" }.joined(separator: " + ")
    #expect(try ModelFormula(long).fixed.terms.count == 1000)
    #expect(throws: FormulaError.self) {
      try ModelFormula("y ~ " + [String](repeating: "x", count: 60_000).joined(separator: "+"))
    }
  }
}
