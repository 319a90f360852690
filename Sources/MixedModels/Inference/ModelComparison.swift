import Distributions
import Glibc
import LinearAlgebra
import ModelFormula
import Tables

/// Models of one response side by side: parameters, AIC, BIC, and likelihood-ratio tests of each against the one before it.
///
/// Models stand in the order of their numbers of parameters. By maximum likelihood all are comparable; REML criteria are only where the fixed
/// parts have the same columns.
public struct ModelComparison: Sendable {
  /// One model.
  public struct Row: Sendable, Equatable {
    /// `m1`, `m2`, … in the order in which the formulas were given.
    public let name: String
    /// The formula as R deparses it.
    public let formulaText: String
    /// Number of parameters, σ among them.
    public let parameterCount: Int
    /// Akaike's and Schwarz's criteria.
    public let aic, bic: Double
    /// Log-likelihood; restricted if criteria of REML are compared.
    public let logLikelihood: Double
    /// The Monte Carlo standard error of the deviance; 0 where it is exact.
    public let devianceError: Double
    /// The test against the model before it; nil for the first one, and where that is not within this one.
    public let test: LikelihoodRatioTest?
    /// −2 × log-likelihood.
    public var deviance: Double { -2 * logLikelihood }
  }

  /// Whether likelihoods are restricted.
  public let method: EstimationMethod
  /// The distribution of the response; nil for linear models.
  public let distribution: GeneralizedSpecification?
  /// How null distributions were simulated.
  public let simulation: NullSimulation
  /// The models, fewest parameters first.
  public let rows: [Row]
  /// Number of rows of the data that all models use.
  public let observationCount: Int
  /// What stands on the boundary in one of the fits, by name.
  public let singularModels: [String]
  /// Models whose covariance parameters the data do not determine all, by name: they are not tested.
  public let undeterminedModels: [String]
  /// Models whose likelihood has no maximum, by name, because predictors separate responses; they are not tested.
  public let separatedModels: [String]
  /// Models whose likelihood has no maximum, by name, because a variance grows without end; they are not tested.
  public let divergentModels: [String]
  /// Factors whose levels `||` made terms of their own.
  public let doubleBarFactors: [String]

  /// Fits models and compares them.
  /// - Parameters:
  ///   - formulas: with and without random effects.
  ///   - roles: what columns are beside the formulas.
  ///   - method: `.ml`, or `.reml` to compare restricted likelihoods.
  ///   - distribution: of the response; nil for linear models.
  ///   - simulation: which null distributions are simulated, and how.
  /// - Throws: what fitting throws; `ComparisonError` for models that cannot be compared.
  public init(
    _ formulas: [ModelFormula], data: DataTable, roles: ColumnRoles = ColumnRoles(),
    method: EstimationMethod = .ml, distribution: GeneralizedSpecification? = nil,
    simulation: NullSimulation = NullSimulation(), exact: Bool = false
  ) throws {
    precondition(method == .ml || distribution == nil, "generalized models have no restricted likelihood")
    var models = try formulas.enumerated().map { index, formula in
      let name = "m\(index + 1)"
      if let distribution {
        return try ComparedModel(formula, name: name, data: data, roles: roles, distribution)
      }
      return try ComparedModel(
        formula, name: name, data: data, roles: roles, method: method, exact: exact)
    }
    if let first = models.first {
      for other in models.dropFirst() { try ComparisonError.check(first, other) }
    }
    // Equal numbers keep their order.
    models = models.enumerated().sorted {
      ($0.element.parameterCount, $0.offset) < ($1.element.parameterCount, $1.offset)
    }.map(\.element)
    if method == .reml {
      for (a, b) in zip(models, models.dropFirst()) where a.fixed.matrix != b.fixed.matrix {
        throw ComparisonError.fixedPartsDiffer(a.name, b.name)
      }
    }
    rows = models.indices.map { k in
      let model = models[k]
      let count = Double(model.parameterCount)
      return Row(
        name: model.name, formulaText: model.formulaText, parameterCount: model.parameterCount,
        aic: -2 * model.logLikelihood + 2 * count,
        bic: -2 * model.logLikelihood + log(Double(model.usedRows.count)) * count,
        logLikelihood: model.logLikelihood, devianceError: model.devianceError,
        test: k == 0 || !model.isTestable || !models[k - 1].isTestable
          || model.isLostInNoise(beside: models[k - 1])
          ? nil : LikelihoodRatioTest(of: models[k - 1], within: model, method: method, simulation))
    }
    self.method = method
    self.distribution = distribution
    self.simulation = simulation
    observationCount = models.first?.usedRows.count ?? 0
    singularModels = models.filter(\.isSingular).map(\.name)
    undeterminedModels = models.filter(\.isFlat).map(\.name)
    separatedModels = models.filter(\.isSeparated).map(\.name)
    divergentModels = models.filter(\.isDivergent).map(\.name)
    var factors: [String] = []
    for name in models.flatMap(\.doubleBarFactors) where !factors.contains(name) { factors.append(name) }
    doubleBarFactors = factors
  }
}

