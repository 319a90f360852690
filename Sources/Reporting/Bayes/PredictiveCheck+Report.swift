import BayesianModels
import Estimates
import Tables

extension PredictiveCheck {
  /// One row a statistic, with a sentence that names what the model does not make.
  /// - Parameter isPrior: whether the replicates come from the priors.
  public func table(in language: Language = .en, isPrior: Bool = false) -> TextTable {
    let words = ExplanationWords(language)
    let ends = [(1 - level) / 2, (1 + level) / 2].map(BayesianReport.percent)
    let heads: [TextTable.Head] = [
      .init(
        isPrior
          ? words.pick("prior predictive check", "先验预测检查")
          : words.pick("posterior predictive check", "后验预测检查")),
      .init(words.pick("data", "数据"), .right), .init(words.pick("replicates", "复制数据"), .right),
      .init(ends[0], .right), .init(ends[1], .right), .init("P(rep > data)", .right),
    ]
    return TextTable(
      heads,
      rows: rows.map { row in
        let spread = (row.upper - row.lower) / 4
        func number(_ x: Double) -> String { BayesianReport.number(x, spread: spread) }
        return [
          PredictiveCheck.name(row.statistic, words), number(row.observed), number(row.mean),
          number(row.lower), number(row.upper), DecimalText.fixed(row.tailProbability, decimals: 3),
        ]
      })
  }

  /// What stands out, in a sentence; replicates of priors that hold the data say only that the priors allow them.
  public func sentence(in language: Language = .en, isPrior: Bool = false) -> String {
    let words = ExplanationWords(language)
    let odd = rows.filter { $0.tailProbability < 0.025 || $0.tailProbability > 0.975 }
    let names = odd.map { PredictiveCheck.name($0.statistic, words) }.joined(separator: words.pick(", ", "、"))
    let count = replicateCount
    if isPrior {
      return odd.isEmpty
        ? words.pick(
          "Under the priors data like these are possible (\(count) replicates).",
          "在先验之下，这样的数据是可能的（\(count) 份复制数据）。")
        : words.pick(
          "The priors hardly make data like these: look at \(names).", "先验几乎不会产生这样的数据：请检查\(names)。")
    }
    // One in several at 2.5 % on either side is no wonder.
    let mayBeChance = odd.count == 1 && odd.allSatisfy { (0.005...0.995).contains($0.tailProbability) }
    return odd.isEmpty
      ? words.pick(
        "Data replicated from the model look like the data in these respects (\(count) replicates).",
        "就这些统计量而言，由模型复制的数据与实际数据相似（\(count) 份复制数据）。")
      : words.pick(
        "In \(odd.count) of \(rows.count) respects the data are rare among data replicated from the model: \(names)\(mayBeChance ? " (one among \(rows.count) may be chance)" : "").",
        "在 \(rows.count) 个统计量中，有 \(odd.count) 个的实际值在由模型复制的数据中很少见：\(names)\(mayBeChance ? "（\(rows.count) 个中有一个，也可能出于偶然）" : "")。"
      )
  }

  static func name(_ statistic: Statistic, _ words: ExplanationWords) -> String {
    switch statistic {
    case .mean: words.pick("mean", "均值")
    case .sd: words.pick("sd", "标准差")
    case .min: words.pick("least", "最小值")
    case .max: words.pick("greatest", "最大值")
    case .zeros: words.pick("share of zeros", "零的比例")
    case .groupMeansSD: words.pick("sd of group means", "组均值的标准差")
    }
  }

  /// The numbers by their addresses, `check.mean.observed` and so on.
  public var estimates: Estimates {
    Estimates(
      rows.map { row in
        EstimateRow(
          ["check", row.statistic.rawValue], effect: .scalar,
          [
            .init("observed", row.observed), .init("estimate", row.mean), .init("conf.low", row.lower),
            .init("conf.high", row.upper), .init("p.value", row.tailProbability),
          ])
      })
  }

  /// As JSON: one object a statistic.
  public var document: JSONValue {
    .object([
      ("replicates", .integer(replicateCount)),
      (
        "statistics",
        .array(
          rows.map {
            .object([
              ("statistic", .string($0.statistic.rawValue)), ("data", .number($0.observed)),
              ("mean", .number($0.mean)), ("low", .number($0.lower)), ("high", .number($0.upper)),
              ("p", .number($0.tailProbability)),
            ])
          })
      ),
    ])
  }
}
