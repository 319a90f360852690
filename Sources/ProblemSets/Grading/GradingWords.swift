import Labs

/// What the engine itself says about an answer, in both languages.
enum GradingWords {
  typealias Texts = [LabLanguage: String]

  static func texts(_ english: String, _ chinese: String) -> Texts { [.en: english, .zh: chinese] }

  static let right = texts("Right.", "正确。")
  static let wrong = texts("Not right.", "不正确。")
  static let partial = texts("Partly right.", "部分正确。")
  static let missing = texts("No answer was given.", "未作答。")
  static let byHand = texts("Not yet marked.", "待人工评分。")
  static let marked = texts("Marked by hand.", "人工评分。")
  static let double = texts(
    "Two different answers were given; neither was graded.", "提交了两个不同的答案，均未评分。")

  static func precision(_ decimals: Int) -> Texts {
    texts(
      "Right; the text asks for "
        + "\(decimals == 1 ? "1 decimal" : decimals == 0 ? "a whole number" : "\(decimals) decimals").",
      decimals == 0 ? "正确；题目要求保留整数。" : "正确；题目要求保留 \(decimals) 位小数。")
  }

  static func readAs(_ text: String, _ readings: [String]) -> Texts {
    texts(
      "‘\(text)’ can be read as \(readings.joined(separator: " or ")); it was read as \(readings[0])",
      "“\(text)”可读作 \(readings.joined(separator: " 或 "))；此处读作 \(readings[0])")
  }

  static func unit(_ unit: String) -> Texts {
    texts("the unit ‘\(unit)’ was passed over", "单位“\(unit)”未计入")
  }

  static func unreadable(_ fault: NumberReadingFault) -> Texts {
    switch fault {
    case .empty: missing
    case .noNumber:
      texts("This is not read as a number; a number alone is needed.", "无法读作数字；请只写一个数。")
    case .separators:
      texts(
        "The separators make no number; write for example 1234.5.", "分隔符的位置不成数字；请写成如 1234.5 的形式。")
    case .surroundingText(let text):
      texts(
        "Only a number and a unit are read; ‘\(text)’ is neither.", "只读取一个数及其单位；“\(text)”两者都不是。")
    case .tooLarge: texts("The number is too large.", "数值过大。")
    }
  }

  static func unreadable(_ fault: ChoiceReading.Fault, count: Int) -> Texts {
    guard case .unknown(let word) = fault else { return missing }
    let last = OptionLetter.of(count - 1)
    return texts(
      "‘\(word)’ is none of the options; letters from A to \(last) are.", "“\(word)”不是选项；选项为 A 至 \(last)。")
  }

  static func notOneOption(_ count: Int) -> Texts {
    texts("One option is needed; \(count) were named.", "应选一项；实际选了 \(count) 项。")
  }
}
