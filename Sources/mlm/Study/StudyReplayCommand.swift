import ArgumentParser
import CommandSupport
import Labs
import Studies
import Tables

/// `mlm study replay`: one data set of a study again.
struct StudyReplayCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Make the data set of one replicate again, as CSV.",
    discussion: """
      --estimates F.csv has what every strategy made of it, beside the truth.

      Example: mlm study replay shrinkage 4 17 --out data.csv
      Example: mlm study replay shrinkage.yml 1 1 --estimates estimates.csv > data.csv
      """)

  @Argument(help: ArgumentHelp("The study's YAML file, its folder, or its plan.", valueName: "STUDY"))
  var study: String

  @Argument(
    help: ArgumentHelp(
      "Number of the cell, from 1: the column 'cell' of results/cells.csv. A study without grid has cell 1.",
      valueName: "CELL"))
  var cell: Int

  @Argument(
    help: ArgumentHelp("Number of the replicate, from 1, up to the study's replicates.", valueName: "REP"))
  var replicate: Int

  @Option(
    name: .long, help: ArgumentHelp("File for the data; - is standard output.", valueName: "F.csv"),
    completion: .file())
  var out = "-"

  @Option(
    name: .long,
    help: ArgumentHelp("File for what every strategy estimated, beside the truth.", valueName: "F.csv"),
    completion: .file())
  var estimates: String?

  func validate() throws {
    if estimates == "-" { throw ValidationError("--estimates needs a file; the data go to standard output") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let study = try StudyFile.find(study, in: context)
    guard study.cells.indices.contains(cell - 1) else {
      throw UsageFault(
        "CELL is \(cell); the study has \(counted(study.cells.count, "cell")), \(study.cells.count == 1 ? "and 1" : "and 1 to \(study.cells.count)") would work"
      )
    }
    guard (1...study.replicates).contains(replicate) else {
      throw UsageFault(
        "REP is \(replicate); the study has \(counted(study.replicates, "replicate")), \(study.replicates == 1 ? "and 1" : "and 1 to \(study.replicates)") would work"
      )
    }
    let replay = try StudyReplay(study, cell: study.cells[cell - 1], replicate: replicate - 1)
    var result = CommandResult()
    if out == "-" {
      result.output = replay.data.csv()
    } else {
      result.files.append(OutputFile(path: out, bytes: replay.data.csvBytes()))
    }
    if let estimates {
      result.files.append(OutputFile(path: estimates, bytes: replay.estimates.csvBytes()))
    }
    result.echo =
      "cell \(cell) (\(study.cells[cell - 1].label)), replicate \(replicate) of \(study.replicates), seed \(study.seed)"
    return result
  }
}
