/// A stream that draws as R 4.2 does, whichever generator its uniform numbers come from.
///
/// Normal numbers by inversion, indices by rejection (the defaults of `RNGkind()` since R 3.6), every other
/// distribution by the algorithm of R's function. A conforming type brings `uniform()` only.
///
/// Uniform numbers, samples and counts agree with R to the last bit. All others go through the C library's
/// functions and agree to 1e-14 relative; the stream then stands where R's stands.
public protocol RVariateStream: VariateStream {}

extension RVariateStream {
  /// The next standard normal number, R's `rnorm(1)`, by inversion from two uniform numbers.
  ///
  /// The first gives the leading 27 bits of the probability, the second the rest; the quantile is Wichura's
  /// AS 241.
  public mutating func normal() -> Double {
    let steps = 134_217_728.0  // 2²⁷
    let leading = (steps * uniform()).rounded(.towardZero)
    return standardNormalQuantile((leading + uniform()) / steps)
  }

  /// The next exponential number, R's `rexp(1, rate)`.
  ///
  /// - Parameter rate: 1 / mean, in the inverse unit of the result.
  /// - Precondition: `rate` is positive and finite.
  public mutating func exponential(rate: Double) -> Double {
    precondition(rate > 0 && rate.isFinite, "rate \(rate) is not positive and finite")
    return (1 / rate) * standardExponential()
  }

  /// Algorithm SA: a geometric number of ln 2, plus ln 2 times the smallest of a random number of uniforms.
  ///
  /// Doubling u until it passes 1 counts the leading zero bits of u, each worth ln 2. The remaining fraction
  /// v decides by the Poisson-like cumulative weights q_k = Σ_{i≤k} (ln 2)ⁱ/i! how many uniforms to take the
  /// minimum of.
  ///
  /// - Reference: Ahrens & Dieter (1972), doi:10.1145/355604.361593.
  mutating func standardExponential() -> Double {
    let ln2 = 0.6931471805599453
    var whole = 0.0
    var u = uniform()
    while true {
      u += u
      if u > 1 { break }
      whole += ln2
    }
    u -= 1
    if u <= ln2 { return whole + u }
    var smallest = uniform()
    var weight = ln2
    var cumulated = ln2
    var k = 1.0
    repeat {
      smallest = min(smallest, uniform())
      k += 1
      weight *= ln2 / k
      cumulated += weight
      // From k = 16 on the weights no longer move the sum, which is then 1 up to rounding.
    } while u > cumulated && k < 16
    return whole + smallest * ln2
  }
}
