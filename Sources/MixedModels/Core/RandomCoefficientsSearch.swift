import Distributions
import Glibc
import LinearAlgebra

/// The optimum of a model with two correlated effects whose fixed effects are the same two columns, y ~ x + (1 + x | g), for one response after
/// another.
///
/// In Z̃'s coordinates X = Z, so that with each group's own least-squares coefficients b_j = R_j⁻¹z_j and A_j = R_j'R_j the model is a
/// multivariate meta-analysis of the b_j: six numbers a group are all that evaluations read.
///
///     G_j = (A_j + |A_j|·adj Ψ)/d_j,  d_j = |I + R_jΨR_j'|     S_xx = Σ G_j     s_xy = Σ G_jb_j     s_yy = W_yy + Σ b_j'G_jb_j     c_j = G_j(b_j − γ)
///
/// Newton's method as in `CovarianceOptimizer`, from the same starts: the moment estimate, I and 100·I. A step E leads to L(I − E)⁻¹L' − I: in equal
/// groups the gradient is linear in (I + Ψ)⁻¹, so that this one step ends at the optimum from anywhere. A later start ends as soon as its
/// full Newton step leads into the bowl of a minimum that is known. Everything out of the ordinary (a step that leaves the cone, a start that does not
/// settle) is left to `CovarianceOptimizer`, as are designs whose groups are not alike: an eigenvalue of an A_j, whose mean is I, off by a factor of 5.
/// In equal groups the criterion is convex along geodesics of I + Ψ and has one minimum; in very unequal ones it can have several, and another way from
/// the same starts can end at another one.
final class RandomCoefficientsSearch {
  typealias Lanes = SIMD4<Double>

  /// Ψ in Z̃'s coordinates.
  struct Point {
    var p11 = 0.0
    var p12 = 0.0
    var p22 = 0.0
  }

  /// A symmetric 3×3 matrix over (ψ11, ψ12, ψ22).
  private struct Symmetric {
    var m11 = 0.0
    var m12 = 0.0
    var m13 = 0.0
    var m22 = 0.0
    var m23 = 0.0
    var m33 = 0.0
  }

  /// Gradient and Hessian in the chart I + Ψ ↦ Lexp(E)L' around a point, with L.
  private struct Chart {
    var l11 = 0.0
    var l21 = 0.0
    var l22 = 0.0
    var g1 = 0.0
    var g2 = 0.0
    var g3 = 0.0
    var h = Symmetric()
  }

  /// The optimum of the last response: Ψ, the criterion without its constant, r² and β in X̃'s coordinates.
  private(set) var optimum = Point()
  private(set) var value = 0.0
  private(set) var residualSquares = 0.0
  private(set) var beta = (0.0, 0.0)
  private(set) var evaluationCount = 0

  /// From where Newton's method sets out, beside the moment estimate.
  enum Starts {
    case momentsAlone
    /// Also I and 100·I.
    case three
    /// The same, prepared for the design in `readDesign`.
    case prepared
  }

  private let groupCount: Int
  /// How many fours of groups there are.
  let vectors: Int
  private var m = 0.0
  private var withinDegrees = 0.0
  private var restricted: Bool
  private var designVersion = -1
  /// The square of E in the Hessian's metric up to which the criterion around a minimum counts as its quadratic model: 0.02·J, so that a step of
  /// that length changes its curvature by a fifth, and at most 1, a standard error.
  private let bowl: Double
  private let lanes: UnsafeMutablePointer<Lanes>
  /// A_j, |A_j| and b_j, by fours of groups; what fills up the last four are zeros.
  let a1, a2, a3, determinant, b1, b2: UnsafeMutablePointer<Lanes>
  private let g1, g2, g3: UnsafeMutablePointer<Lanes>
  /// R_j⁻¹ by groups (3).
  private let block: ScratchBlock
  private let inverse: UnsafeMutablePointer<Double>
  /// γ = Mβ: X̃ = Z̃M; and M⁻¹.
  private var unmix = (0.0, 0.0, 0.0, 0.0)
  /// 2 log|M|.
  private var logMix = 0.0
  /// Σ(A_j − P_j) at Ψ = 0.
  private var information = (0.0, 0.0, 0.0)
  /// W_yy.
  var withinYY = 0.0

  private var starts: [FixedStart] = []
  /// The directions of `boundaryMinima`, its grid, and the values of the minima.
  private lazy var directions = {
    var directions = [(1.0, 0.0)]
    // Turned by π/32 again and again.
    let (c, s) = (0.995184726672196886244836953109, 0.098017140329560601994195563888)
    for _ in 1..<Self.angles {
      let (x, y) = directions.last!
      directions.append((c * x - s * y, s * x + c * y))
    }
    return directions
  }()
  private lazy var gridBlock = ScratchBlock(count: Self.angles * Self.sizes.count + 16)
  private lazy var grid = gridBlock.take(Self.angles * Self.sizes.count)
  private lazy var found = gridBlock.take(16)

