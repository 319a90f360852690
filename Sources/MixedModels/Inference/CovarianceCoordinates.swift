import Glibc
import LinearAlgebra

/// Covariances of random effects by coordinates without bounds: log sd for each effect, then the canonical partial correlations' atanh, term by term. A
/// variance of zero and a correlation of ±1 are reached in the limit.
///
/// Correlations with the first effect of a term are their own partial correlations: to be held they are put there, and the effects of the term are then
/// taken in another order.
///
/// Reference: Lewandowski, Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008.
struct CovarianceCoordinates {
  /// The effects of each term, by their columns of Z, in the order of its partial correlations.
  let orders: [[Int]]
  /// Number of coordinates.
  let count: Int

  /// - Parameter leading: for each term at most one list of effects to be taken first: the first one's correlations are coordinates.
  init(blocks: [Range<Int>], leading: [[Int]] = []) {
    orders = blocks.map { block in
      let own = Array(block)
      let first = leading.first { own.contains($0[0]) } ?? []
      return first + own.filter { !first.contains($0) }
    }
    count = orders.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 }
  }

  /// The coordinate of an effect's log sd.
  func deviationIndex(of effect: Int) -> Int {
    var start = 0
    for order in orders {
      if let place = order.firstIndex(of: effect) { return start + place }
      start += order.count * (order.count + 1) / 2
    }
    preconditionFailure("no effect \(effect)")
  }

  /// The coordinate of the correlation of the first effect of a term with another.
  func correlationIndex(of first: Int, with other: Int) -> Int {
    let order = orders.first { $0[0] == first }!
    let i = order.firstIndex(of: other)!
    return deviationIndex(of: first) + order.count + i * (i - 1) / 2
  }

  /// The coordinates of partial correlations.
  var partialCorrelations: [Int] {
    var start = 0
    return orders.flatMap { order -> [Int] in
      let d = order.count
      defer { start += d * (d + 1) / 2 }
      return Array(start + d..<start + d * (d + 1) / 2)
    }
  }

  /// The coordinates of covariances (q×q); zeros and ones are moved inside a little.
  func coordinates(covariance: Matrix, floors: [Double]) -> [Double] {
    var x: [Double] = []
    for order in orders {
      let sd = order.map { max(covariance[$0, $0].squareRoot(), floors[$0]) }
      x += sd.map { log($0) }
      var factor = [[Double]]()
      for (i, a) in order.enumerated() {
        var row: [Double] = []
        var left = 1.0
        for (j, b) in order.enumerated() where j <= i {
          if j == i {
            row.append(left.squareRoot())
            break
          }
          let correlation = covariance[a, b] / (sd[i] * sd[j])
          var entry = correlation
          for k in 0..<j { entry -= row[k] * factor[j][k] }
          entry /= max(factor[j][j], 1e-8)
          let partial = max(-0.99999, min(0.99999, entry / max(left.squareRoot(), 1e-8)))
          x.append(atanh(partial))
          row.append(partial * left.squareRoot())
          left *= 1 - partial * partial
        }
        factor.append(row)
      }
    }
    return x
  }

  /// A with covariance AA' at x (q×q), lower triangular in each term's own order of effects.
  func factor(at x: ArraySlice<Double>) -> Matrix {
    let q = orders.reduce(0) { $0 + $1.count }
    var lambda = Matrix(rows: q, columns: q)
    var start = x.startIndex
    for order in orders {
      let d = order.count
      var next = start + d
      for i in 0..<d {
        var left = exp(x[start + i])
        for j in 0..<i {
          let partial = tanh(x[next])
          lambda[order[i], order[j]] = partial * left
          left *= (1 - partial * partial).squareRoot()
          next += 1
        }
        lambda[order[i], order[i]] = left
      }
      start = next
    }
    return lambda
  }
}
