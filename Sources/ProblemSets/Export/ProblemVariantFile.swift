import Estimates
import Labs

/// Variants in a file: JSON that holds whole problems with their texts, keys, pictures and data, so that they
/// can be exported elsewhere.
public struct ProblemVariantFile: ProblemVariantSource, Sendable, Equatable {
  /// What tells these files from other JSON.
  static let format = "multilevel-lab problem variants"
  /// The version of the schema that is written.
  static let version = 1

  /// The set's id.
  public var set: String
  /// The set's title in both languages.
  public var titles: [LabLanguage: String]
  /// For each problem its variants.
  public var problems: [[ProblemVariant]]

  /// A file from its parts.
  public init(set: String, titles: [LabLanguage: String], problems: [[ProblemVariant]]) {
    self.set = set
    self.titles = titles
    self.problems = problems
  }

  /// The first variants of each problem.
  /// - Throws: `ExportError` where a problem has fewer.
  public func variants(count: Int) throws -> [[ProblemVariant]] {
    for problem in problems where problem.count < count {
      throw ExportError(
        problem: problem.first?.problem ?? set,
        "the file holds \(counted(problem.count, "variant")), not \(count)")
    }
    return problems.map { Array($0.prefix(count)) }
  }

  /// The whole file as text, one variant a line.
  public var text: String {
    let head = JSONValue.object([
      ("format", .string(Self.format)), ("version", .integer(Self.version)), ("set", .string(set)),
      ("titles", .texts(titles)),
    ])
    let lines = problems.map { "[\n" + $0.map { $0.json.text() }.joined(separator: ",\n") + "\n]" }
    return head.text().dropLast() + ",\"problems\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  /// Reads a file.
  /// - Throws: `KeyFileError` with the place where the text is no JSON, and with the variant where one lacks
  /// something.
  public init(parsing bytes: [UInt8], file: String) throws(KeyFileError) {
    let top = LabLocation(file: file, line: 1)
    let json: JSONValue
    do throws(JSONParsingError) { json = try JSONValue(parsing: bytes) } catch {
      throw KeyFileError(
        location: LabLocation(file: file, offset: error.offset, in: bytes),
        message: "the file of variants is damaged: \(error.expected) was expected here")
    }
    guard json["format"]?.string == Self.format, json["version"]?.integer == Self.version,
      let set = json["set"]?.string,
      let lists = json["problems"]?.items
    else {
      throw KeyFileError(
        location: top, message: "this is no file of problem variants of version \(Self.version)")
    }
    var problems: [[ProblemVariant]] = []
    for (i, list) in lists.enumerated() {
      var variants: [ProblemVariant] = []
      for (k, item) in (list.items ?? []).enumerated() {
        do throws(KeyFault) { variants.append(try ProblemVariant(item)) } catch {
          throw KeyFileError(location: top, message: "problem \(i + 1), variant \(k + 1): \(error.message)")
        }
      }
      problems.append(variants)
    }
    var titles: [LabLanguage: String] = [:]
    for language in LabLanguage.allCases { titles[language] = json["titles"]?[language.rawValue]?.string }
    self.init(set: set, titles: titles, problems: problems)
  }
}

extension ProblemVariant {
  /// The whole variant as JSON, files in base64.
  var json: JSONValue {
    let key = ProblemKey(of: self, student: "").json
    guard case .object(let members) = key else { return key }
    let stems = LabLanguage.allCases.compactMap { l in
      stem[l].map { (l.rawValue, JSONValue.array($0.map(\.json))) }
    }
    return .object(
      members.filter { $0.0 != "student" } + [
        ("stem", .object(stems)), ("solution", .texts(solution)), ("files", .array(files.map(\.json))),
      ])
  }

  init(_ json: JSONValue) throws(KeyFault) {
    guard case .object(let members) = json else { throw KeyFault("this is no object") }
    let key = try ProblemKey(.object([("student", .string(""))] + members))
    var stem: [LabLanguage: [StemPiece]] = [:]
    for language in LabLanguage.allCases {
      guard let pieces = json["stem"]?[language.rawValue]?.items else { continue }
      var read: [StemPiece] = []
      for piece in pieces {
        if let text = piece.string {
          read.append(.markdown(text))
        } else if let index = piece.integer, key.answers.indices.contains(index) {
          read.append(.blank(index))
        } else {
          throw KeyFault("a piece of the stem is neither a text nor the index of an answer")
        }
      }
      stem[language] = read
    }
    var solution: [LabLanguage: String] = [:]
    for language in LabLanguage.allCases { solution[language] = json["solution"]?[language.rawValue]?.string }
    var files: [VariantFile] = []
    for item in json["files"]?.items ?? [] { files.append(try VariantFile(item)) }
    self.init(
      problem: key.problem, code: key.code, titles: key.titles, points: key.points, stem: stem,
      answers: key.answers,
      solution: solution, files: files)
  }
}

extension StemPiece {
  /// Markdown is a text, a blank the index of its answer.
  var json: JSONValue {
    switch self {
    case .markdown(let text): .string(text)
    case .blank(let index): .integer(index)
    }
  }
}

extension VariantFile {
  var json: JSONValue {
    .object([
      ("path", .string(path)), ("role", .string(role.rawValue)),
      ("language", language.map { .string($0.rawValue) } ?? .null),
      ("base64", .string(Base64Text.encode(bytes))),
    ])
  }

  init(_ json: JSONValue) throws(KeyFault) {
    guard let path = json["path"]?.string, let role = json["role"]?.string.flatMap(Role.init(rawValue:)),
      let bytes = json["base64"]?.string.flatMap(Base64Text.decode)
    else { throw KeyFault("a file without path, role or base64 text") }
    let language = json["language"]?.string.flatMap(LabLanguage.init(rawValue:))
    self.init(path: path, role: role, language: language, bytes: bytes)
  }
}