  // What the last evaluation left.
  private var s11 = 0.0
  private var s12 = 0.0
  private var s22 = 0.0
  private var gamma1 = 0.0
  private var gamma2 = 0.0

  /// A search for the design that constants hold now; nil where it is not one of this search.
  convenience init?(_ data: GroupConstants, _ criterion: ProfiledCriterion) {
    let reduction = criterion.data
    guard reduction.effectCount == 2, reduction.fixedCount == 2, reduction.blocks.count == 1,
      reduction.groupCount > 4, reduction.withinDegreesOfFreedom > 0,
      !CovarianceOptimizer.needsWideSearch(criterion)
    else { return nil }
    self.init(groups: reduction.groupCount, method: criterion.method)
    m = criterion.degreesOfFreedom
    withinDegrees = Double(reduction.withinDegreesOfFreedom)
    guard readDesign(data) else { return nil }
  }

  /// A search for designs that are still to come.
  init(groups: Int, method: EstimationMethod) {
    groupCount = groups
    vectors = (groups + 3) / 4
    restricted = method == .reml
    bowl = min(1, 0.02 * Double(groups))
    block = ScratchBlock(count: 3 * groups)
    inverse = block.take(3 * groups)
    lanes = .allocate(capacity: 15 * vectors)
    lanes.initialize(repeating: .zero, count: 15 * vectors)
    a1 = lanes
    a2 = a1 + vectors
    a3 = a2 + vectors
    determinant = a3 + vectors
    b1 = determinant + vectors
    b2 = b1 + vectors
    g1 = b2 + vectors
    g2 = g1 + 3 * vectors
    g3 = g2 + 3 * vectors
  }

  /// Reads the design's part of the constants and prepares the fixed starts; false where groups are not alike or X is not Z times a matrix.
  private func readDesign(_ data: GroupConstants) -> Bool {
    // M from Σ R_j'z_jx = J·M; what is left must be rounding.
    var mix = (0.0, 0.0, 0.0, 0.0)
    for j in 0..<groupCount {
      let (r, w) = (data.triangles + 4 * j, data.crossX + 4 * j)
      let (x, y, z) = (r[0] * r[0], r[0] * r[2], r[2] * r[2] + r[3] * r[3])
      let most = (x + z) / 2 + ((x - z) * (x - z) / 4 + y * y).squareRoot()
      guard most < 5, (r[0] * r[3]) * (r[0] * r[3]) > 0.2 * most else { return false }
      mix.0 += r[0] * w[0]
      mix.1 += r[2] * w[0] + r[3] * w[1]
      mix.2 += r[0] * w[2]
      mix.3 += r[2] * w[2] + r[3] * w[3]
    }
    let share = 1 / Double(groupCount)
    mix = (mix.0 * share, mix.1 * share, mix.2 * share, mix.3 * share)
    for k in 0..<2 { for l in 0..<2 where abs(data.within[k + 3 * l]) > 1e-24 { return false } }
    for j in 0..<groupCount {
      let (r, x) = (data.triangles + 4 * j, data.crossX + 4 * j)
      for (column, upper, lower) in [(0, mix.0, mix.1), (1, mix.2, mix.3)] {
        let left = abs(x[2 * column] - r[0] * upper - r[2] * lower) + abs(x[2 * column + 1] - r[3] * lower)
        guard left < 1e-12 else { return false }
      }
      inverse[3 * j] = 1 / r[0]
      inverse[3 * j + 1] = -r[2] / (r[0] * r[3])
      inverse[3 * j + 2] = 1 / r[3]
      let (v, lane) = (j / 4, j % 4)
      a1[v][lane] = r[0] * r[0]
      a2[v][lane] = r[0] * r[2]
      a3[v][lane] = r[2] * r[2] + r[3] * r[3]
      determinant[v][lane] = (r[0] * r[3]) * (r[0] * r[3])
    }
    let size = mix.0 * mix.3 - mix.1 * mix.2
    guard abs(size) > 1e-12 else { return false }
    unmix = (mix.3 / size, -mix.1 / size, -mix.2 / size, mix.0 / size)
    logMix = 2 * Portable.log(abs(size))
    setInformation()
    starts = [prepare(Point(p11: 1, p12: 0, p22: 1), at: vectors)]
    starts.append(prepare(Point(p11: 100, p12: 0, p22: 100), at: 2 * vectors))
    return true
  }

  /// Takes on a method and the design whose A_j have been written, in coordinates in which X̃ = Z̃/√J.
  /// - Parameter version: another number for every other design.
  func setDesign(
    version: Int, method: EstimationMethod, degreesOfFreedom: Double, withinDegreesOfFreedom: Double
  ) {
    if version == designVersion, restricted == (method == .reml) { return }
    designVersion = version
    restricted = method == .reml
    m = degreesOfFreedom
    withinDegrees = withinDegreesOfFreedom
    let root = Double(groupCount).squareRoot()
    unmix = (root, 0, 0, root)
    logMix = -2 * Portable.log(Double(groupCount))
    setInformation()
  }

