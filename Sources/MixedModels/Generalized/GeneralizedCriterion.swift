import Glibc
import LinearAlgebra

/// −2 log-likelihood of a generalized linear mixed model by an approximation of its integral, with exact gradient in β, θ and the logarithm of an
/// estimated dispersion parameter: what searches see of a model, whatever its grouping factors are.
///
/// How to use it: `make` one from `GeneralizedData`, write β, then θ (the lower triangles of the terms' blocks of Λ by columns, one term after another),
/// then the logarithm of an estimated θ of the negative binomial or shape into memory, call `evaluate(at:)`; `gradient` then has the derivatives and `modes`
/// the conditional modes. Signs of θ are free: the criterion does not change when a column of Λ changes its sign. Values have all constants of the
/// density, so they compare with each other and with those of models without random effects.
///
/// A workspace for one task: it owns its memory, and an evaluation allocates nothing.
class GeneralizedCriterion {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// The model of an observation; its θ or shape changes where it is estimated.
  final private(set) var model: ObservationModel
  /// Whether θ of the negative binomial, or the shape, is a parameter.
  final let estimatesDispersion: Bool
  /// Weights of the determinant.
  final let determinant: DeterminantWeights
  /// n, p, q.
  final let rowCount, fixedCount, effectCount: Int
  /// The terms' columns of Λ.
  final let blocks: [Range<Int>]
  /// For each grouping factor its columns of Λ and its number of levels.
  final let factors: [(columns: [Int], levelCount: Int)]
  /// Number of elements of θ.
  final let thetaCount: Int
  /// −2 Σ of what ℓ leaves out of the log-density.
  final private(set) var constant: Double
  /// p, θ's length, and 1 for an estimated dispersion parameter.
  final let parameterCount: Int
  /// Number of all levels' effects.
  final let modeCount: Int

  /// Derivatives in β, θ and the logarithm of the dispersion parameter after an evaluation (parameterCount).
  final let gradient: Pointer
  /// u of all levels, where the last evaluation found the modes; `modePlace` says where each is.
  final let modes: Pointer
  /// Λ (q×q) of the last evaluation.
  final let lambda: Pointer
  /// Σ_j g_j g_j' of the groups' gradients (parameterCount²), where asked for and `hasOuterProduct`.
  final let outerProduct: Pointer
  /// The largest step that counts as arrived at the mode, in standard deviations of u.
  final var modeTolerance = 1e-5
  /// Evaluations so far.
  final var evaluationCount = 0
  /// Groups whose mode was not found in the last evaluation, which then ended with ∞; 1 where modes are found together.
  final var unfinishedModes = 0

  /// Rows in the order in which `order` lists them; columns have `stride` entries.
  final let stride: Int
  final let order: [Int]
  final let y, m, offset, x, z: Pointer
  /// Whether a column of Z is 1 in all rows.
  final let isConstant: [Bool]
  private final let savedModes: Pointer
  private final let distinct: DistinctResponses?
  private final let block: ScratchBlock

  /// The criterion of a model: by groups for one grouping factor, of all modes together for several.
  /// - Parameters:
  ///   - nodeCount: nodes of one dimension of adaptive quadrature; 1 for Laplace's approximation.
  ///   - determinant: weights of the determinant.
  /// - Throws: `FitError.tooManyPoints`, `.quadratureOverSeveralFactors`, `.tooManyCrossedEffects`.
  static func make(
    _ data: GeneralizedData, nodeCount: Int = 1, determinant: DeterminantWeights = .expected
  ) throws(FitError) -> GeneralizedCriterion {
    if data.factors.count == 1 {
      return try GroupwiseCriterion(data, nodeCount: nodeCount, determinant: determinant)
    }
    if nodeCount > 1 { throw .quadratureOverSeveralFactors(nodes: nodeCount, factors: data.factors.count) }
    return try SeveralFactorCriterion(data, determinant: determinant)
  }

