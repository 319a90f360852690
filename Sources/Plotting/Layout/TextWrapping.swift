/// Breaks text into lines no wider than `limit` where width allows.
///
/// Lines break at spaces, and between Chinese characters except before closing and after opening punctuation. A newline in the
/// text always breaks. A single word wider than the limit stays whole.
///
/// - Parameter width: gives the width of a piece of text in points.
func wrapped(
  _ text: String, limit: Double, width: (String) throws(FigureError) -> Double
) throws(FigureError) -> [String] {
  var lines: [String] = []
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var line = ""
    var used = 0.0
    for piece in breakablePieces(paragraph) {
      let visible = piece.last == " " ? String(piece.dropLast()) : piece
      if !line.isEmpty, used + (try width(visible)) > limit {
        lines.append(line.last == " " ? String(line.dropLast()) : line)
        line = ""
        used = 0
      }
      line += piece
      used += try width(piece)
    }
    lines.append(line.last == " " ? String(line.dropLast()) : line)
  }
  return lines
}

private func breakablePieces(_ text: Substring) -> [String] {
  let closing: Set<Character> = [
    "，", "。", "；", "：", "、", "）", "》", "」", "！", "？", ")", ",", ".", ";", ":", "%",
  ]
  let opening: Set<Character> = ["（", "《", "「", "("]
  func isIdeographic(_ c: Character) -> Bool {
    guard let scalar = c.unicodeScalars.first else { return false }
    return (0x2E80...0x9FFF).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
      || (0x20000...0x3FFFF).contains(scalar.value)
  }
  var pieces: [String] = []
  var current = ""
  var previous: Character?
  for character in text {
    if let previous, !closing.contains(character), !opening.contains(previous) {
      if previous == " " || (character != " " && (isIdeographic(character) || isIdeographic(previous))) {
        pieces.append(current)
        current = ""
      }
    }
    current.append(character)
    previous = character
  }
  if !current.isEmpty { pieces.append(current) }
  return pieces
}
