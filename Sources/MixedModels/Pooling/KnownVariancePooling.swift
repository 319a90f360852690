import Estimates
import LinearAlgebra
import ModelFormula
import Tables

/// The lecture's weighted means of `y ~ 1 + (1 | group)` for known standard deviations, with ȳ_all (the mean of all rows) as overall mean.
///
/// It exists for any design: one group, two groups, one row a group; nothing is estimated but means.
public struct KnownVariancePooling: Sendable {
  /// The formula with its two standard deviations.
  public let formula: PartialPoolingFormula
  /// The grouping factor.
  public let groupingFactor: String
  /// The mean of all rows.
  public let overallMean: Double
  /// One entry a level: estimate, its standard error √(w·σ²_y/n) for a known overall mean, and weight.
  public let entries: [PoolingComparison.Entry]

  /// Computes the means.
  /// - Throws: `FormulaError`; `PoolingError.notOneWay` for other formulas than `y ~ 1 + (1 | group)`, `.weighted` for prior weights.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(),
    by closedForm: PartialPoolingFormula
  ) throws {
    guard formula.isOneWay else { throw PoolingError.notOneWay(formula: formula.source) }
    let frame = try ModelFrame(formula, data: data, roles: roles)
    guard frame.weights == nil else { throw PoolingError.weighted }
    let response = frame.responseBesideOffset
    let grouping = frame.random[0].grouping
    var sums = [Double](repeating: 0, count: grouping.levels.count)
    for (i, code) in grouping.codes.enumerated() { sums[code] += response[i] }
    let counts = grouping.counts
    let mean = response.reduce(0, +) / Double(response.count)
    self.formula = closedForm
    groupingFactor = grouping.name
    overallMean = mean
    entries = grouping.levels.indices.map { j in
      let n = counts[j]
      let own = sums[j] / Double(n)
      let weight = closedForm.weight(count: n)
      return PoolingComparison.Entry(
        strategy: .oracle, level: grouping.levels[j], count: n, term: "(Intercept)",
        estimate: closedForm.estimate(count: n, groupMean: own, overallMean: mean),
        standardError: (weight / Double(n)).squareRoot() * closedForm.sigmaY, weight: weight,
        jointWeight: weight,
        movement: closedForm.estimate(count: n, groupMean: own, overallMean: mean) - own)
    }
  }

  /// The standard error of the mean of all rows as an estimate of the population's mean: √(σ_α²Σn_j²/n² + σ_y²/n).
  package static func overallMeanError(
    counts: UnsafeBufferPointer<Double>, sigmaAlpha: Double, sigmaY: Double
  ) -> Double {
    var (n, squares) = (0.0, 0.0)
    for count in counts {
      n += count
      squares += count * count
    }
    return (sigmaAlpha * sigmaAlpha * squares / (n * n) + sigmaY * sigmaY / n).squareRoot()
  }

  /// The numbers with their addresses `oracle.LEVEL.(Intercept)(.se .weight .movement)`.
  public var estimates: Estimates {
    Estimates(entries.map { $0.row(group: groupingFactor) })
  }
}

/// Why a pooling strategy cannot be computed.
public enum PoolingError: Error, Equatable, Sendable, CustomStringConvertible {
  case notOneWay(formula: String)
  case weighted

  /// The fault in words.
  public var description: String {
    switch self {
    case .weighted: "the closed form for known standard deviations knows no weights; leave them out"
    case .notOneWay(let formula):
      "the closed form for known standard deviations is for y ~ 1 + (1 | group), not for '\(formula)'"
    }
  }
}

extension ModelFormula {
  /// Whether the formula is `y ~ 1 + (1 | group)`.
  package var isOneWay: Bool {
    fixed.terms.isEmpty && fixed.hasIntercept && randomTerms.count == 1
      && randomTerms[0].effects.terms.isEmpty && randomTerms[0].effects.hasIntercept
  }
}
