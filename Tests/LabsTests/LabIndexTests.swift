import Foundation
import Labs
import Testing

@Suite("The index pages")
struct LabIndexTests {
  private func files(_ audiences: [LabAudience] = LabAudience.allCases) throws -> [OutputFile] {
    let document = try lab(
      """
      ```mlm id=a as=figure
      mlm plot p
      ```
      ```mlm show=none
      mlm write --out handout/d.csv
      ```
      ::: instructor
      ```mlm id=b as=figure
      mlm plot p
      ```
      ```mlm show=none
      mlm write --out handout/e.csv
      ```
      :::
      """, matter: "subtitle.en: Sub\nsubtitle.zh: 副")
    var results: [LabResult] = []
    for audience in audiences {
      for language in LabLanguage.allCases {
        results.append(try LabBuild(document, audience: audience, language: language).run(with: FakeRunner()))
      }
    }
    return LabIndex(title: "Labs", of: results).files()
  }

  private func text(_ files: [OutputFile], _ path: String) throws -> String {
    String(decoding: try #require(files.first { $0.path == path }).bytes, as: UTF8.self)
  }

  @Test("students find their versions, data and figures in both languages, and no trace of the instructors'")
  func students() throws {
    let files = try files()
    #expect(
      files.map(\.path) == ["index.md", "index.html", "instructor/index.md", "instructor/index.html"])
    #expect(
      try text(files, "index.md") == """
        # Labs

        ## T · 题

        Sub\\
        副

        - English · student: [Markdown](x-student.en.md)
        - 中文 · 学生版: [Markdown](x-student.zh.md)
        - Data · 数据: [d.csv](handout/d.csv)

        ### Figures · English

        ![Points & lines](figures/x-a.en.svg)

        **Figure\u{A0}1**. A title ([SVG](figures/x-a.en.svg), [PNG](figures/x-a.en.png), [CSV](figures/x-a.en.csv))

        ### 图 · 中文

        ![Points & lines](figures/x-a.zh.svg)

        **图\u{A0}1**　A title ([SVG](figures/x-a.zh.svg), [PNG](figures/x-a.zh.png), [CSV](figures/x-a.zh.csv))

        """)
    let html = try text(files, "index.html")
    #expect(html.contains("<img src=\"figures/x-a.en.svg\" alt=\"Points &amp; lines\">"))
    #expect(html.contains("<span lang=\"zh-Hans\">题</span>") && html.contains("<span lang=\"en\">Sub</span>"))
    let body = try #require(html.components(separatedBy: "<body").last)
    #expect(!body.contains("nstructor") && !body.contains("教师"))
  }

  @Test("instructors find everything, linked from their folder")
  func instructors() throws {
    let page = try text(try files(), "instructor/index.md")
    for part in [
      "- English · student: [Markdown](../x-student.en.md)",
      "- Data · 数据: [d.csv](../handout/d.csv), [e.csv](handout/e.csv)",
      "### For instructors, with solutions · 教师用，含解答", "- 中文 · 教师版: [Markdown](x-instructor.zh.md)",
      "![Points & lines](figures/x-a.en.svg)", "**Figure\u{A0}S1**. A title ([SVG](figures/x-b.en.svg)",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    let html = try text(try files(), "instructor/index.html")
    #expect(html.contains("<a href=\"x-instructor.zh.md\">Markdown</a>"))
    #expect(html.contains("<a href=\"../x-student.zh.md\">Markdown</a>"))
  }

  @Test("a page is written for each audience that has something")
  func audiences() throws {
    #expect(try files([.student]).map(\.path) == ["index.md", "index.html"])
    #expect(try files([.instructor]).map(\.path) == ["instructor/index.md", "instructor/index.html"])
  }
}
