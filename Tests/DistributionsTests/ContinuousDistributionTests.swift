import Foundation
import TestSupport
import Testing

@testable import Distributions

/// Laws that hold without any reference: closed forms, symmetries, inverses.
@Suite("Laws of the distributions")
struct ContinuousDistributionTests {
  static let families: [any ContinuousDistribution] =
    [NormalDistribution(), NormalDistribution(mean: -3, standardDeviation: 0.25)]
    + [0.7, 1, 2, 5.5, 98, 3e4, .infinity].map { StudentTDistribution(degreesOfFreedom: $0) }
    + [0.4, 1, 2, 7, 98, 3e4].map { ChiSquaredDistribution(degreesOfFreedom: $0) }
    + [(0.5, 3), (1, 8.96), (2, 17), (4, 0.8), (30, 98), (5e3, 8e3), (6, .infinity)]
    .map { FDistribution(numerator: $0.0, denominator: $0.1) }

  static let logProbabilities = [-600, -230, -37, -5, -1, -0.7, -0.69, -0.1, -1e-3, -1e-10]

  @Test("The probability of a quantile is the probability, for every tail and scale", arguments: families)
  func roundTrip(distribution: any ContinuousDistribution) {
    for logP in Self.logProbabilities {
      for tail in [Tail.lower, .upper] {
        let x = distribution.quantile(logP, tail: tail, log: true)
        // Where x would be below the smallest or above the largest number there is nothing to invert.
        if abs(x) < 1e-290 || abs(x) > 1e290 { continue }
        let back = distribution.cumulative(x, tail: tail, log: true)
        // x carries 1e-16, and moves log p by the slope of log p in log x: up to 3e3 for the largest df here.
        let slope = abs(x * exp(distribution.density(x, log: true) - back))
        expectClose(
          back, logP, relative: 1e-14, absolute: slope * 1e-15 + 1e-14 * abs(logP) * 5,
          "\(distribution) \(tail) \(logP)")
        let p = exp(logP)
        if p < 1 {
          expectClose(
            distribution.quantile(p, tail: tail, log: false),
            distribution.quantile(Foundation.log(p), tail: tail, log: true),
            relative: logP > -1e-8 ? 1e-6 : 3e-12, absolute: 1e-14, "\(distribution) \(tail) \(p)")
        }
      }
    }
  }

  /// Degrees of freedom from nearly none to nearly normal.
  static let degrees = [1e-2, 0.3, 1, 4, 50, 2e3, 1e5, 1e7, 1e10]

  static let grid: [any ContinuousDistribution] =
    degrees.map { StudentTDistribution(degreesOfFreedom: $0) }
    + degrees.map { ChiSquaredDistribution(degreesOfFreedom: $0) }
    + degrees.flatMap { a in
      degrees.map { FDistribution(numerator: a, denominator: $0) }
    }

  /// Probabilities of both halves, down to the smallest that are printed.
  static let probabilities = [
    1e-300, 1e-200, 1e-60, 1e-16, 1e-7, 0.001, 0.1, 0.4, 0.5, 0.7, 0.99, 1 - 1e-6, 1 - 1e-13,
  ]

  @Test("Round trips over a grid of df and p, in both tails, plain and log", arguments: grid)
  func extremeRoundTrips(distribution: any ContinuousDistribution) {
    var inverted = 0
    for tail in [Tail.lower, .upper] {
      var previous = tail == .lower ? -Double.infinity : .infinity
      for p in Self.probabilities {
        let label = "\(distribution) \(tail) \(p)"
        let x = distribution.quantile(p, tail: tail, log: false)
        // More probability below is a larger quantile.
        #expect(tail == .lower ? x >= previous : x <= previous, "\(label): \(x) after \(previous)")
        previous = x
        // With few df quantiles leave the range of numbers: 0 or infinite, and nothing to invert.
        if abs(x) < 1e-290 || abs(x) > 1e290 { continue }
        inverted += 1
        let back = distribution.cumulative(x, tail: tail, log: true)
        // x is found to a few units of its last place and moves log p by the slope of log p in log x, up to 4e6 here; log p itself
        // is better than the 1e-12 of the reference, and p near 1 is rounded to 1e-16.
        let slope = abs(x * exp(distribution.density(x, log: true) - back))
        let allowed = slope * 2e-15 + 3e-13 * abs(back) + 2e-16
        expectClose(back, Foundation.log(p), absolute: allowed, "log \(label)")
        expectClose(
          distribution.cumulative(x, tail: tail, log: false), p, relative: allowed + 1e-14, "plain \(label)")
        // The logarithm of p is rounded: 1e-16 of it, in units of the slope.
        let other = distribution.quantile(Foundation.log(p), tail: tail, log: true)
        expectClose(
          other, x, relative: (2e-16 * abs(back) + allowed) / slope + 1e-14, "quantile \(label)")
      }
    }
    #expect(inverted > 0, "\(distribution)")
  }

