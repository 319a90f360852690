/// The words that the engine itself puts into a handout, in one language.
struct LabPhrases: Sendable {
  let language: LabLanguage

  init(_ language: LabLanguage) { self.language = language }

  var figure: String { pick("Figure", "图") }
  var table: String { pick("Table", "表") }
  var equation: String { pick("Equation", "式") }
  var exercise: String { pick("Exercise", "习题") }
  var solution: String { pick("Solution", "解答") }
  var hint: String { pick("Hint", "提示") }
  var rubric: String { pick("Marking guide", "评分标准") }
  var instructorNote: String { pick("For the instructor", "教师说明") }
  var instructorVersion: String { pick("Instructor’s version – with solutions", "教师版（含解答）") }
  var name: String { pick("Name", "姓名") }
  var studentNumber: String { pick("Student ID", "学号") }
  var inR: String { pick("The same in R:", "R 中的等价写法：") }
  var notes: String { pick("With a note (on standard error):", "并附提示（标准错误输出）：") }
  var error: String { pick("It ends with an error (on standard error):", "命令以错误结束（标准错误输出）：") }
  var studentAudience: String { pick("student", "学生版") }
  var instructorAudience: String { pick("instructor", "教师版") }
  var languageName: String { pick("English", "中文") }
  var figures: String { pick("Figures", "图") }

  /// `4 points`, `1 point`, `4 分`.
  func points(_ n: Int) -> String { pick(n == 1 ? "1 point" : "\(n) points", "\(n) 分") }

  /// `5 exercises, 20 points`; points are left out where no exercise has any.
  func load(exercises: Int, points total: Int) -> String {
    let first = pick(exercises == 1 ? "1 exercise" : "\(exercises) exercises", "共 \(exercises) 题")
    return total > 0 ? first + pick(", ", "，") + points(total) : first
  }

  /// A word and its number: `Figure 3`, `图 3`; equations as `Equation (3)`, `式 (3)`.
  func reference(_ kind: LabReferenceKind, _ number: String) -> String {
    switch kind {
    case .figure: "\(figure)\u{A0}\(number)"
    case .table: "\(table)\u{A0}\(number)"
    case .equation: "\(equation)\u{A0}(\(number))"
    case .problem: "\(exercise)\u{A0}\(number)"
    }
  }

  /// What stands between a caption's number and its text.
  var captionStop: String { pick(". ", "　") }

  private func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }
}
