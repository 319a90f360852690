import Labs

/// What a given answer is worth, and why.
public struct GradedAnswer: Sendable, Equatable {
  /// What grading found.
  public enum Verdict: Sendable, Equatable {
    /// Full marks.
    case right
    /// Full marks; the number has more or fewer digits than the text asks for.
    case rightButPrecision
    /// Some of a multiple choice.
    case partial
    /// A mistake that the key knows, by its id.
    case misconception(String)
    /// Another value or choice.
    case wrong
    /// No number, or no option.
    case unreadable
    /// Nothing was given.
    case missing
    /// Two different answers were given, and none of them was to be taken.
    case double
    /// To be marked by hand.
    case byHand
    /// Marked by hand.
    case marked

    /// The word in tables.
    public var word: String {
      switch self {
      case .right: "right"
      case .rightButPrecision: "right, precision"
      case .partial: "partial"
      case .misconception: "misconception"
      case .wrong: "wrong"
      case .unreadable: "unreadable"
      case .missing: "missing"
      case .double: "double"
      case .byHand: "by hand"
      case .marked: "marked"
      }
    }

    /// Whether marks are still to be given by a person.
    public var isOpen: Bool { self == .byHand || self == .double }

    /// Whether a person may give the marks: what is open, and what could not be read, which earns nothing
    /// until then.
    public var takesMarks: Bool { isOpen || self == .unreadable }
  }

  /// The text that was given; empty for none.
  public var given: String
  /// How it was read: a number, or letters of options; empty where it could not be.
  public var readAs: String
  /// Share of the answer's points from 0 to 1; nil where a person marks it.
  public var share: Double?
  /// What was found.
  public var verdict: Verdict
  /// The ids of the mistakes that were found: one for a number or a single choice, the wrong options ticked
  /// for a multiple choice.
  public var mistakes: [String]
  /// What a student is told, in both languages.
  public var feedback: [LabLanguage: String]
  /// How the text was read, where it could be read in several ways or says more than the number; in both
  /// languages.
  public var notes: [LabLanguage: [String]]

  /// What an answer is worth.
  public init(
    given: String, readAs: String = "", share: Double?, verdict: Verdict, mistakes: [String] = [],
    feedback: [LabLanguage: String] = [:], notes: [LabLanguage: [String]] = [:]
  ) {
    self.given = given
    self.readAs = readAs
    self.share = share
    self.verdict = verdict
    self.mistakes = mistakes
    self.feedback = feedback
    self.notes = notes
  }
}
