/// Walker's tables for drawing one of n weighted values with one index, one uniform number and one
/// comparison.
///
/// Of n urns of equal chance, urn i holds value i up to a level and another value, its alias, above it.
/// Values lighter than 1/n hand the rest of their urn to a heavy one, in the order of the values; the heavy
/// ones come from the back.
///
/// - Reference: Walker (1977), doi:10.1145/355744.355749; Kronmal & Peterson (1979),
///   doi:10.1080/00031305.1979.10482697.
struct WalkerAlias {
  /// i plus the level of urn i, in units of an urn.
  private var levels: [Double]
  private var aliases: [Int]

  init(_ chances: SamplingWeights) {
    let n = chances.values.count
    levels = chances.values.map { $0 * Double(n) }
    aliases = Array(0..<n)
    // Light urns from the front, heavy ones from the back, in one list.
    var order = [Int](repeating: 0, count: n)
    var (light, heavy) = (0, n)
    for i in 0..<n {
      if levels[i] < 1 {
        order[light] = i
        light += 1
      } else {
        heavy -= 1
        order[heavy] = i
      }
    }
    if light > 0 && heavy < n {
      // A heavy urn that became light stays where it is in the list and is met there.
      for k in 0..<(n - 1) {
        let (i, j) = (order[k], order[heavy])
        aliases[i] = j
        levels[j] += levels[i] - 1
        if levels[j] < 1 { heavy += 1 }
        if heavy >= n { break }
      }
    }
    for i in 0..<n { levels[i] += Double(i) }
  }

  /// Number of values.
  var count: Int { levels.count }

  /// The index of a value: that of the urn, or its alias where the uniform number lies above the level.
  func index(urn: Int, at u: Double) -> Int {
    Double(urn) + u < levels[urn] ? urn : aliases[urn]
  }
}
