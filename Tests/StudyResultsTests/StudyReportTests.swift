import Reporting
import Studies
import StudyResults
import Testing

@Suite("Reports of studies")
struct StudyReportTests {
  private func report(_ language: Language, blocks: Int = .max, _ yaml: String = ResultExamples.small) throws
    -> String
  {
    let study = try ResultExamples.study(yaml)
    let measured = try MeasuredStudy(study, ResultExamples.tables(study, blocks: blocks))
    return try StudyReport(measured, language: language, program: "multilevel-lab 0").markdown
  }

  @Test("the whole text in both languages", arguments: Language.allCases)
  func whole(language: Language) throws {
    let text = try report(language)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let expected = (language == .en ? StudyReportTests.english : StudyReportTests.chinese)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (k, (a, b)) in zip(lines, expected).enumerated() where a != b {
      Issue.record("line \(k + 1): \(a)\nexpected: \(b)")
      return
    }
    #expect(lines.count == expected.count)
  }

  @Test("groups without an estimate are counted, and the report says where")
  func groupsWithout() throws {
    let yaml = """
      replicates: 100
      strategies: [none, reml]
      design:
        levels: {g: 6, i: {per: g, size: [1, 2, 8]}}
        predictors: {x: {level: i, uniform: [0, 1]}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [1, 1], sd: {g: [1, 1], residual: 1}}
      """
    let english = try report(.en, yaml)
    #expect(
      english.contains(
        "no estimate of them: by no pooling up to 33.3 % (coef.g.(Intercept)). The measure `estimated`"))
    #expect(english.contains("- share of groups with an estimate: $"))
    #expect(try report(.zh, yaml).contains("无池化至多 33.3 %（coef.g.(Intercept)）"))
    #expect(try !report(.en).contains("share of groups with an estimate"))
  }

  @Test("missing replicates are said before anything else")
  func partial() throws {
    let yaml = ResultExamples.small.replacing("replicates: 100", with: "replicates: 200")
    let text = try report(.en, blocks: 1, yaml)
    let place = try #require(
      text.firstRange(of: "> **PARTIAL RESULTS.** 400 of 800 replicates are missing, in 4 of 4 cells"))
    #expect(text.distance(from: text.startIndex, to: place.lowerBound) < 60)
    #expect(try report(.zh, blocks: 1, yaml).contains("> **结果不完整。** 800 次重复中尚缺 400 次"))
    #expect(try report(.en, blocks: .max, yaml).contains("PARTIAL") == false)
  }

  @Test(
    "one cell, crossed rows, times, drawn sizes, own formulas and Satterthwaite intervals have their words")
  func designs() throws {
    let crossed = try report(
      .en, blocks: 1,
      """
      study: crossed
      replicates: 2
      intervals: satterthwaite
      design:
        levels: {person: 6, item: 5}
        response:
          formula: "y ~ 1 + (1 | person) + (1 | item)"
          level: {cross: [person, item], per_cell: 2}
          beta: [0]
          sd: {person: 1, item: 1, residual: 1}
      strategies: {both: {method: reml}, person: {method: reml, formula: "y ~ 1 + (1 | person)"}}
      """)
    #expect(crossed.contains("rows: person × item, every combination, 2 a combination"))
    #expect(crossed.contains("**Grid.** None: one cell."))
    #expect(crossed.contains("t with Satterthwaite's df"))
    #expect(
      crossed.contains(
        "- `person`: multilevel model by restricted maximum likelihood; `y ~ 1 + (1 | person)`"))
    let panel = try report(
      .en, blocks: 1,
      """
      study: panel
      replicates: 2
      design:
        levels: {country: 5, year: {time: 1..8, per: country}}
        predictors: {x: {level: year, normal: [0, 1], trend: 0.1}}
        response: {formula: "y ~ x + (1 | country)", beta: [0, 1], sd: {country: 1, residual: 1}, residual: {ar1: 0.5, within: country, time: year}}
      strategies: [lsdv, reml]
      """)
    #expect(panel.contains("└─ year: times 1 to 8 in each country"))
    #expect(
      panel.contains(
        "- residuals; AR(1) within each country: neighbours in year have correlation 0.5, those k steps apart its k-th power."
      ))
    let poisson = try report(
      .zh, blocks: 1,
      """
      study: 抽样
      replicates: 2
      design:
        levels: {school: 5, pupil: {per: school, size: {poisson: 6, min: 2}}}
        response: {formula: "y ~ 1 + (1 | school)", beta: [0], sd: {school: 1, residual: 1}}
      strategies: [reml]
      """)
    #expect(poisson.contains("└─ pupil: Poisson(6)，小于 2 的取 2（每个 school）"))
  }
}
