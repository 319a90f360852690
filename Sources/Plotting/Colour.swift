import Glibc

/// A colour in the sRGB space, components from 0 to 1; alpha 1 is opaque.
public struct Colour: Hashable, Sendable {
  /// Red component.
  public var red: Double
  /// Green component.
  public var green: Double
  /// Blue component.
  public var blue: Double
  /// Opacity.
  public var alpha: Double

  /// A colour from its components.
  public init(red: Double, green: Double, blue: Double, alpha: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A colour written as in HTML: `Colour(hex: 0x0072B2)`.
  public init(hex: UInt32, alpha: Double = 1) {
    self.init(
      red: Double((hex >> 16) & 0xFF) / 255, green: Double((hex >> 8) & 0xFF) / 255,
      blue: Double(hex & 0xFF) / 255,
      alpha: alpha)
  }

  /// The same colour with another opacity.
  public func withAlpha(_ alpha: Double) -> Colour {
    Colour(red: red, green: green, blue: blue, alpha: alpha)
  }

  /// `#RRGGBB`, the opacity left out.
  public var hexText: String {
    func digits(_ c: Double) -> String {
      let text = String(Int((min(max(c, 0), 1) * 255).rounded()), radix: 16, uppercase: true)
      return text.count == 1 ? "0" + text : text
    }
    return "#" + digits(red) + digits(green) + digits(blue)
  }

  /// Relative luminance as WCAG 2.1 defines it, 0 (black) to 1 (white); opacity is ignored.
  public var relativeLuminance: Double {
    func linear(_ c: Double) -> Double { c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Contrast ratio of WCAG 2.1 against another colour, 1 to 21. Lines and dots want 3, text wants 4.5.
  public func contrast(against other: Colour) -> Double {
    let a = relativeLuminance
    let b = other.relativeLuminance
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// Black.
  public static let black = Colour(hex: 0x000000)
  /// White.
  public static let white = Colour(hex: 0xFFFFFF)
}

/// The colours of Okabe and Ito's palette (2008) that reach a contrast of 3 on white, told apart by all common kinds of colour
/// vision.
public enum OkabeIto {
  /// Contrast 21.
  public static let black = Colour(hex: 0x000000)
  /// Contrast 5.19.
  public static let blue = Colour(hex: 0x0072B2)
  /// Contrast 3.87.
  public static let vermillion = Colour(hex: 0xD55E00)
  /// Contrast 3.42.
  public static let bluishGreen = Colour(hex: 0x009E73)
  /// Contrast 3.06.
  public static let reddishPurple = Colour(hex: 0xCC79A7)

  /// The colours for lines and dots, in order of use.
  public static let strong = [blue, vermillion, bluishGreen, reddishPurple, black]
}
