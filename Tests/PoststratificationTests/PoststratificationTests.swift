import Distributions
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Poststratification

@Suite("Poststratification: laws of weighted sums, intervals, coverage")
struct PoststratificationTests {
  static func linear(
    _ formula: String, draws: Int = 0, by: [String] = [], census: Census? = nil, seed: UInt64 = 1
  ) throws -> PoststratifiedEstimates {
    try Poststratification(SurveyModel(ModelFormula(formula)), by: by, draws: draws, seed: seed).estimates(
      survey: PoststratificationReferenceTests.survey(),
      census: census ?? PoststratificationReferenceTests.census())
  }

  @Test("areas add up to the whole, and scale and order of the census do not matter")
  func sums() throws {
    let formula = "y ~ gender * gdp + (1 | region) + (1 | province)"
    let found = try PoststratificationReferenceTests.estimates(
      formula, by: ["region", "province", "gender:region"])
    for table in found.tables {
      expectClose(table.rows.reduce(0) { $0 + $1.share }, 1, absolute: 1e-12)
      expectClose(
        table.rows.reduce(0) { $0 + $1.share * $1.estimate }, found.overall.estimate, absolute: 1e-12)
      #expect(table.rows.reduce(0) { $0 + $1.sampleCount! } == 1500)
    }
    #expect(
      found.tables[2].rows.map(\.level).prefix(2) == ["0:R1", "0:R2"] && found.tables[2].rows.count == 12)
    let cells = try PoststratificationReferenceTests.table("slides/mrp_a_cells.csv")
    let turned = DataTable(
      cells.selecting(rows: Array((0..<48).reversed())).columns.map { column in
        column.name == "N" ? Column("people", column.numbers!.map { $0 / 1e6 }) : column
      })
    let other = try PoststratificationReferenceTests.estimates(
      formula, by: ["region", "province", "gender:region"], census: Census(turned, count: "people"))
    for (a, b) in zip(found.tables, other.tables) {
      #expect(a.rows.map(\.level) == b.rows.map(\.level))
      expectClose(b.rows.map(\.estimate), a.rows.map(\.estimate), absolute: 1e-12)
      expectClose(b.rows.map(\.cellwiseMean), a.rows.map(\.cellwiseMean), absolute: 1e-12)
    }
  }

  @Test("a model with a parameter for every cell gives the cellwise means; no pooling is MRP without a model")
  func saturated() throws {
    let model = SurveyModel(
      try ModelFormula("y ~ region * gender"), family: .binomial, roles: ColumnRoles(factors: ["gender"]))
    let found = try Poststratification(model, by: ["region"], draws: 0).estimates(
      survey: PoststratificationReferenceTests.survey(), census: PoststratificationReferenceTests.census())
    for row in found.tables[0].rows {
      expectClose(row.estimate, row.cellwiseMean, absolute: 1e-9)
      expectClose(row.unweightedMean, row.rawMean, absolute: 1e-9)
    }
  }

  /// The SD of 4000 draws has a relative standard error of 1/√8000 = 1.1 %; of 48 cells none is off by 5 of them but in 10⁵ runs.
  @Test("draws have the errors of linear mixed models' predictions, new levels included")
  func linearErrors() throws {
    for formula in ["y ~ gender * gdp + (1 + gender | region) + (1 | province)", "y ~ gender * gdp"] {
      let census = try PoststratificationReferenceTests.census()
      let found = try Self.linear(formula, draws: 4000, by: ["gender:province"], census: census)
      let cells = census.cells
      let exact: PredictionIntervals
      switch found.fit {
      case .linearMixed(let fit): exact = try fit.predictionIntervals(for: cells, .confidence)
      case .linear(let model, let fit):
        exact = try fit.predictionIntervals(of: model, for: cells, .confidence)
      default: throw TestFailure()
      }
      for (row, estimate) in found.cellMeans.enumerated() {
        let level = cells["gender"]!.text(row)! + ":" + cells["province"]!.text(row)!
        let own = try #require(found.tables[0].rows.first { $0.level == level })
        expectClose(own.estimate, estimate, absolute: 1e-12)
        expectClose(estimate, exact.means[row], absolute: 1e-10)
        expectClose(own.standardError, exact.errors[row], relative: 0.056, "\(formula) \(level)")
        // Quantiles of a normal sample: SE about 2.7·SD/√4000 at 2.5 %.
        expectClose(
          own.lower, estimate - 1.96 * exact.errors[row], absolute: 0.22 * exact.errors[row])
      }
    }
  }

  @Test("a level that the survey has not: effects 0 in the estimate, Σ in the interval")
  func newLevels() throws {
    let cells = try PoststratificationReferenceTests.table("slides/mrp_a_cells.csv")
    let renamed = DataTable(
      cells.columns.map { column in
        guard column.name == "province" else { return column }
        return Column("province", (0..<48).map { $0 < 2 ? "P99" : column.text($0)! })
      })
    let found = try Self.linear(
      "y ~ gender * gdp + (1 | region) + (1 | province)", draws: 4000, by: ["province", "gender:province"],
      census: Census(renamed))
    #expect(found.coverage.newLevels.map(\.factor) == ["province"])
    #expect(found.coverage.newLevels[0].levels == ["P99"])
    #expect(found.coverage.uncountedRows > 0 && found.coverage.uncountedCells[0].contains("P01"))
    guard case .linearMixed(let fit) = found.fit else { throw TestFailure() }
    let exact = try fit.predictionIntervals(for: renamed, .confidence, allowingNewLevels: true)
    let row = try #require(found.tables[1].rows.first { $0.level == "0:P99" })
    expectClose(row.estimate, exact.means[0], absolute: 1e-10)
    expectClose(row.standardError, exact.errors[0], relative: 0.056)
    #expect(row.sampleCount == 0 && row.rawMean.isNaN && row.cellwiseMean.isNaN)
  }

  @Test("a column that the census alone has is told by the cells, where each lies in one of its groups")
  func censusColumn() throws {
    let cells = try PoststratificationReferenceTests.table("slides/mrp_a_cells.csv")
    let half = Column(
      "half", (0..<48).map { ["R1", "R2", "R3"].contains(cells["region"]!.text($0)!) ? "north" : "south" })
    let mixed = Column("mixed", (0..<48).map { String($0 % 3) })
    let formula = "y ~ gender * gdp + (1 | region) + (1 | province)"
    let found = try Self.linear(
      formula, by: ["half", "region"], census: Census(cells.appending(half)))
    let rows = found.tables[0].rows
    #expect(rows.map(\.level) == ["north", "south"])
    let regions = found.tables[1].rows
    #expect(rows[0].sampleCount == regions.prefix(3).reduce(0) { $0 + $1.sampleCount! })
    expectClose(
      rows[0].rawMean * Double(rows[0].sampleCount!),
      regions.prefix(3).reduce(0) { $0 + $1.rawMean * Double($1.sampleCount!) }, relative: 1e-12)
    // A province alone does not tell the third that a person belongs to.
    let third = try Self.linear(
      "y ~ 1 + (1 | province)", by: ["mixed"], census: Census(cells.appending(mixed)))
    #expect(third.tables[0].rows.allSatisfy { $0.sampleCount == nil && $0.rawMean.isNaN })
  }

  /// The survey summed by gender and province: successes, failures, their number and the share of successes.
  static func aggregated() throws -> DataTable {
    let survey = try PoststratificationReferenceTests.survey()
    let y = survey["y"]!.numbers!
    var place: [String: Int] = [:]
    var (first, yes, no) = ([Int](), [Int](), [Int]())
    for row in 0..<survey.rowCount {
      let key = survey["gender.province"]!.text(row)!
      let k = place[key] ?? first.count
      if place.updateValue(k, forKey: key) == nil {
        first.append(row)
        yes.append(0)
        no.append(0)
      }
      if y[row] == 1 { yes[k] += 1 } else { no[k] += 1 }
    }
    return survey.selecting(rows: first).appending(Column("yes", yes)).appending(Column("no", no))
      .appending(Column("n", zip(yes, no).map { $0 + $1 }))
      .appending(Column("share", zip(yes, no).map { Double($0) / Double($0 + $1) }))
  }

  @Test(
    "aggregated rows say what the people in them say: counts, means, standard errors",
    arguments: ["cbind(yes, no)", "share"])
  func aggregation(_ response: String) throws {
    let predictors = " ~ gender * gdp + (1 | region) + (1 | province)"
    let by = ["region", "gender", "province"]
    let people = try PoststratificationReferenceTests.estimates("y" + predictors, by: by)
    let rows = try Self.aggregated()
    let model = SurveyModel(
      try ModelFormula(response + predictors), family: .binomial,
      roles: ColumnRoles(weights: response == "share" ? "n" : nil))
    let found = try Poststratification(model, by: by, draws: 0).estimates(
      survey: rows, census: PoststratificationReferenceTests.census())
    #expect(found.overall.sampleCount == 1500 && found.coverage.surveyRows == rows.rowCount)
    expectClose(found.overall.rawStandardError, 0.0129, absolute: 5e-5)
    #expect(found.tables[0].rows[0].sampleCount == 333)
    expectClose(found.tables[0].rows[0].rawStandardError, 0.0272, absolute: 5e-5)
    var all: [(AreaEstimate, AreaEstimate)] = [(found.overall, people.overall)]
    for (own, other) in zip(found.tables, people.tables) {
      #expect(own.rows.count == other.rows.count)
      all += Array(zip(own.rows, other.rows))
    }
    for (own, other) in all {
      #expect(own.level == other.level && own.sampleCount == other.sampleCount)
      #expect(own.seenCellCount == other.seenCellCount)
      expectClose(own.rawMean, other.rawMean, absolute: 1e-12, own.level)
      expectClose(own.rawStandardError, other.rawStandardError, absolute: 1e-12, own.level)
      expectClose(own.cellwiseMean, other.cellwiseMean, absolute: 1e-12, own.level)
      expectClose(own.cellwiseStandardError, other.cellwiseStandardError, absolute: 1e-12, own.level)
      expectClose(own.unweightedMean, other.unweightedMean, absolute: 1e-4, own.level)
      expectClose(own.estimate, other.estimate, absolute: 1e-4, own.level)
    }
    #expect(found.text().contains("survey: \(rows.rowCount) rows of 1,500 respondents in "))
    #expect(!people.text().contains("respondents in 48"))
  }

  @Test("an error over some groups alone says over which")
  func partialError() throws {
    let survey = try PoststratificationReferenceTests.survey()
    let (region, gender) = (survey["region"]!, survey["gender"]!)
    func text(_ whole: Set<String>) throws -> String {
      let kept = (0..<survey.rowCount).filter {
        whole.contains(region.text($0)!) || gender.text($0) == "1"
      }
      let model = SurveyModel(try ModelFormula("y ~ gender + (1 | region)"))
      return try Poststratification(model, by: ["region"], draws: 0, truth: "truth").estimates(
        survey: survey.selecting(rows: kept), census: PoststratificationReferenceTests.census()
      ).text()
    }
    #expect(try text(["R1"]).contains(" (in the one group with respondents in every cell)\n"))
    #expect(try text(["R1", "R4"]).contains(" (in the 2 groups with respondents in every cell)\n"))
  }

  @Test("rows of the census that repeat a cell are counted, and those that are alike altogether")
  func repeatedCells() throws {
    let cells = try PoststratificationReferenceTests.table("slides/mrp_a_cells.csv")
    let formula = "y ~ gender * gdp + (1 | region) + (1 | province)"
    func found(_ rows: [Int], doubling doubled: Int? = nil) throws -> PoststratifiedEstimates {
      let table = cells.selecting(rows: rows)
      let census = DataTable(
        table.columns.map { column in
          guard column.name == "N", let doubled else { return column }
          let counts = column.numbers!
          return Column("N", counts.indices.map { $0 == doubled ? 2 * counts[$0] : counts[$0] })
        })
      return try Self.linear(formula, by: ["region"], census: Census(census))
    }
    let all = Array(0..<48)
    let once = try found(all)
    #expect(once.coverage.repeatedRows == 0 && !once.notes().contains { $0.contains("of the census") })
    let twice = try found(all + [3])
    #expect(twice.coverage.repeatedRows == 1 && twice.coverage.identicalRows == 1)
    #expect(
      twice.notes().contains(
        "note: 1 row of the census repeats the cell of an earlier row; the counts of one cell are added"))
    #expect(
      twice.notes().contains(
        "warning: 1 row of the census is the same as an earlier row in every column, N included: a row may stand twice by mistake"
      ))
    let other = try found(all + [3, 4], doubling: 49)
    #expect(other.coverage.repeatedRows == 2 && other.coverage.identicalRows == 1)
    // Cells that a smaller model does not tell apart are no repetition.
    let small = try Self.linear("y ~ 1 + (1 | province)")
    #expect(small.coverage.cellCount == 24 && small.coverage.repeatedRows == 0)
  }

  @Test("the same seed gives the same limits, another one others")
  func seeds() throws {
    let formula = "y ~ gender * gdp + (1 | region) + (1 | province)"
    let a = try Self.linear(formula, draws: 200, by: ["region"], seed: 7)
    let b = try Self.linear(formula, draws: 200, by: ["region"], seed: 7)
    let c = try Self.linear(formula, draws: 200, by: ["region"], seed: 8)
    #expect(a.tables[0].rows == b.tables[0].rows)
    #expect(a.tables[0].rows.map(\.lower) != c.tables[0].rows.map(\.lower))
    #expect(a.tables[0].rows.map(\.estimate) == c.tables[0].rows.map(\.estimate))
  }

  @Test("a province's income makes no cells of its own; cells without a respondent are counted")
  func coverage() throws {
    let found = try PoststratificationReferenceTests.estimates(
      "y ~ gender * gdp + (1 | region) + (1 | province)")
    #expect(Set(found.coverage.cellColumns) == ["gender", "province", "region"])
    #expect(found.coverage.cellCount == 48 && found.coverage.uncountedRows == 0)
    let survey = try PoststratificationReferenceTests.survey()
    let seen = Set((0..<1500).map { survey["gender.province"]!.text($0)! })
    #expect(found.coverage.seenCellCount == seen.count)
    let cells = try PoststratificationReferenceTests.census()
    let unseen = (0..<48).filter { !seen.contains(cells.cells["gender.province"]!.text($0)!) }
    expectClose(
      found.coverage.unseenShare, unseen.reduce(0) { $0 + cells.counts[$1] } / cells.total, absolute: 1e-12)
  }
}

