import Designs
import MixedModels
import ModelFormula
import Tables
import Testing

@testable import ProblemSets

@Suite struct DataSearchTests {
  private func table(_ rows: [(String, Double, Double)]) -> DataTable {
    DataTable([
      Column("g", rows.map(\.0)), Column("x", rows.map(\.1)), Column("y", rows.map(\.2)),
    ])
  }

  @Test("Simpson's reversal is found where slopes within and over all rows differ in sign")
  func simpson() throws {
    let formula = try ModelFormula("y ~ x + (1 | g)")
    var rows: [(String, Double, Double)] = []
    for (j, name) in ["a", "b", "c", "d"].enumerated() {
      for i in 0..<5 {
        let noise = Double((i * 7 + j * 3) % 5) * 0.02
        rows.append((name, Double(j * 3) + Double(i), Double(j * 6) - Double(i) + noise))
      }
    }
    let found = try DataProperty.simpson.found(in: table(rows), formula)
    #expect(found.holds && found.measure < -0.9)
    let straight = rows.map {
      ($0.0, $0.1, 2 * $0.1 + ($0.2 - $0.2.rounded()) + Double($0.0.utf8.first! % 3))
    }
    #expect(try !DataProperty.simpson.found(in: table(straight), formula).holds)
  }

  @Test("a group whose outcomes are all alike separates a logistic regression")
  func separation() throws {
    var rows: [(String, Double, Double)] = []
    for (j, name) in ["a", "b", "c"].enumerated() {
      for i in 0..<6 { rows.append((name, Double(i), j == 0 ? 1 : Double((i + j) % 2))) }
    }
    let formula = try ModelFormula("y ~ 1 + (1 | g)")
    #expect(try DataProperty.separation.found(in: table(rows), formula).holds)
    rows[0].2 = 0
    #expect(try !DataProperty.separation.found(in: table(rows), formula).holds)
  }

  @Test("how far a group is pulled is the way from LSDV to REML, both with a common slope")
  func pulled() throws {
    let formula = try ModelFormula("salary ~ experience + (1 | department)")
    let data = try DataSearch.Source.salary(try SalaryScenario(count: 100)).data(seed: 7)
    let pooling = try PoolingComparison(formula, data: data)
    let moves = pooling.levels.map { level in
      let terms = [PoolingMethod.lsdv, .reml].map { pooling[$0, level, "(Intercept)"]!.estimate }
      return abs(terms[1] - terms[0])
    }.sorted(by: >)
    let found = try DataProperty.onePulledMost(times: 2).found(in: data, formula)
    #expect(found.measure == moves[0] / moves[1] && !found.holds)
    #expect(found.measure < 1.2)
  }

  @Test("with several largest groups the question of the largest has no answer, and that is said")
  func tied() throws {
    let formula = try ModelFormula("salary ~ experience + (1 | department)")
    let search = DataSearch(
      .largestNotLeastPulled, in: .salary(try SalaryScenario(count: 100)), formula: formula)
    #expect(throws: DataSearchError.noLargestGroup(tied: 5, rows: 20)) { try search.run(from: 1, count: 5) }
    let one = DataSearch(.largestNotLeastPulled, in: .salary(try SalaryScenario(count: 96)), formula: formula)
    let result = try one.run(from: 1, count: 20)
    #expect(result.failed == 0 && result.found.allSatisfy { $0.measure > 0 })
  }

  @Test("the search gives the same seeds for any number of threads, and any start")
  func search() throws {
    let search = DataSearch(
      .lsdvDiffers(percent: 1), in: .salary(try SalaryScenario(count: 25)),
      formula: try ModelFormula("salary ~ experience + (1 | department)"))
    let one = try search.run(from: 1, count: 60)
    let three = try search.run(from: 1, count: 60, threads: 3)
    let part = try search.run(from: 31, count: 30)
    #expect(one.found.map(\.seed) == three.found.map(\.seed))
    #expect(one.found.map(\.seed).filter { $0 > 30 } == part.found.map(\.seed))
    #expect(one.tried == 60 && one.failed == 0)
    let agrees = DataSearch(.lsdvAgrees(percent: 1), in: search.source, formula: search.formula)
    let others = try agrees.run(from: 1, count: 60)
    #expect(Set(others.found.map(\.seed)).isDisjoint(with: one.found.map(\.seed)))
    #expect(others.found.count + one.found.count == 60)
  }

  @Test("Wilson's interval at its ends and in the middle")
  func wilson() {
    func interval(_ k: Int, _ n: Int) -> ClosedRange<Double> {
      DataSearch.Result(found: (0..<k).map { ($0, 0) }, tried: n, failed: 0, firstFailure: nil).interval
    }
    let z2 = 1.959963984540054 * 1.959963984540054
    #expect(interval(0, 50).lowerBound == 0)
    #expect(abs(interval(0, 50).upperBound - z2 / (50 + z2)) < 1e-12)
    #expect(interval(50, 50).upperBound == 1)
    // Newcombe (1998), table I: 81 of 263.
    #expect(abs(interval(81, 263).lowerBound - 0.2553) < 5e-5)
    #expect(abs(interval(81, 263).upperBound - 0.3662) < 5e-5)
  }

  @Test("a formula without a bar, or without a predictor, is refused in words")
  func refused() throws {
    let rows = table([("a", 1, 2), ("a", 2, 3), ("b", 1, 1), ("b", 3, 2), ("b", 2, 5)])
    #expect(throws: (any Error).self) {
      try DataProperty.separation.found(in: rows, try ModelFormula("y ~ x"))
    }
    #expect(throws: DataSearchError.needsPredictor) {
      try DataProperty.simpson.found(in: rows, try ModelFormula("y ~ 1 + (1 | g)"))
    }
  }
}
