/// Autocovariances of several chains, averaged over the chains.
///
///     γ(t) = (1/m) Σ_c (1/n) Σ_s (x_c(s) − x̄_c)(x_c(s + t) − x̄_c)
///
/// By the Fourier transform of two chains at a time, one as the real and one as the imaginary part: the real
/// part of the complex series' autocovariance is the sum of the two, so the squared moduli of all pairs add
/// up and one transform back is enough.
enum Autocovariances {
  /// γ(0), γ(1), … for chains of equal length, one behind another in memory.
  ///
  /// - Parameters:
  ///   - values: m chains of n finite draws each, chain after chain.
  ///   - drawCount: n.
  ///   - transform: of length ≥ n + 1. Circular sums are the wanted ones up to lag length − n; longer lags
  ///     are not returned.
  /// - Returns: γ for lags 0 to min(n − 1, length − n), in squared units of the draws.
  static func averaged(_ values: Span<Double>, drawCount n: Int, by transform: FourierTransform) -> [Double] {
    precondition(transform.length > n, "a transform of length \(transform.length) for \(n) draws")
    let chainCount = values.count / n
    let vectors = transform.length / 4
    let re = FourierTransform.Part.allocate(capacity: vectors)
    let im = FourierTransform.Part.allocate(capacity: vectors)
    let power = FourierTransform.Part.allocate(capacity: vectors)
    defer {
      re.deallocate()
      im.deallocate()
      power.deallocate()
    }
    power.initialize(repeating: .zero, count: vectors)
    var chain = 0
    while chain < chainCount {
      place(values, from: chain * n, count: n, in: re, vectors)
      if chain + 1 < chainCount {
        place(values, from: (chain + 1) * n, count: n, in: im, vectors)
      } else {
        im.initialize(repeating: .zero, count: vectors)
      }
      transform.forwards(re, im)
      for k in 0..<vectors { power[k] += re[k] * re[k] + im[k] * im[k] }
      chain += 2
    }
    im.initialize(repeating: .zero, count: vectors)
    transform.backwards(power, im)
    let scale = 1 / (Double(transform.length) * Double(n) * Double(chainCount))
    return (0...min(n - 1, transform.length - n)).map { power[$0 / 4][$0 % 4] * scale }
  }

  /// Writes one chain less its mean, and zeros behind it.
  private static func place(
    _ values: Span<Double>, from start: Int, count n: Int, in part: FourierTransform.Part, _ vectors: Int
  ) {
    let mean = ChainMoments.mean(values, from: start, count: n)
    part.initialize(repeating: .zero, count: vectors)
    part.withMemoryRebound(to: Double.self, capacity: 4 * vectors) { numbers in
      for t in 0..<n { numbers[t] = values[unchecked: start + t] - mean }
    }
  }
}
