import Testing

@testable import Reporting

@Suite("Text wrapping")
struct TextWrappingTests {
  @Test("breaks at blanks and between ideographs, never before a closing mark")
  func breaks() {
    #expect(TextWrapping.wrapped("one two three four", width: 9) == "one two\nthree\nfour")
    #expect(TextWrapping.wrapped("- one two three", width: 9, indent: 2) == "- one two\n  three")
    #expect(TextWrapping.wrapped("部分池化，估计", width: 8) == "部分池\n化，估计")
    #expect(TextWrapping.wrapped("averyveryverylongword x", width: 5) == "averyveryverylongword\nx")
  }
}
