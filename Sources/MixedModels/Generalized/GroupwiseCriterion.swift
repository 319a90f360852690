import Glibc
import LinearAlgebra

/// −2 log-likelihood of a generalized linear mixed model with one grouping factor, and its exact gradient in β and θ, by Laplace's
/// approximation or adaptive Gauss–Hermite quadrature.
///
/// How to use it: make one from `GeneralizedData`, write β and then θ (the lower triangles of Λ's blocks by columns, one term after another) into
/// memory, call `evaluate(at:)`; `gradient` then has the derivatives and `modes` the conditional modes u_j. Signs of θ are free: the criterion does not
/// change when a column of Λ changes its sign.
///
/// For group j let h(u) = Σ log f(y_i | η_i) − u'u/2, û its mode, H = I + Λ'Z'diag(w)ZΛ with the weights of `DeterminantWeights`. Then
///
///     Laplace      −2 log L = Σ_j [ −2h(û) + log|H| ]
///     quadrature   −2 log L = Σ_j [ log|H| − 2 log Σ_k ω_k exp(h(u_k) + z_k'z_k/2) ],   u_k = û + L⁻ᵀz_k,  H = LL'
///
/// over the product of one-dimensional nodes z with weights ω, for any number of effects. All constants of the density are included, so values compare
/// with each other and with those of models without random effects.
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
/// An evaluation allocates nothing; it costs 3–4 passes over the rows for the modes (each group by Newton's steps of its own, from where the last evaluation
/// left it) and one for each node. What the last step leaves of the way to the mode is taken out of the value.
///
/// - References: Breslow & Clayton (1993), doi:10.1080/01621459.1993.10594284; Pinheiro & Chao (2006), doi:10.1198/106186006X96962;
///   Liu & Pierce (1994), doi:10.1093/biomet/81.3.624.
final class GroupwiseCriterion {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Largest number of points of a product rule.
  static let mostPoints = 100_000

  /// The model of an observation; its θ or shape changes where it is estimated.
  private(set) var model: ObservationModel
  /// Whether θ of the negative binomial, or the shape, is a parameter.
  let estimatesDispersion: Bool
  /// Weights of the determinant.
  let determinant: DeterminantWeights
  /// n, p, q, J.
  let rowCount, fixedCount, effectCount, groupCount: Int
  /// The terms' columns of Λ.
  let blocks: [Range<Int>]
  /// Number of elements of θ.
  let thetaCount: Int
  /// Nodes of one dimension; 1 is Laplace's approximation.
  let nodeCount: Int
  /// −2 Σ of what ℓ leaves out of the log-density.
  private(set) var constant: Double

  /// p and θ's length together, and 1 for an estimated θ of the negative binomial or shape.
  var parameterCount: Int { fixedCount + thetaCount + (estimatesDispersion ? 1 : 0) }
  /// Derivatives in β, then θ, then the logarithm of the negative binomial's θ or of the shape, after an evaluation (parameterCount).
  let gradient: Pointer
  /// u_j (q×J), where the last evaluation found the modes.
  let modes: Pointer
  /// Λ (q×q) of the last evaluation.
  let lambda: Pointer
  /// Σ_j g_j g_j' of the groups' gradients, where asked for (parameterCount²).
  let outerProduct: Pointer
  /// The largest step that counts as arrived at the mode, in standard deviations of u.
  var modeTolerance = 1e-5
  /// Evaluations so far.
  var evaluationCount = 0
  /// Groups whose mode was not found in the last evaluation, which then ended with ∞.
  var unfinishedModes = 0

  // Rows in the order of their groups; columns have `stride` entries.
  let stride: Int
  let order: [Int]
  let y, m, offset, x, z: Pointer
  let start: UnsafeMutablePointer<Int>
  let isConstant: [Bool]
  let pieces: [Piece]
  // Product rule: z_k (q each) and log ω_k + z_k'z_k/2.
  let pointCount: Int
  let points, pointLogs: Pointer
  // Of a piece: rows.
  let fixedPart, eta, logDensity, score, observed, weight, slope, quadratic, rowGradient, meanScore: Pointer
  let nodeEta, nodeSpare: Pointer
  // The same, derivatives in the dispersion parameter's logarithm.
  let densityChange, scoreChange, weightChange: Pointer
  private let distinct: DistinctResponses?
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
    let (n, p, q) = (data.response.count, data.fixed.columns, data.random.columns)
    let count = try GroupwiseCriterion.pointCount(nodeCount, effects: q)
    model = data.model
    self.determinant = determinant
    (rowCount, fixedCount, effectCount, groupCount) = (n, p, q, groups)
    blocks = data.blocks
    thetaCount = data.thetaCount
    self.nodeCount = nodeCount
    pointCount = count
    // Vectors of four read and write up to three numbers behind the end.
    stride = n + 4
    var starts = [Int](repeating: 0, count: groups + 1)
    for code in codes { starts[code + 1] += 1 }
    for j in 0..<groups { starts[j + 1] += starts[j] }
    var next = starts
    var order = [Int](repeating: 0, count: n)
    for (i, code) in codes.enumerated() {
      order[next[code]] = i
      next[code] += 1
    }
    self.order = order
    pieces = GroupwiseCriterion.pieces(starts)
    let rows = (pieces.map(\.rows.count).max() ?? 0) + 8
    let wide = max(pieces.map(\.groups.count).max() ?? 0, 1)
    let hasNodes = count > 1
    let parameters = p + data.thetaCount + (data.estimatesDispersion ? 1 : 0)
    estimatesDispersion = data.estimatesDispersion

