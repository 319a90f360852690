/// Bytes as base64 text with padding (RFC 4648, section 4), for data addresses in HTML.
package func base64(_ bytes: [UInt8]) -> String {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  out.reserveCapacity((bytes.count + 2) / 3 * 4)
  var i = 0
  while i < bytes.count {
    let rest = bytes.count - i
    let a = UInt32(bytes[i]) << 16
    let b = rest > 1 ? UInt32(bytes[i + 1]) << 8 : 0
    let c = rest > 2 ? UInt32(bytes[i + 2]) : 0
    let group = a | b | c
    out.append(letters[Int(group >> 18)])
    out.append(letters[Int(group >> 12 & 63)])
    out.append(rest > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
    out.append(rest > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
    i += 3
  }
  return String(decoding: out, as: UTF8.self)
}
