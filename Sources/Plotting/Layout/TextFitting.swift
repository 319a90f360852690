/// Measures, breaks and shortens texts of one language.
struct TextFitting {
  let measurer: any TextMeasuring
  let language: String
  /// The texts that did not fit whole, whoever asked.
  let cut = CutTexts()

  /// Texts that end in an ellipsis, each once, in the order in which they were met.
  final class CutTexts {
    private(set) var texts: [String] = []

    func add(_ text: String) {
      if !texts.contains(text) { texts.append(text) }
    }
  }

  /// Width of a line.
  func width(_ text: String, _ font: FontStyle) throws(FigureError) -> Double {
    try measurer.width(of: text, font: font, language: language)
  }

  /// Width of the widest of some lines; 0 for none.
  func widest(_ texts: [String], _ font: FontStyle) throws(FigureError) -> Double {
    var result = 0.0
    for text in texts { result = max(result, try width(text, font)) }
    return result
  }

  /// The text in lines no wider than the limit; none for an empty text.
  func lines(_ text: String, _ font: FontStyle, limit: Double) throws(FigureError) -> [String] {
    if text.isEmpty { return [] }
    return try wrapped(text, limit: limit) { (piece) throws(FigureError) in try width(piece, font) }
  }

  /// The fewest lines within the limit, broken so that they are about equally long.
  func balancedLines(_ text: String, _ font: FontStyle, limit: Double) throws(FigureError) -> [String] {
    let fewest = try lines(text, font, limit: limit)
    guard fewest.count > 1 else { return fewest }
    for share in stride(from: 0.5, to: 1, by: 0.05) {
      let candidate = try lines(text, font, limit: share * limit)
      if candidate.count == fewest.count { return candidate }
    }
    return fewest
  }

  /// The text, or as much of its beginning as fits before an ellipsis.
  func shortened(_ text: String, _ font: FontStyle, limit: Double) throws(FigureError) -> String {
    if try width(text, font) <= limit { return text }
    cut.add(text)
    var kept = text
    while !kept.isEmpty {
      kept.removeLast()
      if try width(kept + "…", font) <= limit { break }
    }
    return kept + "…"
  }
}
