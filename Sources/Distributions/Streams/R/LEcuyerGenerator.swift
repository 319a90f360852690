/// MRG32k3a, the generator under R's "L'Ecuyer-CMRG" kind: two recurrences of order three, combined.
///
///     x[n] = 1403580·x[n−2] − 810728·x[n−3]   mod m₁ = 2³² − 209
///     y[n] = 527612·y[n−1] − 1370589·y[n−3]   mod m₂ = 2³² − 22853
///
/// - Reference: L'Ecuyer (1999), doi:10.1287/opre.47.1.159; L'Ecuyer, Simard, Chen & Kelton (2002),
///   doi:10.1287/opre.50.6.1073.358 for streams and sub-streams.
struct LEcuyerGenerator: Sendable, Equatable {
  static let modulus1: UInt64 = 4_294_967_087
  static let modulus2: UInt64 = 4_294_944_443

  /// The last three numbers of either recurrence, the oldest first.
  private(set) var x: [3 of UInt64]
  private(set) var y: [3 of UInt64]

  /// The state that R's `set.seed` leaves: after 50 steps of s ← 69069·s + 1 (mod 2³²) the next six values
  /// below m₂.
  init(seed: Int32) {
    var scrambled = UInt32(bitPattern: seed)
    for _ in 0..<50 { scrambled = 69069 &* scrambled &+ 1 }
    func word() -> UInt64 {
      repeat { scrambled = 69069 &* scrambled &+ 1 } while UInt64(scrambled) >= Self.modulus2
      return UInt64(scrambled)
    }
    x = [word(), word(), word()]
    y = [word(), word(), word()]
  }

  /// The six words of the state.
  var words: [UInt32] {
    [x[0], x[1], x[2], y[0], y[1], y[2]].map { UInt32($0) }
  }

  /// The next number, (x − y mod m₁)/(m₁ + 1), where m₁ stands for 0: inside (0, 1).
  mutating func next() -> Double {
    // Both terms positive: subtracting a product is adding that of the complement.
    let newX = (1_403_580 * x[1] + 810_728 * (Self.modulus1 - x[0])) % Self.modulus1
    let newY = (527_612 * y[2] + 1_370_589 * (Self.modulus2 - y[0])) % Self.modulus2
    x = [x[1], x[2], newX]
    y = [y[1], y[2], newY]
    let difference = newX > newY ? newX - newY : newX + Self.modulus1 - newY
    return Double(difference) * 2.328306549295727688e-10
  }

  /// Moves 2ᵉ steps ahead at once.
  mutating func jump(powerOfTwo e: Int) {
    x = Self.jumped(x, [[0, 1, 0], [0, 0, 1], [Self.modulus1 - 810_728, 1_403_580, 0]], e, Self.modulus1)
    y = Self.jumped(y, [[0, 1, 0], [0, 0, 1], [Self.modulus2 - 1_370_589, 0, 527_612]], e, Self.modulus2)
  }

  /// The state times the matrix of one step, squared e times.
  private static func jumped(
    _ state: [3 of UInt64], _ step: [3 of [3 of UInt64]], _ e: Int, _ modulus: UInt64
  ) -> [3 of UInt64] {
    var power = step
    for _ in 0..<e {
      var square = power
      for i in 0..<3 {
        for j in 0..<3 {
          var sum: UInt64 = 0
          for k in 0..<3 { sum = (sum + power[i][k] * power[k][j] % modulus) % modulus }
          square[i][j] = sum
        }
      }
      power = square
    }
    var result = state
    for i in 0..<3 {
      var sum: UInt64 = 0
      for k in 0..<3 { sum = (sum + power[i][k] * state[k] % modulus) % modulus }
      result[i] = sum
    }
    return result
  }

  static func == (a: Self, b: Self) -> Bool { a.words == b.words }
}
