import ModelFormula

/// Why a fitted model has no figure of this kind.
public enum ModelFigureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model has no predictor to put on an axis.
  case noPredictor(formula: String)
  /// The model has more predictors than the one that a line can show.
  case severalPredictors([String], formula: String)
  /// The model has more grouping factors than the one whose groups a figure shows.
  case severalGroupingFactors([String], formula: String)
  /// The formula has no grouping factor.
  case noGroups(formula: String)
  /// The model lets one coefficient vary; there is no pair to draw.
  case oneVaryingCoefficient(String, formula: String)
  /// No fixed effect is constant within the groups.
  case noGroupPredictor(grouping: String, formula: String)
  /// A column that was asked for is not constant within the groups, or no fixed effect.
  case notGroupPredictor(String, grouping: String, available: [String])
  /// Several columns stand for one group-level predictor: a factor's levels, or powers.
  case severalColumns([String], formula: String)
  /// The four models cannot be derived from a fixed part other than one numeric predictor with a constant.
  case noFourModels(formula: String)
  /// Fixed and random effects are written in different columns, so that their sums are no coefficients of groups.
  case mixedCoding([String], formula: String, instead: String?)
  /// One of the derived models cannot be fitted.
  case failedModel(formula: String, reason: String)

  /// A grouping factor as a formula names it: parts of an interaction that are no plain words in backquotes.
  private static func quoted(_ grouping: String) -> String {
    grouping.split(separator: ":").map { FormulaExpression.quotedIfNeeded(String($0)) }.joined(separator: ":")
  }

  /// What was found and what would work.
  public var description: String {
    switch self {
    case .noPredictor(let formula):
      "'\(formula)' has no predictor to draw a line over; use a formula such as y ~ x + (1 + x | group)"
    case .severalPredictors(let names, let formula):
      "'\(formula)' has the predictors \(names.joined(separator: ", ")); a line in the plane can show one: "
        + "use a formula such as y ~ x + (1 + x | group)"
    case .noGroups(let formula):
      "'\(formula)' has no grouping factor; a random-effects term names one, e.g. y ~ 1 + (1 | group)"
    case .severalGroupingFactors(let names, let formula):
      "'\(formula)' has the grouping factors \(names.joined(separator: ", ")); the figure shows the groups of one: "
        + "use a formula such as y ~ x + (1 + x | \(names.first.map(ModelFigureError.quoted) ?? "group"))"
    case .oneVaryingCoefficient(let name, let formula):
      "'\(formula)' lets one coefficient vary, \(name), and a pair needs two; 'dumbbell' shows one"
    case .noGroupPredictor(let grouping, let formula):
      "'\(formula)' has no fixed effect that is constant within every '\(grouping)'; add a group-level predictor u, as in "
        + "y ~ x + u + (1 | \(ModelFigureError.quoted(grouping)))"
    case .notGroupPredictor(let name, let grouping, let available):
      "'\(name)' is no fixed effect that is constant within every '\(grouping)'; what is: "
        + available.joined(separator: ", ")
    case .severalColumns(let names, let formula):
      "'\(formula)' has several columns of one group-level predictor, \(names.joined(separator: ", ")); a straight line needs a "
        + "predictor of one column: a numeric one without powers, or a factor of two levels"
    case .noFourModels(let formula):
      "the four models are those of one numeric predictor with a constant, y ~ x + (1 + x | group); '\(formula)' has another fixed part"
    case .mixedCoding(let names, let formula, let instead):
      "in '\(formula)' the fixed part has other columns than the random effects \(names.joined(separator: ", ")), so that fixed and "
        + "random effects do not add up to coefficients of a group; write both parts alike: "
        + (instead ?? "y ~ x + (1 + x | group)")
    case .failedModel(let formula, let reason): "'\(formula)' cannot be fitted: \(reason)"
    }
  }
}
