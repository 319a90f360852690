import Glibc
import LinearAlgebra

/// −2 log-likelihood of a generalized linear mixed model with one grouping factor, and its exact gradient in β and θ, by Laplace's
/// approximation or adaptive Gauss–Hermite quadrature.
///
/// For group j let h(u) = Σ log f(y_i | η_i) − u'u/2, û its mode, H = I + Λ'Z'diag(w)ZΛ with the weights of `DeterminantWeights`. Then
///
///     Laplace      −2 log L = Σ_j [ −2h(û) + log|H| ]
///     quadrature   −2 log L = Σ_j [ log|H| − 2 log Σ_k ω_k exp(h(u_k) + z_k'z_k/2) ],   u_k = û + L⁻ᵀz_k,  H = LL'
///
/// over the product of one-dimensional nodes z with weights ω, for any number of effects.
///
/// The mode moves with β and Λ by K = I + Λ'Z'diag(wₒ)ZΛ, with the observed information; with A = H⁻¹, p = Z's,
///
///     t_i = z_i'ΛÃΛ'z_i     b = Λ'Z'(c·t) − 2m̄     a = K⁻¹b     r_i = c_i·t_i − wₒ_i·z_i'Λa
///     ∂/∂β = Σ x_i(r_i − 2s̄_i)
///     ∂/∂Λ = (Z'r)û' + 2Z'diag(w)ZΛÃ + pa' − 2 Σ_k π_k (Z's_k)u_k'
///
/// where Laplace has Ã = A, m̄ = 0 and one node û. With nodes, π_k are their shares of the sum, h'_k = Λ'Z's_k − u_k, m̄ = Σ π_k h'_k,
/// s̄ = Σ π_k s_k, N = Σ π_k z_k(L⁻¹h'_k)', and Ã = A + 2L⁻ᵀ T L⁻¹ with T the symmetric part of N's lower triangle whose diagonal is halved.
///
/// With φ the logarithm of the negative binomial's θ or of Gamma's shape, where that is estimated,
///
///     ∂/∂φ = Σ [ t_i·∂w_i/∂φ + z_i'Λa·∂s_i/∂φ − 2 Σ_k π_k ∂ℓ_ik/∂φ ]
///
/// An evaluation costs 3–4 passes over the rows for the modes (each group by Newton's steps of its own, from where the last evaluation
/// left it) and one for each node. What the last step leaves of the way to the mode is taken out of the value.
///
/// - References: Breslow & Clayton (1993), doi:10.1080/01621459.1993.10594284; Pinheiro & Chao (2006), doi:10.1198/106186006X96962;
///   Liu & Pierce (1994), doi:10.1093/biomet/81.3.624.
final class GroupwiseCriterion: GeneralizedCriterion {
  /// Largest number of points of a product rule.
  static let mostPoints = 100_000

  /// Passes of Newton's steps to the modes that are judged by slopes.
  static let slopePasses = 12
  /// The most that −2h may lie above its value at the mode.
  static let mostLeft = 0.1

  /// J.
  let groupCount: Int
  /// Nodes of one dimension; 1 is Laplace's approximation.
  let nodeCount: Int

  // Rows stand in the order of their groups.
  let start: UnsafeMutablePointer<Int>
  let pieces: [Piece]
  // Product rule: z_k (q each) and log ω_k + z_k'z_k/2.
  let pointCount: Int
  let points, pointLogs: Pointer
  // Of a piece: rows.
  let fixedPart, eta, logDensity, score, observed, weight, slope, quadratic, rowGradient, meanScore: Pointer
  let nodeEta, nodeSpare: Pointer
  // The same, derivatives in the dispersion parameter's logarithm.
  let densityChange, scoreChange, weightChange: Pointer
  // Of a piece: groups.
  let previous, lastH, factor, otherFactor, cross, zScore, inverse: Pointer
  let nodeSum, nodeDensityChange, nodeMean, nodeProduct, nodeOuter: Pointer
  let active, halvings: UnsafeMutablePointer<Int>
  // Single vectors and matrices.
  let lambdaGradient, groupLambda, groupGradient: Pointer
  let scratch: [Pointer]
  private let block: ScratchBlock

  /// Whole groups that are worked on together, so that their rows stay in the processor's cache.
  struct Piece {
    let groups: Range<Int>
    let rows: Range<Int>
  }

