/// Why a generalized linear model cannot be fitted.
public enum GeneralizedFitError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A link that the family is not offered with.
  case link(LinkFunction, family: String, allowed: [LinkFunction])
  /// The deviance is infinite wherever the iteration could begin.
  case noFiniteStart

  /// The fault in words: what was found and what would work.
  public var description: String {
    switch self {
    case .link(let link, let family, let allowed):
      "the link \(link.rawValue) does not go with the family \(family); \(allowed.map(\.rawValue).joined(separator: ", ")) would work"
    case .noFiniteStart:
      "the likelihood is zero to the last digit wherever the iteration could begin: some rows are impossible under any mean of the others; "
        + "look for an offset or a predictor of extreme size, and rescale it"
    }
  }
}
