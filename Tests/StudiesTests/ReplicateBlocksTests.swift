import Testing

@testable import Studies

@Suite("Blocks of replicates")
struct ReplicateBlocksTests {
  @Test(
    "Blocks cover all replicates once", arguments: [1, 99, 100, 101, 1_000, 1_050, 9_999, 25_000, 1_000_000])
  func cover(replicates: Int) {
    let blocks = ReplicateBlocks.of(replicates)
    var next = 0
    for block in blocks {
      #expect(block.first == next && block.count > 0)
      next += block.count
    }
    #expect(next == replicates)
  }

  @Test(
    "A study that grows keeps its whole blocks", arguments: [(250, 900), (1_000, 20_000), (12_345, 60_000)])
  func grow(small: Int, large: Int) {
    let grown = Set(ReplicateBlocks.of(large))
    #expect(ReplicateBlocks.of(small).dropLast().allSatisfy(grown.contains))
    #expect(ReplicateBlocks.of(1_000_000).count == 118)
  }
}
