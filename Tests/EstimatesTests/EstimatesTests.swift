import Testing

@testable import Estimates

@Suite("Addresses and estimates")
struct EstimatesTests {
  @Test("addresses read back as they are written")
  func roundTrip() throws {
    for parts in [
      ["random", "department", "(Intercept)", "sd"], ["a b", "c\"d", "1x", "e.f", ""], ["系", "x_1"],
    ] {
      let address = Address(parts)
      #expect(try Address(parsing: address.description) == address)
    }
    #expect(Address(["random", "g", "(Intercept)", "sd"]).description == "random.g.\"(Intercept)\".sd")
  }

  @Test("a malformed address says where", arguments: [("a..b", 3), ("a.\"b", 3), ("", 1), ("a b", 2)])
  func malformed(_ text: String, _ column: Int) {
    #expect(throws: AddressError.malformed(text, column: column)) { try Address(parsing: text) }
  }

  @Test("look-up by address, by quantity and by its short name")
  func lookup() throws {
    let all = Estimates([
      EstimateRow(
        ["fixed", "x"], effect: .fixed, term: "x", [.init("estimate", 2), .init("std.error", 0.5)]),
      EstimateRow(["residual"], effect: .variance, [.init("sd", 3), .init("variance", 9)]),
    ])
    #expect(try all.value(at: "fixed.x") == 2)
    #expect(try all.value(at: "fixed.x.se") == 0.5)
    #expect(try all.value(at: "residual.sd") == 3)
    #expect(try all.value(at: "residual.variance") == 9)
    #expect(throws: AddressError.unknown("fixed.y", near: ["fixed.x", "residual"])) {
      try all.value(at: "fixed.y")
    }
  }

  @Test("JSON keeps the order of members and every bit of a number")
  func json() {
    let value = JSONValue.object([
      ("b", .number(0.1)), ("a", .array([.number(.nan), .number(1e300), .number(-3), .integer(7)])),
      ("s", .string("q\"\\\n\u{1}系")), ("t", .bool(true)),
    ])
    #expect(value.text() == #"{"b":0.1,"a":[null,1e+300,-3,7],"s":"q\"\\\n\u0001系","t":true}"#)
    #expect(JSONValue.object([("x", .numbers([1, 2]))]).text(indent: 2) == "{\n  \"x\": [1, 2]\n}")
  }
}
