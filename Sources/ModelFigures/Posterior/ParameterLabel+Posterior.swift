import BayesianModels
import Estimates
import MixedModels

extension ParameterLabel {
  /// The label of a quantity of a posterior; its name is the quantity's address.
  init(_ quantity: BayesianFit.Quantity, of model: any MixedModel) {
    let name = Address(quantity.address).description
    let term = model.terms.first { $0.label == quantity.group }
    let grouping = FigureVariable.column(term.map { model.factors[$0.factor].name } ?? quantity.group ?? "")
    let effects =
      quantity.kind == .correlation ? [quantity.address[2], quantity.address[3]] : [quantity.term ?? ""]
    let columns = effects.map { FigureVariable.column($0, of: model) }
    func label(_ kind: Kind, namesGrouping: Bool = false, namesEffects: Bool = true) -> ParameterLabel {
      ParameterLabel(
        name: name, kind: kind, effects: columns, grouping: grouping, namesGrouping: namesGrouping,
        namesEffects: namesEffects)
    }
    let onlyIntercept = term?.names == [FigureWords.constant]
    switch quantity.kind {
    case .fixed: self = label(.fixed)
    case .deviation:
      self = label(
        .deviation, namesGrouping: model.terms.count > 1 || onlyIntercept, namesEffects: !onlyIntercept)
    case .correlation:
      self = label(
        .correlation, namesGrouping: model.terms.count > 1, namesEffects: (term?.names.count ?? 0) > 2)
    case .sigma, .dispersion:
      self = ParameterLabel(
        name: name, kind: quantity.kind == .sigma ? .sigma : .dispersion, effects: [], grouping: .column(""),
        namesGrouping: false, namesEffects: false)
    case .effect, .coefficient: self = label(.level(quantity.level ?? ""))
    }
  }
}
