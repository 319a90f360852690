import Distributions
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Studies

/// The mean of numbers with its Monte Carlo standard error.
struct SampleMean {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let step = value - mean
    mean += step / count
    squares += step * (value - mean)
  }

  var error: Double { (squares / (count - 1) / count).squareRoot() }
}

/// Expects a mean within four standard errors: a false alarm once in 16,000 times.
func expectMean(
  _ sample: SampleMean, _ expected: Double, _ label: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(sample.mean - expected) <= 4 * sample.error,
    "\(label): \(sample.mean) ± \(sample.error), expected \(expected)", sourceLocation: sourceLocation)
}

@Suite("Laws of the sampling distributions")
struct MomentLawTests {
  /// Balanced one-way designs.
  struct OneWay: Sendable, CustomTestStringConvertible {
    let groups, rows: Int
    let between, within: Double
    var testDescription: String { "J \(groups), n \(rows), σ_α \(between), σ \(within)" }
    /// E(MSB) = σ² + nσ_α².
    var betweenMeanSquare: Double { within * within + Double(rows) * between * between }
    var degrees: (Double, Double) { (Double(groups - 1), Double(groups * (rows - 1))) }

    static let all = [
      OneWay(groups: 3, rows: 2, between: 2, within: 4), OneWay(groups: 5, rows: 10, between: 0, within: 1),
      OneWay(groups: 10, rows: 10, between: 1, within: 1),
      OneWay(groups: 8, rows: 5, between: 0.5, within: 2),
      OneWay(groups: 30, rows: 3, between: 0.3, within: 1), OneWay(groups: 2, rows: 6, between: 1, within: 3),
    ]

    func kernel(_ seed: UInt64) -> MomentKernel {
      MomentKernel(
        MomentDesign(
          sizes: .fixed([Int](repeating: rows, count: groups)), fixedEffects: (1, 0),
          variances: .init(constant: between, residual: within)),
        model: .varyingMeans, seed: seed, scenario: 1)
    }

    /// MSB and MSW of the last replicate, from its group means alone.
    func meanSquares(_ moments: GroupMoments) -> (Double, Double) {
      let means = (0..<groups).map { moments.yMeans[$0] }
      let mean = means.reduce(0, +) / Double(groups)
      let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (Double(rows) * squares / degrees.0, moments.totalResidualSquares / degrees.1)
    }
  }

  @Test("balanced one-way REML is max(0, (MSB − MSW)/n) in every replicate", arguments: OneWay.all)
  func closedForm(_ design: OneWay) throws {
    let kernel = design.kernel(5)
    for replicate: UInt32 in 0..<2000 {
      kernel.draw(replicate)
      let status = kernel.fit(.reml)
      let (between, within) = design.meanSquares(kernel.generator.moments)
      let expected = max(0, (between - within) / Double(design.rows))
      let sd = kernel.result.standardDeviations.0
      expectClose(
        sd * sd, expected, relative: 1e-12, absolute: 1e-13 * (between + within), "replicate \(replicate)")
      #expect((status == .boundary) == (expected == 0), "replicate \(replicate)")
      let sigma = kernel.result.sigma
      let pooled =
        (between * design.degrees.0 + within * design.degrees.1) / (design.degrees.0 + design.degrees.1)
      expectClose(sigma * sigma, expected > 0 ? within : pooled, relative: 1e-12)
    }
    // And the optimizers of rows agree.
    for replicate: UInt32 in 0..<40 {
      let rows = MomentRows(kernel.generator, replicate: replicate)
      let fit = try LinearMixedModel(
        "y ~ 1 + (1 | g)", data: rows.table, roles: ColumnRoles(factors: ["g"])
      ).fit()
      kernel.draw(replicate)
      kernel.fit(.reml)
      expectClose(
        kernel.result.criterion, fit.criterion, absolute: 1e-9 * max(1, abs(fit.criterion)),
        "\(design) replicate \(replicate)")
      expectClose(kernel.result.theta.0, fit.theta[0], absolute: 1e-6)
    }
  }

  @Test(
    "the untruncated estimator is unbiased, the truncated one biased by what F distributions give, and so is the boundary's share",
    arguments: OneWay.all)
  func bias(_ design: OneWay) {
    let kernel = design.kernel(17)
    let n = Double(design.rows)
    var (untruncated, truncated, residual) = (SampleMean(), SampleMean(), SampleMean())
    var boundary = SampleMean()
    for replicate: UInt32 in 0..<100_000 {
      kernel.draw(replicate)
      boundary.add(kernel.fit(.reml) == .boundary ? 1 : 0)
      let (between, within) = design.meanSquares(kernel.generator.moments)
      untruncated.add((between - within) / n)
      let sd = kernel.result.standardDeviations.0
      truncated.add(sd * sd)
      residual.add(within)
    }
    expectMean(untruncated, design.between * design.between, "untruncated")
    expectMean(residual, design.within * design.within, "MSW")
    // E(max(0, MSB − MSW)) = λP(F(a + 2, b) > (σ²/λ)·a/(a + 2)) − σ²P(F(a, b + 2) > (σ²/λ)·(b + 2)/b), because a χ²-weighted expectation is one with two
    // more degrees of freedom.
    let (a, b) = design.degrees
    let (lambda, sigma) = (design.betweenMeanSquare, design.within * design.within)
    func upper(_ f: Double, _ numerator: Double, _ denominator: Double) -> Double {
      FDistribution(numerator: numerator, denominator: denominator).cumulative(f, tail: .upper)
    }
    let ratio = sigma / lambda
    let expected =
      (lambda * upper(ratio * a / (a + 2), a + 2, b) - sigma * upper(ratio * (b + 2) / b, a, b + 2)) / n
    expectMean(truncated, expected, "truncated")
    #expect(expected > design.between * design.between)
    expectMean(
      boundary, FDistribution(numerator: a, denominator: b).cumulative(ratio), "share on the boundary")
  }

