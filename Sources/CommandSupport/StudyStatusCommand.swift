import ArgumentParser
import Estimates
import Studies

/// `study status`: what is done and what is missing, from the files alone.
package struct StudyStatusCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say what of a study is done, what is missing and what was refused, from its files.",
    discussion: """
      Exit codes: 0 complete, 3 incomplete, 4 two segments contradict each other.

      Example: mlm study status shrinkage
      """)

  @Argument(help: ArgumentHelp("The study's folder, or its plan.", valueName: "DIR"))
  var folder: String

  @Flag(name: .long, help: "Print the numbers of the tasks that have missing blocks, and nothing else.")
  var missing = false

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  package init() {}

  package func run() throws {
    try reportingErrors {
      let place = StudyPlace(folder)
      let plan = try place.read()
      let status = try StudyStatus(plan, place.store(of: plan.study))
      for error in status.store.refused { Terminal.note("refused: \(error)") }
      if missing {
        try Terminal.print(status.incompleteTasks.map { "\($0)\n" }.joined())
      } else {
        try Terminal.print(json ? status.json.text(indent: 2) + "\n" : status.text)
      }
      if !status.isComplete { throw ExitCode(3) }
    }
  }
}
