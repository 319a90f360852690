/// The figures about models: what a fitted model can feed, and the schematic, which needs none.
public enum ModelFigureKind: String, Sendable, CaseIterable {
  /// No pooling → partial pooling in the plane of intercept and slope.
  case poolingPlane = "pooling-plane"
  /// Observations and one line for all.
  case completePooling = "complete-pooling"
  /// Parallel lines.
  case varyingIntercept = "varying-intercept"
  /// Lines from one intercept.
  case varyingSlope = "varying-slope"
  /// Own intercept and slope a group.
  case varyingBoth = "varying-both"
  /// Complete pooling and the three varying models, a panel each.
  case fourModels = "four-models"
  /// One panel a group with three lines.
  case groupPanels = "group-panels"
  /// Fitted and observed responses of a generalized model, one panel a group or a pair of levels.
  case responsePanels = "response-panels"
  /// Conditional modes with intervals, one row a level.
  case caterpillar
  /// Conditional modes with intervals against normal quantiles.
  case qqCaterpillar = "qq-caterpillar"
  /// Coefficients of each level with intervals, one row a level.
  case groupCoefficients = "group-coefficients"
  /// No pooling → partial pooling for every pair of coefficients.
  case shrinkageMatrix = "shrinkage-matrix"
  /// Coefficients of the groups against a predictor that is constant within them.
  case groupRegression = "group-regression"
  /// Estimates against group sizes, without and with pooling.
  case shrinkageBySize = "shrinkage-by-size"
  /// Estimates without and with pooling, joined, one row a group.
  case dumbbell
  /// Estimates as paths from complete to no pooling, with the criterion.
  case poolingDial = "pooling-dial"
  /// Fixed coefficients with intervals.
  case coefficients
  /// Expectations over one predictor, the others held.
  case marginalEffects = "marginal-effects"
  /// Profile likelihood of every parameter.
  case profile
  /// Densities that the profile likelihood of every parameter implies.
  case profileDensity = "profile-density"
  /// Joint confidence regions of parameters two by two.
  case profilePairs = "profile-pairs"
  /// Parametric bootstrap distributions of all parameters.
  case bootstrap
  /// Residuals and effects against fitted values and normal quantiles.
  case diagnostics
  /// Densities of posterior and prior of every parameter.
  case posteriorDensities = "posterior-densities"
  /// Posterior medians and intervals of parameters, or of levels.
  case posteriorIntervals = "posterior-intervals"
  /// Draws of the chains one after the other.
  case trace
  /// Histograms of the chains' ranks.
  case rank
  /// The pooling plane with each group's posterior.
  case posteriorPlane = "posterior-plane"
  /// Replicated responses over the observed ones.
  case predictive
  /// Posterior draws of parameters two by two.
  case posteriorPairs = "posterior-pairs"
  /// Expectations of levels over the standard deviation between them.
  case effectsByTau = "effects-by-tau"
  /// How rows fall into the levels of grouping factors.
  case design
  /// What may vary, drawn without data.
  case schematic

  /// What the kind shows, in a few words.
  public var summary: String {
    switch self {
    case .poolingPlane: "intercepts and slopes, from no to partial pooling"
    case .completePooling: "observations and one line for all"
    case .varyingIntercept: "observations and parallel lines"
    case .varyingSlope: "observations and lines from one intercept"
    case .varyingBoth: "observations and a line for each group"
    case .fourModels: "the last four side by side"
    case .groupPanels: "a panel for each group with three lines"
    case .responsePanels: "probabilities or rates by groups, with data"
    case .caterpillar: "effects of groups with intervals, sorted"
    case .qqCaterpillar: "the same against normal quantiles"
    case .groupCoefficients: "coefficients of groups with intervals"
    case .shrinkageMatrix: "what pooling does to every pair of coefficients"
    case .groupRegression: "coefficients against a group-level predictor"
    case .shrinkageBySize: "estimates against group sizes"
    case .dumbbell: "no and partial pooling on one row a group"
    case .poolingDial: "estimates from complete to no pooling"
    case .coefficients: "fixed coefficients with intervals"
    case .marginalEffects: "expectations over one predictor"
    case .profile: "profile likelihood of each parameter"
    case .profileDensity: "the density that it implies"
    case .profilePairs: "joint confidence regions of two parameters"
    case .bootstrap: "bootstrap distributions of the parameters"
    case .diagnostics: "residuals and effects"
    case .posteriorDensities: "posterior and prior of each parameter"
    case .posteriorIntervals: "posterior intervals of parameters or levels"
    case .trace: "draws of the chains in their order"
    case .rank: "ranks of each chain's draws among all"
    case .posteriorPlane: "pooling plane with each group's posterior"
    case .predictive: "responses drawn from the posterior, with data"
    case .posteriorPairs: "posterior draws of pairs of parameters"
    case .effectsByTau: "levels given the SD between them (τ)"
    case .design: "how rows fall into groups"
    case .schematic: "what may vary, without data"
    }
  }

