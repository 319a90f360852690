/// The division of a cell's replicates into blocks, the unit of work and of storage.
///
/// The blocks of 100 end at 1,000, those of 1,000 at 10,000, and all others hold 10,000: the division does not depend on the number of replicates, so
/// that a study that grows keeps the blocks it has (but for a last, short one).
public enum ReplicateBlocks {
  /// A block: replicates `first` … `first + count − 1`, numbered from 0.
  public struct Block: Sendable, Hashable {
    /// Number of the first replicate, from 0.
    public let first: Int
    /// How many replicates.
    public let count: Int
  }

  /// The blocks of some replicates, in order.
  public static func of(_ replicates: Int) -> [Block] {
    var blocks: [Block] = []
    var first = 0
    while first < replicates {
      let size = first < 1_000 ? 100 : first < 10_000 ? 1_000 : 10_000
      blocks.append(Block(first: first, count: min(size, replicates - first)))
      first += size
    }
    return blocks
  }
}
