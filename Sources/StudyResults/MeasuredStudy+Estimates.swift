import Estimates
import Studies

extension MeasuredStudy {
  /// Every number with an address:
  ///
  ///     "J=3,n=5".reml.rmse.coef.school."(Intercept)"     a measure; .se behind it is its Monte Carlo error, .count its replicates
  ///     "J=3,n=5".reml.status.boundary                    the share of replicates with a status; .count how many
  ///
  /// The first part names the cell by its settings, as the study's file writes the values; a study of one cell has no such part. The estimand is its address in
  /// `measures.csv`, cut at the points. Measures are those of all replicates with an estimate.
  public var estimates: Estimates {
    var estimates = Estimates()
    for cell in study.cells {
      let key =
        cell.settings.isEmpty
        ? [] : [cell.settings.map { "\($0.name)=\($0.value)" }.joined(separator: ",")]
      for strategy in study.strategies {
        let head = key + [strategy.name]
        for estimand in self.estimands {
          let tail = estimand.address.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
          for measure in Measure.allCases {
            guard
              let found = self.measure(
                measure, of: estimand.address, by: strategy.name, cell: cell.number - 1)
            else { continue }
            estimates.append(row(head + [measure.rawValue] + tail, found))
          }
        }
        for status in ReplicateStatus.allCases {
          guard let found = self.status(status, of: strategy.name, cell: cell.number - 1) else { continue }
          estimates.append(row(head + ["status", status.rawValue], found))
        }
      }
    }
    return estimates
  }

  private func row(_ address: [String], _ number: MeasuredNumber) -> EstimateRow {
    EstimateRow(
      address, effect: .scalar,
      [
        .init("estimate", number.value), .init("std.error", number.error),
        .init("count", Double(number.count)), .init("total", Double(number.total)),
      ])
  }
}
