import Estimates
import Studies
import Tables

/// The files of a study's results.
///
/// `measures.csv`, `statuses.csv`, `cells.csv`, `failures.csv`, `codebook.csv` and `results.sqlite` follow from the study alone: the same bytes wherever its blocks
/// were computed. Machines, times and inputs are in `provenance.json`.
public enum ResultFolder {
  /// Writes results; each file appears whole.
  /// - Returns: the tables.
  @discardableResult
  public static func write(
    _ study: StudySpecification, _ store: StudyStore, to folder: String
  ) throws -> ResultTables {
    let tables = try ResultTables(study, store)
    try StudyFolder.make(folder)
    for table in tables.all {
      try StudyFolder.write(table.csvBytes(), to: "\(folder)/\(table.name).csv")
    }
    try StudyFolder.replace("\(folder)/results.sqlite") { part throws(StoreError) in
      try ResultDatabase.write(tables.all, to: part)
    }
    try StudyFolder.write(
      Array((provenance(study, store).text(indent: 1) + "\n").utf8), to: "\(folder)/provenance.json")
    try StudyFolder.write(Array((study.node.canonicalText + "\n").utf8), to: "\(folder)/study.yml")
    return tables
  }

  private static func provenance(_ study: StudySpecification, _ store: StudyStore) -> JSONValue {
    .object([
      ("study", .string(study.title)), ("hash", .string(study.hash)), ("seed", .string(String(study.seed))),
      ("replicates", .integer(study.replicates)), ("cells", .integer(study.cells.count)),
      ("seconds", .number(store.seconds)), ("duplicate_blocks", .integer(store.duplicateCount)),
      (
        "segments",
        .array(
          store.segments.map { segment in
            .object(
              [("name", .string(segment.name)), ("blocks", .integer(segment.blocks))]
                + segment.provenance.map { ($0.0, .string($0.1)) })
          })
      ),
    ])
  }
}
