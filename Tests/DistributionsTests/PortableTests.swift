import Glibc
import TestSupport
import Testing

@testable import Distributions

@Suite("Portable elementary functions")
struct PortableTests {
  typealias Unary = @Sendable (Double) -> Double
  static let functions: [(name: String, call: Unary)] = [
    ("log", Portable.log), ("log1p", Portable.log1p), ("exp", Portable.exp), ("expm1", Portable.expm1),
  ]

  /// Distance in units of the last place of the expected value; infinite for one NaN or infinity too many.
  static func units(_ found: Double, _ expected: Double) -> Double {
    found == expected ? 0 : abs(found - expected) / expected.ulp
  }

  @Test("Within one unit in the last place of correctly rounded values", arguments: 0..<4)
  func correctlyRounded(row: Int) throws {
    let (name, call) = Self.functions[row]
    let cases = try Reference.json("elementary.json")[name].array.map(\.doubles)
    #expect(cases.count > 400)
    for values in cases {
      #expect(Self.units(call(values[0]), values[1]) <= 1, "\(name)(\(values[0]))")
    }
    // Errors well below half a unit before rounding leave few values that are not the correctly rounded ones.
    let exact = cases.count { call($0[0]) == $0[1] }
    #expect(Double(exact) >= 0.99 * Double(cases.count), "\(name): \(exact) of \(cases.count)")
  }

  @Test("Powers within one unit in the last place of correctly rounded values")
  func powers() throws {
    let cases = try Reference.json("elementary.json")["pow"].array.map(\.doubles)
    #expect(cases.count > 800)
    for values in cases {
      #expect(
        Self.units(Portable.pow(values[0], values[1]), values[2]) <= 1, "\(values[0]) to the \(values[1])")
    }
    let exact = cases.count { Portable.pow($0[0], $0[1]) == $0[2] }
    #expect(Double(exact) >= 0.99 * Double(cases.count), "\(exact) of \(cases.count)")
  }

  #if arch(x86_64)
    @Test(
      "Within one unit of the C library's functions with 64 bits of precision", arguments: [1, 2] as [UInt64])
    func extended(seed: UInt64) {
      var stream = KeyedStream(seed: seed)
      func expectUnit(_ found: Double, _ exact: Float80, _ label: @autoclosure () -> String) {
        let error = Double(abs(Float80(found) - exact) / Float80(Double(exact).ulp))
        #expect(error <= 1 && found.isFinite, "\(label()): \(error) units")
      }
      for _ in 0..<50_000 {
        let u = stream.uniform()
        expectUnit(Portable.log(u), Glibc.log(Float80(u)), "log \(u)")
        let near = 0.98 + 0.04 * stream.uniform()
        expectUnit(Portable.log(near), Glibc.log(Float80(near)), "log \(near)")
        let x = 1440 * stream.uniform() - 735
        expectUnit(Portable.exp(x), Glibc.exp(Float80(x)), "exp \(x)")
        let small = 0.5 * stream.uniform() - 0.25
        expectUnit(Portable.expm1(small), Glibc.expm1(Float80(small)), "expm1 \(small)")
        expectUnit(Portable.log1p(small), Glibc.log1p(Float80(small)), "log1p \(small)")
        let y = 200 * stream.uniform() - 100
        expectUnit(
          Portable.pow(0.5 + u, y), Glibc.pow(Float80(0.5 + u), Float80(y)), "\(0.5 + u) to the \(y)")
      }
    }
  #endif

  @Test("Special values are those of the C library")
  func specialValues() {
    let values: [Double] = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, .infinity, -.infinity, .nan, 1e300, -1e300, 1e-300, 0x1p53,
      0x1p53 - 1, 1 - 0x1p53, 0x1p-1074, 710, -746, .greatestFiniteMagnitude,
    ]
    func expectSame(_ found: Double, _ expected: Double, _ label: String) {
      let isSame = found.isNaN ? expected.isNaN : Self.units(found, expected) <= 1
      #expect(isSame && (found.isNaN || found.sign == expected.sign), "\(label): \(found), not \(expected)")
    }
    let library: [Unary] = [Glibc.log, Glibc.log1p, Glibc.exp, Glibc.expm1]
    for x in values {
      for (own, other) in zip(Self.functions, library) {
        expectSame(own.call(x), other(x), "\(own.name)(\(x))")
      }
      for y in values { expectSame(Portable.pow(x, y), Glibc.pow(x, y), "pow(\(x), \(y))") }
    }
  }

  @Test("The bits of 40,000 values, the same on every processor")
  func bits() {
    var stream = KeyedStream(seed: 77)
    var digest = BitDigest()
    for _ in 0..<10_000 {
      digest.add(Portable.log(stream.uniform()))
      digest.add(Portable.exp(1400 * stream.uniform() - 700))
      digest.add(Portable.expm1(stream.uniform() - 0.5))
      digest.add(Portable.pow(stream.uniform(), 60 * stream.uniform() - 30))
    }
    #expect(digest.value == 4_632_794_516_025_040_849)
  }
}

/// A digest of the bits of numbers in their order, FNV-1a by words.
struct BitDigest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ x: Double) { add(x.bitPattern) }

  mutating func add(_ bits: UInt64) {
    value = (value ^ bits) &* 0x100_0000_01b3
    value ^= value >> 29
  }
}
