import Labs
import Testing

@Suite("Reading a lab")
struct LabDocumentTests {
  @Test("a block has its attributes, commands and place")
  func block() throws {
    let document = try lab(
      """
      Text.

      ```mlm id=plane as=figure width=12cm r='a <- "b"\\nc'
      #| cap.en="n = {{plane.n:%d}}" cap.zh="共 {{plane.n:%d}}"
      mlm fit 'y ~ x'

      mlm plot plane 'y ~ x' \\
        --data d.csv
      ```
      """)
    let block = try #require(document.blocks.first)
    #expect(block.id == "plane")
    #expect(block.kind == .figure)
    #expect(block.show == .output)
    #expect(block.width == "12cm")
    #expect(block.r == "a <- \"b\"\nc")
    #expect(
      block.commands.map(\.arguments) == [["fit", "y ~ x"], ["plot", "plane", "y ~ x", "--data", "d.csv"]])
    #expect(block.location.line == 7)
    #expect(block.commands.map(\.location.line) == [9, 11])
    #expect(
      block.captions[.en]?.values.map(\.location) == [LabLocation(file: "labs/x.lab.md", line: 8, column: 18)]
    )
  }

  @Test("line ends and a byte-order mark do not matter")
  func lineEnds() throws {
    let unix = "---\ntitle.en: T\ntitle.zh: 题\n---\n# A\n\ntext\n"
    let dos =
      "\u{FEFF}" + unix.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    let build = { (text: String) in
      try LabBuild(LabDocument(parsing: Array(text.utf8), file: "x.lab.md")).run(with: FakeRunner()).files
    }
    #expect(try build(unix) == build(dos))
  }

  @Test("front matter: keys, types, pairs")
  func frontMatter() throws {
    let matter = try lab("", matter: "id: salary\nseed: 892174303\nwidth_cm: 15.5\nauthor: \"A: B\"")
      .frontMatter
    #expect(matter.id == "salary")
    #expect(matter.seed == 892_174_303)
    #expect(matter.widthInCentimetres == 15.5)
    #expect(matter.author == "A: B")
    #expect(
      faults("", matter: "tilte.en: x")[0].contains(
        "labs/x.lab.md:4:1: no key 'tilte.en' (did you mean 'title.en'?)"))
    #expect(faults("", matter: "seed: abc") == ["labs/x.lab.md:4:1: seed: 'abc' is not a whole number"])
    #expect(faults("", matter: "subtitle.en: x")[0].contains("lacks subtitle.zh"))
    #expect(throws: LabError.self) { try LabDocument(parsing: "no front matter", file: "y.lab.md") }
    #expect(throws: LabError.self) { try LabDocument(parsing: [0x2D, 0xFF], file: "y.lab.md") }
  }

  @Test("points add up")
  func points() {
    let body = "::: problem points=4\n:::\n::: problem points=3\n:::"
    #expect(faults(body, matter: "points: 7") == [])
    #expect(
      faults(body, matter: "points: 8") == [
        "labs/x.lab.md:4:1: points: 8, but the 2 exercises add up to 7; mend one of them"
      ])
  }

  @Test(
    "each fault has its place and says what would work",
    arguments: [
      ("::: solution\ntext", "labs/x.lab.md:5:1: '::: solution' is never closed; end it with a line ':::'"),
      ("text\n:::", "labs/x.lab.md:6:1: ':::' closes nothing; open a part first, for example '::: hint'"),
      (
        "::: solutoin\n:::",
        "labs/x.lab.md:5:1: no part '::: solutoin'; there are problem, hint, solution, rubric, instructor, answer, en, zh"
      ),
      (
        "::: en\na\n:::\ntext\n::: zh\nb\n:::",
        "labs/x.lab.md:5:1: '::: en' has no '::: zh' beside it; write both, one after the other"
      ),
      (
        "::: hint\n::: zh\na\n:::\n:::",
        "labs/x.lab.md:6:1: '::: zh' has no '::: en' beside it; write both, one after the other"
      ),
      (
        "::: problem ref=shrink-01\n:::",
        "labs/x.lab.md:5:13: ref=shrink-01 asks for the problem bank, which labs cannot use yet; "
          + "write the exercise between the fences"
      ),
      ("::: answer lines=0\n:::", "labs/x.lab.md:5:12: lines=0 is not a whole number from 1 to 60"),
      ("::: hint id=a\n:::", "labs/x.lab.md:5:10: '::: hint' has no attribute 'id'; it has none"),
      (
        "::: solution\n::: answer\n:::\n:::",
        "labs/x.lab.md:6:1: '::: answer' can never be seen here, inside what is only in the instructor's version"
      ),
      ("```mlm id=a\nmlm fit x", "labs/x.lab.md:5:1: the fence is never closed; end it with '```'"),
      (
        "```mlm as=plot\nmlm fit\n```",
        "labs/x.lab.md:5:8: as=plot is not known; it may be text, table, figure, json, markdown"
      ),
      (
        "```mlm as=figure\nmlm fit\n```",
        "labs/x.lab.md:5:1: a figure needs an id, which names its files; add id=…"
      ),
      (
        "```mlm cap.en=x\nmlm fit\n```",
        "labs/x.lab.md:5:8: the block has cap.en but no cap.zh; give both or neither"
      ),
      ("```mlm id=a\n```", "labs/x.lab.md:5:1: the block has no command; write lines that begin with 'mlm'"),
      (
        "```mlm\nmlm fit > a\n```",
        "labs/x.lab.md:6:9: '>' stands outside quotes; use --out FILE to write a file"
      ),
      ("```mlm id=a id=b\nmlm fit\n```", "labs/x.lab.md:5:13: attribute 'id' stands twice; keep one"),
      (
        "$$\nx\n\n$$",
        "labs/x.lab.md:5:1: the formula is never closed before the next blank line; end it with '$$'"
      ),
      (
        "Table: Words.\n\n| a |\n|---|",
        "labs/x.lab.md:5:1: the caption of a table ends with {#tbl-name}, the name by which texts refer to it"
      ),
      (
        "Table: Words. {#tbl-a}\n\ntext",
        "labs/x.lab.md:5:1: no table follows this caption; write lines '| … |' at the margin below it"
      ),
      (
        "See @fig-plane.",
        "labs/x.lab.md:5:5: nothing has the id '@fig-plane'; give a block or formula this id"
      ),
      ("a {{m4.n:%s}}", "labs/x.lab.md:5:10: no number format '%s'; \(NumberFormat.advice)"),
      ("a {{m4.n}}", "labs/x.lab.md:5:3: a value needs a format before '}}'; \(NumberFormat.advice)"),
    ])
  func faultTexts(_ body: String, _ expected: String) {
    let found = faults(body)
    #expect(found.contains(expected), "\(found)")
  }

  @Test("all faults are reported, in order")
  func allFaults() {
    let found = faults("::: nope\n:::\n\n{{a.b}}\n\n$$ x")
    #expect(found.map { $0.split(separator: ":")[1] } == ["5", "8", "10"])
  }

  @Test("two things cannot have one id, unless no version shows both")
  func ids() {
    let block = "```mlm id=a\nmlm fit\n```"
    #expect(
      faults(block + "\n" + block) == ["labs/x.lab.md:8:1: 'a' is already in line 5; give one another id"])
    #expect(faults("::: en\n\(block)\n:::\n::: zh\n\(block)\n:::") == [])
  }

  @Test("a text cannot use what its readers do not get")
  func visibility() {
    let solution = "::: solution\n```mlm id=a\nmlm fit\n```\n{{a.n:%d}}\n:::\n"
    #expect(faults(solution) == [])
    let found = faults(solution + "{{a.n:%d}}")
    #expect(found.count == 1)
    #expect(
      found[0].hasPrefix(
        "labs/x.lab.md:11:3: 'a' stands in line 6, which is left out of the student's version"))
  }

  @Test("unknown ids come with the nearest ones")
  func nearestIDs() {
    let found = faults("```mlm id=m4\nmlm fit\n```\n{{m5.n:%d}} @tbl-m4")
    #expect(found[0] == "labs/x.lab.md:8:3: no block has the id 'm5'; the nearest are m4")
    #expect(found[1].hasPrefix("labs/x.lab.md:8:13: nothing has the id '@tbl-m4'"))
  }

  @Test("labels have a name and words in both languages")
  func labels() throws {
    let document = try lab(
      "text", matter: "labels: x=experience [years]|工作年限 [年]; sociology=sociology|社会学 ;")
    #expect(document.frontMatter.labels == ["x=experience [years]|工作年限 [年]", "sociology=sociology|社会学"])
    for wrong in ["x", "x=a", "=a|b", "x=a|", "x=|b", "x=a|b|c"] {
      #expect(
        faults("text", matter: "labels: y=a|b; \(wrong)") == [
          "labs/x.lab.md:4:1: labels: '\(wrong)' is not NAME=English|中文; entries are parted by ';', units stand in [ ]"
        ])
    }
  }

  @Test("a key that is no key gets a suggestion only where one is near")
  func nearKeys() {
    #expect(
      faults("text", matter: "sead: 1")[0].hasPrefix(
        "labs/x.lab.md:4:1: no key 'sead' (did you mean 'seed'?); keys are id, "))
    #expect(
      faults("text", matter: "layout: a4")[0].hasPrefix("labs/x.lab.md:4:1: no key 'layout'; keys are id, "))
  }

  @Test("a source cut off anywhere is read or refused with a place inside it, and never traps")
  func everyPrefix() {
    let whole = """
      ---
      title.en: "T"
      title.zh: 题
      points: 3
      ---
      # A {-}
      `a` ``b`c`` $x$ \\$ <!-- c --> @fig-a {{m.n + log(m."x y".sd)^2:%,.1f%%}}
      ::: problem points=3 id=p title.en="a\\"b" title.zh='c'
      $$ y
      = 2 $$ {#eq-e}
      ```mlm id=a as=figure
      #| cap.en="x" cap.zh="y"
      mlm plot 'a b' "c \\" d" e\\ f \\
        --g
      ```
      ::: answer lines=2
      :::
      :::
      """
    for count in 0...whole.count {
      do {
        _ = try LabDocument(parsing: String(whole.prefix(count)), file: "x.lab.md")
      } catch .faults(let faults) {
        #expect(!faults.isEmpty)
        for fault in faults { #expect((1...20).contains(fault.location.line), "\(count): \(fault)") }
      } catch {
        Issue.record("\(count): \(error)")
      }
    }
  }
}
