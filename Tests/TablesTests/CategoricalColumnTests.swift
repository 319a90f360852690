import Tables
import Testing

@Suite("Columns read as factors")
struct CategoricalColumnTests {
  @Test("integers close together, far apart and as text have the same levels and codes")
  func integers() {
    for step in [1, 7, 1_000_000_007, 3_000_000_000_000_000_000] {
      // The range of the last overflows.
      let numbers: [Int?] = [3, 3, -1, nil, 2, -1, 3, nil, 0, 2].map { $0.map { $0 * step } }
      let factor = Column("g", .integer(numbers)).factor
      let texts = Column("g", .text(numbers.map { $0.map { String($0) } })).factor
      #expect(factor.levels == [-1, 0, 2, 3].map { String($0 * step) })
      #expect(factor.codes == [3, 3, 0, -1, 2, 0, 3, -1, 1, 2])
      #expect(factor == texts, "\(step)")
    }
  }

  @Test("numbers: −0 is 0, missing entries have no code, repeats keep theirs")
  func reals() {
    let factor = Column("g", [2.5, 0, -0.0, .nan, .nan, 2.5, 10, -1e-3]).factor
    #expect(factor.levels == ["-0.001", "0", "2.5", "10"])
    #expect(factor.codes == [2, 1, 1, -1, -1, 2, 3, 0])
  }

  @Test("nothing but missing entries")
  func missing() {
    let factor = Column("g", .integer([nil, nil])).factor
    #expect(factor.levels.isEmpty && factor.codes == [-1, -1])
  }
}
