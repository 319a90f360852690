/// Philox4x32-10: a keyed function from a 128-bit counter to 128 random bits.
///
/// Ten rounds; each multiplies two counter words by constants, keeps the high and low halves, mixes in the
/// key and permutes; the key advances by Weyl constants between rounds. There is no state: the same key and
/// counter give the same bits anywhere, in any order.
///
/// - Reference: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3",
///   doi:10.1145/2063384.2063405.
public enum Philox4x32 {
  /// The 128 bits that belong to a counter under a key; word 0 comes first, as in the published test vectors.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Words one by one: as a vector each would be taken out and put back in every round.
    var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let (high0, low0) = c0.multipliedFullWidth(by: 0xd251_1f53)
      let (high1, low1) = c2.multipliedFullWidth(by: 0xcd9e_8d57)
      (c0, c1, c2, c3) = (high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0)
      k0 &+= 0x9e37_79b9
      k1 &+= 0xbb67_ae85
    }
    return SIMD4<UInt32>(c0, c1, c2, c3)
  }
}
