import ArgumentParser
import CommandSupport

/// `mlm-worker`: the part of `mlm study` that computes, for machines without the libraries that drawing and storing need.
@main
struct StudyWorker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlm-worker",
    abstract: "Compute tasks of a study's plan: what 'mlm study work' and 'mlm study status' do.",
    discussion: """
      'make worker' links it statically: one file that runs on any Linux of the same processor family. The same block has the same numbers \
      whichever of the two programs computed it.

      Example: mlm-worker work shrinkage/plan.json --task 3
      """,
    version: ProgramVersion.current,
    subcommands: [StudyWorkCommand.self, StudyStatusCommand.self])
}
