import Estimates
import Specifications

/// A study packed into tasks for a cluster: all that a worker needs, in one file.
///
/// A task is a list of blocks. Which task, thread or machine computes a block changes nothing about it, so that any other packing, resubmission or
/// repetition gives the same results.
public struct StudyPlan: Sendable {
  /// The study.
  public let study: StudySpecification
  /// The blocks of each task.
  public let tasks: [[StudyWork.Task]]
  /// Seconds a replicate took in a trial, by cell; empty where none was made.
  public let costs: [Double]

  static let format = "multilevel-lab plan 1"

  /// Packs blocks into tasks of about equal cost, the dearest first.
  /// - Parameters:
  ///   - study: the study.
  ///   - blocks: what is to be done.
  ///   - taskCount: how many tasks, at least 1; there are fewer where there are fewer blocks.
  ///   - costs: seconds a replicate takes, by cell; empty for cells alike.
  public init(_ study: StudySpecification, blocks: [StudyWork.Task], taskCount: Int, costs: [Double] = []) {
    precondition(taskCount > 0, "\(taskCount) tasks")
    func cost(_ task: StudyWork.Task) -> Double {
      Double(task.block.count) * (costs.isEmpty ? 1 : costs[task.cell.number - 1])
    }
    let order = blocks.indices.sorted {
      let (a, b) = (cost(blocks[$0]), cost(blocks[$1]))
      return a == b ? $0 < $1 : a > b
    }
    let count = max(1, min(taskCount, blocks.count))
    var packed = [[Int]](repeating: [], count: count)
    // The least loaded task takes the next block: (load, task) in a heap.
    var heap = (0..<count).map { (load: 0.0, task: $0) }
    for k in order {
      packed[heap[0].task].append(k)
      heap[0].load += cost(blocks[k])
      var i = 0
      while true {
        var least = i
        for child in [2 * i + 1, 2 * i + 2] where child < count {
          if (heap[child].load, heap[child].task) < (heap[least].load, heap[least].task) { least = child }
        }
        if least == i { break }
        heap.swapAt(i, least)
        i = least
      }
    }
    self.study = study
    self.costs = costs
    tasks = packed.map { $0.sorted().map { blocks[$0] } }
  }

  /// Estimated seconds of each task on one thread; nil without a trial.
  public var taskSeconds: [Double]? {
    costs.isEmpty
      ? nil : tasks.map { $0.reduce(0) { $0 + Double($1.block.count) * costs[$1.cell.number - 1] } }
  }

  /// The plan as a file: JSON, runs of blocks as [cell, first replicate, last replicate] from 1.
  public var text: String {
    let packed = tasks.map { task -> JSONValue in
      var runs: [(cell: Int, first: Int, end: Int)] = []
      for block in task {
        if let last = runs.last, last.cell == block.cell.number, last.end == block.block.first {
          runs[runs.count - 1].end += block.block.count
        } else {
          runs.append((block.cell.number, block.block.first, block.block.first + block.block.count))
        }
      }
      return .array(runs.map { .array([.integer($0.cell), .integer($0.first + 1), .integer($0.end)]) })
    }
    return JSONValue.object([
      ("format", .string(StudyPlan.format)), ("hash", .string(study.hash)),
      ("replicates", .integer(study.replicates)), ("cells", .integer(study.cells.count)),
      ("costs", .numbers(costs)), ("tasks", .array(packed)), ("study", .string(study.node.canonicalText)),
    ]).text(indent: 1) + "\n"
  }

  /// Reads a plan.
  /// - Parameters:
  ///   - bytes: the file.
  ///   - path: how messages name it.
  /// - Throws: `StoreError.damaged`; `SpecificationError` for a study that cannot be read.
  public init(bytes: [UInt8], path: String) throws {
    func damaged(_ what: String) -> StoreError { .damaged(path: path, what: what) }
    let json: JSONValue
    do { json = try JSONValue(parsing: bytes) } catch { throw damaged("it is \(error)") }
    guard json["format"]?.string == StudyPlan.format else {
      throw damaged(
        "it is no plan (format '\(json["format"]?.string ?? "unknown")', not '\(StudyPlan.format)')")
    }
    guard let text = json["study"]?.string, let hash = json["hash"]?.string, let tasks = json["tasks"]?.items
    else {
      throw damaged("study, hash or tasks are missing")
    }
    let study = try StudySpecification(SpecificationNode(yaml: text, file: path)) {
      (file, at) throws(SpecificationError) in
      throw at.fault("the plan names the file '\(file)' instead of holding the design")
    }
    guard study.hash == hash else { throw damaged("its study is not the one it was made of (hash differs)") }
    self.study = study
    costs = json["costs"]?.items?.compactMap(\.double) ?? []
    guard costs.isEmpty || costs.count == study.cells.count else { throw damaged("costs for other cells") }
    let all = ReplicateBlocks.of(study.replicates)
    var packed: [[StudyWork.Task]] = []
    for task in tasks {
      var blocks: [StudyWork.Task] = []
      for run in task.items ?? [] {
        guard let parts = run.items?.compactMap(\.integer), parts.count == 3,
          study.cells.indices.contains(parts[0] - 1)
        else { throw damaged("task \(packed.count + 1) names a cell that is not there") }
        let own = all.filter { $0.first >= parts[1] - 1 && $0.first + $0.count <= parts[2] }
        guard own.reduce(0, { $0 + $1.count }) == parts[2] - parts[1] + 1 else {
          throw damaged("task \(packed.count + 1) holds replicates that are no whole blocks")
        }
        blocks += own.map { StudyWork.Task(cell: study.cells[parts[0] - 1], block: $0) }
      }
      packed.append(blocks)
    }
    self.tasks = packed
  }
}

extension StudySpecification {
  /// Seconds a replicate takes on this machine, by cell: a trial of some milliseconds each.
  /// - Throws: `SpecificationError` for a cell whose design or formula is at fault.
  public func trialCosts(seconds: Double = 0.02) throws -> [Double] {
    try cells.map { cell in
      let computation = try BlockComputation(self, cell)
      // The first replicate warms up.
      _ = computation.run(.init(first: 0, count: 1))
      var count = 1
      while true {
        let start = ContinuousClock.now
        _ = computation.run(.init(first: 0, count: count))
        let taken = (ContinuousClock.now - start).inSeconds
        if taken >= seconds || count >= 10_000 { return taken / Double(count) }
        count = min(10_000, max(2 * count, Int(Double(count) * seconds / max(taken, 1e-6))))
      }
    }
  }
}
