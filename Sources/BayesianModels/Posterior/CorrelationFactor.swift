import Distributions
import LinearAlgebra

/// The lower triangular factor L of a correlation matrix LL' as a function of unbounded numbers, one for each correlation, by tanh of each and shares of what
/// the row has left:
///
///     w_ij = tanh z_ij    r_i0 = 1    L_ij = w_ij √r_ij    r_i,j+1 = r_ij(1 − w_ij²)    L_ii = √r_ii
///
/// with the logarithm of the density det(LL')^(η − 1) of z, Jacobian included.
///
/// - Reference: Lewandowski, Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008.
struct CorrelationFactor {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Order of the matrix.
  let order: Int
  /// η.
  let shape: Double

  /// Number of free numbers.
  var count: Int { order * (order - 1) / 2 }

  /// Fills L (order², by columns, zeros above) from z (row after row).
  /// - Returns: the log density of z, up to a constant.
  func fill(_ l: Pointer, _ z: Pointer) -> Double {
    var density = 0.0
    var next = 0
    for i in 0..<order {
      var rest = 1.0
      for j in 0..<i {
        let w = Portable.tanh(z[next])
        next += 1
        l[i + j * order] = w * rest.squareRoot()
        // 1 − w² without cancellation.
        let c = Portable.hyperbolicSecant(z[next - 1])
        density += 2 * Portable.log(c) + 0.5 * Portable.log(rest)
        rest *= c * c
      }
      l[i + i * order] = rest.squareRoot()
      for j in i + 1..<max(order, i + 1) { l[i + j * order] = 0 }
      if i > 0 { density += exponent(i) * 0.5 * Portable.log(rest) }
    }
    return density
  }

  /// Adds to the derivatives in z: those of a function of L whose derivatives in L (lower triangle) are given, and those of the log density.
  func addGradient(_ gradient: Pointer, _ z: Pointer, along slope: Pointer) {
    var first = 0
    for i in 0..<order {
      var rest = 1.0
      for j in 0..<i {
        let c = Portable.hyperbolicSecant(z[first + j])
        rest *= c * c
      }
      // d/d rest, backward from the diagonal.
      var back = slope[i + i * order] / (2 * rest.squareRoot())
      if i > 0 { back += 0.5 * exponent(i) / rest }
      for j in (0..<i).reversed() {
        let w = Portable.tanh(z[first + j])
        let c = Portable.hyperbolicSecant(z[first + j])
        rest /= c * c
        let own = slope[i + j * order]
        let alongW = own * rest.squareRoot() - 2 * w * rest * back
        gradient[first + j] += alongW * c * c - 2 * w
        back = own * w / (2 * rest.squareRoot()) + back * c * c + 0.5 / rest
      }
      first += i
    }
  }

  /// The power of L_ii in the density of L.
  private func exponent(_ i: Int) -> Double { Double(order - i - 1) + 2 * shape - 2 }

  /// z of a factor with a positive diagonal.
  func unbounded(_ l: Matrix) -> [Double] {
    var z: [Double] = []
    for i in 0..<order {
      var rest = 1.0
      for j in 0..<i {
        let w = min(max(l[i, j] / rest.squareRoot(), -0.995), 0.995)
        z.append(Portable.atanh(w))
        rest *= 1 - w * w
      }
    }
    return z
  }
}
