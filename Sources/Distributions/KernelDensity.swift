import Glibc

/// A density estimated from a sample with Gaussian kernels.
///
///     f(x) = Σ φ((x − x_i)/h)/(nh)
///
/// Where the values have bounds every observation has mirror images behind them, so that no mass is lost there and the estimate is level at a bound.
///
/// Reference: Silverman (1986), Density Estimation for Statistics and Data Analysis, sections 2.4, 2.10 (reflection) and 3.4.2 (bandwidth).
public struct KernelDensity: Sendable {
  /// The observations, ascending.
  public let sample: [Double]
  /// The standard deviation h of the kernels, in the unit of the sample.
  public let bandwidth: Double
  /// Bounds of the values; infinite for none.
  public let bounds: (low: Double, high: Double)

  /// - Parameters:
  ///   - sample: observations within the bounds, at least two of them different.
  ///   - bandwidth: h; nil for Silverman's rule.
  ///   - bounds: of the values; nil where there is none.
  public init(_ sample: [Double], bandwidth: Double? = nil, low: Double? = nil, high: Double? = nil) {
    self.sample = sample.sorted()
    bounds = (low ?? -.infinity, high ?? .infinity)
    self.bandwidth = bandwidth ?? KernelDensity.silvermanBandwidth(self.sample)
    precondition(self.bandwidth > 0, "bandwidth \(self.bandwidth)")
  }

  /// 0.9 min(s, IQR/1.34)n^(−1/5), s the standard deviation: Silverman's rule of thumb (1986, equation 3.31), R's `bw.nrd0`. Where half the
  /// sample is one value, s alone; 0 if all of it is.
  /// - Parameter sorted: the sample, ascending, not empty.
  public static func silvermanBandwidth(_ sorted: [Double]) -> Double {
    let n = Double(sorted.count)
    let mean = sorted.reduce(0, +) / n
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = n > 1 ? (squares / (n - 1)).squareRoot() : 0
    let range = (sampleQuantile(sorted, 0.75) - sampleQuantile(sorted, 0.25)) / 1.34
    return 0.9 * (range > 0 ? min(deviation, range) : deviation) * pow(n, -0.2)
  }

  /// The density at x; 0 beyond the bounds.
  /// - Complexity: O(n).
  public func value(at x: Double) -> Double {
    if x < bounds.low || x > bounds.high { return 0 }
    var images = [x]
    if bounds.low.isFinite { images.append(2 * bounds.low - x) }
    if bounds.high.isFinite { images.append(2 * bounds.high - x) }
    var sum = 0.0
    for image in images {
      for value in sample {
        let z = (image - value) / bandwidth
        // Beyond eight standard deviations a kernel is less than 1e-14 of its height.
        if abs(z) < 8 { sum += exp(-z * z / 2) }
      }
    }
    return sum / (Double(sample.count) * bandwidth * (2 * Double.pi).squareRoot())
  }

  /// Where the density is to be drawn: three bandwidths beyond the sample, within the bounds.
  public var support: ClosedRange<Double> {
    max(bounds.low, sample[0] - 3 * bandwidth)...min(bounds.high, sample[sample.count - 1] + 3 * bandwidth)
  }

  /// Values evenly spaced over the support, and the density there.
  /// - Parameter count: number of values, at least two.
  public func curve(count: Int = 201) -> (x: [Double], density: [Double]) {
    let (low, high) = (support.lowerBound, support.upperBound)
    let x = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    return (x, x.map { value(at: $0) })
  }
}
