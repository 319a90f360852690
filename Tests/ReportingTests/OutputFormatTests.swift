import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Tables in every form, R code")
struct OutputFormatTests {
  private let table = DataTable([
    Column("term", .text(["(Intercept)", "a|b", nil])),
    Column("estimate", .real([59508.98564519357, 0.02926210023506642, 2.75e-44])),
    Column("n", .integer([5, nil, 12345])),
    Column("ok", .logical([true, nil, false])),
  ])

  @Test("JSON: one object a row, full precision, null for missing")
  func json() {
    #expect(
      table.text(in: .json) == """
        [
          {
            "term": "(Intercept)",
            "estimate": 59508.98564519357,
            "n": 5,
            "ok": true
          },
          {
            "term": "a|b",
            "estimate": 0.02926210023506642,
            "n": null,
            "ok": null
          },
          {
            "term": null,
            "estimate": 2.75e-44,
            "n": 12345,
            "ok": false
          }
        ]

        """)
  }

  @Test("Markdown: four significant digits, all digits before the point")
  func markdown() {
    #expect(
      table.text(in: .markdown) == """
        | term        |  estimate |     n |    ok |
        | ----------- | --------: | ----: | ----: |
        | (Intercept) |     59509 |     5 |  TRUE |
        | a\\|b        |   0.02926 |       |       |
        |             | 2.750e-44 | 12345 | FALSE |

        """)
  }

  @Test("text: all rows and columns as a tibble")
  func text() {
    let wide = DataTable((0..<12).map { Column("a_long_name_\($0)", [Double](repeating: 1.5, count: 30)) })
    let lines = wide.text(in: .text).split(separator: "\n")
    #expect(lines.count == 33 && lines[1].hasSuffix("a_long_name_11"))
    let short = wide.tibble().split(separator: "\n")
    #expect(short.count == 15 && short[13] == "# ℹ 20 more rows")
    #expect(short[14].hasPrefix("# ℹ 7 more variables: a_long_name_5 <dbl>, a_long_name_6 <dbl>"))
  }

  @Test("R lines for contrasts, splines and levels behind ||")
  func rCodeOfDesigns() throws {
    let called = try ModelFormula("y ~ factor(x) + ns(z, df = 3) + f")
    #expect(
      RCode.fit(
        called, file: "d.csv", method: .reml, roles: ColumnRoles(contrasts: ["x": .poly, "f": .sum])) == """
          library(splines)
          df <- read.csv("d.csv")
          df$f <- factor(df$f)
          contrasts(df$f) <- "contr.sum"
          fit <- lm(y ~ factor(x) + ns(z, df = 3) + f, data = df, contrasts = list(`factor(x)` = "contr.poly"))
          summary(fit)

          """)
    let machines = try DataTable(csv: Reference.bytes("lmm/machines.csv"))
    let split = try ModelFormula("score ~ Machine + (Machine || Worker)")
    #expect(
      try ModelFrame(split, data: machines).textWithDummies
        == "score ~ Machine + (1 | Worker) + (0 + dummy(Machine, \"A\") | Worker)"
        + " + (0 + dummy(Machine, \"B\") | Worker) + (0 + dummy(Machine, \"C\") | Worker)")
  }

  @Test("formulas for lmer: quoted names, columns behind bars, terms beside ||")
  func rFormulas() throws {
    let table = DataTable([
      Column("y", [1.0, 2, 3, 4]), Column("my x", [1.0, 3, 2, 4]), Column("the g", ["a", "a", "b", "b"]),
      Column("f", ["u", "v:w", "u", "v:w"]), Column("_h", ["c", "d", "c", "d"]),
    ])
    let formula = try ModelFormula("y ~ `my x` + (0 + f || `the g`/factor(`_h`)) + (1 + f + `my x` | `_h`)")
    #expect(
      try ModelFrame(formula, data: table).textWithDummies
        == "y ~ `my x` + (0 + dummy(f, \"u\") | `_h`:`the g`) + (0 + dummy(f, \"v:w\") | `_h`:`the g`)"
        + " + (0 + dummy(f, \"u\") | `the g`) + (0 + dummy(f, \"v:w\") | `the g`) + (1 + f + `my x` | `_h`)")
    #expect(
      try ModelFormula("y ~ factor(_h) + (1 | factor(_h)/g) + (1 | factor(a):b)").textForLmer
        == "y ~ factor(`_h`) + (1 | `_h`/g) + (1 | a:b)")
    #expect(
      RCode.fit(
        try ModelFormula("y ~ factor(`a b`) + (1 | `.2`)"), file: "d.csv", method: .reml,
        roles: ColumnRoles(contrasts: ["a b": .sum])
      ).contains("(1 | `.2`), data = df, contrasts = list(\"factor(`a b`)\" = \"contr.sum\"))"))
  }

  @Test("R lines for a fit")
  func rCode() throws {
    let mixed = try ModelFormula("salary ~ experience + (1|department)")
    #expect(
      RCode.fit(
        mixed, file: "my \"data\".csv", method: .ml,
        roles: ColumnRoles(factors: ["year"], weights: "w", offset: "old y")) == """
          library(lme4)
          df <- read.csv("my \\"data\\".csv", check.names = FALSE)
          df$year <- factor(df$year)
          fit <- lmer(salary ~ experience + (1 | department), data = df, REML = FALSE, weights = w, offset = `old y`)
          summary(fit)

          """)
    let linear = try ModelFormula("salary ~ experience")
    #expect(
      RCode.fit(linear, file: "-", method: .reml, by: "the department", options: CSVOptions(separator: ";"))
        == """
        df <- read.csv(file("stdin"), sep = ";", check.names = FALSE)
        fits <- lapply(split(df, df$`the department`), function(d) lm(salary ~ experience, data = d))
        lapply(fits, summary)

        """)
  }
}
