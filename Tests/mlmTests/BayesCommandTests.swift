import Foundation
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("mlm bayes")
struct BayesCommandTests {
  private static let data = Reference.directory.appendingPathComponent("lmm/sleepstudy.csv").path

  private func bayes(_ words: String..., language: LabLanguage = .en) throws -> CommandResult {
    try SubcommandRunner().run(
      ["bayes", "Reaction ~ Days + (Days | Subject)", "--factor", "Subject", "--data", Self.data] + words,
      in: CommandContext(language: language))
  }

  @Test("the text names priors, draws and a verdict, in both languages")
  func text() throws {
    let found = try bayes("--priors", "slides-sd")
    #expect(
      found.output.hasPrefix(
        """
        Bayesian linear mixed model: Reaction ~ Days + (Days | Subject)
        180 rows, 18 levels of Subject
        4 chains of 1000 draws after 1000 of warmup, seed 1; priors: slides-sd

        parameter                     prior
        (Intercept)                   normal(0, 1000)
        Days                          normal(0, 1000)
        sd of (Intercept) by Subject  uniform(0, 1000)
        sd of Days by Subject         uniform(0, 1000)
        correlations by Subject       lkj(1)
        residual sd (sigma)           uniform(0, 1000)

        posterior of                        mean     sd    2.5%  median   97.5%  R-hat  ESS bulk  ESS tail

        """), "\(found.output)")
    #expect(found.output.hasSuffix("at least 100 independent draws a chain.\n"))
    #expect(found.echo == "seed 1")
    // JAGS has 251.4 and 10.5.
    let intercept = try found.estimates.value(at: "fixed.\"(Intercept)\"")
    expectClose(intercept, 251.4, absolute: 0.6)
    expectClose(try found.estimates.value(at: "fixed.Days"), 10.5, absolute: 0.15)
    let chinese = try bayes("--levels", language: .zh)
    #expect(chinese.output.contains("抽样足够") && chinese.output.contains("Days[308]"))
    #expect(chinese.output.contains("Days 在 Subject 间的标准差"))
  }

  @Test("draws depend on the seed alone, and leave as a file")
  func draws() throws {
    let first = try bayes("--draws", "50", "--threads", "1", "--draws-out", "d.csv", "--format", "csv")
    let second = try bayes("--draws", "50", "--threads", "3", "--draws-out", "d.csv", "--format", "csv")
    #expect(first.output == second.output && first.files[0].bytes == second.files[0].bytes)
    #expect(try bayes("--draws", "50", "--seed", "2", "--format", "csv").output != first.output)
    let file = try #require(first.files.first)
    let table = try DataTable(csv: file.bytes, file: file.path)
    #expect(file.path == "d.csv" && table.rowCount == 200)
    #expect(Array(table.columnNames.prefix(4)) == ["chain", "draw", "fixed.\"(Intercept)\"", "fixed.Days"])
    #expect(table.columnNames.count == 2 + 2 + 2 + 1 + 1 + 36)
    let summary = try DataTable(csv: Array(first.output.utf8))
    #expect(summary.rowCount == 6 + 36 + 36)
    let json = try JSON(parsing: Data(bayes("--draws", "50", "--format", "json").output.utf8))
    #expect(json["sampling"]["draws"].int == 50 && json["quantities"].array.count == 78)
    #expect(json["priors"]["sd"]["Subject.Days"].string?.hasPrefix("half_t(3") == true)
  }

  @Test("a target acceptance nearer to 1 makes steps smaller, and is told", arguments: [LabLanguage.en, .zh])
  func targetAcceptance(_ language: LabLanguage) throws {
    func step(_ words: [String]) throws -> Double {
      let found = try SubcommandRunner().run(
        ["bayes", "Reaction ~ Days + (Days | Subject)", "--data", Self.data, "--format", "json"] + words,
        in: CommandContext(language: language))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
      let sampling = try #require(json["sampling"] as? [String: Any])
      #expect(sampling["target_acceptance"] as? Double == (words.isEmpty ? 0.8 : 0.98))
      return try #require(sampling["step_size"] as? [Double]).reduce(0, +)
    }
    #expect(try step(["--target-acceptance", "0.98"]) < 0.7 * step([]))
    let text = try bayes("--target-acceptance", "0.95", language: language).output
    #expect(text.contains(language == .en ? "after 1000 of warmup, target acceptance 0.95" : "目标接受率 0.95"))
    for odd in ["1", "0.2", "nan", "many"] {
      #expect(throws: (any Error).self) { try bayes("--target-acceptance", odd, language: language) }
    }
  }

  @Test("a file of priors, and faults with what would work")
  func priors() throws {
    try TemporaryFolder.use { folder in
      let file = try folder.file("p.yml", "start: slides\nsd: {Subject.Days: half_normal(1)}\n")
      let found = try bayes("--priors", file, "--draws", "100")
      #expect(found.output.contains("sd of Days by Subject         half_normal(1)"), "\(found.output)")
      #expect(!found.notes.contains { $0.contains("leans on") }, "\(found.notes)")
      let narrow = try folder.file("n.yml", "sd: {Subject.(Intercept): 'uniform(0, 10)'}\n")
      for (language, words) in [(LabLanguage.en, "sd((Intercept) | Subject) leans on 10"), (.zh, "后验紧靠 10")] {
        let bound = try bayes("--priors", narrow, "--draws", "100", language: language)
        #expect(bound.notes.contains { $0.contains(words) }, "\(bound.notes)")
      }
      let wrong = try folder.file("q.yml", "sd:\n  Subject.Dayz: half_normal(1)\n")
      #expect(throws: (any Error).self) { try bayes("--priors", wrong) }
    }
    for words in [
      ["--priors", "slide"], ["--draws", "0"], ["--family", "binomial"], ["--ml"], ["--level", "1"],
      ["--agq", "3"], ["--laplace"],
    ] {
      #expect(throws: (any Error).self, "\(words)") {
        try SubcommandRunner().run(
          ["bayes", "Reaction ~ Days + (Days | Subject)", "--data", Self.data] + words,
          in: CommandContext(language: .en))
      }
    }
  }
}