struct TestFailure: Error {}

@Suite("Cells in which nobody lives")
struct EmptyCellTests {
  @Test("they need no values, change nothing, and have no mean")
  func empty() throws {
    let survey = DataTable([
      Column("y", [0.0, 1, 2, 1, 4, 3]), Column("x", ["a", "b", "a", "b", "a", "b"]),
    ])
    let cells = DataTable([Column("x", ["a", "b"]), Column("N", [5, 15])])
    let more = DataTable([Column("x", .text(["z", "a", nil, "b"])), Column("N", [0, 5, 0, 15])])
    let model = Poststratification(SurveyModel(try ModelFormula("y ~ x")), by: ["x"], draws: 100)
    let a = try model.estimates(survey: survey, census: Census(cells))
    let b = try model.estimates(survey: survey, census: Census(more))
    #expect(a.overall == b.overall && b.cellMeans[0].isNaN && b.cellMeans[2].isNaN)
    #expect([b.cellMeans[1], b.cellMeans[3]] == a.cellMeans)
    let shown = b.tables[0].rows.filter { $0.populationCount > 0 }
    #expect(shown == a.tables[0].rows)
    #expect(b.tables[0].rows.map(\.level) == ["a", "b", "z"] && b.tables[0].rows[2].estimate.isNaN)
  }
}
