import Tables

/// Text broken into lines for a terminal.
enum TextWrapping {
  /// Characters that may not begin a line.
  private static let closing: Set<Character> = ["，", "。", "；", "：", "）", "、", "”", ",", ".", ";", ":", ")"]

  /// Lines of at most some display width: broken at blanks, and between ideographs where no closing mark would come first.
  /// - Parameter indent: blanks before all lines but the first.
  static func wrapped(_ text: String, width: Int = 88, indent: Int = 0) -> String {
    var lines: [String] = []
    var line = ""
    for piece in pieces(text) {
      if !line.isEmpty, line.displayWidth + piece.trimmed.displayWidth > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        line += piece.trimmed + (piece.hasSuffix(" ") ? " " : "")
      } else {
        line += piece
      }
    }
    lines.append(line)
    return lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// Parts that stay together, a blank at the end included.
  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    for character in text {
      let afterBlank = piece.last == " " && character != " " && !piece.trimmed.isEmpty
      let wide =
        String(character).displayWidth == 2 || (piece.last.map { String($0).displayWidth == 2 } ?? false)
      if afterBlank
        || (wide && !piece.isEmpty && character != " " && !closing.contains(character) && piece.last != "（"
          && piece.last != "“")
      {
        pieces.append(piece)
        piece = ""
      }
      piece.append(character)
    }
    return piece.isEmpty ? pieces : pieces + [piece]
  }
}
