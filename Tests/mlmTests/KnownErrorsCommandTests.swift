import Foundation
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("Known standard errors on the command line")
struct KnownErrorsCommandTests {
  /// The file that is shipped beside the labs.
  private static let schools = Reference.directory.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("labs/07-bayes/eight-schools.csv").path

  private func run(_ words: String..., language: LabLanguage = .en) throws -> CommandResult {
    try SubcommandRunner().run(words + ["--data", Self.schools], in: CommandContext(language: language))
  }

  @Test("the shipped file has the numbers of the reference")
  func data() throws {
    let table = try DataTable(csv: [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.schools))))
    let r = try Reference.json("bayes/eight_schools.json")
    func numbers(_ name: String) -> [Double]? { table[name]?.numbers }
    #expect(numbers("effect") == r["y"].doubles && numbers("se") == r["se"].doubles)
    #expect(table.columnNames == ["school", "effect", "se"])
  }

  @Test("eight schools: head, priors, mu, tau and the schools' own effects")
  func schools() throws {
    let found = try run(
      "bayes", "effect ~ 1 + (1 | school)", "--known-se", "se", "--priors", "slides", "--levels")
    #expect(
      found.output.hasPrefix(
        """
        Bayesian linear mixed model with known standard errors (se): effect ~ 1 + (1 | school)
        8 rows, 8 levels of school
        4 chains of 1000 draws after 1000 of warmup, seed 1; priors: slides

        parameter                    prior
        (Intercept)                  normal(0, 31.62)
        sd of (Intercept) by school  uniform(0, 1000)

        """), "\(found.output)")
    #expect(
      found.output.contains("\nsd((Intercept) | school) ") && found.output.contains("\n(Intercept)[A] "))
    #expect(!found.output.contains("sigma"))
    // By quadrature 7.72 and 6.52, with standard deviations of 5.1 and 5.6; some 2,000 independent draws.
    expectClose(try found.estimates.value(at: "fixed.\"(Intercept)\""), 7.72, absolute: 0.6)
    expectClose(
      try found.estimates.value(at: "random.school.\"(Intercept)\".sd"), 6.52, absolute: 0.9)
    let chinese = try run(
      "bayes", "effect ~ 1 + (1 | school)", "--known-se", "se", language: .zh)
    #expect(chinese.output.contains("标准误已知（se）的贝叶斯线性混合模型：effect ~ 1 + (1 | school)"))
  }

  @Test("what does not go with known standard errors is refused with a reason")
  func faults() throws {
    func fault(_ words: String...) -> String {
      do {
        _ = try SubcommandRunner().run(
          ["bayes", "effect ~ 1 + (1 | school)", "--data", Self.schools] + words,
          in: CommandContext(language: .en))
        return "none"
      } catch { return "\(error)" }
    }
    #expect(fault("--known-se", "se", "--weights", "se").contains("leave --weights out"))
    #expect(fault("--known-se", "se", "--family", "poisson").contains("leave --family out"))
    #expect(fault("--known-se", "sd").contains("--known-se names no column 'sd'"))
    #expect(fault("--known-se", "effect").contains("'effect' is -3 in data row 3"))
    #expect(fault() != "none")
    #expect(
      fault("--jags-code", "--known-se", "se", "--draws-out", "d.csv").contains("--jags-code draws nothing"))
  }

  @Test("explain: known standard errors and priors of every parameter")
  func explain() throws {
    let found = try run(
      "explain", "effect ~ 1 + (1 | school)", "--known-se", "se", "--priors", "slides")
    #expect(
      found.output.contains("  observations     y_i ~ N(α_j[i], s_i²),  i = 1, …, n\n"), "\(found.output)")
    #expect(
      found.output.contains(
        """
        Priors (slides)
          μ_α ~ N(0, 1000)
          σ_α ~ U(0, 1000)

        """), "\(found.output)")
    #expect(!found.output.contains("σ_y") && found.output.contains("s = se (known standard errors)"))
    let weak = try run(
      "explain", "effect ~ 1 + (1 | school)", "--known-se", "se", "--priors", "default", language: .zh)
    #expect(
      weak.output.contains("先验（default）\n  μ_α ~ N(8.75, 26.11²)\n  σ_α ~ t⁺(3, 0, 10.44)\n"),
      "\(weak.output)")
    #expect(throws: (any Error).self) {
      try SubcommandRunner().run(
        ["explain", "effect ~ 1 + (1 | school)", "--priors", "default"], in: CommandContext(language: .en))
    }
  }
}
