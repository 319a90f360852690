import MixedModels

/// A parameter of a mixed model as figures name it: “SD of Days”, “Correlation”, “Residual SD”, “Intercept”.
public struct ParameterLabel: Sendable, Equatable {
  /// What the parameter is.
  public enum Kind: Sendable, Equatable {
    /// The standard deviation of an effect.
    case deviation
    /// The correlation of two effects.
    case correlation
    /// The residual standard deviation.
    case sigma
    /// A fixed effect.
    case fixed
    /// θ of the negative binomial, or the shape of Gamma.
    case dispersion
    /// The effect of a level, or its coefficient.
    case level(String)
  }

  /// lme4's name: `sd_Days|Subject`.
  public let name: String
  /// What it is.
  public let kind: Kind
  /// The effects it is about: one, two for a correlation, none for σ.
  public var effects: [FigureVariable]
  /// The grouping factor; of σ and fixed effects a name without text.
  public var grouping: FigureVariable
  /// Whether the grouping factor must be named, there being several terms.
  let namesGrouping: Bool
  /// Whether the effects must be named to tell it from others of its kind.
  let namesEffects: Bool

  /// The parameters of a model in the order of profiles: standard deviations and correlations term by term, σ, fixed effects.
  public static func all(of fit: LinearMixedModelFit) -> [ParameterLabel] {
    let components = fit.varianceComponents
    let hasSeveral = components.count > 1
    var labels: [ParameterLabel] = []
    for component in components {
      let names = component.names
      let onlyIntercept = names == [FigureWords.constant]
      let grouping = FigureVariable.column(component.group)
      for j in names.indices {
        labels.append(
          ParameterLabel(
            name: "sd_\(names[j])|\(component.group)", kind: .deviation, effects: [.column(names[j])],
            grouping: grouping, namesGrouping: hasSeveral || onlyIntercept, namesEffects: !onlyIntercept))
        for i in names.indices where i > j {
          labels.append(
            ParameterLabel(
              name: "cor_\(names[i]).\(names[j])|\(component.group)", kind: .correlation,
              effects: [.column(names[j]), .column(names[i])], grouping: grouping, namesGrouping: hasSeveral,
              namesEffects: names.count > 2))
        }
      }
    }
    let none = FigureVariable.column("")
    labels.append(
      ParameterLabel(
        name: "sigma", kind: .sigma, effects: [], grouping: none, namesGrouping: false, namesEffects: false))
    for name in fit.model.fixedEffectNames {
      labels.append(
        ParameterLabel(
          name: name, kind: .fixed, effects: [.column(name)], grouping: none, namesGrouping: false,
          namesEffects: true))
    }
    return labels
  }

  /// The value that the parameter cannot go below, and above; infinite for none.
  var bounds: (low: Double, high: Double) {
    switch kind {
    case .deviation, .sigma, .dispersion: (0, .infinity)
    case .correlation: (-1, 1)
    case .fixed, .level: (-.infinity, .infinity)
    }
  }
}

extension FigureWords {
  /// A parameter's name.
  func parameter(_ label: ParameterLabel) -> String {
    let effects = label.effects.map { effect in
      effect.column == FigureWords.constant ? either("intercept", "截距") : effect.name(language)
    }
    let grouping = label.grouping.name(language)
    switch label.kind {
    case .deviation:
      // “SD of school” where its intercept alone varies.
      let what = label.namesEffects ? effects[0] : grouping
      let behind = label.namesEffects && label.namesGrouping ? parenthesis(grouping) : ""
      return either("SD of \(what)", "\(inSentence(what).drop { $0 == " " })的标准差") + behind
    case .correlation:
      let behind = label.namesGrouping ? parenthesis(grouping) : ""
      if !label.namesEffects { return either("Correlation", "相关系数") + behind }
      return either("Correlation of \(list(effects))", "\(inSentence(list(effects)).drop { $0 == " " })的相关系数")
        + behind
    case .sigma: return either("Residual SD", "残差标准差")
    case .fixed:
      return label.effects[0].column == FigureWords.constant ? either("Intercept", "截距") : effects[0]
    case .dispersion: return either("Dispersion", "离散参数")
    case .level(let level):
      return either(
        "\(effects[0]) of \(level)", "\(inSentence(level).drop { $0 == " " })的\(spaced(effects[0]))")
    }
  }

  /// The same with its unit, if the response has one.
  func parameter(_ label: ParameterLabel, of response: FigureVariable) -> String {
    let unit = response.unit(language)
    if unit.isEmpty || label.kind == .correlation { return parameter(label) }
    guard let effect = label.effects.first, effect.column != FigureWords.constant else {
      return parameter(label) + parenthesis(unit)
    }
    let per = effect.singularUnit(language)
    return parameter(label) + (per.isEmpty ? "" : parenthesis(either("\(unit) per \(per)", "\(unit)/\(per)")))
  }
}
