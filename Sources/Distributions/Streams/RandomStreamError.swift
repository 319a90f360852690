/// A draw that was asked for with arguments no distribution has.
public enum RandomStreamError: Error, Equatable, Sendable {
  /// More or fewer than zero values cannot be counted: the size was negative.
  case negativeSize(Int)
  /// Lower bound above the upper, or a bound that is not finite.
  case invalidInterval(minimum: Double, maximum: Double)
  /// A mean that is not finite or a standard deviation that is negative or not finite.
  case invalidNormal(mean: Double, standardDeviation: Double)
  /// A rate that is not positive and finite.
  case invalidRate(Double)
  /// A parameter vector without elements has nothing to recycle.
  case emptyParameter(String)
  /// A negative number of values to sample from.
  case invalidPopulation(Int)
  /// More values than the population holds, without replacement.
  case sampleTooLarge(size: Int, population: Int)
  /// Weights that do not match the population one to one.
  case weightCount(found: Int, population: Int)
  /// A weight that is negative or not finite (`index` counts from 0).
  case invalidWeight(index: Int, value: Double)
  /// All weights are zero, or fewer are positive than values were asked for without replacement.
  case tooFewPositiveWeights(positive: Int, size: Int)
  /// Population above 4.5·10¹⁵, where R refuses too.
  case populationTooLarge(Int)
  /// More than half of more than 2³¹ values without replacement, which R cannot hold either.
  case wideSample(size: Int, population: Int)
  /// A Wishart distribution whose scale is not square and positive definite, or with fewer degrees of freedom
  /// than its order.
  case invalidWishart(degreesOfFreedom: Double, rows: Int, columns: Int)
  /// A covariance of another size than the means, or one that no variables have: not finite, or negative in a
  /// direction.
  case invalidCovariance(rows: Int, columns: Int, means: Int)
}

extension RandomStreamError: CustomStringConvertible {
  /// What was asked for, and what would work.
  public var description: String {
    switch self {
    case .negativeSize(let size):
      "cannot draw \(size) values; the size must be 0 or more"
    case .invalidInterval(let minimum, let maximum):
      "no uniform distribution on \(minimum) to \(maximum); both must be finite, the first not above the second"
    case .invalidNormal(let mean, let standardDeviation):
      "no normal distribution with mean \(mean) and standard deviation \(standardDeviation);"
        + " both must be finite, the second 0 or more"
    case .invalidRate(let rate):
      "no exponential distribution with rate \(rate); it must be positive and finite"
    case .emptyParameter(let name):
      "'\(name)' has no values to recycle; give at least one"
    case .invalidPopulation(let population):
      "cannot sample from \(population) values; the population must have 0 or more"
    case .sampleTooLarge(let size, let population):
      "cannot sample \(size) of \(population) values without replacement; ask for at most \(population) or replace"
    case .weightCount(let found, let population):
      "\(found) weights for \(population) values; give one weight for each value"
    case .invalidWeight(let index, let value):
      "weight \(index + 1) is \(value); weights must be finite and not negative"
    case .tooFewPositiveWeights(let positive, let size):
      "\(positive) weights are positive, too few to draw \(size) values"
    case .populationTooLarge(let population):
      "cannot sample from \(population) values; at most 4500000000000000 would work"
    case .wideSample(let size, let population):
      "cannot sample \(size) of \(population) values without replacement; above 2147483648 values at most half of them"
        + " would work"
    case .invalidWishart(let df, let rows, let columns):
      "no Wishart distribution with \(df) degrees of freedom and a \(rows)×\(columns) scale; the scale must be square and"
        + " positive definite, the degrees of freedom at least its order"
    case .invalidCovariance(let rows, let columns, let means):
      "a \(rows)×\(columns) covariance for \(means) means; it must be square of that order, finite, and without negative"
        + " eigenvalues"
    }
  }
}
