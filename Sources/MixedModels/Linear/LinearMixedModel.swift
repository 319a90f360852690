import LinearAlgebra
import ModelFormula
import Tables

/// A linear mixed model with one grouping factor: the specification, which never changes.
///
///     y_j = o_j + X_jβ + Z_jb_j + ε_j,   b_j ~ N(0, σ²ΛΛ'),   ε_j ~ N(0, σ²W_j⁻¹)
///
/// with an offset o (0) and prior weights on the diagonal of W (1) where `ColumnRoles` or the formula name them.
/// Any number of random effects, in one term (correlated) or several (independent). The data are reduced once to constants per group, so
/// criterion evaluations and fits do not touch observations again.
public struct LinearMixedModel: Sendable {
  /// The formula.
  public let formula: ModelFormula
  /// Response and design matrices.
  public let frame: ModelFrame
  /// The fixed-effects matrix with aliased columns left out (n×p).
  public let fixedMatrix: Matrix
  /// Names of the fixed effects that are estimated.
  public let fixedEffectNames: [String]
  /// For each of them the index of its term, 0 for the constant.
  let termOfFixedEffect: [Int]
  /// Names of columns left out because the ones before them span them.
  public let droppedColumns: [String]
  /// The columns of all random-effects terms side by side (n×q).
  public let randomMatrix: Matrix
  /// The random-effects terms, in order.
  public let terms: [RandomTerm]
  /// The name of the grouping factor.
  public let groupingFactor: String
  /// Its levels.
  public let groupLevels: [String]
  /// The level of each used row.
  public let groupCodes: [Int]
  let reduction: GroupReduction

  /// One random-effects term: which columns of Z are its own.
  public struct RandomTerm: Sendable, Equatable {
    /// `department`, and `department.1`, … for further terms of the factor.
    public let label: String
    /// Names of its effects.
    public let names: [String]
    /// Its columns of Z.
    public let columns: Range<Int>
  }

  /// The formula as R deparses it.
  public var formulaText: String { formula.text }
  /// Names of all random effects, term after term.
  public var randomEffectNames: [String] { terms.flatMap(\.names) }
  /// Number of rows of each level.
  public var groupSizes: [Int] {
    var sizes = [Int](repeating: 0, count: groupLevels.count)
    for code in groupCodes { sizes[code] += 1 }
    return sizes
  }
  /// Names of θ's elements, e.g. `department.experience.(Intercept)`.
  public var thetaNames: [String] {
    RelativeCovarianceFactor.names(
      blocks: terms.map(\.columns), group: groupingFactor, effects: randomEffectNames)
  }

  /// Applies a formula with bars to data.
  /// - Parameter roles: what columns are beside the formula.
  /// - Throws: `FormulaError` for the formula and the columns; `FitError` for designs in which the model has no meaning: one group, several grouping
  ///   factors, nothing left within groups, collinear random effects.
  public init(_ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles()) throws {
    guard !formula.randomTerms.isEmpty else { throw FitError.noBar(formula: formula.source) }
    try self.init(frame: try ModelFrame(formula, data: data, roles: roles))
  }

  /// Applies formula text to data.
  /// - Throws: as `init(_:data:roles:)` for a parsed formula.
  public init(_ formula: String, data: DataTable, roles: ColumnRoles = ColumnRoles()) throws {
    try self.init(try ModelFormula(formula), data: data, roles: roles)
  }

