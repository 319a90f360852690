import StudyResults
import Testing

@Suite("Numbers with their Monte Carlo errors")
struct MonteCarloTextTests {
  @Test(
    "digits end where the error begins",
    arguments: [
      (0.81234, 0.0034, "0.812 (0.003)"), (0.81234, 0.0012, "0.8123 (0.0012)"), (12.3456, 0.2, "12.3 (0.2)"),
      (1234.6, 20, "1235 (20)"), (-0.0004, 0.02, "0.00 (0.02)"), (-1.239, 0.04, "−1.24 (0.04)"),
      (0, 0, "0 (0)"), (1.0 / 6, 1e-9, "0.167 (0)"), (0.5, .nan, "0.500"), (0.81234, 0.0098, "0.812 (0.010)"),
      (.nan, 0.1, ""),
    ])
  func digits(value: Double, error: Double, expected: String) {
    #expect(MonteCarloText.text(value, error: error) == expected)
  }
}
