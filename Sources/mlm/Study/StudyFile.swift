import CommandSupport
import Labs
import Specifications
import Studies

/// Reading studies from their files.
enum StudyFile {
  /// Reads a study's YAML file; a design that it names by its file is read from beside it.
  static func read(_ path: String, in context: CommandContext) throws -> StudySpecification {
    let bytes = path == "-" ? try InputFile.standardInput() : try context.read(path)
    let name = path == "-" ? "standard input" : path
    let node = try SpecificationNode(yaml: text(bytes, name), file: name)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    return try StudySpecification(node) { (file, at) throws(SpecificationError) in
      let beside = file.hasPrefix("/") || folder.isEmpty ? file : folder + "/" + file
      do {
        return try SpecificationNode(yaml: text(try context.read(beside), beside), file: beside)
      } catch let error as SpecificationError {
        throw error
      } catch { throw at.fault("\(error)") }
    }
  }

  /// The study of a folder, a plan or a YAML file.
  static func find(_ path: String, in context: CommandContext) throws -> StudySpecification {
    if path.hasSuffix(".yml") || path.hasSuffix(".yaml") || path == "-" { return try read(path, in: context) }
    return try StudyPlace(path).read().study
  }

  private static func text(_ bytes: [UInt8], _ name: String) throws(SpecificationError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SpecificationError(
        at: .init(file: name, line: 1, column: 1), "not UTF-8 text; save the file as UTF-8")
    }
    return text
  }
}
