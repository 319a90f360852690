import Testing

@testable import Tables

@Suite("Text tables")
struct TextTableTests {
  private let table = TextTable(
    [.init("院系"), .init("n", .right), .init("note")],
    rows: [["社会学", "20", "a|b"], ["biology", "5", "y*"]])

  @Test("columns align by display width, wide characters counting two")
  func aligned() {
    #expect(
      table.text() == """
        院系      n  note
        社会学   20  a|b
        biology   5  y*

        """)
  }

  @Test("Markdown escapes what Markdown would read")
  func markdown() {
    #expect(
      table.markdown() == """
        | 院系    |   n | note |
        | ------- | --: | ---- |
        | 社会学  |  20 | a\\|b |
        | biology |   5 | y\\*  |

        """)
  }

  @Test("display widths")
  func widths() {
    #expect("abc".displayWidth == 3)
    #expect("多层次".displayWidth == 6)
    #expect("e\u{301}".displayWidth == 1)
    #expect("…×σ̂".displayWidth == 3)
    #expect("（全角）".displayWidth == 8)
  }
}
