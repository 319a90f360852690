import Foundation
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Expected and observed responses group by group")
struct GroupResponsesTests {
  private static func fit(
    _ formula: String, _ data: String, family: ResponseFamily = .binomial, factors: Set<String> = []
  ) throws -> (fit: GeneralizedLinearMixedModelFit, table: DataTable) {
    let table = try DataTable(csv: Reference.bytes(data))
    let model = try GeneralizedLinearMixedModel(
      formula, data: table, family: family, roles: ColumnRoles(factors: factors))
    return (try model.fit(), table)
  }

  @Test("case 1: a panel for each pair, predictions of predict(), all observations once")
  func pairs() throws {
    let (fit, table) = try Self.fit(
      "y ~ x1 * x2 + (1 + x1 | income) + (1 + x1 | region)", "slides/case1_a.csv")
    let found = try GroupResponses(fit)
    #expect(found.factors.map(\.name) == ["income", "region"] && found.cells.count == 9)
    #expect(found.predictor == "x1" && found.line == "x2" && found.lineLevels == ["0", "1"])
    #expect(found.held.isEmpty && found.otherFactors.isEmpty && !found.isRate)
    let (y, x2) = (table["y"]!.numbers!, table["x2"]!.numbers!)
    let (income, region) = (table["income"]!.factor, table["region"]!.factor)
    for cell in found.cells {
      let levels = zip(cell.levels, found.factors).map { $1.levels[$0] }
      for curve in cell.curves {
        #expect(curve.places.count == 41)
        let rows = DataTable([
          Column("x1", curve.places), Column("x2", curve.places.map { _ in Double(curve.line) }),
          Column("income", .text(curve.places.map { _ in levels[0] })),
          Column("region", .text(curve.places.map { _ in levels[1] })),
        ])
        expectClose(curve.means, try fit.predict(for: rows, scale: .response), relative: 1e-12)
        expectClose(
          curve.population, try fit.predict(for: rows, random: .none, scale: .response), relative: 1e-12)
        let limits = try fit.confidenceIntervals(for: rows, scale: .response)
        expectClose(curve.lower, limits.lower, relative: 1e-9)
        expectClose(curve.upper, limits.upper, relative: 1e-9)
      }
      let own = y.indices.filter {
        income.levels[income.codes[$0]] == levels[0] && region.levels[region.codes[$0]] == levels[1]
      }
      #expect(cell.rowCount == own.count)
      for line in 0...1 {
        let rows = own.filter { x2[$0] == Double(line) }
        let dots = cell.dots.filter { $0.line == line }
        #expect(dots.reduce(0) { $0 + $1.count } == Double(rows.count))
        expectClose(
          dots.reduce(0) { $0 + $1.count * $1.mean }, rows.reduce(0) { $0 + y[$1] }, relative: 1e-12)
      }
    }
    let single = try GroupResponses(fit, grouping: "region")
    #expect(single.factors.map(\.name) == ["region"] && single.otherFactors == ["income"])
    #expect(single.cells.reduce(0) { $0 + $1.rowCount } == 1200)
  }

  @Test("a factor on the axis, shares of trials")
  func factor() throws {
    let (fit, table) = try Self.fit(
      "cbind(incidence, size - incidence) ~ period + (1 | herd)", "glmm/cbpp.csv",
      factors: ["period", "herd"])
    let found = try GroupResponses(fit)
    #expect(found.predictorLevels == ["1", "2", "3", "4"] && found.line == nil && found.cells.count == 15)
    #expect(found.cells.map { $0.dots.count }.reduce(0, +) == table.rowCount)
    let (incidence, size) = (table["incidence"]!.numbers!, table["size"]!.numbers!)
    for (dot, row) in zip(found.cells[0].dots, 0..<4) {
      #expect(dot.count == size[row] && dot.place == Double(row))
      expectClose(dot.mean, incidence[row] / size[row], relative: 1e-15)
    }
    expectClose(found.cells[0].curves[0].means, Array(fit.fitted[0..<4]), relative: 1e-12)
  }

