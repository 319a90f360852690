import Estimates
import Labs
import Testing

/// Answers a few invented commands, so that the engine is tested without any statistics behind it.
struct FakeRunner: CommandRunner {
  struct Refusal: Error, CustomStringConvertible { let description: String }

  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult {
    let outputs = arguments.indices.filter { ["--out", "--csv"].contains(arguments[$0]) }.map {
      arguments[$0 + 1]
    }
    var result = CommandResult()
    switch arguments[0] {
    case "write":
      result.files = outputs.map { OutputFile(path: $0, bytes: Array("x,y\n1,2\n".utf8)) }
    case "read":
      result.output = String(decoding: try context.read(arguments[1]), as: UTF8.self)
      result.notes = ["read \(arguments[1])"]
    case "fit":
      result.output = "a printed fit\n"
      result.estimates = FakeRunner.estimates
    case "pool":
      result.output = "| a | b |\n|:--|--:|\n| x | 1 |\n"
    case "plot":
      let svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60pt\" height=\"40pt\"><desc>Points</desc></svg>"
      result.files = outputs.map { OutputFile(path: $0, bytes: Array(svg.utf8)) }
      result.output = arguments.joined(separator: " ")
      result.figure = FigureFacts(title: "A title", altText: "Points & lines", width: 60, height: 40)
    case "explain":
      result.output = "an explanation\n"
    case "words":
      result.output = arguments.dropFirst().joined(separator: "|")
    default:
      throw Refusal(description: "no subcommand '\(arguments[0])'")
    }
    return result
  }

  static var estimates: Estimates {
    var estimates = Estimates()
    estimates.append(
      EstimateRow(
        ["fixed", "(Intercept)"], effect: .fixed, [.init("estimate", -1234.5678), .init("std.error", 0.25)]))
    estimates.append(
      EstimateRow(["random", "dept", "(Intercept)", "sd"], effect: .variance, [.init("estimate", 14398.07)]))
    estimates.append(scalar: "sigma", value: 3394.25)
    estimates.append(scalar: "n", value: 100)
    estimates.append(scalar: "p", value: 2.75e-44)
    estimates.append(scalar: "missing", value: .nan)
    return estimates
  }
}

/// A lab with front matter around a body; the body's first line is line 5 of `x.lab.md`.
func lab(_ body: String, matter: String = "") throws(LabError) -> LabDocument {
  let extra = matter.isEmpty ? "" : matter + "\n"
  return try LabDocument(
    parsing: "---\ntitle.en: T\ntitle.zh: 题\n\(extra)---\n\(body)\n", file: "labs/x.lab.md")
}

/// The faults of a lab, each as its message, or an empty list when it reads well.
func faults(_ body: String, matter: String = "") -> [String] {
  do {
    _ = try lab(body, matter: matter)
    return []
  } catch {
    return error.description.split(separator: "\n").map(String.init)
  }
}

/// The Markdown of one version.
func markdown(
  _ body: String, _ audience: LabAudience = .student, _ language: LabLanguage = .en
) throws -> String {
  let result = try LabBuild(try lab(body), audience: audience, language: language).run(with: FakeRunner())
  let file = try #require(result.files.last { $0.path.hasSuffix(".md") })
  return String(decoding: file.bytes, as: UTF8.self)
}
