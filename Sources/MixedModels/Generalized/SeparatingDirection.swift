import Glibc
import LinearAlgebra

/// Directions of the coefficients along which the likelihood of a generalized linear model rises without end.
///
/// Rows lie at an end of their range (only failures, only successes, a count of 0) or inside it. The
/// likelihood has no maximum when some direction δ raises no row's distance from its end and lowers one: with
/// sᵢ = −1 at the lower end and +1 at the upper,
///
///     sᵢ·xᵢ'δ ≥ 0 at the ends, not everywhere 0,   xᵢ'δ = 0 inside.
///
/// Let aᵢ = sᵢ·xᵢ, taken within the space orthogonal to the inner rows. By a theorem of the alternative
/// either such a δ exists or positive multiples of all aᵢ sum to zero. So the shortest v = Σ (1 + λᵢ)·aᵢ over
/// λ ≥ 0 decides: if it is zero there is none; else v'aᵢ ≥ 0 for every i, and v is such a direction. It is
/// found by active sets, each step a least-squares problem of at most as many unknowns as the model has
/// coefficients.
///
/// - References: Albert & Anderson (1984), doi:10.1093/biomet/71.1.1 (separation); Lawson & Hanson (1974),
///   *Solving Least Squares Problems*, chapter 23 (non-negative least squares).
struct SeparatingDirection {
  /// δ, one entry for each of the columns asked about.
  let direction: [Double]
  /// Rows whose distance from their end it lowers, by their place.
  let rows: [Int]

  /// Looks for a direction among some columns; nil where there is none.
  /// - Parameters:
  ///   - columns: columns of which none is a sum of the others (n×p).
  ///   - ends: for each row −1 or +1 at an end, 0 inside.
  init?(_ columns: Matrix, ends: [Int8]) {
    let n = columns.rows
    let qr = PivotedQR(columns)
    let r = qr.rank
    guard r > 0, n > 0 else { return nil }
    let basis = qr.orthonormalColumns
    let inner = (0..<n).filter { ends[$0] == 0 }
    var free = Matrix.identity(r)
    if !inner.isEmpty {
      var rows = Matrix(rows: inner.count, columns: r)
      for (i, row) in inner.enumerated() { for j in 0..<r { rows[i, j] = basis[row + j * n] } }
      free = PivotedQR(rows).nullVectors
      if free.columns == 0 { return nil }
      free = Matrix(rows: r, columns: free.columns, storage: PivotedQR(free).orthonormalColumns)
    }
    let k = free.columns
    // aᵢ of unit length: positive factors change nothing. Rows without a part in the free space say nothing.
    var vectors: [Double] = []
    var places: [Int] = []
    for i in 0..<n where ends[i] != 0 {
      var a = [Double](repeating: 0, count: k)
      var whole = 0.0
      for j in 0..<r {
        let q = basis[i + j * n]
        whole += q * q
        for c in 0..<k { a[c] += q * free[j, c] }
      }
      let size = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard size > 1e-9 * whole.squareRoot(), size > 0 else { continue }
      for c in 0..<k { vectors.append(Double(ends[i]) * a[c] / size) }
      places.append(i)
    }
    guard let v = SeparatingDirection.shortestSum(vectors, dimension: k) else { return nil }
    rows = places.indices.filter { SeparatingDirection.dot(vectors, $0, v) > 1e-9 }.map { places[$0] }
    guard !rows.isEmpty else { return nil }
    // From the free space to the orthonormal basis, and by R⁻¹ to the columns.
    let triangle = qr.positiveTriangle
    var solution = (0..<r).map { j in (0..<k).reduce(0) { $0 + free[j, $1] * v[$1] } }
    for i in (0..<r).reversed() {
      for j in i + 1..<max(r, i + 1) { solution[i] -= triangle[i, j] * solution[j] }
      solution[i] /= triangle[i, i]
    }
    var result = [Double](repeating: 0, count: columns.columns)
    for i in 0..<r { result[qr.pivot[i]] = solution[i] }
    direction = result
  }

  /// The shortest sum of vectors, each taken at least once, at unit length; nil where it is zero.
  private static func shortestSum(_ vectors: [Double], dimension k: Int) -> [Double]? {
    let count = vectors.count / k
    guard count > 0 else { return nil }
    var sum = [Double](repeating: 0, count: k)
    for i in 0..<count { for c in 0..<k { sum[c] += vectors[i * k + c] } }
    let rounding = 1e-10 * Double(count)
    var active: [Int] = []
    var multiples: [Double] = []
    var v = sum
    // The sum gets shorter from round to round, so no active set comes twice; few rounds are needed.
    for _ in 0..<(50 + 20 * k) {
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length <= rounding { return nil }
      var (worst, least) = (-1, -1e-9 * length)
      for i in 0..<count where !active.contains(i) {
        let product = dot(vectors, i, v)
        if product < least { (worst, least) = (i, product) }
      }
      if worst < 0 { return v.map { $0 / length } }
      if active.count >= k { return nil }
      active.append(worst)
      multiples.append(0)
      while true {
        var a = Matrix(rows: k, columns: active.count)
        for (j, i) in active.enumerated() { for c in 0..<k { a[c, j] = vectors[i * k + c] } }
        let qr = PivotedQR(a, tolerance: 1e-12)
        var target = sum.map { -$0 }
        qr.applyTransposedQ(to: &target)
        let wanted = qr.coefficients(fromEffects: target).map { $0.isNaN ? 0 : $0 }
        if wanted.allSatisfy({ $0 > 0 }) {
          multiples = wanted
          break
        }
        // As far as the first multiple that would turn negative, which leaves the set.
        var share = 1.0
        for j in wanted.indices where wanted[j] <= 0 {
          share = min(share, multiples[j] == 0 ? 0 : multiples[j] / (multiples[j] - wanted[j]))
        }
        for j in wanted.indices { multiples[j] += share * (wanted[j] - multiples[j]) }
        let kept = active.indices.filter { wanted[$0] > 0 || multiples[$0] > 1e-14 }
        if kept.isEmpty || kept.count == active.count { return nil }
        active = kept.map { active[$0] }
        multiples = kept.map { multiples[$0] }
      }
      v = sum
      for (j, i) in active.enumerated() { for c in 0..<k { v[c] += multiples[j] * vectors[i * k + c] } }
    }
    return nil
  }

  private static func dot(_ vectors: [Double], _ i: Int, _ v: [Double]) -> Double {
    v.indices.reduce(0) { $0 + vectors[i * v.count + $1] * v[$1] }
  }
}
