import MixedModels
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("mlm pool --bayes")
struct PosteriorPoolingTests {
  private static func file(_ name: String) -> String { Reference.directory.appendingPathComponent(name).path }
  private static let linear = [
    "Reaction ~ Days + (Days | Subject)", "--factor", "Subject", "--data", file("lmm/sleepstudy.csv"),
  ]
  private static let binomial = [
    "incidence/size ~ 1 + (1 | herd)", "--family", "binomial", "--weights", "size", "--factor", "herd",
    "--data",
    file("glmm/cbpp.csv"),
  ]

  private func run(
    _ command: String, _ model: [String], _ words: String..., language: LabLanguage = .en
  ) throws -> CommandResult {
    try SubcommandRunner().run([command] + model + words, in: CommandContext(language: language))
  }

  @Test("its numbers are those of mlm bayes; the other rows stay as they are", arguments: [linear, binomial])
  func numbers(_ model: [String]) throws {
    let without = try run("pool", model, "--format", "csv")
    let found = try run(
      "pool", model, "--bayes", "--draws", "200", "--warmup", "200", "--seed", "7", "--format", "csv")
    let lines = found.output.split(separator: "\n")
    #expect(lines.filter { !$0.hasPrefix("bayes,") } == without.output.split(separator: "\n"))
    let bayes = try run("bayes", model, "--draws", "200", "--warmup", "200", "--seed", "7")
    let table = try DataTable(csv: Array(found.output.utf8))
    func texts(_ name: String) throws -> [String] {
      let column = try #require(table[name])
      return (0..<table.rowCount).map { column.text($0) ?? "" }
    }
    let (strategies, levels, terms) = try (texts("strategy"), texts("level"), texts("term"))
    func column(_ name: String) throws -> [Double] { try #require(table[name]?.numbers) }
    let (estimate, error, movement, weight) = try (
      column("estimate"), column("std.error"), column("movement"), column("weight")
    )
    let own = strategies.indices.filter { strategies[$0] == "bayes" }
    #expect(own.count == strategies.count(where: { $0 == "none" }))
    for i in own {
      let place = "\"\(levels[i])\".\"\(terms[i])\""
      let group = model[2] == "Subject" ? "Subject" : "herd"
      #expect(try estimate[i] == bayes.estimates.value(at: "coef.\(group).\(place)"))
      #expect(try error[i] == bayes.estimates.value(at: "coef.\(group).\(place).se"))
      #expect(try estimate[i] == found.estimates.value(at: "bayes.\(place)"))
      #expect(try error[i] == found.estimates.value(at: "bayes.\(place).se"))
      let none = try #require(
        strategies.indices.first {
          strategies[$0] == "none" && levels[$0] == levels[i] && terms[$0] == terms[i]
        })
      #expect(movement[i] == estimate[i] - estimate[none] && weight[i].isNaN)
    }
    #expect(found.echo == "seed 7")
  }

  @Test("the text has a column more, and a note says how the draws were made, in both languages")
  func text() throws {
    let found = try run("pool", Self.linear, "--bayes", "--priors", "slides-sd")
    let heads = found.output.prefix { $0 != "\n" }.split(separator: " ")
    #expect(
      heads == [
        "Subject", "n", "term", "complete", "none", "lsdv", "reml", "ml", "bayes", "weight", "movement",
      ])
    let note = try #require(found.notes.first { $0.hasPrefix("bayes: ") })
    #expect(
      note.hasPrefix(
        "bayes: 4 chains of 1000 draws after 1000 of warmup, seed 1; priors: slides-sd. Enough draws: "),
      "\(note)")
    // The posterior of these data is near REML's modes: within a fifth of the levels' standard errors.
    for level in ["308", "335", "372"] {
      let mean = try found.estimates.value(at: "bayes.\"\(level)\".Days")
      expectClose(mean, try found.estimates.value(at: "reml.\"\(level)\".Days"), absolute: 0.5)
    }
    let chinese = try run(
      "pool", Self.binomial, "--bayes", "--draws", "100", "--format", "markdown", language: .zh)
    let columns = chinese.output.prefix { $0 != "\n" }.split { "| ".contains($0) }
    #expect(
      columns == ["herd", "n", "term", "complete", "none", "lsdv", "ml", "bayes", "weight", "movement"])
    #expect(chinese.notes.contains { $0.hasPrefix("bayes：4 条链") })
    let json = try run("pool", Self.linear, "--bayes", "--draws", "50", "--format", "json")
    #expect(json.output.contains("\"strategy\": \"bayes\""))
  }

  @Test(
    "options of draws are refused where nothing is drawn",
    arguments: [
      ["--priors", "slides"], ["--seed", "1"], ["--draws", "10"], ["--chains", "2"], ["--warmup", "9"],
      ["--target-acceptance", "0.9"],
      ["--threads", "1"], ["--bayes", "--chains", "0"], ["--bayes", "--priors", "slide"],
    ])
  func refused(_ words: [String]) throws {
    #expect(throws: (any Error).self) {
      try SubcommandRunner().run(["pool"] + Self.linear + words, in: CommandContext(language: .en))
    }
  }
}
