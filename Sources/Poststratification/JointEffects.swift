import Distributions
import LinearAlgebra

/// The joint distribution of (β, b) given the survey, with variances held at their estimates: normal about the estimates.
///
/// With b = Λu, ΛΛ' = Σ, the precision of (β, u) is
///
///     H = [ X'WX        X'WZΛ      ]        W: −d² log-likelihood/dη² of the rows
///         [ Λ'Z'WX   Λ'Z'WZΛ + I ]
///
/// so that a variance of 0 needs no exception. For linear models this is exact (Henderson's joint covariance), for generalized
/// ones Laplace's approximation. Levels that the survey has not seen have effects from N(0, Σ).
///
/// - Reference: Henderson (1975), doi:10.2307/2529430; Gelman & Hill (2007), section 7.2.
struct JointEffects {
  /// The largest order of H that is factored.
  static let mostEffects = 6000

  private let effects: FittedEffects
  /// L with LL' = H, by columns.
  private let factor: [Double]
  private let order: Int
  /// Σ_f = ΛΛ', lower triangles by columns.
  private let roots: [Matrix]
  private let starts: [Int]

  /// - Throws: `PoststratificationError.tooManyEffects` or `.noJointDistribution`.
  init(_ effects: FittedEffects, rows: CellRows) throws(PoststratificationError) {
    self.effects = effects
    let p = effects.beta.count
    var starts: [Int] = []
    var order = p
    for factor in effects.factors {
      starts.append(order)
      order += factor.levels.count * factor.covariance.rows
    }
    guard order <= JointEffects.mostEffects else {
      throw .tooManyEffects(order, most: JointEffects.mostEffects)
    }
    self.order = order
    self.starts = starts
    roots = effects.factors.map { JointEffects.lowerRoot(of: $0.covariance) }
    // Z_fΛ_f of every row.
    let scaled = zip(rows.factors, roots).map { $0.columns * $1 }
    var h = [Double](repeating: 0, count: order * order)
    for k in p..<max(order, p) { h[k + k * order] = 1 }
    var places: [Int] = []
    var values: [Double] = []
    for i in 0..<rows.count {
      places.removeAll(keepingCapacity: true)
      values.removeAll(keepingCapacity: true)
      for k in 0..<p {
        places.append(k)
        values.append(rows.fixed[i, k])
      }
      for (f, factor) in rows.factors.enumerated() {
        let q = scaled[f].columns
        for k in 0..<q {
          places.append(starts[f] + factor.levels[i] * q + k)
          values.append(scaled[f][i, k])
        }
      }
      let w = effects.information[i]
      for (a, x) in values.enumerated() where x != 0 {
        let column = places[a] * order
        for b in a..<values.count { h[places[b] + column] += w * x * values[b] }
      }
    }
    var isDefinite = false
    h.withUnsafeMutableBufferPointer { isDefinite = DenseKernels.cholesky($0.baseAddress!, order) }
    guard isDefinite else { throw .noJointDistribution }
    factor = h
  }

  /// A draw: β, and each factor's effects level after level.
  /// - Parameter newLevels: for each factor how many levels that were not seen follow the others.
  mutating func draw<Stream: UniformStream>(
    newLevels: [Int], from stream: inout Stream
  ) -> (beta: [Double], effects: [[Double]]) {
    var x = (0..<order).map { _ in stream.normal() }
    // L'x = z.
    for j in (0..<order).reversed() {
      let column = j * order
      var sum = x[j]
      for i in j + 1..<max(order, j + 1) { sum -= factor[i + column] * x[i] }
      x[j] = sum / factor[j + column]
    }
    let beta = effects.beta.indices.map { effects.beta[$0] + x[$0] }
    var all: [[Double]] = []
    for (f, own) in effects.factors.enumerated() {
      let q = own.covariance.rows
      let known = own.levels.count
      var values = [Double](repeating: 0, count: (known + newLevels[f]) * q)
      for j in 0..<known {
        for a in 0..<q {
          var sum = own.modes[j, a]
          for b in 0...a { sum += roots[f][a, b] * x[starts[f] + j * q + b] }
          values[j * q + a] = sum
        }
      }
      for j in known..<known + newLevels[f] {
        let z = (0..<q).map { _ in stream.normal() }
        for a in 0..<q { for b in 0...a { values[j * q + a] += roots[f][a, b] * z[b] } }
      }
      all.append(values)
    }
    return (beta, all)
  }

  /// Lower triangular L with LL' = A; a pivot of zero gives a column of zeros.
  static func lowerRoot(of a: Matrix) -> Matrix {
    let n = a.rows
    var root = Matrix(rows: n, columns: n)
    for j in 0..<n {
      var pivot = a[j, j]
      for k in 0..<j { pivot -= root[j, k] * root[j, k] }
      guard pivot > 1e-12 * a[j, j] else { continue }
      root[j, j] = pivot.squareRoot()
      for i in j + 1..<max(n, j + 1) {
        var sum = a[i, j]
        for k in 0..<j { sum -= root[i, k] * root[j, k] }
        root[i, j] = sum / root[j, j]
      }
    }
    return root
  }
}
