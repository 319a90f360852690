/// MT19937, the generator under R's default streams.
///
/// The state is 624 words of 32 bits and the position of the next word to hand out. The recurrence is
///
///     x[k+624] = x[k+397] ⊕ (upper bit of x[k] | lower 31 bits of x[k+1])·A
///
/// where multiplying by A is a shift right, and an exclusive-or with 0x9908b0df when the lowest bit was set.
///
/// - Reference: Matsumoto & Nishimura (1998), doi:10.1145/272991.272995.
struct MersenneTwister: Sendable, Equatable {
  /// Number of words in the state.
  static let wordCount = 624
  /// Distance of the middle word that enters the recurrence.
  static let middle = 397

  private(set) var words: [UInt32]
  /// Words of the present state already handed out; 624 makes the next draw refill.
  private(set) var position: Int

  /// The state R's `set.seed` leaves: the seed is scrambled by 50 steps of the linear congruential generator
  /// s ← 69069·s + 1 (mod 2³²); of 625 further steps the first is the word for the position, which is then
  /// set to 624, and the others fill the state in order.
  init(seed: Int32) {
    var scrambled = UInt32(bitPattern: seed)
    func step() { scrambled = 69069 &* scrambled &+ 1 }
    for _ in 0..<51 { step() }
    words = []
    words.reserveCapacity(Self.wordCount)
    for _ in 0..<Self.wordCount {
      step()
      words.append(scrambled)
    }
    position = Self.wordCount
  }

  /// The next 32 bits, tempered.
  mutating func next() -> UInt32 {
    if position == Self.wordCount { refill() }
    var y = words[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    y ^= y >> 18
    return y
  }

  private mutating func refill() {
    let n = Self.wordCount
    for k in 0..<n {
      let y = (words[k] & 0x8000_0000) | (words[(k + 1) % n] & 0x7fff_ffff)
      words[k] = words[(k + Self.middle) % n] ^ (y >> 1) ^ ((y & 1) &* 0x9908_b0df)
    }
    position = 0
  }
}
