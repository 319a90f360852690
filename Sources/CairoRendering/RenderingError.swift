import Plotting

/// Why a scene could not be turned into bytes.
public enum RenderingError: Error, Equatable, Sendable {
  /// A text could not be set.
  case text(FigureError)
  /// Cairo reported a status.
  case drawing(String)
  /// An image of this many pixels could not be encoded.
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
    case .encoding(let width, let height):
      "there is not enough memory for an image of \(width) × \(height) pixels"
    case .tooLarge(let width, let height):
      "an image of \(width) × \(height) pixels is too large (32767 a side at most); lower the resolution"
    }
  }
}
