import Distributions
import Estimates
import Foundation
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("The salary scenario against R's create_data()")
struct SalaryScenarioTests {
  @Test(
    "bit for bit, and the stream stands where R's stands",
    arguments: ["0", "1", "42", "123", "2023", "892174303"])
  func sameBits(_ seed: String) throws {
    var stream = RStream(seed: Int32(seed)!)
    let table = try SalaryScenario().draw(from: &stream)
    let reference = try DataTable(csv: Reference.bytes("salary/seed_\(seed).csv"), file: "seed_\(seed).csv")
    #expect(table.columnNames == ["ids", "department", "bases", "experience", "raises", "salary"])
    #expect(table.columnNames == reference.columnNames && reference.rowCount == 100)
    for name in ["bases", "experience", "raises", "salary"] {
      // R wrote 15 or 17 digits: what reads back to the same double must be equal.
      expectClose(table[name]!.numbers!, reference[name]!.numbers!, relative: 1e-15, name)
    }
    for row in 0..<100 { #expect(table["department"]!.text(row) == reference["department"]!.text(row)) }
    let document = try Reference.json("salary/seed_\(seed).json")
    #expect(stream.uniform() == document["next_runif_after_data"].double)
    #expect(SalaryScenario.departments.map(\.name) == document["department_order"].strings)
    for name in ["bases", "experience", "raises", "salary"] {
      #expect(Array(table[name]!.numbers!.prefix(10)) == document["data_head"][name].doubles)
    }
  }

  @Test("n need not be a multiple of five; departments repeat in turn")
  func otherSizes() throws {
    var stream = RStream(seed: 5)
    let table = try SalaryScenario(count: 7).draw(from: &stream)
    #expect(table.rowCount == 7)
    #expect(
      (0..<7).map { table["department"]!.text($0)! } == [
        "sociology", "biology", "english", "informatics", "statistics", "sociology", "biology",
      ])
    // Seven uniforms a column: the first base comes from draw 1, the first experience from draw 8.
    var again = RStream(seed: 5)
    let draws = (0..<21).map { _ in again.uniform() }
    #expect(table["experience"]!.numbers![0] == (draws[7] * 10).rounded(.down))
    #expect(throws: DesignError.tooFewRows(found: 0, least: 1)) { try SalaryScenario(count: 0) }
  }

  @Test("other sizes and seeds, a negative one and the largest, bit for bit")
  func recordedSizes() throws {
    let records = try Reference.json("salary-sizes.json")["records"].array
    #expect(records.map { $0["n"].int } == [1, 3, 7, 103, 1, 3, 7, 103, 1, 3, 7, 103])
    #expect(Set(records.map { $0["seed"].int }) == [-5, 1, 2_147_483_647])
    for r in records {
      var stream = RStream(seed: Int32(r["seed"].int))
      let table = try SalaryScenario(count: r["n"].int).draw(from: &stream)
      #expect(table.rowCount == r["n"].int)
      for name in ["bases", "experience", "raises", "salary"] {
        #expect(table[name]!.numbers! == r[name].doubles, "seed \(r["seed"].int), n \(r["n"].int), \(name)")
      }
      #expect((0..<table.rowCount).map { table["department"]!.text($0)! } == r["department"].strings)
      #expect(stream.uniform() == r["next_runif"].double)
    }
  }

  /// Base and raise of sociology, biology, english, informatics and statistics.
  static let bases = [40_000.0, 50_000, 60_000, 70_000, 80_000]
  static let raises = [2_000.0, 500, 500, 1_700, 500]

