import BayesianModels
import Estimates
import Tables

extension LeaveOneOut {
  /// elpd, effective parameters and the criterion with their standard errors.
  public func table(in language: Language = .en) -> TextTable {
    let words = ExplanationWords(language)
    func row(_ name: String, _ value: Double, _ error: Double) -> [String] {
      [name, DecimalText.fixed(value, decimals: 1), DecimalText.fixed(error, decimals: 1)]
    }
    return TextTable(
      [
        .init(words.pick("leave-one-out (PSIS-LOO)", "留一交叉验证 (PSIS-LOO)")),
        .init(words.pick("estimate", "估计"), .right), .init(words.pick("se", "标准误"), .right),
      ],
      rows: [
        row("elpd_loo", elpd, elpdStandardError),
        row("p_loo", effectiveParameters, effectiveParametersStandardError),
        row("looic", informationCriterion, informationCriterionStandardError),
      ])
  }

  /// Whether the estimate may be trusted, by Pareto's k.
  public func sentence(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    let bad = paretoShapes.indices.filter { ParetoReliability(shape: paretoShapes[$0]) > .acceptable }
    guard let worst = bad.max(by: { paretoShapes[$0] < paretoShapes[$1] }) else {
      return words.pick(
        "Every row's Pareto k is below 0.7: the estimate may be trusted.",
        "每一行的 Pareto k 都小于 0.7：估计可信。")
    }
    let k = DecimalText.fixed(paretoShapes[worst], decimals: 2)
    return words.pick(
      "Not to be trusted for \(bad.count) of \(paretoShapes.count) rows, whose Pareto k is above 0.7 (row \(worst + 1) of those used has \(k)): "
        + "without such a row its group's effect would be another one; refit without them, or leave out whole groups.",
      "\(paretoShapes.count) 行中有 \(bad.count) 行的 Pareto k 大于 0.7，不可信（所用数据的第 \(worst + 1) 行为 \(k)）："
        + "去掉这样的行，其所在组的效应会明显改变；请去掉这些行重新拟合，或整组留出。")
  }

  /// The numbers by their addresses, `loo.elpd`, `loo.p`, `loo.ic` and `loo.bad_k`.
  public var estimates: Estimates {
    func row(_ name: String, _ value: Double, _ error: Double) -> EstimateRow {
      EstimateRow(["loo", name], effect: .scalar, [.init("estimate", value), .init("std.error", error)])
    }
    var all = Estimates([
      row("elpd", elpd, elpdStandardError),
      row("p", effectiveParameters, effectiveParametersStandardError),
      row("ic", informationCriterion, informationCriterionStandardError),
    ])
    all.append(scalar: "loo", "bad_k", value: Double(count(.bad) + count(.veryBad)))
    return all
  }

  /// As JSON, rows one by one too.
  public var document: JSONValue {
    .object([
      ("elpd", .number(elpd)), ("se_elpd", .number(elpdStandardError)),
      ("p", .number(effectiveParameters)), ("se_p", .number(effectiveParametersStandardError)),
      ("looic", .number(informationCriterion)), ("se_looic", .number(informationCriterionStandardError)),
      ("pointwise_elpd", .numbers(pointwiseElpd)), ("pareto_k", .numbers(paretoShapes)),
    ])
  }
}
