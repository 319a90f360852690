import Labs
import Testing

@Suite("Rules for make")
struct DependencyRuleTests {
  @Test("targets, prerequisites, and empty rules for what may go away")
  func rule() {
    let rule = DependencyRule(
      targets: ["out/a.md", "out/a b.html"],
      prerequisites: ["labs/a.lab.md", "labs/d $1#.csv", "labs/a.lab.md"])
    #expect(
      rule.text == """
        out/a.md out/a\\ b.html: labs/a.lab.md labs/d\\ $$1\\#.csv
        labs/a.lab.md:
        labs/d\\ $$1\\#.csv:

        """)
  }

  @Test("files read from disk are dependencies, beside the source")
  func dependencies() throws {
    let folder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!))
    let name = String(#filePath.dropFirst(folder.count + 1))
    let source =
      "---\ntitle.en: T\ntitle.zh: 题\ndata: \(name)\n---\n```mlm show=none\nmlm read \(name)\n```\n"
    let document = try LabDocument(parsing: source, file: folder + "/x.lab.md")
    let result = try LabBuild(document).run(with: FakeRunner())
    #expect(result.dependencies == [folder + "/x.lab.md", folder + "/" + name])
    // What the front matter names is handed out.
    #expect(result.files.map(\.path) == ["handout/\(name)", "x-student.en.md"])
    let key = try LabBuild(document, audience: .instructor).run(with: FakeRunner())
    #expect(key.files.first?.path == "instructor/handout/\(name)")
    let twice = source.replacing("mlm read \(name)", with: "mlm write --out handout/\(name)")
    let error = #expect(throws: LabError.self) {
      try LabBuild(try LabDocument(parsing: twice, file: folder + "/x.lab.md")).run(with: FakeRunner())
    }
    #expect(error?.description.contains("'handout/\(name)' is handed out twice") == true)
  }
}