  @Test(
    "the truth: base, raise, both coefficients of Var(ε|x), and Σ under both divisors, from the textbook's constants"
  )
  func truth() throws {
    #expect(SalaryScenario.departments.map(\.base) == Self.bases)
    #expect(SalaryScenario.departments.map(\.raise) == Self.raises)
    let truth = SalaryTruth()
    #expect(truth.means == (60_000, 1_040))
    // Sums of squares and products about the means, worked by hand: bases ±20 000, ±10 000, 0; raises 960, −540, −540, 660, −540.
    let sums = [[1e9, -1.8e7], [-1.8e7, 2_232_000]]
    for divisor in [5, 4] {
      let found = truth.covariance(divisor: divisor)
      #expect(found.count == 2 && found.allSatisfy { $0.count == 2 })
      for i in 0..<2 { expectClose(found[i], sums[i].map { $0 / Double(divisor) }, relative: 1e-15) }
    }
    let correlation = -1.8e7 / (1e9 * 2_232_000).squareRoot()
    expectClose(truth.correlation, correlation, relative: 1e-14)

    let document = try JSON(parsing: Data(truth.json(seed: 3, count: 20, stream: "r").text().utf8))
    #expect(document["seed"].int == 3 && document["n"].int == 20 && document["stream"].string == "r")
    let departments = document["departments"].array
    #expect(departments.count == 5)
    for (j, d) in departments.enumerated() {
      #expect(d["department"].string == SalaryScenario.departments[j].name)
      #expect(d["base"].double == Self.bases[j] && d["raise"].double == Self.raises[j])
      // (base² + raise²x²)·0.04/12
      let noise = d["residual_variance"]
      expectClose(noise["constant"].double, Self.bases[j] * Self.bases[j] * 0.04 / 12, relative: 1e-15)
      expectClose(noise["quadratic"].double, Self.raises[j] * Self.raises[j] * 0.04 / 12, relative: 1e-15)
    }
    #expect(
      document["mean"]["(Intercept)"].double == 60_000 && document["mean"]["experience"].double == 1_040)
    let sigmas = document["finite_population_covariance"].array
    #expect(sigmas.map { $0["divisor"].int } == [5, 4])
    for sigma in sigmas {
      let divisor = Double(sigma["divisor"].int)
      #expect(sigma["terms"].strings == ["(Intercept)", "experience"])
      let covariance = sigma["covariance"].matrix
      #expect(covariance.count == 2)
      for i in 0..<2 { expectClose(covariance[i], sums[i].map { $0 / divisor }, relative: 1e-15) }
      expectClose(
        sigma["sd"].doubles, [(1e9 / divisor).squareRoot(), (2_232_000 / divisor).squareRoot()],
        relative: 1e-15)
      expectClose(sigma["correlation"].double, correlation, relative: 1e-14)
    }
  }

  @Test("residual standard deviations at several x, and pooled over the departments and the ten years")
  func residualDeviations() throws {
    let truth = SalaryTruth()
    func variance(_ j: Int, _ x: Double) -> Double {
      (Self.bases[j] * Self.bases[j] + Self.raises[j] * Self.raises[j] * x * x) * 0.04 / 12
    }
    for (j, d) in SalaryScenario.departments.enumerated() {
      for x in [0, 1, 4.5, 5, 9] {
        expectClose(d.noiseVariance(atExperience: x), variance(j, x), relative: 1e-15)
      }
      for x in [0, 5, 9] {
        let address = "truth.department.\(d.name).residual_sd_at_\(x)"
        expectClose(
          try truth.estimates.value(at: address), variance(j, Double(x)).squareRoot(), relative: 1e-15,
          address)
      }
    }
    // Σ base²/5 = 3.8e9, Σ raise²/5 = 1 528 000, mean x² = 28.5; typed: (3.8e9 + 1 528 000·28.5)·0.04/12.
    expectClose(truth.pooledNoiseVariance, (3.8e9 + 1_528_000 * 28.5) * 0.04 / 12, relative: 1e-14)
    expectClose(
      try truth.estimates.value(at: "truth.residual_sd"), (3_843_548_000 * 0.04 / 12).squareRoot(),
      relative: 1e-14)
    expectClose(try truth.estimates.value(at: "truth.sd.base"), 2.5e8.squareRoot(), relative: 1e-15)
    expectClose(try truth.estimates.value(at: "truth.sd.raise"), 558_000.squareRoot(), relative: 1e-15)
    expectClose(try truth.estimates.value(at: "truth.population_sd.base"), 2e8.squareRoot(), relative: 1e-15)
    expectClose(
      try truth.estimates.value(at: "truth.population_sd.raise"), 446_400.squareRoot(), relative: 1e-15)
  }

  @Test("what the truth claims is what samples tend to")
  func truthAgainstSample() throws {
    // 400 000 persons: 80 000 a department, 8 000 a year of experience. Bounds are five standard errors: of a mean, and of a
    // variance of noise whose kurtosis is below 3, √(2/n). False alarms: 100 comparisons at 6e-7.
    let size = 400_000
    var stream = KeyedStream(seed: 7)
    let table = try SalaryScenario(count: size).draw(from: &stream)
    let salary = table["salary"]!.numbers!
    let experience = table["experience"]!.numbers!
    var pooled = 0.0
    for j in 0..<5 {
      for x in 0..<10 {
        var values: [Double] = []
        for i in stride(from: j, to: size, by: 5) where experience[i] == Double(x) {
          values.append(salary[i])
        }
        let n = Double(values.count)
        #expect(abs(n - 8_000) < 500)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let expected =
          (Self.bases[j] * Self.bases[j] + Self.raises[j] * Self.raises[j] * Double(x * x)) * 0.04 / 12
        expectClose(variance, expected, relative: 5 * (2 / n).squareRoot(), "department \(j), x \(x)")
        expectClose(
          mean, Self.bases[j] + Self.raises[j] * Double(x), absolute: 5 * (expected / n).squareRoot())
        pooled += variance / 50
      }
    }
    // The mean of 50 such variances.
    expectClose(
      pooled, SalaryTruth().pooledNoiseVariance, relative: 5 * (2 / Double(size)).squareRoot() * 1.1)
  }
}
