import ArgumentParser
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
      Exit codes: 0 done, 1 data or model at fault, 64 usage.

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
      PlotCommand.self,
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
    main(nil)
  }
}

/// The version that `--version`, `doctor` and manifests show.
enum ProgramVersion {
  static let current = "0.1.0"
}
