import ModelFormula

extension ResponseFamily {
  /// What the response of a formula is read as.
  /// - Parameter levels: which levels of a binomial response are failure and success; found in the data if
  ///   nil.
  public func responseKind(levels: SuccessLevels? = nil) -> ResponseKind {
    switch self {
    case .binomial: .successes(levels: levels)
    case .poisson, .negativeBinomial: .counts
    case .gamma: .positive
    }
  }

  /// The family without the value of its parameter, e.g. in JSON: `binomial`, `poisson`, `negative binomial`,
  /// `Gamma`.
  public var word: String {
    if case .negativeBinomial = self { return "negative binomial" }
    return name
  }
}