  @Test("The two tails add to one, on both scales", arguments: families)
  func complement(distribution: any ContinuousDistribution) {
    for x in [-40, -3, -1, -0.1, 0, 1e-6, 0.3, 1, 2.5, 17, 98, 3.1e4] {
      let (lower, upper) = (
        distribution.cumulative(x, tail: .lower, log: false),
        distribution.cumulative(x, tail: .upper, log: false)
      )
      expectClose(lower + upper, 1, relative: 1e-15, "\(distribution) at \(x)")
      for tail in [Tail.lower, .upper] {
        let p = tail == .lower ? lower : upper
        let logP = distribution.cumulative(x, tail: tail, log: true)
        if p > 1e-300 { expectClose(exp(logP), p, relative: 1e-13, "\(distribution) at \(x)") }
        #expect(logP <= 0)
      }
    }
  }

  @Test("The density is the slope of the cumulative probability", arguments: families)
  func density(distribution: any ContinuousDistribution) {
    for p in [0.01, 0.3, 0.5, 0.9, 0.999] {
      let x = distribution.quantile(p, tail: .lower, log: false)
      let h = (abs(x) + 0.01) * 1e-5 * (abs(x) > 1e3 ? 0.1 : 1)
      let (below, above) = (
        distribution.cumulative(x - h, tail: .lower, log: false),
        distribution.cumulative(x + h, tail: .lower, log: false)
      )
      // Central difference: curvature (h²) and rounding of p (1e-16/h) stay below this, except next to a pole at 0.
      if x > 0, x < 0.02 { continue }
      expectClose(
        distribution.density(x, log: false), (above - below) / (2 * h), relative: 1e-6,
        "\(distribution) at \(x)")
      expectClose(
        distribution.density(x, log: true), Foundation.log(distribution.density(x, log: false)),
        relative: 1e-13,
        absolute: 1e-14)
    }
  }