  private func setInformation() {
    // Σ A_j = J·I.
    let share = Lanes(repeating: restricted ? 1 / Double(groupCount) : 0)
    var (n11, n12, n22) = (Lanes.zero, Lanes.zero, Lanes.zero)
    for v in 0..<vectors {
      let (x, y, z) = (a1[v], a2[v], a3[v])
      let yy = y * y
      n11 += x - share * (x * x + yy)
      n12 += y - share * (y * (x + z))
      n22 += z - share * (yy + z * z)
    }
    information = (n11.sum(), n12.sum(), n22.sum())
  }

  deinit { lanes.deallocate() }

  /// Reads the response's part of the constants.
  func readResponse(_ data: GroupConstants) {
    let (x, y) = (
      UnsafeMutableRawPointer(b1).assumingMemoryBound(to: Double.self),
      UnsafeMutableRawPointer(b2).assumingMemoryBound(to: Double.self)
    )
    for j in 0..<groupCount {
      let (r, z) = (inverse + 3 * j, data.crossY + 2 * j)
      x[j] = r[0] * z[0] + r[1] * z[1]
      y[j] = r[2] * z[1]
    }
    withinYY = data.withinYY
  }

  /// Minimizes for the response whose b_j are there; false where that takes the general optimizer.
  func minimize(_ from: Starts) -> Bool {
    evaluationCount = 0
    value = .infinity
    var known = Chart()
    guard let start = momentStart(), descend(from: start, known: &known) else { return false }
    switch from {
    case .momentsAlone: return true
    case .three:
      return descend(from: Point(p11: 1, p12: 0, p22: 1), known: &known)
        && descend(from: Point(p11: 100, p12: 0, p22: 100), known: &known)
    case .prepared:
      for k in 0..<2 where !descend(from: starts[k].point, starts[k], known: &known) { return false }
      return true
    }
  }

  /// Where on the boundary the criterion has a minimum, on a grid of covariance matrices of rank one over angle and size: the lowest of those that are no more
  /// than `margin` above a known optimum, or that no optimum is known beside.
  ///
  /// Groups that are few and unlike have minima on the boundary that no start inside leads to.
  /// - Parameters:
  ///   - target: receives them, moved a little inside, by columns (2×2 each).
  ///   - most: how many there is room for.
  /// - Returns: how many there are.
  func boundaryMinima(_ target: UnsafeMutablePointer<Double>, most: Int, margin: Double) -> Int {
    let sizes = Self.sizes.count
    let values = grid
    for angle in 0..<Self.angles {
      let (x, y) = directions[angle]
      for size in 0..<sizes {
        let a = Self.sizes[size]
        values[angle * sizes + size] = evaluate(
          Point(p11: a * x * x, p12: a * x * y, p22: a * y * y), withinYY: withinYY)
      }
    }
    var count = 0
    let limit = value + margin
    var worst = (place: 0, value: -Double.infinity)
    for angle in 0..<Self.angles {
      let near = ((angle + Self.angles - 1) % Self.angles, (angle + 1) % Self.angles)
      for size in 0..<sizes {
        let own = values[angle * sizes + size]
        guard own < limit else { continue }
        var isLeast = true
        for other in max(0, size - 1)...min(sizes - 1, size + 1) {
          if values[angle * sizes + other] < own || values[near.0 * sizes + other] < own
            || values[near.1 * sizes + other] < own
          {
            isLeast = false
          }
        }
        guard isLeast else { continue }
        var place = count
        if count == most {
          if own >= worst.value { continue }
          place = worst.place
        } else {
          count += 1
        }
        let (x, y) = directions[angle]
        let a = Self.sizes[size]
        let next = target + 4 * place
        (next[0], next[1], next[2], next[3]) = (a * x * x + 1e-3, a * x * y, a * x * y, a * y * y + 1e-3)
        found[place] = own
        if count == most {
          worst = (0, found[0])
          for k in 1..<most where found[k] > worst.value { worst = (k, found[k]) }
        }
      }
    }
    return count
  }

  private static let angles = 32
  private static let sizes = [0.1, 0.4, 1.5, 5, 20, 80, 400, 3000]

