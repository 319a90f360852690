/// Bytes as base64 text with padding (RFC 4648, section 4), and back.
enum Base64Text {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of some bytes.
  static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for i in stride(from: 0, to: bytes.count, by: 3) {
      let rest = bytes.count - i
      let group =
        UInt32(bytes[i]) << 16 | (rest > 1 ? UInt32(bytes[i + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(bytes[i + 2]) : 0)
      out.append(letters[Int(group >> 18)])
      out.append(letters[Int(group >> 12 & 63)])
      out.append(rest > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      out.append(rest > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes of a text, white space passed over; nil where it is no base64.
  static func decode(_ text: String) -> [UInt8]? {
    var values = [UInt8](repeating: 255, count: 256)
    for (i, letter) in letters.enumerated() { values[Int(letter)] = UInt8(i) }
    var out: [UInt8] = []
    var group: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 where byte != 0x0A && byte != 0x0D && byte != 0x20 && byte != 0x09 {
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(byte)]
      guard value < 255, padding == 0 else { return nil }
      group = group << 6 | UInt32(value)
      count += 1
      if count % 4 == 0 {
        out += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
        group = 0
      }
    }
    guard (count + padding) % 4 == 0, padding < 3 else { return nil }
    switch count % 4 {
    case 2: out.append(UInt8(group >> 4 & 255))
    case 3: out += [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)]
    case 1: return nil
    default: break
    }
    return out
  }
}
