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
        "study.yml:2:20: strategies[2]: unknown 'remml' (did you mean 'reml'?); there are complete, none, lsdv, reml, ml, oracle, bayes"
      ),
      (
        "replicates: 3\nstrategies: [reml, reml]",
        "study.yml:2:20: strategies[2]: two strategies are called 'reml'"
      ),
      (
        "replicates: 3\nstrategies: {mundlak: {formula: y ~ 1 + (1 | g)}}",
        "study.yml:2:23: strategies.mundlak: 'method' is missing; there are complete, none, lsdv, reml, ml, oracle, bayes"
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

  @Test(
    "A faulty formula of a strategy is told at its own line and column, in a list and in a mapping",
    arguments: [
      (
        "strategies:\n  - reml\n  - own: {method: reml, formula: y ~ z + (1 | g)}",
        "study.yml:4:34: strategies[2].own.formula: no column 'z' (column 5)"
      ),
      (
        "strategies:\n  reml: {}\n  own: {method: reml, formula: y ~ z + (1 | g)}",
        "study.yml:4:32: strategies.own.formula: no column 'z' (column 5)"
      ),
      (
        "strategies:\n  - {a: {method: ml}, own: {method: reml, formula: y ~ 1}}",
        "study.yml:3:52: strategies[1].own.formula: 'y ~ 1' has no random-effects term; add one, e.g. (1 | group): it names the groups that every strategy estimates"
      ),
      (
        "strategies:\n  - own: {method: reml, formula: y ~ (1 | g}",
        "study.yml:3:34: strategies[1].own.formula: unexpected"
      ),
      (
        "strategies:\n  - own: {method: reml, formula: log(y) ~ (1 | g)}",
        "study.yml:3:34: strategies[1].own.formula: the response of 'log(y)"
      ),
      ("formula: y ~ z + (1 | g)\nstrategies: [reml]", "study.yml:2:10: formula: no column 'z' (column 5)"),
    ])
  func ownFormulas(strategies: String, expected: String) {
    let found = message("replicates: 3\n\(strategies)\n" + Self.design)
    #expect(found.hasPrefix(expected), "\(found)")
  }

  @Test(
    "A column of a formula that is missing in every row is told at its rate",
    arguments: [
      ("{y: 1}", "", "9:16: design.missing.y: rate 1 leaves no row with 'y', which 'y ~ x + (1 | g)' needs"),
      ("{y: {rate: 1}}", "", "9:23: design.missing.y.rate: rate 1 leaves no row with 'y'"),
      (
        "{x: gone}", "grid: {gone: [0.5, 1]}\n",
        "10:16: design.missing.x: rate 1 leaves no row with 'x', which 'y ~ x + (1 | g)' needs; a rate below 1 would work (with gone = 1)"
      ),
      ("{x: 1}", "formula: y ~ 1 + (1 | g)\n", "no error"), ("{y: 0.5}", "", "no error"),
    ])
  func missingColumn(rule: String, extra: String, expected: String) {
    let found = message(
      """
      replicates: 3
      strategies: [complete, reml]
      \(extra)design:
        parameters: {gone: 0.5}
        levels: {g: 10, i: {per: g, size: 5}}
        predictors: {x: {level: i, normal: [0, 1]}}
        response:
          {formula: "y ~ x + (1 | g)", beta: [1, 2], sd: {g: 2, residual: 4}}
        missing: \(rule)
      """)
    #expect(found.hasPrefix(expected == "no error" ? expected : "study.yml:" + expected), "\(found)")
  }

  @Test(
    "Names of strategies are letters of any alphabet, digits, spaces and . _ - + ( )",
    arguments: [
      ("{\"a,b\": {method: ml}}", "2:14: strategies: the strategy's name 'a,b' has ',' in it; letters"),
      ("{\"\": {method: ml}}", "2:14: strategies: a strategy's name is empty; letters"),
      ("{\"  \": {method: ml}}", "2:14: strategies: a strategy's name is empty; letters"),
      (
        "{\"a\\nb\": {method: ml}}",
        "2:14: strategies: the strategy's name 'a b' has a line end in it; letters"
      ),
      (
        "[ml, {'a\"b': {method: ml}}]",
        "2:19: strategies[2]: the strategy's name 'a\"b' has '\"' in it; letters"
      ),
      ("{a/b: {method: ml}}", "2:14: strategies: the strategy's name 'a/b' has '/' in it; letters"),
      ("{REML (x + x_mean) 2.0-b: {method: ml}, 部分池化: {method: reml}, Größe é: {method: ml}}", "no error"),
    ])
  func names(strategies: String, expected: String) {
    let found = message("replicates: 3\nstrategies: \(strategies)\n" + Self.design)
    #expect(found.hasPrefix(expected == "no error" ? expected : "study.yml:" + expected), "\(found)")
  }

  @Test("A strategy that several grouping factors leave unidentified gets a note, no other does")
  func notes() throws {
    let study = try StudyExamples.study(
      """
      replicates: 3
      design:
        levels: {school: 5, item: 4}
        response:
          formula: "y ~ 1 + (1 | school) + (1 | item)"
          level: {cross: [school, item]}
          beta: [1]
          sd: {school: 1, item: 1, residual: 1}
      strategies:
        complete: {}
        none: {}
        fixed: {method: lsdv}
        one: {method: none, formula: y ~ (1 | item)}
        reml: {}
      """)
    #expect(
      study.notes() == [
        "none: no pooling needs one grouping factor, the formula has school, item: every replicate will be unidentified; a formula of its own would work, e.g. none: {method: none, formula: \"y ~ 1 + (1 | school)\"}",
        "fixed: LSDV needs one grouping factor, the formula has school, item: every replicate will be unidentified; a formula of its own would work, e.g. fixed: {method: lsdv, formula: \"y ~ 1 + (1 | school)\"}",
        "one: no estimates of random.school.(Intercept).sd, coef.school.(Intercept)",
      ])
    let sums = try #require(
      try StudyExamples.run(study).results(of: study.cells[0], replicates: 3).sums)
    #expect((0..<5).map { sums.count(of: .unidentified, strategy: $0) } == [0, 3, 3, 0, 0])
    #expect(try StudyExamples.oneWay("{J: [3]}", replicates: 3).notes() == [])
  }

  @Test("What is counted is singular where it is one")
  func numbers() {
    #expect([0, 1, 2].map { counted($0, "cell") } == ["0 cells", "1 cell", "2 cells"])
    #expect(counted(12_000, "replicate", written: "12 000") == "12 000 replicates")
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
