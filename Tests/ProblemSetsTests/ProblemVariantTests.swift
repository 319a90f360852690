import Testing

@testable import ProblemSets

@Suite("Problems for one student")
struct ProblemVariantTests {
  @Test("figures and data are told apart by their names in files")
  func roles() {
    #expect(VariantFile.Role(rawValue: "data") == .data && VariantFile.Role(rawValue: "figure") == .figure)
  }
}
