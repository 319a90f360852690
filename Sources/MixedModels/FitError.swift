import Tables

/// Why a model cannot be fitted to data.
public enum FitError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A linear model was given a random-effects term.
  case unexpectedBar(formula: String)
  /// A mixed model was given no random-effects term.
  case noBar(formula: String)
  /// Terms with different grouping factors where one is needed.
  case severalGroupingFactors([String])
  /// The grouping factor has one level.
  case oneGroup(factor: String, level: String)
  /// Group effects and residuals cannot be told apart: no degree of freedom is left within groups.
  case notIdentified(factor: String, groups: Int, effects: Int, rows: Int, omitted: Int)
  /// The response is fitted without any residual, so a variance ratio has no value.
  case noResidualVariation(response: String)
  /// Prior weights so unequal that the few rows that count do not determine the model.
  case unequalWeights(column: String, least: Double, greatest: Double)
  /// Columns of the random effects that are sums of each other, or zero.
  case collinearEffects(term: String, column: String)
  /// A random-effects term without effects, e.g. `(0 | g)`.
  case emptyTerm(factor: String)
  /// The same effect in two terms of one factor.
  case repeatedEffect(effect: String, factor: String)
  /// The fixed effects already fit every difference between levels that the random effects could.
  case spannedByFixedEffects(effects: [[String]], factors: [String])
  /// Several effects whose estimated variances are all 0, so that no multiple of them pools less.
  case noSpread(effects: [String], factor: String)
  /// No level of a factor gives a linear model of its own.
  case noLevelFitted(factor: String, level: String, reason: String, levels: Int)
  /// θ of the wrong length.
  case wrongParameterCount(expected: Int, found: Int)
  /// There are not more rows than fixed effects.
  case tooFewRows(rows: Int, coefficients: Int, omitted: Int)
  /// Kenward–Roger's correction was asked for after a fit by ML.
  case needsREML
  /// Something that takes an exact criterion was asked of a model whose levels are too many to be factored.
  case needsExactCriterion(String)
  /// Joint profiles were asked of a fit on the boundary of the parameter space.
  case singularProfile
  /// Something whose cost is the cube of the number of levels.
  case tooManyLevels(String, levels: Int, most: Int)
  /// Effects and predictors together can fit every row, and the criterion has no local optimum.
  case unboundedCriterion(response: String)
  /// No starting point led to an optimum.
  case noOptimum
  /// Fixed effects at the joint mode of a family that has a dispersion parameter.
  case noJointMode(family: String)
  /// Profiles of a likelihood without a maximum: predictors separate responses, or a variance grows without end.
  case noMaximum(separated: Bool)
  /// Fewer than half of the replicates of a bootstrap could be fitted.
  case tooFewReplicates(fitted: Int, count: Int, failures: [ReplicateFailure: Int])
  /// Likelihood or estimates are no finite numbers; with the ranges of the response and the offset.
  case noFiniteLikelihood(columns: [String], least: [Double], greatest: [Double])
  /// A product rule of quadrature with too many points.
  case tooManyPoints(nodes: Int, effects: Int, most: Int)

  /// Adaptive quadrature was asked of a model with several grouping factors.
  case quadratureOverSeveralFactors(nodes: Int, factors: Int)
  /// Several grouping factors with more effects beside those of the one with most levels than a dense matrix can have columns.
  case tooManyCrossedEffects(Int, most: Int)

  private static func omission(_ rows: Int) -> String {
    rows == 0 ? "" : " (\(rows) more have missing values)"
  }

  /// The fault in words: what was found and what would work.
  public var description: String {
    switch self {
    case .unexpectedBar(let formula):
      "'\(formula)' has a random-effects term; least squares takes a formula without a bar"
    case .noBar(let formula):
      "'\(formula)' has no random-effects term; add one, e.g. (1 | group)"
    case .severalGroupingFactors(let names):
      "this model has several grouping factors (\(names.joined(separator: ", "))), and the pooling strategies are compared group by group "
        + "of one; keep one, e.g. (1 | \(names.first ?? "g"))"
    case .oneGroup(let factor, let level):
      "grouping factor '\(factor)' has one level only ('\(level)'); the variance between groups needs at least two, "
        + "and with one group a linear model says all there is to say"
    case .notIdentified(let factor, let groups, let effects, let rows, let omitted):
      "\(rows) rows\(FitError.omission(omitted)) in \(groups) levels of '\(factor)' leave nothing to tell the \(effects) random effect"
        + (effects == 1 ? "" : "s") + " per level from residual noise; "
        + "use fewer random effects, or data with more rows per level"
    case .noResidualVariation(let response):
      "within groups '\(response)' is fitted without any residual, so there is no noise to compare groups with; "
        + "check for a constant response or one computed from the predictors, or fit it by least squares (a formula without a bar)"
    case .unequalWeights(let column, let least, let greatest):
      "the weights '\(column)' reach from \(shortestText(least)) to \(shortestText(greatest)): beside the heaviest rows the others count "
        + "for nothing, and those alone do not determine the model; use weights that differ less"
    case .collinearEffects(let term, let column):
      "in random-effects term '\(term)' the column '\(column)' is zero or, as far as its digits tell, a sum of the columns before it; "
        + "leave it out, or centre it if it is large beside its spread"
    case .emptyTerm(let factor):
      "the random-effects term of '\(factor)' has no effect in it; (1 | \(factor)) lets the intercept vary"
    case .repeatedEffect(let effect, let factor):
      "the effect \(effect) stands in two random-effects terms of '\(factor)'; only the sum of their variances can be "
        + "estimated, so keep it in one of them"
    case .spannedByFixedEffects(let effects, let factors):
      "the fixed effects already fit every difference between the levels of "
        + zip(factors, effects).map { "'\($0)' in \($1.joined(separator: ", "))" }.joined(
          separator: " and of ")
        + ", so no data are left from which REML could estimate a variance; take predictors that tell the levels apart out of "
        + "the fixed part, or \(factors.map { "'\($0)'" }.joined(separator: " and ")) out of the random part "
        + "(ML gives a variance of 0)"
    case .noSpread(let effects, let factor):
      "the estimated variances of \(effects.joined(separator: ", ")) over '\(factor)' are all 0, so no multiple of them pools less; with one effect, "
        + "(1 | \(factor)), its standard deviation can be turned instead"
    case .noLevelFitted(let factor, let level, let reason, let levels):
      "none of the \(levels) levels of '\(factor)' can be fitted by itself; '\(level)', for one: \(reason)"
    case .wrongParameterCount(let expected, let found):
      "θ has \(found) entries, the model \(expected)"
    case .tooFewRows(let rows, let coefficients, let omitted):
      "\(rows) rows\(FitError.omission(omitted)) cannot determine \(coefficients) fixed effects and a residual variance"
    case .needsREML:
      "Kenward and Roger's method corrects fits by REML, and this one is by ML; leave --ml out, or use Satterthwaite's"
    case .needsExactCriterion(let what):
      "\(what) need an exact criterion, and this model has so many levels that its criterion is a Monte Carlo estimate; --exact factors all the "
        + "same, Wald intervals and the bootstrap work without"
    case .singularProfile:
      "the fit by maximum likelihood is singular: a variance is 0 or a correlation ±1, so contours around the estimate would leave the parameter "
        + "space; the profile of each parameter by itself works, or a model without that effect"
    case .tooManyLevels(let what, let levels, let most):
      "\(what) costs the cube of the number of levels, \(levels) here; up to \(most) are possible, and Satterthwaite's method has no such limit"
    case .unboundedCriterion(let response):
      "fixed and random effects together can fit every row of '\(response)', so the criterion falls without end as the residual standard deviation "
        + "goes to 0, and it has no other optimum; use fewer random effects, or data with more rows per level"
    case .tooManyPoints(let nodes, let effects, let most):
      effects == 1
        ? "\(nodes) nodes are more than quadrature in double precision can use; up to \(GaussHermiteRule.mostNodes) are possible"
        : "\(nodes) nodes for each of \(effects) random effects are more than \(most) points per group; use fewer nodes, or Laplace's "
          + "approximation (one node)"
    case .quadratureOverSeveralFactors(let nodes, let factors):
      "adaptive quadrature (\(nodes) nodes) takes one grouping factor, and this model has \(factors): their effects have to be integrated out "
        + "together; use Laplace's approximation (one node), or keep one factor"
    case .tooManyCrossedEffects(let effects, let most):
      "the grouping factors beside the one with most levels have \(effects) effects together (levels × effects of a level), and a generalized model "
        + "factors a dense matrix of that order; up to \(most) are possible: take out a factor or an effect, merge levels, or fit a part of the data"
    case .noMaximum(let separated):
      (separated
        ? "predictors separate the responses, so that the likelihood rises without end"
        : "the variance of an effect grows without end, nearly every group having one kind of response")
        + ", and intervals around its maximum have no meaning; mlm fit says where"
    case .tooFewReplicates(let fitted, let count, let failures):
      "only \(fitted) of \(count) replicates could be fitted, and intervals want at least half of them ("
        + ReplicateFailure.allCases.compactMap { reason in failures[reason].map { "\($0) \(reason.words)" } }
        .joined(separator: ", ")
        + "): the model asks more of such data than they tell; use fewer effects, or profile intervals"
    case .noFiniteLikelihood(_, _, let greatest) where greatest.allSatisfy({ $0 <= 100 }):
      "no estimates with a finite likelihood were found: variances grew without end, as where nearly every group has one kind of response; use "
        + "fewer random effects, or groups with more rows"
    case .noFiniteLikelihood(let columns, let least, let greatest):
      "no estimates with a finite likelihood were found; "
        + columns.indices.map {
          "\(columns[$0]) reaches from \(FitError.wholeText(least[$0])) to \(FitError.wholeText(greatest[$0]))"
        }.joined(separator: " and ")
        + ", over which the probabilities of one model cannot be computed: look for mistaken values, rescale (counts in larger units), or take a "
        + "linear model of the logarithm"
    case .noJointMode(let family):
      "no nodes (fixed effects at the mode together with the random ones) are for binomial and Poisson models, not \(family); use Laplace's "
        + "approximation (one node)"
    case .noOptimum:
      "the criterion has no finite minimum on these data that can be computed; if the response lies far from 0, keep the constant "
        + "among the fixed effects or centre the response"
    }
  }
}

extension FitError {
  /// A whole number without a point, however large.
  fileprivate static func wholeText(_ x: Double) -> String {
    let text = shortestText(x)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension ReplicateFailure {
  /// What befell the replicates.
  fileprivate var words: String {
    switch self {
    case .separated: "separated by predictors"
    case .divergentVariance: "with a variance that grows without end"
    case .noFit: "without convergence"
    }
  }
}
