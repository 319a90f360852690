extension RVariateStream {
  /// An index below `bound` by rejection, R's "Rejection" kind of sampling.
  ///
  /// Chunks of 16 bits, one more than needed when the width is a multiple of 16, are joined; of the result
  /// the low ⌈log₂ bound⌉ bits are kept, and the draw is repeated until it lies below the bound.
  ///
  /// - Precondition: 1 ≤ bound ≤ 2⁵³.
  public mutating func index(below bound: Int) -> Int {
    precondition(bound >= 1 && bound <= 1 << 53, "index bound \(bound) is outside 1...2⁵³")
    let bits = bound == 1 ? 0 : Int.bitWidth - (bound - 1).leadingZeroBitCount
    while true {
      var value: UInt64 = 0
      for _ in stride(from: 0, through: bits, by: 16) {
        value = value << 16 | UInt64(65536 * uniform())
      }
      value &= (1 << UInt64(bits)) - 1
      if value < bound { return Int(value) }
    }
  }

  /// Indices of a random sample from `population` values, R's `sample(population, count, replacing, weights)`
  /// less 1.
  ///
  /// - Parameters:
  ///   - population: how many values there are to choose from.
  ///   - count: size of the sample; all values when nil.
  ///   - replacing: whether a value can be drawn again.
  ///   - weights: one weight for each value, of any positive sum; equal weights when nil (with another algorithm, so
  ///     that equal `weights` draw other numbers than nil does, in R as here).
  /// - Returns: `count` indices below `population`, in the order drawn.
  /// - Throws: `RandomStreamError` for impossible requests; nothing was drawn then.
  public mutating func sampleIndices(
    below population: Int, count: Int? = nil, replacing: Bool = false, weights: [Double]? = nil
  ) throws(RandomStreamError) -> [Int] {
    let size = count ?? population
    if population < 0 { throw .invalidPopulation(population) }
    if size < 0 { throw .negativeSize(size) }
    if population == 0 && size > 0 { throw .sampleTooLarge(size: size, population: 0) }
    if !replacing && size > population { throw .sampleTooLarge(size: size, population: population) }
    if population > 4_500_000_000_000_000 { throw .populationTooLarge(population) }
    if let weights {
      let chances = try SamplingWeights(weights, population: population, size: size, replacing: replacing)
      if !replacing { return drawKeeping(size, from: WeightedOrder(chances)) }
      return chances.needAlias
        ? draw(size, from: WalkerAlias(chances)) : drawReplacing(size, from: WeightedOrder(chances))
    }
    if replacing || size < 2 {
      var indices: [Int] = []
      indices.reserveCapacity(size)
      for _ in 0..<size { indices.append(index(below: population)) }
      return indices
    }
    if population > 10_000_000 && size <= population / 2 { return drawUnseen(size, below: population) }
    if population > 1 << 31 { throw .wideSample(size: size, population: population) }
    return drawKeeping(size, below: population)
  }

  /// A random sample of an array's elements, R's `sample(values, count, replacing, weights)`.
  ///
  /// An array of one number is one value to sample from, not R's shorthand for 1…n.
  ///
  /// - Throws: as `sampleIndices(below:count:replacing:weights:)`.
  public mutating func sample<Value>(
    _ values: [Value], count: Int? = nil, replacing: Bool = false, weights: [Double]? = nil
  ) throws(RandomStreamError) -> [Value] {
    let indices = try sampleIndices(
      below: values.count, count: count, replacing: replacing, weights: weights)
    return indices.map { values[$0] }
  }

  /// A random permutation of an array, R's `sample(values)`.
  ///
  /// - Throws: `RandomStreamError.populationTooLarge`.
  public mutating func permutation<Value>(of values: [Value]) throws(RandomStreamError) -> [Value] {
    try sample(values)
  }

  /// Equal chances without replacement: the last value not yet drawn moves into the place of the drawn one.
  private mutating func drawKeeping(_ size: Int, below population: Int) -> [Int] {
    var remaining = Array(0..<population)
    var drawn: [Int] = []
    drawn.reserveCapacity(size)
    for k in 0..<size {
      let last = population - 1 - k
      let j = index(below: last + 1)
      drawn.append(remaining[j])
      remaining[j] = remaining[last]
    }
    return drawn
  }

  /// Equal chances without replacement, for a small part of many values: values drawn before are drawn again.
  private mutating func drawUnseen(_ size: Int, below population: Int) -> [Int] {
    var seen = Set<Int>(minimumCapacity: size)
    var drawn: [Int] = []
    drawn.reserveCapacity(size)
    while drawn.count < size {
      let j = index(below: population)
      if seen.insert(j).inserted { drawn.append(j) }
    }
    return drawn
  }

  /// Weighted, with replacement, from many values.
  private mutating func draw(_ size: Int, from alias: WalkerAlias) -> [Int] {
    (0..<size).map { _ in
      let urn = index(below: alias.count)
      return alias.index(urn: urn, at: uniform())
    }
  }

  /// Weighted, with replacement: the first value, from the heaviest down, whose cumulative weight reaches u.
  private mutating func drawReplacing(_ size: Int, from order: WeightedOrder) -> [Int] {
    var cumulative = order.weights
    for k in cumulative.indices.dropFirst() { cumulative[k] += cumulative[k - 1] }
    return (0..<size).map { _ in
      let u = uniform()
      let k = cumulative.dropLast().firstIndex { u <= $0 } ?? cumulative.count - 1
      return order.indices[k]
    }
  }

  /// Weighted, without replacement: u times the mass that remains, against the weights that remain.
  private mutating func drawKeeping(_ size: Int, from order: WeightedOrder) -> [Int] {
    var (weights, indices) = (order.weights, order.indices)
    var total = 1.0
    return (0..<size).map { _ in
      let target = total * uniform()
      var mass = 0.0
      var k = 0
      while k < weights.count - 1 {
        mass += weights[k]
        if target <= mass { break }
        k += 1
      }
      total -= weights.remove(at: k)
      return indices.remove(at: k)
    }
  }
}
