import ArgumentParser

/// `mlm problems`: for trying only, until the commands of building stand beside these.
struct ProblemsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "problems", abstract: "Problem sets: grade and export.",
    subcommands: [ProblemsGradeCommand.self, ProblemsExportCommand.self])
}
