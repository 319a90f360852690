/// A language in which a lab is printed.
public enum LabLanguage: String, Sendable, CaseIterable {
  case en
  case zh

  /// The tag for HTML's `lang`.
  public var htmlTag: String { self == .en ? "en" : "zh-Hans" }
}

/// For whom a lab is printed.
public enum LabAudience: String, Sendable, CaseIterable {
  case student
  case instructor

  /// Where its handouts, their figures and data lie below the output folder: students' at the top.
  var folder: String { self == .student ? "" : "instructor/" }
}

/// The versions of a lab (audience × language) in which an element appears.
///
/// Everything that is left out of a version is left out before anything runs or is written, so the bytes of
/// a student's handout cannot hold a solution.
package struct LabVisibility: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let everywhere = LabVisibility(rawValue: 0b1111)
  static let instructor = LabVisibility(rawValue: 0b1100)
  static let student = LabVisibility(rawValue: 0b0011)

  /// All versions in one language.
  static func language(_ language: LabLanguage) -> LabVisibility {
    LabVisibility(rawValue: language == .en ? 0b0101 : 0b1010)
  }

  /// One version.
  static func version(_ audience: LabAudience, _ language: LabLanguage) -> LabVisibility {
    (audience == .student ? student : instructor).intersection(.language(language))
  }

  /// True where only an instructor sees the element; such figures are numbered S1, S2, … so that the
  /// numbers of all others agree between the versions.
  var isInstructorOnly: Bool { isDisjoint(with: .student) }

  /// The versions in words, for messages.
  var words: String {
    switch self {
    case .everywhere: return "all versions"
    case .instructor: return "the instructor's version"
    case .student: return "the student's version"
    default:
      let names = LabLanguage.allCases.flatMap { language in
        LabAudience.allCases.compactMap { audience in
          contains(.version(audience, language)) ? "\(audience.rawValue) \(language.rawValue)" : nil
        }
      }
      return "the versions " + names.joined(separator: ", ")
    }
  }
}
