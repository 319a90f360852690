/// Validity of UTF-8 text.
enum UTF8Text {
  /// The first byte at which the text stops being UTF-8 (overlong forms, surrogates and values above U+10FFFF included).
  static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if byte < 0x80 {
        i += 1
        continue
      }
      let length: Int
      var lowest: UInt8 = 0x80
      var highest: UInt8 = 0xBF
      switch byte {
      case 0xC2...0xDF: length = 2
      case 0xE0...0xEF:
        length = 3
        if byte == 0xE0 { lowest = 0xA0 }
        if byte == 0xED { highest = 0x9F }
      case 0xF0...0xF4:
        length = 4
        if byte == 0xF0 { lowest = 0x90 }
        if byte == 0xF4 { highest = 0x8F }
      default: return i
      }
      if i + length > bytes.count || bytes[i + 1] < lowest || bytes[i + 1] > highest { return i }
      for k in 2..<max(length, 2) where bytes[i + k] & 0xC0 != 0x80 { return i }
      i += length
    }
    return nil
  }
}
