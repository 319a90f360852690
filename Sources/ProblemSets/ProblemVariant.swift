import Labs

/// A problem for one student: its numbers are put in, its keys computed.
///
/// Building, exporting and grading meet here: who builds makes it, exports and grading know nothing else of a problem.
public struct ProblemVariant: Sendable, Equatable {
  /// The problem's id.
  public var problem: String
  /// Names this variant on the sheet and in all files: eight hexadecimal digits.
  public var code: String
  /// The title in both languages.
  public var titles: [LabLanguage: String]
  /// What full marks are worth.
  public var points: Double
  /// The text in both languages, with the same blanks in each.
  public var stem: [LabLanguage: [StemPiece]]
  /// What is asked, in the order of the blanks; one answer that has no blank of its own stands below the text.
  public var answers: [VariantAnswer]
  /// The worked solution in both languages, Markdown.
  public var solution: [LabLanguage: String]
  /// Figures and data to which texts refer, paths relative to the variant.
  public var files: [VariantFile]
}

/// A piece of a stem.
public enum StemPiece: Sendable, Equatable {
  /// Markdown; formulas stand in `$…$` and `$$…$$`.
  case markdown(String)
  /// Where the answer of this index is written.
  case blank(Int)
}

/// A file that belongs to a variant.
public struct VariantFile: Sendable, Equatable {
  /// What a file is for.
  public enum Role: String, Sendable { case data, figure }
  /// The path in texts, ASCII.
  public var path: String
  /// What it is for.
  public var role: Role
  /// nil for both languages.
  public var language: LabLanguage?
  /// The content.
  public var bytes: [UInt8]
}

/// One thing that is asked.
public struct VariantAnswer: Sendable, Equatable {
  /// Unique within the problem: ASCII letters, digits, `_`.
  public var id: String
  /// Share of the problem's points, above 0; all together are 1.
  public var weight: Double
  /// What is right.
  public var key: AnswerKey
}

/// What is right, and what each mistake is worth.
public enum AnswerKey: Sendable, Equatable {
  case number(NumberKey)
  /// Exactly one option is right.
  case single([ChoiceOption])
  /// Any number of options is right.
  case multiple([ChoiceOption])
  /// Marked by hand with a rubric.
  case essay(rubric: [LabLanguage: [RubricLine]])
}

/// A number and the interval that is accepted.
public struct NumberKey: Sendable, Equatable {
  /// The exact value.
  public var value: Double
  /// Digits after the decimal point that the text asks for.
  public var decimals: Int
  /// Half the width of the accepted interval around `value`.
  public var tolerance: Double
  /// Whether the answer is a percentage: `12.5`, `12.5%` and `0.125` are then told apart by the sign alone, and `value` is in percent.
  public var isPercent: Bool
  /// Mistakes by the value they lead to, in order of precedence; none lies in an accepted interval of another.
  public var misconceptions: [NumberMisconception]
}

/// A mistake that leads to a number.
public struct NumberMisconception: Sendable, Equatable {
  /// Unique within the answer.
  public var id: String
  /// The number it leads to.
  public var value: Double
  /// Half the width of the interval around it.
  public var tolerance: Double
  /// Share of the answer's points, from 0 to below 1.
  public var credit: Double
  /// What the student is told, Markdown.
  public var feedback: [LabLanguage: String]
}

/// One option of a choice.
public struct ChoiceOption: Sendable, Equatable {
  /// Unique within the answer.
  public var id: String
  /// Markdown.
  public var text: [LabLanguage: String]
  /// Whether it is to be ticked.
  public var isRight: Bool
  /// In a single choice the share of the points that it earns (1 for the right one); in a multiple choice what ticking it adds: right ones sum to 1,
  /// wrong ones are 0 or below, and no total is below 0.
  public var credit: Double
  /// The mistake it stands for.
  public var feedback: [LabLanguage: String]
}

/// One line of a rubric.
public struct RubricLine: Sendable, Equatable {
  /// What it earns.
  public var points: Double
  /// What earns it, Markdown.
  public var text: String
}
