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

@Suite("Labels of very large and small ticks")
struct PowerLabelTests {
  @Test(
    "one power of ten for all, and each text is its tick's value",
    arguments: [(1e9, 5e9), (-3e12, 2e12), (2e-7, 9e-7), (-1e-6, 1e-6), (1.2e7, 1.3e7), (0, 5e-300)])
  func powers(_ lower: Double, _ upper: Double) throws {
    let breaks = extendedWilkinsonBreaks(from: lower, to: upper, target: 5)
    let labels = NumberFormat.labels(for: breaks)
    #expect(Set(labels).count == labels.count)
    #expect(labels.allSatisfy { $0.count <= 12 })
    let exponents: [Character: Character] = [
      "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
      "⁹": "9",
    ]
    for (label, value) in zip(labels, breaks.values) {
      let plain = String(label.map { exponents[$0] ?? $0 }).replacing("×10", with: "e").replacing(
        "−", with: "-")
      let read = try #require(Double(plain), "\(label)")
      #expect(abs(read - value) <= 1e-9 * max(abs(lower), abs(upper)), "\(label) for \(value)")
    }
  }
}
