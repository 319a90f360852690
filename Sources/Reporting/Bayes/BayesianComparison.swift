import BayesianModels
import Estimates
import Tables

/// Bayesian models of the same rows, compared by how well they predict each row from the others.
public struct BayesianComparison: Sendable {
  /// One model.
  public struct Entry: Sendable {
    /// The formula as it was written.
    public let name: String
    /// Its draws.
    public let report: BayesianReport
    /// Its leave-one-out predictions.
    public let leaveOneOut: LeaveOneOut

    /// A model with its predictions.
    public init(name: String, report: BayesianReport, leaveOneOut: LeaveOneOut) {
      self.name = name
      self.report = report
      self.leaveOneOut = leaveOneOut
    }
  }

  /// The models in the order given: m1, m2, …
  public let entries: [Entry]
  /// The models by elpd, the best first.
  public let comparison: PredictiveComparison

  /// Compares models.
  /// - Throws: `PredictionError.differentObservations`.
  public init(_ entries: [Entry]) throws(PredictionError) {
    self.entries = entries
    comparison = try PredictiveComparison(
      entries.enumerated().map { (name: "m\($0 + 1)", accuracy: $1.leaveOneOut) })
  }

  private func entry(_ name: String) -> Entry? {
    Int(name.dropFirst()).flatMap { entries.indices.contains($0 - 1) ? entries[$0 - 1] : nil }
  }

  private func comparisonTable(_ words: ExplanationWords) -> TextTable {
    TextTable(
      [
        .init(words.pick("model", "模型")), .init("elpd", .right), .init(words.pick("difference", "差"), .right),
        .init(words.pick("se of it", "差的标准误"), .right), .init("p_loo", .right), .init("looic", .right),
        .init("k > 0.7", .right),
      ],
      rows: comparison.rows.compactMap { row in
        guard let loo = entry(row.name)?.leaveOneOut else { return nil }
        func one(_ x: Double) -> String { DecimalText.fixed(x, decimals: 1) }
        return [
          row.name, one(row.elpd), one(row.difference), one(row.differenceStandardError),
          one(loo.effectiveParameters), one(loo.informationCriterion),
          "\(loo.count(.bad) + loo.count(.veryBad))",
        ]
      })
  }

  private func head(_ words: ExplanationWords) -> [String] {
    entries.enumerated().map { "m\($0 + 1): \($1.name)" }
  }

  /// What the differences say, and what hinders trust.
  public func sentence(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    guard comparison.rows.count > 1 else { return "" }
    let (best, next) = (comparison.rows[0], comparison.rows[1])
    let gap = -next.difference
    let isClear = gap > 4 && gap > 2 * next.differenceStandardError
    var text =
      isClear
      ? words.pick(
        "\(best.name) predicts best, by more than twice the standard error of the difference.",
        "\(best.name) 的预测最好，领先超过差的标准误的两倍。")
      : words.pick(
        "\(best.name) and \(next.name) predict about equally well: the difference is small, or not large beside its standard error.",
        "\(best.name) 与 \(next.name) 的预测大致相当：差别很小，或与其标准误相比不大。")
    if entries.contains(where: { $0.leaveOneOut.count(.bad) + $0.leaveOneOut.count(.veryBad) > 0 }) {
      text += words.pick(
        " Rows with Pareto k above 0.7 are not to be trusted.", "Pareto k 大于 0.7 的行不可信。")
    }
    for (k, entry) in entries.enumerated() where entry.report.verdict != .enough {
      text += " m\(k + 1): " + entry.report.sentence(in: language)
    }
    return text
  }

  /// For a terminal.
  public func text(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    return head(words).joined(separator: "\n") + "\n\n" + comparisonTable(words).text() + "\n"
      + sentence(in: language) + "\n"
  }

  /// As Markdown.
  public func markdown(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    return head(words).map { "- \($0)\n" }.joined() + "\n" + comparisonTable(words).markdown() + "\n"
      + sentence(in: language) + "\n"
  }

  /// One row a model, full precision, the best first.
  public var table: DataTable {
    let rows = comparison.rows
    let loos = rows.compactMap { entry($0.name)?.leaveOneOut }
    return DataTable([
      Column("model", rows.map(\.name)), Column("formula", rows.map { entry($0.name)?.name ?? "" }),
      Column("elpd", rows.map(\.elpd)), Column("se_elpd", loos.map(\.elpdStandardError)),
      Column("difference", rows.map(\.difference)),
      Column("se_difference", rows.map(\.differenceStandardError)),
      Column("p_loo", loos.map(\.effectiveParameters)), Column("looic", loos.map(\.informationCriterion)),
      Column("bad_k", loos.map { Double($0.count(.bad) + $0.count(.veryBad)) }),
    ])
  }

  /// The numbers by their addresses, `m1.loo.elpd`, `m2.loo.difference` and so on.
  public var estimates: Estimates {
    Estimates(
      comparison.rows.flatMap { row in
        [
          EstimateRow([row.name, "loo", "elpd"], effect: .scalar, [.init("estimate", row.elpd)]),
          EstimateRow(
            [row.name, "loo", "difference"], effect: .scalar,
            [.init("estimate", row.difference), .init("std.error", row.differenceStandardError)]),
        ]
      })
  }

  /// As JSON: the models in the order given, then the comparison.
  public var document: JSONValue {
    .object([
      (
        "models",
        .array(entries.map { .object([("formula", .string($0.name)), ("loo", $0.leaveOneOut.document)]) })
      ),
      (
        "comparison",
        .array(
          comparison.rows.map {
            .object([
              ("model", .string($0.name)), ("elpd", .number($0.elpd)), ("difference", .number($0.difference)),
              ("se_difference", .number($0.differenceStandardError)),
            ])
          })
      ),
    ])
  }
}
