import Distributions
import Glibc
import TestSupport
import Testing

@testable import BayesianModels

@Suite struct ChainDiagnosticsLawsTests {
  /// Chains of a first-order autoregression with standard normal marginals.
  static func autoregression(_ rho: Double, chains: Int, draws: Int, seed: UInt64) -> [[Double]] {
    (0..<chains).map { chain in
      var stream = KeyedStream(seed: seed, replicate: UInt32(chain))
      var x = stream.normal()
      return (0..<draws).map { _ in
        x = rho * x + (1 - rho * rho).squareRoot() * stream.normal()
        return x
      }
    }
  }

  @Test("Rising transformations change no rank-normalized diagnostic", arguments: [199, 200])
  func monotoneTransformations(draws: Int) {
    for seed in UInt64(1)...5 {
      let chains = Self.autoregression(0.4, chains: 4, draws: draws, seed: seed)
      let plain = ChainDraws(chains)
      for transform in [{ exp(3 * $0) }, { $0 * $0 * $0 }, { atan($0) }, { 1e9 + 5 * $0 }]
        as [(Double) -> Double]
      {
        let changed = ChainDraws(chains.map { $0.map(transform) })
        #expect(changed.bulkEffectiveSampleSize() == plain.bulkEffectiveSampleSize(), "seed \(seed)")
        #expect(changed.tailEffectiveSampleSize() == plain.tailEffectiveSampleSize(), "seed \(seed)")
        #expect(changed.effectiveSampleSize(ofQuantile: 0.3) == plain.effectiveSampleSize(ofQuantile: 0.3))
      }
      // Folding measures distances, so only straight lines keep the whole of R-hat.
      let line = ChainDraws(chains.map { $0.map { 16 * $0 } })
      #expect(line.rHat() == plain.rHat(), "seed \(seed)")
      let mirrored = ChainDraws(chains.map { $0.map { -$0 } })
      expectClose(mirrored.rHat() ?? .nan, plain.rHat() ?? .nan, relative: 1e-12, "seed \(seed)")
    }
  }

  @Test("R-hat without folding stays, whatever the scale: the bulk of exp(x)") func rHatOfExponentials() {
    // Chains in different places: R-hat is that of the bulk, which ranks alone decide.
    var chains = Self.autoregression(0.2, chains: 4, draws: 300, seed: 3)
    for i in chains[1].indices { chains[1][i] += 2 }
    let found = ChainDraws(chains).rHat() ?? .nan
    #expect(found > 1.1)
    #expect(ChainDraws(chains.map { $0.map { exp($0) } }).rHat() == found)
  }

  @Test("The order of chains does not matter") func permutedChains() {
    let chains = Self.autoregression(0.7, chains: 5, draws: 150, seed: 8)
    let found = ChainDiagnostics(ChainDraws(chains))
    let permuted = ChainDiagnostics(ChainDraws([3, 0, 4, 2, 1].map { chains[$0] }))
    let pairs: [(Double?, Double?)] = [
      (found.rHat, permuted.rHat), (found.splitRHat, permuted.splitRHat), (found.mean, permuted.mean),
      (found.bulkEffectiveSampleSize, permuted.bulkEffectiveSampleSize),
      (found.tailEffectiveSampleSize, permuted.tailEffectiveSampleSize),
      (found.monteCarloErrorOfStandardDeviation, permuted.monteCarloErrorOfStandardDeviation),
      (found.monteCarloErrorOfMedian, permuted.monteCarloErrorOfMedian),
    ]
    // Sums in another order.
    for (a, b) in pairs { expectClose(a ?? .nan, b ?? .nan, relative: 1e-11) }
  }

