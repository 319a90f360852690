import Labs
import Tables

/// The keys as a flat table for people, `keys.csv`: one row an answer and a mistake.
///
/// Columns: student, name, problem, variant, answer, blank (its letter on the sheet), points, kind (right, misconception, wrong, rubric), id,
/// value, from, to, credit, feedback. `value` is a number with the digits asked for, or an option's letter.
public enum ProblemKeyTable {
  /// The header line.
  public static let head = CSVText.line([
    "student", "name", "problem", "variant", "answer", "blank", "points", "kind", "id", "value", "from", "to",
    "credit",
    "feedback",
  ])

  /// The lines of one key.
  public static func lines(of key: ProblemKey) -> String {
    let language = key.language ?? .en
    var out = ""
    for (i, answer) in key.answers.enumerated() {
      let start = [
        key.student, key.name, key.problem, key.code, answer.id,
        key.answers.count > 1 ? BlankLetter.of(i) : "", shortestText(key.points * answer.weight),
      ]
      for row in rows(answer.key, language) { out += CSVText.line(start + row) }
    }
    return out
  }

  private static func rows(_ key: AnswerKey, _ language: LabLanguage) -> [[String]] {
    func told(_ feedback: [LabLanguage: String]) -> String { feedback[language] ?? feedback[.en] ?? "" }
    switch key {
    case .number(let number):
      func row(
        _ kind: String, _ id: String, _ value: Double, _ tolerance: Double, _ credit: Double, _ f: String
      )
        -> [String]
      {
        [
          kind, id, FixedDecimals.text(value, number.decimals), shortestText(value - tolerance),
          shortestText(value + tolerance),
          shortestText(credit), f,
        ]
      }
      return [row("right", "", number.value, number.tolerance, 1, "")]
        + number.misconceptions.map {
          row("misconception", $0.id, $0.value, $0.tolerance, $0.credit, told($0.feedback))
        }
    case .single(let options), .multiple(let options):
      return options.enumerated().map { i, option in
        let kind = option.isRight ? "right" : option.feedback.isEmpty ? "wrong" : "misconception"
        return [
          kind, option.id, OptionLetter.of(i), "", "", shortestText(option.credit), told(option.feedback),
        ]
      }
    case .essay(let rubric):
      return (rubric[language] ?? rubric[.en] ?? []).map {
        ["rubric", "", "", "", "", shortestText($0.points), $0.text]
      }
    }
  }
}