    let rowArrays = 15 * rows
    let groupArrays = wide * (5 * q * q + 3 * q + 3)
    let pointArrays = hasNodes ? count * (q + 1) : 0
    let small = 4 * q * q + 2 * parameters + parameters * parameters + 8 * q * q + 64
    block = ScratchBlock(
      count: stride * (3 + p + q) + rowArrays + groupArrays + pointArrays + small + groups * q)
    let block = block
    y = block.take(stride)
    m = block.take(stride)
    offset = block.take(stride)
    x = block.take(stride * p)
    z = block.take(stride * q)
    var constants = 0.0
    for (place, i) in order.enumerated() {
      let trials = data.trials?[i] ?? 1
      y[place] = data.response[i]
      m[place] = trials
      offset[place] = data.offset?[i] ?? 0
      constants += data.model.logConstant(data.response[i], trials)
    }
    GroupwiseCriterion.fill(x, from: data.fixed, order, stride: stride)
    GroupwiseCriterion.fill(z, from: data.random, order, stride: stride)
    for place in n..<n + 4 { (y[place], m[place]) = (1, 1) }
    distinct = data.estimatesDispersion ? DistinctResponses(data) : nil
    constant = -2 * constants
    let columns = z
    let length = stride
    isConstant = (0..<q).map { c in (0..<n).allSatisfy { columns[$0 + c * length] == 1 } }
    start = .allocate(capacity: groups + 1)
    start.initialize(from: starts, count: groups + 1)

    modes = block.take(groups * q)
    gradient = block.take(parameters)
    groupGradient = block.take(parameters)
    outerProduct = block.take(parameters * parameters)
    lambda = block.take(q * q)
    lambdaGradient = block.take(q * q)
    groupLambda = block.take(q * q)
    scratch = (0..<8).map { _ in block.take(q * q) }
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
  }

  deinit {
    start.deallocate()
    active.deallocate()
    halvings.deallocate()
  }

  /// The columns of a matrix with its rows in another order.
  private static func fill(_ out: Pointer, from matrix: Matrix, _ order: [Int], stride: Int) {
    matrix.storage.withUnsafeBufferPointer { values in
      for c in 0..<matrix.columns {
        for (place, i) in order.enumerated() { out[place + c * stride] = values[i + c * matrix.rows] }
      }
    }
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

  /// −2 log L at β and θ; ∞ where it cannot be computed. Fills `gradient`.
  ///
  /// - Parameters:
  ///   - parameters: β, then θ, then the logarithm of an estimated dispersion parameter (parameterCount).
  ///   - outer: whether to fill `outerProduct`.
  ///   - posterior: receives what depends on the groups, where given.
  func evaluate(at parameters: Pointer, outer: Bool = false, posterior: GroupwisePosterior? = nil) -> Double {
    let (p, q) = (fixedCount, effectCount)
    evaluationCount += 1
    unfinishedModes = 0
    for i in 0..<parameterCount {
      guard parameters[i].isFinite else { return .infinity }
      gradient[i] = 0
    }
    for i in 0..<q * q { (lambda[i], lambdaGradient[i]) = (0, 0) }
    forEachFree { index, place in lambda[place] = parameters[p + index] }
    let last = parameterCount - 1
    if let distinct {
      // Beyond, the distribution is its limit to the last digit.
      guard abs(parameters[last]) < 25 else { return .infinity }
      model = ObservationModel(
        model.family.with(dispersionParameter: exp(parameters[last])), link: model.link)
      constant = -2 * distinct.logConstant(model)
    }
    if outer { for i in 0..<parameterCount * parameterCount { outerProduct[i] = 0 } }
    var total = 0.0
    for piece in pieces {
      let rows = piece.rows.count
      let first = piece.rows.lowerBound
      for i in 0..<rows { fixedPart[i] = offset[first + i] }
      for c in 0..<p {
        let beta = parameters[c]
        let column = x + (c * stride + first)
        for i in 0..<rows { fixedPart[i] += beta * column[i] }
      }
      guard findModes(piece), unfinishedModes == 0 else { return .infinity }
      let part = add(piece, outer: outer, posterior: posterior)
      guard part.isFinite else { return .infinity }
      total += part
    }
    if !outer { forEachFree { index, place in gradient[p + index] = lambdaGradient[place] } }
    if let distinct { gradient[last] -= 2 * distinct.constantSlope(model) }
    return total + constant
  }

  /// Each free element of Λ: its place in θ and in the matrix.
  @inline(__always)
  func forEachFree(_ body: (Int, Int) -> Void) {
    var index = 0
    for range in blocks {
      for j in range {
        for i in j..<range.upperBound {
          body(index, i + j * effectCount)
          index += 1
        }
      }
    }
  }
}

/// What an evaluation knows about the groups: the conditional distribution of their effects, and the information on β.
final class GroupwisePosterior {
  /// ΛH⁻¹Λ' of each group (q×q), one after another.
  var covariances: [Double]
  /// X'WX − X'WZΛH⁻¹Λ'Z'WX (p×p), by columns.
  var information: [Double]
  /// −2 log L of each group, without the constants of the density.
  var values: [Double]
  /// Room for Z'WX of a group (q×p).
  let projection: UnsafeMutablePointer<Double>
  private let block: ScratchBlock

  /// Memory for a criterion's groups.
  init(_ criterion: GroupwiseCriterion) {
    let (p, q) = (criterion.fixedCount, criterion.effectCount)
    covariances = [Double](repeating: 0, count: q * q * criterion.groupCount)
    information = [Double](repeating: 0, count: p * p)
    values = [Double](repeating: 0, count: criterion.groupCount)
    block = ScratchBlock(count: p * q)
    projection = block.take(p * q)
  }
}
