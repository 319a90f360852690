/// Why a figure could not be laid out.
public enum FigureError: Error, Equatable, Sendable {
  /// An axis has no finite value to show.
  case noFiniteValues(axis: String)
  /// A logarithmic axis has a value that is not positive.
  case notPositive(axis: String, value: Double)
  /// The values of an axis lie further apart than numbers reach.
  case tooWide(axis: String, lower: Double, upper: Double)
  /// The values of a logarithmic axis reach over more decades than it can have.
  case tooManyDecades(axis: String, lower: Double, upper: Double)
  /// A mark names a category that the figure's scale does not have.
  case unknownCategory(String, known: [String])
  /// After titles, legend and axis labels a canvas has no room left for the panels; one that has.
  case tooSmall(Size, needed: Size)
  /// No installed font shows a character.
  case missingGlyph(Character, text: String, families: String)
  /// The font library failed.
  case textFailed(String)
}

extension FigureError: CustomStringConvertible {
  /// What was found and what would help.
  public var description: String {
    switch self {
    case .noFiniteValues(let axis):
      return "the \(axis) axis has no finite value to show; check for missing or infinite values"
    case .notPositive(let axis, let value):
      return "the \(axis) axis is logarithmic and cannot show \(value); "
        + "only positive values have a place there"
    case .tooWide(let axis, let lower, let upper):
      return
        "the \(axis) axis would run from \(lower) to \(upper), further than numbers reach; rescale the data"
    case .tooManyDecades(let axis, let lower, let upper):
      return "the \(axis) axis is logarithmic and would run from \(lower) to \(upper), more than "
        + "\(Int(mostDecades)) powers of ten; an axis of the logarithms themselves can show that"
    case .unknownCategory(let name, let known):
      return "no category '\(name)' in the figure's scale; categories are \(known.joined(separator: ", "))"
    case .tooSmall(let size, let needed):
      return "a figure of \(centimetres(size)) leaves no room for its panels; \(centimetres(needed)) would do"
    case .missingGlyph(let character, let text, let families):
      let code = character.unicodeScalars.map { "U+" + hexadecimal($0.value) }.joined(separator: " ")
      let isPicture = character.unicodeScalars.contains { $0.properties.isEmojiPresentation }
      let help =
        isPicture
        ? "pictures like this are not drawn; give the text another name"
        : "install a font that has it (Debian: fonts-noto-core, fonts-noto-cjk, fonts-noto-extra or the font of its script), or give the text "
          + "another name"
      return "no glyph for '\(character)' (\(code)) in '\(text)' among the fonts \(families); " + help
    case .textFailed(let reason):
      return "text could not be set: \(reason)"
    }
  }

  private func centimetres(_ size: Size) -> String {
    let sides = [size.width, size.height].map { points in
      let length = points / Size.pointsPerCentimetre
      return fixedDecimals(length, abs(length * 10 - (length * 10).rounded()) < 1e-6 ? 1 : 2)
    }
    return sides.joined(separator: " × ") + " cm"
  }

  private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
