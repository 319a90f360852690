import LinearAlgebra
import ModelFormula
import Tables

/// A linear mixed model: the specification, which never changes.
///
///     y = o + Xβ + Zb + ε,   b_fj ~ N(0, σ²Λ_fΛ_f') for level j of factor f,   ε ~ N(0, σ²W⁻¹)
///
/// with an offset o (0) and prior weights on the diagonal of W (1) where `ColumnRoles` or the formula name them.
/// Any number of grouping factors, nested, crossed or partially crossed, with any number of random effects in one term (correlated) or several
/// (independent). Terms stand in the order of their numbers of levels, most first, as in lme4. The data are reduced once to constants per level, so
/// criterion evaluations and fits do not touch observations again.
public struct LinearMixedModel: MixedModel {
  /// The formula.
  public let formula: ModelFormula
  /// Response and design matrices.
  public let frame: ModelFrame
  /// The columns of the fixed-effects matrix with aliased ones left out.
  public let fixedColumns: DesignColumns
  /// Names of the fixed effects that are estimated.
  public let fixedEffectNames: [String]
  /// For each of them the index of its term, 0 for the constant.
  let termOfFixedEffect: [Int]
  /// Names of columns left out because the ones before them span them.
  public let droppedColumns: [String]
  /// The columns of all random-effects terms side by side.
  public let randomColumns: DesignColumns
  /// The random-effects terms, in order.
  public let terms: [RandomTerm]
  /// The grouping factors, in the order of their first terms.
  public let factors: [RandomFactor]
  let reducedData: ReducedData

