import ArgumentParser
import CommandSupport
import ModelFormula
import Tables

/// The program: one subcommand a task.
@main
struct MultilevelLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlm",
    abstract:
      "Generate nested data whose truth is known, fit every pooling strategy, draw and explain the results.",
    discussion: """
      Data go to standard output and nothing else does; errors and notes go to standard error. '--data -' reads standard input.
      Exit codes: 0 done, 1 data or model at fault, 3 study incomplete, 4 conflict, 64 usage, 75 stopped early but saved.

      Example: mlm data salary --out salary.csv
               mlm fit "salary ~ experience + (1 | department)" --data salary.csv
      """,
    version: ProgramVersion.current,
    subcommands: [
      DataCommand.self, FitCommand.self, CompareCommand.self, AnovaCommand.self, IntervalsCommand.self,
      SimulateCommand.self,
      PoolCommand.self,
      PredictCommand.self, AugmentCommand.self,
      ExplainCommand.self,
      PlotCommand.self, StudyCommand.self, MRPCommand.self, BayesCommand.self,
      LabCommands.self, DoctorCommand.self,
    ])
}

extension MultilevelLab {
  /// Runs the program; a first word that is no subcommand is answered with those that are.
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    if let first = words.first, !first.hasPrefix("-"), !names.contains(first) {
      let near = NearestNames.close(to: first, among: names).map { " (did you mean '\($0)'?)" } ?? ""
      Terminal.note(
        "Error: there is no subcommand '\(first)'\(near); subcommands are "
          + names.joined(separator: ", ") + "\nUsage: " + usageString())
      exit(withError: ExitCode.validationFailure)
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard let text = missingData(message(for: error), words) else { exit(withError: error) }
      Terminal.note(text)
      exit(withError: ExitCode.validationFailure)
    }
  }

  /// What to say where a formula was given without data: what is missing, and the whole command; nil for any other message.
  static func missingData(_ message: String, _ words: [String]) -> String? {
    guard message.contains("Missing expected argument '--data"),
      let formula = words.lazy.compactMap({ $0.contains("~") ? try? ModelFormula($0) : nil }).first
    else { return nil }
    let command = (["mlm"] + words.map(quoted) + ["--data", "F.csv"]).joined(separator: " ")
    return "Error: Missing expected argument '--data', a CSV file whose header has the columns "
      + formula.columnsInOrder.joined(separator: ", ") + "\nExample: \(command)"
  }

  /// A word as a shell reads it back.
  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { $0 > 0x2c && $0 != 0x60 && $0 < 0x7b && !"<>;?[\\]^".utf8.contains($0) }
    return isPlain
      ? word
      : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
