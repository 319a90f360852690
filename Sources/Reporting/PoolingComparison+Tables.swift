import Estimates
import MixedModels
import Tables

extension PoolingComparison {
  /// The comparison side by side: one row a level and term, one column a strategy, numbers rounded for reading.
  ///
  /// Weight and movement are those of REML. A dash stands where a group's rows do not determine a coefficient.
  public var sideBySide: TextTable {
    let heads =
      [TextTable.Head(groupingFactor), .init("n", .right), .init("term")]
      + methods.map { TextTable.Head($0.rawValue, .right) }
      + [.init("weight", .right), .init("movement", .right)]
    var rows: [[String]] = []
    for term in terms {
      let values = entries.filter { $0.term == term }.flatMap { [$0.estimate, $0.movement ?? .nan] }
      let digits = PoolingComparison.digits(for: values)
      func text(_ x: Double?) -> String {
        guard let x, x.isFinite else { return "–" }
        switch digits {
        case .decimals(let decimals):
          let text = DecimalText.fixed(x, decimals: decimals)
          // A rounded negative zero is a zero.
          return Double(text) == 0 ? DecimalText.fixed(0, decimals: decimals) : text
        case .scientific: return DecimalText.scientific(x, decimals: 4)
        }
      }
      for (level, count) in zip(levels, counts) {
        var row = [level, String(count), term]
        for method in methods { row.append(text(self[method, level, term]?.estimate)) }
        let partial = self[.reml, level, term]
        row.append(partial?.weight.map { DecimalText.fixed($0, decimals: 3) } ?? "–")
        row.append(text(partial?.movement))
        rows.append(row)
      }
    }
    return TextTable(heads, rows: rows)
  }

  /// The comparison as tidy data: one row a strategy, level and term, in full precision.
  public var tidyTable: DataTable { DataTable(pooling: entries, groupingFactor: groupingFactor) }

  /// How the numbers of one term are written.
  private enum Digits {
    case decimals(Int)
    case scientific
  }

  /// Decimals that leave the largest number five significant digits; scientific notation where that would be more than eight decimals, or
  /// the number longer than nine digits.
  private static func digits(for values: [Double]) -> Digits {
    let largest = values.filter(\.isFinite).map(abs).max() ?? 1
    if largest == 0 { return .decimals(4) }
    let power = DecimalText.decomposed(largest, digits: 5).power
    return power < -4 || power > 8 ? .scientific : .decimals(max(0, 4 - power))
  }
}

extension KnownVariancePooling {
  /// The closed form's numbers as tidy data, with the columns of `PoolingComparison.tidyTable`.
  public var tidyTable: DataTable { DataTable(pooling: entries, groupingFactor: groupingFactor) }
}

extension DataTable {
  init(pooling entries: [PoolingComparison.Entry], groupingFactor: String) {
    self.init([
      Column("strategy", entries.map(\.strategy.rawValue)),
      Column("group", entries.map { _ in groupingFactor }),
      Column("level", entries.map(\.level)),
      Column("n", entries.map(\.count)),
      Column("term", entries.map(\.term)),
      Column("estimate", entries.map(\.estimate)),
      Column("std.error", entries.map(\.standardError)),
      Column("weight", entries.map { $0.weight ?? .nan }),
      Column("joint_weight", entries.map { $0.jointWeight ?? .nan }),
      Column("movement", entries.map { $0.movement ?? .nan }),
    ])
  }
}
