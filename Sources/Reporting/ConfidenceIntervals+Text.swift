import Estimates
import MixedModels
import Tables

/// Intervals of a fit's parameters at one level, to be shown.
public struct ConfidenceIntervalTable: Sendable {
  /// The intervals.
  public let intervals: [ConfidenceInterval]
  /// The level, e.g. 0.95.
  public let level: Double

  /// Intervals at a level.
  public init(_ intervals: [ConfidenceInterval], level: Double) {
    self.intervals = intervals
    self.level = level
  }

  /// The limits as R prints `confint`.
  public var text: String {
    guard !intervals.isEmpty else { return "<0 rows> (there is no fixed effect)\n" }
    let heads = [(1 - level) / 2, (1 + level) / 2].map { DecimalText.general(100 * $0, digits: 3) + " %" }
    let columns = [intervals.map(\.lower), intervals.map(\.upper)].map { CommonFormat.texts($0) }
    return PrintedLayout.matrix(
      rowNames: intervals.map(\.parameter), columnNames: heads,
      cells: intervals.indices.map { row in columns.map { $0[row] } }, alignment: .right)
  }

  /// One row a parameter, with broom's column names.
  public var tidyTable: DataTable {
    DataTable([
      Column("term", intervals.map(\.parameter)), Column("estimate", intervals.map(\.estimate)),
      Column("conf.low", intervals.map(\.lower)), Column("conf.high", intervals.map(\.upper)),
    ])
  }

  /// The numbers with their addresses `interval.PARAMETER(.lower .upper)`.
  public var estimates: Estimates {
    Estimates(
      intervals.map {
        EstimateRow(
          ["interval", $0.parameter], effect: .scalar, term: $0.parameter,
          [.init("estimate", $0.estimate), .init("lower", $0.lower), .init("upper", $0.upper)])
      })
  }
}

extension ParametricBootstrap {
  /// How many replicates were fitted, failed, or stand on the boundary.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    let count = replicates.count
    return [
      words.pick(
        "note: \(count) replicates fitted, \(failureCount) failed; \(singularCount) on the boundary, where a standard deviation is 0 or a "
          + "correlation ±1",
        "说明：\(count) 次重复成功拟合，\(failureCount) 次失败；\(singularCount) 次位于边界（标准差为 0 或相关系数为 ±1）")
    ]
  }
}
