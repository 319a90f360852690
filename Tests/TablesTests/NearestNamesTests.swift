import Testing

@testable import Tables

@Suite("Suggestions for misspelt names")
struct NearestNamesTests {
  private let keys = ["id", "seed", "points", "title.en"]

  @Test("the three likest, best first")
  func nearest() {
    #expect(NearestNames.of("point", among: keys) == ["points", "id", "seed"])
    #expect(NearestNames.of("Y", among: ["x", "g", "y"]) == ["y", "g", "x"])
    #expect(NearestNames.of("aB", among: ["ab", "AB", "aB", "ac"]) == ["aB", "AB", "ab"])
    #expect(NearestNames.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
  }

  @Test(
    "a name that is like none has none near it",
    arguments: [
      ("sead", "seed"), ("ponits", "points"), ("ID", "id"), ("Seed", "seed"), ("x", nil), ("layout", nil),
      ("title", nil),
      ("i", "id"),
    ] as [(String, String?)])
  func close(_ name: String, _ expected: String?) {
    #expect(NearestNames.close(to: name, among: keys) == expected)
  }

  @Test("no candidates, no suggestion")
  func none() {
    #expect(NearestNames.close(to: "a", among: []) == nil)
  }
}
