import Testing

@testable import Tables

@Suite("Numbers from decimal text")
struct DecimalNumberTests {
  private func real(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return DecimalNumber.real(bytes.span, 0, bytes.count, mark: UInt8(ascii: "."))
  }

  @Test(
    "agrees to the bit with the standard library on random texts of every length",
    arguments: [1, 2, 3] as [UInt64])
  func randomTexts(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    for _ in 0..<20_000 {
      let length = Int(next() % 22) + 1
      var text = String((0..<length).map { _ in Character(String(next() % 10)) })
      if next() % 4 > 0 {
        text.insert(".", at: text.index(text.startIndex, offsetBy: Int(next() % UInt64(length + 1))))
      }
      if next() % 3 == 0 { text += "e\(Int(next() % 60) - 30)" }
      if next() % 2 == 0 { text = "-" + text }
      #expect(real(text)?.bitPattern == Double(text)?.bitPattern, "seed \(seed): \(text)")
    }
    for _ in 0..<20_000 {
      let value = Double(bitPattern: next())
      if value.isFinite { #expect(real("\(value)") == value, "seed \(seed): \(value)") }
    }
  }

  @Test("halfway cases round to even")
  func halfway() {
    #expect(real("9007199254740993") == 9_007_199_254_740_992)
    #expect(real("9007199254740995") == 9_007_199_254_740_996)
    #expect(real("900719925474099.3") == 900_719_925_474_099.3)
    #expect(real("4503599627370496.5") == 4_503_599_627_370_496)
    #expect(real("4503599627370497.5") == 4_503_599_627_370_498)
  }

  @Test("named values and things that are no numbers")
  func words() {
    #expect(real("Inf") == .infinity && real("-inf") == -.infinity && real("Infinity") == .infinity)
    #expect(real("NaN")?.isNaN == true)
    for text in ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x", "1 2", "NAN", "Info", "1,5"] {
      #expect(real(text) == nil, "\(text)")
    }
    #expect(real("5.") == 5 && real(".5") == 0.5 && real("1e400") == .infinity && real("0e999") == 0)
  }

  @Test("hexadecimal numbers and nan, as R's type.convert reads them")
  func hexadecimal() throws {
    for (text, value) in [
      ("0x10", 16.0), ("0x1p3", 8), ("0X1F", 31), ("-0x10", -16), ("0x1.8p1", 3), ("0x1e", 30),
    ] {
      let table = try DataTable(csv: Array("a\n\(text)\n2\n".utf8))
      #expect(table["a"]!.values == .real([value, 2]), "\(text)")
    }
    #expect(try DataTable(csv: Array("a\nnan\n2\n".utf8))["a"]!.numbers?[0].isNaN == true)
    for text in ["NAN", "0x", "1d5", "1L"] {
      #expect(try DataTable(csv: Array("a\n\(text)\n2\n".utf8))["a"]!.numbers == nil, "\(text)")
    }
  }
}