/// A fitted model as far as comparisons need it.
struct ComparedModel {
  let name: String
  private let frame: ModelFrame
  var formulaText: String { frame.formula.text }
  var response: [Double] { frame.response }
  var responseText: String { frame.formula.response.text }
  var usedRows: [Int] { frame.usedRows }
  var weights: [Double]? { frame.weights }
  var offset: [Double]? { frame.offset }
  var doubleBarFactors: [String] { frame.doubleBarFactors }
  /// The columns of X, and of each random-effects term with the level of each row.
  let fixed: ColumnSpace
  let terms: [(columns: ColumnSpace, codes: [Int])]
  let parameterCount: Int
  let logLikelihood: Double
  let isSingular: Bool
  let isFlat: Bool
  /// Whether predictors separate the responses, or a variance grows without end: the likelihood has no maximum.
  let isSeparated, isDivergent: Bool
  /// Whether the likelihood is at a maximum that the data determine.
  var isTestable: Bool { !isFlat && !isSeparated && !isDivergent }
  /// The Monte Carlo standard error of −2 × log-likelihood.
  let devianceError: Double
  let refittable: RefittableModel

  init(
    _ formula: ModelFormula, name: String, data: DataTable, roles: ColumnRoles, method: EstimationMethod,
    exact: Bool = false
  ) throws {
    self.name = name
    isSeparated = false
    isDivergent = false
    let frame: ModelFrame
    if formula.randomTerms.isEmpty {
      let model = try LinearModel(formula, data: data, roles: roles)
      let fit = model.fit()
      frame = model.frame
      fixed = ColumnSpace(frame.fixed)
      terms = []
      parameterCount = fit.rank + 1
      logLikelihood = method == .ml ? fit.logLikelihood : fit.restrictedLogLikelihood(of: model)
      isSingular = false
      isFlat = false
      devianceError = 0
      refittable = .linear(frame, fit, method)
    } else {
      let model = try LinearMixedModel(formula, data: data, roles: roles, exact: exact)
      let fit = try model.fit(by: method)
      frame = model.frame
      fixed = ColumnSpace(model.fixedMatrix)
      terms = frame.random.map { (ColumnSpace($0.matrix), $0.grouping.canonicalCodes) }
      parameterCount = fit.parameterCount
      logLikelihood = fit.logLikelihood
      isSingular = fit.diagnostics.isSingular
      isFlat = fit.diagnostics.isFlat
      devianceError = fit.diagnostics.criterionError
      refittable = .mixed(fit)
    }
    self.frame = frame
  }

  /// A model with a distribution of its response other than the normal one.
  init(
    _ formula: ModelFormula, name: String, data: DataTable, roles: ColumnRoles,
    _ distribution: GeneralizedSpecification
  ) throws {
    self.name = name
    isFlat = false
    devianceError = 0
    if formula.randomTerms.isEmpty {
      let model = try GeneralizedLinearModel(
        formula, data: data, family: distribution.family, link: distribution.link, roles: roles)
      let fit = try model.fit()
      frame = model.frame
      fixed = ColumnSpace(frame.fixed)
      terms = []
      parameterCount = fit.parameterCount
      logLikelihood = fit.maximumLogLikelihood
      isSingular = false
      isSeparated = fit.separation != nil
      isDivergent = false
      refittable = .generalized(model, fit)
    } else {
      let model = try GeneralizedLinearMixedModel(
        formula, data: data, family: distribution.family, link: distribution.link, roles: roles)
      let fit = try model.fit(
        distribution.approximation, determinant: distribution.determinant, standardErrors: false)
      frame = model.frame
      fixed = ColumnSpace(model.fixedMatrix)
      terms = frame.random.map { (ColumnSpace($0.matrix), $0.grouping.canonicalCodes) }
      parameterCount = fit.parameterCount
      logLikelihood = fit.logLikelihood
      isSingular = fit.diagnostics.isSingular
      isSeparated = fit.diagnostics.separation != nil
      isDivergent = fit.diagnostics.hasDivergentVariance
      refittable = .generalizedMixed(fit)
    }
  }

