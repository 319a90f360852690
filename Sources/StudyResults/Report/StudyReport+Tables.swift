import MixedModels
import Studies
import Tables

extension StudyReport {
  /// More cells than these are not all printed.
  static let mostCells = 120

  // MARK: statuses

  /// Counts of statuses over all cells, and where not all were ok.
  var statusParts: [String] {
    let statuses = ReplicateStatus.allCases
    func row(_ head: [String], _ strategy: StudyStrategy, _ cells: [Int]) -> [String] {
      let counts = statuses.map { status in
        cells.reduce(0) { $0 + (measured.status(status, of: strategy.name, cell: $1)?.count ?? 0) }
      }
      return head + [name(strategy)] + counts.map(grouped) + [grouped(counts.reduce(0, +))]
    }
    let heads: [TextTable.Head] =
      [.init(either("strategy", "策略"))] + statuses.map { .init(statusHead($0), .right) }
      + [.init(either("all", "合计"), .right)]
    let all = Array(study.cells.indices)
    var parts = [
      either("Table: Replicates by status, all cells together.", "Table: 各状态的重复数，所有单元合计。"),
      TextTable(heads, rows: study.strategies.map { row([], $0, all) }).markdown(),
    ]
    guard study.cells.count > 1 else { return parts }
    var rows: [[String]] = []
    for cell in all {
      for strategy in study.strategies {
        let ok = measured.status(.ok, of: strategy.name, cell: cell)
        guard let ok, ok.count < ok.total else { continue }
        rows.append(row(settings(cell), strategy, [cell]))
      }
    }
    if rows.isEmpty {
      parts.append(either("Every fit of every cell was ok.", "所有单元的所有拟合都正常。"))
    } else {
      let shown = rows.prefix(StudyReport.mostCells)
      parts.append(either("Table: Cells in which not all replicates were ok.", "Table: 并非全部正常的单元。"))
      parts.append(TextTable(parameterHeads + heads, rows: Array(shown)).markdown())
      if shown.count < rows.count { parts.append(cut(rows.count - shown.count, "statuses.csv")) }
    }
    return parts
  }

  private func statusHead(_ status: ReplicateStatus) -> String {
    switch status {
    case .ok: either("ok", "正常")
    case .boundary: either("boundary", "边界")
    case .notConverged: either("not converged", "未收敛")
    case .unidentified: either("unidentified", "不可识别")
    case .error: either("error", "出错")
    }
  }

  private func cut(_ count: Int, _ file: String) -> String {
    either("\(count) more rows are in `\(file)`.", "另有 \(count) 行，见 `\(file)`。")
  }

  private var parameterHeads: [TextTable.Head] { measured.parameters.map { .init($0.name, .right) } }

  private func settings(_ cell: Int) -> [String] { study.cells[cell].settings.map(\.value) }

  // MARK: measures

  /// The main measures of each kind of estimand.
  private func mainMeasures(_ estimand: MeasuredStudy.StudiedEstimand) -> [Measure] {
    switch estimand.kind {
    case .group: [.shrinkage, .weightExcess, .rmse, .mseVersusNone, .mseVersusComplete, .coverage]
    case .newGroup: [.rmse, .coverage]
    case .parameter:
      estimand.address.hasPrefix("fixed.") ? [.bias, .rmse, .coverage, .power] : [.bias, .rmse]
    }
  }

  /// A table of strategies by cells for each main measure.
  var measureParts: [String] {
    var parts: [String] = []
    let order =
      measured.estimands.filter { $0.kind == .group } + measured.estimands.filter { $0.kind != .group }
    for estimand in order {
      var tables: [String] = []
      for measure in mainMeasures(estimand) {
        guard let table = table(measure, of: estimand.address) else { continue }
        tables.append(
          either(
            "Table: \(capital(words.measure(measure))), \(words.estimand(estimand.address)); MCSE in parentheses.",
            "Table: \(words.estimand(estimand.address))的\(words.measure(measure))，括号内为 MCSE。"))
        tables.append(table.table.markdown())
        if table.left > 0 { tables.append(cut(table.left, "measures.csv")) }
      }
      guard !tables.isEmpty else { continue }
      parts.append("### \(capital(words.estimand(estimand.address)))")
      parts += tables
    }
    return parts
  }

  private func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Cells in rows, strategies in columns: value and Monte Carlo error; nil where no strategy has the measure.
  /// - Parameter most: how many rows at most.
  func table(_ measure: Measure, of estimand: String, most: Int = StudyReport.mostCells) -> (
    table: TextTable, left: Int
  )? {
    let strategies = study.strategies.filter { strategy in
      measured.has(measure, of: estimand, by: strategy.name)
        // Least squares have a weight by definition.
        && !([.shrinkage, .weightExcess].contains(measure)
          && [.complete, .none, .lsdv].contains(strategy.method))
    }
    guard !strategies.isEmpty else { return nil }
    let table = MeasureTable(
      measured, .measure(measure), of: estimand, strategies: strategies.map { ($0.name, name($0)) },
      most: most)
    return (table.table, table.left)
  }
}
