extension String {
  /// The text for an attribute or the content of an HTML element.
  package func escapingHTML() -> String {
    var out = ""
    for c in unicodeScalars {
      switch c {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "`": out += "&#96;"
      default: out.unicodeScalars.append(c)
      }
    }
    return out
  }

  /// The text between the brackets of a Markdown image.
  package func escapingBrackets() -> String {
    var out = ""
    for c in self {
      if "[]\\".contains(c) { out.append("\\") }
      out.append(c)
    }
    return out
  }

  /// The text without line ends between two Chinese characters, where they are no blank.
  package func joiningChineseLines() -> String {
    var out = String.UnicodeScalarView()
    let scalars = Array(unicodeScalars)
    for (i, scalar) in scalars.enumerated() {
      if scalar == "\n", i > 0, i + 1 < scalars.count, scalars[i - 1].isEastAsian, scalars[i + 1].isEastAsian
      {
        continue
      }
      out.append(scalar)
    }
    return String(out)
  }

  /// The text without line ends (and blank lines) at both ends; the first line's indent stays.
  package func trimmingNewlines() -> String {
    let lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines.trimmingBlankLines().joined(separator: "\n")
  }
}

extension Unicode.Scalar {
  /// Chinese characters and full-width marks, between which a line end is no blank.
  var isEastAsian: Bool {
    switch value {
    case 0x2E80...0x303F, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF60,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }
}
