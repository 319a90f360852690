import CommandSupport
import Glibc
import Labs
import Specifications
import Studies
import StudyResults
import Tables

extension StudyFile {
  /// A study with its results: of a YAML file run in memory, of a folder's segments as far as they are, or of a folder of results.
  ///
  /// In a lab only files are read: results that an earlier block wrote, or that lie beside the lab.
  static func measured(_ path: String, in context: CommandContext) throws -> MeasuredStudy {
    if path.hasSuffix(".yml") || path.hasSuffix(".yaml") || path == "-" {
      let study = try read(path, in: context)
      return try MeasuredStudy(study, run(study, threads: Machine.usableProcessors))
    }
    if !context.isInLab, access(StudyPlace(path).plan, R_OK) == 0 {
      let place = StudyPlace(path)
      let study = try place.read().study
      let store = try place.store(of: study)
      for error in store.refused { throw error }
      return try MeasuredStudy(study, ResultTables(study, store))
    }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    do { return try results(folder + "/results", in: context) } catch is LabFileError {
      return try results(folder, in: context)
    }
  }

  /// The results in a folder of tables.
  private static func results(_ folder: String, in context: CommandContext) throws -> MeasuredStudy {
    func table(_ name: String) throws -> DataTable {
      let file = "\(folder)/\(name).csv"
      var table = try DataTable(csv: try context.read(file), file: file)
      table.name = file
      return table
    }
    let measures = try table("measures")
    let study = try read(folder + "/study.yml", in: context)
    return try MeasuredStudy(
      study, measures: measures, statuses: try table("statuses"), cells: try table("cells"))
  }

  /// Runs a whole study in memory.
  static func run(_ study: StudySpecification, threads: Int) throws -> ResultTables {
    let tasks = study.cells.flatMap { cell in
      ReplicateBlocks.of(study.replicates).map { StudyWork.Task(cell: cell, block: $0) }
    }
    let list = BlockList()
    _ = try StudyWork(study).run(tasks, threads: threads, into: list)
    return try ResultTables(study, StudyStore(list.entries))
  }
}
