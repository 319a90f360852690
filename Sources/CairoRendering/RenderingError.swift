import Plotting

/// Why a scene could not be turned into bytes.
public enum RenderingError: Error, Equatable, Sendable {
  /// A text could not be set.
  case text(FigureError)
  /// Cairo reported a status.
  case drawing(String)
  /// libpng could not encode an image of this many pixels.
  case encoding(width: Int, height: Int)
  /// The image would exceed what a surface can hold (32 767 pixels a side).
  case tooLarge(width: Int, height: Int)
}

extension RenderingError: CustomStringConvertible {
  /// What happened and what would help.
  public var description: String {
    switch self {
    case .text(let error): error.description
    case .drawing(let status): "Cairo could not finish the drawing: \(status)"
    case .encoding(let width, let height): "libpng could not encode an image of \(width) × \(height) pixels"
    case .tooLarge(let width, let height):
      "an image of \(width) × \(height) pixels is too large (32767 a side at most); lower the resolution"
    }
  }
}
