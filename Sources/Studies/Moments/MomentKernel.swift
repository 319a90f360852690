import MixedModels

/// The inner loop of a study of one grouping factor: draws a replicate and fits it by one strategy after another, from moments alone.
///
/// ```swift
/// let kernel = MomentKernel(design, model: .varyingSlopes, seed: 1, scenario: cell)
/// for replicate in block {
///   kernel.draw(replicate)
///   for strategy in strategies {
///     let status = kernel.fit(strategy)
///     // kernel.estimates(k)[j], kernel.standardErrors(k)[j], kernel.truths(k)[j]
///   }
/// }
/// ```
///
/// A replicate's numbers depend on seed, scenario and its own number alone. Nothing is allocated per replicate. A workspace for one task.
public final class MomentKernel {
  /// Draws replicates.
  public let generator: MomentGenerator
  /// Fits them; holds all numbers of the last fit.
  public let result: MomentFit
  /// The model that is fitted.
  public var model: MomentModel { result.model }
  /// The number of groups.
  public var groupCount: Int { result.groupCount }

  /// A kernel for one cell.
  /// - Parameters:
  ///   - model: what is fitted; it may be another one than the design's own, but can have a predictor only if that has.
  ///   - seed: of the study.
  ///   - scenario: the cell's number in its streams' keys.
  ///   - firstStream: see `MomentGenerator`.
  public init(
    _ design: MomentDesign, model: MomentModel, seed: UInt64, scenario: UInt32, firstStream: UInt32 = 0
  ) {
    precondition(
      model == .varyingMeans || design.hasPredictor, "\(model.formula) needs a design with a predictor")
    generator = MomentGenerator(design, seed: seed, scenario: scenario, firstStream: firstStream)
    result = MomentFit(model, groupCount: design.groupCount)
  }

  /// Draws a replicate.
  public func draw(_ replicate: UInt32) {
    generator.draw(replicate)
    result.read(generator.moments)
  }

  /// Fits the replicate drawn last; `oracle` knows the design's variances.
  @discardableResult
  public func fit(_ strategy: PoolingMethod) -> FitStatus {
    switch strategy {
    case .oracle: return result.fit(known: generator.design.variances)
    case .none:
      generator.splitResiduals()
      return result.fit(strategy)
    default: return result.fit(strategy)
    }
  }

  /// The true coefficients k of the groups: α_j, the constant at x = 0, or β_j.
  public func truths(_ k: Int) -> UnsafeBufferPointer<Double> {
    precondition(k == 0 || k == 1, "coefficient \(k)")
    return UnsafeBufferPointer(
      start: k == 0 ? generator.constants : generator.slopes, count: groupCount)
  }
  /// Estimates of coefficient k by group (`MomentFit.estimates`).
  public func estimates(_ k: Int) -> UnsafeBufferPointer<Double> { result.estimates(k) }
  /// Their standard errors.
  public func standardErrors(_ k: Int) -> UnsafeBufferPointer<Double> { result.standardErrors(k) }
  /// Weights of the groups' own information.
  public func weights(_ k: Int) -> UnsafeBufferPointer<Double> { result.weights(k) }
}
