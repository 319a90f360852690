import LinearAlgebra
import ModelFormula

/// A linear or generalized linear mixed model: a formula with bars applied to data.
///
///     η = o + Xβ + Zb,   b_fj ~ N(0, Ψ_f) for level j of factor f
///
/// Terms stand in the order of their numbers of levels, most first, as in lme4.
public protocol MixedModel: Sendable {
  /// The formula.
  var formula: ModelFormula { get }
  /// Response and design matrices.
  var frame: ModelFrame { get }
  /// The columns of the fixed-effects matrix with aliased ones left out.
  var fixedColumns: DesignColumns { get }
  /// Names of the fixed effects that are estimated.
  var fixedEffectNames: [String] { get }
  /// Names of columns left out because the ones before them span them.
  var droppedColumns: [String] { get }
  /// The columns of all random-effects terms side by side.
  var randomColumns: DesignColumns { get }
  /// The random-effects terms, in order.
  var terms: [RandomTerm] { get }
  /// The grouping factors, in the order of their first terms.
  var factors: [RandomFactor] { get }
}

extension MixedModel {
  /// The fixed-effects matrix with aliased columns left out (n×p).
  public var fixedMatrix: Matrix { fixedColumns.matrix }
  /// The columns of all random-effects terms side by side (n×q).
  public var randomMatrix: Matrix { randomColumns.matrix }
  /// The formula as R deparses it.
  public var formulaText: String { formula.text }
  /// Names of all random effects, term after term.
  public var randomEffectNames: [String] { terms.flatMap(\.names) }
  /// The name of the first grouping factor, the only one of most models.
  public var groupingFactor: String { factors[0].name }
  /// Its levels.
  public var groupLevels: [String] { factors[0].levels }
  /// The level of each used row.
  public var groupCodes: [Int] { factors[0].codes }
  /// Number of rows of each level.
  public var groupSizes: [Int] { factors[0].sizes }
  /// Names of θ's elements, e.g. `department.experience.(Intercept)`.
  public var thetaNames: [String] {
    RelativeCovarianceFactor.names(
      blocks: terms.map(\.columns), groups: terms.map { factors[$0.factor].name }, effects: randomEffectNames)
  }

  /// scale·ΛΛ', term by term.
  func varianceComponents(of lambda: Matrix, scale: Double) -> [VarianceComponent] {
    terms.map { term in
      let d = term.columns.count
      var covariance = Matrix(rows: d, columns: d)
      for (b, column) in term.columns.enumerated() {
        for (a, row) in term.columns.enumerated() {
          var sum = 0.0
          for k in term.columns { sum += lambda[row, k] * lambda[column, k] }
          covariance[a, b] = sum * scale
        }
      }
      return VarianceComponent(
        group: factors[term.factor].name, label: term.label, names: term.names, covariance: covariance)
    }
  }

  /// o + Xβ + Zb, row by row; b by factors.
  package func linearPredictor(_ beta: [Double], modes: [Matrix]) -> [Double] {
    let n = frame.response.count
    var eta = frame.offset ?? [Double](repeating: 0, count: n)
    for (entries, coefficient) in zip(fixedColumns.entries, beta) {
      switch entries {
      case .constant(let x): for i in 0..<n { eta[i] += x * coefficient }
      case .varying(let x): for i in 0..<n { eta[i] += x[i] * coefficient }
      }
    }
    let random = modes.isEmpty ? [] : randomColumns.entries
    for (factor, modes) in zip(factors, modes) {
      let codes = factor.codes
      for (k, column) in factor.columns.enumerated() {
        let own = modes.storage[k * modes.rows..<(k + 1) * modes.rows]
        let first = own.startIndex
        switch random[column] {
        case .constant(let x): for i in 0..<n { eta[i] += x * own[first + codes[i]] }
        case .varying(let x): for i in 0..<n { eta[i] += x[i] * own[first + codes[i]] }
        }
      }
    }
    return eta
  }
}

