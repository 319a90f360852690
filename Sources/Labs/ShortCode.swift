/// Marks short code spans in pandoc's HTML, which the style sheet keeps on one line: an option cut at its hyphen is hard to read. Long
/// ones, such as formulas, may still be broken.
struct ShortCode {
  /// The HTML with `class="short"` on its short code spans.
  let html: String

  /// - Parameter longest: the most characters of a short one.
  init(in html: String, longest: Int = 32) {
    let parts = html.components(before: "<code>")
    var out = parts[0]
    for (i, part) in parts.dropFirst().enumerated() {
      // Between `<pre …>` and its code nothing stands.
      let isBlock = parts[i].hasSuffix(">") && parts[i].lastTag.hasPrefix("<pre")
      let rest = part.dropFirst("<code>".count)
      let length = rest.place(of: "</code>").map { rest.distance(from: rest.startIndex, to: $0) }
      if !isBlock, let length, length <= longest {
        out += "<code class=\"short\">" + rest
      } else {
        out += part
      }
    }
    self.html = out
  }
}

extension String {
  /// The text cut before each occurrence of a mark.
  fileprivate func components(before mark: String) -> [String] {
    let bytes = Array(utf8)
    let marks = Array(mark.utf8)
    var parts: [String] = []
    var start = 0
    for i in bytes.indices where bytes[i] == marks[0] && bytes[i...].starts(with: marks) {
      parts.append(String(decoding: bytes[start..<i], as: UTF8.self))
      start = i
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  /// From the last `<` on.
  fileprivate var lastTag: Substring { lastIndex(of: "<").map { self[$0...] } ?? "" }
}