  /// - Parameters:
  ///   - nodeCount: nodes of one dimension; 1 for Laplace's approximation.
  ///   - determinant: weights of the determinant.
  /// - Throws: `FitError.tooManyPoints` for a product rule of more than `mostPoints` points or more nodes than `GaussHermiteRule.mostNodes`.
  init(_ data: GeneralizedData, nodeCount: Int = 1, determinant: DeterminantWeights = .expected)
    throws(FitError)
  {
    data.checkShape()
    precondition(nodeCount >= 1, "\(nodeCount) nodes")
    precondition(data.factors.count == 1, "\(data.factors.count) grouping factors")
    let (codes, groups) = data.factors[0]
    let q = data.random.columns
    let count = try GroupwiseCriterion.pointCount(nodeCount, effects: q)
    groupCount = groups
    self.nodeCount = nodeCount
    pointCount = count
    let (order, starts) = LevelPattern.order(codes, levels: groups)
    pieces = GroupwiseCriterion.pieces(starts)
    let rows = (pieces.map(\.rows.count).max() ?? 0) + 8
    let wide = max(pieces.map(\.groups.count).max() ?? 0, 1)
    let hasNodes = count > 1
    let parameters = data.fixed.columns + data.thetaCount + (data.estimatesDispersion ? 1 : 0)
    let rowArrays = 15 * rows
    let groupArrays = wide * (5 * q * q + 3 * q + 3)
    let pointArrays = hasNodes ? count * (q + 1) : 0
    let small = 11 * q * q + parameters
    block = ScratchBlock(count: rowArrays + groupArrays + pointArrays + small)
    start = .allocate(capacity: groups + 1)
    start.initialize(from: starts, count: groups + 1)

    groupGradient = block.take(parameters)
    lambdaGradient = block.take(q * q)
    groupLambda = block.take(q * q)
    var scratch: [Pointer] = []
    for _ in 0..<8 { scratch.append(block.take(q * q)) }
    self.scratch = scratch
    fixedPart = block.take(rows)
    eta = block.take(rows)
    logDensity = block.take(rows)
    score = block.take(rows)
    observed = block.take(rows)
    weight = block.take(rows)
    slope = block.take(rows)
    quadratic = block.take(rows)
    rowGradient = block.take(rows)
    meanScore = block.take(rows)
    nodeEta = block.take(rows)
    nodeSpare = block.take(rows)
    densityChange = block.take(rows)
    scoreChange = block.take(rows)
    weightChange = block.take(rows)
    previous = block.take(wide * q)
    zScore = block.take(wide * q)
    nodeMean = block.take(wide * q)
    lastH = block.take(wide)
    nodeSum = block.take(wide)
    nodeDensityChange = block.take(wide)
    factor = block.take(wide * q * q)
    otherFactor = block.take(wide * q * q)
    cross = block.take(wide * q * q)
    inverse = block.take(q * q)
    nodeProduct = block.take(wide * q * q)
    nodeOuter = block.take(wide * q * q)
    active = .allocate(capacity: wide)
    halvings = .allocate(capacity: wide)
    points = block.take(hasNodes ? count * q : 0)
    pointLogs = block.take(hasNodes ? count : 0)
    if hasNodes {
      let rule = GaussHermiteRule(count: nodeCount)
      for k in 0..<count {
        var rest = k
        var log = 0.0
        for e in 0..<q {
          let node = rule.nodes[rest % nodeCount]
          points[e + k * q] = node
          log += rule.logWeights[rest % nodeCount] + node * node / 2
          rest /= nodeCount
        }
        pointLogs[k] = log
      }
    }
    super.init(data, order: order, determinant: determinant)
  }

  deinit {
    start.deallocate()
    active.deallocate()
    halvings.deallocate()
  }

  /// Points of the product rule.
  static func pointCount(_ nodeCount: Int, effects: Int) throws(FitError) -> Int {
    var count = 1
    for _ in 0..<effects {
      count *= nodeCount
      if count > mostPoints || nodeCount > GaussHermiteRule.mostNodes {
        throw .tooManyPoints(nodes: nodeCount, effects: effects, most: mostPoints)
      }
    }
    return count
  }

  /// Whole groups, up to about 1,000 rows.
  private static func pieces(_ starts: [Int]) -> [Piece] {
    var pieces: [Piece] = []
    var first = 0
    let groups = starts.count - 1
    while first < groups {
      var last = first + 1
      while last < groups, last - first < 512, starts[last + 1] - starts[first] <= 1024 { last += 1 }
      pieces.append(Piece(groups: first..<last, rows: starts[first]..<starts[last]))
      first = last
    }
    return pieces
  }

  override var hasOuterProduct: Bool { true }

  override var hasSecondDerivatives: Bool { pointCount == 1 && !estimatesDispersion }

  override func secondDerivatives(at parameters: Pointer) -> Matrix? {
    hasSecondDerivatives ? GroupwiseHessian(self).matrix(at: parameters) : nil
  }

  override func modePlace(factor f: Int, level j: Int) -> Int { j * effectCount }

  override func evaluate(
    at parameters: Pointer, outer: Bool = false, posterior: GeneralizedPosterior? = nil
  ) -> Double {
    guard take(parameters) else { return .infinity }
    let (p, q) = (fixedCount, effectCount)
    for i in 0..<q * q { lambdaGradient[i] = 0 }
    if outer { for i in 0..<parameterCount * parameterCount { outerProduct[i] = 0 } }
    var total = 0.0
    for piece in pieces {
      setFixedPart(fixedPart, parameters, first: piece.rows.lowerBound, count: piece.rows.count)
      guard findModes(piece), unfinishedModes == 0 else { return .infinity }
      let part = add(piece, outer: outer, posterior: posterior)
      guard part.isFinite else { return .infinity }
      total += part
    }
    if !outer { forEachFree { index, place in gradient[p + index] = lambdaGradient[place] } }
    addConstantSlope()
    return total + constant
  }

  override func levelMoments(
    column k: Int, score: Pointer, weight: Pointer
  ) -> (squares: Double, information: Double, squaredInformation: Double) {
    var sums = (0.0, 0.0, 0.0)
    let column = z + k * stride
    for j in 0..<groupCount {
      let (first, rows) = (start[j], start[j + 1] - start[j])
      let u = SmallMatrices.longDot(score + first, column + first, rows)
      let information = SmallMatrices.weightedDot(weight + first, column + first, column + first, rows)
      sums.0 += u * u
      sums.1 += information
      sums.2 += information * information
    }
    return sums
  }

  override func addEffects(_ b: Pointer, to rows: Pointer) {
    for j in 0..<groupCount {
      for k in 0..<effectCount {
        let (effect, column) = (b[k + j * effectCount], z + k * stride)
        for i in start[j]..<start[j + 1] { rows[i] += effect * column[i] }
      }
    }
  }
}
