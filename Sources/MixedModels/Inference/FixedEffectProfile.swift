import LinearAlgebra

/// The ML deviance with one fixed effect held, minimized over all else: the fit of y − β_kx_k to the other columns.
struct FixedEffectProfile {
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

  /// The deviance at a value of the held effect; infinite where no fit exists.
  func deviance(at value: Double) -> Double {
    let y = zip(model.frame.responseBesideOffset, column).map { $0 - value * $1 }
    let data = try? ReducedData(
      z: model.randomMatrix, terms: model.terms, factors: model.factors, x: others, qr: qr, y: y,
      interceptColumn: interceptColumn, rowFactors: model.frame.rowFactors)
    guard let data else { return .infinity }
    let optimizer = CovarianceOptimizer(data.criterion(.ml))
    return optimizer.minimize()?.value ?? .infinity
  }
}
