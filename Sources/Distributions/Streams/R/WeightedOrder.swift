/// Sampling weights scaled to sum 1, in decreasing order, each with the index of its value.
///
/// Equal weights stand in the order in which a descending heap sort leaves them, because R sorts so: which of two
/// equally likely values is drawn for a given u depends on it.
struct WeightedOrder {
  /// Decreasing, summing to 1.
  private(set) var weights: [Double]
  /// Where each weight stood before sorting, counted from 0.
  private(set) var indices: [Int]

  /// Checks and sorts the weights of one `sample` call.
  ///
  /// - Throws: `RandomStreamError.weightCount`, `.invalidWeight`, `.tooFewPositiveWeights`, `.aliasSampling`.
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
    // "Reasonably probable" values, in the words of R's documentation: n·p above 0.1.
    let probable = raw.count { $0 / sum * Double(population) > 0.1 }
    if replacing && probable > 200 { throw .aliasSampling(probable: probable) }
    weights = raw.map { $0 / sum }
    indices = Array(0..<population)
    sortDescending()
  }

  /// Heap sort with the smallest weight at the root, so that the array ends in decreasing order.
  ///
  /// - Reference: Williams (1964), Algorithm 232, Communications of the ACM 7(6), 347–348; Floyd (1964), Algorithm 245.
  private mutating func sortDescending() {
    let count = weights.count
    if count < 2 { return }
    // The lower half has no children: sift the rest, the deepest parent first.
    for root in stride(from: count / 2 - 1, through: 0, by: -1) {
      sift(weights[root], indices[root], from: root, upTo: count)
    }
    // The root is the smallest that is left: it belongs at the end, and the value from there goes down the heap.
    for end in stride(from: count - 1, to: 0, by: -1) {
      let (weight, index) = (weights[end], indices[end])
      weights[end] = weights[0]
      indices[end] = indices[0]
      sift(weight, index, from: 0, upTo: end)
    }
  }

  /// Lets a pair sink from `start` below every child with a smaller weight; the heap ends before `end`.
  private mutating func sift(_ weight: Double, _ index: Int, from start: Int, upTo end: Int) {
    var hole = start
    while true {
      var child = 2 * hole + 1
      if child >= end { break }
      if child + 1 < end && weights[child] > weights[child + 1] { child += 1 }
      if weight <= weights[child] { break }
      weights[hole] = weights[child]
      indices[hole] = indices[child]
      hole = child
    }
    weights[hole] = weight
    indices[hole] = index
  }
}
