import LinearAlgebra

/// The ML deviance with one fixed effect held, minimized over all else.
protocol FixedEffectProfile {
  /// The deviance at a value of the held effect; infinite where no fit exists.
  func deviance(at value: Double) -> Double
}

extension LinearMixedModel {
  /// The profile of a fixed effect.
  func fixedEffectProfile(holding k: Int) -> any FixedEffectProfile {
    if case .single(let data) = reducedData { return ReducedFixedEffectProfile(data, holding: k) }
    return RefittedFixedEffectProfile(self, holding: k)
  }
}

/// With one grouping factor, from the reduced data alone.
///
/// In X̃'s coordinates, where y is its least-squares residual divided by its length ℓ, holding β_k at v holds a'β̃ at (v − β̂_k)/ℓ, a = R_x⁻ᵀe_k. With an
/// orthogonal matrix whose first column is a/|a|, X̃ becomes [x₁ X₂]: the first coefficient is the held one, (v − β̂_k)/(ℓ|a|), and X₂ is left to fit y
/// less its multiple of x₁. β̂ is pooled least squares.
final class ReducedFixedEffectProfile: FixedEffectProfile {
  private let optimizer: CovarianceOptimizer
  private let workspace: ProfiledCriterion
  /// β̂_k and 1/(ℓ|a|).
  private let centre, unit: Double
  /// [X₂ y x₁] in the layout of `GroupReduction`: z_j of x₁ and y (q), W of x₁ and y with X₂ (p − 1) and with each other.
  private let held, response: [Double]
  private let heldWithin, responseWithin: [Double]
  private let heldSquares, responseSquares, product: Double

  init(_ data: GroupReduction, holding k: Int) {
    let (q, p) = (data.effectCount, data.fixedCount)
    var a = data.design.fixedScale.upperInverse.row(k)
    let length = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for i in 0..<p { a[i] /= length }
    centre = data.design.pooledCoefficients[k]
    unit = 1 / (data.design.responseScale * length)
    // The reflection I − 2vv'/v'v turns e₁ to ∓a.
    let sign = a[0] > 0 ? -1.0 : 1.0
    var v = a.map { sign * $0 }
    v[0] -= 1
    let squares = v.reduce(0) { $0 + $1 * $1 }
    var turn = Matrix.identity(p)
    if squares > 0 {
      for j in 0..<p { for i in 0..<p { turn[i, j] -= 2 * v[i] * v[j] / squares } }
    }
    for i in 0..<p { turn[i, 0] = a[i] }

    var held: [Double] = []
    var response: [Double] = []
    var projections: [Double] = []
    for j in 0..<data.groupCount {
      let start = j * q * (p + 1)
      let x = Matrix(rows: q, columns: p, storage: Array(data.projections[start..<start + q * p])) * turn
      held += x.storage[..<q]
      let y = data.projections[start + q * p..<start + q * (p + 1)]
      response += y
      projections += x.storage[q...] + y
    }
    var w = Matrix(rows: p + 1, columns: p + 1)
    let all = Matrix(rows: p + 1, columns: p + 1, storage: data.within)
    var bordered = Matrix.identity(p + 1)
    for j in 0..<p { for i in 0..<p { bordered[i, j] = turn[i, j] } }
    w = bordered.transposed * all * bordered
    self.held = held
    self.response = response
    heldWithin = (1..<max(p, 1)).map { w[$0, 0] }
    responseWithin = (1..<max(p, 1)).map { w[$0, p] }
    (heldSquares, responseSquares, product) = (w[0, 0], w[p, p], w[p, 0])
    var within = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in 0..<p { within[i, j] = w[i + 1, j + 1] } }
    workspace = ProfiledCriterion(
      GroupReduction(data, fixedCount: p - 1, projections: projections, within: within.storage), method: .ml)
    optimizer = CovarianceOptimizer(workspace)
  }

  func deviance(at value: Double) -> Double {
    let b = (value - centre) * unit
    let (q, p) = (workspace.data.effectCount, workspace.data.fixedCount)
    for j in 0..<workspace.data.groupCount {
      for i in 0..<q { workspace.projections[j, q * p + i] = response[j * q + i] - b * held[j * q + i] }
    }
    for i in 0..<p {
      let entry = responseWithin[i] - b * heldWithin[i]
      workspace.within[i + p * (p + 1)] = entry
      workspace.within[p + i * (p + 1)] = entry
    }
    workspace.within[p + p * (p + 1)] = responseSquares - 2 * b * product + b * b * heldSquares
    return optimizer.minimizeInPlace()?.value ?? .infinity
  }
}

/// With several grouping factors: the fit of y − β_kx_k to the other columns.
struct RefittedFixedEffectProfile: FixedEffectProfile {
  private let model: LinearMixedModel
  private let column: [Double]
  private let others: Matrix
  private let qr: PivotedQR
  private let interceptColumn: Int?

  init(_ model: LinearMixedModel, holding k: Int) {
    self.model = model
    column = model.fixedMatrix.column(k)
    let kept = model.fixedEffectNames.indices.filter { $0 != k }
    others = Matrix(
      rows: column.count, columns: kept.count, storage: kept.flatMap { model.fixedMatrix.column($0) })
    qr = PivotedQR(others, rowFactors: model.frame.rowFactors)
    interceptColumn = kept.firstIndex { model.fixedEffectNames[$0] == "(Intercept)" }
  }

  func deviance(at value: Double) -> Double {
    let y = zip(model.frame.responseBesideOffset, column).map { $0 - value * $1 }
    let data = try? ReducedData(
      ModelRows(
        random: model.randomMatrix, fixed: others, response: y, rowFactors: model.frame.rowFactors,
        codes: model.factors.map(\.codes)),
      terms: model.terms, factors: model.factors, qr: qr, interceptColumn: interceptColumn)
    guard let data else { return .infinity }
    return CovarianceOptimizer(data.criterion(.ml)).minimize()?.value ?? .infinity
  }
}
