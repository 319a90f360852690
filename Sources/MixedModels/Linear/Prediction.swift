import Distributions
import LinearAlgebra
import ModelFormula
import Tables

extension LinearModel {
  /// Predicted means Xβ̂ plus the offset for the rows of a table, NaN where a row has a missing value; aliased coefficients count as 0.
  /// - Throws: `FormulaError` if the table lacks a column or has a factor level that the fit does not know.
  public func predict(_ fit: LinearModelFit, for data: DataTable) throws(FormulaError) -> [Double] {
    let x = try frame.fixedCoding.matrix(for: data)
    let means = x * fit.coefficients.map { $0.isNaN ? 0 : $0 }
    return try frame.offset(for: data).map { zip(means, $0).map(+) } ?? means
  }
}

/// Which random effects a prediction counts in; the others are at their mean, 0.
public enum RandomEffectSelection: Sendable, Equatable {
  /// All: the prediction for the levels of the row.
  case all
  /// None: the population's mean, the prediction for new levels.
  case none
  /// Those of terms in a formula's notation, e.g. `(1 | batch)` or `(1 | a) + (0 + x | b)`.
  case terms(String)
  /// All those of some grouping factors, by their names.
  case factors(Set<String>)
}

extension LinearMixedModelFit {
  /// Predicted means for the rows of a table: Xβ̂, and with random effects Xβ̂ + Zb̂ of the row's levels; with the offset, if there is one.
  ///
  /// - Parameters:
  ///   - random: which random effects count; `.none` gives the population's mean.
  ///   - allowingNewLevels: a level that the fit has not seen has random effects of 0.
  /// - Returns: one number a row, NaN where the row has a missing value.
  /// - Throws: `FormulaError` if the table lacks a column; `PredictionError` for an unknown level that is not allowed and for terms that the model has not.
  public func predict(
    for data: DataTable, random: RandomEffectSelection = .all, allowingNewLevels: Bool = false
  ) throws -> [Double] {
    let rows = try PredictionRows(self, data: data, random: random, allowingNewLevels: allowingNewLevels)
    return rows.means(of: self)
  }
}

/// The rows of a table in the columns of a fit: what predictions and their errors are made of.
struct PredictionRows {
  /// X over the fixed effects that are estimated (n×p), and the offset.
  let fixed: Matrix
  let offset: [Double]?
  /// For each factor that counts: its index in the model, the columns that count (n × their number) with their places among the
  /// factor's effects, and the level of each row; −1 for a new one, −2 where it is missing.
  let factors: [(factor: Int, places: [Int], columns: Matrix, levels: [Int])]

  init(
    _ fit: some MixedModelFit, data: DataTable, random: RandomEffectSelection, allowingNewLevels: Bool
  ) throws {
    let isOwnData = fit.model.frame.isMade(from: data)
    let model = fit.model
    let names = model.frame.fixedCoding.columnNames
    let x = try model.frame.fixedCoding.matrix(for: data)
    let kept = model.fixedEffectNames.map { names.firstIndex(of: $0)! }
    fixed = Matrix(rows: x.rows, columns: kept.count, storage: kept.flatMap { x.column($0) })
    offset = try model.frame.offset(for: data)
    let selected = try PredictionRows.selected(random, in: model)
    var factors: [(factor: Int, places: [Int], columns: Matrix, levels: [Int])] = []
    for (f, factor) in model.factors.enumerated() where !selected[f].isEmpty {
      let first = model.terms.first { $0.factor == f }!
      let grouping = try model.frame.random[first.design].grouping(in: data)
      let place = Dictionary(uniqueKeysWithValues: factor.levels.enumerated().map { ($1, $0) })
      let known = grouping.levels.map { place[$0] ?? -1 }
      var levels = grouping.codes.map { $0 < 0 ? -2 : known[$0] }
      if isOwnData {
        // A level that occurs in rows that the fit leaves out only is missing there.
        for row in levels.indices where levels[row] == -1 { levels[row] = -2 }
      }
      if !allowingNewLevels, let row = levels.firstIndex(of: -1) {
        throw PredictionError.newLevel(
          factor: factor.name, level: grouping.levels[grouping.codes[row]], row: row + 1,
          known: factor.levels)
      }
      var columns: [Double] = []
      for term in model.terms where term.factor == f {
        columns += try model.frame.random[term.design].matrix(for: data).storage
      }
      let n = data.rowCount
      let storage = selected[f].flatMap { columns[$0 * n..<($0 + 1) * n] }
      factors.append(
        (f, selected[f], Matrix(rows: n, columns: selected[f].count, storage: storage), levels))
    }
    // A missing level takes the row out, or leaves it to the fixed effects where new levels are allowed.
    self.factors = factors
    missing = (0..<data.rowCount).map { row in
      !allowingNewLevels && factors.contains { $0.levels[row] == -2 }
    }
  }
  private let missing: [Bool]

  /// The rows that a fit used, all random effects counting.
  init(_ fit: some MixedModelFit) {
    let model = fit.model
    let n = fit.observationCount
    fixed = model.fixedMatrix
    offset = model.frame.offset
    factors = model.factors.enumerated().map { f, factor in
      let columns = factor.columns.flatMap { model.randomMatrix.column($0) }
      let matrix = Matrix(rows: n, columns: factor.columns.count, storage: columns)
      return (f, Array(factor.columns.indices), matrix, factor.codes)
    }
    missing = [Bool](repeating: false, count: n)
  }

