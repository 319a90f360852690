import Crypto

/// A course key's fingerprint: what files may show of it, so that a changed key is recognised.
///
/// The first 16 bytes of SHA-256 over `multilevel-lab course key`, a zero byte and the key without blanks and
/// line ends at its end; 32 hexadecimal digits.
public enum CourseKeyFingerprint {
  /// The fingerprint of a course key's bytes.
  public static func of(_ courseKey: [UInt8]) -> String {
    var key = courseKey[...]
    while let last = key.last, [0x0A, 0x0D, 0x20, 0x09].contains(last) { key.removeLast() }
    var hash = SHA256()
    hash.update(data: Array("multilevel-lab course key".utf8) + [0])
    hash.update(data: Array(key))
    return hexadecimal(Array(hash.finalize().prefix(16)))
  }
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var out: [UInt8] = []
  for byte in bytes {
    out.append(digits[Int(byte >> 4)])
    out.append(digits[Int(byte & 15)])
  }
  return String(decoding: out, as: UTF8.self)
}
