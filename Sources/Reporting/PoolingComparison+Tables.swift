import Estimates
import MixedModels
import Tables

extension PoolingComparison {
  /// The comparison side by side: one row a level and term, one column a strategy, numbers rounded for reading.
  ///
  /// Weight and movement are those of REML. A dash stands where a group's rows do not determine a coefficient.
  public var sideBySide: TextTable {
    PoolingColumns(
      groupingFactor: groupingFactor, levels: levels, counts: counts, terms: terms, methods: methods,
      entries: entries, partial: .reml
    ).table
  }

  /// The comparison as tidy data: one row a strategy, level and term, in full precision.
  public var tidyTable: DataTable { DataTable(pooling: entries, groupingFactor: groupingFactor) }
}

extension GeneralizedPoolingComparison {
  /// The comparison side by side, as for linear models; weight and movement are those of partial pooling by maximum likelihood.
  public var sideBySide: TextTable {
    PoolingColumns(
      groupingFactor: groupingFactor, levels: levels, counts: counts, terms: terms, methods: methods,
      entries: entries, partial: .ml
    ).table
  }

  /// The comparison as tidy data: one row a strategy, level and term, in full precision.
  public var tidyTable: DataTable { DataTable(pooling: entries, groupingFactor: groupingFactor) }

  /// What the fits want to say, and which levels have no finite estimate of their own, a line each.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes = fit.notes(in: language)
    let separated = separatedLevels
    if !separated.isEmpty {
      let shown = separated.prefix(8).joined(separator: ", ") + (separated.count > 8 ? ", …" : "")
      notes.append(
        words.pick(
          "note: the own rows of \(shown) give no finite estimate (all responses of one kind, or told apart without error): no pooling runs to −∞ or +∞, "
            + "partial pooling does not",
          "说明：\(shown) 自己的行给不出有限的估计（响应全为一种，或被无误差地区分）：无池化趋于 −∞ 或 +∞，部分池化则不会"))
    }
    if leavesOutLSDV {
      notes.append(
        words.pick(
          "note: LSDV is left out: \(levels.count) levels would make too many dummy variables",
          "说明：略去 LSDV：\(levels.count) 个水平需要的虚拟变量太多"))
    }
    return notes
  }
}

/// The columns of a comparison side by side.
private struct PoolingColumns {
  let groupingFactor: String
  let levels: [String]
  let counts: [Int]
  let terms: [String]
  let methods: [PoolingMethod]
  let entries: [PoolingComparison.Entry]
  /// Whose weight and movement are shown.
  let partial: PoolingMethod

  var table: TextTable {
    var places: [[String]: PoolingComparison.Entry] = [:]
    for entry in entries { places[[entry.strategy.rawValue, entry.level, entry.term]] = entry }
    let heads =
      [TextTable.Head(groupingFactor), .init("n", .right), .init("term")]
      + methods.map { TextTable.Head($0.rawValue, .right) }
      + [.init("weight", .right), .init("movement", .right)]
    var rows: [[String]] = []
    for term in terms {
      let values = entries.filter { $0.term == term }.flatMap { [$0.estimate, $0.movement ?? .nan] }
      let digits = PoolingColumns.digits(for: values)
      func text(_ x: Double?) -> String {
        guard let x, !x.isNaN else { return "–" }
        if x.isInfinite { return x < 0 ? "−∞" : "∞" }
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
        for method in methods { row.append(text(places[[method.rawValue, level, term]]?.estimate)) }
        let partial = places[[partial.rawValue, level, term]]
        row.append(partial?.weight.map { DecimalText.fixed($0, decimals: 3) } ?? "–")
        row.append(text(partial?.movement))
        rows.append(row)
      }
    }
    return TextTable(heads, rows: rows)
  }

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