  /// Whether the figure shows a fitted model; the schematic is the same for all.
  public var needsModel: Bool { self != .schematic }

  /// Whether the figure shows generalized models alone.
  public var needsFamily: Bool { self == .responsePanels }

  /// Whether the figure shows generalized models, too.
  public var takesFamily: Bool {
    switch self {
    case .poolingPlane, .groupPanels, .responsePanels, .caterpillar, .qqCaterpillar, .groupCoefficients,
      .shrinkageMatrix, .groupRegression, .shrinkageBySize, .dumbbell, .coefficients, .marginalEffects,
      .diagnostics, .design, .posteriorDensities, .posteriorIntervals, .trace, .rank, .posteriorPlane,
      .predictive, .posteriorPairs:
      true
    case .completePooling, .varyingIntercept, .varyingSlope, .varyingBoth, .fourModels, .poolingDial,
      .profile,
      .profileDensity, .profilePairs, .bootstrap, .schematic, .effectsByTau:
      false
    }
  }

  /// Whether the figure shows a formula's factors in data, without a fit.
  public var showsDesign: Bool { self == .design }

  /// What may be asked of the kind beside a model.
  public var options: Set<FigureOption> {
    switch self {
    case .poolingPlane: [.ellipse, .highlight, .yRange]
    case .completePooling, .varyingIntercept, .varyingSlope, .varyingBoth: [.dodge, .highlight, .yRange]
    case .fourModels: [.dodge, .highlight, .yRange]
    case .groupPanels: [.order, .only, .yRange]
    case .responsePanels: [.by, .lines, .grouping, .yRange]
    case .caterpillar, .groupCoefficients: [.grouping, .highlight]
    case .groupRegression: [.by, .grouping, .highlight]
    case .qqCaterpillar: [.grouping, .highlight, .yRange]
    case .shrinkageBySize: [.highlight, .yRange]
    case .dumbbell, .poolingDial, .shrinkageMatrix: [.highlight]
    case .marginalEffects: [.by]
    case .coefficients, .profile, .profileDensity, .diagnostics, .design: []
    case .profilePairs: [.parameter]
    case .bootstrap: [.replicates, .seed]
    case .posteriorDensities, .trace, .rank, .posteriorPairs: FigureOption.sampling.union([.parameter])
    case .posteriorIntervals: FigureOption.sampling.union([.parameter, .levels, .grouping, .highlight])
    case .posteriorPlane: FigureOption.sampling.union([.highlight, .yRange])
    case .predictive: FigureOption.sampling
    case .effectsByTau: [.priors, .knownErrors, .highlight]
    case .schematic: [.yRange]
    }
  }
}

/// An option that some kinds of figures take, by its name on the command line.
public enum FigureOption: String, Sendable, CaseIterable {
  /// The ellipses of a pooling plane.
  case ellipse
  /// The order of panels.
  case order
  /// Groups that alone have panels.
  case only
  /// Points of groups side by side.
  case dodge
  /// The grouping factor whose effects are shown.
  case grouping
  /// The predictor on the axis.
  case by
  /// The predictor whose values have lines.
  case lines
  /// Levels to be picked out.
  case highlight
  /// The parameters shown.
  case parameter
  /// The number of replicates of a bootstrap.
  case replicates
  /// The seed of a bootstrap.
  case seed
  /// Limits of the vertical axis.
  case yRange = "y-range"
  /// Levels of a factor in place of parameters.
  case levels
  /// The priors of a posterior, and the column of known standard errors.
  case priors
  case knownErrors = "known-se"
  /// How many chains draw from it, how often, and after how many iterations.
  case chains, draws, warmup, targetAcceptance = "target-acceptance"
  /// How many chains run at a time, and whether it is said how far they are.
  case threads, progress

  /// How draws of a posterior are made.
  static let sampling: Set<FigureOption> = [
    .priors, .knownErrors, .chains, .draws, .warmup, .targetAcceptance, .seed, .threads, .progress,
  ]

  /// The kinds that take it.
  public var kinds: [ModelFigureKind] { ModelFigureKind.allCases.filter { $0.options.contains(self) } }
}
