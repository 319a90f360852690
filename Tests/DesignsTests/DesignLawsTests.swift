import Distributions
import Foundation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Designs

/// Moments of drawn data against what designs say, with named seeds.
///
/// Each comparison allows 4.5 standard errors, which a right program exceeds with probability 7·10⁻⁶; there are
/// about 60 of them, so all pass with probability above 0.9995 for a fresh seed. Standard errors are those of
/// the normal theory, or taken from the spread over independent groups.
@Suite("Drawn data have the moments that their design states")
struct DesignLawsTests {
  static let allowed = 4.5

  /// Mean of independent numbers with its standard error.
  static func expectMean(_ x: [Double], _ expected: Double, _ label: String) {
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    expectClose(mean, expected, absolute: allowed * (variance / n).squareRoot(), label)
  }

  /// A correlation of independent normal pairs, on Fisher's scale.
  static func expectCorrelation(_ x: [Double], _ y: [Double], _ expected: Double, _ label: String) {
    let found = correlation(x, y)
    func z(_ r: Double) -> Double { 0.5 * log((1 + r) / (1 - r)) }
    expectClose(z(found), z(expected), absolute: allowed / Double(x.count - 3).squareRoot(), label)
  }

  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let (a, b) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    let products = zip(x, y).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
    let squares = x.reduce(0) { $0 + ($1 - a) * ($1 - a) } * y.reduce(0) { $0 + ($1 - b) * ($1 - b) }
    return products / squares.squareRoot()
  }

  static func numbers(_ table: DataTable, _ name: String) -> [Double] { table[name]!.numbers! }

  @Test("variances between and within groups, hence the ICCs, at three levels", arguments: [1, 2])
  func intraclass(_ seed: UInt64) throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {a: 1500, b: {per: a, size: 2}, c: {per: b, size: 2}}
      response: {formula: "y ~ 1 + (1 | a) + (1 | b)", beta: [5], total_sd: 2, icc: {a: 0.3, b: 0.2}}
      """, seed: seed)
    let y = Self.numbers(data.table, "y").map { $0 - 5 }
    // Products of independent quadruples: τ² = 4, so covariances 2 in b, 1.2 in a.
    let quads = (0..<1500).map { Array(y[4 * $0..<4 * $0 + 4]) }
    Self.expectMean(quads.map { ($0[0] * $0[0] + $0[3] * $0[3]) / 2 }, 4, "variance, seed \(seed)")
    Self.expectMean(quads.map { ($0[0] * $0[1] + $0[2] * $0[3]) / 2 }, 2, "within b, seed \(seed)")
    Self.expectMean(quads.map { ($0[0] * $0[2] + $0[1] * $0[3]) / 2 }, 1.2, "within a, seed \(seed)")
  }

  @Test("random intercepts and slopes have their covariance", arguments: [1, 2])
  func covariance(_ seed: UInt64) throws {
    for effects in ["normal", "{t: 12}"] {
      let b = try DesignDrawTests.draw(
        """
        levels: {g: 4000, p: {per: g, size: 1}}
        predictors: {x: {level: p, normal: [0, 1]}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [0, 0], sd: {g: [2, 0.5], residual: 1}, corr: {g: -0.6}, effects: \(effects)}
        """, seed: seed
      ).truth.group(0).effects
      let (u, v) = (b.column(0), b.column(1))
      Self.expectMean(u, 0, "mean, \(effects), seed \(seed)")
      Self.expectMean(u.map { $0 * $0 }, 4, "intercepts, \(effects), seed \(seed)")
      Self.expectMean(v.map { $0 * $0 }, 0.25, "slopes, \(effects), seed \(seed)")
      Self.expectMean(zip(u, v).map(*), -0.6, "covariance, \(effects), seed \(seed)")
      // E z⁴ = 3 of normal, 3(df − 2)/(df − 4) = 3.75 of t with 12 degrees of freedom.
      if effects == "normal" { Self.expectMean(u.map { $0 * $0 * $0 * $0 / 16 }, 3, "fourth moment") }
    }
  }

  @Test("AR(1): autocorrelations ρ^d within units, none between, also over gaps", arguments: [1, 2])
  func serial(_ seed: UInt64) throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {u: 3000, t: {time: 5, per: u}}
      response: {formula: "y ~ 1", beta: [0], sd: {residual: 2}, residual: {ar1: 0.6}}
      """, seed: seed)
    let y = Self.numbers(data.table, "y")
    for time in 0..<5 {
      Self.expectMean((0..<3000).map { y[5 * $0 + time] * y[5 * $0 + time] }, 4, "variance at \(time)")
    }
    for lag in 1...4 {
      Self.expectCorrelation(
        (0..<3000).map { y[5 * $0] }, (0..<3000).map { y[5 * $0 + lag] },
        [0.6, 0.36, 0.216, 0.1296][lag - 1],
        "lag \(lag), seed \(seed)")
    }
    Self.expectCorrelation(
      (0..<2999).map { y[5 * $0 + 4] }, (0..<2999).map { y[5 * $0 + 5] }, 0, "between units, seed \(seed)")
    let gaps = try DesignDrawTests.draw(
      """
      levels: {u: 3000, t: {time: 4}}
      response: {formula: "y ~ 1", level: {cross: [u, t], fraction: 0.5}, beta: [0], sd: {residual: 1},
                 residual: {ar1: -0.7, within: u, time: t}}
      """, seed: seed
    ).table
    let (unit, time, e) = (
      DesignDrawTests.integers(gaps, "u"), DesignDrawTests.integers(gaps, "t"), Self.numbers(gaps, "y")
    )
    for lag in 1...3 {
      let pairs = unit.indices.dropFirst().filter {
        unit[$0] == unit[$0 - 1] && time[$0] - time[$0 - 1] == lag
      }
      Self.expectCorrelation(
        pairs.map { e[$0 - 1] }, pairs.map { e[$0] }, [-0.7, 0.49, -0.343][lag - 1],
        "gap \(lag), seed \(seed)")
    }
  }

  @Test("endogeneity: the group part of x and the intercepts are correlated by ρ", arguments: [1, 2])
  func endogenous(_ seed: UInt64) throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {g: 4000, p: {per: g, size: 2}}
      predictors:
        x: {level: p, normal: [3, 2], between: {g: 0.3}, correlated: {g: 0.6}}
        v: {level: p, normal: [0, 1], correlated: {g: -0.5}}
        w: {level: g, normal: [0, 1], correlated: {g: 0.8}}
      response: {formula: "y ~ x + (1 | g)", beta: [0, 1], sd: {g: 1.5, residual: 1}}
      """, seed: seed)
    let b = data.truth.group(0).effects.column(0).map { $0 / 1.5 }
    func pairs(_ name: String) -> ([Double], [Double]) {
      let x = Self.numbers(data.table, name)
      return ((0..<4000).map { x[2 * $0] }, (0..<4000).map { x[2 * $0 + 1] })
    }
    let (x1, x2) = pairs("x")
    Self.expectMean(x1, 3, "mean of x, seed \(seed)")
    Self.expectMean(x1.map { ($0 - 3) * ($0 - 3) }, 4, "variance of x, seed \(seed)")
    // Within a group the x of two persons share 0.3 of the variance.
    Self.expectCorrelation(x1, x2, 0.3, "ICC of x, seed \(seed)")
    // corr(x, b) = √0.3·0.6; the group part alone has 0.6: cov(x, b) = 2·√0.3·0.6.
    Self.expectCorrelation(x1, b, 0.3.squareRoot() * 0.6, "x and intercepts, seed \(seed)")
    Self.expectMean(
      zip(x2, b).map { ($0 - 3) * $1 }, 2 * 0.3.squareRoot() * 0.6, "covariance, seed \(seed)")
    let (v1, v2) = pairs("v")
    Self.expectCorrelation(v1, v2, 0.5, "usual share, seed \(seed)")
    Self.expectCorrelation(v1, b, -0.5 * 0.5.squareRoot(), "v and intercepts, seed \(seed)")
    let (w1, w2) = pairs("w")
    #expect(w1 == w2)
    Self.expectCorrelation(w1, b, 0.8, "w and intercepts, seed \(seed)")
  }

  @Test("derived predictors: means over a group's rows, and what is left")
  func derived() throws {
    let table = try DesignDrawTests.draw(
      """
      levels: {g: 7, p: {per: g, size: {poisson: 4}}}
      predictors:
        x: {level: p, normal: [3, 2]}
        m: {mean: x, by: g}
        d: {centered: x, by: g}
      response: {formula: "y ~ m + d + (1 | g)", beta: [0, 1, 1], sd: {g: 1, residual: 1}}
      """
    ).table
    let (g, x) = (DesignDrawTests.integers(table, "g"), Self.numbers(table, "x"))
    let (m, d) = (Self.numbers(table, "m"), Self.numbers(table, "d"))
    for group in 1...7 {
      let rows = g.indices.filter { g[$0] == group }
      let mean = rows.reduce(0) { $0 + x[$1] } / Double(rows.count)
      for row in rows {
        expectClose(m[row], mean, relative: 1e-14)
        expectClose(d[row], x[row] - mean, absolute: 1e-14)
      }
    }
  }

  @Test("residuals: variance 1 times the row's, third moments of the skewed", arguments: [1, 2])
  func residuals(_ seed: UInt64) throws {
    func residuals(_ residual: String, _ sd: String = "sd: {residual: 2}") throws -> DataTable {
      try DesignDrawTests.draw(
        """
        levels: {g: 20, p: {per: g, size: 400}}
        predictors: {x: {level: p, uniform: [0.5, 2]}, z: {level: p, categorical: {a: 0.5, b: 0.5}}}
        response: {formula: "y ~ 1", beta: [0], \(sd), residual: \(residual)}
        """, seed: seed
      ).table
    }
    for shape in ["normal", "{t: 10}", "{skewed: 1}", "{skewed: -0.5}"] {
      let e = Self.numbers(try residuals(shape), "y").map { $0 / 2 }
      Self.expectMean(e, 0, "mean, \(shape), seed \(seed)")
      Self.expectMean(e.map { $0 * $0 }, 1, "variance, \(shape), seed \(seed)")
      let skewness = shape == "{skewed: 1}" ? 1 : shape == "{skewed: -0.5}" ? -0.5 : 0
      Self.expectMean(e.map { $0 * $0 * $0 }, skewness, "skewness, \(shape), seed \(seed)")
    }
    for (law, scale) in [
      ("{by: x, exp: 0.7}", { (x: Double) in 2 * exp(0.7 * x) }),
      ("{by: x, power: -1.5}", { (x: Double) in 2 * pow(x, -1.5) }),
    ] {
      let table = try residuals("{heteroscedastic: \(law)}")
      let (e, x) = (Self.numbers(table, "y"), Self.numbers(table, "x"))
      for half in [0.5..<1.25, 1.25..<2] {
        let rows = e.indices.filter { half.contains(x[$0]) }
        Self.expectMean(
          rows.map { e[$0] * e[$0] / (scale(x[$0]) * scale(x[$0])) }, 1, "\(law), \(half), seed \(seed)")
      }
    }
    let listed = try residuals("{heteroscedastic: {by: z, sd: {b: 3, a: 1}}}", "effects: normal")
    let e = Self.numbers(listed, "y")
    for (name, sd) in [("a", 1.0), ("b", 3.0)] {
      let rows = e.indices.filter { listed["z"]!.text($0) == name }
      Self.expectMean(rows.map { e[$0] * e[$0] }, sd * sd, "\(name), seed \(seed)")
    }
    // One SD a group, exp(0.5·z) times 2: the log of the mean squares varies with SD 2·0.5 beside its own error.
    let grouped = try DesignDrawTests.draw(
      """
      levels: {g: 600, p: {per: g, size: 50}}
      response: {formula: "y ~ 1", beta: [0], sd: {residual: 2}, residual: {heteroscedastic: {by: g, lognormal: 0.5}}}
      """, seed: seed)
    let r = Self.numbers(grouped.table, "y")
    let logs = (0..<600).map { j in log(r[50 * j..<50 * j + 50].reduce(0) { $0 + $1 * $1 } / 50) }
    // Var log(χ²/50) = ψ'(25) = 0.0408, and E = ψ(25) − log 25 = −0.0201.
    let mean = logs.reduce(0, +) / 600
    let spread = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 599
    expectClose(mean, log(4.0) - 0.0201, absolute: Self.allowed * (1.0408 / 600).squareRoot(), "seed \(seed)")
    expectClose(spread, 1.0408, relative: Self.allowed * (2.0 / 599).squareRoot(), "seed \(seed)")
  }

  @Test("group sizes have the means of their laws, and keep their bounds", arguments: [1, 2])
  func sizes(_ seed: UInt64) throws {
    func sizes(_ law: String) throws -> [Double] {
      let truth = try DesignDrawTests.draw(
        """
        levels: {g: 3000, p: {per: g, size: \(law)}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [0], sd: {g: 1, residual: 1}}
        """, seed: seed
      ).truth.group(0)
      return truth.sizes.map(Double.init)
    }
    let uniform = try sizes("{uniform: [2, 6]}")
    Self.expectMean(uniform, 4, "uniform, seed \(seed)")
    Self.expectMean(uniform.map { ($0 - 4) * ($0 - 4) }, 2, "uniform, seed \(seed)")
    #expect(Set(uniform) == [2, 3, 4, 5, 6])
    let poisson = try sizes("{poisson: 12}")
    Self.expectMean(poisson, 12, "Poisson, seed \(seed)")
    Self.expectMean(poisson.map { ($0 - 12) * ($0 - 12) }, 12, "Poisson, seed \(seed)")
    // max(X, 1): the mean grows by P(X = 0).
    let least = try sizes("{poisson: 1}")
    Self.expectMean(least, 1 + exp(-1), "at least 1, seed \(seed)")
    let bounded = try sizes("{poisson: 5, min: 3, max: 6}")
    #expect(Set(bounded) == [3, 4, 5, 6])
    // E exp(m + s·z) = exp(m + s²/2); rounding adds at most a variance of 1/12 and no visible mean.
    Self.expectMean(try sizes("{lognormal: [4, 0.3]}"), exp(4.045), "lognormal, seed \(seed)")
    let tiny = try sizes("{one_tiny: [4, 1]}")
    #expect(tiny.dropLast().allSatisfy { $0 == 4 } && tiny.last == 1)
  }

  @Test("predictors have their means and correlations", arguments: [1, 2])
  func predictors(_ seed: UInt64) throws {
    let table = try DesignDrawTests.draw(
      """
      levels: {p: 5000}
      predictors:
        n: {level: p, normal: [2, 3]}
        u: {level: p, uniform: [1, 5]}
        l: {level: p, lognormal: [0, 0.5]}
        k: {level: p, poisson: 2.5}
        b: {level: p, binary: 0.3}
        c: {level: p, categorical: {a: 0.5, b: 0.3, c: 0.2}}
        j: {level: p, joint: [j1, j2, j3], normal: [[1, 2], [0, 1], [0, 3]], corr: [0.3, -0.5, 0.2]}
      response: {formula: "y ~ 1", beta: [0], sd: {residual: 1}}
      """, seed: seed
    ).table
    func x(_ name: String) -> [Double] { Self.numbers(table, name) }
    Self.expectMean(x("n"), 2, "seed \(seed)")
    Self.expectMean(x("n").map { ($0 - 2) * ($0 - 2) }, 9, "seed \(seed)")
    Self.expectMean(x("u"), 3, "seed \(seed)")
    Self.expectMean(x("l"), exp(0.125), "seed \(seed)")
    Self.expectMean(x("k"), 2.5, "seed \(seed)")
    Self.expectMean(x("b"), 0.3, "seed \(seed)")
    for (name, p) in [("a", 0.5), ("b", 0.3), ("c", 0.2)] {
      Self.expectMean((0..<5000).map { table["c"]!.text($0) == name ? 1 : 0 }, p, "\(name), seed \(seed)")
    }
    Self.expectMean(x("j1"), 1, "seed \(seed)")
    Self.expectMean(x("j3").map { $0 * $0 }, 9, "seed \(seed)")
    Self.expectCorrelation(x("j1"), x("j2"), 0.3, "seed \(seed)")
    Self.expectCorrelation(x("j1"), x("j3"), -0.5, "seed \(seed)")
    Self.expectCorrelation(x("j2"), x("j3"), 0.2, "seed \(seed)")
    Self.expectCorrelation(x("n"), x("u"), 0, "seed \(seed)")
  }

  @Test("binary, binomial and count responses have their expectations", arguments: [1, 2])
  func families(_ seed: UInt64) throws {
    func y(_ family: String, _ beta: Double) throws -> [Double] {
      Self.numbers(
        try DesignDrawTests.draw(
          """
          levels: {p: 6000}
          response: {formula: "y ~ 1", beta: [\(beta)], \(family)}
          """, seed: seed
        ).table, "y")
    }
    Self.expectMean(try y("family: binary", 1), 1 / (1 + exp(-1)), "logit, seed \(seed)")
    let phi = NormalDistribution().cumulative(0.5)
    Self.expectMean(try y("family: binary, link: probit", 0.5), phi, "probit, seed \(seed)")
    let binomial = try y("family: {binomial: 12}, link: probit", 0.5)
    Self.expectMean(binomial, 12 * phi, "binomial, seed \(seed)")
    Self.expectMean(
      binomial.map { ($0 - 12 * phi) * ($0 - 12 * phi) }, 12 * phi * (1 - phi), "binomial, seed \(seed)")
    Self.expectMean(try y("family: count", 2), exp(2), "count, seed \(seed)")
  }

  @Test("missing values: their rates, and what they depend on", arguments: [1, 2])
  func missing(_ seed: UInt64) throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {g: 2000, p: {per: g, size: 3}}
      predictors: {x: {level: p, normal: [5, 2]}, u: {level: g, normal: [0, 1]}, a: {level: p, normal: [0, 1]}}
      response: {formula: "y ~ x + u + a + (1 | g)", beta: [0, 1, 1, 0], sd: {g: 1, residual: 1}}
      missing:
        a: 0.25
        u: {rate: 0.4, depends: {on: u, slope: 1.5}}
        y: {rate: 0.2, depends: {on: x, slope: -2}}
      """, seed: seed)
    let table = data.table
    #expect(data.truth.missingCounts.map(\.mechanism) == [.completelyAtRandom, .notAtRandom, .atRandom])
    func gone(_ name: String) -> [Double] { Self.numbers(table, name).map { $0.isNaN ? 1 : 0 } }
    Self.expectMean(gone("a"), 0.25, "a, seed \(seed)")
    let groups = (0..<2000).map { gone("u")[3 * $0] }
    Self.expectMean(groups, 0.4, "u, seed \(seed)")
    Self.expectMean(gone("y"), 0.2, "y, seed \(seed)")
    #expect(
      data.truth.missingCounts.map { Double($0.rows) } == ["a", "u", "y"].map { gone($0).reduce(0, +) })
    // y by x: the logistic model that was asked for, its scores zero at the truth. x̄ and s are near 5 and 2.
    let x = Self.numbers(table, "x")
    let m = x.reduce(0, +) / 6000
    let s = (x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / 5999).squareRoot()
    let plan = MissingPlan(
      rule: MissingRule("y", rate: 0.2, depends: .init(on: "x", slope: -2)), place: .rows,
      mechanism: .atRandom)
    let p = plan.probabilities(count: 6000, x)
    expectClose(p.reduce(0, +) / 6000, 0.2, absolute: 1e-12)
    let logits = p.map { log($0 / (1 - $0)) }
    for row in [0, 1000, 5999] {
      expectClose(logits[row] - logits[1], -2 * ((x[row] - m) / s - (x[1] - m) / s), absolute: 1e-9)
    }
    Self.expectMean(zip(gone("y"), zip(p, x)).map { ($0 - $1.0) * ($1.1 - m) / s }, 0, "score, seed \(seed)")
    // Chance alone does not look at x; the others do.
    Self.expectMean(zip(gone("a"), x).map { ($0 - 0.25) * ($1 - 5) }, 0, "a and x, seed \(seed)")
    #expect(zip(gone("y"), x).reduce(0) { $0 + ($1.0 - 0.2) * ($1.1 - m) } < -1000)
  }

  @Test("memberships and crossed cells are chosen with their weights", arguments: [1, 2])
  func choices(_ seed: UInt64) throws {
    let table = try DesignDrawTests.draw(
      """
      levels: {r: 3, h: 4, p: {count: 5000, belongs: {r: [1, 2, 5], h: uniform}}}
      response: {formula: "y ~ 1 + (1 | r)", beta: [0], sd: {r: 1, residual: 1}}
      """, seed: seed
    ).table
    for (k, weight) in [0.125, 0.25, 0.625].enumerated() {
      Self.expectMean(
        DesignDrawTests.integers(table, "r").map { $0 == k + 1 ? 1 : 0 }, weight, "r\(k), seed \(seed)")
    }
    for k in 1...4 {
      Self.expectMean(
        DesignDrawTests.integers(table, "h").map { $0 == k ? 1 : 0 }, 0.25, "h\(k), seed \(seed)")
    }
    // Each of 40·50 cells has the same chance: counts of a subject are hypergeometric with mean 25.
    let cells = try DesignDrawTests.draw(
      """
      levels: {s: 40, i: 50}
      response: {formula: "y ~ 1 + (1 | s)", level: {cross: [s, i], fraction: 0.5}, beta: [0], sd: {s: 1, residual: 1}}
      """, seed: seed
    ).table
    let counts = cells["s"]!.factor.counts.map(Double.init)
    let variance = 50.0 * 0.5 * 0.5 * 1950 / 1999
    let chi = counts.reduce(0) { $0 + ($1 - 25) * ($1 - 25) / variance }
    // About χ² with 39 degrees of freedom.
    expectClose(chi, 40, absolute: Self.allowed * (2.0 * 39).squareRoot(), "seed \(seed)")
  }
}
