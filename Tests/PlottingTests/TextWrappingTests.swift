import TestSupport
import Testing

@testable import Plotting

@Suite struct TextWrappingTests {
  private func lines(_ text: String, _ limit: Double) throws -> [String] {
    try wrapped(text, limit: limit) { piece throws(FigureError) in
      try FixedMeasurer().width(of: piece, font: FontStyle(size: 10), language: "en")
    }
  }

  @Test("Latin text breaks at spaces, which do not start or end a line")
  func latin() throws {
    #expect(try lines("one two three four", 50) == ["one two", "three", "four"])
    #expect(try lines("unbreakable", 20) == ["unbreakable"])
    #expect(try lines("two\nlines", 500) == ["two", "lines"])
  }

  @Test("Chinese breaks between characters, but punctuation stays with its word")
  func chinese() throws {
    #expect(try lines("部分池化的估计，与无池化", 50) == ["部分池化的", "估计，与无", "池化"])
    #expect(try lines("一二三四（五六）", 50) == ["一二三四", "（五六）"])
    #expect(try lines("一二三四五，六", 50) == ["一二三四", "五，六"])
  }
}
