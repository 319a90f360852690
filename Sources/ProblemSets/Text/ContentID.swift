import Crypto

/// Ids made of content, so that the same content has the same id everywhere and every time.
enum ContentID {
  /// The first 16 bytes of SHA-256 over the parts, each with its length before it; 32 hexadecimal digits.
  static func of(_ parts: [String]) -> String {
    var hash = SHA256()
    for part in parts {
      let bytes = Array(part.utf8)
      hash.update(data: Array("\(bytes.count):".utf8))
      hash.update(data: bytes)
    }
    return hexadecimal(Array(hash.finalize().prefix(16)))
  }
}
