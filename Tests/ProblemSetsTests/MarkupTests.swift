import Labs
import Testing

@testable import ProblemSets

@Suite("Markdown for platforms")
struct MarkdownHTMLTests {
  @Test(
    "inline marks",
    arguments: [
      ("a *b* **c** `d*e`", "a <em>b</em> <strong>c</strong> <code>d*e</code>"),
      ("snake_case_name", "snake_case_name"),
      ("$\\sigma_y^2 < 1$ and $5", "\\(\\sigma_y^2 &lt; 1\\) and $5"), ("a $$x$$ b", "a \\[x\\] b"),
      ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
      ("[t](u.csv)", "<a href=\"u.csv\">t</a>"), ("\\*a\\*", "*a*"), ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
      ("中文\n续行", "中文续行"), ("a\nb", "a\nb"),
      ("***x***", "<strong><em>x</em></strong>"), ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
      ("2 * 3 * 4", "2 * 3 * 4"),
    ])
  func inline(_ markdown: String, _ html: String) { #expect(MarkdownHTML().inlineHTML(markdown) == html) }

  @Test("blocks are well formed")
  func blocks() throws {
    let html = MarkdownHTML().html(
      Synthetic.english + "> quoted\n> more\n\n```r\nx <- 1 & 2\n```\n\n### Head\n\n- a\n  - b\n- c\n\ntext")
    let root = try XMLParser.parse(Array("<r>\(html)</r>".utf8))
    #expect(
      root.elements.map(\.name) == [
        "p", "pre", "pre", "p", "table", "ul", "ol", "blockquote", "pre", "h5", "ul", "p",
      ])
    #expect(root.descendants("td").map(\.text) == ["English", "20", "41 000", "a|b", "3", "\\(\\bar y\\)"])
    #expect(root.elements[8].text == "x <- 1 & 2")
    #expect(
      root.elements[3].text.hasPrefix("\\[\\hat\\alpha_j") && root.elements[10].descendants("ul").count == 1)
  }
}

@Suite("Code in texts")
struct CodeBlocksTests {
  @Test("indented code keeps its lines and inner indents; a blank to be filled in is no code")
  func indented() {
    let html = MarkdownHTML(blank: { "[\($0)]" }).html(
      "Text:\n\n    a  b\n      c\n\n    d\n\nmore\n    text")
    #expect(html == "<p>Text:</p>\n<pre><code>a  b\n  c\n\nd</code></pre>\n<p>more\ntext</p>")
    let blank = MarkdownHTML.text(of: [.markdown("Text:\n\n    "), .blank(0)])
    #expect(MarkdownHTML(blank: { "[\($0)]" }).html(blank) == "<p>Text:</p>\n<p>[0]</p>")
  }

  @Test(
    "the same code is found in Markdown and in what is made of it",
    arguments: [
      "```\na\n\n\n  b\n```", "x\n\n    a\n    b\n\ny", "~~~r\n1 < 2 & 3\n~~~\n\n    z",
      "- item\n\n  ```\n  a\n   b\n  ```",
      "- item\n\n      more of it\n\n# head\n\n    code", "no code\n    at all", "",
    ])
  func same(_ markdown: String) {
    let written = CodeBlocks.of(markdown: markdown)
    var made = CodeBlocks.of(html: MarkdownHTML().html(markdown))[...]
    for block in written {
      guard let k = made.firstIndex(of: block) else {
        Issue.record("'\(block)' is lost")
        continue
      }
      made = made[(k + 1)...]
    }
  }

  @Test("Chinese lines are joined in texts and stay apart in code; blank lines of code stay")
  func lines() {
    let text = "一行\n二行\n\n    数据\n    观测\n\n三行\n四行"
    #expect(
      CodeBlocks.changingText(of: text) { $0.joiningChineseLines() }
        == "一行二行\n\n    数据\n    观测\n\n三行四行")
    let gaps = "a\n\n\n```\nb\n\n\nc\n```\n\n\nd"
    #expect(gaps.collapsingBlankLines() == "a\n\n```\nb\n\n\nc\n```\n\nd")
  }
}

@Suite("XML")
struct XMLParserTests {
  @Test("text, references and sections")
  func text() throws {
    let root = try XMLParser.parse(
      Array(
        "<?xml version=\"1.0\"?><!-- c --><a b='1 &lt; 2'>x&amp;&#25105;<![CDATA[<&]]]]><![CDATA[>]]><c/></a>\n"
          .utf8))
    #expect(root["b"] == "1 < 2" && root.text == "x&我<&]]>" && root.elements.map(\.name) == ["c"])
    let hard = "]]> <&> ]]]]>> \u{1}x"
    #expect(try XMLParser.parse(Array("<a>\(XMLText.cdata(hard))</a>".utf8)).text == "]]> <&> ]]]]>> x")
    #expect(try XMLParser.parse(Array("<a>\(XMLText.escaped(hard))</a>".utf8)).text == "]]> <&> ]]]]>> x")
  }

  @Test(
    "what is not well formed",
    arguments: [
      "", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b='1' b='2'/>", "<a>&nbsp;</a>", "<a>]]></a>",
      "<a b='<'/>", "x<a/>", "<a>&</a>", "<a><!-- -- --></a>",
      "<a b='1'c='2'/>", "<a>\u{1}</a>", " <?xml version='1.0'?><a/>", "<a>&#0;</a>", "<1/>",
    ])
  func faults(_ text: String) { #expect(throws: XMLFault.self) { try XMLParser.parse(Array(text.utf8)) } }
}

@Suite("Zip archives")
struct ZipArchiveTests {
  @Test("entries come back; order does not matter")
  func roundTrip() throws {
    let entries = [
      ZipArchive.Entry(path: "b/数据.csv", bytes: Array("1,2".utf8)),
      ZipArchive.Entry(path: "a.xml", bytes: []),
    ]
    let bytes = ZipArchive.bytes(of: entries)
    #expect(bytes == ZipArchive.bytes(of: entries.reversed()))
    #expect(try ZipArchive.entries(of: bytes) == [entries[1], entries[0]])
    var damaged = bytes
    damaged[30 + 5 + 30 + 12] ^= 1
    #expect(throws: ZipArchive.Fault.self) { try ZipArchive.entries(of: damaged) }
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test("base64 both ways", arguments: 0..<8)
  func base64(_ count: Int) {
    let bytes = (0..<count).map { UInt8($0 * 37 & 255) }
    #expect(Base64Text.decode(Base64Text.encode(bytes)) == bytes)
  }
}