  init(frame: ModelFrame) throws(FitError) {
    let random = frame.random
    let grouping = random[0].grouping
    var factors = [grouping.name]
    for design in random where !factors.contains(design.grouping.name) {
      factors.append(design.grouping.name)
    }
    if factors.count > 1 { throw .severalGroupingFactors(factors) }
    guard grouping.levels.count > 1 else {
      throw .oneGroup(factor: grouping.name, level: grouping.levels.first ?? "")
    }

    let rowFactors = frame.rowFactors
    let full = PivotedQR(frame.fixed, rowFactors: rowFactors)
    let names = frame.fixedCoding.columnNames
    let kept = full.pivot[..<full.rank].sorted()
    let n = frame.response.count
    var storage: [Double] = []
    storage.reserveCapacity(n * kept.count)
    for k in kept { storage += frame.fixed.storage[k * n..<(k + 1) * n] }
    let x = full.rank == names.count ? frame.fixed : Matrix(rows: n, columns: kept.count, storage: storage)
    guard n > x.columns else {
      throw .tooFewRows(rows: n, coefficients: x.columns, omitted: frame.omittedCount)
    }

    var terms: [RandomTerm] = []
    var z: [Double] = []
    var next = 0
    for (index, design) in random.enumerated() {
      let count = design.matrix.columns
      let label = index == 0 ? grouping.name : "\(grouping.name).\(index)"
      terms.append(RandomTerm(label: label, names: design.columnNames, columns: next..<next + count))
      z += design.matrix.storage
      next += count
    }
    let effectNames = terms.flatMap(\.names)
    if let empty = terms.first(where: { $0.names.isEmpty }) { throw .emptyTerm(factor: empty.label) }
    if let repeated = effectNames.first(where: { name in effectNames.filter { $0 == name }.count > 1 }) {
      throw .repeatedEffect(effect: repeated, factor: grouping.name)
    }
    formula = frame.formula
    self.frame = frame
    fixedMatrix = x
    fixedEffectNames = kept.map { names[$0] }
    termOfFixedEffect = kept.map { frame.fixedCoding.termOfColumn[$0] }
    droppedColumns = names.indices.filter { !kept.contains($0) }.map { names[$0] }
    randomMatrix = Matrix(rows: n, columns: next, storage: z)
    self.terms = terms
    groupingFactor = grouping.name
    groupLevels = grouping.levels
    groupCodes = grouping.codes
    reduction = try GroupReduction(
      z: randomMatrix, blocks: terms.map(\.columns), blockNames: terms.map(\.label),
      effectNames: terms.flatMap(\.names), x: x,
      qr: full.rank == names.count ? full : PivotedQR(x, rowFactors: rowFactors),
      y: frame.responseBesideOffset, interceptColumn: kept.firstIndex { names[$0] == "(Intercept)" },
      rowFactors: rowFactors, codes: grouping.codes, groupCount: grouping.levels.count)
    if reduction.leastTermDegreesOfFreedom <= 0 {
      throw .notIdentified(
        factor: grouping.name, groups: grouping.levels.count, effects: next, rows: n,
        omitted: frame.omittedCount)
    }
    if reduction.isDegenerate {
      throw .noResidualVariation(response: frame.formula.response.text)
    }
  }

  /// The profiled criterion at θ: −2 log (restricted) likelihood with all constants, β and σ at their best. lme4 calls it `REMLcrit` or `deviance`.
  ///
  /// - Parameter theta: free elements of Λ, column-major, one term after another.
  /// - Throws: `FitError.wrongParameterCount`.
  /// - Reference: Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01.
  public func criterion(at theta: [Double], method: EstimationMethod) throws(FitError) -> Double {
    let workspace = ProfiledCriterion(reduction, method: method)
    let psi = try whitenedCovariance(of: theta)
    return psi.withPointer { workspace.evaluate(at: $0) }
  }

  /// The gradient of the criterion with respect to θ, exact.
  /// - Throws: `FitError.wrongParameterCount`.
  public func criterionGradient(at theta: [Double], method: EstimationMethod) throws(FitError) -> [Double] {
    let workspace = ProfiledCriterion(reduction, method: method)
    let psi = try whitenedCovariance(of: theta)
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    workspace.differentiate()
    // df = tr(D̃ dΨ̃), Ψ̃ = R_bΨR_b', so D = R_b'D̃R_b and df/dΛ = 2DΛ.
    let q = reduction.effectCount
    let inner = Matrix(
      rows: q, columns: q, storage: Array(UnsafeBufferPointer(start: workspace.gradient, count: q * q)))
    let scale = reduction.effectScale
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: reduction.blocks)
    let full = scale.transposed * inner * scale * lambda * 2
    return RelativeCovarianceFactor.theta(of: full, blocks: reduction.blocks)
  }

  /// The fixed-effects matrix with sum contrasts for every factor, and the term of each column.
  var sumCoded: (matrix: Matrix, terms: [Int]) {
    var roles = frame.roles
    for name in frame.fixedCoding.factorColumns { roles.contrasts[name] = .sum }
    // The rows and the terms are those of the frame, which was made before.
    guard let frame = try? ModelFrame(formula, data: frame.data, roles: roles) else {
      preconditionFailure("the terms of \(formula.text) have been coded before")
    }
    return (frame.fixed, frame.fixedCoding.termOfColumn)
  }

  private func whitenedCovariance(of theta: [Double]) throws(FitError) -> [Double] {
    let expected = reduction.blocks.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 }
    guard theta.count == expected else { throw .wrongParameterCount(expected: expected, found: theta.count) }
    let scaled =
      reduction.effectScale * RelativeCovarianceFactor.matrix(theta: theta, blocks: reduction.blocks)
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
