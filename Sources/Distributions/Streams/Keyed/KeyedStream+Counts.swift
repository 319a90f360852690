// Counts of keyed streams. Nothing is allocated, and all bits are the same on every processor.
extension KeyedStream {
  /// The next Poisson number: by inversion below a mean of 10, by transformed rejection (PTRS) from there on.
  ///
  /// - Reference: Hörmann (1993), doi:10.1016/0167-6687(93)90997-4.
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 1e18, "Poisson mean \(mean) is outside 0...1e18")
    if mean == 0 { return 0 }
    if mean >= 10 { return poissonByRejection(mean) }
    let none = Portable.exp(-mean)
    while true {
      var left = uniform()
      var mass = none
      // Beyond 100 the chance is below 1e-60, so that only rounding of the sum of the masses can lead there.
      for k in 0..<100 {
        if left <= mass { return k }
        left -= mass
        mass *= mean / Double(k + 1)
      }
    }
  }

  private mutating func poissonByRejection(_ mean: Double) -> Int {
    let b = 0.931 + 2.53 * mean.squareRoot()
    let hat = TableMountain(
      centre: mean + 0.43, width: b, slope: -0.059 + 0.02483 * b, sure: 0.9277 - 3.6224 / (b - 2))
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    while true {
      let (k, v, isSure) = hat.propose(from: &self)
      if isSure { return Int(k) }
      guard let v, k >= 0 else { continue }
      if Portable.log(v * inverseAlpha) <= Portable.logPoissonMass(k, mean: mean) { return Int(k) }
    }
  }

  /// The number of successes: by inversion below size·probability = 10, by transformed rejection (BTRS) from
  /// there on; with probabilities above ½ failures are counted.
  ///
  /// - Reference: Hörmann (1993), "The generation of binomial random variates",
  ///   doi:10.1080/00949659308811496.
  public mutating func binomial(size: Int, probability: Double) -> Int {
    precondition(size >= 0 && size < Int32.max, "binomial size \(size) is outside 0..<2147483647")
    precondition(probability >= 0 && probability <= 1, "probability \(probability) is outside 0...1")
    if size == 0 || probability == 0 { return 0 }
    if probability == 1 { return size }
    if probability > 0.5 { return size - fewer(size, 1 - probability) }
    return fewer(size, probability)
  }

  private mutating func fewer(_ size: Int, _ p: Double) -> Int {
    let n = Double(size)
    if n * p >= 10 { return binomialByRejection(n, p) }
    let none = Portable.exp(n * Portable.log1p(-p))
    let odds = p / (1 - p)
    while true {
      var left = uniform()
      var mass = none
      // Beyond 110, as with Poisson numbers, only rounding leads.
      for k in 0...min(size, 110) {
        if left <= mass { return k }
        left -= mass
        mass *= odds * ((n - Double(k)) / Double(k + 1))
      }
    }
  }

  private mutating func binomialByRejection(_ n: Double, _ p: Double) -> Int {
    let spread = (n * p * (1 - p)).squareRoot()
    let b = 1.15 + 2.53 * spread
    let hat = TableMountain(
      centre: n * p + 0.5, width: b, slope: -0.0873 + 0.0248 * b + 0.01 * p, sure: 0.92 - 4.2 / b)
    let alpha = (2.83 + 5.1 / b) * spread
    let mode = ((n + 1) * p).rounded(.down)
    while true {
      let (k, v, isSure) = hat.propose(from: &self)
      if isSure { return Int(k) }
      guard let v, k >= 0, k <= n else { continue }
      let atMode = Portable.logBinomialMass(mode, size: n, probability: p)
      if Portable.log(v * alpha) <= Portable.logBinomialMass(k, size: n, probability: p) - atMode {
        return Int(k)
      }
    }
  }

  /// Success or failure of one trial.
  @inlinable
  public mutating func bernoulli(probability: Double) -> Bool {
    precondition(probability >= 0 && probability <= 1, "probability \(probability) is outside 0...1")
    return uniform() < probability
  }

  /// A whole number from 0 to bound − 1: the upper half of bits × bound, where the lower half shows which
  /// draws to reject so that all values are equally likely.
  ///
  /// - Reference: Lemire (2019), doi:10.1145/3230636.
  @inlinable
  public mutating func index(below bound: Int) -> Int {
    precondition(bound >= 1, "index bound \(bound) is below 1")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      // 2⁶⁴ modulo the bound.
      let excess = (0 &- range) % range
      while product.low < excess { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }
}

/// Hörmann's hat function for counts: the inverse of its distribution function is (2a/(½ − |u|) + b)·u + c.
private struct TableMountain {
  /// The constant c.
  let centre: Double
  /// The constant b.
  let width: Double
  /// The constant a.
  let slope: Double
  /// v up to which a proposal from the middle is accepted without a look at its probability.
  let sure: Double

  /// A whole number, its v divided by the density of the hat (nil where the hat is known to be far above),
  /// and whether it is already accepted.
  @inline(__always)
  func propose(from stream: inout KeyedStream) -> (k: Double, v: Double?, isSure: Bool) {
    let u = stream.uniform() - 0.5
    let v = stream.uniform()
    let distance = 0.5 - abs(u)
    let k = ((2 * slope / distance + width) * u + centre).rounded(.down)
    if distance >= 0.07 && v <= sure { return (k, nil, true) }
    // u is a midpoint: the distance is at least 2⁻⁵³.
    return (k, v / (slope / (distance * distance) + width), false)
  }
}