  @Test("Arguments at and beyond the ends", arguments: families)
  func ends(distribution: any ContinuousDistribution) {
    for tail in [Tail.lower, .upper] {
      for (x, p) in [(-Double.infinity, 0.0), (Double.infinity, 1)] {
        let expected = tail == .lower ? p : 1 - p
        #expect(distribution.cumulative(x, tail: tail, log: false) == expected)
        #expect(distribution.cumulative(x, tail: tail, log: true) == Foundation.log(expected))
        #expect(distribution.density(x, log: false) == 0)
      }
      for bad in [-0.1, 1.1, .nan, -.infinity, .infinity] {
        #expect(distribution.quantile(bad, tail: tail, log: false).isNaN)
      }
      for bad in [0.1, .infinity, .nan] { #expect(distribution.quantile(bad, tail: tail, log: true).isNaN) }
      #expect(distribution.cumulative(.nan, tail: tail, log: false).isNaN)
    }
    let positive = distribution is ChiSquaredDistribution || distribution is FDistribution
    let smallest = positive ? 0 : -Double.infinity
    #expect(distribution.quantile(0, tail: .lower, log: false) == smallest)
    #expect(distribution.quantile(0, tail: .upper, log: false) == .infinity)
    #expect(distribution.quantile(1, tail: .upper, log: false) == smallest)
    #expect(distribution.quantile(-.infinity, tail: .upper, log: true) == .infinity)
    #expect(distribution.quantile(0, tail: .upper, log: true) == smallest)
    #expect(distribution.density(.nan, log: false).isNaN)
  }

  @Test("Symmetry of the normal and t distributions")
  func symmetry() {
    for distribution in Self.families.filter({ $0 is StudentTDistribution }) + [NormalDistribution()] {
      for x in [0, 1e-9, 0.4, 3, 50, 1e8] {
        for log in [false, true] {
          #expect(
            distribution.cumulative(x, tail: .upper, log: log)
              == distribution.cumulative(-x, tail: .lower, log: log))
        }
        #expect(distribution.density(x, log: true) == distribution.density(-x, log: true))
      }
      #expect(distribution.quantile(0.5, tail: .lower, log: false) == 0)
      #expect(
        distribution.quantile(1e-50, tail: .upper, log: false) == -distribution.quantile(
          1e-50, tail: .lower, log: false))
    }
  }

  @Test("Location and scale of the normal distribution")
  func locationScale() {
    let (standard, other) = (NormalDistribution(), NormalDistribution(mean: 5, standardDeviation: 4))
    #expect(other.cumulative(13) == standard.cumulative(2))
    #expect(other.quantile(0.975) == 5 + 4 * standard.quantile(0.975))
    expectClose(other.density(13), standard.density(2) / 4, relative: 1e-15)
    // 1 − Φ in the deep tail: φ(x)/x·(1 − 1/x² + 3/x⁴ − 15/x⁶ + …), alternating bounds.
    let x = 1000.0
    let series = 1 - 1 / (x * x) + 3 / (x * x * x * x)
    let expected =
      -0.5 * x * x - 0.5 * Foundation.log(2 * Double.pi) - Foundation.log(x) + Foundation.log(series)
    expectClose(standard.cumulative(-x, log: true), expected, relative: 1e-15)
    expectClose(standard.quantile(expected, log: true), -x, relative: 1e-15)
  }

  @Test(
    "Closed forms of t with 1 and 2 df, two-sided p values",
    arguments: [1e-7, 0.2, 1, 3.3, 40, 1e7, 1e120, 1e200])
  func closedFormsOfT(t: Double) {
    let (cauchy, two) = (StudentTDistribution(degreesOfFreedom: 1), StudentTDistribution(degreesOfFreedom: 2))
    expectClose(cauchy.cumulative(t, tail: .upper), atan2(1, t) / .pi, relative: 1e-13)
    expectClose(cauchy.quantile(atan2(1, t) / .pi, tail: .upper), t, relative: t < 1e-3 ? 1e-8 : 3e-13)
    if t < 1e100 {
      let root = (2 + t * t).squareRoot()
      expectClose(two.cumulative(t, tail: .upper), 1 / (root * (root + t)), relative: 1e-14)
    }
    expectClose(two.twoSided(-t), 2 * two.cumulative(t, tail: .upper), relative: 1e-15)
    expectClose(
      two.twoSided(t, log: true), two.cumulative(-t, log: true) + M_LN2, relative: 1e-13, absolute: 1e-15)
  }

  @Test("Closed forms of χ² with 1 and 2 df", arguments: [1e-9, 0.01, 0.5, 1, 1.7, 4, 80, 900])
  func closedFormsOfChiSquared(x: Double) {
    let two = ChiSquaredDistribution(degreesOfFreedom: 2)
    expectClose(two.cumulative(x, tail: .upper, log: true), -x / 2, relative: 1e-14)
    expectClose(two.cumulative(x), -expm1(-x / 2), relative: 1e-14)
    expectClose(two.quantile(-x / 2, tail: .upper, log: true), x, relative: 1e-14)
    let one = ChiSquaredDistribution(degreesOfFreedom: 1)
    // √x is rounded, which moves the tail by x·1e-16.
    expectClose(
      one.cumulative(x, tail: .upper), 2 * NormalDistribution().cumulative(-x.squareRoot()), relative: 3e-13)
  }

  @Test("Closed form of F with 2 df in the numerator, cumulative and quantile", arguments: [0.8, 4, 9, 1e3])
  func closedFormsOfF(m: Double) {
    let f = FDistribution(numerator: 2, denominator: m)
    for x in [1e-15, 0.01, 0.6, 2, 31, 1e4] {
      let logUpper = -m / 2 * log1p(2 * x / m)
      expectClose(f.cumulative(x, tail: .upper, log: true), logUpper, relative: 1e-13)
      expectClose(f.cumulative(x), -expm1(logUpper), relative: 1e-13)
      expectClose(f.quantile(logUpper, tail: .upper, log: true), x, relative: 1e-13)
    }
    // Where R's own quantiles have few digits: p of the lower tail.
    for p in [1e-300, 1e-100, 1e-20, 1e-10, 1e-4, 0.01, 0.3] {
      expectClose(f.quantile(p), m / 2 * expm1(-2 / m * log1p(-p)), relative: 2e-13)
    }
  }

  @Test("F with one df is t squared, F turned over is F", arguments: [0.9, 8.96, 98, 2e5])
  func relations(df: Double) {
    let f = FDistribution(numerator: 1, denominator: df)
    let t = StudentTDistribution(degreesOfFreedom: df)
    for x in [1e-6, 0.03, 0.9, 2.2, 12] {
      expectClose(f.cumulative(x * x, tail: .upper), t.twoSided(x), relative: 2e-14)
      let (five, turned) = (
        FDistribution(numerator: 5, denominator: df), FDistribution(numerator: df, denominator: 5)
      )
      // 1/x is rounded; the slope of log p in log x is at most 30 here.
      expectClose(five.cumulative(x), turned.cumulative(1 / x, tail: .upper), relative: 1e-13)
      expectClose(five.quantile(1e-30), 1 / turned.quantile(1e-30, tail: .upper), relative: 1e-13)
    }
    // Small values, where R's own quantiles have few digits: the mass of (−t, t) is 2t times the density at 0.
    for p in [1e-100, 1e-20, 1e-10] {
      let root = p / (2 * t.density(0))
      expectClose(f.quantile(p), root * root, relative: 2e-13)
    }
    for p in [1e-4, 0.01, 0.025] {
      let root = t.quantile(0.5 - p / 2, tail: .upper)
      // ½ − p/2 is rounded to 5e-17.
      expectClose(f.quantile(p), root * root, relative: 1e-15 / p)
    }
  }

  @Test("Infinite and very large df tend to the limits")
  func limits() {
    let (t, limit) = (
      StudentTDistribution(degreesOfFreedom: 1e12), StudentTDistribution(degreesOfFreedom: .infinity)
    )
    for x in [0.1, 2, 6, 20] {
      // The first term of the expansion in 1/ν; the next is below 1e-15 here.
      let correction = (x * x * x + x) / 4e12 * limit.density(x)
      expectClose(t.cumulative(-x), limit.cumulative(-x) + correction, relative: 5e-13)
      #expect(limit.cumulative(-x) == NormalDistribution().cumulative(-x))
      #expect(limit.twoSided(x) == 2 * NormalDistribution().cumulative(-x))
    }
    let (f, scaled) = (
      FDistribution(numerator: 3, denominator: 1e12), FDistribution(numerator: 3, denominator: .infinity)
    )
    for x in [0.01, 1, 9, 60] {
      expectClose(
        f.cumulative(x, tail: .upper), scaled.cumulative(x, tail: .upper), relative: 2e-11 * (1 + x * x))
      #expect(
        scaled.cumulative(x, tail: .upper)
          == ChiSquaredDistribution(degreesOfFreedom: 3).cumulative(3 * x, tail: .upper))
    }
    expectClose(t.quantile(1e-9), limit.quantile(1e-9), relative: 1e-10)
    // A large χ² is nearly normal: the median is ν·(1 − 2/(9ν))³ up to 1/ν².
    let large = ChiSquaredDistribution(degreesOfFreedom: 1e7)
    expectClose(large.quantile(0.5), 1e7 - 2.0 / 3, relative: 1e-12)
  }

  @Test("A root beyond the range of doubles is 0, tiny and huge df end")
  func extremes() {
    #expect(FDistribution(numerator: 0.001, denominator: 5e7).quantile(0.68) == 0)
    #expect(FDistribution(numerator: 5e7, denominator: 0.001).quantile(0.68, tail: .upper) == .infinity)
    #expect(ChiSquaredDistribution(degreesOfFreedom: 1e-3).quantile(0.1) == 0)
    // With ν → 0 half of the χ² mass lies below (½)^(2/ν)·2·Γ(1 + ν/2)^(2/ν), here e^(−γ)·2^(1 − 200).
    let small = ChiSquaredDistribution(degreesOfFreedom: 0.01)
    expectClose(small.quantile(0.5), 2 * exp(-200 * M_LN2 + 200 * lgamma(1.005)), relative: 1e-12)
    let wide = StudentTDistribution(degreesOfFreedom: 1e8)
    expectClose(
      wide.cumulative(-30, log: true), NormalDistribution().cumulative(-30, log: true), relative: 1e-5)
    expectClose(wide.cumulative(wide.quantile(1e-200)), 1e-200, relative: 1e-12)
  }

  @Test("t quantiles with hardly any degree of freedom")
  func heavyTails() {
    // R 4.2.2: qt(p, df, lower.tail = FALSE).
    let cases: [(p: Double, df: Double, t: Double)] = [
      (0.3, 0.001, 1.1166011909610632e+220), (0.4, 0.001, 1.2857646412928107e+95),
      (0.4999, 0.001, 0.0063713171356136744), (0.45, 0.01, 1890.1317414592058),
      (0.499, 0.01, 0.020276066878799348), (0.3, 0.05, 3119.2191460329659), (0.45, 0.05, 0.9243843459076686),
    ]
    for (p, df, t) in cases {
      let distribution = StudentTDistribution(degreesOfFreedom: df)
      expectClose(distribution.quantile(p, tail: .upper), t, relative: 1e-9, "p = \(p), df = \(df)")
      expectClose(
        distribution.cumulative(distribution.quantile(p, tail: .upper), tail: .upper), p, relative: 1e-12)
    }
  }
}
