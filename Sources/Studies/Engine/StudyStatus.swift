import Estimates

/// How far a study is: the blocks of its plan against those in its folder.
public struct StudyStatus: Sendable {
  /// The plan.
  public let plan: StudyPlan
  /// What is there.
  public let store: StudyStore
  /// Done and wanted replicates by cell.
  public let cells: [(cell: StudyCell, done: Int, wanted: Int)]

  /// Compares a plan with what is there.
  public init(_ plan: StudyPlan, _ store: StudyStore) {
    self.plan = plan
    self.store = store
    cells = plan.study.cells.map { cell in
      let missing = store.missing(of: cell, replicates: plan.study.replicates).reduce(0) {
        $0 + $1.count
      }
      return (cell, plan.study.replicates - missing, plan.study.replicates)
    }
  }

  /// Whether every replicate is there.
  public var isComplete: Bool { cells.allSatisfy { $0.done == $0.wanted } }

  /// Numbers, from 1, of the plan's tasks with missing blocks.
  public var incompleteTasks: [Int] {
    plan.tasks.indices.filter { k in
      plan.tasks[k].contains { !store.contains($0) }
    }.map { $0 + 1 }
  }

  /// The status in some lines.
  public var text: String {
    let (done, wanted) = (cells.reduce(0) { $0 + $1.done }, cells.reduce(0) { $0 + $1.wanted })
    var lines = [
      "\(plan.study.title): \(done) of \(wanted) replicates in \(counted(cells.count, "cell"))",
      "\(counted(store.segments.count, "segment")), \(counted(store.blockCount, "block")), \(store.duplicateCount) twice with the same sums, \(counted(store.refused.count, "segment")) refused, \(counted(store.unfinished.count, "unfinished file"))",
    ]
    let open = cells.filter { $0.done < $0.wanted }
    for (cell, done, wanted) in open.prefix(20) {
      lines.append("  cell \(cell.number) (\(cell.label)): \(done) of \(wanted)")
    }
    if open.count > 20 { lines.append("  … and \(counted(open.count - 20, "more cell"))") }
    if !isComplete {
      lines.append("tasks with missing blocks: \(incompleteTasks.count) of \(plan.tasks.count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The status as an object.
  public var json: JSONValue {
    .object([
      ("study", .string(plan.study.title)), ("hash", .string(plan.study.hash)),
      ("complete", .bool(isComplete)),
      ("segments", .integer(store.segments.count)), ("blocks", .integer(store.blockCount)),
      ("duplicates", .integer(store.duplicateCount)),
      ("refused", .strings(store.refused.map { "\($0)" })), ("unfinished", .strings(store.unfinished)),
      (
        "cells",
        .array(
          cells.map {
            .object([
              ("cell", .integer($0.cell.number)), ("identifier", .string($0.cell.identifier)),
              ("done", .integer($0.done)), ("wanted", .integer($0.wanted)),
            ])
          })
      ),
      ("tasks", .integer(plan.tasks.count)),
      ("incomplete_tasks", .array(incompleteTasks.map { .integer($0) })),
    ])
  }
}
