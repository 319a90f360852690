import Glibc

/// Nodes z_k and weights ω_k of Gauss–Hermite quadrature for the standard normal distribution: Σ ω_k p(z_k) = E p(Z) for polynomials p of degree
/// below twice the number of nodes.
///
/// Nodes rise; weights are kept as logarithms, for the outer ones of many nodes lie below the smallest double. Cost: the square of the number of nodes.
///
/// - Reference: Golub & Welsch (1969), doi:10.1090/S0025-5718-69-99647-1; Liu & Pierce (1994), doi:10.1093/biomet/81.3.624 (its use).
struct GaussHermiteRule: Sendable {
  /// Largest number of nodes of one dimension: more add nothing in double precision.
  static let mostNodes = 1000

  /// z_k.
  let nodes: [Double]
  /// log ω_k.
  let logWeights: [Double]

  /// - Precondition: `count` is 1 to `mostNodes`.
  init(count: Int) {
    precondition(count >= 1 && count <= GaussHermiteRule.mostNodes, "\(count) nodes")
    // Eigenvalues of Jacobi's matrix (diagonal 0, beside it √1, √2, …) by the implicit QL method, then Newton's steps.
    var d = [Double](repeating: 0, count: count)
    var e = (1...count).map { Double($0).squareRoot() }
    e[count - 1] = 0
    for l in 0..<count {
      while true {
        var m = l
        while m + 1 < count, abs(e[m]) > 1e-15 * (abs(d[m]) + abs(d[m + 1])) { m += 1 }
        if m == l { break }
        var g = (d[l + 1] - d[l]) / (2 * e[l])
        var r = hypot(g, 1)
        g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r))
        var (s, c, p) = (1.0, 1.0, 0.0)
        var i = m - 1
        var ended = false
        while i >= l {
          let f = s * e[i]
          let b = c * e[i]
          r = hypot(f, g)
          e[i + 1] = r
          if r == 0 {
            d[i + 1] -= p
            e[m] = 0
            ended = true
            break
          }
          s = f / r
          c = g / r
          g = d[i + 1] - p
          r = (d[i] - g) * s + 2 * c * b
          p = s * r
          d[i + 1] = g + p
          g = c * r - b
          i -= 1
        }
        if ended { continue }
        d[l] -= p
        e[l] = g
        e[m] = 0
      }
    }
    d.sort()
    var logs = [Double](repeating: 0, count: count)
    for k in 0..<(count + 1) / 2 {
      // The larger half, by symmetry.
      let place = count - 1 - k
      var z = 2 * place + 1 == count ? 0 : d[place]
      var log = 0.0
      for _ in 0..<3 {
        let (ratio, logLast) = GaussHermiteRule.hermite(z, count)
        log = logLast
        // p_n' = √n·p_(n−1) for orthonormal polynomials.
        if 2 * place + 1 != count { z -= ratio / Double(count).squareRoot() }
      }
      // ω = 1/(n·p_(n−1)(z)²).
      let weight = -Glibc.log(Double(count)) - 2 * log
      (d[place], d[k]) = (z, -z)
      (logs[place], logs[k]) = (weight, weight)
    }
    nodes = d
    logWeights = logs
  }

  /// p_n(z)/p_(n−1)(z) and log |p_(n−1)(z)| of the orthonormal Hermite polynomials.
  private static func hermite(_ z: Double, _ n: Int) -> (ratio: Double, logLast: Double) {
    var (before, last, log) = (0.0, 1.0, 0.0)
    for k in 0..<n - 1 {
      let next = (z * last - Double(k).squareRoot() * before) / Double(k + 1).squareRoot()
      before = last
      last = next
      let size = max(abs(last), abs(before))
      if size > 1e100 {
        before /= size
        last /= size
        log += Glibc.log(size)
      }
    }
    let final = (z * last - Double(n - 1).squareRoot() * before) / Double(n).squareRoot()
    return (final / last, log + Glibc.log(abs(last)))
  }
}
