import BayesianModels
import MixedModels
import ModelFormula
import Tables

/// What is fitted to a survey: any (generalized) linear model or mixed model.
public struct SurveyModel: Sendable {
  /// The formula; without a bar it is complete pooling over areas, or their dummy variables.
  public let formula: ModelFormula
  /// The family; nil for a linear model.
  public let family: ResponseFamily?
  /// The link; nil for the family's usual one.
  public let link: LinkFunction?
  /// What columns are beside the formula.
  public let roles: ColumnRoles
  /// How variances of a linear mixed model are estimated.
  public let method: EstimationMethod
  /// How random effects of a generalized mixed model are integrated out.
  public let approximation: LikelihoodApproximation
  /// Weights of the determinant there.
  public let determinant: DeterminantWeights
  /// Whether a linear mixed model of very many crossed levels is factored all the same.
  public let exact: Bool

  /// A model.
  public init(
    _ formula: ModelFormula, family: ResponseFamily? = nil, link: LinkFunction? = nil,
    roles: ColumnRoles = ColumnRoles(), method: EstimationMethod = .reml,
    approximation: LikelihoodApproximation = .laplace, determinant: DeterminantWeights = .expected,
    exact: Bool = false
  ) {
    self.formula = formula
    self.family = family
    self.link = link
    self.roles = roles
    self.method = method
    self.approximation = approximation
    self.determinant = determinant
    self.exact = exact
  }

  /// The grouping factors as they are written, each once.
  public var groupingFactors: [FormulaExpression] {
    var all: [FormulaExpression] = []
    for term in formula.randomTerms where !all.contains(where: { $0.text == term.groupingFactor.text }) {
      all.append(term.groupingFactor)
    }
    return all
  }

  /// The columns of the cells, with what they are needed for.
  var cellColumns: [(name: String, role: String)] {
    var all = formula.predictors.sorted().map { ($0, "a predictor of the model") }
    for factor in groupingFactors {
      all += factor.variables.map { ($0, "a grouping factor of the model") }
    }
    all += formula.offsets.flatMap(\.variables).map { ($0, "the model's offset") }
    if let offset = roles.offset { all.append((offset, "the model's offset")) }
    var seen: Set<String> = []
    return all.filter { seen.insert($0.0).inserted }.map { (name: $0.0, role: $0.1) }
  }

  /// Fits the model to a survey, whose crossings are made.
  /// - Throws: `FormulaError`, `FitError`, `GeneralizedFitError`.
  public func fit(_ survey: DataTable) throws -> SurveyFit {
    let table = survey.addingCrossings(cellColumns.map(\.name))
    switch (family, formula.randomTerms.isEmpty) {
    case (nil, true):
      let model = try LinearModel(formula, data: table, roles: roles)
      return .linear(model, model.fit())
    case (nil, false):
      return .linearMixed(
        try LinearMixedModel(formula, data: table, roles: roles, exact: exact).fit(by: method))
    case (let family?, true):
      let model = try GeneralizedLinearModel(formula, data: table, family: family, link: link, roles: roles)
      return .generalized(model, try model.fit())
    case (let family?, false):
      let model = try GeneralizedLinearMixedModel(
        formula, data: table, family: family, link: link, roles: roles)
      return .generalizedMixed(try model.fit(approximation, determinant: determinant, standardErrors: false))
    }
  }
}

/// A model fitted to a survey.
public enum SurveyFit: Sendable {
  case linear(LinearModel, LinearModelFit)
  case generalized(GeneralizedLinearModel, GeneralizedLinearModelFit)
  case linearMixed(LinearMixedModelFit)
  case generalizedMixed(GeneralizedLinearMixedModelFit)

  /// Response and design of the survey.
  public var frame: ModelFrame {
    switch self {
    case .linear(let model, _): model.frame
    case .generalized(let model, _): model.frame
    case .linearMixed(let fit): fit.model.frame
    case .generalizedMixed(let fit): fit.model.frame
    }
  }

  /// The model without its estimates, for a posterior; nil without random effects.
  public var likelihood: BayesianMixedModel.Likelihood? {
    switch self {
    case .linear, .generalized: nil
    case .linearMixed(let fit): .linear(fit.model)
    case .generalizedMixed(let fit): .generalized(fit.model)
    }
  }

  /// Whether the likelihood has a maximum; if not, predictors separate the responses or a variance grows without end, and numbers mean nothing.
  public var hasMaximum: Bool {
    switch self {
    case .linear, .linearMixed: true
    case .generalized(_, let fit): fit.hasMaximum
    case .generalizedMixed(let fit): fit.diagnostics.hasMaximum
    }
  }
}
