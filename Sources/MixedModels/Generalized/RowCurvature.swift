/// What each row of a fit says of its linear predictor, at the estimates and the modes.
package struct RowCurvature: Sendable {
  /// dℓ/dη (n).
  package let score: [Double]
  /// −d²ℓ/dη² (n), none below 0.
  package let information: [Double]
}

extension GeneralizedLinearMixedModelFit {
  /// Slope and curvature of the rows' log-densities.
  package var rowCurvature: RowCurvature {
    let observed = ObservationModel(effectiveFamily, link: link).curvature(
      eta: linearPredictors, y: model.numbers,
      m: model.trials ?? [Double](repeating: 1, count: linearPredictors.count))
    return RowCurvature(score: observed.score, information: observed.observed.map { max($0, 0) })
  }
}

extension LinearMixedModelFit {
  /// Slope and curvature of the rows' log-densities, σ held.
  package var rowCurvature: RowCurvature {
    let precision = 1 / (sigma * sigma)
    let eta = model.linearPredictor(fixedEffects, modes: randomEffects.map(\.modes))
    let response = model.frame.response
    let information = model.frame.weights?.map { $0 * precision } ?? response.map { _ in precision }
    return RowCurvature(
      score: response.indices.map { information[$0] * (response[$0] - eta[$0]) }, information: information)
  }
}
