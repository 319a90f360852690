import Tables

/// One replicate of a study made again: its data, and what the strategies made of them.
public struct StudyReplay: Sendable {
  /// The data.
  public let data: DataTable
  /// Columns strategy, status, estimand, level (of the group, empty for others), truth, estimate, std.error, df, weight; conf.low and conf.high where a
  /// strategy has a posterior.
  public let estimates: DataTable

  /// Makes a replicate again.
  /// - Parameters:
  ///   - study: the study.
  ///   - cell: one of its cells.
  ///   - replicate: its number from 0.
  public init(_ study: StudySpecification, cell: StudyCell, replicate: Int) throws {
    let runner = try CellRunner.make(study, cell)
    let outcome = ReplicateOutcome(layout: runner.layout, strategyCount: study.strategies.count)
    runner.run(replicate, into: outcome)
    let (table, levels) = try runner.data(of: replicate)
    data = table
    var strategies: [String] = []
    var statuses: [String] = []
    var estimands: [String] = []
    var members: [String] = []
    var numbers = [[Double]](repeating: [], count: 7)
    for (strategy, own) in zip(study.strategies, outcome.strategies) {
      for estimand in outcome.layout.estimands {
        for (place, k) in estimand.members.enumerated() {
          strategies.append(strategy.name)
          statuses.append(own.status.rawValue)
          estimands.append(estimand.address)
          members.append(estimand.kind == .group ? levels[estimand.address]?[place] ?? "" : "")
          numbers[0].append(outcome.truths[k])
          numbers[1].append(own.estimates[k])
          numbers[2].append(own.standardErrors[k])
          numbers[3].append(own.degreesOfFreedom[k])
          numbers[4].append(own.weights[k])
          numbers[5].append(own.lowerLimits[k])
          numbers[6].append(own.upperLimits[k])
        }
      }
    }
    var columns = [
      Column("strategy", strategies), Column("status", statuses), Column("estimand", estimands),
      Column("level", members), Column("truth", numbers[0]), Column("estimate", numbers[1]),
      Column("std.error", numbers[2]), Column("df", numbers[3]), Column("weight", numbers[4]),
    ]
    if study.strategies.contains(where: { $0.posterior != nil }) {
      columns += [Column("conf.low", numbers[5]), Column("conf.high", numbers[6])]
    }
    estimates = DataTable(columns)
  }
}