  @Test("Independent draws are worth their number; R-hat is near 1") func independentDraws() {
    let (chains, draws) = (4, 2_500)
    for seed in UInt64(1)...20 {
      let found = ChainDiagnostics(
        ChainDraws(Self.autoregression(0, chains: chains, draws: draws, seed: seed)))
      let count = Double(chains * draws)
      // τ is 1 + 2ρ̂(1) + …, a few terms with standard errors of 1/√N each, so ESS/N is within a few times
      // 2/√N = 2 % of 1; 15 % is beyond 5 standard deviations (false alarms below 10⁻⁵ in all 60
      // comparisons).
      for size in [
        found.bulkEffectiveSampleSize, found.tailEffectiveSampleSize, found.effectiveSampleSizeOfMean,
      ] {
        expectClose(size ?? .nan, count, relative: 0.15, "seed \(seed)")
      }
      #expect((found.rHat ?? .nan) < 1.005, "seed \(seed)")
    }
  }

  @Test("Autoregressions have their known effective sample size", arguments: [-0.4, 0.3, 0.6, 0.9])
  func knownAutocorrelation(rho: Double) {
    let (chains, draws, repetitions) = (4, 4_000, 40)
    let known = Double(chains * draws) * (1 - rho) / (1 + rho)
    let sizes = (0..<repetitions).map { repetition in
      ChainDraws(Self.autoregression(rho, chains: chains, draws: draws, seed: 1_000 + UInt64(repetition)))
        .effectiveSampleSizeOfMean() ?? .nan
    }
    let mean = sizes.reduce(0, +) / Double(repetitions)
    let variance = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(repetitions - 1)
    let error = (variance / Double(repetitions)).squareRoot()
    // Four standard errors (false alarms 6·10⁻⁵ a comparison), and 2 % for the estimate's own bias: monotone
    // sums and the last half pair.
    expectClose(mean, known, relative: 0.02, absolute: 4 * error + 0.02 * known, "rho \(rho)")
  }

  @Test("Monte Carlo errors cover: the mean's and the median's are the spread over repetitions")
  func monteCarloErrors() {
    let (repetitions, draws) = (400, 400)
    var means: [Double] = []
    var medians: [Double] = []
    var claimed = (mean: 0.0, median: 0.0)
    for repetition in 0..<repetitions {
      let chains = Self.autoregression(0.5, chains: 4, draws: draws, seed: 50_000 + UInt64(repetition))
      let found = ChainDiagnostics(ChainDraws(chains))
      means.append(found.mean)
      medians.append(found.median ?? .nan)
      claimed.mean += (found.monteCarloErrorOfMean ?? .nan) / Double(repetitions)
      claimed.median += (found.monteCarloErrorOfMedian ?? .nan) / Double(repetitions)
    }
    func spread(_ values: [Double]) -> Double {
      (values.reduce(0) { $0 + $1 * $1 } / Double(repetitions)).squareRoot()
    }
    // True mean and median are 0. A spread of 400 values has a relative standard error of 1/√800 = 3.5 %:
    // four of them.
    expectClose(claimed.mean, spread(means), relative: 0.15)
    expectClose(claimed.median, spread(medians), relative: 0.15)
  }

  @Test(
    "Scaling by 10⁻²⁰⁰ to 10²⁰⁰ scales errors and changes no size", arguments: [1e-200, 1e-70, 1e70, 1e200])
  func extremeUnits(unit: Double) {
    let chains = Self.autoregression(0.5, chains: 2, draws: 100, seed: 4)
    let (plain, scaled) = (
      ChainDiagnostics(ChainDraws(chains)), ChainDiagnostics(ChainDraws(chains.map { $0.map { $0 * unit } }))
    )
    #expect(!scaled.isConstant)
    expectClose(scaled.rHat ?? .nan, plain.rHat ?? .nan, relative: 1e-12)
    expectClose(scaled.splitRHat ?? .nan, plain.splitRHat ?? .nan, relative: 1e-12)
    expectClose(
      scaled.effectiveSampleSizeOfMean ?? .nan, plain.effectiveSampleSizeOfMean ?? .nan, relative: 1e-9)
    let deviation = plain.standardDeviation ?? .nan
    expectClose(scaled.standardDeviation ?? .nan, deviation * unit, relative: 1e-12)
    let error = plain.monteCarloErrorOfStandardDeviation ?? .nan
    expectClose(scaled.monteCarloErrorOfStandardDeviation ?? .nan, error * unit, relative: 1e-9)
  }
}