  /// One scoring step from Ψ = 0, eigenvalues at least 0.01.
  private func momentStart() -> Point? {
    var (t1, t2) = (Lanes.zero, Lanes.zero)
    for v in 0..<vectors {
      t1 += a1[v] * b1[v] + a2[v] * b2[v]
      t2 += a2[v] * b1[v] + a3[v] * b2[v]
    }
    let share = 1 / Double(groupCount)
    let (u1, u2) = (t1.sum() * share, t2.sum() * share)
    var (q1, q2, q3) = (Lanes.zero, Lanes.zero, Lanes.zero)
    for v in 0..<vectors {
      let e1 = b1[v] - u1
      let e2 = b2[v] - u2
      let c1 = a1[v] * e1 + a2[v] * e2
      let c2 = a2[v] * e1 + a3[v] * e2
      q1 += c1 * c1
      q2 += c1 * c2
      q3 += c2 * c2
    }
    let residual = withinYY / withinDegrees
    guard residual > 0 else { return nil }
    let p11 = (q1.sum() / residual - information.0) * share
    let p12 = (q2.sum() / residual - information.1) * share
    let p22 = (q3.sum() / residual - information.2) * share
    let middle = (p11 + p22) / 2
    let half = (p11 - p22) / 2
    let radius = (half * half + p12 * p12).squareRoot()
    guard radius.isFinite else { return nil }
    let low = max(middle - radius, 0.01)
    let high = max(middle + radius, 0.01)
    if low == middle - radius || radius == 0 { return Point(p11: p11, p12: p12, p22: p22) }
    // (high + low)/2·I + (high − low)/2·(direction)
    let spread = (high - low) / (2 * radius)
    let centre = (high + low) / 2
    return Point(p11: centre + spread * half, p12: spread * p12, p22: centre - spread * half)
  }

  /// Newton's method from a start. Keeps an optimum better than the known one, with its chart in `known`; false where it is not for this search.
  private func descend(
    from start: Point, _ first: FixedStart? = nil, known: inout Chart
  ) -> Bool {
    var point = start
    var (value, chart): (Double, Chart)
    if let first {
      (value, chart) = evaluate(first)
      guard value.isFinite else { return false }
    } else {
      value = evaluate(point, withinYY: withinYY)
      guard value.isFinite else { return false }
      chart = differentiate(point)
    }
    for _ in 0..<30 {
      guard let (step, full) = newtonStep(chart) else { return false }
      let decrement = -(chart.g1 * step.p11 + chart.g2 * step.p12 + chart.g3 * step.p22)
      if full, decrement < 2e-8 {
        guard let end = move(chart, step, by: 1) else { return false }
        let last = evaluate(end, withinYY: withinYY)
        if last < self.value - 1e-10 * abs(last) || self.value == .infinity {
          optimum = end
          self.value = last
          residualSquares = r
          let (x, y) = (gamma1, gamma2)
          beta = (unmix.0 * x + unmix.2 * y, unmix.1 * x + unmix.3 * y)
          known = chart
        }
        return true
      }
      if full, self.value < .infinity, let end = move(chart, step, by: 1),
        isInBowl(end, of: known), abs(value - decrement / 2 - self.value) < 0.5 * decrement + 0.1
      {
        return true
      }
      // The largest eigenvalue of E, a stretch, counts; its negative ones can only shrink.
      let top =
        (step.p11 + step.p22) / 2
        + ((step.p11 - step.p22) * (step.p11 - step.p22) / 4 + step.p12 * step.p12).squareRoot()
      var t = top > 1 ? 1 / top : 1
      var accepted = false
      for _ in 0..<12 {
        guard let next = move(chart, step, by: t) else { return false }
        let found = evaluate(next, withinYY: withinYY)
        let noise = decrement < 1e-7 ? 1e-11 * max(1, abs(value)) : 0
        if found <= value - 1e-4 * t * decrement + noise {
          value = found
          point = next
          accepted = true
          break
        }
        t *= 0.3
      }
      if !accepted { return false }
      chart = differentiate(point)
    }
    return false
  }

  /// Whether a point is so near the known optimum that the criterion's quadratic model there holds.
  @inline(__always)
  private func isInBowl(_ end: Point, of known: Chart) -> Bool {
    // E = L⁻¹(I + Ψ)L⁻ᵀ − I
    let (l11, l21, l22) = (known.l11, known.l21, known.l22)
    let u11 = (1 + end.p11) / l11
    let u12 = end.p12 / l11
    let e1 = u11 / l11 - 1
    let v12 = (u12 - l21 * (e1 + 1)) / l22
    let e2 = v12
    let e3 = ((1 + end.p22) - l21 * l21 * (e1 + 1) - 2 * l21 * l22 * e2) / (l22 * l22) - 1
    let h = known.h
    let square =
      h.m11 * e1 * e1 + h.m22 * e2 * e2 + h.m33 * e3 * e3
      + 2 * (h.m12 * e1 * e2 + h.m13 * e1 * e3 + h.m23 * e2 * e3)
    return square >= 0 && square < bowl
  }

