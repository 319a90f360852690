import Designs
import Studies

extension StudyReport {
  /// Which values are missing, by what mechanism, and what fits make of it.
  var missingLaws: [String] {
    let columns = DesignPhrase.distinct(designs.flatMap { $0.missing.map(\.column) })
    let laws = columns.map { column in
      either("missing values of `\(column)`", "`\(column)` 的缺失值") + place(of: column) + either(": ", "：")
        + phrase { design in
          design.missing.first { $0.column == column }.map { law($0, among: design.missing) }
        }
    }
    if laws.isEmpty { return [] }
    return laws + [
      either(
        "rows with a missing value in a variable of a strategy's formula are left out of its fit",
        "策略的公式中任一变量缺失的行不进入该策略的拟合")
    ]
  }

  private func place(of column: String) -> String {
    let levels = DesignPhrase.distinct(
      designs.compactMap { design in design.columnNotes.first { $0.column == column }?.level })
    guard levels.count == 1, levels[0] != DesignPredictor.rowsLevel else { return "" }
    return either(" (drawn for each \(levels[0]))", "（对每个 \(levels[0]) 抽取）")
  }

  private func law(_ rule: MissingRule, among rules: [MissingRule]) -> DesignPhrase {
    guard let depends = rule.depends else {
      return phrase(
        "each with probability \(rule.rate), completely at random (MCAR)", "各以概率 \(rule.rate) 缺失，完全随机（MCAR）")
    }
    let mechanism = rule.mechanism(among: rules).rawValue
    let on =
      depends.on == rule.column
      ? either("the value itself", "该值本身") : either("`\(depends.on)`", " `\(depends.on)`")
    return phrase(
      "a share of \(rule.rate) on average, depending on \(on) before values are missing: logit P = a + \(depends.slope) · (value − mean)/SD, where a makes the mean of P over the data this share (\(value: mechanism))",
      "平均比例 \(rule.rate)，取决于缺失前的\(on)：logit P = a + \(depends.slope) ·（值 − 均值）/标准差，其中 a 使 P 在数据上的均值为该比例（\(value: mechanism)）"
    )
  }
}
