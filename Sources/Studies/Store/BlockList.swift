import Synchronization

/// Finished blocks in memory.
public final class BlockList: BlockSink {
  private let list = Mutex<[Segment.Entry]>([])

  /// No blocks.
  public init() {}

  /// Takes a block.
  public func append(_ entry: Segment.Entry) { list.withLock { $0.append(entry) } }

  /// Memory does not fail.
  public var hasFailed: Bool { false }

  /// The blocks, in the order in which they were finished.
  public var entries: [Segment.Entry] { list.withLock { $0 } }
}
