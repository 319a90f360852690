import ArgumentParser
import CommandSupport
import Studies
import StudyResults

/// `mlm study merge`: segments become results.
struct StudyMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put the blocks of a study together: CSV tables with a codebook, and one SQLite file.",
    discussion: """
      Exit codes: 0 done, 3 blocks are missing (nothing is written unless --allow-partial), 4 two segments contradict each other.

      Example: mlm study merge shrinkage
      """)

  @Argument(help: ArgumentHelp("The study's folder, or its plan.", valueName: "DIR"))
  var folder: String

  @Option(
    name: .long, help: ArgumentHelp("Folder of results (default: DIR/results).", valueName: "DIR"),
    completion: .directory)
  var out: String?

  @Flag(name: .long, help: "Write results of what is there.")
  var allowPartial = false

  func run() throws {
    try reportingErrors {
      let place = StudyPlace(folder)
      let plan = try place.read()
      let store = try place.store(of: plan.study)
      for error in store.refused { throw error }
      let status = StudyStatus(plan, store)
      if !status.isComplete && !allowPartial {
        let left = status.cells.reduce(0) { $0 + $1.wanted - $1.done }
        throw IncompleteStudy(
          "\(counted(left, "replicate")) \(left == 1 ? "is" : "are") missing ('mlm study status \(folder)' says where); run them, or merge what is there with --allow-partial"
        )
      }
      let results = out ?? place.results
      let tables = try ResultFolder.write(plan.study, store, to: results)
      if !tables.isComplete {
        let left = tables.missing.reduce(0) { $0 + $1.blocks.reduce(0) { $0 + $1.count } }
        Terminal.note(
          "partial: \(counted(left, "replicate")) \(left == 1 ? "is" : "are") missing; cells.csv says how many each cell has"
        )
      }
      Terminal.note(
        "results: \(results)/measures.csv (\(counted(tables.measures.rowCount, "number"))), codebook.csv, results.sqlite"
      )
    }
  }
}
