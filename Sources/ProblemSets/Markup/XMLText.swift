/// Text in XML documents.
enum XMLText {
  /// The text for an element's content or an attribute in double quotes; characters that XML cannot hold are
  /// left out.
  static func escaped(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out.append(contentsOf: "&amp;".unicodeScalars)
      case "<": out.append(contentsOf: "&lt;".unicodeScalars)
      case ">": out.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
      case _ where !isAllowed(scalar): break
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  /// The text in CDATA sections; one that holds `]]>` is split into two.
  static func cdata(_ text: String) -> String {
    let allowed = String(String.UnicodeScalarView(text.unicodeScalars.filter(isAllowed)))
    return "<![CDATA[" + allowed.replacing("]]>", with: "]]]]><![CDATA[>") + "]]>"
  }

  /// Whether a character may stand in XML 1.0.
  static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}

extension String {
  /// The text with each occurrence of another replaced.
  func replacing(_ old: String, with new: String) -> String {
    guard !old.isEmpty else { return self }
    let (text, wanted) = (Array(utf8), Array(old.utf8))
    var out: [UInt8] = []
    var i = 0
    while i < text.count {
      if text[i] == wanted[0], text[i...].starts(with: wanted) {
        out += new.utf8
        i += wanted.count
      } else {
        out.append(text[i])
        i += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
