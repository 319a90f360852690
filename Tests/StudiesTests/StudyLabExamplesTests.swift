import Foundation
import Specifications
import Testing

@testable import Studies

/// Every study of `labs/studies`, read from its file.
@Suite("Example studies of the labs")
struct StudyLabExamplesTests {
  private static let labs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("labs")

  static let files: [URL] =
    ((try? FileManager.default.contentsOfDirectory(
      at: labs.appendingPathComponent("studies"), includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.pathExtension == "yml" }.sorted { $0.path < $1.path }

  /// The study of a file with so many replicates; designs lie beside it.
  private func study(_ file: URL, replicates: Int) throws -> StudySpecification {
    let text = try String(contentsOf: file, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("# "), "a comment says what the study is for")
    let few = lines.map { $0.hasPrefix("replicates:") ? "replicates: \(replicates)" : String($0) }
    return try StudySpecification(
      SpecificationNode(yaml: few.joined(separator: "\n"), file: file.lastPathComponent)
    ) { (path, at) throws(SpecificationError) in
      let design = file.deletingLastPathComponent().appendingPathComponent(path)
      guard let text = try? String(contentsOf: design, encoding: .utf8) else {
        throw at.fault("no file \(design.path)")
      }
      return try SpecificationNode(yaml: text, file: path)
    }
  }

  @Test("there are four")
  func counted() {
    #expect(
      Self.files.map(\.lastPathComponent) == [
        "bayes.yml", "endogenous.yml", "random-sizes.yml", "shrinkage.yml",
      ])
  }

  @Test("each reads, plans and runs: no strategy fails, every cell has estimates", arguments: files)
  func runs(_ file: URL) throws {
    let study = try study(file, replicates: 3)
    #expect(study.replicates == 3 && study.cells.count >= 3)
    let plan = StudyPlan(study, blocks: StudyWork(study).missing(in: StudyStore([])), taskCount: 2)
    let again = try StudyPlan(bytes: Array(plan.text.utf8), path: "plan.json")
    #expect(again.study.hash == study.hash && again.tasks == plan.tasks && again.tasks.count == 2)
    let store = try StudyExamples.run(again.study)
    for cell in again.study.cells {
      let sums = try #require(try store.results(of: cell, replicates: 3).sums)
      #expect(sums.replicates == 3)
      for (s, strategy) in study.strategies.enumerated() {
        #expect(sums.count(of: .error, strategy: s) == 0, "\(strategy.name), \(cell.label)")
        #expect(sums.count(of: .unidentified, strategy: s) == 0, "\(strategy.name), \(cell.label)")
      }
    }
  }
}
