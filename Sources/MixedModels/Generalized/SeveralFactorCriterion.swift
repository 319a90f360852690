import Glibc
import LinearAlgebra

/// −2 log-likelihood of a generalized linear mixed model with several grouping factors, crossed or nested, by Laplace's approximation, and its
/// exact gradient.
///
/// With u the effects of all levels, Z spread over them, h(u) = Σ log f(y_i | η_i) − u'u/2, û its mode, H = I + Λ'Z'diag(w)ZΛ with the weights of
/// `DeterminantWeights` and K the same with the observed weights wₒ,
///
///     −2 log L = −2h(û) + log|H|
///
///     t_i = z_i'ΛH⁻¹Λ'z_i     a = K⁻¹Λ'Z'(c·t)     r_i = c_i·t_i − wₒ_i·z_i'Λa
///     ∂/∂β = Σ x_i(r_i − 2s_i)
///     ∂/∂Λ_f = Σ_j [ (Z_fj'r)u_fj' + p_fj(a_fj − 2u_fj)' ] + 2 Σ_i w_i z_fi(z_i'ΛH⁻¹)_f,   p = Z's
///     ∂/∂φ = Σ [ t_i·∂w_i/∂φ + z_i'Λa·∂s_i/∂φ − 2 ∂ℓ_i/∂φ ]
///
/// as for one factor (`GroupwiseCriterion`). Of H⁻¹ only the blocks of levels that meet in a row are needed; nothing is divided by Λ, so it may be singular.
///
/// Modes are found together by Newton's steps on K, factored anew only as long as steps are large, from where the tangent of the last evaluation's modes
/// leads. What the last step leaves is taken out of the value.
///
/// - References: Breslow & Clayton (1993), doi:10.1080/01621459.1993.10594284; Bates et al. (2015), doi:10.18637/jss.v067.i01.
/// - Complexity: an evaluation takes about four passes over the rows and three factorizations' time of `LevelElimination`.
final class SeveralFactorCriterion: GeneralizedCriterion {
  /// Largest order of the dense matrix over the levels of all factors but the one with most levels.
  static let mostTailColumns = 4000

  let pattern: LevelPattern
  /// The factor of K while modes are searched for; at the end of H, and of K too where they agree.
  let information: LevelElimination
  /// The factor of K where it is not H.
  let observedInformation: LevelElimination?
  /// Λ and its derivative (q_f×q_f) in the pattern's order of factors: main, then tail.
  let lambdas, lambdaGradients: [Pointer]
  /// The factor of K at the last evaluation's modes.
  var modeFactor: LevelElimination
  // Rows.
  let fixedPart, eta, logDensity, score, observed, weight, slope, quadratic, spread: Pointer
  let densityChange, scoreChange, weightChange: Pointer
  // Over all effects.
  let step, previous, effects, zScore, response: Pointer
  /// Vectors of a row's effects, two for each factor of the pattern.
  let scaled, along: [Pointer]
  /// The parameters of the last evaluation that ended with modes, and Λ there by factor.
  let lastParameters: Pointer
  let lastLambdas, lambdaChanges: [Pointer]
  /// Whether `score`, `observed`, `zScore` and the factor of K belong to `lastParameters` and the modes.
  var knowsTangent = false
  /// Whether the next evaluation takes the modes as they are.
  var modesArePlaced = false
  /// dû/dp of each parameter (modeCount × parameterCount) at the point of `fillTangents`; made there.
  private var tangents: Matrix?
  /// Curvature in the dispersion parameter's logarithm, from an evaluation with `outer`.
  var dispersionInformation = 0.0
  private let block: ScratchBlock

  /// - Parameter determinant: weights of the determinant.
  /// - Throws: `FitError.tooManyCrossedEffects` for more than `mostTailColumns` effects beside those of the factor with most levels.
  init(_ data: GeneralizedData, determinant: DeterminantWeights = .expected) throws(FitError) {
    data.checkShape()
    let order = LevelPattern.tailOrder(data)
    if order > SeveralFactorCriterion.mostTailColumns {
      throw .tooManyCrossedEffects(order, most: SeveralFactorCriterion.mostTailColumns)
    }
    let pattern = LevelPattern(data)
    self.pattern = pattern
    information = LevelElimination(pattern, isInvertible: true)
    modeFactor = information
    let agree = data.model.isCanonical || determinant == .observed
    observedInformation = agree ? nil : LevelElimination(pattern, isInvertible: false)
    let rows = data.response.count + 4
    let count = pattern.effectCount
    let widths = pattern.allFactors.map(\.width)
    let parameters = data.fixed.columns + data.thetaCount + (data.estimatesDispersion ? 1 : 0)
    let block = ScratchBlock(
      count: 12 * rows + 5 * count + widths.reduce(0) { $0 + 4 * $1 * $1 + 2 * $1 } + parameters)
    self.block = block
    fixedPart = block.take(rows)
    eta = block.take(rows)
    logDensity = block.take(rows)
    score = block.take(rows)
    observed = block.take(rows)
    weight = block.take(rows)
    slope = block.take(rows)
    quadratic = block.take(rows)
    spread = block.take(rows)
    densityChange = block.take(rows)
    scoreChange = block.take(rows)
    weightChange = block.take(rows)
    step = block.take(count)
    previous = block.take(count)
    effects = block.take(count)
    zScore = block.take(count)
    response = block.take(count)
    func pieces(_ sizes: [Int]) -> [Pointer] { sizes.map { block.take($0) } }
    let squares = widths.map { $0 * $0 }
    lambdas = pieces(squares)
    lambdaGradients = pieces(squares)
    lastLambdas = pieces(squares)
    lambdaChanges = pieces(squares)
    scaled = pieces(widths)
    along = pieces(widths)
    lastParameters = block.take(parameters)
    super.init(data, order: pattern.order, determinant: determinant)
  }

