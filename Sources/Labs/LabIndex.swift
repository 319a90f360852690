/// The pages that lead to all handouts of a folder, each lab with its versions, data and figures in both languages:
/// `index` for students, which names nothing of the instructors', and `instructor/index`, which names everything.
public struct LabIndex: Sendable {
  /// The pages' title.
  public let title: String
  /// The versions of all labs; labs and versions are listed in the order given.
  public let results: [LabResult]

  /// An index over built labs, all written to one folder.
  public init(title: String = "Labs · 实验", of results: [LabResult]) {
    self.title = title
    self.results = results
  }

  /// `index.md` and `index.html`, and both again in `instructor/` where instructors get something. pandoc is not needed.
  public func files() -> [OutputFile] {
    LabAudience.allCases.filter { audience in results.contains { $0.audience == audience } }.flatMap {
      audience in
      let page = LabIndexPage(title: title, results: results, audience: audience)
      return [
        OutputFile(path: audience.folder + "index.md", bytes: Array(page.markdown.utf8)),
        OutputFile(path: audience.folder + "index.html", bytes: Array(page.html.utf8)),
      ]
    }
  }
}
