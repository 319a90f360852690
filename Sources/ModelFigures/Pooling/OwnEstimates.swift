import LinearAlgebra
import MixedModels

/// Estimates of a model's coefficients from each group's own rows: no pooling, as the figures show it beside partial pooling.
///
/// Each group's y is regressed on its own rows of the columns that vary and of the fixed effects. What group-level columns add, u_jγ̂ by the mixed model, is first taken
/// off y: a group's rows cannot tell it from the group's own coefficient, and without it both kinds of estimates mean the same, the coefficient at u = 0. A
/// coefficient that the rows do not determine is NaN, also if another one that they do not determine could stand in for it.
///
/// Standard errors have one residual variance for all groups, as if all of the regressions were one: σ² = Σ RSS_j / Σ df_j. A group with a single row has one, too.
///
/// Of generalized models both are maximum likelihood on the scale of the link, with θ or the shape of the mixed model; estimates that run to ±∞, as those of a group
/// of failures alone, are NaN.
///
/// Reference: Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, section 12.1.
struct OwnEstimates {
  /// Estimates (groups × names).
  let estimates: Matrix
  /// Standard errors; NaN also if no group has more rows than coefficients (groups × names).
  let errors: Matrix
  /// σ of all groups; NaN without degrees of freedom and of generalized models.
  let sigma: Double
  /// The group-level columns whose effects by the mixed model are taken off.
  let borrowed: [String]

  /// Regresses group by group.
  /// - Parameters:
  ///   - names: coefficients wanted.
  ///   - kept: group-level columns that are not taken off, so that estimates are those at each group's own u.
  /// - Complexity: O(rows · columns²).
  init(
    _ fit: some OwnRegressing, names: [String], columns groupLevel: GroupLevelColumns,
    keeping kept: Set<String> = []
  ) {
    let model = fit.model
    var columns: [(name: String, values: [Double])] = []
    func add(_ name: String, _ values: [Double]) {
      if columns.contains(where: { $0.name == name }) { return }
      // The constant comes first: behind it columns count by their spread.
      columns.insert((name, values), at: name == FigureWords.constant ? 0 : columns.count)
    }
    for (k, name) in model.randomEffectNames.enumerated() { add(name, model.randomMatrix.column(k)) }
    for (k, name) in model.fixedEffectNames.enumerated() { add(name, model.fixedMatrix.column(k)) }
    // Without a constant in the model, a group-level column is what the group has for one.
    let present = Set(columns.map(\.name))
    let entries = groupLevel.entries.filter { present.contains($0.base) }
    columns.removeAll { column in entries.contains { $0.name == column.name } }

    var shift = [Double](repeating: 0, count: model.frame.response.count)
    let taken = entries.filter { !kept.contains($0.name) }
    for entry in taken {
      let effect = fit.fixedEffects[entry.place]
      for (row, value) in model.fixedMatrix.column(entry.place).enumerated() { shift[row] += effect * value }
    }
    borrowed = taken.filter { names.contains($0.base) }.map(\.name)
    let all = fit.ownRegressions(columns.map(\.values), shift: shift)
    let nothing = [Double](repeating: .nan, count: model.groupLevels.count * names.count)
    var estimates = Matrix(rows: model.groupLevels.count, columns: names.count, storage: nothing)
    var errors = estimates
    for (k, name) in names.enumerated() {
      guard let place = columns.firstIndex(where: { $0.name == name }) else { continue }
      for j in model.groupLevels.indices {
        estimates[j, k] = all.estimates[j, place]
        errors[j, k] = all.errors[j, place]
      }
    }
    self.estimates = estimates
    self.errors = errors
    sigma = all.sigma
  }
}
