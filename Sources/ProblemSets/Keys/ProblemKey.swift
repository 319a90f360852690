import Labs

/// What grading knows of one student's problem: all that is right, and what each mistake is worth.
public struct ProblemKey: Sendable, Equatable {
  /// The student's id as the roster spells it.
  public var student: String
  /// The student's name; empty where the roster has none.
  public var name: String
  /// The language of the student's sheet; nil where sheets were made in both.
  public var language: LabLanguage?
  /// The problem's id.
  public var problem: String
  /// The variant's code: eight hexadecimal digits.
  public var code: String
  /// The problem's title in both languages.
  public var titles: [LabLanguage: String]
  /// What full marks are worth.
  public var points: Double
  /// What is asked, in the order of the blanks; options in the order of the sheet.
  public var answers: [VariantAnswer]

  /// A key from its parts.
  public init(
    student: String, name: String = "", language: LabLanguage? = nil, problem: String, code: String,
    titles: [LabLanguage: String], points: Double, answers: [VariantAnswer]
  ) {
    self.student = student
    self.name = name
    self.language = language
    self.problem = problem
    self.code = code
    self.titles = titles
    self.points = points
    self.answers = answers
  }

  /// The key of a variant that a student was given.
  public init(
    of variant: ProblemVariant, student: String, name: String = "", language: LabLanguage? = nil
  ) {
    self.init(
      student: student, name: name, language: language, problem: variant.problem, code: variant.code,
      titles: variant.titles, points: variant.points, answers: variant.answers)
  }
}