/// A grouping factor and the effects that vary over its levels.
public struct RandomFactor: Sendable, Equatable {
  /// Its name, e.g. `department` or `batch:cask`.
  public let name: String
  /// Its levels.
  public let levels: [String]
  /// The level of each used row.
  public let codes: [Int]
  /// Names of its effects, term after term.
  public let effectNames: [String]
  /// Their columns of Z.
  public let columns: [Int]
  /// Number of rows of each level.
  public var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: levels.count)
    for code in codes { sizes[code] += 1 }
    return sizes
  }
}

/// One random-effects term: which columns of Z are its own.
public struct RandomTerm: Sendable, Equatable {
  /// `department`, and `department.1`, … for further terms of the factor.
  public let label: String
  /// Names of its effects.
  public let names: [String]
  /// Its columns of Z.
  public let columns: Range<Int>
  /// Which of the model's grouping factors it varies over.
  public let factor: Int
  /// Which of the frame's designs it is.
  let design: Int
}

/// The result of fitting a mixed model.
public protocol MixedModelFit: Sendable {
  associatedtype Model: MixedModel
  /// The specification that was fitted.
  var model: Model { get }
  /// Fixed effects, in the order of `model.fixedEffectNames`.
  var fixedEffects: [Double] { get }
  /// Their covariance matrix (p×p).
  var fixedEffectCovariance: Matrix { get }
  /// Free elements of Λ: column-major lower triangle, one term after another.
  var theta: [Double] { get }
  /// Estimated covariance of the random effects, one entry a term.
  var varianceComponents: [VarianceComponent] { get }
  /// The random effects given the data, one entry a grouping factor, in the order of `model.factors`.
  var randomEffects: [FactorEffects] { get }
  /// What stands on the boundary of the parameter space.
  var boundaries: [FitDiagnostics.Boundary] { get }
  /// The link on whose scale effects are; nil where they are in the unit of the response.
  var effectLink: LinkFunction? { get }
}

extension MixedModelFit {
  /// Standard errors of the fixed effects.
  public var fixedEffectStandardErrors: [Double] { fixedEffectCovariance.diagonal.map { $0.squareRoot() } }
  /// Number of rows used.
  public var observationCount: Int { model.frame.response.count }
  /// Modes of the first grouping factor, the only one of most models; see `FactorEffects`, here and below.
  public var conditionalModes: Matrix { randomEffects[0].modes }
  /// Conditional standard deviations of the modes.
  public var conditionalStandardDeviations: Matrix { randomEffects[0].conditionalStandardDeviations }
  /// Conditional covariance of the effects of one level.
  public func conditionalCovariance(ofLevel j: Int) -> Matrix {
    randomEffects[0].conditionalCovariance(ofLevel: j)
  }
  /// Covariance of the errors of one level's modes.
  public func predictionCovariance(ofLevel j: Int) -> Matrix {
    randomEffects[0].predictionCovariance(ofLevel: j)
  }
  /// Covariance of the errors of one level's modes and of the fixed effects.
  public func crossCovariance(ofLevel j: Int) -> Matrix { randomEffects[0].crossCovariance(ofLevel: j) }
  /// The weight matrix W_j of one level.
  public func jointWeights(ofLevel j: Int) -> Matrix { randomEffects[0].jointWeights(ofLevel: j) }
  /// The weight of one level's own information, effect by effect.
  public func weights(ofLevel j: Int) -> [Double] { randomEffects[0].weights(ofLevel: j) }
  /// Coefficients of the levels: fixed effects and modes together.
  public var groupCoefficients: Matrix { randomEffects[0].coefficients }
  /// Their standard errors.
  public var groupCoefficientErrors: Matrix { randomEffects[0].coefficientErrors }
  /// Their names.
  public var coefficientNames: [String] { randomEffects[0].coefficientNames }

  /// The covariance of a factor's effects, all terms (q_f×q_f).
  func covariance(ofFactor f: Int) -> Matrix {
    let columns = model.factors[f].columns
    var result = Matrix(rows: columns.count, columns: columns.count)
    for (term, component) in zip(model.terms, varianceComponents) where term.factor == f {
      for (b, j) in term.columns.enumerated() {
        for (a, i) in term.columns.enumerated() {
          result[columns.firstIndex(of: i)!, columns.firstIndex(of: j)!] = component.covariance[a, b]
        }
      }
    }
    return result
  }
}
