import ArgumentParser
import CommandSupport
import Labs
import Studies

/// `mlm study plan`: what is missing, packed into tasks.
struct StudyPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Pack what is missing of a study into tasks for many workers, after a trial of each cell's cost.",
    discussion: """
      Writes DIR/plan.json, all that a worker needs, and makes DIR/logs. Blocks that DIR already has are not planned again: the same command after an interruption, or \
      with more replicates or cells in the study, packs what is left.

      Example: mlm study plan shrinkage.yml --out shrinkage --tasks 40
      """)

  @Argument(
    help: ArgumentHelp("The study.", valueName: "SPEC.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var specification: String

  @Option(name: .long, help: ArgumentHelp("Folder of the study.", valueName: "DIR"), completion: .directory)
  var out: String

  @Option(
    name: .long,
    help: ArgumentHelp("Number of tasks; there are fewer where there are fewer blocks.", valueName: "N"))
  var tasks: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Time a task should take on one processor, in place of --tasks: 40m, 2h or 1d; 90 and 90s are seconds.",
      valueName: "time"))
  var budget: TimeSpan?

  func validate() throws {
    if let tasks, !(1...100_000).contains(tasks) {
      throw ValidationError("--tasks is \(tasks); from 1 to 100000 would work")
    }
    if tasks != nil, budget != nil { throw ValidationError("--tasks or --budget, not both") }
  }

  func run() throws {
    try reportingErrors {
      let study = try StudyFile.read(specification, in: CommandContext(language: .en))
      let place = StudyPlace(out)
      try StudyFolder.make(place.segments)
      try StudyFolder.make(place.folder + "/logs")
      let store = try place.store(of: study)
      for error in store.refused { throw error }
      let missing = StudyWork(study).missing(in: store)
      let costs = missing.isEmpty ? [Double](repeating: 0, count: study.cells.count) : try study.trialCosts()
      let total = missing.reduce(0.0) { $0 + Double($1.block.count) * costs[$1.cell.number - 1] }
      let count = tasks ?? budget.map { max(1, min(1000, Int((total / $0.seconds).rounded(.up)))) } ?? 100
      let plan = StudyPlan(study, blocks: missing, taskCount: count, costs: costs)
      try StudyFolder.write(Array(plan.text.utf8), to: place.plan)
      let longest = plan.taskSeconds?.max() ?? 0
      Terminal.note(
        "\(study.title): \(counted(missing.count, "block")) in \(counted(missing.isEmpty ? 0 : plan.tasks.count, "task")), about \(ShownDuration.text(total)) of one processor, the longest task \(ShownDuration.text(longest))"
      )
      for (cell, cost) in zip(study.cells, costs).sorted(by: { $0.1 > $1.1 }).prefix(3) where cost > 0 {
        Terminal.note("  \(cell.label): \(ShownDuration.text(cost)) a replicate")
      }
      for note in study.notes() { Terminal.note("note: \(note)") }
    }
  }
}
