import Testing

@testable import Plotting

@Suite struct TickLabelsTests {
  private func breaks(_ lower: Double, _ upper: Double, _ target: Int) -> Breaks {
    extendedWilkinsonBreaks(from: lower, to: upper, target: target)
  }

  @Test("Groups of three from 10 000 on, in all labels of the axis")
  func grouping() {
    #expect(NumberFormat.labels(for: breaks(0, 9000, 4)) == ["0", "3000", "6000", "9000"])
    #expect(
      NumberFormat.labels(for: Breaks(multiples: [1, 2, 3], mantissa: 50, exponent: 3)) == [
        "5\u{202F}000", "10\u{202F}000", "15\u{202F}000",
      ])
    #expect(NumberFormat.text(1_234_567.5, decimals: 1, grouped: true) == "1\u{202F}234\u{202F}567.5")
  }

  @Test("One count of decimals, a typographic minus, no negative zero")
  func decimalsAndSigns() {
    #expect(
      NumberFormat.labels(for: breaks(-1, 1, 5)) == ["\u{2212}1.0", "\u{2212}0.5", "0.0", "0.5", "1.0"])
    #expect(NumberFormat.text(-0.001, decimals: 2) == "0.00")
    #expect(NumberFormat.text(-12.5, decimals: 1) == "\u{2212}12.5")
  }
}
