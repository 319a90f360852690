import TestSupport
import Testing

@testable import BayesianModels

@Suite struct ChainDiagnosticsTests {
  /// The recorded cases of both files; null stands for "not defined".
  static func records() throws -> [JSON] {
    try Reference.json("bayes/diagnostics.json")["records"].array
      + Reference.json("bayes/diagnostics-edges.json")["records"].array
  }

  @Test("Diagnostics are those of R's posterior") func referenceDiagnostics() throws {
    let records = try Self.records()
    #expect(records.count == 30)
    for record in records {
      let name = record["name"].string ?? "?"
      let draws = ChainDraws(record["chains"].matrix)
      let found = ChainDiagnostics(draws)
      let values: [(String, Double?)] = [
        ("rhat", found.rHat), ("rhat_basic", found.splitRHat), ("ess_bulk", found.bulkEffectiveSampleSize),
        ("ess_tail", found.tailEffectiveSampleSize), ("ess_basic", found.effectiveSampleSizeOfMean),
        ("ess_mean", found.effectiveSampleSizeOfMean),
        ("ess_sd", found.effectiveSampleSizeOfStandardDeviation),
        ("ess_median", found.effectiveSampleSizeOfMedian), ("mcse_mean", found.monteCarloErrorOfMean),
        ("mcse_sd", found.monteCarloErrorOfStandardDeviation), ("mcse_median", found.monteCarloErrorOfMedian),
        ("mcse_q05", draws.monteCarloError(ofQuantile: 0.05)),
        ("mcse_q90", draws.monteCarloError(ofQuantile: 0.9)),
        ("ess_q01", draws.effectiveSampleSize(ofQuantile: 0.01)),
      ]
      let members = record.object
      for (key, value) in values {
        guard let expected = members[key] else { continue }
        // Sums of at most a thousand terms in another order; correlations lose up to six digits of 1 − x.
        expectClose(value ?? .nan, expected.double, relative: 1e-8, "\(name): \(key)")
      }
    }
  }

  @Test("Members are what the functions give one by one") func membersAgreeWithFunctions() throws {
    for record in try Self.records() {
      let draws = ChainDraws(record["chains"].matrix)
      let found = ChainDiagnostics(draws)
      #expect(found.rHat == draws.rHat())
      #expect(found.bulkEffectiveSampleSize == draws.bulkEffectiveSampleSize())
      #expect(found.monteCarloErrorOfMean == draws.monteCarloErrorOfMean())
      #expect(found.monteCarloErrorOfMedian == draws.monteCarloErrorOfMedian())
    }
  }

  @Test("Draws that are not finite have no diagnostic", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    var chains = (0..<4).map { c in (0..<50).map { Double(($0 * 37 + c * 11) % 50) } }
    chains[2][17] = value
    let found = ChainDiagnostics(ChainDraws(chains))
    #expect(!found.isFinite && !found.isConstant && !found.mean.isFinite)
    for diagnostic in [
      found.rHat, found.splitRHat, found.bulkEffectiveSampleSize, found.tailEffectiveSampleSize,
      found.effectiveSampleSizeOfMean, found.effectiveSampleSizeOfStandardDeviation,
      found.monteCarloErrorOfMean,
      found.monteCarloErrorOfStandardDeviation, found.monteCarloErrorOfMedian, found.median,
      found.standardDeviation,
    ] { #expect(diagnostic == nil) }
  }

  @Test("Chains too short for a diagnostic have none, and no trap", arguments: 1...5)
  func fewDraws(count: Int) {
    let draws = ChainDraws((0..<2).map { c in (0..<count).map { Double($0 * 3 + c) } })
    let found = ChainDiagnostics(draws)
    #expect(found.bulkEffectiveSampleSize == nil && found.monteCarloErrorOfMedian == nil)
    #expect((found.splitRHat == nil) == (count < 4))
  }

  @Test("Only a draw that no half has differs: nothing is defined") func middleDrawOnly() {
    let found = ChainDiagnostics(ChainDraws([[1, 1, 1, 1, 2, 1, 1, 1, 1]]))
    #expect(found.splitRHat == nil && found.rHat == nil && found.effectiveSampleSizeOfMean == nil)
    #expect(!found.isConstant)
  }

  @Test("Chains that stay at different values have an infinite R-hat") func stuckApart() {
    let chains = (0..<3).map { [Double](repeating: Double($0), count: 40) }
    #expect(ChainDraws(chains).splitRHat() == .infinity)
  }
}
