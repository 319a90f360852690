import Distributions
import Specifications
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("Surveys of a design's rows and their census")
struct DesignSampleTests {
  static let text = """
    levels: {region: {count: 3, names: R}, province: {per: region, size: 4}, person: {per: province, size: 200}}
    predictors:
      gdp: {level: province, normal: [0, 1]}
      gender: {level: person, categorical: {m: 0.5, f: 0.5}}
      age: {level: person, values: [1, 2, 3]}
    response:
      formula: "y ~ gender + age + gdp + (1 | region) + (1 | province)"
      family: binary
      beta: [0, 0.5, 0.1, 0.3]
      sd: {region: 0.4, province: 0.5}
    """

  static func design(_ sample: String) throws -> DataDesign {
    try DesignSpecificationTests.design(text + "\nsample: " + sample + "\n")
  }

  @Test("the census counts everyone, and its means are those of the areas")
  func census() throws {
    var stream = KeyedStream(seed: 3)
    let population = try Self.design("{size: 300}").drawPopulation(from: &stream)
    let census = try #require(population.census)
    #expect(census.cells.columnNames == ["region", "province", "gender", "age", "gdp", "N", "truth"])
    #expect(census.cells.rowCount == 3 * 4 * 2 * 3)
    let counts = census.cells["N"]!.numbers!
    let truths = census.cells["truth"]!.numbers!
    #expect(counts.reduce(0, +) == 2400 && census.total.populationCount == 2400)
    let total = zip(counts, truths).reduce(0) { $0 + $1.0 * $1.1 } / 2400
    expectClose(census.total.mean, total, relative: 1e-13)
    #expect(census.areas.map(\.factor) == ["region", "province", "gender", "age"])
    for area in census.areas {
      let column = census.cells[area.factor]!
      for row in area.rows {
        let own = counts.indices.filter { column.text($0) == row.level }
        let people = own.reduce(0) { $0 + counts[$1] }
        #expect(Double(row.populationCount) == people && people > 0)
        expectClose(row.mean, own.reduce(0) { $0 + counts[$1] * truths[$1] } / people, relative: 1e-13)
        let rows = (0..<2400).filter { population.table[area.factor]!.text($0) == row.level }
        let y = population.table["y"]!.numbers!
        expectClose(
          row.realisedMean, rows.reduce(0) { $0 + y[$1] } / Double(rows.count), relative: 1e-13)
      }
    }
  }

  @Test("a sample has its size, each row once, and leaves the population's draw as it was")
  func sample() throws {
    var stream = KeyedStream(seed: 3)
    let data = try Self.design("{size: 300, weights: {gender: {f: 3}}}").draw(from: &stream)
    var again = KeyedStream(seed: 3)
    let all = try DesignSpecificationTests.design(Self.text).draw(from: &again).table
    #expect(data.table.rowCount == 300 && data.truth.rowCount == 300)
    let people = data.table["person"]!.numbers!.map { Int($0) }
    #expect(people == people.sorted() && Set(people).count == 300)
    #expect(data.table == all.selecting(rows: people.map { $0 - 1 }))
    let census = try #require(data.census)
    for area in census.areas { #expect(area.rows.reduce(0) { $0 + $1.sampleCount } == 300) }
    let gender = census.areas[2]
    #expect(gender.rows[0].sampleCount == (0..<300).count { data.table["gender"]!.text($0) == "f" })
    #expect(data.truth.groups[0].sizes.reduce(0, +) == 300)
  }

  @Test("populations are sampled again and again; equal streams give equal samples")
  func repeated() throws {
    var stream = KeyedStream(seed: 4)
    let population = try Self.design("{size: 50}").drawPopulation(from: &stream)
    var (a, b, c) = (KeyedStream(seed: 1), KeyedStream(seed: 1), KeyedStream(seed: 2))
    let first = try population.sample(from: &a).table
    #expect(try population.sample(from: &b).table == first)
    #expect(try population.sample(from: &c).table != first)
    #expect(try population.sample(from: &a).table != first)
  }

  @Test("nobody with weight 0 is drawn; too few others are an error of the draw")
  func zero() throws {
    var stream = KeyedStream(seed: 5)
    let data = try Self.design("{size: 1000, weights: {province: {1: 0, 12: 0}}}").draw(from: &stream)
    let provinces = Set(data.table["province"]!.numbers!.map { Int($0) })
    #expect(provinces == Set(2...11))
    do {
      var other = KeyedStream(seed: 5)
      _ = try Self.design("{size: 500, weights: {region: {R1: 0, R2: 0}, gender: {f: 0}}}").draw(from: &other)
      Issue.record("a sample of more than there are")
    } catch {
      #expect(
        "\(error)".hasPrefix("sample.size: 500 of ") && "\(error)".contains("with a weight above 0 (of 2400)")
      )
    }
  }

