import Testing

@testable import BayesianModels

@Suite struct SamplingVerdictTests {
  private func diagnostics(_ chains: [[Double]]) -> ChainDiagnostics { ChainDiagnostics(ChainDraws(chains)) }
  private let independent = ChainDiagnosticsLawsTests.autoregression(0, chains: 4, draws: 1_000, seed: 1)

  @Test("Good draws are enough; a held parameter does not count") func enough() {
    let good = diagnostics(independent)
    let held = diagnostics([[Double]](repeating: [Double](repeating: 2, count: 1_000), count: 4))
    #expect(SamplingVerdict([("a", good), ("held", held)]) == .enough)
    #expect(SamplingVerdict([("held", held)]) == .undefined(parameter: "held"))
  }

  @Test("The parameter of the smallest size is named") func runLonger() {
    let good = diagnostics(independent)
    let slow = diagnostics(ChainDiagnosticsLawsTests.autoregression(0.5, chains: 4, draws: 200, seed: 2))
    let slower = diagnostics(ChainDiagnosticsLawsTests.autoregression(0, chains: 4, draws: 40, seed: 14))
    #expect((slow.rHat ?? 9) < 1.01 && (slower.rHat ?? 9) < 1.01)
    #expect(
      SamplingVerdict([("good", good), ("slow", slow), ("slower", slower)])
        == .runLonger(
          parameter: "slower", bulk: slower.bulkEffectiveSampleSize, tail: slower.tailEffectiveSampleSize))
  }

  @Test("Disagreement goes before shortness, and trouble with numbers before both") func lookHere() {
    var apart = independent
    for i in apart[0].indices { apart[0][i] += 0.5 }
    var further = independent
    for i in further[3].indices { further[3][i] *= 4 }
    let (near, far) = (diagnostics(apart), diagnostics(further))
    let short = diagnostics(independent.map { Array($0.prefix(30)) })
    let worst = [(near.rHat ?? 0, "near"), (far.rHat ?? 0, "far")].max { $0.0 < $1.0 }!
    #expect(
      SamplingVerdict([("short", short), ("near", near), ("far", far)])
        == .lookHere(parameter: worst.1, rHat: worst.0))
    var broken = independent
    broken[2][5] = .nan
    #expect(
      SamplingVerdict([("near", near), ("broken", diagnostics(broken))]) == .undefined(parameter: "broken"))
    let few = diagnostics([[1, 2, 3], [2, 1, 4]])
    #expect(SamplingVerdict([("few", few)]) == .undefined(parameter: "few"))
  }
}
