/// R's "L'Ecuyer-CMRG" random stream after `RNGkind("L'Ecuyer-CMRG"); set.seed(seed)`, bit for bit.
///
/// R's kind for parallel work: `nextStream()` starts one of 2⁶⁴ streams that do not overlap in 2¹²⁷ numbers,
/// which R's package parallel hands to its workers.
///
/// ```swift
/// var first = LEcuyerStream(seed: 42)
/// var second = first.nextStream()
/// ```
public struct LEcuyerStream: RVariateStream, Equatable {
  private var generator: LEcuyerGenerator

  /// The stream R starts with `set.seed(seed)`; negative seeds are seeds of their own.
  public init(seed: Int32) {
    generator = LEcuyerGenerator(seed: seed)
  }

  /// The six words of the generator's state, R's `.Random.seed[2:7]` (there shown as signed integers).
  public var stateWords: [UInt32] { generator.words }

  /// The next number, uniform on (0, 1), R's `runif(1)`.
  public mutating func uniform() -> Double { generator.next() }

  /// The stream that begins 2¹²⁷ numbers after this one's present state, R's `nextRNGStream`.
  public func nextStream() -> LEcuyerStream { ahead(127) }

  /// The sub-stream that begins 2⁷⁶ numbers after this one's present state, R's `nextRNGSubStream`.
  public func nextSubstream() -> LEcuyerStream { ahead(76) }

  private func ahead(_ powerOfTwo: Int) -> LEcuyerStream {
    var copy = self
    copy.generator.jump(powerOfTwo: powerOfTwo)
    return copy
  }
}
