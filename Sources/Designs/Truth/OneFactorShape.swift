import ModelFormula

/// A design of one grouping factor with normal effects and residuals: what a kernel that draws sufficient
/// statistics needs to know.
///
///     y ~ 1 + (1 | g)    y ~ x + (1 | g)    y ~ x + (1 + x | g)        x ~ N(mean, sd²) at the rows' level, unrelated to effects
public struct OneFactorShape: Sendable, Equatable {
  /// A predictor that is normal, a value a row.
  public struct Predictor: Sendable, Equatable {
    /// The column.
    public let name: String
    /// Its mean.
    public let mean: Double
    /// Its SD.
    public let sd: Double
  }

  /// The grouping factor.
  public let factor: String
  /// The response.
  public let response: String
  /// The number of groups.
  public let groupCount: Int
  /// Their sizes.
  public let sizes: GroupSizeLaw
  /// x; nil where there is none.
  public let predictor: Predictor?
  /// Whether the slope varies.
  public let hasVaryingSlope: Bool
  /// β: constant, and slope where there is a predictor.
  public let beta: [Double]
  /// The SDs of intercepts and, where they vary, slopes.
  public let sd: [Double]
  /// Their correlation; 0 where only intercepts vary.
  public let correlation: Double
  /// σ_y.
  public let residualSD: Double
}

extension DataDesign {
  /// The design's shape where it is of one grouping factor and as simple as `OneFactorShape` says; nil for
  /// all others.
  public var oneFactorShape: OneFactorShape? {
    guard levels.count == 2, missing.isEmpty, sample == nil, plan.equation.terms.count == 1,
      formula.offsets.isEmpty,
      case .gaussian(let law) = response.family, law.shape == .normal, law.spread == .constant,
      law.serial == nil, let residualSD = law.sd, response.effects[0].shape == .normal,
      let row = plan.rows.rowLevel, levels.allSatisfy({ $0.belongs.isEmpty })
    else { return nil }
    let graph = plan.rows.graph
    let term = plan.equation.terms[0]
    guard graph.levels[row].parent != nil, let groupCount = plan.rows.fixedCount(0), row == 1,
      plan.equation.groups[0].text == graph.levels[0].name
    else { return nil }
    let sizes: GroupSizeLaw
    switch graph.levels[row].units {
    case .nested(_, let law): sizes = law
    case .times(let first, let last, _): sizes = .fixed(last - first + 1)
    case .counted, .named: return nil
    }
    let names = fixedEffectNames
    var predictor: OneFactorShape.Predictor?
    if names == ["(Intercept)"] {
      guard predictors.isEmpty else { return nil }
    } else {
      guard predictors.count == 1, let x = predictors.first, names == ["(Intercept)", x.name],
        case .normal(let mean, let sd) = x.law, x.trend == 0, x.groupParts.isEmpty,
        plan.predictors[0].place == .level(row)
      else { return nil }
      predictor = .init(name: x.name, mean: mean, sd: sd)
    }
    guard term.effectNames == ["(Intercept)"] || term.effectNames == names else { return nil }
    let slope = term.effectNames.count == 2
    let effects = response.effects[0]
    return OneFactorShape(
      factor: graph.levels[0].name, response: plan.equation.responseName, groupCount: groupCount,
      sizes: sizes,
      predictor: predictor, hasVaryingSlope: slope, beta: plan.beta, sd: effects.sd,
      correlation: slope ? effects.correlation[0][1] : 0, residualSD: residualSD)
  }
}
