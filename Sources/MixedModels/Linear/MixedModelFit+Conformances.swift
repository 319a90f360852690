extension LinearMixedModelFit {
  /// What stands on the boundary of the parameter space.
  public var boundaries: [FitDiagnostics.Boundary] { diagnostics.boundaries }
  /// None: effects are in the unit of the response.
  public var effectLink: LinkFunction? { nil }
}

extension GeneralizedLinearMixedModelFit {
  /// What stands on the boundary of the parameter space.
  public var boundaries: [FitDiagnostics.Boundary] { diagnostics.boundaries }
  /// The link.
  public var effectLink: LinkFunction? { link }
}
