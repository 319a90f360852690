import Labs

@testable import ProblemSets

/// A runner for problems whose commands are none.
struct NoCommands: CommandRunner {
  struct Unwanted: Error {}
  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult { throw Unwanted() }
}

/// A problem from front matter lines after the head, with a plain text.
func problem(
  type: String = "numerical", _ matter: String, en: String = "How much?", zh: String = "多少？",
  more: String = ""
) throws -> Problem {
  try Problem(
    parsing: """
      ---
      id: trial
      title: {en: Trial, zh: 试题}
      type: \(type)
      points: 2
      archetype: trial
      \(matter)
      ---

      ::: en
      \(en)
      :::
      ::: zh
      \(zh)
      :::
      ::: solution
      ::: en
      So.
      :::
      ::: zh
      如此。
      :::
      :::
      \(more)
      """, file: "trial.problem.md")
}

/// The seed of a variant of the trial problem.
func seed(_ owner: String, key: String = "a course key of length", set: String = "set") -> VariantSeed {
  VariantSeed(courseKey: Array(key.utf8), set: set, problem: "trial", owner: owner)
}
