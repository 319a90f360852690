/// The distribution of a response and how random effects are integrated out of its likelihood: what generalized models need beside a formula.
public struct GeneralizedSpecification: Sendable, Hashable {
  /// The family; θ and the shape in it are starts.
  public let family: ResponseFamily
  /// The link.
  public let link: LinkFunction
  /// How random effects are integrated out.
  public let approximation: LikelihoodApproximation
  /// Weights of the determinant.
  public let determinant: DeterminantWeights

  /// - Parameter link: the family's default if nil.
  public init(
    _ family: ResponseFamily, link: LinkFunction? = nil, approximation: LikelihoodApproximation = .laplace,
    determinant: DeterminantWeights = .expected
  ) {
    self.family = family
    self.link = link ?? family.defaultLink
    self.approximation = approximation
    self.determinant = determinant
  }
}