  private init(
    fixed: Matrix, offset: [Double]?,
    factors: [(factor: Int, places: [Int], columns: Matrix, levels: [Int])], missing: [Bool]
  ) {
    self.fixed = fixed
    self.offset = offset
    self.factors = factors
    self.missing = missing
  }

  /// The same rows, each of levels that were never seen.
  var asNewLevels: PredictionRows {
    PredictionRows(
      fixed: fixed, offset: offset,
      factors: factors.map { ($0.factor, $0.places, $0.columns, $0.levels.map { _ in -1 }) }, missing: missing
    )
  }

  /// Xβ̂ + Zb̂ + o.
  func means(of fit: some MixedModelFit) -> [Double] {
    means(fixedEffects: fit.fixedEffects, modes: fit.randomEffects.map(\.modes))
  }

  /// Adds z'b of levels that are not known, b drawn; rows of one such level of the data draw each by itself.
  func addNewLevels<Stream: UniformStream>(
    of fit: some MixedModelFit, to values: inout [Double], from stream: inout Stream
  ) {
    for (f, places, columns, levels) in factors {
      let covariance = fit.covariance(ofFactor: f)
      let q = covariance.rows
      let root = RelativeCovarianceFactor.lowerFactor(of: covariance.storage, order: q)
      for (row, level) in levels.enumerated() where level < 0 {
        let u = (0..<q).map { _ in stream.normal() }
        for (k, place) in places.enumerated() {
          for l in 0...place { values[row] += columns[row, k] * root[place + l * q] * u[l] }
        }
      }
    }
  }

  /// Xβ + Zb + o.
  func means(fixedEffects: [Double], modes: [Matrix]) -> [Double] {
    var result = fixed * fixedEffects
    if let offset { result = zip(result, offset).map(+) }
    for (f, places, columns, levels) in factors {
      let modes = modes[f]
      for (row, level) in levels.enumerated() where level >= 0 {
        for (k, place) in places.enumerated() { result[row] += columns[row, k] * modes[level, place] }
      }
    }
    for row in missing.indices where missing[row] { result[row] = .nan }
    return result
  }

  /// For each factor the places of the effects that count.
  private static func selected(
    _ selection: RandomEffectSelection, in model: some MixedModel
  ) throws -> [[Int]] {
    switch selection {
    case .all: return model.factors.map { Array($0.effectNames.indices) }
    case .none: return model.factors.map { _ in [] }
    case .factors(let names):
      if let unknown = names.subtracting(model.factors.map(\.name)).min() {
        throw PredictionError.unknownFactor(unknown, known: model.factors.map(\.name))
      }
      return model.factors.map { names.contains($0.name) ? Array($0.effectNames.indices) : [] }
    case .terms(let text):
      let formula = try ModelFormula(
        "\(model.formula.response.text) ~ \(text.drop { $0 == "~" || $0 == " " })")
      guard formula.fixedText.hasSuffix("~ 1"), !formula.randomTerms.isEmpty else {
        throw PredictionError.notTerms(text)
      }
      let frame = try ModelFrame(
        formula, data: model.frame.data, roles: model.frame.roles, response: model.frame.responseKind)
      var places = model.factors.map { _ in Set<Int>() }
      for design in frame.random {
        guard let f = model.factors.firstIndex(where: { $0.name == design.grouping.name }) else {
          throw PredictionError.unknownFactor(
            design.grouping.name, known: model.factors.map(\.name))
        }
        for name in design.columnNames {
          guard let place = model.factors[f].effectNames.firstIndex(of: name) else {
            throw PredictionError.unknownEffect(
              name, factor: model.factors[f].name, known: model.factors[f].effectNames)
          }
          places[f].insert(place)
        }
      }
      return places.map { $0.sorted() }
    }
  }
}

/// Why rows cannot be predicted.
public enum PredictionError: Error, Equatable, Sendable, CustomStringConvertible {
  case newLevel(factor: String, level: String, row: Int, known: [String])
  /// More rows than errors can be computed for in reasonable time, the model's levels being too many to be factored.
  case tooManyRows(Int, most: Int)
  /// Text that is not a sum of random-effects terms.
  case notTerms(String)
  /// A term over a factor that the model has not, or of an effect that does not vary over it.
  case unknownFactor(String, known: [String])
  case unknownEffect(String, factor: String, known: [String])

  /// The fault in words.
  public var description: String {
    switch self {
    case .newLevel(let factor, let level, let row, let known):
      "row \(row): the fit has not seen level '\(level)' of '\(factor)' (it knows \(known.prefix(8).joined(separator: ", "))\(known.count > 8 ? ", …" : "")); "
        + "--allow-new-levels predicts it by the fixed effects alone"
    case .tooManyRows(let rows, let most):
      "standard errors of \(rows) rows take a solution each, for this model has too many levels to be factored; up to \(most) rows can be "
        + "asked for (--newdata), or an exact factorization (--exact)"
    case .notTerms(let text):
      "'\(text)' names no random effects; all, none, or terms of the model, e.g. (1 | group)"
    case .unknownFactor(let name, let known):
      "no random effects vary over '\(name)'; the model's grouping factors are \(known.joined(separator: ", "))"
    case .unknownEffect(let name, let factor, let known):
      "'\(name)' does not vary over '\(factor)'; what does: \(known.joined(separator: ", "))"
    }
  }
}