  /// Whether the difference of two deviances is under ten of its Monte Carlo errors: too little for a test.
  func isLostInNoise(beside other: ComparedModel) -> Bool {
    let error =
      (devianceError * devianceError + other.devianceError * other.devianceError).squareRoot()
    return error > 0 && 2 * abs(logLikelihood - other.logLikelihood) < 10 * error
  }
}

extension CategoricalColumn {
  /// Levels numbered as they first occur, so that two factors that part the rows in the same way are equal.
  var canonicalCodes: [Int] {
    var number = [Int](repeating: -1, count: levels.count)
    var next = 0
    return codes.map { code in
      if number[code] < 0 {
        number[code] = next
        next += 1
      }
      return number[code]
    }
  }
}

/// What a matrix's columns span.
struct ColumnSpace {
  let matrix: Matrix
  private let qr: PivotedQR
  var dimension: Int { qr.rank }

  init(_ matrix: Matrix) {
    self.matrix = matrix
    qr = PivotedQR(matrix)
  }

  /// Whether every column is a sum of the other's.
  func isWithin(_ other: ColumnSpace) -> Bool {
    guard dimension <= other.dimension else { return false }
    return (0..<matrix.columns).allSatisfy { k in
      var column = matrix.column(k)
      let whole = column.reduce(0) { $0 + $1 * $1 }
      other.qr.applyTransposedQ(to: &column)
      let left = column.dropFirst(other.dimension).reduce(0) { $0 + $1 * $1 }
      return left <= 1e-14 * whole
    }
  }
}

/// Models that cannot be compared.
public enum ComparisonError: Error, Equatable, Sendable, CustomStringConvertible {
  case rowsDiffer(String, Int, String, Int)
  case responsesDiffer(String, String, String, String)
  case fixedPartsDiffer(String, String)

  /// Refuses models of other rows or responses.
  static func check(_ a: ComparedModel, _ b: ComparedModel) throws(ComparisonError) {
    guard a.usedRows == b.usedRows else {
      throw .rowsDiffer(a.name, a.usedRows.count, b.name, b.usedRows.count)
    }
    guard a.response == b.response else {
      throw .responsesDiffer(a.name, a.responseText, b.name, b.responseText)
    }
  }

  /// The fault in words.
  public var description: String {
    switch self {
    case .rowsDiffer(let a, let m, let b, let n):
      "\(a) can use \(m) rows and \(b) \(n), because their columns are missing in different rows; take out of the data first all rows "
        + "in which any column of the models is missing"
    case .responsesDiffer(let a, let x, let b, let y):
      "\(a) explains \(x) and \(b) explains \(y); likelihoods can be compared for one response only"
    case .fixedPartsDiffer(let a, let b):
      "\(a) and \(b) differ in their fixed parts (another unit of a column is enough), so their REML criteria cannot be compared; leave "
        + "--reml out to compare by maximum likelihood"
    }
  }
}

extension LinearModelFit {
  /// The restricted log-likelihood, with lme4's constants.
  func restrictedLogLikelihood(of model: LinearModel) -> Double {
    let m = Double(residualDegreesOfFreedom)
    let qr = PivotedQR(model.frame.fixed, rowFactors: model.frame.rowFactors)
    let logWeights = model.frame.weights?.reduce(0) { $0 + log($1) } ?? 0
    return (logWeights - 2 * qr.logAbsDeterminant - m * (1 + log(2 * .pi * deviance / m))) / 2
  }
}
