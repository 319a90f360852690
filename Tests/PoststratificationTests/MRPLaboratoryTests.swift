import Designs
import Distributions
import MixedModels
import ModelFormula
import Specifications
import Tables
import TestSupport
import Testing

@testable import Poststratification

@Suite("MRP laboratories: surveys of a known population")
struct MRPLaboratoryTests {
  /// Women differ by 2 from men and are twice as likely to be asked (weights 3 to 1), provinces alike.
  static func laboratory(
    _ formula: String = "y ~ gender + (1 | province)", weights: String = "{gender: {f: 3}}",
    population: MRPLaboratory.Population = .fixed, replicates: Int = 60, draws: Int = 200
  ) throws -> MRPLaboratory {
    let yaml = """
      levels: {province: 8, person: {per: province, size: 150}}
      predictors: {gender: {level: person, values: [f, m]}}
      response: {formula: "y ~ gender + (1 | province)", beta: [1, -2], sd: {province: 0.5, residual: 1}}
      sample: {size: 240, weights: \(weights)}
      """
    let design = try DesignSpecification(yaml: yaml, file: "spec.yml").binding()
    return try MRPLaboratory(
      design,
      Poststratification(SurveyModel(ModelFormula(formula)), by: ["province", "gender"], draws: draws),
      population: population, replicates: replicates, seed: 11)
  }

  @Test("any number of threads gives the same numbers")
  func threads() throws {
    let laboratory = try Self.laboratory(replicates: 9, draws: 100)
    let (one, three) = (try laboratory.run(), try laboratory.run(threads: 3))
    #expect(one.table.csv() == three.table.csv())
    #expect(one.failures.count == 0)
  }

  /// Bounds of 5 Monte Carlo errors: a false alarm in 10⁶ seeds each.
  @Test("raw means carry the sample's bias, MRP and no pooling do not")
  func bias() throws {
    let found = try Self.laboratory().run(threads: 2)
    let everyone = found.tables[0].groups[0].performances
    let (raw, cells, mrp) = (everyone[0], everyone[1], everyone[2])
    // Of the survey's 240 women have more than half: 900/1200·… by drawing without replacement about 0.68; (0.68 − 0.5)·2 = 0.36.
    #expect(raw.bias > 0.25 && raw.bias < 0.5 && raw.coverage < 0.5)
    #expect(abs(mrp.bias) < 5 * mrp.biasError && abs(cells.bias) < 5 * cells.biasError)
    #expect(mrp.rootMeanSquareError < raw.rootMeanSquareError)
    // 60 surveys: 0.95 ± 5·0.028.
    #expect(mrp.coverage > 0.8)
    let provinces = found.tables[1].together
    #expect(provinces[2].rootMeanSquareError < provinces[0].rootMeanSquareError)
    for p in found.tables.flatMap(\.together) + everyone {
      #expect(p.rootMeanSquareError.isFinite && p.available > 0.5)
    }
  }

  @Test("the numbers are those of the surveys: bias² + variance is the mean square")
  func arithmetic() throws {
    let laboratory = try Self.laboratory(replicates: 5, draws: 100)
    let found = try laboratory.run()
    // The same surveys by hand.
    var errors: [Double] = []
    let population = try {
      var stream = KeyedStream(seed: 11, replicate: 0, stream: StreamPurpose.population)
      return try laboratory.design.drawPopulation(from: &stream)
    }()
    for r in 0..<5 {
      var stream = KeyedStream(seed: 11, replicate: UInt32(r), stream: StreamPurpose.survey)
      let table = try population.sample(from: &stream).table
      let rows = (0..<table.rowCount).filter { table["province"]!.text($0) == "3" }
      let y = table["y"]!.numbers!
      errors.append(
        rows.reduce(0) { $0 + y[$1] } / Double(rows.count) - population.census!.areas[0].rows[2].mean)
    }
    let own = try #require(found.tables[1].groups.first { $0.level == "3" }).performances[0]
    let mean = errors.reduce(0, +) / 5
    expectClose(own.bias, mean, absolute: 1e-12)
    expectClose(
      own.rootMeanSquareError, (errors.reduce(0) { $0 + $1 * $1 } / 5).squareRoot(), absolute: 1e-12)
    let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
    expectClose(own.biasError, (variance / 5).squareRoot(), absolute: 1e-12)
  }

  @Test("new populations have new truths; a design without a sample is refused")
  func populations() throws {
    let found = try Self.laboratory(population: .new, replicates: 12, draws: 0).run()
    #expect(found.tables[0].groups[0].performances[2].coverage.isNaN)
    let fixed = try Self.laboratory(replicates: 12, draws: 0).run()
    #expect(found.tables[1].groups[0].truth != fixed.tables[1].groups[0].truth)
    let plain = try DesignSpecification(
      yaml: """
        levels: {g: 4, p: {per: g, size: 5}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 1, residual: 1}}
        """, file: "spec.yml"
    ).binding()
    let model = Poststratification(SurveyModel(try ModelFormula("y ~ 1 + (1 | g)")))
    #expect(throws: LaboratoryError.noSample) { try MRPLaboratory(plain, model, replicates: 5) }
  }

  @Test("surveys that cannot be fitted are counted")
  func failures() throws {
    // Of 34·0.02 people expected of province 1 there is often none; then its dummy variable has no column, and its cells no estimate.
    let found = try Self.laboratory(
      "y ~ gender + factor(province)", weights: "{province: {1: 0.02}}", replicates: 20, draws: 0
    ).run()
    #expect(found.failures.count > 0 && found.failures.count < 20)
    #expect(found.failures.first?.contains("province") == true)
  }
}