  override var isExpensive: Bool { pattern.operationCount > 2e7 || rowCount > 500_000 }

  override func modePlace(factor f: Int, level j: Int) -> Int { pattern.start(factor: f, level: j) }

  override func evaluate(
    at parameters: Pointer, outer: Bool = false, posterior: GeneralizedPosterior? = nil
  ) -> Double {
    let placed = modesArePlaced
    let predicts = knowsTangent && !placed
    modesArePlaced = false
    knowsTangent = false
    guard take(parameters) else { return .infinity }
    for (f, factor) in pattern.allFactors.enumerated() {
      fillFactor(lambdas[f], factor, from: lambda)
      for i in 0..<factor.width * factor.width { lambdaGradients[f][i] = 0 }
    }
    setFixedPart(fixedPart, parameters, first: 0, count: rowCount)
    if predicts { predictModes(parameters) }
    guard placed || findModes() else { return .infinity }
    let value = differentiate(posterior)
    guard value.isFinite else { return .infinity }
    collectGradient()
    if outer && estimatesDispersion { measureDispersion() }
    for i in 0..<parameterCount { lastParameters[i] = parameters[i] }
    for (f, factor) in pattern.allFactors.enumerated() {
      for i in 0..<factor.width * factor.width { lastLambdas[f][i] = lambdas[f][i] }
    }
    knowsTangent = true
    return value + constant
  }

  /// The part of Λ that belongs to a factor.
  func fillFactor(_ out: Pointer, _ factor: LevelPattern.Factor, from lambda: Pointer) {
    let q = factor.width
    for (b, j) in factor.columns.enumerated() {
      for (a, i) in factor.columns.enumerated() { out[a + b * q] = lambda[i + j * effectCount] }
    }
  }

  /// Moves the factors' derivatives and the constant's into `gradient`.
  private func collectGradient() {
    let p = fixedCount
    for (f, factor) in pattern.allFactors.enumerated() {
      let q = factor.width
      for (b, j) in factor.columns.enumerated() {
        for (a, i) in factor.columns.enumerated() {
          lambda[i + j * effectCount] = lambdaGradients[f][a + b * q]
        }
      }
    }
    forEachFree { index, place in gradient[p + index] = lambda[place] }
    // Λ itself again.
    for i in 0..<effectCount * effectCount { lambda[i] = 0 }
    for (f, factor) in pattern.allFactors.enumerated() {
      let q = factor.width
      for (b, j) in factor.columns.enumerated() {
        for (a, i) in factor.columns.enumerated() { lambda[i + j * effectCount] = lambdas[f][a + b * q] }
      }
    }
    addConstantSlope()
  }

  /// Σ (∂ log f/∂φ)² over the rows at their modes, twice: about the curvature in φ.
  private func measureDispersion() {
    let mean = constantSlope / Double(max(rowCount, 1))
    var sum = 0.0
    for i in 0..<rowCount {
      let change = densityChange[i] + mean
      sum += change * change
    }
    dispersionInformation = 2 * sum
  }

  override var dispersionCurvature: Double { dispersionInformation }

  // MARK: Products with Z

  override func addEffects(_ b: Pointer, to rows: Pointer) {
    pattern.addEffects(b, z: z, stride: stride, isConstant: isConstant, to: rows)
  }

  /// out ← Z'v.
  func project(_ v: Pointer, to out: Pointer) {
    pattern.project(v, z: z, stride: stride, isConstant: isConstant, to: out)
  }

  override func levelMoments(
    column k: Int, score: Pointer, weight: Pointer
  ) -> (squares: Double, information: Double, squaredInformation: Double) {
    let f = pattern.allFactors.firstIndex { $0.columns.contains(k) }!
    let factor = pattern.allFactors[f]
    // The scratch vectors hold U and I by levels.
    let (u, information) = (step, response)
    for j in 0..<factor.levelCount { (u[j], information[j]) = (0, 0) }
    let column = z + k * stride
    let q = Int32(factor.width)
    for j in 0..<(f == 0 ? factor.levelCount : 0) {
      for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
        u[j] += score[i] * column[i]
        information[j] += weight[i] * column[i] * column[i]
      }
    }
    if f > 0 {
      let places = pattern.tailColumn + (f - 1) * rowCount
      let first = Int32(factor.start - pattern.tailStart)
      for i in 0..<rowCount {
        let j = Int((places[i] - first) / q)
        u[j] += score[i] * column[i]
        information[j] += weight[i] * column[i] * column[i]
      }
    }
    var sums = (0.0, 0.0, 0.0)
    for j in 0..<factor.levelCount {
      sums.0 += u[j] * u[j]
      sums.1 += information[j]
      sums.2 += information[j] * information[j]
    }
    return sums
  }

  // MARK: Modes kept and moved

  override func clearModes() {
    super.clearModes()
    knowsTangent = false
  }

  override func restoreModes() {
    super.restoreModes()
    knowsTangent = false
    modesArePlaced = false
  }

  override func fillTangents() {
    guard knowsTangent, modeCount * parameterCount <= 20_000_000 else {
      tangents = nil
      return
    }
    var all = tangents ?? Matrix(rows: modeCount, columns: parameterCount)
    all.storage.withUnsafeMutableBufferPointer { storage in
      guard let base = storage.baseAddress else { return }
      for k in 0..<parameterCount { fillTangent(base + k * modeCount, parameter: k) }
    }
    tangents = all
  }

  override func placeModes(parameter: Int, step: Double) {
    restoreModes()
    guard let tangents else { return }
    for i in 0..<modeCount { modes[i] += step * tangents.storage[i + parameter * modeCount] }
    modesArePlaced = true
  }
}
