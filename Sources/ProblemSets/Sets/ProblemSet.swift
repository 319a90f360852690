import Labs
import Specifications
import Tables

/// A set of problems: which problems in which order, with a title. A YAML file:
///
///     id: foundations
///     title: {en: Foundations, zh: 基础}
///     instructions: {en: …, zh: …}
///     problems: [icc, pooling-weight, {problem: ../own/x.problem.md, points: 5}]
///
/// A bare name is a file `NAME.problem.md` in the folder `problems` beside the set's own folder, or in the set's folder.
public struct ProblemSet: Sendable {
  /// The file as it was named to the reader.
  public let file: String
  /// The name in seeds and keys.
  public let id: String
  /// The title in both languages.
  public let titles: [LabLanguage: String]
  /// What students are told at the top; empty for nothing.
  public let instructions: [LabLanguage: String]
  /// The problems in order.
  public let problems: [Problem]
  /// What each is worth, in order.
  public let points: [Double]

  /// The sum of all points.
  public var totalPoints: Double { points.reduce(0, +) }

  /// Reads a set and all its problems.
  /// - Throws: `ProblemError.faults`.
  public init(file: String) throws(ProblemError) {
    let top = LabLocation(file: file, line: 1)
    do {
      let bytes = try readFile(file)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ProblemError.faults([LabFault(at: top, "the file is not UTF-8 text; save it as UTF-8")])
      }
      try self.init(yaml: text, file: file)
    } catch let error as ProblemError {
      throw error
    } catch let error as SpecificationError {
      throw .faults([error.fault])
    } catch {
      throw .faults([LabFault(at: top, "\(error)")])
    }
  }

  private init(yaml: String, file: String) throws {
    let node = try SpecificationNode(yaml: yaml, file: file)
    let fields = try node.fields(["id", "title", "instructions", "problems"])
    let idNode = try fields.required("id")
    let id = try idNode.text()
    guard !id.isEmpty, id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    else {
      throw idNode.fault("'\(id)' cannot be an id; use ASCII letters, digits, _ and -")
    }
    self.file = file
    self.id = id
    titles = try fields.required("title").bilingualText()
    instructions = try fields["instructions"]?.bilingualText() ?? [:]
    var problems: [Problem] = []
    var points: [Double] = []
    var faults: [LabFault] = []
    for item in try fields.required("problems").items() {
      var (name, worth): (SpecificationNode, Double?) = (item, nil)
      if case .mapping = item.content {
        let inner = try item.fields(["problem", "points"])
        name = try inner.required("problem")
        worth = try inner["points"]?.amount(in: 0.25...1000)
      }
      do {
        let problem = try ProblemSet.problem(try name.text(), at: name, besides: file)
        if problems.contains(where: { $0.id == problem.id }) {
          throw name.fault("the problem '\(problem.id)' stands twice in the set")
        }
        problems.append(problem)
        points.append(worth ?? problem.points)
      } catch ProblemError.faults(let found) { faults += found }
    }
    if !faults.isEmpty { throw ProblemError.faults(faults) }
    if problems.isEmpty { throw node.fault("the set has no problems") }
    self.problems = problems
    self.points = points
  }

  private static func problem(
    _ name: String, at node: SpecificationNode, besides file: String
  ) throws -> Problem {
    let slash = file.lastIndex(of: "/")
    let folder = slash.map { String(file[...$0]) } ?? ""
    let places =
      name.hasSuffix(".problem.md")
      ? [name.hasPrefix("/") ? name : folder + name]
      : [folder + "../problems/\(name).problem.md", folder + "\(name).problem.md"]
    for place in places {
      guard let bytes = try? readFile(place) else { continue }
      return try Problem(parsing: bytes, file: place)
    }
    throw node.fault("no problem '\(name)'; looked for \(places.joined(separator: ", "))")
  }
}
