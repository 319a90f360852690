import Designs
import MixedModels
import ModelFormula

extension StudySpecification {
  /// What strategies do not estimate of what their method could, and which of their coefficients are no estimands: found on the first data set of the first cell.
  func gaps() -> [String] {
    guard let cell = cells.first, let design = try? design(of: cell),
      MomentRunner(self, cell, design) == nil, let runner = try? RowRunner(self, cell, design)
    else { return [] }
    let outcome = ReplicateOutcome(layout: runner.layout, strategyCount: strategies.count)
    runner.run(0, into: outcome)
    var notes: [String] = []
    for (k, strategy) in strategies.enumerated() {
      let own = outcome.strategies[k]
      if strategy.method == .oracle, own.status == .unidentified, let reason = own.reason {
        notes.append("\(strategy.name): \(reason): every replicate will be unidentified")
      }
      guard own.status.index < ReplicateStatus.estimatedCount else { continue }
      let missing = outcome.layout.estimands.filter { estimand in
        strategy.method.estimates(estimand)
          && estimand.members.contains { outcome.truths[$0].isFinite }
          && estimand.members.allSatisfy { own.estimates[$0].isNaN }
      }
      var parts: [String] = []
      if !missing.isEmpty {
        parts.append("no estimates of \(missing.map(\.address).joined(separator: ", "))")
      }
      let foreign = runner.ownColumns[k]
      if !foreign.isEmpty {
        parts.append(
          "coefficients that the design does not have are no estimands: \(foreign.joined(separator: ", "))")
      }
      if !parts.isEmpty { notes.append("\(strategy.name): \(parts.joined(separator: "; "))") }
    }
    if design.groupingFactors.count == 1, !outcome.layout.estimands.contains(where: { $0.kind == .newGroup }),
      design.randomTerms.allSatisfy({ $0.law.shape == .normal })
    {
      notes.append(
        "new.\(design.groupingFactors[0]): no estimands, as group-level predictors act on the coefficients of a group"
      )
    }
    return notes
  }
}

extension PoolingMethod {
  /// Whether a method gives an estimate of such an estimand where the formula does.
  fileprivate func estimates(_ estimand: Estimand) -> Bool {
    let isSpread = estimand.address.hasPrefix("random.")
    let isCorrelation = isSpread && !estimand.address.hasSuffix(".sd")
    switch self {
    case .complete: return !isSpread
    case .none: return !isCorrelation && estimand.address != "residual.sd"
    case .lsdv: return !isCorrelation
    case .reml, .ml, .bayes: return true
    case .oracle: return !isSpread && estimand.address != "residual.sd"
    }
  }
}
