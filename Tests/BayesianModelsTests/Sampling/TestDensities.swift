import BayesianModels
import Glibc

/// N(mean, diag(scales²)) of independent parameters.
final class IndependentNormal: LogDensity {
  let dimension: Int
  private let means: [Double]
  private let precisions: [Double]
  /// How often it was evaluated.
  private(set) var evaluations = 0

  init(means: [Double], scales: [Double]) {
    dimension = means.count
    self.means = means
    precisions = scales.map { 1 / ($0 * $0) }
  }

  /// Standard normal.
  convenience init(dimension: Int) {
    self.init(
      means: .init(repeating: 0, count: dimension), scales: .init(repeating: 1, count: dimension))
  }

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    evaluations += 1
    var sum = 0.0
    for i in 0..<dimension {
      let deviation = q[i] - means[i]
      gradient[i] = -precisions[i] * deviation
      sum += gradient[i] * deviation
    }
    return 0.5 * sum
  }
}

/// Two normal parameters of mean 0, variance 1 and a correlation.
final class CorrelatedNormal: LogDensity {
  let dimension = 2
  private let correlation: Double

  init(correlation: Double) { self.correlation = correlation }

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    let scale = 1 / (1 - correlation * correlation)
    gradient[0] = -scale * (q[0] - correlation * q[1])
    gradient[1] = -scale * (q[1] - correlation * q[0])
    return 0.5 * (gradient[0] * q[0] + gradient[1] * q[1])
  }
}

/// Neal's funnel: v ~ N(0, 9), and nine x ~ N(0, eᵛ).
final class Funnel: LogDensity {
  let dimension = 10

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    let v = q[0]
    let precision = exp(-v)
    var squares = 0.0
    for i in 1..<dimension {
      gradient[i] = -precision * q[i]
      squares += q[i] * q[i]
    }
    let count = Double(dimension - 1)
    gradient[0] = -v / 9 + 0.5 * precision * squares - 0.5 * count
    return -v * v / 18 - 0.5 * precision * squares - 0.5 * count * v
  }
}

/// A banana with one heavy side: x the logarithm of a Gamma(2, 1) number, and y ~ N(x², 1).
final class Banana: LogDensity {
  let dimension = 2

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    let (x, power) = (q[0], exp(q[0]))
    let residual = q[1] - x * x
    gradient[0] = 2 - power + 2 * x * residual
    gradient[1] = -residual
    return 2 * x - power - 0.5 * residual * residual
  }
}

/// The exponential density e⁻ˣ on x > 0, without a transformation: a boundary that trajectories run against.
final class HalfLine: LogDensity {
  let dimension = 1

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    gradient[0] = -1
    return q[0] > 0 ? -q[0] : -.infinity
  }
}

/// The same value everywhere.
final class Constant: LogDensity {
  let dimension = 3
  private let value: Double

  init(_ value: Double) { self.value = value }

  func evaluate(
    at q: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    gradient.update(repeating: 0, count: dimension)
    return value
  }
}
