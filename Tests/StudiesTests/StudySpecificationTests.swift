import Specifications
import Testing

@testable import Studies

@Suite("Study specifications")
struct StudySpecificationTests {
  private static let design = """
    design:
      parameters: {J: 10, n: 5}
      levels: {g: J, i: {per: g, size: n}}
      response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 2, residual: 4}}
    """

  private func message(_ yaml: String) -> String {
    do {
      let study = try StudyExamples.study(yaml)
      for cell in study.cells { _ = try CellRunner.make(study, cell) }
      return "no error"
    } catch { return "\(error)" }
  }

  @Test(
    "A slip gets its place and what would work",
    arguments: [
      ("replicates: 0", "study.yml:1:13: replicates: 0 is outside; from 1 to 1000000000 would work"),
      ("seed: 2", "study.yml:1:1: 'replicates' is missing"),
      (
        "replicats: 3",
        "study.yml:1:1: unknown 'replicats' (did you mean 'replicates'?); there are study, seed, replicates, design, grid, scenarios, strategies, formula, level, intervals"
      ),
      (
        "replicates: 3\nstrategies: [reml, remml]",
        "study.yml:2:20: strategies[2]: unknown 'remml' (did you mean 'reml'?); there are complete, none, lsdv, reml, ml, oracle"
      ),
      (
        "replicates: 3\nstrategies: [reml, reml]",
        "study.yml:2:20: strategies[2]: two strategies are called 'reml'"
      ),
      (
        "replicates: 3\nstrategies: {mundlak: {formula: y ~ 1 + (1 | g)}}",
        "study.yml:2:23: strategies.mundlak: 'method' is missing; there are complete, none, lsdv, reml, ml, oracle"
      ),
      ("replicates: 3\ngrid: {J: []}", "study.yml:2:11: grid.J: no values; at least one belongs here"),
      (
        "replicates: 3\ngrid: {m: [1]}",
        "study.yml:2:8: grid: unknown 'm' (did you mean 'J'?); there are J, n, or a path into the design such as response.sd.residual"
      ),
      (
        "replicates: 3\ngrid: {value: [1, 2]}",
        "study.yml:2:8: grid: 'value' is a column of the result tables; another name for the parameter would work"
      ),
      (
        "replicates: 3\ngrid: {J: [1, 2]}\nscenarios: [{J: 1}]",
        "study.yml:3:12: scenarios: a study has grid or scenarios, not both (grid: line 2)"
      ),
      (
        "replicates: 3\nscenarios: [{J: 2}, {n: 3}]",
        "study.yml:2:21: scenarios[2]: sets n; every scenario sets the same as the first: J"
      ),
      ("replicates: 3\ngrid: {J: [2, 3, 2]}", "study.yml:2:7: grid: scenario 3 repeats scenario 1 (J = 2)"),
      ("replicates: 3\nlevel: 95", "study.yml:2:8: level: 95 is outside; from 0.5 to 0.9999 would work"),
      (
        "replicates: 3\nintervals: walt",
        "study.yml:2:12: intervals: unknown 'walt' (did you mean 'wald'?); there are wald, satterthwaite"
      ),
    ])
  func faults(start: String, expected: String) {
    #expect(message(start + "\n" + Self.design) == expected)
  }

  @Test("Faults of the design and of formulas have their places too")
  func deeper() {
    let cell = message("replicates: 3\ngrid: {response.sd.residual: [4, -1]}\n" + Self.design)
    #expect(cell.hasPrefix("study.yml:2:34: ") && cell.contains("-1"), "\(cell)")
    let formula = message("replicates: 3\nformula: y ~ x + (1 | g)\n" + Self.design)
    #expect(formula.hasPrefix("study.yml:2:10: formula: ") && formula.contains("'x'"), "\(formula)")
    let bar = message("replicates: 3\nformula: y ~ 1\n" + Self.design)
    #expect(bar.hasPrefix("study.yml:2:10: formula: ") && bar.contains("random-effects term"), "\(bar)")
    let response = message("replicates: 3\nformula: log(y) ~ 1 + (1 | g)\n" + Self.design)
    #expect(response.hasPrefix("study.yml:2:10: formula: the response of 'log(y)"), "\(response)")
    let own = message(
      "replicates: 3\nstrategies: {a: {method: ml, formula: y ~ z + (1 | g)}}\n" + Self.design)
    #expect(own.hasPrefix("study.yml:2:39: strategies.a.formula: "), "\(own)")
  }

  @Test("A cell's key follows from its values alone, wherever it stands and however it is set")
  func keys() throws {
    func cells(_ grid: String) throws -> [StudyCell] {
      try StudyExamples.study("replicates: 3\n\(grid)\n" + Self.design).cells
    }
    let small = try cells("grid: {J: [10, 3]}")
    let large = try cells("grid: {n: [2, 5], J: [3, 7, 10]}")
    let listed = try cells("scenarios: [{J: 3, n: 5}, {J: 10, n: 5}]")
    func find(_ cells: [StudyCell], _ j: String) throws -> StudyCell {
      try #require(
        cells.first { cell in
          cell.settings.contains { $0.name == "J" && $0.value == j }
            && !cell.settings.contains { $0.name == "n" && $0.value != "5" }
        })
    }
    for j in ["3", "10"] {
      #expect(try find(small, j).identifier == find(large, j).identifier)
      #expect(try find(small, j).identifier == find(listed, j).identifier)
      #expect(try find(small, j).streamKey(seed: 1) != find(small, j).streamKey(seed: 2))
    }
    #expect(try Set(large.map(\.identifier)).count == 6 && cells("").count == 1)
    #expect(try cells("")[0].identifier == find(small, "10").identifier)
  }
}
