import Glibc

/// Leave-one-out cross-validation from one fit by Pareto-smoothed importance sampling: PSIS-LOO.
///
///     elpd = Σ_i log p(y_i | y_−i),   p(y_i | y_−i) ≈ Σ_s w_i(s) p(y_i | draw s)
///
/// w_i are the smoothed, normalized ratios 1/p(y_i | draw s). Where k of an observation exceeds 0.7 its share
/// is not to be trusted.
///
/// ```swift
/// let loo = LeaveOneOut(try PointwiseLogLikelihood(rows: logLikelihood))
/// loo.elpd; loo.elpdStandardError; loo.effectiveParameters; loo.informationCriterion
/// loo.count(.bad) + loo.count(.veryBad)   // observations to fit without
/// ```
///
/// - Reference: Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4.
public struct LeaveOneOut: PredictiveAccuracy, Equatable {
  /// log p(y_i | y_−i).
  public let pointwiseElpd: [Double]
  /// log p(y_i | y) − log p(y_i | y_−i).
  public let pointwiseParameters: [Double]
  /// k of each observation's ratios.
  public let paretoShapes: [Double]
  /// How many independent draws each observation's weighted ones are worth.
  public let effectiveSampleSizes: [Double]

  /// Leaves out each observation in turn.
  ///
  /// - Parameters:
  ///   - logLikelihood: of each observation under each draw of the full posterior.
  ///   - relativeEfficiencies: for each observation, the effective sample size of p(y_i | draw) divided by
  ///     the number of draws; one value serves all. 1 for independent draws.
  /// - Precondition: one efficiency or as many as observations, all positive.
  /// - Complexity: for each observation linear in draws, and some 40·3·√draws logarithms.
  public init(_ logLikelihood: PointwiseLogLikelihood, relativeEfficiencies: [Double] = [1]) {
    let count = logLikelihood.observationCount
    precondition(
      relativeEfficiencies.count == 1 || relativeEfficiencies.count == count,
      "\(relativeEfficiencies.count) relative efficiencies for \(count) observations")
    let logDraws = log(Double(logLikelihood.drawCount))
    var (elpd, parameters, shapes, sizes) = ([Double](), [Double](), [Double](), [Double]())
    for i in 0..<count {
      let row = logLikelihood[i]
      let efficiency = relativeEfficiencies[relativeEfficiencies.count == 1 ? 0 : i]
      let smoothed = ParetoSmoothing(logRatios: row.map { -$0 }, relativeEfficiency: efficiency)
      let share = logSumOfExponentials(zip(smoothed.logWeights, row).map { $0 + $1 })
      elpd.append(share)
      parameters.append(logSumOfExponentials(row) - logDraws - share)
      shapes.append(smoothed.shape)
      sizes.append(smoothed.effectiveSampleSize(relativeEfficiency: efficiency))
    }
    pointwiseElpd = elpd
    pointwiseParameters = parameters
    paretoShapes = shapes
    effectiveSampleSizes = sizes
  }

  /// Rows one after another.
  init(joining parts: [LeaveOneOut]) {
    pointwiseElpd = parts.flatMap(\.pointwiseElpd)
    pointwiseParameters = parts.flatMap(\.pointwiseParameters)
    paretoShapes = parts.flatMap(\.paretoShapes)
    effectiveSampleSizes = parts.flatMap(\.effectiveSampleSizes)
  }

  /// Number of observations of a class of reliability.
  public func count(_ reliability: ParetoReliability) -> Int {
    paretoShapes.count { ParetoReliability(shape: $0) == reliability }
  }
}
