import Designs
import ModelFormula
import Tables

/// The formula that a strategy fits, and how its coefficients make the design's.
struct FittedFormula {
  /// The formula.
  let formula: ModelFormula
  /// Nil where it counts predictors as the design does.
  private let zeros: PredictorZeros?

  init(_ formula: ModelFormula, _ design: DataDesign) {
    self.formula = formula
    zeros = PredictorZeros(formula, design)
  }

  /// Whether its coefficients are the design's by name.
  var countsAsDesign: Bool { zeros == nil }

  /// The combinations that make the design's coefficients.
  /// - Parameters:
  ///   - group: the groups and their effects.
  ///   - names: the fitted fixed effects.
  ///   - effects: the names of the factor's random effects in the model; none of a regression.
  ///   - frame: the fitted formula on the data.
  ///   - data: the rows.
  func lines(
    _ group: GroupTruth, of names: [String], effects: [String], _ frame: ModelFrame, data: DataTable
  ) throws -> GroupLines {
    if let zeros { return zeros.lines(group, of: names, effects: effects, frame, data: data) }
    return try GroupLines(group, of: names, effects: effects, frame.formula, data: data)
  }
}
