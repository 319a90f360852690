import ArgumentParser
import CommandSupport
import Labs
import Studies
import StudyResults

/// `mlm study run`: the whole study on this machine.
struct StudyRunCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a study on this machine's processors; what is already there is not done again.",
    discussion: """
      With --out the folder holds plan.json, segments/ (finished blocks) and results/ (CSV tables, codebook, SQLite, provenance). Ctrl-C, TERM and \
      --until save what is finished and exit with 75; the same command then goes on. More replicates or more cells keep what is there.
      Without --out nothing is kept, and the measures go to standard output as CSV. In a lab nothing goes to disk: with --out DIR later blocks read \
      the tables of DIR, and every measure has an address such as ID."J=3,n=5".reml.rmse.coef.school."(Intercept)".

      Example: mlm study run shrinkage.yml --out shrinkage --threads 2
      """)

  @Argument(
    help: ArgumentHelp("The study.", valueName: "SPEC.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var specification: String

  @Option(name: .long, help: ArgumentHelp("Folder of the study.", valueName: "DIR"), completion: .directory)
  var out: String?

  @OptionGroup var options: StudyWorkOptions

  func run() throws {
    try reportingErrors {
      let stop = options.listening()
      let study = try StudyFile.read(specification, in: CommandContext(language: .en))
      guard let out else { return try printMeasures(study, until: stop) }
      let place = StudyPlace(out)
      try StudyFolder.make(place.segments)
      let store = try place.store(of: study)
      for error in store.refused { throw error }
      let tasks = StudyWork(study).missing(in: store)
      let plan = StudyPlan(study, blocks: tasks, taskCount: 1)
      try StudyFolder.write(Array(plan.text.utf8), to: place.plan)
      try announce(study, tasks, threads: options.threadCount)
      let writer = try SegmentWriter(
        folder: place.segments, study: study, program: "mlm \(ProgramVersion.current)")
      let outcome = try options.run(study, tasks, into: writer, until: stop)
      _ = try writer.finish()
      if outcome.wasStopped {
        Terminal.note(
          "stopped: \(outcome.doneCount) of \(counted(tasks.count, "block")) \(outcome.doneCount == 1 ? "was" : "were") finished and \(outcome.doneCount == 1 ? "is" : "are") saved; the same command goes on"
        )
        throw ExitCode(StopRequest.exitCode)
      }
      let tables = try ResultFolder.write(study, try place.store(of: study), to: place.results)
      Terminal.note(
        "results: \(place.results)/measures.csv (\(counted(tables.measures.rowCount, "number"))), codebook.csv, results.sqlite"
      )
    }
  }

  /// The study in a lab: run in memory, its tables are files for later blocks.
  func result(in context: CommandContext) throws -> CommandResult {
    let study = try StudyFile.read(specification, in: context)
    let tables = try StudyFile.run(study, threads: options.threadCount)
    var result = CommandResult()
    result.estimates = try MeasuredStudy(study, tables).estimates
    result.echo =
      "\(study.title): \(counted(study.cells.count, "cell")) × \(counted(study.replicates, "replicate")), seed \(study.seed)"
    result.notes = study.notes().map { "note: \($0)" }
    guard let out else {
      result.output = tables.measures.csv()
      return result
    }
    let folder = StudyPlace(out).results
    result.files = tables.all.map { OutputFile(path: "\(folder)/\($0.name).csv", bytes: $0.csvBytes()) }
    result.files.append(
      OutputFile(path: folder + "/study.yml", bytes: Array((study.node.canonicalText + "\n").utf8)))
    return result
  }

  /// Says what there is to do and how long it takes.
  private func announce(_ study: StudySpecification, _ tasks: [StudyWork.Task], threads: Int) throws {
    let total = study.cells.count * study.replicates
    let left = tasks.reduce(0) { $0 + $1.block.count }
    var text =
      "\(study.title): \(counted(study.cells.count, "cell")) × \(counted(study.replicates, "replicate")), seed \(study.seed), \(counted(threads, "thread"))"
    if left < total {
      text +=
        "; \(total - left) of \(counted(total, "replicate")) \(total - left == 1 ? "was" : "were") there"
    }
    if left > 0 {
      let costs = try study.trialCosts(seconds: 0.002)
      let seconds =
        tasks.reduce(0) { $0 + Double($1.block.count) * costs[$1.cell.number - 1] } / Double(threads)
      text += "; about \(ShownDuration.text(seconds))"
    }
    Terminal.note(text)
    for note in study.notes() { Terminal.note("note: \(note)") }
  }

  private func printMeasures(_ study: StudySpecification, until stop: StopRequest) throws {
    let tasks = study.cells.flatMap { cell in
      ReplicateBlocks.of(study.replicates).map { StudyWork.Task(cell: cell, block: $0) }
    }
    try announce(study, tasks, threads: options.threadCount)
    let list = BlockList()
    let outcome = try options.run(study, tasks, into: list, until: stop)
    if outcome.wasStopped {
      Terminal.note("stopped; nothing was kept (with --out DIR it would be)")
      throw ExitCode(StopRequest.exitCode)
    }
    try Terminal.print(try ResultTables(study, StudyStore(list.entries)).measures.csv())
  }
}

extension StudyPlace {
  /// The folder of results.
  var results: String { folder + "/results" }
}
