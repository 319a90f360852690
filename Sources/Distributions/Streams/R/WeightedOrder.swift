/// Sampling weights scaled to sum 1, in decreasing order, each with the index of its value.
///
/// Equal weights stand in the order in which a descending heap sort leaves them, because R sorts so: which of
/// two equally likely values is drawn for a given u depends on it.
struct WeightedOrder {
  /// Decreasing, summing to 1.
  private(set) var weights: [Double]
  /// Where each weight stood before sorting, counted from 0.
  private(set) var indices: [Int]

  init(_ chances: SamplingWeights) {
    weights = chances.values
    indices = Array(0..<weights.count)
    sortDescending()
  }

  /// Heap sort with the smallest weight at the root, so that the array ends in decreasing order.
  ///
  /// - Reference: Williams (1964), Algorithm 232, Communications of the ACM 7(6), 347–348; Floyd (1964),
  ///   Algorithm 245.
  private mutating func sortDescending() {
    let count = weights.count
    if count < 2 { return }
    // The lower half has no children: sift the rest, the deepest parent first.
    for root in stride(from: count / 2 - 1, through: 0, by: -1) {
      sift(weights[root], indices[root], from: root, upTo: count)
    }
    // The root is the smallest that is left: it belongs at the end, and the value from there goes down the
    // heap.
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
