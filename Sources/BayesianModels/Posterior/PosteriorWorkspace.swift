/// The posterior of a mixed model as a density of unbounded parameters, with what makes all quantities of one of its draws. A workspace for one chain.
protocol PosteriorWorkspace: LogDensity {
  /// σ, dispersion and Σ of the last evaluation.
  var coordinates: CovarianceTransform { get }
  /// The point around which chains begin.
  var start: [Double] { get }

  /// Fixed effects and effects that belong to the point of the last evaluation: its own, or drawn given the rest where they are integrated out.
  /// - Parameters:
  ///   - point: that of the last evaluation.
  ///   - fixed: receives β (p).
  ///   - effects: receives b, factor after factor, level after level, in the order of `MixedModel.factors`.
  ///   - normal: standard normal numbers.
  func complete(
    _ point: UnsafeMutablePointer<Double>, fixed: UnsafeMutablePointer<Double>,
    effects: UnsafeMutablePointer<Double>, normal: () -> Double)
}
