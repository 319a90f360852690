/// Subscripts and superscripts in a line of text: `"σ" + MathText.sup("2") + MathText.sub("α")`.
///
/// A script is kept in the text between two of Unicode's noncharacters, which exist for such use and which no user's name may hold, so that every text of a
/// figure can have scripts, and be measured, broken and shortened as it is. Scripts do not nest.
///
/// Reference: The Unicode Standard, section 23.7, Noncharacters.
public enum MathText {
  /// How a piece of text stands.
  public enum Script: String, Sendable, Hashable {
    /// On the line.
    case base
    /// Small and low.
    case sub
    /// Small and high.
    case sup
  }

  /// A piece of one script.
  public struct Piece: Sendable, Hashable {
    /// Its characters.
    public let text: String
    /// Its place.
    public let script: Script
  }

  private static let subStart = Unicode.Scalar(0xFDD0 as UInt32)!
  private static let supStart = Unicode.Scalar(0xFDD1 as UInt32)!
  private static let end = Unicode.Scalar(0xFDD2 as UInt32)!

  /// Size of scripts as a share of the text's.
  public static let scriptSize = 0.7
  /// How far a superscript's baseline stands above the text's, as a share of the size.
  public static let superscriptRise = 0.36
  /// How far a subscript's baseline stands below the text's, as a share of the size.
  public static let subscriptDrop = 0.14

  /// A subscript.
  public static func sub(_ text: String) -> String { "\(Character(subStart))\(text)\(Character(end))" }

  /// A superscript.
  public static func sup(_ text: String) -> String { "\(Character(supStart))\(text)\(Character(end))" }

  /// Whether a scalar is one of the marks.
  public static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar == subStart || scalar == supStart || scalar == end
  }

  /// The pieces of a text in order; one for a text without scripts. A script that was cut short goes to the end of the text.
  public static func pieces(of text: String) -> [Piece] {
    guard text.unicodeScalars.contains(where: isMark) else { return [Piece(text: text, script: .base)] }
    var pieces: [Piece] = []
    var current = ""
    var script = Script.base
    func finish() {
      if !current.isEmpty { pieces.append(Piece(text: current, script: script)) }
      current = ""
    }
    for scalar in text.unicodeScalars {
      guard isMark(scalar) else {
        current.unicodeScalars.append(scalar)
        continue
      }
      finish()
      script = scalar == subStart ? .sub : scalar == supStart ? .sup : .base
    }
    finish()
    return pieces
  }

  /// The text without the marks.
  public static func plain(_ text: String) -> String { pieces(of: text).map(\.text).joined() }
}
