import ArgumentParser
import CommandSupport

/// `mlm study`: Monte Carlo studies.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Monte Carlo studies: what designs and pooling strategies do, over many replicates.",
    discussion: """
      A study is a YAML file: a design, a grid over its parameters, a number of replicates, the strategies that are compared. 'run' does all on this \
      machine; 'plan', 'work', 'merge' do it on many. Results are the same bytes for any number of threads, tasks, machines and interruptions.

      Example: mlm study run shrinkage.yml --out shrinkage
      """,
    subcommands: [
      StudyRunCommand.self, StudyPlanCommand.self, StudyWorkCommand.self, StudyStatusCommand.self,
      StudyMergeCommand.self, StudyReplayCommand.self, StudyScriptCommand.self, StudyFigureCommand.self,
      StudyTableCommand.self, StudyReportCommand.self,
    ])
}
