/// All finished blocks in a folder of segments, or in memory.
///
/// Of blocks in segments it remembers where they are, not what they hold: its memory grows with their number by some hundred bytes a block,
/// and `sums` reads one block at a time.
public struct StudyStore: Sendable {
  /// A block's place: the cell's identifier and the replicates.
  public struct Key: Sendable, Hashable {
    /// The cell's identifier.
    public let cell: String
    /// The replicates.
    public let block: ReplicateBlocks.Block
  }

  private enum Source: Sendable {
    case memory(Segment.Entry)
    /// Place in `segments` and the line's bytes.
    case segment(Int, Range<Int>)
  }

  /// How many blocks were there more than once, with the same sums: two processes that did the same work.
  public private(set) var duplicateCount = 0
  /// How many blocks were there from two kinds of processors with sums equal but for rounding (1e-9); that of the processor first in the alphabet counts.
  public private(set) var roundedCount = 0
  /// The segments read: name, provenance and number of blocks.
  public private(set) var segments: [(name: String, provenance: [(String, String)], blocks: Int)] = []
  /// Segments that were refused, with the reason.
  public private(set) var refused: [StoreError] = []
  /// Names that are no segments: parts of files that were never finished.
  public private(set) var unfinished: [String] = []
  /// Seconds of computing behind the blocks, on one thread.
  public private(set) var seconds = 0.0

  private let folder: String
  private let strategyCount: Int
  private var sources: [Key: Source] = [:]

  /// Reads a folder's segments.
  /// - Parameters:
  ///   - folder: where the segments are.
  ///   - study: the study.
  /// - Throws: `StoreError.conflict` for a block with two different sums, `.file` where the folder cannot be read. Damaged and foreign segments
  ///   are collected in `refused`.
  public init(folder: String, study: StudySpecification) throws(StoreError) {
    self.folder = folder
    strategyCount = study.strategies.count
    let hash = study.hash
    for name in try StudyFolder.names(in: folder) {
      guard Segment.isSegment(name) else {
        if name.hasSuffix(".part") { unfinished.append(name) }
        continue
      }
      let segment: Segment
      do {
        segment = try Segment(folder: folder, name: name, study: hash)
      } catch {
        if case .file = error { throw error }
        refused.append(error)
        continue
      }
      segments.append((name, segment.provenance, segment.lines.count))
      for line in segment.lines {
        let source = Source.segment(segments.count - 1, line.bytes)
        if let known = sources[line.key] {
          try add(source, at: line.key, to: known)
        } else {
          sources[line.key] = source
          seconds += line.seconds
        }
      }
    }
  }

  /// Blocks that are in no file.
  public init(_ entries: [Segment.Entry]) {
    folder = ""
    strategyCount = 0
    for entry in entries {
      sources[Key(cell: entry.cell, block: entry.block)] = .memory(entry)
      seconds += entry.seconds
    }
  }

  /// The same block once more.
  private mutating func add(_ source: Source, at key: Key, to known: Source) throws(StoreError) {
    let (first, second) = (try entry(in: known), try entry(in: source))
    if first.result == second.result {
      duplicateCount += 1
      return
    }
    guard case .segment(let a, _) = known, case .segment(let b, _) = source else { return }
    // Elementary functions of the fits may round differently on another processor; the data are the same.
    let (processor, other) = (self.processor(a), self.processor(b))
    if processor != other, first.result.isClose(to: second.result) {
      roundedCount += 1
      if other < processor { sources[key] = source }
      return
    }
    throw .conflict(
      block:
        "cell \(key.cell), replicates \(key.block.first + 1) to \(key.block.first + key.block.count)",
      first: folder + "/" + segments[a].name, second: folder + "/" + segments[b].name)
  }

  private func processor(_ k: Int) -> String {
    segments[k].provenance.first { $0.0 == "processor" }?.1 ?? ""
  }

  private func entry(in source: Source) throws(StoreError) -> Segment.Entry {
    switch source {
    case .memory(let entry): return entry
    case .segment(let k, let bytes):
      let path = folder + "/" + segments[k].name
      return try Segment.entry(StudyFolder.read(path, bytes), strategyCount: strategyCount, path: path)
    }
  }

  /// How many different blocks there are.
  public var blockCount: Int { sources.count }

  /// A block; nil if it is not there.
  /// - Throws: `StoreError.file` if its segment can no longer be read, `.damaged` if it has changed since.
  public func entry(_ key: Key) throws(StoreError) -> Segment.Entry? {
    guard let source = sources[key] else { return nil }
    return try entry(in: source)
  }

  /// Whether a block is there.
  public func contains(_ task: StudyWork.Task) -> Bool {
    sources[Key(cell: task.cell.identifier, block: task.block)] != nil
  }

  /// Blocks of a cell that are missing.
  public func missing(of cell: StudyCell, replicates: Int) -> [ReplicateBlocks.Block] {
    ReplicateBlocks.of(replicates).filter { sources[Key(cell: cell.identifier, block: $0)] == nil }
  }

  /// The sums of a cell's replicates merged in the order of the blocks, nil if there are none, and the listed failures in the order of the
  /// replicates.
  /// - Throws: as `entry`.
  public func results(
    of cell: StudyCell, replicates: Int
  ) throws(StoreError) -> (sums: BlockSums?, failures: [ReplicateFailure]) {
    var sums: BlockSums?
    var failures: [ReplicateFailure] = []
    for block in ReplicateBlocks.of(replicates) {
      guard let result = try entry(Key(cell: cell.identifier, block: block))?.result else { continue }
      failures += result.failures
      if sums == nil { sums = result.sums } else { sums?.merge(result.sums) }
    }
    return (sums, failures)
  }
}
