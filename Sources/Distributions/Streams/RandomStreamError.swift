/// A draw that was asked for with arguments no distribution has, or that R makes with an algorithm not offered here.
public enum RandomStreamError: Error, Equatable, Sendable, CustomStringConvertible {
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
  /// Population above 2³¹: R draws wider indices there.
  case populationBeyond32Bits(Int)
  /// R remembers seen values in a hash table here and draws other numbers.
  case hashedSampling(size: Int, population: Int)
  /// R uses Walker's alias method here and draws other numbers.
  case aliasSampling(probable: Int)

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
    case .populationBeyond32Bits(let population):
      "sampling from \(population) values is not supported; R's stream is reproduced up to 2147483648 values"
    case .hashedSampling(let size, let population):
      "sampling \(size) of \(population) values without replacement is not supported: above 10000000 values R"
        + " remembers draws in a hash table; up to 10000000 values, or more than half of them, are supported"
    case .aliasSampling(let probable):
      "weighted sampling with replacement from \(probable) reasonably probable values is not supported: beyond 200 of them R"
        + " changes to Walker's alias method"
    }
  }
}
