/// A part of a lab between `::: kind` and `:::`.
public struct LabDivision: Sendable {
  /// The kinds of parts.
  public enum Kind: String, Sendable, CaseIterable {
    /// A numbered exercise.
    case problem
    /// Left to students.
    case hint
    /// Only for instructors.
    case solution
    case rubric
    case instructor
    /// Ruled space to write on, only for students.
    case answer
    /// One of two languages.
    case en
    case zh
  }

  /// The kind.
  public let kind: Kind
  /// What an exercise is worth.
  public let points: Int?
  /// Ruled lines of an answer.
  public let lines: Int
  /// The key of an exercise, `prob-x`.
  public let key: String?
  /// An exercise's title by language; both or none.
  public let titles: [LabLanguage: InlineText]
  /// What is inside.
  public let elements: [LabElement]
  /// Where it opens.
  public let location: LabLocation
  let visibility: LabVisibility

  /// The versions in which a part of this kind appears.
  static func visibility(of kind: Kind) -> LabVisibility {
    switch kind {
    case .problem, .hint: .everywhere
    case .solution, .rubric, .instructor: .instructor
    case .answer: .student
    case .en: .language(.en)
    case .zh: .language(.zh)
    }
  }

  /// Makes a part from its opening line and its content.
  init(
    kind: Kind, attributes: LabAttributes, elements: [LabElement], location: LabLocation,
    visibility: LabVisibility,
    faults: inout [LabFault]
  ) {
    let known: [String] =
      switch kind {
      case .problem: ["id", "points", "title.en", "title.zh", "ref"]
      case .answer: ["lines"]
      default: []
      }
    for entry in attributes.entries where !known.contains(entry.name) {
      let allowed = known.isEmpty ? "it has none" : "it may have \(known.joined(separator: ", "))"
      faults.append(
        LabFault(at: entry.location, "'::: \(kind.rawValue)' has no attribute '\(entry.name)'; \(allowed)"))
    }
    if let entry = attributes.entry("ref") {
      faults.append(
        LabFault(
          at: entry.location,
          "ref=\(entry.value) asks for the problem bank, which labs cannot use yet; write the exercise between the fences"
        ))
    }
    attributes.checkLanguagePair("title", of: "the exercise", faults: &faults)
    self.kind = kind
    self.elements = elements
    self.location = location
    self.visibility = visibility
    points = attributes.count("points", upTo: 1000, faults: &faults)
    lines = attributes.count("lines", upTo: 60, faults: &faults) ?? 4
    key = attributes.identifier(faults: &faults).map(LabReferenceKind.problem.key)
    titles = attributes.texts("title", faults: &faults)
  }
}
