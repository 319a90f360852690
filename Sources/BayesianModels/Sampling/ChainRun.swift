/// What one chain gave.
public struct ChainRun: Sendable, Equatable {
  /// The number d of parameters.
  public let dimension: Int
  /// The draws after the warmup, one after another, d unconstrained parameters each.
  public let draws: [Double]
  /// How each draw came about.
  public let statistics: [DrawStatistics]
  /// What the warmup found.
  public let warmup: WarmupResult

  /// What the warmup of a chain found.
  public struct WarmupResult: Sendable, Equatable {
    /// The step size of the draws.
    public let stepSize: Double
    /// The metric of the draws: d variances, or d×d covariances by columns.
    public let metric: [Double]
    /// Leapfrog steps that the warmup took.
    public let leapfrogSteps: Int
    /// Iterations of the warmup that diverged. Some do while the step size is sought.
    public let divergenceCount: Int
  }

  /// The number of draws.
  public var drawCount: Int { statistics.count }

  /// The number of draws whose trajectory diverged.
  public var divergenceCount: Int { statistics.count { $0.isDivergent } }

  /// The mean acceptance statistic; NaN without draws.
  public var meanAcceptStatistic: Double {
    statistics.reduce(0) { $0 + $1.acceptStatistic } / Double(statistics.count)
  }

  /// E-BFMI, the energy's Bayesian fraction of missing information: the mean square of successive differences
  /// of the energy over its variance. NaN with fewer than two draws, or where the energy does not vary.
  ///
  /// Below 0.3, new momenta change the energy so little that the chain hardly reaches the tails.
  ///
  /// - Reference: Betancourt (2016), "Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte
  ///   Carlo", arXiv:1604.00695.
  public var energyFractionOfMissingInformation: Double {
    let count = Double(statistics.count)
    let mean = statistics.reduce(0) { $0 + $1.energy } / count
    var (squares, differences) = (0.0, 0.0)
    for i in statistics.indices {
      let deviation = statistics[i].energy - mean
      squares += deviation * deviation
      if i > 0 {
        let difference = statistics[i].energy - statistics[i - 1].energy
        differences += difference * difference
      }
    }
    return differences / squares
  }

  /// The draws of one parameter.
  public func values(of parameter: Int) -> [Double] {
    precondition((0..<dimension).contains(parameter), "parameter \(parameter) of \(dimension)")
    return (0..<drawCount).map { draws[parameter + $0 * dimension] }
  }
}