  /// −(H + μI)⁻¹g by Cholesky's method, μ = 0 where that suffices, which is told; nil if no μ tried does.
  @inline(__always)
  private func newtonStep(_ chart: Chart) -> (step: Point, full: Bool)? {
    let h = chart.h
    let largest = max(abs(h.m11), abs(h.m22), abs(h.m33))
    var mu = 0.0
    for _ in 0..<20 {
      let d1 = h.m11 + mu
      let l21 = h.m12 / d1
      let l31 = h.m13 / d1
      let d2 = h.m22 + mu - l21 * h.m12
      let t = h.m23 - l31 * h.m12
      let l32 = t / d2
      let d3 = h.m33 + mu - l31 * h.m13 - l32 * t
      if d1 > 0, d2 > 0, d3 > 0 {
        let y1 = -chart.g1
        let y2 = -chart.g2 - l21 * y1
        let y3 = -chart.g3 - l31 * y1 - l32 * y2
        let x3 = y3 / d3
        let x2 = y2 / d2 - l32 * x3
        let x1 = y1 / d1 - l21 * x2 - l31 * x3
        return (Point(p11: x1, p12: x2, p22: x3), mu == 0)
      }
      mu = mu == 0 ? 0.3 * max(largest, 1e-300) : 3 * mu
    }
    return nil
  }

  /// 1/(1 − λ), and beyond 6/7 its tangent.
  @inline(__always)
  private static func stretch(_ lambda: Double) -> Double {
    lambda < 6.0 / 7 ? 1 / (1 - lambda) : 7 + 49 * (lambda - 6.0 / 7)
  }

  /// L(I − tE)⁻¹L' − I; nil outside the cone's interior.
  @inline(__always)
  private func move(_ chart: Chart, _ step: Point, by t: Double) -> Point? {
    let (e1, e2, e3) = (t * step.p11, t * step.p12, t * step.p22)
    let middle = (e1 + e3) / 2
    let half = (e1 - e3) / 2
    let radius = (half * half + e2 * e2).squareRoot()
    // A function of a symmetric matrix: its mean and its slope over the two eigenvalues.
    let (rise, fall) = (Self.stretch(middle + radius), Self.stretch(middle - radius))
    let centre = (rise + fall) / 2
    let spread = radius > 1e-5 ? (rise - fall) / (2 * radius) : centre * centre
    let (x11, x12, x22) = (centre + spread * half, spread * e2, centre - spread * half)
    let (l11, l21, l22) = (chart.l11, chart.l21, chart.l22)
    let u1 = l21 * x11 + l22 * x12
    let u2 = l21 * x12 + l22 * x22
    let p11 = l11 * l11 * x11 - 1
    let p12 = l11 * u1
    let p22 = l21 * u1 + l22 * u2 - 1
    guard p11 > 0, p11 * p22 - p12 * p12 > 1e-10 * p11 * p22, p22 > 0 else { return nil }
    return Point(p11: p11, p12: p12, p22: p22)
  }

  /// r² at the last evaluation.
  private var r = 0.0

  /// The criterion without its constant; keeps G_j, S and γ.
  private func evaluate(_ at: Point, withinYY: Double) -> Double {
    evaluationCount += 1
    let (p1, p2, p3) = (at.p11, at.p12, at.p22)
    let delta = p1 * p3 - p2 * p2
    let one = Lanes(repeating: 1)
    var (t11, t12, t22) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var (t1, t2, yy) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var product = one
    var determinants = LongProduct()
    for v in 0..<vectors {
      let (x1, x2, x3) = (a1[v], a2[v], a3[v])
      let full = determinant[v]
      var d = one + x1 * p1
      d += x2 * (2 * p2)
      d += x3 * p3 + full * delta
      let inverse = one / d
      let y1 = (x1 + full * p3) * inverse
      let y2 = (x2 - full * p2) * inverse
      let y3 = (x3 + full * p1) * inverse
      g1[v] = y1
      g2[v] = y2
      g3[v] = y3
      let (u, w) = (b1[v], b2[v])
      let c1 = y1 * u + y2 * w
      let c2 = y2 * u + y3 * w
      t11 += y1
      t12 += y2
      t22 += y3
      t1 += c1
      t2 += c2
      yy += u * c1 + w * c2
      product *= d
      if v & 7 == 7, v + 1 < vectors {
        determinants.multiply(by: product)
        product = one
      }
    }
    s11 = t11.sum()
    s12 = t12.sum()
    s22 = t22.sum()
    solve(t1.sum(), t2.sum(), yy.sum(), withinYY)
    let size = s11 * s22 - s12 * s12
    guard size > 0, r > 0 else { return .infinity }
    determinants.multiply(by: product)
    if restricted { determinants.multiply(by: size) }
    let total = determinants.logarithm + m * (1 + Portable.log(2 * .pi * r / m))
    guard total.isFinite else { return .infinity }
    return restricted ? total + logMix : total
  }

  /// A product whose exponent is kept apart, so that it takes one logarithm.
  private struct LongProduct {
    private var significand = 1.0
    private var exponent = 0

    /// Multiplies by a normal positive number.
    @inline(__always)
    mutating func multiply(by x: Double) {
      let bits = (significand * x).bitPattern
      exponent &+= Int(truncatingIfNeeded: bits >> 52) &- 1023
      significand = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
    }

