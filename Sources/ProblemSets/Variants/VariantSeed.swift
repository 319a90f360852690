import Crypto

/// Where a variant's randomness comes from: the first eight bytes, big end first, of
///
///     SHA-256("multilevel-lab problem variant 1" ‖ course key ‖ set ‖ problem ‖ owner ‖ draw)
///
/// with each part preceded by its length in eight bytes, so that no two lists of parts are one text. The owner is a student's id or a
/// variant's number; the draw counts from 0 and goes on where a test fails.
public struct VariantSeed: Sendable, Equatable {
  /// Keeps variants of different courses apart; secret.
  public let courseKey: [UInt8]
  /// The set's id.
  public let set: String
  /// The problem's id.
  public let problem: String
  /// A student's id or a variant's number.
  public let owner: String

  /// What a variant's randomness comes from.
  public init(courseKey: [UInt8], set: String, problem: String, owner: String) {
    self.courseKey = courseKey
    self.set = set
    self.problem = problem
    self.owner = owner
  }

  /// The randomness of one draw.
  func draw(_ number: Int) -> VariantDraw {
    let digest = domainHash(
      "multilevel-lab problem variant 1",
      [courseKey, Array(set.utf8), Array(problem.utf8), Array(owner.utf8), Array(String(number).utf8)])
    return VariantDraw(digest: digest)
  }
}

/// The randomness of one draw of a variant.
struct VariantDraw: Sendable {
  /// 32 bytes.
  let digest: [UInt8]

  /// The first eight bytes.
  var seed: UInt64 { digest[..<8].reduce(0) { $0 << 8 | UInt64($1) } }
  /// The seed of data: 31 bits, as R's `set.seed` takes them.
  var dataSeed: Int { Int(seed >> 33) }
  /// Names the variant without telling its seed: the next four bytes in hexadecimal digits.
  var code: String { hexadecimal(Array(digest[8..<12])) }

  /// Random numbers for one purpose; those of others do not move them.
  func numbers(for purpose: String) -> DrawNumbers {
    let digest = domainHash("multilevel-lab draw 1", [self.digest, Array(purpose.utf8)])
    return DrawNumbers(state: digest[..<8].reduce(0) { $0 << 8 | UInt64($1) })
  }
}

/// Random whole numbers (SplitMix64: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195).
struct DrawNumbers {
  var state: UInt64

  /// A number from 0 up to, but without, `count`.
  mutating func below(_ count: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    // The upper half of the product; its bias is below count·2⁻⁶⁴.
    return Int(z.multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The list in another order (Fisher and Yates).
  mutating func shuffled<Element>(_ list: [Element]) -> [Element] {
    var list = list
    for i in list.indices.reversed() where i > 0 { list.swapAt(i, below(i + 1)) }
    return list
  }
}

/// SHA-256 of a domain and parts, each preceded by its length.
func domainHash(_ domain: String, _ parts: [[UInt8]]) -> [UInt8] {
  var hash = SHA256()
  for part in [Array(domain.utf8)] + parts {
    let count = UInt64(part.count)
    hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * UInt64($0))) })
    hash.update(data: part)
  }
  return Array(hash.finalize())
}
