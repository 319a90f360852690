import Plotting

/// How the three ways of pooling are drawn, alike in every figure.
public enum PoolingStyle: String, Sendable, CaseIterable {
  /// One line for all groups: black, dashed, square.
  case complete
  /// A line for each group from its own data: a pale band with vermillion edges, hollow circle.
  case none
  /// A line for each group from the multilevel model: blue, thin enough to lie inside the band, filled circle.
  case partial

  /// The fixed look.
  public var style: CategoryStyle {
    switch self {
    case .complete: CategoryStyle(OkabeIto.black, .square, .dashed, markerScale: 1.25)
    case .none:
      CategoryStyle(
        OkabeIto.vermillion, .hollowCircle, markerScale: 1.25, lineScale: 3.8,
        lineInside: Colour(hex: 0xF3B184))
    case .partial: CategoryStyle(OkabeIto.blue, .circle, markerScale: 1.25, lineScale: 1.25)
    }
  }

  /// How a level picked out looks, in every figure of groups.
  static let pickedOut = CategoryStyle(OkabeIto.bluishGreen, .diamond, markerScale: 1.3, lineScale: 2)

  /// The name in a language.
  public func label(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    return switch self {
    case .complete: words.complete
    case .none: words.none
    case .partial: words.partial
    }
  }

  /// The appearance that refers to this strategy in `scale(_:)`.
  var appearance: Appearance { .category(rawValue) }

  /// The scale of all three, for a figure's legend; with `mean`, also the mark of the mean that partial pooling pulls to.
  static func scale(_ language: FigureLanguage, mean: Bool = false) -> CategoricalScale {
    var scale = CategoricalScale(
      allCases.map { .init($0.rawValue, label: $0.label(language), style: $0.style) })
    if mean {
      let style = CategoryStyle(OkabeIto.blue, .diamond, .solid, markerScale: 1.25)
      scale.entries.append(.init("mean", label: FigureWords(language).partialMean, style: style))
    }
    return scale
  }
}
