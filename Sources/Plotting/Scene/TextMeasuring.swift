/// Size and weight of a line of text; the family is the renderer's choice.
public struct FontStyle: Hashable, Sendable {
  /// Size in points.
  public var size: Double
  /// Bold rather than regular.
  public var bold: Bool

  /// A font style.
  public init(size: Double, bold: Bool = false) {
    self.size = size
    self.bold = bold
  }

  /// Height above the baseline that a line of Latin or Chinese text needs: 0.9 of the size.
  public var ascent: Double { 0.9 * size }
  /// Depth below the baseline that a line of Latin or Chinese text needs: 0.25 of the size.
  public var descent: Double { 0.25 * size }
  /// Height of the middle of capitals and ideographs above the baseline: 0.36 of the size.
  public var middle: Double { 0.36 * size }
  /// Distance of baselines in a paragraph: 1.3 of the size.
  public var lineHeight: Double { 1.3 * size }
}

/// Gives the width of text to the layout, so that the grammar needs no font library.
///
/// Only widths are asked for. Heights follow from the size (`FontStyle.ascent` and so on): a baseline then never
/// moves because one label happens to contain a tall character.
public protocol TextMeasuring {
  /// Advance width in points of one line of text.
  ///
  /// - Parameter language: BCP 47 tag of the text.
  /// - Throws: `FigureError.missingGlyph` if no font at hand can show a character.
  func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double
}