  /// Applies a formula with bars to data.
  /// - Parameters:
  ///   - roles: what columns are beside the formula.
  ///   - exact: whether crossed factors of so many levels that conjugate gradients would serve are factored all the same; see `exactCost`.
  /// - Throws: `FormulaError` for the formula and the columns; `FitError` for designs in which the model has no meaning: one group, no more rows than
  ///   effects, nothing left within groups, collinear random effects.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(), exact: Bool = false
  ) throws {
    guard !formula.randomTerms.isEmpty else { throw FitError.noBar(formula: formula.source) }
    try self.init(frame: try ModelFrame(formula, data: data, roles: roles), exact: exact)
  }

  /// Applies formula text to data.
  /// - Throws: as `init(_:data:roles:exact:)` for a parsed formula.
  public init(
    _ formula: String, data: DataTable, roles: ColumnRoles = ColumnRoles(), exact: Bool = false
  ) throws {
    try self.init(try ModelFormula(formula), data: data, roles: roles, exact: exact)
  }

  /// A model whose variances will be given or are not wanted: groups of one row are no obstacle.
  /// - Parameter roles: what columns are beside the formula; known standard errors of rows stand among them.
  /// - Throws: as `init(_:data:roles:exact:)`, but for variances that could not be told apart.
  package init(
    knowingVariances formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles()
  ) throws {
    guard !formula.randomTerms.isEmpty else { throw FitError.noBar(formula: formula.source) }
    try self.init(frame: try ModelFrame(formula, data: data, roles: roles), knowsVariances: true)
  }

  /// Whether the predictors alone fit every response, as a constant one: nothing is left by which the reduced data could be scaled.
  package var isFittedByPredictors: Bool { reducedData.design.responseScale == 0 }

  /// Whether the criterion is computed by conjugate gradients and random probes, with a Monte Carlo error.
  public var isIterative: Bool { if case .iterative = reducedData { true } else { false } }

  /// What one exact value of the criterion costs: floating-point operations, and bytes of memory. A fit takes about five of them, and gradients
  /// of twice that. Nil for models of one grouping factor, whose cost is nothing.
  public var exactCost: (operations: Double, bytes: Double)? {
    switch reducedData {
    case .single: nil
    case .several(let data), .iterative(let data): (data.operationCount, data.exactBytes)
    }
  }

  /// - Parameters:
  ///   - compresses: whether levels of many rows are compressed before they are reduced.
  ///   - knowsVariances: whether they need not be told apart.
  init(
    frame: ModelFrame, exact: Bool = false, compresses: Bool = true, knowsVariances: Bool = false
  ) throws(FitError) {
    for k in frame.random.indices where frame.random[k].grouping.levels.count < 2 {
      let grouping = frame.random[k].grouping
      throw .oneGroup(factor: grouping.name, level: grouping.levels.first ?? "")
    }
    let layout = try RandomLayout(frame)
    let all = ModelRows(frame, layout, compresses: compresses)
    let full = all.fixedFactorization
    let names = frame.fixedCoding.columnNames
    let kept = full.pivot[..<full.rank].sorted()
    guard frame.response.count > kept.count else {
      throw .tooFewRows(rows: frame.response.count, coefficients: kept.count, omitted: frame.omittedCount)
    }
    let isWhole = full.rank == names.count
    let rows = isWhole ? all : all.keeping(fixedColumns: kept)
    formula = frame.formula
    self.frame = frame
    fixedColumns = isWhole ? frame.fixedColumns : frame.fixedColumns.selecting(columns: kept)
    fixedEffectNames = kept.map { names[$0] }
    termOfFixedEffect = kept.map { frame.fixedCoding.termOfColumn[$0] }
    droppedColumns = names.indices.filter { !kept.contains($0) }.map { names[$0] }
    randomColumns = layout.columns
    terms = layout.terms
    factors = layout.factors
    reducedData = try ReducedData(
      rows, terms: layout.terms, factors: layout.factors, qr: isWhole ? full : rows.fixedFactorization,
      interceptColumn: kept.firstIndex { names[$0] == "(Intercept)" }, exact: exact)
    if !knowsVariances { try checkIdentification() }
  }

  /// Why no residual is left: the data, or weights of which most are nothing beside the others.
  var noResidual: FitError { unequalWeights ?? .noResidualVariation(response: formula.response.text) }

  /// The fault of weights of which some are nothing beside the others; nil where they are not.
  var unequalWeights: FitError? {
    guard let weights = frame.weights, let column = frame.roles.weights, let least = weights.min(),
      let greatest = weights.max(), least < 1e-10 * greatest
    else { return nil }
    return .unequalWeights(column: column, least: least, greatest: greatest)
  }

  /// Effects and residuals that cannot be told apart.
  private var notIdentified: FitError {
    .notIdentified(
      factor: groupingFactor, groups: groupLevels.count, effects: randomColumns.count,
      rows: frame.response.count, omitted: frame.omittedCount)
  }

  /// Refuses designs whose variances cannot be told apart.
  private func checkIdentification() throws(FitError) {
    let n = frame.response.count
    switch reducedData {
    case .single(let reduction):
      if reduction.leastTermRows <= 0 {
        throw notIdentified
      }
      if reduction.isDegenerate { throw noResidual }
    case .several, .iterative:
      for term in terms where factors[term.factor].levels.count * term.columns.count >= n {
        throw .notIdentified(
          factor: factors[term.factor].name, groups: factors[term.factor].levels.count,
          effects: term.columns.count, rows: n, omitted: frame.omittedCount)
      }
      if reducedData.design.responseScale == 0 {
        throw noResidual
      }
    }
  }

  /// The profiled criterion at θ: −2 log (restricted) likelihood with all constants, β and σ at their best. lme4 calls it `REMLcrit` or `deviance`.
  ///
  /// - Parameter theta: free elements of Λ, column-major, one term after another.
  /// - Throws: `FitError.wrongParameterCount`.
  /// - Reference: Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01.
  public func criterion(at theta: [Double], method: EstimationMethod) throws(FitError) -> Double {
    let workspace = reducedData.criterion(method)
    let psi = try whitenedCovariance(of: theta)
    return psi.withPointer { workspace.evaluate(at: $0) }
  }

  /// The gradient of the criterion with respect to θ, exact.
  /// - Throws: `FitError.wrongParameterCount`.
  public func criterionGradient(at theta: [Double], method: EstimationMethod) throws(FitError) -> [Double] {
    let workspace = reducedData.criterion(method)
    let psi = try whitenedCovariance(of: theta)
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    workspace.differentiate()
    // df = tr(D̃ dΨ̃), Ψ̃ = R_bΨR_b', so D = R_b'D̃R_b and df/dΛ = 2DΛ.
    let q = workspace.effectCount
    let inner = Matrix(
      rows: q, columns: q, storage: Array(UnsafeBufferPointer(start: workspace.gradient, count: q * q)))
    let scale = reducedData.design.effectScale
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: workspace.blocks)
    let full = scale.transposed * inner * scale * lambda * 2
    return RelativeCovarianceFactor.theta(of: full, blocks: workspace.blocks)
  }

  /// Ψ in the coordinates of the reduced data.
  private func whitenedCovariance(of theta: [Double]) throws(FitError) -> [Double] {
    let blocks = terms.map(\.columns)
    let expected = blocks.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 }
    guard theta.count == expected else { throw .wrongParameterCount(expected: expected, found: theta.count) }
    let scaled =
      reducedData.design.effectScale * RelativeCovarianceFactor.matrix(theta: theta, blocks: blocks)
    return (scaled * scaled.transposed).storage
  }
}

extension [Double] {
  /// Lends the elements as a mutable pointer to a copy.
  func withPointer<R>(_ body: (UnsafeMutablePointer<Double>) -> R) -> R {
    var copy = self
    return copy.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}
