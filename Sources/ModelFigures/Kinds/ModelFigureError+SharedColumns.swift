import LinearAlgebra
import MixedModels
import ModelFormula

extension ModelFigureError {
  /// Refuses models whose fixed and random parts write the same effects in different columns, so that the sum of a fixed and a random effect of one name is no
  /// coefficient of a group: with `y ~ f + (0 + f | g)` that of a level of f would be a contrast plus a deviation of a mean.
  ///
  /// - Parameter allowsDeviations: whether effects may stand for themselves, deviations from 0, where no fixed effect has the name of one.
  static func checkSharedColumns(
    _ model: some MixedModel, factor: Int = 0, allowsDeviations: Bool = false
  ) throws(ModelFigureError) {
    var names = model.fixedEffectNames
    var columns = names.indices.map { model.fixedMatrix.column($0) }
    let factor = model.factors[factor]
    for (k, name) in factor.effectNames.enumerated() where !names.contains(name) {
      names.append(name)
      columns.append(model.randomMatrix.column(factor.columns[k]))
    }
    if let constant = names.firstIndex(of: FigureWords.constant) {
      names.insert(names.remove(at: constant), at: 0)
      columns.insert(columns.remove(at: constant), at: 0)
    }
    let determined = PivotedQR(
      Matrix(rows: columns[0].count, columns: columns.count, storage: columns.flatMap { $0 })
    ).determined
    let mixed = factor.effectNames.filter { !determined[names.firstIndex(of: $0)!] }
    if allowsDeviations, !mixed.contains(where: model.fixedEffectNames.contains) { return }
    guard mixed.isEmpty else {
      throw .mixedCoding(
        mixed, formula: model.formulaText, instead: sharingConstant(model.formula, factor.name))
    }
  }
  /// The formula with the constant in both parts or in neither, as its random effects have it; nil if that is so already.
  private static func sharingConstant(_ formula: ModelFormula, _ grouping: String) -> String? {
    func text(_ hasConstant: Bool, _ names: [String]) -> String {
      (hasConstant ? (names.isEmpty ? ["1"] : names) : ["0"] + names).joined(separator: " + ")
    }
    let bars = formula.randomTerms.filter { $0.groupingFactor.text == grouping }
    let hasConstant = bars.contains { $0.effects.hasIntercept }
    guard formula.fixed.hasIntercept != hasConstant else { return nil }
    var names = formula.fixed.terms.map(\.name)
    for name in bars.flatMap(\.effects.terms).map(\.name) where !names.contains(name) { names.append(name) }
    names += formula.offsets.map { "offset(\($0.text))" }
    let random = formula.randomTerms.map {
      " + (\(text($0.effects.hasIntercept, $0.effects.terms.map(\.name))) | \($0.groupingFactor.text))"
    }
    return "\(formula.response.text) ~ \(text(hasConstant, names))" + random.joined()
  }
}
