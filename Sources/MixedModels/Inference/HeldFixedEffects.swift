import LinearAlgebra

/// A model's ML criterion with some fixed effects held at values: that of y less their columns' share, fitted to the other columns.
protocol HeldFixedEffects {
  /// The criterion, and the length by which it divides the response; nil where the values leave nothing to fit.
  func criterion(at values: [Double]) -> (CovarianceCriterion, responseScale: Double)?
  /// β (p) where a criterion that was made here for these values was evaluated last.
  func fixedEffects(at values: [Double], _ criterion: CovarianceCriterion) -> [Double]
}

extension LinearMixedModel {
  /// The criterion with fixed effects held, by their columns of X; there may be none.
  func holding(fixedEffects held: [Int]) -> any HeldFixedEffects {
    if case .single(let data) = reducedData { return ReducedHeldEffects(data, holding: held) }
    return RebuiltHeldEffects(self, holding: held)
  }
}

/// With one grouping factor, from the reduced data alone.
///
/// In X̃'s coordinates, where y is its least-squares residual divided by its length ℓ, holding β_k at v holds a'β̃ at (v − β̂_k)/ℓ, a = R_x⁻ᵀe_k. With the
/// QR factorization A = [Q₁ Q₂]T of all such a, X̃ becomes [X₁ X₂]: the coefficients γ of X₁ solve T'γ = (v − β̂)/ℓ, and X₂ is left to fit y less X₁γ.
/// β̂ is pooled least squares.
final class ReducedHeldEffects: HeldFixedEffects {
  private let workspace: ProfiledCriterion
  /// The columns of X that are held.
  private let held: [Int]
  private let design: WhitenedDesign.Coordinates
  /// [Q₁ Q₂] (p×p) and T (s×s, upper triangle).
  private let turn, triangle: Matrix
  /// z_j (q×(p+1), group after group) and W ((p+1)²) of the reduction, for [X₁ X₂ y].
  private let projections: [Double]
  private let within: Matrix

  init(_ data: GroupReduction, holding held: [Int]) {
    self.held = held
    design = data.design
    let (q, p, s) = (data.effectCount, data.fixedCount, held.count)
    var turn = Matrix.identity(p)
    var triangle = Matrix(rows: s, columns: s)
    for (c, k) in held.enumerated() {
      let a = turn.transposed * data.design.fixedScale.upperInverse.row(k)
      for i in 0..<c { triangle[i, c] = a[i] }
      // The reflection I − 2vv'/v'v turns what is left of a to ∓|a|e_c.
      let length = a[c...].reduce(0) { $0 + $1 * $1 }.squareRoot()
      let sign = a[c] > 0 ? -1.0 : 1.0
      triangle[c, c] = sign * length
      var v = a
      for i in 0..<c { v[i] = 0 }
      v[c] -= sign * length
      let squares = v.reduce(0) { $0 + $1 * $1 }
      if squares > 0 {
        let along = turn * v
        for j in c..<p { for i in 0..<p { turn[i, j] -= 2 * along[i] * v[j] / squares } }
      }
    }
    (self.turn, self.triangle) = (turn, triangle)
    var turned: [Double] = []
    for j in 0..<data.groupCount {
      let start = j * q * (p + 1)
      let x = Matrix(rows: q, columns: p, storage: Array(data.projections[start..<start + q * p])) * turn
      turned += x.storage + data.projections[start + q * p..<start + q * (p + 1)]
    }
    projections = turned
    let all = Matrix(rows: p + 1, columns: p + 1, storage: data.within)
    var bordered = Matrix.identity(p + 1)
    for j in 0..<p { for i in 0..<p { bordered[i, j] = turn[i, j] } }
    within = bordered.transposed * all * bordered
    // Without X₁; the response's columns are filled in for each value.
    let left = p - s
    var free = Matrix(rows: left + 1, columns: left + 1)
    for j in 0...left { for i in 0...left { free[i, j] = within[s + i, s + j] } }
    var own: [Double] = []
    for j in 0..<data.groupCount {
      let (start, end) = ((j * (p + 1) + s) * q, (j + 1) * (p + 1) * q)
      own += turned[start..<end]
    }
    workspace = ProfiledCriterion(
      GroupReduction(data, fixedCount: left, projections: own, within: free.storage), method: .ml)
  }

