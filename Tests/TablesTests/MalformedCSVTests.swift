import Testing

@testable import Tables

/// Bytes at random: each gives a table or an error with its place, none a crash, and a table that was read survives writing and reading.
@Suite("Malformed CSV")
struct MalformedCSVTests {
  private static let pieces =
    [
      "a", "b", "x y", ",", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"\"", "1", "-2.5", "1e5", "1e400",
      "1e-400", ".5",
      "5.", "+3", "0x1F", "NA", "NaN", "Inf", "-Inf", "TRUE", "F", " ", "\t", ";", "é", "群", "\u{FEFF}",
      "\u{0}",
      "2147483648", "99999999999999999999999", "1_000", "--1", "1e", "'", "#", "\\",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE7, 0xBE], [0xED, 0xA0, 0x80]]

  @Test("a table or an error with its place", arguments: 1...4 as ClosedRange<UInt64>)
  func tableOrError(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func below(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    var tables = 0
    for _ in 0..<20_000 {
      // A header and complete lines half of the time, so that some can be read.
      var bytes: [UInt8] = []
      if below(2) == 0 {
        let columns = 1 + below(3)
        bytes = Array("p,q,r".utf8.prefix(2 * columns - 1)) + [10]
        for _ in 0..<below(5) {
          for column in 0..<columns {
            if column > 0 { bytes += [44] }
            bytes += Self.pieces[below(Self.pieces.count)]
          }
          bytes += [10]
        }
      } else {
        for _ in 0..<below(16) { bytes += Self.pieces[below(Self.pieces.count)] }
      }
      do {
        let table = try DataTable(csv: bytes, file: "f.csv")
        tables += 1
        let again = try? DataTable(csv: table.csvBytes(), file: "f.csv")
        let survives =
          again?.columnNames == table.columnNames && again?.rowCount == table.rowCount
          && (0..<table.rowCount).allSatisfy { row in
            zip(table.columns, again?.columns ?? []).allSatisfy { $0.text(row) == $1.text(row) }
          }
        #expect(survives, "\(bytes) \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      } catch {
        #expect("\(error)".contains("f.csv"), "\(error)")
      }
    }
    #expect(tables > 1000)
  }
}
