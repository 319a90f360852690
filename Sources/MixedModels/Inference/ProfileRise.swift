extension LinearMixedModelFit {
  /// By how much the ML deviance rises where a parameter is held at a value and all others are as good as they can be: ζ².
  ///
  /// Unlike a path of `LikelihoodProfile` it is also known of fits on the boundary.
  /// - Parameters:
  ///   - k: the parameter's place in lme4's order: standard deviations and correlations, σ, fixed effects.
  ///   - value: where it is held; 0 for a standard deviation and ±1 for a correlation are possible.
  /// - Precondition: the fit is by ML.
  public func profileRise(ofParameter k: Int, at value: Double) -> Double {
    precondition(method == .ml, "the deviance of ML has its minimum at a fit by ML")
    guard let profile = JointProfile(self, holding: [profiledParameters[k]]) else { return .nan }
    var x = profile.start
    return max(0, profile.leastRise(at: [value], from: &x))
  }
}