  /// γ.
  private func coefficients(at values: [Double]) -> [Double] {
    var gamma = zip(held, values).map { k, v in (v - design.pooledCoefficients[k]) / design.responseScale }
    for c in gamma.indices {
      for i in 0..<c { gamma[c] -= triangle[i, c] * gamma[i] }
      gamma[c] /= triangle[c, c]
    }
    return gamma
  }

  func criterion(at values: [Double]) -> (CovarianceCriterion, responseScale: Double)? {
    let gamma = coefficients(at: values)
    let (q, s) = (workspace.data.effectCount, held.count)
    let (left, p) = (workspace.data.fixedCount, workspace.data.fixedCount + held.count)
    for j in 0..<workspace.data.groupCount {
      let start = j * q * (p + 1)
      for i in 0..<q {
        var entry = projections[start + q * p + i]
        for c in 0..<s { entry -= gamma[c] * projections[start + q * c + i] }
        workspace.projections[j, q * left + i] = entry
      }
    }
    for i in 0..<left {
      var entry = within[s + i, p]
      for c in 0..<s { entry -= gamma[c] * within[s + i, c] }
      workspace.within[i + left * (left + 1)] = entry
      workspace.within[left + i * (left + 1)] = entry
    }
    var squares = within[p, p]
    for c in 0..<s {
      squares -= 2 * gamma[c] * within[c, p]
      for d in 0..<s { squares += gamma[c] * gamma[d] * within[c, d] }
    }
    workspace.within[left + left * (left + 1)] = squares
    return (workspace, design.responseScale)
  }

  func fixedEffects(at values: [Double], _ criterion: CovarianceCriterion) -> [Double] {
    let own = coefficients(at: values) + (0..<criterion.fixedCount).map { criterion.beta[$0] }
    let shift = design.fixedScale.upperInverse * (turn * own)
    return zip(design.pooledCoefficients, shift).map { $0 + $1 * design.responseScale }
  }
}

/// With several grouping factors: the data are reduced again for every value.
final class RebuiltHeldEffects: HeldFixedEffects {
  private let model: LinearMixedModel
  private let held, kept: [Int]
  private let others: Matrix
  private let qr: PivotedQR
  private let interceptColumn: Int?
  private var design: WhitenedDesign.Coordinates?

  init(_ model: LinearMixedModel, holding held: [Int]) {
    self.model = model
    self.held = held
    let kept = model.fixedEffectNames.indices.filter { !held.contains($0) }
    self.kept = kept
    others = Matrix(
      rows: model.fixedMatrix.rows, columns: kept.count,
      storage: kept.flatMap { model.fixedMatrix.column($0) })
    qr = PivotedQR(others, rowFactors: model.frame.rowFactors)
    interceptColumn = kept.firstIndex { model.fixedEffectNames[$0] == "(Intercept)" }
  }

  func criterion(at values: [Double]) -> (CovarianceCriterion, responseScale: Double)? {
    var y = model.frame.responseBesideOffset
    for (k, value) in zip(held, values) {
      let column = model.fixedMatrix.column(k)
      for i in y.indices { y[i] -= value * column[i] }
    }
    let data = try? ReducedData(
      ModelRows(
        random: model.randomMatrix, fixed: others, response: y, rowFactors: model.frame.rowFactors,
        codes: model.factors.map(\.codes)),
      terms: model.terms, factors: model.factors, qr: qr, interceptColumn: interceptColumn)
    guard let data else { return nil }
    design = data.design
    return (data.criterion(.ml), data.design.responseScale)
  }

  func fixedEffects(at values: [Double], _ criterion: CovarianceCriterion) -> [Double] {
    var beta = [Double](repeating: 0, count: held.count + kept.count)
    for (k, value) in zip(held, values) { beta[k] = value }
    guard let design else { return beta }
    let shift = design.fixedScale.upperInverse * (0..<kept.count).map { criterion.beta[$0] }
    for (i, k) in kept.enumerated() {
      beta[k] = design.pooledCoefficients[i] + shift[i] * design.responseScale
    }
    return beta
  }
}
