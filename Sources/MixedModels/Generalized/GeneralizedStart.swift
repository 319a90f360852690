import Glibc
import LinearAlgebra

/// The generalized linear model without random effects, fitted to start a search, and what its scores say about variances.
struct GeneralizedStart {
  /// γ.
  private(set) var beta: [Double]
  /// A direction of γ along which the likelihood rises without end; nil where there is none.
  private(set) var separation: [Double]?
  /// Standard deviations of the effects by moments of the scores.
  private(set) var deviations: [Double] = []
  /// The dispersion parameter by moments of the residuals; nil for families without one.
  private(set) var dispersionParameter: Double?

  /// Fits by Fisher scoring. The criterion gives rows and memory; its modes are not touched.
  ///
  /// Steps that lower the likelihood are halved. Where steps keep moving predictors after the likelihood has stopped to rise, rows are looked through for a
  /// direction of recession: successes only go up in it, failures only down, all others stay.
  init(_ c: GeneralizedCriterion) {
    let (n, p) = (c.rowCount, c.fixedCount)
    beta = [Double](repeating: 0, count: p)
    let room = ScratchBlock(count: 7 * (n + 8) + p * p + 2 * p)
    let eta = room.take(n + 8)
    let trial = room.take(n + 8)
    let logs = room.take(n + 8)
    let score = room.take(n + 8)
    let observed = room.take(n + 8)
    let weight = room.take(n + 8)
    let target = room.take(n + 8)
    let matrix = room.take(p * p)
    let step = room.take(p)
    func fill() -> Double {
      c.model.fillCurvature(
        n, eta: eta, y: c.y, m: c.m, logDensity: logs, score: score, observed: observed, expected: weight)
      return SmallMatrices.sum(logs, n)
    }
    /// step ← (X'WX)⁻¹X'v.
    func solve(_ v: UnsafeMutablePointer<Double>) -> Bool {
      for b in 0..<p {
        let column = c.x + b * c.stride
        step[b] = SmallMatrices.longDot(v, column, n)
        for a in b..<p {
          matrix[a + b * p] = SmallMatrices.weightedDot(weight, c.x + a * c.stride, column, n)
        }
      }
      for a in 0..<p { matrix[a + a * p] = matrix[a + a * p] * (1 + 1e-13) + 1e-290 }
      guard SmallKernels.cholesky(matrix, p) else { return false }
      SmallKernels.solveLower(matrix, p, step)
      SmallKernels.solveLowerTransposed(matrix, p, step)
      return (0..<p).allSatisfy { step[$0].isFinite }
    }
    func predict(_ out: UnsafeMutablePointer<Double>, _ beta: [Double], offset: Bool) {
      for i in 0..<n { out[i] = offset ? c.offset[i] : 0 }
      for b in 0..<p {
        let column = c.x + b * c.stride
        let factor = beta[b]
        for i in 0..<n { out[i] += factor * column[i] }
      }
    }

    // From the data: the means that R starts from.
    // Of 0 and 1 there are two.
    var known = [(y: Double.nan, m: 0.0, eta: 0.0), (y: Double.nan, m: 0.0, eta: 0.0)]
    for i in 0..<n {
      let (y, m) = (c.y[i], c.m[i])
      let slot = y == 0 ? 0 : 1
      if known[slot].y != y || known[slot].m != m {
        let mean = GeneralizedStart.firstMean(c.model.family, y, m)
        known[slot] = (y, m, c.model.link.predictor(mean: mean))
      }
      eta[i] = known[slot].eta
    }
    _ = fill()
    for i in 0..<n { target[i] = weight[i] * (eta[i] - c.offset[i]) + score[i] }
    if solve(target) { beta = (0..<p).map { step[$0] } }
    predict(eta, beta, offset: true)
    var value = fill()
    if !value.isFinite {
      beta = [Double](repeating: 0, count: p)
      predict(eta, beta, offset: true)
      value = fill()
    }
    var steady: [Double]?
    for iteration in 1...40 {
      guard value.isFinite, solve(score) else { break }
      let direction = (0..<p).map { step[$0] }
      let decrement = (0..<p).reduce(0.0) {
        $0 + direction[$1] * SmallMatrices.longDot(score, c.x + $1 * c.stride, n)
      }
      predict(trial, direction, offset: false)
      var largest = 0.0
      for i in 0..<n { largest = max(largest, abs(trial[i])) }
      // Good enough for a start.
      if decrement < 1e-2 {
        if largest < 0.05 || iteration > 30 { break }
        // Predictors still move: on the way to a separation, perhaps. The start stays where it is.
        if steady == nil { steady = beta }
      }
      var length = 1.0
      var accepted = false
      for _ in 0..<30 {
        let next = (0..<p).map { beta[$0] + length * direction[$0] }
        predict(eta, next, offset: true)
        let changed = fill()
        if changed >= value - 1e-9 * (1 + abs(value)) {
          beta = next
          value = changed
          accepted = true
          break
        }
        length *= 0.5
      }
      if iteration >= 8, GeneralizedStart.recedes(c, trial, largest) {
        separation = direction
        break
      }
      if !accepted { break }
    }
    if let steady { beta = steady }
    predict(eta, beta, offset: true)
    _ = fill()
    // Links that approach their ends fast stop moving before they tell: rows without error are looked at exactly.
    if separation == nil, (0..<n).contains(where: { logs[$0] > -1e-7 && GeneralizedStart.end(c, $0) != 0 }) {
      separation = GeneralizedStart.direction(c)
    }
    dispersionParameter = GeneralizedStart.dispersion(c, eta)
    // θ² = Σ_j (U_j² − I_j)/Σ_j I_j² with U_j = Z_j's and I_j = Z_j'WZ_j.
    for k in 0..<c.effectCount {
      let (squares, information, below) = c.levelMoments(column: k, score: score, weight: weight)
      let above = squares - information
      let variance = below > 0 ? above / below : 0
      deviations.append(variance.isFinite ? min(max(variance, 0.01), 9).squareRoot() : 0.1)
    }
  }

