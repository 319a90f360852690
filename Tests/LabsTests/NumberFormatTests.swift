import Labs
import Testing

@Suite("Number formats")
struct NumberFormatTests {
  @Test(
    "numbers print as C prints them, with a typographer's signs",
    arguments: [
      ("%d", 100, "100"), ("%d", -3.0000000001, "\u{2212}3"), ("%.2f", 3.14159, "3.14"), ("%.0f", 0.5, "0"),
      ("%.2f", -0.001, "0.00"), ("%.3g", 12345, "1.23e+04"), ("%.2e", 2.75e-44, "2.75e-44"),
      ("%,.0f", 59758.9, "59\u{202F}759"), ("%,.2f", -1234567.891, "\u{2212}1\u{202F}234\u{202F}567.89"),
      ("%,d", 999, "999"), ("%+.1f", 29.54, "+29.5"), ("%+.1f", -29.54, "\u{2212}29.5"),
      ("%.1f%%", 94.7, "94.7%"),
    ] as [(String, Double, String)])
  func inText(_ format: String, _ value: Double, _ expected: String) throws {
    #expect(try #require(NumberFormat(format)).text(value) == expected)
  }

  @Test(
    "in formulas they are TeX",
    arguments: [
      ("%.2e", 2.75e-44, "2.75\\times 10^{-44}"), ("%,.0f", -59758.9, "-59\\,759"), ("%.1f%%", 5, "5.0\\%"),
    ] as [(String, Double, String)])
  func inFormulas(_ format: String, _ value: Double, _ expected: String) throws {
    #expect(try #require(NumberFormat(format)).text(value, inFormula: true) == expected)
  }

  @Test(
    "other formats are refused",
    arguments: ["", "%", "%s", "%5.2f", "%.f", "%.99f", "2f", "%.2", "%.-1f", "%.2f%"])
  func refused(_ format: String) {
    #expect(NumberFormat(format) == nil)
  }

  @Test("no text for what is no such number")
  func failures() throws {
    let whole = try #require(NumberFormat("%d"))
    #expect(throws: NumberFormat.Failure.notWhole) { try whole.text(2.5) }
    #expect(throws: NumberFormat.Failure.notFinite) { try whole.text(.nan) }
    #expect(throws: NumberFormat.Failure.notFinite) { try whole.text(.infinity) }
  }
}
