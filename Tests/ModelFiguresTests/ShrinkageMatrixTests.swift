import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Shrinkage matrix")
struct ShrinkageMatrixTests {
  private func plot(_ number: Int, highlighted: Set<String> = []) throws -> ShrinkageMatrix {
    let record = GroupFigureReference.record["matrices"][number]
    let isSleep = record["group"].string == "Subject"
    let fit = try GroupFigureReference.fit(
      record["formula"].string!, isSleep ? "lmm/sleepstudy.csv" : "lmm/machines.csv",
      group: record["group"].string!)
    return try ShrinkageMatrix(fit, highlighted: highlighted)
  }

  @Test("no pooling is lm group by group, partial pooling coef(), the covariance VarCorr()", arguments: 0..<3)
  func agreesWithR(_ number: Int) throws {
    let record = GroupFigureReference.record["matrices"][number]
    let plot = try plot(number)
    let names = plot.effects.map(\.column)
    #expect(Set(names) == Set(record["names"].strings))
    let (none, partial) = (record["none"].matrix, record["partial"].matrix)
    let noneNames = record["none_names"].strings
    let levels = record["levels"].strings
    let spread = names.map { name in
      let place = record["coef_names"].strings.firstIndex(of: name)!
      let values = partial.map { $0[place] }
      return values.max()! - values.min()!
    }
    for group in plot.groups {
      let j = try #require(levels.firstIndex(of: group.name))
      let own = group.own
      for (e, name) in names.enumerated() {
        expectClose(
          own[e], none[j][noneNames.firstIndex(of: name)!], relative: 1e-9, absolute: 1e-9 * spread[e])
        let place = record["coef_names"].strings.firstIndex(of: name)!
        expectClose(group.pooled[e], partial[j][place], absolute: 1e-6 * spread[e], "\(group.name) \(name)")
      }
    }
    let covariance = record["covariance"].matrix
    for i in names.indices {
      for k in names.indices {
        let (a, b) = (plot.covariance[i, i].squareRoot(), plot.covariance[k, k].squareRoot())
        let (r, s) = (
          record["names"].strings.firstIndex(of: names[i])!, record["names"].strings.firstIndex(of: names[k])!
        )
        expectClose(plot.covariance[i, k], covariance[r][s], absolute: 1e-5 * a * b)
      }
    }
  }

  @Test("ellipses hold the probability of the pair: every corner at Mahalanobis distance √χ²_p(2)")
  func ellipses() throws {
    let plot = try plot(1)
    let figure = plot.figure(in: .english)
    // qchisq(c(.9, .5), 2)
    let quantiles = [4.605170185988091, 1.386294361119891]
    let drawn = figure.panels.filter { !$0.marks.isEmpty }
    #expect(drawn.count == 3)
    for (panel, (i, k)) in zip(drawn, [(0, 1), (0, 2), (1, 2)]) {
      let curves = panel.marks.compactMap { $0 as? LineMark }
      #expect(curves.count == 2)
      let (a, b, c) = (plot.covariance[i, i], plot.covariance[i, k], plot.covariance[k, k])
      for (curve, quantile) in zip(curves, quantiles) {
        for (x, y) in zip(curve.x, curve.y) {
          let (dx, dy) = (x - plot.means[i], y - plot.means[k])
          expectClose(
            (c * dx * dx - 2 * b * dx * dy + a * dy * dy) / (a * c - b * b), quantile, relative: 1e-9)
        }
      }
      let arrows = try #require(panel.marks.compactMap { $0 as? ArrowMark }.first)
      #expect(
        arrows.startX == plot.groups.map { $0.own[i] } && arrows.endY == plot.groups.map { $0.pooled[k] })
    }
  }

  @Test("terms of || are uncorrelated, two coefficients make one panel, and one is refused")
  func pairs() throws {
    let plot = try plot(2)
    #expect(plot.hasSeparateTerms && plot.covariance[0, 1] == 0)
    let figure = plot.figure(in: .english)
    #expect(figure.panels.count == 1 && figure.caption.contains("uncorrelated"))
    let one = try SalaryFigures.fit("salary ~ experience + (1 | department)")
    #expect(
      throws: ModelFigureError.oneVaryingCoefficient("(Intercept)", formula: one.model.formulaText)
    ) { try ShrinkageMatrix(one) }
    let crossed = try GroupFigureReference.fit(
      "diameter ~ 1 + (1 | plate) + (1 | sample)", "lmm/penicillin.csv", group: "plate")
    #expect(throws: ModelFigureError.self) { try ShrinkageMatrix(crossed) }
  }

  @Test(
    "groups that do not determine columns have partial pooling alone; u's share is taken off own estimates"
  )
  func determined() throws {
    var table = GroupFigureReference.jumble(rows: 60, levels: 6) { Double($0 % 7) }
    let g = (0..<60).map { $0 == 59 ? "alone" : "g\($0 % 6)" }
    let u = (0..<60).map { Double($0 % 6 * 5 % 7) }
    table = DataTable([table["y"]!, table["x"]!, Column("u", u), Column("g", g)])
    let fit = try LinearMixedModel("y ~ x + u + (1 + x | g)", data: table).fit()
    let plot = try ShrinkageMatrix(fit)
    #expect(plot.groups.filter { $0.own.allSatisfy(\.isNaN) }.map(\.name) == ["alone"])
    #expect(plot.groupLevel.map(\.column) == ["u"])
    let figure = plot.figure(in: .english)
    #expect(
      figure.caption.contains("The rows of 1 group do not determine all")
        && figure.caption.contains("at u = 0"))
    // The group's regression less γ̂u_j.
    let none = GroupRegressions.noPooling(fit.model)
    let gamma = fit.fixedEffects[2]
    for (j, group) in plot.groups.enumerated() where group.own[0].isFinite {
      let value = u[g.firstIndex(of: group.name)!]
      expectClose(group.own[0], none.estimates[j, 0] - gamma * value, absolute: 1e-10)
      expectClose(group.own[1], none.estimates[j, 1], absolute: 1e-12)
    }
    #expect(abs(gamma) > 0.01)
  }

  @Test("columns of a factor are called by their names, not slopes")
  func factorColumns() throws {
    let figure = try plot(1).figure(in: .english)
    #expect(figure.panels.compactMap(\.x?.title) == ["MachineA", "MachineA", "MachineB"])
    #expect(figure.panels.compactMap(\.y?.title) == ["MachineB", "MachineC", "MachineC"])
    #expect(figure.alternativeTitle.hasSuffix("in pairs: MachineA, MachineB and MachineC"))
    let layout = try figure.layout()
    // The legend stands in the empty cell at the upper right.
    let legend = try #require(layout.scene.texts.first { $0.text == "no pooling" })
    #expect(legend.origin.x > figure.size.width / 2 && legend.origin.y < figure.size.height / 2)
  }

  @Test("own estimates far away do not squeeze the rest")
  func range() throws {
    let range = try #require(ShownRange(keeping: [0, 10], admitting: [-5, 14, 300, .nan]))
    #expect(range.outside == 1)
    expectClose(range.limits.lowerBound, -5 - 0.06 * 19, absolute: 1e-12)
    expectClose(range.limits.upperBound, 14 + 0.06 * 19, absolute: 1e-12)
    #expect(ShownRange(keeping: [], admitting: [.nan]) == nil)
    #expect(try #require(ShownRange(keeping: [3], admitting: [3])).limits.contains(3))
  }
}
