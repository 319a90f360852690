import Estimates
import Labs

/// The keys of a set that was built: one object a student and problem.
///
/// The text is JSON with one key a line, so that it can be written as students are made, without any but the
/// present one in memory:
///
///     {"format":"multilevel-lab problem keys","version":1,"set":"…","titles":{…},"courseKey":"…","keys":[
///     {"student":"…", …},
///     {"student":"…", …}
///     ]}
///
/// Write `head(…)`, then `line(of:isFirst:)` for each key, then `foot`.
public struct ProblemKeyFile: Sendable, Equatable {
  /// The version of the schema that is written.
  public static let version = 1
  /// What tells these files from other JSON.
  static let format = "multilevel-lab problem keys"

  /// The set's id.
  public var set: String
  /// The set's title in both languages; empty for keys that do not say.
  public var titles: [LabLanguage: String]
  /// The fingerprint of the course key that the set was built with.
  public var courseKeyFingerprint: String
  /// The keys in the order of the file: students as in the roster, problems as in the set.
  public var keys: [ProblemKey]

  /// A key file from its parts.
  public init(
    set: String, titles: [LabLanguage: String] = [:], courseKeyFingerprint: String, keys: [ProblemKey]
  ) {
    self.set = set
    self.titles = titles
    self.courseKeyFingerprint = courseKeyFingerprint
    self.keys = keys
  }

  /// The text before the first key.
  public static func head(
    set: String, titles: [LabLanguage: String], courseKeyFingerprint: String
  ) -> String {
    let members = JSONValue.object([
      ("format", .string(format)), ("version", .integer(version)), ("set", .string(set)),
      ("titles", .texts(titles)), ("courseKey", .string(courseKeyFingerprint)),
    ])
    return members.text().dropLast() + ",\"keys\":[\n"
  }

  /// The text of one key, with the comma before it unless it is the first.
  public static func line(of key: ProblemKey, isFirst: Bool) -> String {
    (isFirst ? "" : ",\n") + key.json.text()
  }

  /// The text behind the last key.
  public static let foot = "\n]}\n"

  /// The whole file.
  public var text: String {
    var out = ProblemKeyFile.head(set: set, titles: titles, courseKeyFingerprint: courseKeyFingerprint)
    for (i, key) in keys.enumerated() { out += ProblemKeyFile.line(of: key, isFirst: i == 0) }
    return out + ProblemKeyFile.foot
  }
}