  @Test("intervals cover as often as they say where that is exact", arguments: [11, 12] as [UInt64])
  func coverage(_ seed: UInt64) {
    let sizes = [2, 3, 5, 9, 14, 4]
    let design = MomentDesign(
      sizes: .fixed(sizes), predictor: .normal(mean: 1, standardDeviation: 2), fixedEffects: (1, 0.5),
      variances: .init(constant: 1.3, slope: 0.6, correlation: 0.4, residual: 1.7))
    let kernel = MomentKernel(design, model: .varyingSlopes, seed: seed, scenario: 2)
    var counts: [String: SampleMean] = [:]
    var quantiles: [Double: Double] = [.infinity: 1.959963984540054]
    for replicate: UInt32 in 0..<20_000 {
      kernel.draw(replicate)
      for strategy in [PoolingMethod.none, .lsdv, .oracle] {
        #expect(kernel.fit(strategy) == .ok)
        for k in 0..<2 {
          for j in sizes.indices {
            let degrees = kernel.result.degreesOfFreedom[j]
            guard degrees > 0 else { continue }
            let quantile =
              quantiles[degrees] ?? StudentTDistribution(degreesOfFreedom: degrees).quantile(0.975)
            quantiles[degrees] = quantile
            let error = abs(kernel.estimates(k)[j] - kernel.truths(k)[j])
            counts["\(strategy) \(k) group \(j)", default: SampleMean()].add(
              error <= quantile * kernel.standardErrors(k)[j] ? 1 : 0)
          }
        }
      }
    }
    // No pooling of two rows has no interval.
    #expect(counts.count == 2 * (3 * sizes.count - 1))
    // The error of a share of 0.95: 34 shares, so that one in 470 runs gives a false alarm.
    for (label, share) in counts { expectMean(share, 0.95, label) }
  }

  @Test("moments drawn and rows drawn give one distribution of estimates", arguments: MomentModel.allCases)
  func rowsAndMoments(_ model: MomentModel) {
    let sizes = [3, 5, 8, 13, 4, 6, 7]
    let slopes = model == .varyingSlopes
    let design = MomentDesign(
      sizes: .fixed(sizes),
      predictor: model == .varyingMeans ? .none : .normal(mean: 2, standardDeviation: 1),
      fixedEffects: (1, model == .varyingMeans ? 0 : 0.5),
      variances: .init(
        constant: 0.7, slope: slopes ? 0.4 : 0, correlation: slopes ? -0.3 : 0, residual: 1.2))
    let kernel = MomentKernel(design, model: model, seed: 23, scenario: 0)
    let direct = MomentFit(model, groupCount: sizes.count)
    var stream = KeyedStream(seed: 24)
    var samples = [[String: SampleMean]](repeating: [:], count: 2)
    var sigmas: [[Double]] = [[], []]
    func record(_ way: Int, _ fit: MomentFit) {
      let status = fit.fit(.reml)
      sigmas[way].append(fit.sigma)
      func add(_ name: String, _ value: Double) {
        samples[way][name, default: SampleMean()].add(value)
        samples[way][name + " squared", default: SampleMean()].add(value * value)
      }
      add("sigma", fit.sigma)
      add("boundary", status == .boundary ? 1 : 0)
      add("sd", fit.standardDeviations.0)
      add("weight", fit.weights(0)[2])
      add("error", fit.standardErrors(0)[3])
      add("fixed", fit.fixedEffects.0)
      if slopes {
        add("slope's sd", fit.standardDeviations.1)
        add("slope's weight", fit.weights(1)[0])
      }
    }
    for replicate: UInt32 in 0..<20_000 {
      kernel.draw(replicate)
      record(0, kernel.result)
      var (x, y, codes): ([Double], [Double], [Int]) = ([], [], [])
      for (j, n) in sizes.enumerated() {
        let (u, v) = (stream.normal(), stream.normal())
        let known = design.variances
        let constant = 1 + known.constant * u
        let across = (1 - known.correlation * known.correlation).squareRoot()
        let slope = design.fixedEffects.slope + known.slope * (known.correlation * u + across * v)
        for _ in 0..<n {
          let place = 2 + stream.normal()
          x.append(place)
          y.append(constant + (model == .varyingMeans ? 0 : slope * place) + known.residual * stream.normal())
          codes.append(j)
        }
      }
      let moments = GroupMoments(
        x: model == .varyingMeans ? [] : x, y: y, codes: codes, groupCount: sizes.count)
      direct.read(moments)
      record(1, direct)
    }
    for (name, one) in samples[0] {
      let other = samples[1][name]!
      let error = (one.error * one.error + other.error * other.error).squareRoot()
      #expect(abs(one.mean - other.mean) <= 4 * error, "\(name): \(one.mean), \(other.mean), ± \(error)")
    }
    // Smirnov's test: √(n/2)·D beyond 1.95 once in 1,000 times.
    let (a, b) = (sigmas[0].sorted(), sigmas[1].sorted())
    var (i, k, worst) = (0, 0, 0)
    while i < a.count, k < b.count {
      if a[i] <= b[k] { i += 1 } else { k += 1 }
      worst = max(worst, abs(i - k))
    }
    let n = Double(a.count)
    #expect(Double(worst) / n * (n / 2).squareRoot() < 1.95)
  }
}
