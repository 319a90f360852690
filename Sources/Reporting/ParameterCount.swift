import LinearAlgebra
import MixedModels
import ModelFormula
import Tables

/// How many numbers a fit estimates.
struct ParameterCount: Equatable {
  /// What says how observations scatter around their expectation.
  enum Scatter: Equatable {
    /// The residual standard deviation of a linear model.
    case deviation
    /// θ of the negative binomial or the shape of Gamma.
    case dispersion
    /// Nothing: the mean determines the variance.
    case none
  }

  let fixed: Int
  /// Standard deviations and correlations of random effects: the elements of θ.
  let deviations: Int
  let correlations: Int
  let scatter: Scatter
  var total: Int { fixed + deviations + correlations + (scatter == .none ? 0 : 1) }

  private init(fixed: Int, blocks: [Int], _ family: ResponseFamily?, knowsErrors: Bool) {
    self.fixed = fixed
    deviations = blocks.reduce(0, +)
    correlations = blocks.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    scatter = family.map { $0.hasDispersion ? .dispersion : .none } ?? (knowsErrors ? .none : .deviation)
  }

  /// Counts.
  ///
  /// Without data every predictor must be one column; nil where it may be several, and for models that the data do not allow.
  init?(
    _ formula: ModelFormula, _ columns: ColumnKinds, data: DataTable?, roles: ColumnRoles,
    response: GeneralizedSpecification?
  ) {
    let family = response?.family
    let knowsErrors = roles.standardErrors != nil
    guard let data else {
      guard columns.categorical.isEmpty, columns.bases.isEmpty else { return nil }
      self.init(
        fixed: formula.fixed.terms.count + (formula.fixed.hasIntercept ? 1 : 0),
        blocks: formula.randomTerms.map(\.effectNames.count), family, knowsErrors: knowsErrors)
      return
    }
    if formula.randomTerms.isEmpty {
      let kind = family?.responseKind() ?? .numbers
      guard let frame = try? ModelFrame(formula, data: data, roles: roles, response: kind) else { return nil }
      self.init(fixed: PivotedQR(frame.fixed).rank, blocks: [], family, knowsErrors: knowsErrors)
      return
    }
    let model: (any MixedModel)? =
      if let response {
        try? GeneralizedLinearMixedModel(
          formula, data: data, family: response.family, link: response.link, roles: roles)
      } else if knowsErrors {
        try? LinearMixedModel(knowingVariances: formula, data: data, roles: roles)
      } else {
        try? LinearMixedModel(formula, data: data, roles: roles)
      }
    guard let model else { return nil }
    self.init(
      fixed: model.fixedEffectNames.count, blocks: model.terms.map(\.columns.count), family,
      knowsErrors: knowsErrors)
  }
}
