import Testing

@testable import CommandSupport

@Suite("Progress")
struct ProgressLineTests {
  @Test("A line says what is done, the rate, and the time that is left")
  func text() {
    #expect(ProgressLine.text(done: 30, of: 100, after: 12) == "30 of 100, 2.5 a second, about 28 s left")
    #expect(
      ProgressLine.text(done: 10_000, of: 1_000_000, after: 4)
        == "10000 of 1000000, 2500 a second, about 6 min left"
    )
    #expect(ProgressLine.text(done: 1, of: 901, after: 60) == "1 of 901, 0.02 a second, about 15 h left")
    #expect(ProgressLine.text(done: 5, of: 5, after: 2) == "5 of 5, 2.5 a second, about 0 s left")
  }
}
