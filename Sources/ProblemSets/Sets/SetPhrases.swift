import Labs
import Tables

/// The words that sheets and solutions add to problems, in one language.
struct SetPhrases {
  let language: LabLanguage

  init(_ language: LabLanguage) { self.language = language }

  var name: String { pick("Name", "姓名") }
  var studentNumber: String { pick("Student ID", "学号") }
  var version: String { pick("Version", "版本") }
  var answer: String { pick("Answer", "答案") }
  var data: String { pick("Data", "数据") }
  var stop: String { pick(". ", "　") }
  var colon: String { pick(": ", "：") }
  /// A colon behind which no line ends.
  var unbrokenColon: String { pick(":\u{A0}", "：") }
  /// Between the items of a list on one line.
  var listStop: String { pick(", ", "、") }
  var dash: String { pick(" — ", "——") }
  var onlyOne: String { pick("Exactly one option is right.", "只有一个选项正确。") }
  var anyNumber: String { pick("Any number of options may be right.", "可能有多个选项正确。") }
  var solutions: String { pick("Worked solutions", "题目解答") }
  var accepted: String { pick("accepted", "接受范围") }
  var mistakes: String { pick("Mistakes", "常见错误") }
  var right: String { pick("right", "正确") }
  var rubric: String { pick("Marking guide", "评分标准") }
  var instructorOnly: String { pick("For the instructor only.", "仅供教师使用。") }

  /// `Problem 3`, `第 3 题`.
  func problem(_ number: Int) -> String { pick("Problem \(number)", "第 \(number) 题") }

  /// `4 points`.
  func points(_ n: Double) -> String {
    let text = shortestText(n)
    return pick(n == 1 ? "1 point" : "\(text) points", "\(text) 分")
  }

  /// What a data file's R program is.
  func madeInR(_ path: String) -> String {
    pick("[\(path)](\(path)) makes them in R", "[\(path)](\(path)) 在 R 中生成同样的数据")
  }

  /// What share of the points a mistake earns.
  func credit(_ share: Double) -> String {
    let percent = shortestText((share * 1000).rounded() / 10)
    return pick("\(percent)% of the points", "得 \(percent)% 的分数")
  }

  /// A remark in brackets behind a text.
  func bracketed(_ parts: String...) -> String {
    pick(" (\(parts.joined(separator: ", ")))", "（\(parts.joined(separator: "，"))）")
  }

  private func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }
}
