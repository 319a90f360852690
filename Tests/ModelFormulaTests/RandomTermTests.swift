import Tables
import TestSupport
import Testing

@testable import ModelFormula

@Suite("Terms behind bars")
struct RandomTermTests {
  let table = DataTable([
    Column("y", [1.0, 3, 2, 5, 4, 6]), Column("x", [0.0, 1, 2, 3, 5, 8]),
    Column("f", ["a", "b", "c", "a", "b", "c"]), Column("g", ["p", "p", "p", "q", "q", "q"]),
    Column("h", ["u", "v", "u", "v", "u", "v"]),
  ])

  @Test("behind || each column is a term of its own, each level of a factor among them")
  func split() throws {
    let frame = try ModelFrame(ModelFormula("y ~ x + (1 + x + f || g) + (0 + x || h)"), data: table)
    #expect(frame.random.map(\.columnNames) == [["(Intercept)"], ["x"], ["fa"], ["fb"], ["fc"], ["x"]])
    #expect(frame.random.map(\.grouping.name) == ["g", "g", "g", "g", "g", "h"])
    #expect(frame.random[3].matrix.storage == [0, 1, 0, 0, 1, 0])
    #expect(frame.doubleBarFactors == ["f"])
    #expect(frame.formula.text == "y ~ x + (1 + x + f || g) + ((0 + x | h))")
    let new = DataTable([Column("f", ["c", "b"]), Column("x", [2.0, 4])])
    #expect(try frame.random[4].matrix(for: new).storage == [1, 0])
  }

  @Test("lme4's way keeps a factor's term together")
  func together() throws {
    let formula = try ModelFormula("y ~ x + (1 + f || g)")
    let frame = try ModelFrame(formula, data: table, roles: ColumnRoles(doubleBar: .lme4))
    #expect(frame.random.map(\.columnNames) == [["(Intercept)"], ["fa", "fb", "fc"]])
    #expect(frame.doubleBarFactors.isEmpty)
    #expect(frame.formula.text == "y ~ x + ((1 | g) + (0 + f | g))")
    #expect(frame.formula == formula)
  }