    /// Multiplies by lanes that are each at least 1.
    @inline(__always)
    mutating func multiply(by x: Lanes) {
      let low = x[0] * x[1]
      let high = x[2] * x[3]
      let all = low * high
      if all < 1e300 { return multiply(by: all) }
      for lane in 0..<4 { multiply(by: x[lane]) }
    }

    var logarithm: Double { Portable.log(significand) + Double(exponent) * 0.693147180559945309417232121458 }
  }

  /// Sums over the groups that derivatives are made of.
  private struct Sums {
    /// Products of G's entries: 11·11, 11·12, 11·22, 12·12, 12·22, 22·22.
    var products = Symmetric()
    /// Σ (P_j + (m/r²)c_jc_j')EG_jF over the directions E, F.
    var fixed = Symmetric()
    /// Σ c_jc_j' and Σ G_j ⊗ c_j.
    var c11 = 0.0
    var c12 = 0.0
    var c22 = 0.0
    var n11 = 0.0
    var n12 = 0.0
    var n21 = 0.0
    var n22 = 0.0
    var n31 = 0.0
    var n32 = 0.0
  }

  /// The chart at the point of the last evaluation.
  private func differentiate(_ at: Point) -> Chart {
    let (j11, j12, j22) = fixedCovariance
    let ratio = m / r
    let (mean1, mean2) = (gamma1, gamma2)
    let zero = Lanes.zero
    var (q11, q12, q13, q22, q23, q33) = (zero, zero, zero, zero, zero, zero)
    var (h11, h12, h13, h22, h23, h33) = (zero, zero, zero, zero, zero, zero)
    var (n11, n12, n21, n22, n31, n32) = (zero, zero, zero, zero, zero, zero)
    var (c11, c12, c22) = (zero, zero, zero)
    for v in 0..<vectors {
      let (x, y, z) = (g1[v], g2[v], g3[v])
      let e1 = b1[v] - mean1
      let e2 = b2[v] - mean2
      let c1 = x * e1 + y * e2
      let c2 = y * e1 + z * e2
      let (d11, d12, d22) = (c1 * c1, c1 * c2, c2 * c2)
      c11 += d11
      c12 += d12
      c22 += d22
      n11 += x * c1
      n12 += x * c2
      n21 += y * c1
      n22 += y * c2
      n31 += z * c1
      n32 += z * c2
      let (xx, xy, xz) = (x * x, x * y, x * z)
      let (yy, yz, zz) = (y * y, y * z, z * z)
      q11 += xx
      q12 += xy
      q13 += xz
      q22 += yy
      q23 += yz
      q33 += zz
      // P + (m/r²)cc', P = GS⁻¹G.
      let p11 = xx * j11 + xy * (2 * j12) + yy * j22
      let p12 = xy * j11 + (xz + yy) * j12 + yz * j22
      let p22 = yy * j11 + yz * (2 * j12) + zz * j22
      let f11 = p11 + d11 * ratio
      let f12 = p12 + d12 * ratio
      let f22 = p22 + d22 * ratio
      h11 += f11 * x
      h12 += f11 * y + f12 * x
      h13 += f12 * y
      h22 += f11 * z + f12 * (y + y) + f22 * x
      h23 += f12 * z + f22 * y
      h33 += f22 * z
    }
    var sums = Sums()
    sums.products = Symmetric(
      m11: q11.sum(), m12: q12.sum(), m13: q13.sum(), m22: q22.sum(), m23: q23.sum(), m33: q33.sum())
    sums.fixed = Symmetric(
      m11: h11.sum(), m12: h12.sum(), m13: h13.sum(), m22: h22.sum(), m23: h23.sum(), m33: h33.sum())
    (sums.c11, sums.c12, sums.c22) = (c11.sum(), c12.sum(), c22.sum())
    (sums.n11, sums.n12, sums.n21) = (n11.sum(), n12.sum(), n21.sum())
    (sums.n22, sums.n31, sums.n32) = (n22.sum(), n31.sum(), n32.sum())
    return chart(at, sums)
  }

  /// S⁻¹ under REML, 0 under ML.
  private var fixedCovariance: (Double, Double, Double) {
    if !restricted { return (0, 0, 0) }
    let size = s11 * s22 - s12 * s12
    return (s22 / size, -s12 / size, s11 / size)
  }

  /// A start that is the same for every response: of the sums there, only those with the response are made.
  private struct FixedStart {
    var point: Point
    /// Where its G_j begin.
    var g: Int
    var s11 = 0.0
    var s12 = 0.0
    var s22 = 0.0
    /// Σ log|V_j| + log|S_xx|, and the sums of the design.
    var logSum = 0.0
    var sums = Sums()
  }

