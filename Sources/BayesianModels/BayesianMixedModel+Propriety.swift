import Glibc
import LinearAlgebra
import MixedModels

extension BayesianMixedModel {
  /// Refuses what no sampler should be sent after: data that leave the posterior without end, and models too large to be factored.
  func checkPropriety() throws(BayesianModelError) {
    try checkRows()
    try checkFlatTails()
    if case .generalized(let model) = likelihood {
      try checkSeparation(model)
      try checkLevels(model)
      try checkCauchyTails(model)
      try checkDispersion(model)
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

  /// Refuses priors of standard deviations that fall too slowly for the levels that bound their effects: of a level with responses of one kind alone the likelihood
  /// does not fall as its effect runs to infinity. As τ grows, B bounding levels and r flat coefficients leave τ^(r − B) of it, and only a prior density that
  /// falls faster than τ^(B − r − 1) makes that integrable.
  private func checkLevels(_ model: GeneralizedLinearMixedModel) throws(BayesianModelError) {
    for term in model.terms {
      for k in term.columns {
        guard let power = priors.deviations[k].tailPower, mayBeHeavy(power, 1),
          Double(tailOrder(of: k, term, model)) + power <= 1
        else { continue }
        let factor = model.factors[term.factor]
        let bounding = model.boundingLevelCount(of: term)
        let isFlat = priors.deviations[k] == .flat
        let needed = 2 + factor.levels.count - tailOrder(of: k, factor)
        throw .improper(
          parameter: "the standard deviation of \(model.randomEffectNames[k])",
          prior: priors.deviations[k],
          reason:
            "\(bounding) of \(factor.levels.count) levels of \(factor.name) have responses that their own effects do not tell apart without error; "
            + (isFlat
              ? "from \(needed) such levels on its tail has an end; a prior that falls would work, e.g. half_t(3, 1)"
              : "with flat coefficients its tail has no end; normal priors of the coefficients would work, or a prior that falls faster, e.g. half_normal(1)")
        )
      }
    }
  }

  /// Refuses priors of a dispersion parameter that do not fall as the likelihood stays or rises: θ of the negative binomial, whose limit is the Poisson
  /// distribution, and the shape of Gamma where predictors and effects fit every row.
  private func checkDispersion(_ model: GeneralizedLinearMixedModel) throws(BayesianModelError) {
    guard let prior = priors.dispersion else { return }
    switch model.family {
    case .negativeBinomial:
      if prior == .flat {
        throw .improper(
          parameter: "theta",
          reason:
            "as theta grows the likelihood tends to that of Poisson counts and does not fall; a prior that falls would work, e.g. half_cauchy(10)"
        )
      }
    case .gamma:
      guard let power = prior.tailPower, let free = exactRows(model), 0.5 * Double(free) >= power - 1 else {
        return
      }
      throw .exactGamma(response: model.formula.response.text)
    default: break
    }
  }

  /// How many more rows there are than directions of predictors and effects, where these fit the logarithm of every response to five digits; nil where they do not, and where
  /// there are too many to be asked.
  private func exactRows(_ model: GeneralizedLinearMixedModel) -> Int? {
    let y = model.frame.response
    guard y.allSatisfy({ $0 > 0 }) else { return nil }
    let n = y.count
    var columns = (0..<model.fixedMatrix.columns).map { Array(model.fixedMatrix.column($0)) }
    let z = model.randomMatrix
    let effects = model.terms.reduce(0) { $0 + $1.columns.count * model.factors[$1.factor].levels.count }
    let width = columns.count + effects
    guard Double(n) * Double(width) * Double(width) < 5e8 else { return nil }
    for term in model.terms {
      let factor = model.factors[term.factor]
      for k in term.columns {
        for j in factor.levels.indices {
          columns.append((0..<n).map { factor.codes[$0] == j ? z[$0, k] : 0 })
        }
      }
    }
    let offset = model.frame.offset ?? Array(repeating: 0, count: n)
    let logs = zip(y, offset).map { Glibc.log($0) - $1 }
    let qr = PivotedQR(Matrix(rows: n, columns: width, storage: columns.flatMap { $0 }))
    var left = logs
    qr.applyTransposedQ(to: &left)
    let rest = left.dropFirst(qr.rank).reduce(0) { max($0, abs($1)) }
    let size = logs.reduce(1e-3) { max($0, abs($1)) }
    // Residuals of 1e-5 are a shape of 1e10, and none above 1e11 is computed.
    return rest <= max(1e-5, 1e-12 * size * Double(n).squareRoot()) ? n - qr.rank : nil
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
    for term in model.terms {
      let factor = model.factors[term.factor]
      for k in term.columns where priors.deviations[k] == .flat {
        let order = tailOrder(of: k, factor)
        if order < 2 {
          throw .improper(
            parameter: "the standard deviation of \(model.randomEffectNames[k])",
            reason: flatTail(
              levels: factor.levels.count, of: factor.name, taken: factor.levels.count - order))
        }
      }
    }
  }

  /// Whether a standard deviation has a prior that falls so slowly and so few levels that its mean does not exist: its posterior falls as τ⁻² at most.
  package func hasNoMean(deviation k: Int) -> Bool {
    guard let power = priors.deviations[k].tailPower, mayBeHeavy(power, 2),
      let term = model.terms.first(where: { $0.columns.contains(k) })
    else { return false }
    let order: Int
    if case .generalized(let model) = likelihood {
      order = tailOrder(of: k, term, model)
    } else {
      order = tailOrder(of: k, model.factors[term.factor])
    }
    return Double(order) + power <= 2
  }

  /// Refuses flat coefficients under the cauchit link where so few responses stand against growing coefficients that its tails do not fall fast enough: m responses
  /// against a direction leave t^−m of the likelihood at the distance t, and p flat coefficients need more than p.
  ///
  /// The directions that are asked: along single columns without zeros, up and down.
  private func checkCauchyTails(_ model: GeneralizedLinearMixedModel) throws(BayesianModelError) {
    guard model.link == .cauchit else { return }
    let flat = priors.fixedEffects.indices.filter { priors.fixedEffects[$0] == .flat }
    for k in flat {
      guard let opposed = model.opposedResponses(column: k) else { continue }
      let count = min(opposed.growing, opposed.falling)
      if count <= Double(flat.count) {
        throw .improper(
          parameter: model.fixedEffectNames[k], prior: .flat,
          reason:
            "\(Int(count.rounded())) of the responses stand against a coefficient that grows without end, and the cauchit link's tails fall so slowly that "
            + "\(flat.count + 1) would be needed beside \(flat.count) flat coefficient\(flat.count == 1 ? "" : "s"); a prior that falls would work, e.g. normal(0, 10)"
        )
      }
    }
  }

  /// Whether a posterior can fall as slowly as a power at all: every flat coefficient takes one from it at most. Asked first, since levels take long to be judged.
  private func mayBeHeavy(_ priorPower: Double, _ most: Double) -> Bool {
    priorPower - Double(priors.fixedEffects.count { $0 == .flat }) <= most
  }

  /// As `tailOrder(of:_:)` of the levels that bound their effects; where none does every flat coefficient grows with them.
  private func tailOrder(of k: Int, _ term: RandomTerm, _ model: GeneralizedLinearMixedModel) -> Int {
    let factor = model.factors[term.factor]
    let bounding = model.boundingLevelCount(of: term)
    if bounding == 0 { return -priors.fixedEffects.count { $0 == .flat } }
    return tailOrder(of: k, factor) - (factor.levels.count - bounding)
  }

  /// Levels of a factor less the differences between them that flat fixed effects take.
  private func tailOrder(of k: Int, _ factor: RandomFactor) -> Int {
    let flat = priors.fixedEffects.indices.filter { priors.fixedEffects[$0] == .flat }
    return factor.levels.count - flat.count
      + rankWithin(factor.codes, factor.levels.count, column: k, of: flat)
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
