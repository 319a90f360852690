/// All finished blocks in a folder of segments.
public struct StudyStore: Sendable {
  /// A block's place: the cell's identifier and the replicates.
  public struct Key: Sendable, Hashable {
    /// The cell's identifier.
    public let cell: String
    /// The replicates.
    public let block: ReplicateBlocks.Block
  }

  /// The blocks with the segments they are in.
  public private(set) var blocks: [Key: (entry: Segment.Entry, segment: String)] = [:]
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

  /// Reads a folder's segments.
  /// - Parameters:
  ///   - folder: where the segments are; one that does not exist holds none.
  ///   - study: the study.
  /// - Throws: `StoreError.conflict` for a block with two different sums, `.file` where the folder cannot be read. Damaged and foreign segments
  ///   are collected in `refused`.
  public init(folder: String, study: StudySpecification) throws(StoreError) {
    let names = try StudyFolder.names(in: folder)
    var processors: [String: String] = [:]
    let hash = study.hash
    for name in names {
      guard Segment.isSegment(name) else {
        if name.hasSuffix(".part") { unfinished.append(name) }
        continue
      }
      let segment: Segment
      do {
        segment = try Segment(
          folder: folder, name: name, study: hash, strategyCount: study.strategies.count)
      } catch {
        if case .file = error { throw error }
        refused.append(error)
        continue
      }
      processors[name] = segment.processor
      segments.append((name, segment.provenance, segment.entries.count))
      for entry in segment.entries {
        let key = Key(cell: entry.cell, block: entry.block)
        guard let known = blocks[key] else {
          blocks[key] = (entry, name)
          continue
        }
        guard known.entry.result == entry.result else {
          // Elementary functions of the fits may round differently on another processor; the data are the same.
          let (first, second) = (processors[known.segment] ?? "", segment.processor)
          if first != second, known.entry.result.isClose(to: entry.result) {
            roundedCount += 1
            if second < first { blocks[key] = (entry, name) }
            continue
          }
          throw .conflict(
            block:
              "cell \(entry.cell), replicates \(entry.block.first + 1) to \(entry.block.first + entry.block.count)",
            first: folder + "/" + known.segment, second: folder + "/" + name)
        }
        duplicateCount += 1
      }
    }
  }

  /// Blocks that are in no file.
  public init(_ entries: [Segment.Entry]) {
    for entry in entries { blocks[Key(cell: entry.cell, block: entry.block)] = (entry, "memory") }
  }

  /// The sums of a cell's replicates merged in the order of the blocks, and which blocks are missing.
  public func sums(
    of cell: StudyCell, replicates: Int
  ) -> (sums: BlockSums?, missing: [ReplicateBlocks.Block]) {
    var sums: BlockSums?
    var missing: [ReplicateBlocks.Block] = []
    for block in ReplicateBlocks.of(replicates) {
      guard let found = blocks[Key(cell: cell.identifier, block: block)] else {
        missing.append(block)
        continue
      }
      if sums == nil { sums = found.entry.result.sums } else { sums?.merge(found.entry.result.sums) }
    }
    return (sums, missing)
  }

  /// Whether a block is there.
  public func contains(_ task: StudyWork.Task) -> Bool {
    blocks[Key(cell: task.cell.identifier, block: task.block)] != nil
  }

  /// The listed failures of a cell, in the order of the replicates.
  public func failures(of cell: StudyCell, replicates: Int) -> [ReplicateFailure] {
    ReplicateBlocks.of(replicates).flatMap {
      blocks[Key(cell: cell.identifier, block: $0)]?.entry.result.failures ?? []
    }
  }

  /// Seconds of computing behind the blocks, on one thread.
  public var seconds: Double { blocks.values.reduce(0) { $0 + $1.entry.seconds } }
}
