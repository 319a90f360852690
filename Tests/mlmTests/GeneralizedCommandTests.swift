import Foundation
import MixedModels
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("Commands with --family")
struct GeneralizedCommandTests {
  private static let data = Reference.directory.appendingPathComponent("glm/glm.csv").path

  private func run(_ words: String...) throws -> CommandResult {
    try SubcommandRunner().run(words + ["--data", Self.data], in: CommandContext(language: .en))
  }

  private static func record(_ id: String) throws -> JSON {
    try #require(
      try Reference.json("glm/glm.json")["records"].array.first { $0["id"].string == id })
  }

  @Test("fit in every style, R's own where it has one")
  func styles() throws {
    let probit = ["--family", "binomial", "--link", "probit"]
    func fit(_ more: String...) throws -> CommandResult {
      try SubcommandRunner().run(
        ["fit", "y ~ x + f", "--data", Self.data] + probit + more, in: CommandContext(language: .en))
    }
    let record = try Self.record("probit")
    #expect(try fit().output.contains(#"family = binomial(link = "probit")"#))
    #expect(try fit().output == record["printed"].string! + "\n")
    #expect(try fit("--style", "summary").output.contains("Number of Fisher Scoring iterations: 4"))
    #expect(try fit("--style", "display").output.contains("residual deviance = 172.2"))
    #expect(try fit("--style", "tidy").output.contains("std.error"))
    let json = try fit("--format", "json")
    #expect(json.output.contains("\"link\": \"probit\""))
    let deviance = try json.estimates.value(at: "deviance")
    expectClose(deviance, record["deviance"].double, relative: 1e-9)
    let slope = try json.estimates.value(at: "fixed.x")
    expectClose(slope, record["fixef"]["values"][1].double, relative: 1e-8)
  }

  @Test("separated data: every command says so, and no figure hangs")
  func separated() throws {
    try TemporaryFolder.use { folder in
      let rows = (0..<40).map { i -> String in
        let (x, t) = (Double(i * 17 % 40) / 10 - 2, i % 2)
        return "\(x > 0.5 && t == 0 ? 1 : 0),\(x),\(t),g\(i % 8)"
      }
      let data = try folder.file("d.csv", (["y,x,t,g"] + rows).joined(separator: "\n") + "\n")
      func run(_ words: String...) throws -> CommandResult {
        try SubcommandRunner().run(
          words + ["--data", data, "--family", "binomial"], in: CommandContext(language: .en))
      }
      let mixed = "y ~ x + t + (1 | g)"
      let note = "separation: together x, t tell successes from failures without error in 40 rows"
      for formula in ["y ~ x + t", mixed] {
        let fit = try run("fit", formula, "--ml")
        #expect(
          fit.notes.contains(note) && fit.notes.contains { $0.contains("as x → +∞ together with t → −∞;") })
        let drawn = try run("plot", "coefficients", formula, "--out", folder.path + "/f.svg")
        #expect(
          drawn.notes.contains(note) && drawn.notes.contains { $0.contains("on the scale of the link") })
        #expect(drawn.output.hasPrefix("The likelihood has no maximum on these data"))
      }
      for kind in ["dumbbell", "shrinkage-by-size", "marginal-effects"] {
        let formula = kind == "marginal-effects" ? mixed : "y ~ x + (1 | g)"
        let drawn = try run("plot", kind, formula, "--out", folder.path + "/f.svg")
        let isMarked = drawn.output.hasPrefix("The likelihood has no maximum on these data")
        let isTold = drawn.notes.contains {
          $0.hasPrefix("separation: ") || $0.hasPrefix("divergent variance: ")
        }
        #expect(isMarked && isTold, "\(kind)")
      }
      for method in ["profile", "bootstrap"] {
        #expect(throws: FitError.noMaximum(separated: true)) {
          try run("intervals", mixed, "--method", method)
        }
      }
      #expect(try run("intervals", mixed, "--method", "wald").notes.contains(note))
      let comparison = try run("compare", "y ~ x + t", mixed)
      #expect(
        comparison.notes.contains { $0.hasPrefix("separation: predictors separate the responses in m1, m2,") }
      )
      #expect(!comparison.notes.contains { $0.contains("is not within") })
    }
  }

  @Test("families by their names, responses in their forms")
  func families() throws {
    for (response, family, id, more) in [
      ("count ~ x + f", "poisson", "poisson", []), ("cost ~ x + f", "Gamma", "gamma", []),
      ("ticks ~ x + f", "nbinom", "nb", []), ("ticks ~ x + f", "negative-binomial", "nb", []),
      ("cbind(hits, size - hits) ~ x + f", "binomial", "cbind", []),
      ("share ~ x + f", "binomial", "proportion", ["--weights", "size"]),
      ("vote ~ x * f", "binomial", "logit_factor", []),
      ("factor(y) ~ x", "binomial", "logit", []), ("y ~ x", "binomial", "logit", ["--factor", "y"]),
      ("y ~ x", "binomial", "logit_offset_argument", ["--offset", "z"]),
    ] as [(String, String, String, [String])] {
      let result = try SubcommandRunner().run(
        ["fit", response, "--data", Self.data, "--family", family] + more,
        in: CommandContext(language: .en))
      let slope = try Self.record(id)["fixef"]["values"][1].double
      expectClose(try result.estimates.value(at: "fixed.x"), slope, relative: 1e-8, id)
    }
    let votes = try run("fit", "vote ~ x", "--family", "binomial")
    #expect(votes.notes == ["note: 'yes' counts as success, 'no' as failure"])
  }

  @Test("--by fits one model a level")
  func noPooling() throws {
    let groups = try run("fit", "y ~ x", "--family", "binomial", "--by", "g")
    let recorded = try Reference.json("glm/glm.json")["groups"].array
    for r in recorded {
      expectClose(
        try groups.estimates.value(at: "by.\(r["level"].int).fixed.x"), r["values"][1].double, relative: 1e-8)
    }
    #expect(groups.output.split(separator: "\n").count > 16)
    let json = try run("fit", "y ~ x", "--family", "binomial", "--by", "g", "--format", "json")
    #expect(json.output.contains("\"null_deviance\""))
  }

  @Test("predictions on both scales")
  func predict() throws {
    let link = try run("predict", "y ~ x", "--family", "binomial", "--interval", "confidence")
    let mean = try run("predict", "y ~ x", "--family", "binomial", "--type", "response")
    let record = try Self.record("logit")
    for i in 0..<10 {
      expectClose(
        try link.estimates.value(at: "\"\(i + 1)\""), record["linear10"][i].double, relative: 1e-8)
      expectClose(
        try mean.estimates.value(at: "\"\(i + 1)\""), record["fitted10"][i].double, relative: 1e-8)
    }
    #expect(link.output.split(separator: "\n")[0].hasSuffix("pred,se,lower,upper"))
  }

  @Test(
    "what does not go together is said",
    arguments: [
      (["fit", "y ~ x + (1 | f)", "--agq", "5"], "--agq is for generalized mixed models"),
      (["fit", "y ~ x", "--family", "binomial", "--agq", "5"], "has no random-effects term"),
      (
        ["compare", "y ~ x", "y ~ x + (1 | f)", "--family", "binomial", "--reml"], "no restricted likelihood"
      ),
      (
        ["predict", "y ~ x", "--family", "binomial", "--interval", "confidence", "--replicates", "50"],
        "hold the variances at their estimates"
      ),
      (
        ["fit", "y ~ x + (1 | f)", "--family", "binomial", "--df", "kr", "--style", "summary"],
        "--df is for linear mixed models"
      ),
      (["fit", "y ~ x", "--link", "probit"], "--link probit belongs to a family"),
      (["fit", "count ~ x", "--family", "poisson", "--link", "logit"], "log would work"),
      (["fit", "f ~ x", "--family", "binomial"], "has 3 levels ('low', 'mid', 'top')"),
      (["fit", "cost ~ x", "--family", "poisson"], "counts are whole numbers from 0"),
      (["fit", "share ~ x", "--family", "binomial"], "of how many trials?"),
      (["fit", "cbind(hits, misses) ~ x"], "(--family binomial)"),
      (["anova", "y ~ x + (1 | f)", "--family", "binomial"], "for linear models"),
      (["predict", "y ~ x", "--type", "response"], "--type belongs to generalized models"),
      (["predict", "y ~ x", "--family", "poisson", "--interval", "prediction"], "--interval confidence"),
      (["fit", "y ~ x", "--family", "gaussian"], "binomial"),
    ])
  func faults(_ words: [String], _ part: String) throws {
    do {
      _ = try SubcommandRunner().run(words + ["--data", Self.data], in: CommandContext(language: .en))
      Issue.record("no error: \(words)")
    } catch {
      #expect("\(error)".contains(part), "\(words): \(error)")
    }
  }

  @Test("separation is a note, not an error")
  func separation() throws {
    let result = try run("fit", "rare ~ f", "--family", "binomial")
    #expect(result.notes.contains { $0.hasPrefix("separation: ") && $0.contains("with f = mid are") })
  }

  @Test("explain has the distribution and the link, in every format")
  func explain() throws {
    let words = ["explain", "vote ~ x + (1 | g)", "--family", "binomial", "--factor", "g"]
    let plain = try SubcommandRunner().run(words, in: CommandContext(language: .en))
    #expect(plain.output.contains("y_i ~ Bernoulli(p_i),") && plain.notes.isEmpty)
    #expect(!plain.output.contains("Fitted to these data"))
    let fitted = try run("explain", "vote ~ x + (1 | g)", "--family", "binomial", "--factor", "g")
    #expect(fitted.output.contains("Fitted to these data\n  - With random effects of 0 (a typical group)"))
    #expect(fitted.notes.contains("note: 'yes' counts as success, 'no' as failure"))
    let chinese = try run(
      "explain", "ticks ~ x + (1 | g)", "--family", "nb", "--factor", "g", "--lang", "zh", "--format",
      "markdown")
    #expect(chinese.output.contains("\\operatorname{NegBinomial}"))
    #expect(chinese.output.contains("**拟合这些数据的结果**"))
    let json = try run("explain", "y ~ x", "--family", "binomial", "--link", "cloglog", "--format", "json")
    #expect(json.output.contains("log(−log(1 − p_i)) = α + β·x_i"))
    #expect(json.output.contains("multiplies the hazard −log(1 − p) by"))
    let table = try run("explain", "cost ~ x", "--family", "gamma", "--format", "csv")
    #expect(table.output.contains("\ncost ~ x,ν,\\nu,shape: "))
  }

  @Test("plot draws what makes sense and says what would")
  func plot() throws {
    let panels = try run(
      "plot", "response-panels", "y ~ x + f + (1 | g)", "--family", "binomial", "--factor", "g", "--lines",
      "f",
      "--out", "r.svg")
    #expect(panels.files.map(\.path) == ["r.svg"] && panels.output.hasPrefix("8 panels with shared axes"))
    let ratios = try run("plot", "coefficients", "cost ~ x + f", "--family", "gamma", "--out", "c.svg")
    #expect(ratios.output.hasPrefix("Estimates with 95% intervals: x "))
    for (words, part) in [
      (["profile", "y ~ x + (1 | g)", "--factor", "g"], "mlm intervals computes the others"),
      (
        ["varying-intercept", "y ~ x + (1 | g)", "--factor", "g"], "'response-panels' draws the fitted curves"
      ),
      (["caterpillar", "y ~ x"], "needs a grouping factor"),
      (["response-panels", "y ~ x + (1 | g)", "--factor", "g", "--lines", "x"], "'x' gives no lines"),
    ] {
      do {
        _ = try SubcommandRunner().run(
          ["plot"] + words + ["--family", "binomial", "--data", Self.data, "--out", "p.svg"],
          in: CommandContext(language: .en))
        Issue.record("no error: \(words)")
      } catch {
        #expect("\(error)".contains(part), "\(words): \(error)")
      }
    }
    #expect(throws: (any Error).self) {
      try run("plot", "response-panels", "y ~ x + (1 | g)", "--factor", "g", "--out", "p.svg")
    }
  }

  @Test(
    "R lines",
    arguments: [
      (["vote ~ x", "--family", "binomial"], "glm(vote ~ x, data = df, family = binomial)"),
      (["y ~ x", "--family", "binomial", "--link", "cloglog"], "family = binomial(link = \"cloglog\")"),
      (["cost ~ x", "--family", "gamma"], "family = Gamma(link = \"log\")"),
      (["ticks ~ x", "--family", "nb"], "library(MASS)"),
    ])
  func rLines(_ words: [String], _ part: String) throws {
    let result = try SubcommandRunner().run(
      ["fit", "--data", "d.csv", "--r-code"] + words, in: CommandContext(language: .en))
    #expect(result.output.contains(part), "\(result.output)")
  }
}
