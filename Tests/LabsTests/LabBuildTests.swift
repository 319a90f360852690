import Estimates
import Labs
import Testing

@Suite("Building a lab")
struct LabBuildTests {
  private let fit = "```mlm id=m4\nmlm fit 'y ~ x'\n```\n"

  @Test("values are looked up, computed and printed")
  func values() throws {
    let text = try markdown(
      fit + "SD {{m4.random.dept.\"(Intercept)\".sd:%,.0f}}, ICC "
        + "{{m4.random.dept.\"(Intercept)\".sd^2/(m4.random.dept.\"(Intercept)\".sd^2+m4.sigma^2):%.3f}}, "
        + "se {{m4.fixed.\"(Intercept)\".se:%.2f}}, $p = {{m4.p:%.2e}}$, code `{{m4.n}}`, $5 and {{m4.fixed.\"(Intercept)\":%.1f}} $"
    )
    #expect(
      text.hasSuffix(
        "SD 14\u{202F}398, ICC 0.947, se 0.25, $p = 2.75\\times 10^{-44}$, code `{{m4.n}}`, $5 and \u{2212}1234.6 $\n"
      ))
  }

  @Test("a value may stand before its block, and in a caption of it")
  func order() throws {
    let text = try markdown("{{m4.n:%d}} people\n\n" + fit)
    #expect(text.contains("100 people"))
  }

  @Test("an unknown number names its place and the nearest addresses")
  func unknownAddress() throws {
    let error = #expect(throws: LabError.self) {
      try markdown(fit + "x {{1 + m4.random.dpt.\"(Intercept)\".sd:%.1f}}")
    }
    #expect(
      error?.description.hasPrefix(
        "labs/x.lab.md:8:9: no number has the address 'm4.random.dpt.\"(Intercept)\".sd'; the nearest are "
          + "m4.random.dept.\"(Intercept)\".sd, m4.fixed.\"(Intercept)\", ") == true)
  }

  @Test("numbers that cannot be printed are faults")
  func unprintable() {
    let error = #expect(throws: LabError.self) { try markdown(fit + "{{m4.missing:%.1f}} {{m4.sigma:%d}}") }
    let lines = error?.description.split(separator: "\n") ?? []
    #expect(lines.count == 2)
    #expect(lines.first == "labs/x.lab.md:8:3: 'm4.missing' is nan, no number to print; check its parts")
    #expect(
      lines.last == "labs/x.lab.md:8:23: 'm4.sigma' is 3394.25, not whole; use %.0f or more digits, not %d")
  }

  @Test("figures, tables, equations and exercises are numbered and referred to in both languages")
  func references() throws {
    let body = """
      As @fig-a, @tbl-b, @eq-c and @prob-d; mail@fig-a.org, `@fig-a`.

      ```mlm id=z as=figure
      mlm plot p
      ```
      ```mlm id=a as=figure cap.en="Cap {{m4.n:%d}}." cap.zh="说明。" alt.en="Alt [1]" alt.zh="替"
      mlm plot p
      ```
      ```mlm id=b as=table
      mlm pool
      ```
      $$ y = {{m4.n:%d}} $$ {#eq-c}

      ::: problem id=d points=2 title.en="Why?" title.zh="为何？"
      Say.
      :::

      """
    let english = try markdown(fit + body)
    #expect(
      english.contains(
        "As Figure\u{A0}2, Table\u{A0}1, Equation\u{A0}(1) and Exercise\u{A0}1; mail@fig-a.org, `@fig-a`."))
    #expect(english.contains("![Points & lines](figures/x-z.en.svg)\n\n**Figure\u{A0}1**. A title"))
    #expect(english.contains("![Alt \\[1\\]](figures/x-a.en.svg)\n\n**Figure\u{A0}2**. Cap 100."))
    #expect(english.contains("**Table\u{A0}1**\n\n| a | b |"))
    #expect(english.contains("$$\ny = 100\n\\tag{1}\n$$"))
    #expect(english.contains("**Exercise\u{A0}1. Why?** (2 points)\n\nSay."))
    let chinese = try markdown(fit + body, .student, .zh)
    #expect(chinese.contains("As 图\u{A0}2, 表\u{A0}1, 式\u{A0}(1) and 习题\u{A0}1;"))
    #expect(chinese.contains("![替](figures/x-a.zh.svg)\n\n**图\u{A0}2**　说明。"))
    #expect(chinese.contains("**习题\u{A0}1　为何？**（2 分）"))
  }

  @Test("a table in the text has a number and a caption, in both languages and dialects")
  func tables() throws {
    let body = """
      ::: en
      As @tbl-a says.

      Table: One $x$,
      two. {#tbl-a}

      | a | b |
      |:--|--:|
      | n | {{m4.n:%d}} |
      :::
      ::: zh
      Table: 说明，
      两行。 {#tbl-a}
      | 甲 |
      |:--|
      :::
      ```mlm id=b as=table cap.en="Cap." cap.zh="表。"
      mlm pool
      ```

      """
    let english = try markdown(fit + body)
    #expect(
      english.contains(
        "As Table\u{A0}1 says.\n\n**Table\u{A0}1**. One $x$, two.\n\n| a | b |\n|:--|--:|\n| n | 100 |\n\n"
          + "**Table\u{A0}2**. Cap.\n\n| a | b |"))
    let chinese = try markdown(fit + body, .student, .zh)
    #expect(chinese.contains("**表\u{A0}1**　说明，两行。\n\n| 甲 |\n|:--|\n\n**表\u{A0}2**　表。"))
  }

  @Test("notes are printed where a block asks for them")
  func notes() throws {
    let body = "```mlm show=none\nmlm write --out d.csv\n```\n```mlm%\nmlm read d.csv\n```"
    let hidden = try markdown(body.replacing("%", with: ""))
    #expect(hidden.hasSuffix("```text\nx,y\n1,2\n```\n"))
    let shown = try markdown(body.replacing("%", with: " notes=show"))
    #expect(shown.hasSuffix("1,2\n```\n\nWith a note (on standard error):\n\n```text\nread d.csv\n```\n"))
    #expect(try markdown(body.replacing("%", with: " notes=show"), .student, .zh).contains("并附提示（标准错误输出）："))
  }

  @Test(
    "a command that is meant to fail shows its message; it fails the build if it succeeds or a file is missing"
  )
  func expectedErrors() throws {
    let body = "```mlm error=show\nmlm fit 'y ~ x'\nmlm refuse this\n```"
    let shown = try markdown(body)
    #expect(
      shown.hasSuffix(
        "a printed fit\n```\n\nIt ends with an error (on standard error):\n\n```text\nmlm: no subcommand 'refuse'\n```\n"
      ))
    #expect(try markdown(body, .student, .zh).contains("命令以错误结束（标准错误输出）："))
    for (body, message) in [
      ("```mlm error=show\nmlm fit 'y ~ x'\n```", "succeeds, but the block has error=show"),
      ("```mlm error=show\nmlm read missing.csv\n```", "cannot read"),
      ("```mlm error=show\nmlm refuse this\nmlm fit 'y ~ x'\n```", "no subcommand 'refuse'"),
    ] {
      let error = #expect(throws: LabError.self) { try markdown(body) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
    #expect(faults("```mlm error=hide\nmlm fit\n```").first?.contains("it may be show") == true)
    #expect(
      faults("```mlm error=show as=table\nmlm fit\n```").first?.contains("for texts whose output is printed")
        == true)
  }

  @Test("figures get the lab's labels, explanations those of their names, other commands none")
  func labels() throws {
    let document = try lab(
      "```mlm id=a as=figure\nmlm fit y\nmlm plot p\n```\n```mlm\nmlm explain 'y ~ x'\n```",
      matter: "labels: x=a b [c]|甲; g=h|乙")
    let runner = RecordingRunner()
    _ = try LabBuild(document).run(with: runner)
    #expect(runner.calls[0] == ["fit", "y"])
    #expect(runner.calls[1].suffix(4) == ["--label", "x=a b [c]|甲", "--label", "g=h|乙"])
    #expect(runner.calls[2] == ["explain", "y ~ x", "--label", "x=a b [c]|甲"])
  }

  @Test("an instructor's files lie in a folder of their own, and their text does not know it")
  func instructorFolder() throws {
    let body =
      "```mlm id=a as=figure\nmlm plot p\n```\n```mlm show=none\nmlm write --out handout/d.csv\n```\n[d](handout/d.csv)"
    let result = try LabBuild(try lab(body), audience: .instructor).run(with: FakeRunner())
    #expect(
      result.files.map(\.path) == [
        "instructor/figures/x-a.en.svg", "instructor/figures/x-a.en.png", "instructor/figures/x-a.en.csv",
        "instructor/handout/d.csv",
        "instructor/x-instructor.en.md",
      ])
    #expect(result.documents == ["instructor/x-instructor.en.md"])
    #expect(result.figures.map(\.path) == ["instructor/figures/x-a.en.svg"])
    let text = String(decoding: try #require(result.files.last).bytes, as: UTF8.self)
    #expect(text.contains("](figures/x-a.en.svg)") && text.contains("](handout/d.csv)"))
    let student = try LabBuild(try lab(body)).run(with: FakeRunner())
    #expect([student, result].allFigureFiles.map(\.path) == ["x-a.en.svg", "x-a.en.png", "x-a.en.csv"])
  }

  @Test("a figure's file says what the lab says about it")
  func descriptions() throws {
    let body = "```mlm id=a as=figure alt.en=\"A & {{m4.n:%d}}\" alt.zh=\"替\"\nmlm plot p\n```"
    let result = try LabBuild(try lab(fit + body), language: .en).run(with: FakeRunner())
    #expect(
      String(decoding: result.files[0].bytes, as: UTF8.self).contains("<desc>A &amp; 100</desc>"))
    let own = try LabBuild(try lab("```mlm id=a as=figure\nmlm plot p\n```")).run(with: FakeRunner())
    #expect(String(decoding: own.files[0].bytes, as: UTF8.self).contains("<desc>Points</desc>"))
  }

  @Test("a lab reads files, not devices")
  func devices() {
    let error = #expect(throws: LabError.self) { try markdown("```mlm\nmlm read /dev/zero\n```") }
    #expect(
      error?.description
        == "labs/x.lab.md:6:1: mlm read: cannot read '/dev/zero': a lab reads files, not devices or pipes")
  }

  @Test("a student's bytes hold neither solutions nor their numbers, and their commands are not run")
  func stripping() throws {
    let body = """
      ::: problem
      Question. <!-- SECRET comment -->

      ::: hint
      Think.
      :::
      ::: answer lines=2
      :::
      ::: solution
      SECRET {{key.sigma:%.2f}}

      ```mlm id=key show=both r="SECRET"
      mlm fit 'SECRET ~ x'
      ```
      ```mlm id=drawn as=figure
      mlm plot SECRET
      ```
      ```mlm
      mlm write --out handout/SECRET.csv
      ```
      :::
      ::: rubric
      SECRET 3394.25
      :::
      ::: instructor
      SECRET
      :::
      :::
      """
    for language in LabLanguage.allCases {
      let result = try LabBuild(try lab(body), language: language).run(with: FakeRunner())
      #expect(result.files.map(\.path) == ["x-student.\(language.rawValue).md"])
      for file in result.files {
        let text = String(decoding: file.bytes, as: UTF8.self)
        #expect(!text.contains("SECRET"))
        #expect(!text.contains("3394"))
        #expect(text.contains("Think."))
        #expect(text.split(separator: "\n").filter { $0 == "___" }.count == 2)
      }
    }
    let key = try markdown(body, .instructor)
    #expect(key.contains("> SECRET 3394.25"))
    #expect(key.contains("> **Figure\u{A0}S1**. A title"))
    #expect(!key.contains("___"))
    #expect(!key.contains("SECRET comment"))
  }

  @Test("figures in solutions do not change the numbers of the others")
  func sameNumbers() throws {
    let figure = "```mlm id=%s as=figure\nmlm plot p\n```\n"
    let body =
      "::: solution\n" + figure.replacing("%s", with: "a") + ":::\n" + figure.replacing("%s", with: "b")
      + "@fig-b"
    #expect(try markdown(body).contains("**Figure\u{A0}1**"))
    let key = try markdown(body, .instructor)
    #expect(key.contains("**Figure\u{A0}1**") && key.contains("**Figure\u{A0}S1**"))
    #expect(key.hasSuffix("Figure\u{A0}1\n"))
  }

  @Test("each language gets its text; headings are numbered; Chinese lines join without a blank")
  func languages() throws {
    let body = """
      ::: en
      # One {-}
      # Two
      ## Three
      English
      text.
      :::
      ::: zh
      # 一
      中文，
      两行
      with Latin
      :::
      """
    #expect(try markdown(body) == "# T\n\n## One\n\n## 1. Two\n\n### 1.1 Three\n\nEnglish\ntext.\n")
    #expect(try markdown(body, .student, .zh) == "# 题\n\n## 1. 一\n\n中文，两行\nwith Latin\n")
  }

  @Test("what is shown")
  func show() throws {
    func block(_ attributes: String) throws -> String {
      String(try markdown("```mlm \(attributes)\n\nmlm words 'a b' \\\n  c\n```").dropFirst("# T\n\n".count))
    }
    let command = "```sh\nmlm words 'a b' \\\n  c\n```\n"
    #expect(try block("show=cmd") == command)
    #expect(try block("show=cmd r=\"f(x)\"") == command + "\nThe same in R:\n\n```r\nf(x)\n```\n")
    #expect(try block("") == command + "\n```text\na b|c\n```\n")
    #expect(try block("show=out as=json") == "```json\na b|c\n```\n")
    #expect(try block("as=markdown") == "a b|c\n")
    #expect(try block("show=none") == "")
  }

  @Test("figures get their files, language and width")
  func figureArguments() throws {
    let document = try lab(
      "```mlm id=a as=figure height=8cm\nmlm fit y\nmlm plot p\n```", matter: "width_cm: 16")
    let runner = RecordingRunner()
    let result = try LabBuild(document, language: .zh).run(with: runner)
    #expect(
      runner.calls.last
        == [
          "plot", "p", "--out", "figures/x-a.zh.svg", "--out", "figures/x-a.zh.png", "--csv",
          "figures/x-a.zh.csv", "--lang", "zh",
          "--width", "16cm",
          "--height", "8cm",
        ])
    #expect(
      result.files.map(\.path) == [
        "figures/x-a.zh.svg", "figures/x-a.zh.png", "figures/x-a.zh.csv", "x-student.zh.md",
      ])
    #expect(result.figures.map(\.number) == ["1"])
  }

  @Test("a figure that is none, a failing command and a missing file are reported at their lines")
  func failures() {
    let body = "```mlm id=a as=figure\nmlm fit y\n```\n```mlm\nmlm nope\n```\n"
    let error = #expect(throws: LabError.self) { try markdown(body) }
    #expect(
      error?.description
        == "labs/x.lab.md:6:1: the block is as=figure, but 'mlm fit' drew none; end it with an 'mlm plot' line\n"
        + "labs/x.lab.md:9:1: mlm nope: no subcommand 'nope'")
    let plain = #expect(throws: LabError.self) { try markdown("```mlm id=t as=table\nmlm fit y\n```") }
    #expect(
      plain?.description
        == "labs/x.lab.md:6:1: the block is as=table, but 'mlm fit' printed no Markdown table; add --format markdown"
    )
    let missing = #expect(throws: LabError.self) { try markdown("```mlm\nmlm read no.csv\n```") }
    #expect(
      missing?.description
        == "labs/x.lab.md:6:1: mlm read: cannot read 'labs/no.csv': No such file or directory"
    )
  }

  @Test("blocks pass files in memory; only figures/ and handout/ are delivered; paths stay inside")
  func files() throws {
    let body = """
      ```mlm show=none
      mlm write --out d.csv --out handout/./e.csv
      ```
      ```mlm
      mlm read d.csv
      ```

      """
    let result = try LabBuild(try lab(body)).run(with: FakeRunner())
    #expect(result.files.map(\.path) == ["handout/e.csv", "x-student.en.md"])
    #expect(String(decoding: result.files[1].bytes, as: UTF8.self).contains("```text\nx,y\n1,2\n```"))
    #expect(result.messages == ["labs/x.lab.md:9:1: read d.csv"])
    #expect(result.dependencies == ["labs/x.lab.md"])
    for path in ["../d.csv", "/tmp/d.csv", "a/../../d.csv"] {
      #expect(throws: LabError.self) { try markdown("```mlm\nmlm write --out \(path)\n```") }
    }
    let twice = #expect(throws: LabError.self) { try markdown(body + "```mlm\nmlm write --out d.csv\n```") }
    #expect(
      twice?.description.contains("labs/x.lab.md:12:1: the command writes 'd.csv', as the one in line 6 does")
        == true)
  }

  @Test("the same source gives the same bytes, and neither the clock nor the folder is in them")
  func determinism() throws {
    let body = fit + "```mlm id=a as=figure\nmlm plot p\n```\n{{m4.n:%d}}"
    let first = try LabBuild(try lab(body)).run(with: FakeRunner())
    let second = try LabBuild(try lab(body)).run(with: FakeRunner())
    #expect(first.files == second.files)
    #expect(!String(decoding: first.files.last!.bytes, as: UTF8.self).contains("labs/"))
  }
}

/// Keeps what it was asked.
private final class RecordingRunner: CommandRunner {
  private(set) var calls: [[String]] = []

  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult {
    calls.append(arguments)
    return try FakeRunner().run(arguments, in: context)
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
