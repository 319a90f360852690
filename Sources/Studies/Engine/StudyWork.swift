import Dispatch
import Specifications
import Synchronization

/// Takes finished blocks, from any thread.
public protocol BlockSink: Sendable {
  /// Takes a block.
  func append(_ entry: Segment.Entry)
  /// Whether nothing more can be taken, so that the work should end.
  var hasFailed: Bool { get }
}

/// Runs blocks of a study on this machine's processors.
///
/// Threads take blocks from one counter. A block is computed in the order of its replicates by one thread with memory of its own, so that neither the
/// number of threads nor their luck changes a bit of it. When asked to stop, every thread drops the block it is in; what is finished stays.
public struct StudyWork: Sendable {
  /// A block of a cell.
  public struct Task: Sendable, Hashable {
    /// The cell.
    public let cell: StudyCell
    /// Its replicates.
    public let block: ReplicateBlocks.Block

    /// A block of a cell.
    public init(cell: StudyCell, block: ReplicateBlocks.Block) {
      self.cell = cell
      self.block = block
    }

    /// Whether cell and replicates are the same.
    public static func == (a: Task, b: Task) -> Bool {
      a.cell.identifier == b.cell.identifier && a.block == b.block
    }

    /// Hashes cell and replicates.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(cell.identifier)
      hasher.combine(block)
    }
  }

  /// How far the work is.
  public struct Progress: Sendable {
    /// Blocks done and blocks to do.
    public let blocks: (done: Int, total: Int)
    /// Replicates done and replicates to do.
    public let replicates: (done: Int, total: Int)
  }

  /// How the work ended.
  public struct Outcome: Sendable {
    /// Blocks finished.
    public let doneCount: Int
    /// Whether it was stopped before all were.
    public let wasStopped: Bool
    /// Seconds of computing, over all threads.
    public let seconds: Double
  }

  /// The study.
  public let study: StudySpecification

  /// Work on a study.
  public init(_ study: StudySpecification) { self.study = study }

  /// Blocks of the study that a store lacks, cell after cell.
  public func missing(in store: StudyStore) -> [Task] {
    study.cells.flatMap { cell in
      store.missing(of: cell, replicates: study.replicates).map { Task(cell: cell, block: $0) }
    }
  }

  /// Runs blocks.
  /// - Parameters:
  ///   - tasks: the blocks, in the order in which they are begun.
  ///   - threads: how many work at once.
  ///   - sink: takes the finished blocks.
  ///   - shouldStop: is asked before every replicate.
  ///   - progress: is told after every block.
  /// - Throws: `SpecificationError` for a cell whose design or formula is at fault, before anything runs.
  public func run(
    _ tasks: [Task], threads: Int, into sink: some BlockSink,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    progress: (@Sendable (Progress) -> Void)? = nil
  ) throws -> Outcome {
    precondition(threads > 0, "\(threads) threads")
    var checked: Set<String> = []
    for task in tasks where checked.insert(task.cell.identifier).inserted {
      _ = try CellRunner.make(study, task.cell)
    }
    let total = tasks.reduce(0) { $0 + $1.block.count }
    let next = Atomic(0)
    let done = Mutex((blocks: 0, replicates: 0, seconds: 0.0))
    let fault = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: min(threads, max(tasks.count, 1))) { _ in
      var current: (cell: String, computation: BlockComputation)?
      while !shouldStop(), !sink.hasFailed {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < tasks.count else { return }
        let task = tasks[k]
        do {
          if current?.cell != task.cell.identifier {
            current = (task.cell.identifier, try BlockComputation(study, task.cell))
          }
        } catch {
          fault.withLock { $0 = $0 ?? error }
          return
        }
        let start = ContinuousClock.now
        guard let result = current?.computation.run(task.block, shouldStop: shouldStop) else { return }
        let seconds = (ContinuousClock.now - start).inSeconds
        sink.append(.init(cell: task.cell.identifier, block: task.block, result: result, seconds: seconds))
        let state = done.withLock { done in
          done.blocks += 1
          done.replicates += task.block.count
          done.seconds += seconds
          return done
        }
        progress?(
          Progress(blocks: (state.blocks, tasks.count), replicates: (state.replicates, total)))
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
    let end = done.withLock { $0 }
    return Outcome(
      doneCount: end.blocks, wasStopped: end.blocks < tasks.count, seconds: end.seconds)
  }
}

/// Computes blocks of one cell, on one thread.
package final class BlockComputation {
  private let runner: any ReplicateRunner
  private let outcome: ReplicateOutcome
  private let summation: ReplicateSummation
  private let strategyCount: Int

  /// Prepares a cell.
  package init(_ study: StudySpecification, _ cell: StudyCell) throws {
    runner = try CellRunner.make(study, cell)
    outcome = ReplicateOutcome(layout: runner.layout, strategyCount: study.strategies.count)
    strategyCount = study.strategies.count
    summation = ReplicateSummation(
      level: study.level, strategies: study.strategies, estimandCount: runner.layout.estimands.count)
  }

  /// What a block gives; nil if it was stopped.
  package func run(_ block: ReplicateBlocks.Block, shouldStop: () -> Bool = { false }) -> BlockResult? {
    var result = BlockResult(
      sums: BlockSums(strategyCount: strategyCount, estimandCount: outcome.layout.estimands.count))
    for replicate in block.first..<block.first + block.count {
      if shouldStop() { return nil }
      runner.run(replicate, into: outcome)
      summation.add(outcome, to: &result.sums)
      result.list(outcome, replicate: replicate)
    }
    return result
  }
}

extension Duration {
  /// The duration in seconds.
  package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
