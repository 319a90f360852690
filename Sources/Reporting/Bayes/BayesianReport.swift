import BayesianModels
import Estimates
import MixedModels
import Tables

/// What is told of the draws of a Bayesian model: priors, a table of posteriors with their diagnostics, and a verdict in one sentence.
public struct BayesianReport: Sendable {
  /// The draws.
  public let fit: BayesianFit
  /// What the priors are called (`default`, `slides`, …).
  public let priorsName: String
  /// Probability inside the central intervals, between 0 and 1.
  public let level: Double
  /// Summaries of all quantities and of the levels' coefficients; quantiles at both ends of the interval and the median.
  public let summaries: [PosteriorSummary]
  /// What the diagnostics say.
  public let verdict: SamplingVerdict
  /// Whether the draws come from the priors alone.
  public let isPrior: Bool

  /// Summarizes draws.
  public init(_ fit: BayesianFit, priorsName: String, level: Double = 0.95, isPrior: Bool = false) {
    self.isPrior = isPrior
    self.fit = fit
    self.priorsName = priorsName
    self.level = level
    summaries = fit.summaries(probabilities: [(1 - level) / 2, 0.5, (1 + level) / 2])
    verdict = fit.verdict(of: summaries)
  }

  /// All numbers by their addresses.
  public var estimates: Estimates {
    Estimates(
      summaries.map { summary in
        let quantity = summary.quantity
        let found = summary.diagnostics
        return EstimateRow(
          quantity.address, effect: Self.effect(quantity.kind), group: quantity.group, level: quantity.level,
          term: quantity.term,
          [
            .init("estimate", found.mean), .init("std.error", found.standardDeviation ?? .nan),
            .init("conf.low", summary.quantiles[0]), .init("median", summary.quantiles[1]),
            .init("conf.high", summary.quantiles[2]), .init("rhat", found.rHat ?? .nan),
            .init("ess_bulk", found.bulkEffectiveSampleSize ?? .nan),
            .init("ess_tail", found.tailEffectiveSampleSize ?? .nan),
            .init("mcse", found.monteCarloErrorOfMean ?? .nan),
          ])
      })
  }

  private static func effect(_ kind: BayesianFit.Quantity.Kind) -> EstimateRow.Effect {
    switch kind {
    case .fixed: .fixed
    case .deviation, .correlation: .variance
    case .sigma, .dispersion: .scalar
    case .effect: .mode
    case .coefficient: .coefficient
    }
  }

  /// One row a quantity, full precision; what is not defined is missing.
  public var table: DataTable { BayesianReport.table(of: estimates) }

  /// One row an address, a column for every kind of number that some row has.
  public static func table(of estimates: Estimates) -> DataTable {
    let rows = estimates.rows
    var columns = [
      Column("address", rows.map(\.address.description)), Column("effect", rows.map(\.effect.rawValue)),
    ]
    var names: [String] = []
    for row in rows { for one in row.quantities where !names.contains(one.name) { names.append(one.name) } }
    for name in names {
      columns.append(Column(name, rows.map { $0[name] ?? .nan }))
    }
    return DataTable(columns)
  }

  /// The draws, one row a draw: `chain` and `draw` from 1, then each quantity by its address.
  public var drawTable: DataTable {
    let (chains, draws) = (fit.chainCount, fit.drawCount)
    var columns = [
      Column("chain", (0..<chains).flatMap { [Int](repeating: $0 + 1, count: draws) }),
      Column("draw", (0..<chains).flatMap { _ in Array(1...max(draws, 1)).prefix(draws) }),
    ]
    for (k, quantity) in fit.quantities.enumerated() {
      columns.append(Column(Address(quantity.address).description, Array(fit.values(of: k))))
    }
    return DataTable(columns)
  }
}
