import Distributions
import LinearAlgebra
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Poststratification

@Suite("Draws of all effects from their joint distribution")
struct JointEffectsTests {
  /// The variance of 4000 draws has a relative standard error of √(2/4000) = 2.2 %; 5 of them, for 32 numbers a false alarm in 10⁵ seeds.
  @Test("variances of a generalized model's effects are those of its joint precision")
  func generalized() throws {
    let model = SurveyModel(
      try ModelFormula("y ~ gender * gdp + (1 + gender | region) + (1 | province)"), family: .binomial)
    let survey = try PoststratificationReferenceTests.survey()
    let fitted = try model.fit(survey)
    guard case .generalizedMixed(let fit) = fitted else { throw TestFailure() }
    let effects = FittedEffects(fitted)
    var joint = try JointEffects(effects, rows: CellRows(effects, survey))
    var stream = KeyedStream(seed: 5)
    var draws: [[[Double]]] = []
    for _ in 0..<4000 { draws.append(joint.draw(newLevels: [0, 0], from: &stream).effects) }
    for (f, factor) in fit.model.factors.enumerated() {
      let q = factor.effectNames.count
      for j in factor.levels.indices {
        let expected = fit.randomEffects[f].predictionCovariance(ofLevel: j)
        for k in 0..<q {
          let values = draws.map { $0[f][j * q + k] }
          let mean = values.reduce(0, +) / 4000
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3999
          // Estimates about which the draws lie.
          let mode = fit.randomEffects[f].modes[j, k]
          expectClose(mean, mode, absolute: 5 * (variance / 4000).squareRoot() + 1e-12)
          expectClose(
            variance, expected[k, k], relative: 0.11, absolute: 1e-12,
            "\(factor.name) \(factor.levels[j]) \(k)")
        }
      }
    }
  }

  @Test("a variance of 0 makes no trouble: all draws of its effects are 0")
  func boundary() throws {
    // The interaction's variance is estimated as 0 in these data.
    let model = SurveyModel(
      try ModelFormula("y ~ gender * gdp + (1 | province) + (1 | gender:province)"), family: .binomial)
    let survey = try PoststratificationReferenceTests.survey()
    let fitted = try model.fit(survey)
    let effects = FittedEffects(fitted)
    let place = try #require(effects.factors.firstIndex { $0.name == "gender:province" })
    #expect(effects.factors[place].covariance[0, 0] < 1e-8)
    var joint = try JointEffects(effects, rows: CellRows(effects, survey))
    var stream = KeyedStream(seed: 5)
    let drawn = joint.draw(newLevels: [1, 1], from: &stream)
    #expect(drawn.effects[place].allSatisfy { abs($0) < 1e-3 })
    #expect(drawn.effects[1 - place].contains { abs($0) > 0.05 } && drawn.effects[1 - place].count == 25)
  }

  @Test("separation leaves no joint distribution, and says so")
  func separation() throws {
    let n = 40
    let survey = DataTable([
      Column("y", (0..<n).map { $0 < 20 ? 0 : 1 }), Column("x", (0..<n).map { $0 < 20 ? "a" : "b" }),
    ])
    let census = try Census(DataTable([Column("x", ["a", "b"]), Column("N", [5, 5])]))
    let model = SurveyModel(try ModelFormula("y ~ x"), family: .binomial)
    let found = try Poststratification(model, draws: 0).estimates(survey: survey, census: census)
    expectClose(found.overall.estimate, 0.5, absolute: 1e-6)
    #expect(!found.notes().isEmpty)
  }

  @Test("a level of a fixed factor that the survey has not is an error of the census")
  func unknownLevel() throws {
    let survey = DataTable([Column("y", [0.0, 1, 2, 1]), Column("x", ["a", "b", "a", "b"])])
    let census = try Census(DataTable([Column("x", ["a", "c"]), Column("N", [5, 5])]))
    let model = SurveyModel(try ModelFormula("y ~ x"))
    do {
      _ = try Poststratification(model, draws: 0).estimates(survey: survey, census: census)
      Issue.record("level c was taken")
    } catch { #expect("\(error)".hasPrefix("in the census: ") && "\(error)".contains("'c'")) }
  }
}