  /// - Parameter order: rows in the order in which they are worked on.
  init(_ data: GeneralizedData, order: [Int], determinant: DeterminantWeights) {
    model = data.model
    self.determinant = determinant
    self.order = order
    let (n, p, q) = (data.response.count, data.fixed.columns, data.random.columns)
    (rowCount, fixedCount, effectCount) = (n, p, q)
    blocks = data.blocks
    factors = zip(data.columnsOfFactor, data.factors).map { ($0, $1.levelCount) }
    thetaCount = data.thetaCount
    estimatesDispersion = data.estimatesDispersion
    parameterCount = p + data.thetaCount + (data.estimatesDispersion ? 1 : 0)
    modeCount = factors.reduce(0) { $0 + $1.columns.count * $1.levelCount }
    // Vectors of four read and write up to three numbers behind the end.
    stride = n + 4
    block = ScratchBlock(
      count: stride * (3 + p + q) + q * q + parameterCount * (parameterCount + 1) + 2 * modeCount)
    y = block.take(stride)
    m = block.take(stride)
    offset = block.take(stride)
    x = block.take(stride * p)
    z = block.take(stride * q)
    modes = block.take(modeCount)
    savedModes = block.take(modeCount)
    gradient = block.take(parameterCount)
    outerProduct = block.take(parameterCount * parameterCount)
    lambda = block.take(q * q)
    var constants = 0.0
    for (place, i) in order.enumerated() {
      let trials = data.trials?[i] ?? 1
      y[place] = data.response[i]
      m[place] = trials
      offset[place] = data.offset?[i] ?? 0
    }
    let rows = data.constantRows
    for i in rows.response.indices {
      constants += data.model.logConstant(rows.response[i], rows.trials?[i] ?? 1)
    }
    GeneralizedCriterion.fill(x, from: data.fixed, order, stride: stride)
    GeneralizedCriterion.fill(z, from: data.random, order, stride: stride)
    for place in n..<n + 4 { (y[place], m[place]) = (1, 1) }
    distinct = data.estimatesDispersion ? DistinctResponses(data) : nil
    constant = -2 * constants
    let columns = z
    let length = stride
    isConstant = (0..<q).map { c in (0..<n).allSatisfy { columns[$0 + c * length] == 1 } }
  }

  /// The columns of a matrix with its rows in another order.
  private static func fill(_ out: Pointer, from matrix: Matrix, _ order: [Int], stride: Int) {
    matrix.storage.withUnsafeBufferPointer { values in
      for c in 0..<matrix.columns {
        for (place, i) in order.enumerated() { out[place + c * stride] = values[i + c * matrix.rows] }
      }
    }
  }

  // MARK: What the kinds of criterion have of their own

  /// −2 log L at the parameters; ∞ where it cannot be computed. Fills `gradient`.
  ///
  /// - Parameters:
  ///   - parameters: β, then θ, then the logarithm of an estimated dispersion parameter (parameterCount).
  ///   - outer: whether to fill `outerProduct`, for criteria that have one.
  ///   - posterior: receives what depends on the levels, where given.
  func evaluate(at parameters: Pointer, outer: Bool = false, posterior: GeneralizedPosterior? = nil) -> Double
  {
    preconditionFailure("a criterion is made from data")
  }

  /// Whether the gradient is a sum over groups that are independent, so that `outerProduct` tells curvature.
  var hasOuterProduct: Bool { false }

  /// Whether one evaluation takes so long that starts beyond the first are worth their time only where the first fails.
  var isExpensive: Bool { false }

  /// Where the effects of a level begin in `modes`, in the order of the factor's columns.
  func modePlace(factor f: Int, level j: Int) -> Int { preconditionFailure("a criterion is made from data") }

