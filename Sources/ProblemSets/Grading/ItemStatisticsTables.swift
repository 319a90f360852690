import Labs
import Tables

/// Item statistics as tables.
public enum ItemStatisticsTables {
  /// `items.csv`: one row an answer.
  public static func itemsCSV(_ items: [ItemStatistics]) -> String {
    var out = CSVText.line([
      "problem", "answer", "n", "right", "right_other_precision", "partial", "misconception", "wrong",
      "unreadable",
      "missing", "double", "difficulty", "discrimination",
    ])
    for item in items {
      let misconceived = item.misconceived
      let counts = [
        item.count, item.right, item.imprecise, item.partial, misconceived, item.wrong, item.unreadable,
        item.missing, item.double,
      ]
      out += CSVText.line(
        [item.problem, item.answer] + counts.map(String.init)
          + [item.difficulty, item.discrimination].map { $0.map { FixedDecimals.text($0, 4) } ?? "" })
    }
    return out
  }

  /// `misconceptions.csv`: one row a mistake that a key knows, made or not.
  public static func misconceptionsCSV(_ items: [ItemStatistics]) -> String {
    var out = CSVText.line([
      "problem", "answer", "misconception", "count", "share", "credit", "feedback_en", "feedback_zh",
    ])
    for item in items {
      for mistake in item.mistakes {
        out += CSVText.line([
          item.problem, item.answer, mistake.id, "\(mistake.count)",
          FixedDecimals.text(Double(mistake.count) / Double(max(item.count, 1)), 4),
          AnswerText.points(mistake.credit), mistake.feedback[.en] ?? "", mistake.feedback[.zh] ?? "",
        ])
      }
    }
    return out
  }

  /// The statistics for a terminal.
  public static func text(_ items: [ItemStatistics], _ language: LabLanguage) -> String {
    let heads =
      language == .en
      ? ["problem", "n", "right", "missing", "difficulty", "discrimination", "mistakes"]
      : ["题目", "人数", "满分", "缺答", "难度", "区分度", "误区"]
    let table = TextTable(
      heads.enumerated().map { TextTable.Head($1, (1...5).contains($0) ? .right : .left) },
      rows: items.map { item in
        let made = item.mistakes.filter { $0.count > 0 }.sorted { ($1.count, $0.id) < ($0.count, $1.id) }
        return [
          item.isPart ? "\(item.problem).\(item.answer)" : item.problem, "\(item.count)",
          item.isByHand ? "–" : "\(item.right)",
          "\(item.missing)", item.difficulty.map { FixedDecimals.text($0, 2) } ?? "–",
          item.discrimination.map { FixedDecimals.text($0, 2) } ?? "–",
          made.map { "\($0.id) \($0.count)" }.joined(separator: ", "),
        ]
      })
    return table.text()
  }
}