  private func prepare(_ point: Point, at place: Int) -> FixedStart {
    let zero = Lanes.zero
    (gamma1, gamma2, r) = (0, 0, m)
    for v in 0..<vectors { (b1[v], b2[v]) = (zero, zero) }
    var start = FixedStart(point: point, g: place)
    // With W_yy = 1 the rest of the criterion is m(1 + log(2π/m)).
    start.logSum = evaluate(point, withinYY: 1) - m * (1 + Portable.log(2 * .pi / m))
    (start.s11, start.s12, start.s22) = (s11, s12, s22)
    let (j11, j12, j22) = fixedCovariance
    func add(_ sum: inout Double, _ value: Lanes) { sum += value.sum() }
    for v in 0..<vectors {
      let (x, y, z) = (g1[v], g2[v], g3[v])
      (g1[v + place], g2[v + place], g3[v + place]) = (x, y, z)
      let (xx, xy, xz) = (x * x, x * y, x * z)
      let (yy, yz, zz) = (y * y, y * z, z * z)
      add(&start.sums.products.m11, xx)
      add(&start.sums.products.m12, xy)
      add(&start.sums.products.m13, xz)
      add(&start.sums.products.m22, yy)
      add(&start.sums.products.m23, yz)
      add(&start.sums.products.m33, zz)
      let p11 = xx * j11 + xy * (2 * j12) + yy * j22
      let p12 = xy * j11 + (xz + yy) * j12 + yz * j22
      let p22 = yy * j11 + yz * (2 * j12) + zz * j22
      add(&start.sums.fixed.m11, p11 * x)
      add(&start.sums.fixed.m12, p11 * y + p12 * x)
      add(&start.sums.fixed.m13, p12 * y)
      add(&start.sums.fixed.m22, p11 * z + p12 * (y + y) + p22 * x)
      add(&start.sums.fixed.m23, p12 * z + p22 * y)
      add(&start.sums.fixed.m33, p22 * z)
    }
    return start
  }

  /// The criterion at a fixed start, and the chart there.
  private func evaluate(_ start: FixedStart) -> (Double, Chart) {
    evaluationCount += 1
    let (g1, g2, g3) = (g1 + start.g, g2 + start.g, g3 + start.g)
    let zero = Lanes.zero
    var (t1, t2, yy) = (zero, zero, zero)
    for v in 0..<vectors {
      let (u, w) = (b1[v], b2[v])
      let c1 = g1[v] * u + g2[v] * w
      let c2 = g2[v] * u + g3[v] * w
      t1 += c1
      t2 += c2
      yy += u * c1 + w * c2
    }
    (s11, s12, s22) = (start.s11, start.s12, start.s22)
    solve(t1.sum(), t2.sum(), yy.sum(), withinYY)
    guard r > 0 else { return (.infinity, Chart()) }
    let (mean1, mean2) = (gamma1, gamma2)
    var (h11, h12, h13, h22, h23, h33) = (zero, zero, zero, zero, zero, zero)
    var (n11, n12, n21, n22, n31, n32) = (zero, zero, zero, zero, zero, zero)
    var (c11, c12, c22) = (zero, zero, zero)
    for v in 0..<vectors {
      let (x, y, z) = (g1[v], g2[v], g3[v])
      let e1 = b1[v] - mean1
      let e2 = b2[v] - mean2
      let c1 = x * e1 + y * e2
      let c2 = y * e1 + z * e2
      let (d11, d12, d22) = (c1 * c1, c1 * c2, c2 * c2)
      c11 += d11
      c12 += d12
      c22 += d22
      n11 += x * c1
      n12 += x * c2
      n21 += y * c1
      n22 += y * c2
      n31 += z * c1
      n32 += z * c2
      h11 += d11 * x
      h12 += d11 * y + d12 * x
      h13 += d12 * y
      h22 += d11 * z + d12 * (y + y) + d22 * x
      h23 += d12 * z + d22 * y
      h33 += d22 * z
    }
    let ratio = m / r
    var sums = start.sums
    sums.fixed.m11 += ratio * h11.sum()
    sums.fixed.m12 += ratio * h12.sum()
    sums.fixed.m13 += ratio * h13.sum()
    sums.fixed.m22 += ratio * h22.sum()
    sums.fixed.m23 += ratio * h23.sum()
    sums.fixed.m33 += ratio * h33.sum()
    (sums.c11, sums.c12, sums.c22) = (c11.sum(), c12.sum(), c22.sum())
    (sums.n11, sums.n12, sums.n21) = (n11.sum(), n12.sum(), n21.sum())
    (sums.n22, sums.n31, sums.n32) = (n22.sum(), n31.sum(), n32.sum())
    return (start.logSum + m * (1 + Portable.log(2 * .pi * r / m)), chart(start.point, sums))
  }

  /// γ and r² from s_xy, s_yy less W_yy, and W_yy.
  @inline(__always)
  private func solve(_ x: Double, _ y: Double, _ yy: Double, _ withinYY: Double) {
    let size = s11 * s22 - s12 * s12
    gamma1 = (s22 * x - s12 * y) / size
    gamma2 = (s11 * y - s12 * x) / size
    r = withinYY + yy - gamma1 * x - gamma2 * y
  }

