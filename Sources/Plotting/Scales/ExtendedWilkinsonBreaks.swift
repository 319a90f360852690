import Glibc

/// Equally spaced tick values, kept as integers times a decimal unit so that no rounding error gathers.
public struct Breaks: Equatable, Sendable {
  /// The ticks as multiples of `mantissa`·10^`exponent`/10.
  public let multiples: [Int]
  /// Ten times the leading number of the unit: 10, 15, 20, 25, 30, 40, 50 …
  public let mantissa: Int
  /// Power of ten of the unit.
  public let exponent: Int

  /// No ticks.
  static let none = Breaks(multiples: [], mantissa: 10, exponent: 0)

  /// Tick values, ascending. Each is the double nearest to its decimal notation.
  public var values: [Double] { multiples.map(value) }

  /// Decimal places that show every tick exactly.
  public var decimals: Int {
    var places = max(0, 1 - exponent)
    while places > 0, multiples.allSatisfy({ ($0 * mantissa) % power(10, 2 - exponent - places) == 0 }) {
      places -= 1
    }
    return places
  }

  /// One tick's value.
  func value(_ multiple: Int) -> Double {
    let scaled = Double(multiple * mantissa)
    let places = exponent - 1
    if places >= 0 { return scaled * pow(10, Double(places)) }
    // 10^308 is the largest power there is.
    return places >= -300
      ? scaled / pow(10, Double(-places)) : scaled / 1e300 / pow(10, Double(-300 - places))
  }

  /// The ticks of this distance within a closed interval, with a slack of 1e-9 of its length: those outside are dropped, those that
  /// have room before the first or behind the last are added.
  public func filling(_ lower: Double, _ upper: Double) -> Breaks {
    let slack = 2e-9 * abs(upper / 2 - lower / 2)
    func isInside(_ multiple: Int) -> Bool {
      value(multiple) >= lower - slack && value(multiple) <= upper + slack
    }
    var kept = multiples.filter(isInside)
    if multiples.count > 1, let first = kept.first, let last = kept.last {
      let stride = multiples[1] - multiples[0]
      var next = first - stride
      while isInside(next) {
        kept.insert(next, at: 0)
        next -= stride
      }
      next = last + stride
      while isInside(next) {
        kept.append(next)
        next += stride
      }
    }
    return Breaks(multiples: kept, mantissa: mantissa, exponent: exponent)
  }
}

private func power(_ base: Int, _ exponent: Int) -> Int {
  exponent <= 0 ? 1 : (0..<min(exponent, 17)).reduce(1) { product, _ in product * base }
}

/// Tick values for the data range [lower, upper], about `target` of them, by optimization over simplicity, coverage and density.
///
/// Candidates are q·j·10^z times consecutive integers with q from 1, 5, 2, 2.5, 4, 3. Each is scored with
///
///     0.25·simplicity + 0.2·coverage + 0.5·density + 0.05
///
/// (legibility is held at 1: the layout thins labels that would touch), and upper bounds of the partial scores end
/// the search early. Ticks may lie a little outside the data: an axis should drop those beyond its limits.
///
/// - Parameters:
///   - lower: smallest value; must be finite and less than `upper`.
///   - upper: largest value.
///   - target: number of ticks wished for, at least 2.
/// - Reference: Talbot, Lin & Hanrahan (2010), An extension of Wilkinson's algorithm for positioning tick labels on
///   axes. IEEE Transactions on Visualization and Computer Graphics 16, 1036–1043. doi:10.1109/TVCG.2010.130.
public func extendedWilkinsonBreaks(from lower: Double, to upper: Double, target: Int) -> Breaks {
  precondition(
    lower.isFinite && upper.isFinite && lower < upper, "breaks need lower < upper, got \(lower), \(upper)")
  // Squares of ranges far from 1 are no numbers, and differences of the largest numbers are none.
  let power = log10(max(abs(lower), abs(upper))).rounded(.down)
  let far = 100.0
  let shift = power > far ? power : log10(upper - lower) < -far ? log10(upper - lower).rounded(.down) : 0
  func scaled(_ x: Double) -> Double {
    x * pow(10, -(shift / 2).rounded(.down)) * pow(10, -(shift / 2).rounded(.up))
  }
  let found = breaks(from: shift == 0 ? lower : scaled(lower), to: shift == 0 ? upper : scaled(upper), target)
  return Breaks(multiples: found.multiples, mantissa: found.mantissa, exponent: found.exponent + Int(shift))
}

/// The search, for ranges whose squares are numbers.
private func breaks(from lower: Double, to upper: Double, _ target: Int) -> Breaks {
  let nice = [10, 50, 20, 25, 40, 30]
  let m = Double(max(target, 2))
  let range = upper - lower
  let tenth = 0.1 * range
  var best = -2.0
  var chosen = Breaks(multiples: [], mantissa: 10, exponent: 0)

  func coverageBound(_ span: Double) -> Double {
    if span <= range { return 1 }
    let half = (span - range) / 2
    return 1 - half * half / (tenth * tenth)
  }
  func densityBound(_ k: Double) -> Double { k >= m ? 2 - (k - 1) / (m - 1) : 1 }
  func score(_ simplicity: Double, _ coverage: Double, _ density: Double) -> Double {
    0.25 * simplicity + 0.2 * coverage + 0.5 * density + 0.05
  }

  skipping: for j in 1...20 {
    for (i, mantissa) in nice.enumerated() {
      let rank = Double(i) / Double(nice.count - 1)
      let simplicityBound = 2 - rank - Double(j)
      if score(simplicityBound, 1, 1) < best { break skipping }
      for k in 2...200 {
        let count = Double(k)
        if score(simplicityBound, 1, densityBound(count)) < best { break }
        let q = Double(mantissa) / 10
        let delta = range / (count + 1) / Double(j) / q
        let firstExponent = Int(log10(delta).rounded(.up))
        for z in firstExponent...(firstExponent + 40) {
          let unit = q * pow(10, Double(z))
          let step = Double(j) * unit
          let span = step * (count - 1)
          if score(simplicityBound, coverageBound(span), densityBound(count)) < best { break }
          let firstStart = ((upper / step).rounded(.down) - (count - 1)) * Double(j)
          let lastStart = (lower / step).rounded(.up) * Double(j)
          if firstStart > lastStart || abs(firstStart) > 1e15 || abs(lastStart) > 1e15 { continue }
          for start in Int(firstStart)...Int(lastStart) {
            let labelMin = Double(start) * unit
            let labelMax = labelMin + span
            let zero = start % j == 0 && labelMin <= 0 && labelMax >= 0 ? 1.0 : 0
            let simplicity = 1 - rank - Double(j) + zero
            let above = upper - labelMax
            let below = lower - labelMin
            let coverage = 1 - 0.5 * (above * above + below * below) / (tenth * tenth)
            let found = (count - 1) / span
            let wished = (m - 1) / (max(labelMax, upper) - min(labelMin, lower))
            let density = 2 - max(found / wished, wished / found)
            let total = score(simplicity, coverage, density)
            if total > best {
              best = total
              chosen = Breaks(multiples: (0..<k).map { start + $0 * j }, mantissa: mantissa, exponent: z)
            }
          }
        }
      }
    }
  }
  return chosen
}
