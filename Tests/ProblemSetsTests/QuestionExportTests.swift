import Labs
import Testing

@testable import ProblemSets

@Suite("Questions for platforms")
struct QuestionExportTests {
  private static let cases = ExportTarget.allCases.flatMap { t in LabLanguage.allCases.map { (t, $0) } }

  @Test(
    "every format is read back: keys earn 100, misconceptions their credit, other numbers 0", arguments: cases
  )
  func verified(_ target: ExportTarget, _ language: LabLanguage) throws {
    let (result, responses) = try Synthetic.export.verifiedFiles(for: target, in: language)
    #expect(responses > 150)
    #expect(!result.files.isEmpty)
    let again = try Synthetic.export.files(for: target, in: language)
    #expect(again.files == result.files)
  }

  /// The text of a file whose questions the verification must refuse.
  private func refusal(_ target: ExportTarget, changing old: String, to new: String) throws -> String {
    let export = Synthetic.export
    let file = try export.files(for: target, in: .en).files[0]
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.contains(old), "\(old)")
    var verification = ExportVerification(export, target, .en)
    do throws(ExportError) {
      try verification.check([OutputFile(path: file.path, bytes: Array(text.replacing(old, with: new).utf8))])
      return "accepted"
    } catch { return error.description }
  }

  @Test(
    "a changed Moodle file is refused",
    arguments: [
      ("<text>3.1234567</text>", "<text>3.2234567</text>", "the key earns"),
      ("fraction=\"50\"", "fraction=\"40\"", "misconception 'doubled'"),
      ("fraction=\"50\"", "fraction=\"53\"", "is not one of Moodle's"),
      ("<tolerance>0.0051</tolerance>", "<tolerance>0.0041</tolerance>", "within the tolerance"),
      ("<quiz>", "<quiz>&", "begins no reference"), ("</quiz>", "", "is never closed"),
      ("fig.png\" path", "fig2.png\" path", "is not beside it"),
      ("100 &amp; {more}\nAIC", "100 &amp; {more} AIC", "'number of obs: 100 & {more}' has lost its lines"),
      ("{1:NUMERICAL:=", "{2:NUMERICAL:=", "not"), ("%50%6.2469134", "%55%6.2469134", "no grade of Moodle's"),
    ])
  func changedMoodle(_ old: String, _ new: String, _ words: String) throws {
    #expect(try refusal(.moodle, changing: old, to: new).contains(words), "\(old) -> \(new)")
  }

  @Test(
    "a changed GIFT file is refused",
    arguments: [
      ("=3.1234567", "=3.3", "the key earns"), ("%50%6.2469134", "%25%6.2469134", "misconception"),
      (
        "coef.se\\n", "coef.se ",
        "the code that begins with 'lmer(formula = y ~ x + (1 | g))' has lost its lines"
      ),
    ])
  func changedGIFT(_ old: String, _ new: String, _ words: String) throws {
    #expect(try refusal(.gift, changing: old, to: new).contains(words))
  }

  @Test("a count is whole on every platform", arguments: ExportTarget.allCases)
  func counts(_ target: ExportTarget) throws {
    let key = NumberKey(
      value: 4, decimals: 0, tolerance: ToleranceRule(kind: .count, digits: 0).tolerance(of: 4),
      isPercent: false, misconceptions: [])
    #expect(AnswerKey.number(key).grade("4").share == 1 && AnswerKey.number(key).grade("3.995").share == 0)
    let export = QuestionExport(
      set: "s", problems: [[Synthetic.variant("whole", 0, [.number(key)], blanks: [])]])
    let files = try export.verifiedFiles(for: target, in: .en).result.files
    #expect(!files.contains { String(decoding: $0.bytes, as: UTF8.self).contains("0.01") })
  }

  @Test("options with code keep its lines within a cloze mark")
  func codeInOptions() throws {
    #expect(
      ClozeText.inside("<p>a\nb</p>\n<pre><code>x\ny</code></pre>")
        == "<p>a b</p> <pre><code>x<br/>y</code></pre>")
    #expect(CodeBlocks.of(html: "<pre><code>x<br/>y &lt;</code></pre>") == ["x\ny <"])
  }

  @Test("Moodle's own rules for grades, marks and files")
  func moodleText() throws {
    let text = String(
      decoding: try Synthetic.export.files(for: .moodle, in: .en).files[0].bytes, as: UTF8.self)
    #expect(
      text.hasPrefix(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n<question type=\"category\">\n<category><text>$course$/top/foundations (en)/numerical</text>"
      ))
    #expect(
      text.contains("fraction=\"33.33333\"") && text.contains("@@PLUGINFILE@@/data.csv?forcedownload=1"))
    #expect(text.contains("<penalty>0</penalty>") && text.contains("\\(J=5\\)"))
    var practice = Synthetic.export
    practice.options.penalty = 1 / 3.0
    let other = String(decoding: try practice.files(for: .moodle, in: .zh).files[0].bytes, as: UTF8.self)
    #expect(other.contains("<penalty>0.3333333</penalty>") && other.contains("题目 numerical"))
  }

  @Test("credits go to the nearest legal grade, and that is told")
  func fractions() throws {
    #expect(LegalFraction.nearest(1.0 / 3).text == "33.33333" && !LegalFraction.nearest(1.0 / 3).isMoved)
    #expect(LegalFraction.nearest(-0.5).text == "-50" && LegalFraction.nearest(0.35).text == "33.33333")
    #expect(
      LegalFraction.nearest(0.35).isMoved && abs(LegalFraction.imported("34")! - 0.3333333) < 1e-12
        && LegalFraction.imported("35") == nil)
    var variant = Synthetic.problems[0][0]
    guard case .number(var key) = variant.answers[0].key else { return }
    key.misconceptions[0].credit = 0.45
    variant.answers[0].key = .number(key)
    let export = QuestionExport(set: "s", problems: [[variant]])
    let notes = try export.verifiedFiles(for: .moodle, in: .en).result.notes
    #expect(
      notes == [
        "problem 'numerical': the credit of 'doubled', 45 %, becomes 50 %, the nearest that Moodle takes"
      ])
  }

  @Test("cloze weights are whole numbers in proportion")
  func weights() {
    #expect(
      ClozeWeights.of([0.25, 0.25, 0.5]).whole == [1, 1, 2]
        && ClozeWeights.of([1.0 / 3, 2.0 / 3]).whole == [1, 2])
    #expect(
      ClozeWeights.of([0.5, 0.5], points: 4).whole == [2, 2]
        && ClozeWeights.of([0.5, 0.5], points: 3).whole == [1, 1])
    #expect(ClozeWeights.of([0.4, 0.6]).whole == [2, 3] && !ClozeWeights.of([0.123456, 0.876544]).isExact)
  }

  @Test("the grammar of cloze marks")
  func cloze() throws {
    let parts = try ClozeReader.parts(
      "a {b} {2:NM:=1.5:0.1#yes \\} &#125; ~%50%3:0.1} c {:MCV:=x~%25%y~z} {3:SHORT:x}")
    #expect(parts.count == 2 && parts[0].weight == 2 && parts[1].weight == 1)
    #expect(try parts[0].part.share(of: .number(3)) == 0.5 && parts[1].part.share(of: .options([1])) == 0.25)
    #expect(throws: ImportFault.self) { try ClozeReader.parts("{1:NM:=1:0.1") }
    #expect(throws: ImportFault.self) { try ClozeReader.parts("{1:NM:=+1:0.1}") }
    #expect(throws: ImportFault.self) { try ClozeReader.parts("{1:MCV:%60%a~b}") }
  }

  @Test("Canvas classifies numbers as margins of error and takes none that is tiny")
  func canvas() throws {
    let file = try Synthetic.export.files(for: .canvas, in: .en).files[0]
    let entries = try ZipArchive.entries(of: file.bytes)
    #expect(
      entries.map(\.path).contains("imsmanifest.xml")
        && entries.contains { $0.path.hasPrefix("images/numerical-") })
    let main = entries.first {
      $0.path.hasPrefix("i") && $0.path.hasSuffix(".xml") && !$0.path.contains("meta")
        && $0.path.contains("/")
    }!
    let root = try XMLParser.parse(main.bytes)
    let numeric = root.descendants("item").first {
      $0.descendants("render_fib").first?["fibtype"] == "Decimal"
    }!
    let condition = numeric.descendants("respcondition").first { $0.first("setvar") != nil }!
    #expect(try CanvasReader.numberKind(condition, "n") == .margin(3.1234567, margin: 0.0051))
    let tiny = Synthetic.variant("tiny", 0, [.number(Synthetic.number(0.00005))], blanks: [])
    #expect(throws: ExportError.self) {
      try QuestionExport(set: "s", problems: [[tiny]]).files(for: .canvas, in: .en)
    }
  }

  @Test("QTI 2.1 gives partial credit by further conditions")
  func qti21() throws {
    let file = try Synthetic.export.files(for: .qti21, in: .zh).files[0]
    let entries = try ZipArchive.entries(of: file.bytes)
    let item = try #require(entries.first { $0.path.hasPrefix("items/item_numerical-") })
    let root = try XMLParser.parse(item.bytes)
    #expect(root.descendants("responseElseIf").count == 4 && root["xml:lang"] == "zh-CN")
    #expect(
      root.descendants("equal").allSatisfy {
        $0["toleranceMode"] == "absolute" && $0["tolerance"] == "0.0051 0.0051"
      })
    // The same content has the same names, and no clock is in the archive.
    #expect(file.bytes == (try Synthetic.export.files(for: .qti21, in: .zh).files[0].bytes))
  }

  @Test("what no format has a place for is refused")
  func refused() {
    func message(_ change: (inout ProblemVariant) -> Void, _ target: ExportTarget = .moodle) -> String {
      var variant = Synthetic.problems[0][0]
      change(&variant)
      do throws(ExportError) {
        _ = try QuestionExport(set: "s", problems: [[variant]]).files(for: target, in: .zh)
        return ""
      } catch { return error.description }
    }
    #expect(message { $0.stem[.zh] = nil }.contains("no text in 'zh'"))
    #expect(message { $0.files[0].path = "图.png" }.contains("names of ASCII letters"))
    #expect(message { $0.answers = [] }.contains("nothing is asked"))
    let wrong = Synthetic.options(["a", "b"], right: [])
    #expect(message { $0.answers[0].key = .single(wrong) }.contains("0 of 2 options are right"))
  }

  @Test("a note names all problems that it is about")
  func notes() throws {
    let notes = try Synthetic.export.files(for: .rexams, in: .en).notes
    #expect(
      notes == [
        "problems numerical, percent, cloze, mixed: R/exams gives no partial credit for numbers; misconceptions stand in the solution"
      ])
  }

  @Test("numbers lose the dust of binary sums")
  func numbers() {
    #expect(ExportedNumber.text(22.1788518 + 10) == "32.1788518" && ExportedNumber.text(-0.1 - 0.2) == "-0.3")
    #expect(ExportedNumber.text(41000) == "41000" && ExportedNumber.text(1.0 / 3) == "0.333333333333")
    #expect(abs(Double(ExportedNumber.text(0.00012345678901234))! - 0.00012345678901234) < 1e-15)
  }

  @Test("tolerances lose their dust and never shrink")
  func tolerances() {
    #expect(ExportedNumber.tolerance(0.0051) == "0.0051" && ExportedNumber.tolerance(0.1 + 0.2) == "0.3")
    for x in [0.00510000049, 123.456789123, 1e-9, 3.0000000001] {
      #expect(
        Double(ExportedNumber.tolerance(x))! >= x * (1 - 1e-12)
          && Double(ExportedNumber.tolerance(x))! < x * 1.000001)
    }
  }
}
