import LinearAlgebra
import MixedModels

extension BayesianMixedModel {
  /// Refuses what no sampler should be sent after: data that leave the posterior without end, and models too large to be factored.
  func checkPropriety() throws(BayesianModelError) {
    try checkRows()
    try checkFlatTails()
    if case .generalized(let model) = likelihood {
      try checkSeparation(model)
      try checkMixedLevels(model)
    }
    guard case .linear(let model) = likelihood else {
      if case .knownVariances(let model) = likelihood, model.isIterative { throw .tooManyLevels }
      return
    }
    if model.isIterative { throw .tooManyLevels }
    if !keepsSigmaFromZero, model.isFittedExactly {
      throw .noResiduals(response: model.formula.response.text)
    }
  }

  /// Refuses a flat prior of σ that so few rows leave without a posterior.
  private func checkRows() throws(BayesianModelError) {
    let (n, p) = (model.frame.response.count, model.fixedEffectNames.count)
    if priors.sigma == .flat, n <= p + 1 {
      throw .improper(
        parameter: "sigma", reason: "\(n) rows for \(p) coefficients leave its tail without end")
    }
  }

  /// Refuses flat priors of standard deviations where fewer than three levels bound their effects: of a level with responses of one kind alone the likelihood
  /// does not fall as its effect runs to infinity, so that such levels leave the standard deviation's tail without end.
  private func checkMixedLevels(_ model: GeneralizedLinearMixedModel) throws(BayesianModelError) {
    let y = model.frame.response
    for term in model.terms where term.columns.contains(where: { priors.deviations[$0] == .flat }) {
      let factor = model.factors[term.factor]
      var least = [Double](repeating: .infinity, count: factor.levels.count)
      var greatest = [Double](repeating: -.infinity, count: factor.levels.count)
      for (i, j) in factor.codes.enumerated() {
        least[j] = min(least[j], y[i])
        greatest[j] = max(greatest[j], y[i])
      }
      let isBinomial = model.family == .binomial
      let bounding = factor.levels.indices.count { greatest[$0] > 0 && (!isBinomial || least[$0] < 1) }
      let name = term.columns.first { priors.deviations[$0] == .flat }.map { model.randomEffectNames[$0] }
      if bounding < 3 {
        throw .improper(
          parameter: "the standard deviation of \(name ?? term.label)",
          reason:
            "only \(bounding) of \(factor.levels.count) levels of \(factor.name) have responses of more than one kind, and the others leave its tail without "
            + "end; a prior that falls would work, e.g. half_t(3, 1)")
      }
    }
  }

  /// Refuses flat priors of coefficients that the data give no end: rows of one kind that predictors tell from the others without error.
  private func checkSeparation(_ model: GeneralizedLinearMixedModel) throws(BayesianModelError) {
    let flat = zip(model.fixedEffectNames, priors.fixedEffects).filter { $0.1 == .flat }.map(\.0)
    guard !flat.isEmpty, let separation = model.separation else { return }
    let endless = separation.columns.isEmpty ? ["(Intercept)"] : separation.columns
    guard let name = flat.first(where: { endless.contains($0) || separation.commonEnd != nil }) else {
      return
    }
    throw .improper(
      parameter: name,
      reason:
        "\(separation.rowCount) of \(separation.observationCount) rows are told apart without error by \(endless.joined(separator: ", ")), so the likelihood "
        + "rises without end as coefficients grow (separation); a prior that falls would work, e.g. normal(0, 2.5) per standard deviation of the predictor"
    )
  }

  /// Whether the prior density of σ falls faster than any power at 0.
  private var keepsSigmaFromZero: Bool {
    switch priors.sigma {
    case .uniform(let lower, _): lower > 0
    case .inverseGamma: true
    default: false
    }
  }

  /// Refuses flat priors of standard deviations whose tail the levels do not bound, because flat fixed effects take differences between levels:
  /// J levels of which r differences are taken leave τ^(r − J), which 2 more levels than differences make integrable (Gelman 2006, for a flat mean).
  private func checkFlatTails() throws(BayesianModelError) {
    let flat = priors.fixedEffects.indices.filter { priors.fixedEffects[$0] == .flat }
    for term in model.terms {
      let factor = model.factors[term.factor]
      for k in term.columns where priors.deviations[k] == .flat {
        let taken = flat.count - rankWithin(factor.codes, factor.levels.count, column: k, of: flat)
        if factor.levels.count - taken < 2 {
          throw .improper(
            parameter: "the standard deviation of \(model.randomEffectNames[k])",
            reason: flatTail(levels: factor.levels.count, of: factor.name, taken: taken))
        }
      }
    }
  }

  private func flatTail(levels: Int, of factor: String, taken: Int) -> String {
    let found = "\(levels) level\(levels == 1 ? "" : "s") of \(factor)"
    guard taken > 0 else {
      return
        "\(found) leave\(levels == 1 ? "s" : "") its tail without end; \(taken + 2) levels, or a prior that falls, would work"
    }
    return
      "\(found), less \(taken) that fixed effects with flat priors fit, leave its tail without end; \(taken + 2) levels, normal priors of those effects, or a prior of the standard deviation that falls, would work"
  }

  /// The rank of columns of X beside an effect that varies freely over levels.
  private func rankWithin(_ codes: [Int], _ levels: Int, column k: Int, of chosen: [Int]) -> Int {
    let (x, z) = (model.fixedMatrix, model.randomMatrix)
    let n = codes.count
    var squares = [Double](repeating: 0, count: levels)
    for i in 0..<n { squares[codes[i]] += z[i, k] * z[i, k] }
    var storage: [Double] = []
    for l in chosen {
      var products = [Double](repeating: 0, count: levels)
      for i in 0..<n { products[codes[i]] += z[i, k] * x[i, l] }
      let own = (0..<n).reduce(0) { $0 + x[$1, l] * x[$1, l] }.squareRoot()
      for i in 0..<n {
        let slope = squares[codes[i]] > 0 ? products[codes[i]] / squares[codes[i]] : 0
        let left = (x[i, l] - slope * z[i, k]) / own
        storage.append(abs(left) < 1e-12 ? 0 : left)
      }
    }
    return PivotedQR(Matrix(rows: n, columns: chosen.count, storage: storage)).rank
  }
}