  @Test("products and polynomials behind || are split by column too, also on new data")
  func products() throws {
    let frame = try ModelFrame(ModelFormula("y ~ x + (0 + f:poly(x, 2) + h:f || g)"), data: table)
    let names = [
      "fa:poly(x, 2)1", "fb:poly(x, 2)1", "fc:poly(x, 2)1", "fa:poly(x, 2)2", "fb:poly(x, 2)2",
      "fc:poly(x, 2)2",
      "hu:fa", "hv:fa", "hu:fb", "hv:fb", "hu:fc", "hv:fc",
    ]
    // R orders the factors of a product by their first appearance: f before h.
    #expect(frame.random.flatMap(\.columnNames).prefix(6) == names.prefix(6))
    #expect(Set(frame.random.flatMap(\.columnNames).dropFirst(6)).count == 6)
    #expect(frame.random.allSatisfy { $0.matrix.columns == 1 })
    #expect(frame.doubleBarFactors.sorted() == ["f", "h"])
    for design in frame.random { #expect(try design.matrix(for: table) == design.matrix) }
  }

  @Test("the contrast does not matter behind ||")
  func contrast() throws {
    let roles = ColumnRoles(contrasts: ["f": .sum])
    let frame = try ModelFrame(ModelFormula("y ~ f + (f || g)"), data: table, roles: roles)
    #expect(frame.fixedCoding.columnNames == ["(Intercept)", "f1", "f2"])
    #expect(frame.random.flatMap(\.columnNames) == ["(Intercept)", "fa", "fb", "fc"])
  }

  @Test(
    "nested grouping factors: the innermost first, the text as written",
    arguments: [
      ("y ~ x + (1 | g/h)", "y ~ x + (1 | g/h)", ["h:g", "g"]),
      ("y~x+(x|(g/h)/f)", "y ~ x + (x | (g/h)/f)", ["f:(h:g)", "h:g", "g"]),
      ("y ~ x + (1 | g/h/f)", "y ~ x + (1 | g/h/f)", ["f:(h:g)", "h:g", "g"]),
      ("y ~ x + (1 | g:h/f)", "y ~ x + (1 | g:h/f)", ["f:(g:h)", "g:h"]),
      ("y ~ (x || g/h)", "y ~ ((1 | g/h) + (0 + x | g/h))", ["h:g", "g", "h:g", "g"]),
    ])
  func nested(_ text: String, _ printed: String, _ groups: [String]) throws {
    let formula = try ModelFormula(text)
    #expect(formula.text == printed)
    #expect(formula.randomTerms.map(\.groupingFactor.text) == groups)
    let frame = try ModelFrame(formula, data: table)
    #expect(frame.random.map(\.grouping.name) == groups)
    #expect(frame.random.last!.grouping.levels.count < frame.random[0].grouping.levels.count)
  }

  @Test(
    "a minus behind a random-effects term takes fixed effects away; R deparses the formula as it is written",
    arguments: [
      ("y ~ x + (1|g) - 1", "y ~ x + (1 | g) - 1", "y ~ 0 + x", "y ~ x + (1 | g) - 1"),
      ("y ~ (1|g) + x - 1", "y ~ (1 | g) + x - 1", "y ~ 0 + x", "y ~ (1 | g) + x - 1"),
      ("y ~ x + (1|g) - x", "y ~ x + (1 | g) - x", "y ~ 1", "y ~ x + (1 | g) - x"),
      ("y ~ x*f-x:f+(1|g)-f", "y ~ x * f - x:f + (1 | g) - f", "y ~ x", "y ~ x * f - x:f + (1 | g) - f"),
      ("y ~ (1|g) - 1", "y ~ (1 | g) - 1", "y ~ 0", "y ~ 0 + (1 | g)"),
      ("y ~ (1|factor(g)) - 1 + x", "y ~ (1 | factor(g)) - 1 + x", "y ~ 0 + x", "y ~ 0 + x + (1 | g)"),
      ("y ~ (1|g) - x", "y ~ (1 | g) - x", "y ~ 1", "y ~ 1 + (1 | g)"),
      (
        "y ~ (x||g) - 1", "y ~ ((1 | g) + (0 + x | g)) - 1", "y ~ 0", "y ~ 0 + (1 | g) + (0 + x | g)"
      ),
      ("y ~ (1|g) - (x - 1)", "y ~ (1 | g) - (x - 1)", "y ~ 1", "y ~ 1 + (1 | g)"),
      ("y ~ x + ((1|g) - x)", "y ~ x + ((1 | g) - x)", "y ~ x", "y ~ x + (1 | g)"),
      ("y ~ +(1|g) + x", "y ~ +(1 | g) + x", "y ~ x", "y ~ +(1 | g) + x"),
    ])
  func minus(_ text: String, _ printed: String, _ fixed: String, _ forLmer: String) throws {
    let formula = try ModelFormula(text)
    #expect(formula.text == printed)
    #expect(formula.fixedText == fixed)
    #expect(formula.textForLmer == forLmer)
    #expect(try ModelFormula(forLmer).fixedText == fixed)
    #expect(formula.randomTerms.allSatisfy { $0.groupingFactor.variables == ["g"] })
    #expect(try ModelFormula(printed).text == printed)
  }

  @Test("|| behind which a factor stands is shown as written, also before a minus")
  func minusAfterDoubleBar() throws {
    let frame = try ModelFrame(ModelFormula("y ~ x + (f || g) - 1"), data: table)
    #expect(frame.formula.text == "y ~ x + (f || g) - 1")
    #expect(frame.fixedCoding.columnNames == ["x"])
  }

  @Test("a random-effects term cannot be taken away", arguments: ["y ~ x - (1 | g)", "y ~ -(x + (1 || g))"])
  func subtracted(_ text: String) {
    let error = #expect(throws: FormulaError.self) { try ModelFormula(text) }
    #expect("\(error!)".contains("behind a minus"), "\(error!)")
  }

  @Test("levels of nested factors are named from the inside out, and sorted so")
  func nestedLevels() throws {
    let frame = try ModelFrame(ModelFormula("y ~ (1 | g/h)"), data: table)
    #expect(frame.random[0].grouping.levels == ["u:p", "u:q", "v:p", "v:q"])
    #expect(frame.random[0].grouping.codes == [0, 2, 0, 3, 1, 3])
  }

  @Test("functions that remember work behind bars")
  func trained() throws {
    let frame = try ModelFrame(ModelFormula("y ~ scale(x) + (scale(x) + ns(x, df = 2) | g)"), data: table)
    #expect(
      frame.random[0].columnNames == ["(Intercept)", "scale(x)", "ns(x, df = 2)1", "ns(x, df = 2)2"])
    expectClose(frame.random[0].matrix.column(1).reduce(0, +), 0, absolute: 1e-14)
    let first = DataTable([Column("x", [5.0])])
    #expect(try frame.random[0].matrix(for: first).row(0) == frame.random[0].matrix.row(4))
  }
}
