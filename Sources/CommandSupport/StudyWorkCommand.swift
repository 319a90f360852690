import ArgumentParser
import Studies

/// `study work`: one task of a plan, wherever it runs.
package struct StudyWorkCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "work",
    abstract: "Compute one task of a plan; blocks that are already there are left out.",
    discussion: """
      Any number of workers may run at once, on any machine that sees the folder, and again after any of them was killed: finished \
      blocks are in files of their own, and the same block has the same numbers wherever it is computed.

      Exit codes: 0 done; 75 stopped early (Ctrl-C, TERM, USR1, --until) with everything finished saved.

      Example: mlm study work shrinkage/plan.json --task 3 --until 55m
      """)

  @Argument(help: ArgumentHelp("The plan, or the folder it is in.", valueName: "PLAN"))
  var plan: String

  @Option(name: .long, help: ArgumentHelp("Number of the task, from 1.", valueName: "K"))
  var task: Int

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take the tasks K, K + N, K + 2N, … where indices are fewer than tasks.", valueName: "N"))
  var every: Int?

  @Option(
    name: .long, help: ArgumentHelp("Folder of the study (default: the plan's).", valueName: "DIR"),
    completion: .directory)
  var out: String?

  @OptionGroup var options: StudyWorkOptions

  package init() {}

  package func validate() throws {
    if let every, every < 1 { throw ValidationError("--every is \(every); 1 or more would work") }
  }

  package func run() throws {
    try reportingErrors {
      let stop = options.listening()
      let place = StudyPlace(plan)
      let plan = try place.read()
      guard plan.tasks.indices.contains(task - 1) else {
        throw UsageFault(
          "--task is \(task); the plan has \(counted(plan.tasks.count, "task")), \(plan.tasks.count == 1 ? "and 1" : "and 1 to \(plan.tasks.count)") would work"
        )
      }
      let segments = (out ?? place.folder) + "/segments"
      try StudyFolder.make(segments)
      let store = try StudyStore(folder: segments, study: plan.study)
      for error in store.refused { throw error }
      let own = stride(from: task - 1, to: plan.tasks.count, by: every ?? plan.tasks.count)
        .flatMap { plan.tasks[$0] }
      let tasks = own.filter { !store.contains($0) }
      let writer = try SegmentWriter(
        folder: segments, study: plan.study, program: "mlm \(ProgramVersion.current)")
      let outcome = try options.run(plan.study, tasks, into: writer, until: stop)
      _ = try writer.finish()
      Terminal.note(
        "task \(task) of \(plan.tasks.count): \(counted(outcome.doneCount, "block")) done, \(own.count - tasks.count) \(own.count - tasks.count == 1 ? "was" : "were") there"
      )
      if outcome.wasStopped {
        Terminal.note(
          "stopped early; \(counted(tasks.count - outcome.doneCount, "block")) \(tasks.count - outcome.doneCount == 1 ? "is" : "are") left"
        )
        throw ExitCode(StopRequest.exitCode)
      }
    }
  }
}
