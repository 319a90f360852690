import Foundation
import Testing

@testable import Labs

/// True where the PATH has a pandoc.
private let hasPandoc = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
  FileManager.default.isExecutableFile(atPath: "\($0)/pandoc")
}

@Suite("Signs in formulas")
struct FormulaSignTests {
  @Test(
    "a minus behind an operator or an opening bracket is a sign; behind a term or a closing bracket a difference"
  )
  func minus() {
    let (minus, sign) = ("<mo>−</mo>", "<mo form=\"prefix\">−</mo>")
    let (open, close) = (
      "<mo stretchy=\"true\" form=\"prefix\">(</mo>", "<mo stretchy=\"true\" form=\"postfix\">)</mo>"
    )
    for (before, isSign) in [
      ("<mi>u</mi><mo>=</mo>", true), (open, true), ("<mo>+</mo>", true), ("<mi>a</mi>", false),
      (close, false), ("<mrow>", false),
    ] {
      #expect(
        Pandoc.marking(signs: before + minus + "<mn>1</mn>") == before + (isSign ? sign : minus)
          + "<mn>1</mn>")
    }
    #expect(Pandoc.marking(signs: "<p>none</p>") == "<p>none</p>")
  }
}

@Suite("HTML handouts", .enabled(if: hasPandoc, "HTML needs pandoc: apt-get install pandoc"))
struct HandoutPageTests {
  private let body = """
    # A & B

    See @fig-a and $\\sigma^2$ "quoted".

    ```mlm id=a as=figure cap.en="A `cap` with $x$." cap.zh="图。"
    mlm plot p
    ```
    $$ y = \\alpha_j $$ {#eq-e}

    ```mlm id=t as=table cap.en="A caption." cap.zh="说明。"
    mlm pool
    ```
    ::: en
    Table: Words with `--ml`. {#tbl-w}

    | a |
    |:--|
    | b |
    :::
    ::: zh
    Table: 词。 {#tbl-w}

    | 甲 |
    |:--|
    | 乙 |
    :::
    ::: problem id=q points=3
    Question?

    ::: answer lines=3
    :::
    ::: solution
    SECRET
    :::
    :::
    """

  private func page(_ audience: LabAudience, _ language: LabLanguage) throws -> String {
    let result = try LabBuild(try lab(body), audience: audience, language: language, formats: [.html])
      .run(with: FakeRunner())
    #expect(result.messages == [])
    let folder = audience == .student ? "" : "instructor/"
    #expect(result.documents == ["\(folder)x-\(audience.rawValue).\(language.rawValue).html"])
    return String(decoding: try #require(result.files.last).bytes, as: UTF8.self)
  }

  @Test("one file with everything in it", arguments: LabLanguage.allCases)
  func selfContained(_ language: LabLanguage) throws {
    let page = try page(.student, language)
    #expect(page.contains("<html lang=\"\(language == .en ? "en" : "zh-Hans")\">"))
    #expect(
      page.contains("<figure id=\"fig-a\" style=\"width:60pt\"><img src=\"data:image/svg+xml;base64,PHN2Zy"))
    #expect(page.contains("alt=\"Points &amp; lines\""))
    #expect(page.contains("<math"))
    #expect(page.contains("href=\"#fig-a\""))
    #expect(page.contains("id=\"eq-e\"") && page.contains("id=\"tbl-t\"") && page.contains("id=\"prob-q\""))
    #expect(
      page.contains(
        "<caption><span class=\"label\">\(language == .en ? "Table\u{A0}1</span>. A caption." : "表\u{A0}1</span>　说明。")</caption>"
      ))
    #expect(page.contains("<th scope=\"col\"") && page.contains("<th scope=\"row\""))
    #expect(page.contains("<code class=\"short\">--ml</code>") == (language == .en))
    #expect(page.components(separatedBy: "<div></div>").count == 4)
    // The name of MathML's namespace is the only address in the page.
    let rest = page.components(separatedBy: "xmlns=\"http://www.w3.org/1998/Math/MathML\"").joined()
    for outside in ["http:", "https:", "<script", "<link", "@import", "url("] {
      #expect(!rest.contains(outside), "\(outside)")
    }
    #expect(page.contains("“quoted”") == (language == .en))
    #expect(page.contains(language == .en ? "Exercise\u{A0}1" : "习题\u{A0}1"))
  }

  @Test("students get no solution, instructors get it, and bytes repeat")
  func audiences() throws {
    let student = try page(.student, .en)
    #expect(!student.contains("SECRET"))
    #expect(student.contains("Student ID"))
    let instructor = try page(.instructor, .en)
    #expect(instructor.contains("SECRET"))
    #expect(instructor.contains("with solutions"))
    #expect(try page(.instructor, .en) == instructor)
  }
}

@Suite("Programs that are run")
struct SubprocessTests {
  @Test("long input passes through a program that writes while it reads")
  func longInput() throws {
    let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let process = try Subprocess(["cat"], input: input)
    #expect(process.output == input)
    #expect(process.status == 0)
  }

  @Test("a program that does not read its input is no trouble")
  func deafProgram() throws {
    let process = try Subprocess(
      ["sh", "-c", "echo no >&2; exit 3"], input: [UInt8](repeating: 65, count: 1_000_000))
    #expect(process.status == 3)
    #expect(process.errorOutput == Array("no\n".utf8))
  }

  @Test("a missing program is a typed error that names the package")
  func missing() {
    let error = #expect(throws: LabError.self) { try Subprocess(["no-such-program-here"], input: []) }
    #expect(error == .pandocMissing)
    #expect(error?.description.contains("apt-get install pandoc") == true)
  }

  @Test(
    "base64 agrees with RFC 4648's examples",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func base64Examples(_ plain: String, _ expected: String) {
    #expect(base64(Array(plain.utf8)) == expected)
  }
}
