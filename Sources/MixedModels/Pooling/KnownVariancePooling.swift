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
  /// One entry a level: estimate, the standard error of estimate − α_j (`jointError`), and weight.
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
    let rows = Double(response.count)
    let squares = counts.reduce(0) { $0 + Double($1) * Double($1) }
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
        standardError: KnownVariancePooling.jointError(
          weight: weight, count: Double(n), rows: rows, squaredCounts: squares,
          sigmaAlpha: closedForm.sigmaAlpha, sigmaY: closedForm.sigmaY), weight: weight,
        jointWeight: weight,
        movement: closedForm.estimate(count: n, groupMean: own, overallMean: mean) - own)
    }
  }

  /// The standard error of w_jȳ_j + (1 − w_j)ȳ as an estimate of α_j, the error of the mean of all rows ȳ included. With v = 1 − w_j:
  ///
  ///     σ_α²v²(1 − 2n_j/n + Σn_k²/n²) + σ_y²(w_j²/n_j + 2w_jv/n + v²/n)
  ///
  /// For a known overall mean in place of ȳ it would be w_jσ_y²/n_j.
  /// - Parameters:
  ///   - rows: n.
  ///   - squaredCounts: Σn_k².
  package static func jointError(
    weight: Double, count: Double, rows: Double, squaredCounts: Double, sigmaAlpha: Double, sigmaY: Double
  ) -> Double {
    let rest = 1 - weight
    let between = rest * rest * max(0, 1 - 2 * count / rows + squaredCounts / (rows * rows))
    let within = weight * weight / count + (2 * weight * rest + rest * rest) / rows
    return (sigmaAlpha * sigmaAlpha * between + sigmaY * sigmaY * within).squareRoot()
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