  @Test("a factor that panel and line determine together counts")
  func crossedLine() throws {
    let (fit, _) = try Self.fit("y ~ gender + gdp + (1 | region) + (1 | gender:region)", "slides/mrp_a.csv")
    let found = try GroupResponses(fit)
    #expect(found.factors.map(\.name) == ["region"] && found.line == "gender" && found.otherFactors.isEmpty)
    let curve = found.cells[2].curves[1]
    let rows = DataTable([
      Column("gdp", curve.places), Column("gender", curve.places.map { _ in 1.0 }),
      Column("region", .text(curve.places.map { _ in found.factors[0].levels[2] })),
    ])
    expectClose(curve.means, try fit.predict(for: rows, scale: .response), relative: 1e-12)
    let without = try GroupResponses(fit, over: "gender")
    #expect(without.line == nil && without.otherFactors == ["gender:region"])
  }

  @Test("rates where there is an offset")
  func rates() throws {
    let (fit, table) = try Self.fit(
      "y ~ x + offset(log(expo)) + (1 | g)", "glmm/sim_poisson.csv", family: .poisson)
    let found = try GroupResponses(fit)
    #expect(found.isRate)
    let (y, expo, g) = (table["y"]!.numbers!, table["expo"]!.numbers!, table["g"]!.factor)
    let cell = found.cells[0]
    let rows = y.indices.filter { g.levels[g.codes[$0]] == found.factors[0].levels[0] }
    #expect(cell.rowCount == rows.count)
    if found.binCount == nil {
      expectClose(
        cell.dots.map(\.mean).sorted(), rows.map { y[$0] / expo[$0] }.sorted(), relative: 1e-12)
    }
    let beta = fit.fixedEffects
    let low = try #require(table["x"]!.numbers!.min())
    expectClose(cell.curves[0].population[0], exp(beta[0] + beta[1] * low), relative: 1e-12)
  }

  @Test("what is constant within a group has the group's value, what is not is held")
  func groupLevel() throws {
    let (fit, table) = try Self.fit(
      "use01 ~ age + urban + livch + (1 | district)", "glmm/contraception.csv", factors: ["district"])
    var columns = table.columns
    let district = table["district"]!.factor
    columns.append(Column("u", district.codes.map { Double($0 % 7) }))
    let own = try GeneralizedLinearMixedModel(
      "use01 ~ age + u + (1 | district)", data: DataTable(columns), family: .binomial,
      roles: ColumnRoles(factors: ["district"])
    ).fit()
    let found = try GroupResponses(own)
    #expect(found.held.isEmpty && found.factors[0].levelCount == 60 && found.cells.count == 24)
    let level = found.factors[0].levels[1]
    let code = try #require(district.levels.firstIndex(of: level))
    let first = found.cells[1].curves[0]
    let eta =
      own.fixedEffects[0] + own.fixedEffects[1] * first.places[0] + own.fixedEffects[2] * Double(code % 7)
    expectClose(first.population[0], 1 / (1 + exp(-eta)), relative: 1e-12)
    let held = try GroupResponses(fit, lines: "livch")
    #expect(held.held == [ReferenceGrid.Held(column: "urban", value: .level("N"))])
    #expect(held.lineLevels == ["0", "1", "2", "3+"])
  }

  @Test("what cannot be shown is said")
  func faults() throws {
    let (fit, _) = try Self.fit("y ~ x1 + (1 | income) + (1 | region)", "slides/case1_a.csv")
    #expect(throws: GroupResponsesError.noLines("x1", available: [])) {
      try GroupResponses(fit, lines: "x1")
    }
    #expect(throws: ReferenceGridError.notPredictor("x9", known: ["x1"])) {
      try GroupResponses(fit, over: "x9")
    }
    #expect(throws: PredictionError.unknownFactor("class", known: ["income", "region"])) {
      try GroupResponses(fit, grouping: "class")
    }
    let (empty, _) = try Self.fit("y ~ 1 + (1 | income) + (1 | region)", "slides/case1_a.csv")
    #expect(throws: ReferenceGridError.self) { try GroupResponses(empty) }
  }
}
