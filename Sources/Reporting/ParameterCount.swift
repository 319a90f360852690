import MixedModels
import ModelFormula
import Tables

/// How many numbers a fit estimates.
struct ParameterCount: Equatable {
  let fixed: Int
  /// Standard deviations and correlations of random effects: the elements of θ.
  let deviations: Int
  let correlations: Int
  /// With the residual standard deviation.
  var total: Int { fixed + deviations + correlations + 1 }

  private init(fixed: Int, blocks: [Int]) {
    self.fixed = fixed
    deviations = blocks.reduce(0, +)
    correlations = blocks.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
  }

  /// Counts.
  ///
  /// Without data every predictor must be one column; nil where it may be several, and for models that the data do not allow.
  init?(_ formula: ModelFormula, _ columns: ColumnKinds, data: DataTable?, roles: ColumnRoles) {
    if let data {
      if formula.randomTerms.isEmpty {
        guard let model = try? LinearModel(formula, data: data, roles: roles) else { return nil }
        let determined = model.fit().coefficients.count { !$0.isNaN }
        self.init(fixed: determined, blocks: [])
        return
      }
      guard let model = try? LinearMixedModel(formula, data: data, roles: roles) else { return nil }
      self.init(fixed: model.fixedEffectNames.count, blocks: model.terms.map(\.columns.count))
    } else {
      guard columns.categorical.isEmpty, columns.bases.isEmpty else { return nil }
      self.init(
        fixed: formula.fixed.terms.count + (formula.fixed.hasIntercept ? 1 : 0),
        blocks: formula.randomTerms.map(\.effectNames.count))
    }
  }
}