  /// With a sampling fraction f the chance of a row of weight w is 1 − exp(−w·t), t such that the mean is f: weights
  /// 1 and 3 in halves, f = 1/8. The count of f in 40 samples of 300 has SD < √(12000/4) = 55; 5 SDs, a false alarm
  /// in 10⁶ seeds.
  @Test("chances follow weights")
  func chances() throws {
    var stream = KeyedStream(seed: 6)
    let population = try Self.design("{size: 300, weights: {gender: {f: 3}, y: {1: 1}}}")
      .drawPopulation(from: &stream)
    let women = population.census!.areas[2].rows[0].populationCount
    let men = 2400 - women
    var (low, high) = (0.0, 10.0)
    for _ in 0..<100 {
      let t = (low + high) / 2
      let expected = Double(men) * (1 - Portable.exp(-t)) + Double(women) * (1 - Portable.exp(-3 * t))
      if expected < 300 { low = t } else { high = t }
    }
    let expected = 40 * Double(women) * (1 - Portable.exp(-3 * low))
    var found = 0
    for seed in 0..<40 {
      var own = KeyedStream(seed: UInt64(100 + seed))
      found += try population.sample(from: &own).census!.areas[2].rows[0].sampleCount
    }
    #expect(abs(Double(found) - expected) < 5 * 55, "seeds 100–139: \(found), expected \(expected)")
  }

  @Test("weights by effects prefer the areas whose intercepts are high")
  func effects() throws {
    var stream = KeyedStream(seed: 7)
    let data = try Self.design("{size: 600, weights: {province: {effect: 5}}}").draw(from: &stream)
    let group = data.truth.groups.first { $0.factor == "province" }!
    let order = group.levels.indices.sorted { group.effects[$0, 0] > group.effects[$1, 0] }
    // Of 200 people each: with weights e^{5b̃} the three highest are taken nearly whole.
    #expect(order.prefix(2).allSatisfy { group.sizes[$0] > 150 }, "\(order.map { group.sizes[$0] })")
    #expect(order.suffix(3).allSatisfy { group.sizes[$0] < 10 })
  }

  @Test("a design with a sample is read back from its own text")
  func document() throws {
    let design = try Self.design(
      "{size: 30, weights: {gender: {f: 2}, gdp: {exp: 0.5}, region: {effect: 1}}, cells: [gender]}")
    let again = try DesignSpecificationTests.design(design.canonicalText)
    #expect(again.sample == design.sample && again.canonicalText == design.canonicalText)
    #expect(design.canonicalText.contains("\"sample\""))
  }

  @Test("the truth names population and areas")
  func truth() throws {
    var stream = KeyedStream(seed: 3)
    let data = try Self.design("{size: 300}").draw(from: &stream)
    let estimates = data.truth.estimates
    let row = try #require(estimates.rows.first { $0.address.parts == ["truth", "area", "region", "R2"] })
    #expect(row["mean"] == data.census!.areas[0].rows[1].mean && row["N"] == 800)
    let design = try Self.design("{size: 300}")
    let text = data.truth.json(of: design, seed: 3, stream: "keyed").text()
    #expect(text.contains("\"population\""))
  }
}
