extension GeneralizedLinearMixedModel {
  /// log f(y_i | η_i) of the used rows, constants included.
  /// - Parameters:
  ///   - predictors: η (n).
  ///   - dispersion: θ or the shape; of no meaning for families without.
  package func logDensities(predictors: [Double], dispersion: Double) -> [Double] {
    let model = ObservationModel(family.with(dispersionParameter: dispersion), link: link)
    let y = numbers
    let m = trials ?? [Double](repeating: 1, count: y.count)
    let found = model.curvature(eta: predictors, y: y, m: m).logDensity
    return found.indices.map { found[$0] + model.logConstant(y[$0], m[$0]) }
  }

  /// The predictors that tell rows at one end of the response's range from the others without error; nil where there are none.
  package var separation: Separation? {
    Separation(fixedMatrix, names: fixedEffectNames, ends: observedResponse(family).ends)?
      .named(by: frame.fixedCoding)
  }
}