  /// Gradient and Hessian from their sums, carried over into the chart.
  @inline(__always)
  private func chart(_ at: Point, _ sums: Sums) -> Chart {
    let size = s11 * s22 - s12 * s12
    let (i11, i12, i22) = (s22 / size, -s12 / size, s11 / size)
    let (j11, j12, j22) = fixedCovariance
    let ratio = m / r
    let (q, h2) = (sums.products, sums.fixed)
    let (o11, o12, o13) = (q.m11, q.m12, q.m13)
    let (o22, o23, o33) = (q.m22, q.m23, q.m33)
    let (t1, t2, t3) = (sums.c11, 2 * sums.c12, sums.c22)
    // D, and −G's part of the tensor from the products of G alone.
    let d11 = s11 - (o11 * j11 + 2 * o12 * j12 + o22 * j22) - ratio * t1
    let d12 = s12 - (o12 * j11 + (o13 + o22) * j12 + o23 * j22) - ratio * t2 / 2
    let d22 = s22 - (o22 * j11 + 2 * o23 * j12 + o33 * j22) - ratio * t3
    // x_E and S⁻¹x_E, M_E and S⁻¹M_E.
    let x1 = (sums.n11, sums.n21)
    let x2 = (sums.n12 + sums.n21, sums.n22 + sums.n31)
    let x3 = (sums.n22, sums.n32)
    func form(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
      i11 * a.0 * b.0 + i12 * (a.0 * b.1 + a.1 * b.0) + i22 * a.1 * b.1
    }
    func turned(_ a: Double, _ b: Double, _ c: Double) -> (Double, Double, Double, Double) {
      (j11 * a + j12 * b, j11 * b + j12 * c, j12 * a + j22 * b, j12 * b + j22 * c)
    }
    func trace(_ a: (Double, Double, Double, Double), _ b: (Double, Double, Double, Double)) -> Double {
      a.0 * b.0 + a.1 * b.2 + a.2 * b.1 + a.3 * b.3
    }
    let k1 = turned(o11, o12, o22)
    let k2 = turned(2 * o12, o13 + o22, 2 * o23)
    let k3 = turned(o22, o23, o33)
    let twice = 2 * ratio
    let pair = ratio / r
    var h = Symmetric()
    h.m11 = 2 * h2.m11 - o11 - trace(k1, k1) - twice * form(x1, x1) - pair * t1 * t1
    h.m12 = 2 * h2.m12 - 2 * o12 - trace(k1, k2) - twice * form(x1, x2) - pair * t1 * t2
    h.m13 = 2 * h2.m13 - o22 - trace(k1, k3) - twice * form(x1, x3) - pair * t1 * t3
    h.m22 = 2 * h2.m22 - 2 * o13 - 2 * o22 - trace(k2, k2) - twice * form(x2, x2) - pair * t2 * t2
    h.m23 = 2 * h2.m23 - 2 * o23 - trace(k2, k3) - twice * form(x2, x3) - pair * t2 * t3
    h.m33 = 2 * h2.m33 - o33 - trace(k3, k3) - twice * form(x3, x3) - pair * t3 * t3

    // The chart: columns of T are the directions LEL'.
    var chart = Chart()
    let l11 = (1 + at.p11).squareRoot()
    let l21 = at.p12 / l11
    let l22 = (1 + at.p22 - l21 * l21).squareRoot()
    (chart.l11, chart.l21, chart.l22) = (l11, l21, l22)
    let w11 = l11 * l11 * d11 + 2 * l11 * l21 * d12 + l21 * l21 * d22
    let w12 = l22 * (l11 * d12 + l21 * d22)
    let w22 = l22 * l22 * d22
    (chart.g1, chart.g2, chart.g3) = (w11, 2 * w12, w22)
    let (a, b, c) = (l11 * l11, l11 * l21, l21 * l21)
    let (e, f) = (l11 * l22, 2 * l21 * l22)
    let g = l22 * l22
    // HT, then T'HT and the curvature of the chart.
    let v11 = h.m11 * a + h.m12 * b + h.m13 * c
    let v21 = h.m12 * a + h.m22 * b + h.m23 * c
    let v31 = h.m13 * a + h.m23 * b + h.m33 * c
    let v22 = h.m22 * e + h.m23 * f
    let v32 = h.m23 * e + h.m33 * f
    chart.h.m11 = a * v11 + b * v21 + c * v31 + w11
    chart.h.m12 = e * v21 + f * v31 + w12
    chart.h.m13 = g * v31
    chart.h.m22 = e * v22 + f * v32 + w11 + w22
    chart.h.m23 = g * v32 + w12
    chart.h.m33 = g * g * h.m33 + w22
    return chart
  }
}
