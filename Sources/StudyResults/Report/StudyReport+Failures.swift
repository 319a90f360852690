import Studies
import Tables

extension StudyReport {
  /// What becomes of fits that fail.
  var failures: String {
    paragraph(
      "Failures", "失败",
      either(
        "Every replicate of every strategy has a status: ok; boundary (a variance of 0 or a correlation of ±1, which is a result); not converged (estimates are what was found); unidentified or error (no estimates). Nothing is dropped and nothing is drawn again. Measures use all replicates that have an estimate, of whatever status; `measures.csv` has each measure also for the fits inside the parameter space alone, its counts, and, for rates, bounds that count missing replicates and groups as 0 and as 1."
          + groupsWithout,
        "每次重复的每种策略都有一个状态：ok（正常）；boundary（边界：方差为 0 或相关为 ±1，这也是结果）；not converged（未收敛，取已找到的估计）；unidentified 或 error（不可识别或出错，没有估计）。不丢弃，也不重抽。指标使用所有有估计值的重复，不论状态；`measures.csv` 还给出只用参数空间内部的拟合算得的指标、各自的次数，以及比例的上下界（把缺失的重复和组全部计为 0 或 1）。"
          + groupsWithout
      ))
  }

  /// All measures; the share of groups with an estimate where it is not 1 everywhere.
  var shownMeasures: [Measure] {
    Measure.allCases.filter { $0 != .estimated || !groupsWithout.isEmpty }
  }

  /// Strategies that have no estimate of some groups, each where that is worst.
  private var groupsWithout: String {
    var found: [String] = []
    for strategy in study.strategies {
      var worst: (share: Double, place: String)?
      for estimand in measured.estimands where estimand.kind == .group {
        for cell in study.cells.indices {
          guard
            let share = measured.measure(.estimated, of: estimand.address, by: strategy.name, cell: cell)?
              .value,
            share < 1, share < worst?.share ?? 1
          else { continue }
          let at = study.cells[cell].settings.isEmpty ? "" : ", " + study.cells[cell].label
          worst = (share, "\(estimand.address)\(at)")
        }
      }
      if let worst {
        let percent = MonteCarloText.fixed(100 * (1 - worst.share), 1) + " %"
        found.append(
          either(
            "\(name(strategy)) up to \(percent) (\(worst.place))",
            "\(words.inSentence(name(strategy), atStart: true))至多 \(percent)（\(worst.place)）"))
      }
    }
    if found.isEmpty { return "" }
    return either(
      " Some groups' rows do not determine their coefficient, and there is no estimate of them: by \(found.joined(separator: "; by ")). The measure `estimated` counts them; the other measures are of the groups that have an estimate.",
      "有些组的数据不能确定其系数，因而没有估计值：\(found.joined(separator: "；"))。指标 `estimated` 记录其比例；其余指标只含有估计值的组。")
  }

  /// How Monte Carlo errors are found, and the largest.
  var errorParts: [String] {
    var rows: [[String]] = []
    for measure in shownMeasures {
      var worst: (error: Double, place: String)?
      for estimand in measured.estimands {
        for strategy in study.strategies {
          for cell in study.cells.indices {
            guard
              let found = measured.measure(measure, of: estimand.address, by: strategy.name, cell: cell),
              found.error.isFinite, found.error > worst?.error ?? -1
            else { continue }
            let at = study.cells[cell].settings.isEmpty ? "" : ", " + study.cells[cell].label
            worst = (found.error, "\(estimand.address), \(strategy.name)\(at)")
          }
        }
      }
      if let worst {
        rows.append([
          words.measure(measure), MonteCarloText.value(worst.error, error: worst.error), worst.place,
        ])
      }
    }
    return [
      paragraph(
        "Monte Carlo errors", "蒙特卡罗误差",
        either(
          "The standard error of a mean is the standard deviation over replicates divided by $\\sqrt r$; of roots and ratios it follows by the delta method (Morris, White and Crowther 2019).",
          "均值的标准误是各次重复的标准差除以 $\\sqrt r$；平方根与比值用 delta 方法（Morris、White 与 Crowther 2019）。")),
      either("Table: The largest Monte Carlo standard error of each measure.", "Table: 各指标最大的蒙特卡罗标准误。"),
      TextTable(
        [
          .init(either("measure", "指标")), .init(either("largest MCSE", "最大 MCSE"), .right),
          .init(either("where", "位置")),
        ],
        rows: rows
      ).markdown(),
    ]
  }
}
