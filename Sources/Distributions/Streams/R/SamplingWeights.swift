/// The weights of one `sample` call, checked and scaled to sum 1, in the order given.
struct SamplingWeights {
  /// Not negative, summing to 1.
  let values: [Double]
  /// Whether R draws with replacement by Walker's alias method: more than 200 values are "reasonably
  /// probable", in the words of R's documentation: n·p above 0.1.
  let needAlias: Bool

  /// - Throws: `RandomStreamError.weightCount`, `.invalidWeight`, `.tooFewPositiveWeights`.
  init(_ raw: [Double], population: Int, size: Int, replacing: Bool) throws(RandomStreamError) {
    if raw.count != population { throw .weightCount(found: raw.count, population: population) }
    var sum = 0.0
    var positive = 0
    for (index, value) in raw.enumerated() {
      if !value.isFinite || value < 0 { throw .invalidWeight(index: index, value: value) }
      if value > 0 { positive += 1 }
      sum += value
    }
    if population > 0 && (positive == 0 || (!replacing && size > positive)) {
      throw .tooFewPositiveWeights(positive: positive, size: size)
    }
    values = raw.map { $0 / sum }
    needAlias = values.count { $0 * Double(population) > 0.1 } > 200
  }
}
