import Foundation
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("Predictions of mlm bayes")
struct BayesPredictionTests {
  private static let data = Reference.directory.appendingPathComponent("lmm/sleepstudy.csv").path

  private func bayes(_ words: String..., language: LabLanguage = .en) throws -> CommandResult {
    try SubcommandRunner().run(
      [
        "bayes", "Reaction ~ Days + (Days | Subject)", "--factor", "Subject", "--data", Self.data, "--draws",
        "400", "--warmup", "300",
      ] + words, in: CommandContext(language: language))
  }

  @Test("a check, leave-one-out and their numbers stand behind the table, in both languages")
  func checked() throws {
    let found = try bayes("--check", "--loo")
    #expect(found.output.contains("posterior predictive check") && found.output.contains("elpd_loo"))
    expectClose(try found.estimates.value(at: "check.mean.observed"), 298.508, absolute: 0.001)
    // R's loo of rstanarm and brms fits of these data: elpd −861 to −862, p_loo 34.
    expectClose(try found.estimates.value(at: "loo.elpd"), -861.5, absolute: 2.5)
    expectClose(try found.estimates.value(at: "loo.p"), 34, absolute: 3)
    let chinese = try bayes("--check", "--loo", "--format", "markdown", language: .zh)
    #expect(chinese.output.contains("| 后验预测检查") && chinese.output.contains("留一交叉验证"))
    let json = try bayes("--check", "--loo", "--format", "json").output
    #expect(json.contains("\"pareto_k\"") && json.contains("\"group_means_sd\""))
    #expect(try bayes("--loo", "--format", "csv").output.contains("\nloo.elpd,"))
  }

  @Test("models are compared row by row, the better first")
  func compared() throws {
    let found = try bayes("--versus", "Reaction ~ Days + (1 | Subject)")
    #expect(found.output.contains("m1 predicts best"))
    expectClose(try found.estimates.value(at: "m2.loo.difference"), -22, absolute: 5)
    #expect(try found.estimates.value(at: "m1.loo.difference") == 0)
  }

  @Test("priors alone make data of their own, and say that nothing was looked at")
  func priorOnly() throws {
    let found = try bayes("--prior-only", "--priors", "slides-sd")
    #expect(found.output.contains("1600 draws from the priors alone"))
    #expect(found.output.contains("prior predictive check"))
    #expect(found.output.contains("the response was not looked at"))
    let scaled = try bayes("--prior-only").output
    #expect(scaled.contains("to scale the default priors") && !scaled.contains("was not looked at"))
    // Uniform on (0, 1000).
    expectClose(try found.estimates.value(at: "sigma"), 500, absolute: 40)
  }

  @Test("what cannot be is refused with what would work")
  func refused() throws {
    func fault(_ words: String...) -> String {
      do {
        _ = try SubcommandRunner().run(
          ["bayes", "Reaction ~ Days + (1 | Subject)", "--factor", "Subject", "--data", Self.data] + words,
          in: CommandContext(language: .en))
        return ""
      } catch { return "\(error)" }
    }
    #expect(fault("--prior-only", "--loo").contains("leave --loo and --versus out"))
    #expect(fault("--versus", "Days ~ 1 + (1 | Subject)").contains("same response"))
    #expect(fault("--versus", "Reaction ~ Days").contains("no random-effects term"))
    #expect(fault("--jags-code", "--loo").contains("leave --loo out"))
  }
}
