/// The images of a Markdown text that are files beside it: `![…](path)`.
struct LocalImages {
  /// The paths in order, each once; addresses with a scheme are not among them.
  private(set) var paths: [String] = []

  init(in text: String) {
    let bytes = Array(text.utf8)
    var i = 0
    while i + 1 < bytes.count {
      guard bytes[i] == UInt8(ascii: "!"), bytes[i + 1] == UInt8(ascii: "[") else {
        i += 1
        continue
      }
      // The bracket's end, then the path up to the parenthesis or the blank before a title.
      var k = i + 2
      while k < bytes.count, bytes[k] != UInt8(ascii: "]") || bytes[k - 1] == UInt8(ascii: "\\") { k += 1 }
      i += 2
      guard k + 1 < bytes.count, bytes[k + 1] == UInt8(ascii: "(") else { continue }
      let from = k + 2
      k = from
      while k < bytes.count, ![UInt8(ascii: ")"), UInt8(ascii: " "), UInt8(ascii: "\n")].contains(bytes[k]) {
        k += 1
      }
      let path = String(decoding: bytes[from..<k], as: UTF8.self)
      if !path.isEmpty, path.place(of: "://") == nil, !path.hasPrefix("data:"), !paths.contains(path) {
        paths.append(path)
      }
      i = k
    }
  }
}