  /// 1/θ = Σ((y − μ)² − μ)/Σμ² of the negative binomial, 1/shape the mean of (y/μ − 1)².
  private static func dispersion(_ c: GeneralizedCriterion, _ eta: UnsafeMutablePointer<Double>) -> Double? {
    guard c.model.family.hasDispersion else { return nil }
    var (above, below) = (0.0, 0.0)
    for i in 0..<c.rowCount {
      let mu = exp(min(max(eta[i], -300), 300))
      let residual = c.y[i] - mu
      if case .gamma = c.model.family {
        above += c.m[i] * (residual / mu) * (residual / mu)
        below += c.m[i]
      } else {
        above += c.m[i] * (residual * residual - mu)
        below += c.m[i] * mu * mu
      }
    }
    let inverse = above / below
    return inverse.isFinite ? 1 / min(max(inverse, 0.01), 20) : 1
  }

  /// R's first means of an iteration.
  private static func firstMean(_ family: ResponseFamily, _ y: Double, _ m: Double) -> Double {
    switch family {
    case .binomial: (y + 0.5) / (m + 1)
    case .poisson: y + 0.1
    case .negativeBinomial: y == 0 ? 1.0 / 6 : y
    case .gamma: y
    }
  }

  /// −1 or +1 where a response is at an end of its range, 0 inside and for rows without weight.
  private static func end(_ c: GeneralizedCriterion, _ i: Int) -> Int8 {
    if !(c.m[i] > 0) { return 0 }
    switch c.model.family {
    case .binomial: return c.y[i] == 0 ? -1 : c.y[i] == c.m[i] ? 1 : 0
    case .poisson, .negativeBinomial: return c.y[i] == 0 ? -1 : 0
    case .gamma: return 0
    }
  }

  /// A direction along which no row's likelihood falls and some rise, if there is one.
  private static func direction(_ c: GeneralizedCriterion) -> [Double]? {
    let rows = (0..<c.rowCount).filter { c.m[$0] > 0 }
    var columns = Matrix(rows: rows.count, columns: c.fixedCount)
    for k in 0..<c.fixedCount {
      for (place, i) in rows.enumerated() { columns[place, k] = c.x[i + k * c.stride] }
    }
    return SeparatingDirection(columns, ends: rows.map { end(c, $0) })?.direction
  }

  /// Whether no likelihood of a row falls along a direction that moves predictors by `moves`, and some rise.
  private static func recedes(
    _ c: GeneralizedCriterion, _ moves: UnsafeMutablePointer<Double>, _ largest: Double
  ) -> Bool {
    guard largest > 0.05 else { return false }
    let still = 1e-4 * largest
    for i in 0..<c.rowCount where c.m[i] > 0 {
      let move = moves[i]
      if abs(move) <= still { continue }
      switch c.model.family {
      case .binomial:
        if move > 0 ? c.y[i] < c.m[i] : c.y[i] > 0 { return false }
      case .poisson, .negativeBinomial:
        if move > 0 || c.y[i] > 0 { return false }
      case .gamma: return false
      }
    }
    return true
  }
}
