/// Polynomials that are orthonormal over given points, lowest degree first, each with a positive leading coefficient:
///
///     β₁p₁(z) = z − α₀       β_{j+1}p_{j+1}(z) = (z − α_j)p_j(z) − β_jp_{j−1}(z)       Σ p_j(z_i)p_k(z_i) = δ_jk
///
/// over z = (x − m)/h, with m the points' mean and h the largest distance from it, so that no power overflows. p₀ = 1/√n is the constant. These are R's
/// `poly(x, degree)` and, over 1…k, `contr.poly(k)`; α, β are all that has to be remembered for new points.
///
/// - Complexity: training costs O(n·degree²), new points O(n·degree).
/// - Reference: Kennedy & Gentle (1980), Statistical Computing, 343–344; Chambers & Hastie (1992), Statistical Models in S, ch. 7.
struct OrthogonalPolynomials: Sendable, Equatable {
  private let center: Double
  private let halfRange: Double
  private let alpha: [Double]
  private let beta: [Double]
  private let constant: Double

  /// The recurrence over points, of which more than `degree` must be different.
  init(over points: [Double], degree: Int) {
    var values: [[Double]] = []
    self.init(over: points, degree: degree, values: &values)
  }

  /// The recurrence, and the values of all polynomials at the points.
  private init(over points: [Double], degree: Int, values: inout [[Double]]) {
    center = OrthogonalPolynomials.mean(points)
    let center = center
    halfRange = points.reduce(0) { max($0, abs($1 - center)) }
    let size = halfRange
    let z = points.map { ($0 - center) / size }
    constant = 1 / Double(points.count).squareRoot()
    values = [[Double](repeating: constant, count: z.count)]
    var alpha: [Double] = []
    var beta: [Double] = []
    for j in 0..<degree {
      let last = values[j]
      var next = zip(z, last).map { $0 * $1 }
      var projection = 0.0
      // Twice, so that rounding leaves the polynomials orthogonal at any degree.
      for _ in 0..<2 {
        for k in (0...j).reversed() {
          let share = OrthogonalPolynomials.dot(next, values[k])
          if k == j { projection += share }
          for i in next.indices { next[i] -= share * values[k][i] }
        }
      }
      let norm = OrthogonalPolynomials.dot(next, next).squareRoot()
      alpha.append(projection)
      beta.append(norm)
      values.append(next.map { $0 / norm })
    }
    self.alpha = alpha
    self.beta = beta
  }

  /// Whether points lie so close together that rounding decides about a polynomial; each β would be 0 if the degree reached the number
  /// of different points, and is above 1/n where they are evenly spread.
  var isDegenerate: Bool { beta.contains { !($0 > 1e-10) } }

  /// The polynomials of degree 1 to k − 1 over 1, …, k: the columns of R's `contr.poly(k)`.
  static func contrasts(levels k: Int) -> [[Double]] {
    var values: [[Double]] = []
    _ = OrthogonalPolynomials(over: (1...k).map(Double.init), degree: k - 1, values: &values)
    return Array(values.dropFirst())
  }

  /// The polynomials of degree 1 and more at any points.
  func columns(at points: [Double]) -> [[Double]] {
    var columns = alpha.map { _ in [Double](repeating: 0, count: points.count) }
    for (i, x) in points.enumerated() {
      let z = (x - center) / halfRange
      var (before, last) = (0.0, constant)
      for j in alpha.indices {
        let next = ((z - alpha[j]) * last - (j > 0 ? beta[j - 1] : 0) * before) / beta[j]
        columns[j][i] = next
        (before, last) = (last, next)
      }
    }
    return columns
  }

  /// The mean, with what rounding left of the sum put right by a second pass.
  static func mean(_ values: [Double]) -> Double {
    let n = Double(values.count)
    let first = values.reduce(0, +) / n
    return first + values.reduce(0) { $0 + ($1 - first) } / n
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