  /// Sums over the levels of a column's factor: of U² and of I, I², with U = Z_j'v and I = Z_j'diag(w)Z_j.
  func levelMoments(
    column k: Int, score v: Pointer, weight w: Pointer
  ) -> (squares: Double, information: Double, squaredInformation: Double) {
    preconditionFailure("a criterion is made from data")
  }

  /// Adds Zb to rows, b the effects of all levels in the order of `modes`.
  func addEffects(_ b: Pointer, to rows: Pointer) { preconditionFailure("a criterion is made from data") }

  /// Curvature of −2 log L in the logarithm of the dispersion parameter, about, after an evaluation with `outer`.
  var dispersionCurvature: Double { 0.5 * outerProduct[parameterCount * parameterCount - 1] }

  /// Sets modes to 0.
  func clearModes() {
    for i in 0..<modeCount { modes[i] = 0 }
  }

  /// Keeps the modes for `restoreModes`.
  func saveModes() {
    for i in 0..<modeCount { savedModes[i] = modes[i] }
  }

  /// Goes back to the modes that were saved last.
  func restoreModes() {
    for i in 0..<modeCount { modes[i] = savedModes[i] }
  }

  /// Whether `secondDerivatives` knows them.
  var hasSecondDerivatives: Bool { false }

  /// The exact second derivatives of −2 log L in β and θ at the point and the modes of the last evaluation; nil where there are none.
  func secondDerivatives(at parameters: Pointer) -> Matrix? { nil }

  /// Gets ready for `placeModes` around the point of the last evaluation, whose modes have been saved.
  func fillTangents() {}

  /// Sets modes to about what they are at the point of `fillTangents` with one parameter moved; the error is of the second order of the step.
  func placeModes(parameter: Int, step: Double) { restoreModes() }

  // MARK: What they have in common

  /// Whether every factor has levels enough to tell its variances and covariances: ten for each.
  final var hasManyLevels: Bool {
    factors.indices.allSatisfy { f in
      let parameters = blocks.reduce(0) {
        factors[f].columns.contains($1.lowerBound) ? $0 + $1.count * ($1.count + 1) / 2 : $0
      }
      return factors[f].levelCount >= 10 * parameters
    }
  }

  /// Takes over parameters into Λ, the family and the constant, and clears the gradient.
  /// - Returns: false where the parameters are out of all range.
  final func take(_ parameters: Pointer) -> Bool {
    evaluationCount += 1
    unfinishedModes = 0
    for i in 0..<parameterCount {
      guard parameters[i].isFinite else { return false }
      gradient[i] = 0
    }
    for i in 0..<effectCount * effectCount { lambda[i] = 0 }
    forEachFree { index, place in lambda[place] = parameters[fixedCount + index] }
    guard let distinct else { return true }
    let logParameter = parameters[parameterCount - 1]
    // Beyond, the distribution is its limit to the last digit.
    guard abs(logParameter) < 25 else { return false }
    model = ObservationModel(
      model.family.with(dispersionParameter: exp(logParameter)), link: model.link)
    constant = -2 * distinct.logConstant(model)
    return true
  }

  /// The derivative of Σ log f in the logarithm of the dispersion parameter, as far as it does not depend on predictors.
  final var constantSlope: Double { distinct?.constantSlope(model) ?? 0 }

  /// Adds the constant's derivative.
  final func addConstantSlope() {
    if estimatesDispersion { gradient[parameterCount - 1] -= 2 * constantSlope }
  }

  /// rows ← o + Xβ from a first row on.
  @inline(__always)
  final func setFixedPart(_ rows: Pointer, _ beta: Pointer, first: Int, count: Int) {
    for i in 0..<count { rows[i] = offset[first + i] }
    for c in 0..<fixedCount {
      let factor = beta[c]
      let column = x + (c * stride + first)
      for i in 0..<count { rows[i] += factor * column[i] }
    }
  }

  /// Each free element of Λ: its place in θ and in the matrix.
  @inline(__always)
  final func forEachFree(_ body: (Int, Int) -> Void) {
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
