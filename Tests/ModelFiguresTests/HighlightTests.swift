import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Levels picked out in planes and scatter plots, and very many groups")
struct HighlightTests {
  private func many(_ highlighted: Set<String> = []) throws -> PoolingPlane {
    let data = FigureData.all.first { $0.groups == 500 }!
    var plane = try FittedGroups(LinearMixedModel("y ~ x + (1 + x | g)", data: data.table()).fit())
      .poolingPlane(modelEllipses: false)
    plane.highlighted = highlighted
    return plane
  }

  @Test("of 500 groups five are named, or those picked out; axes keep to what pooling leaves")
  func dense() throws {
    let plane = try many()
    let figure = plane.figure(in: .english)
    let labels = figure.panels[0].marks.compactMap { $0 as? LabelMark }.flatMap(\.texts)
    let farthest = plane.farthest(plane.drawn)
    #expect(labels == farthest.map(\.group) && labels.count == 5)
    #expect(figure.caption.contains("50% and 90%") && figure.caption.contains("Named: the 5 groups"))
    // The named ones do move farther than any other.
    func move(_ g: GroupFit) -> Double { abs(g.noPooling!.intercept - g.partialPooling!.intercept) }
    #expect(farthest.count == 5 && farthest.allSatisfy { move($0) > 0 })
    let limits = try #require(figure.x.limits)
    let pooled = plane.groups.compactMap { $0.partialPooling?.intercept }
    let reach = pooled.max()! - pooled.min()!
    #expect(pooled.allSatisfy(limits.contains) && limits.upperBound < pooled.max()! + 1.2 * reach)
    let outside = plane.groups.count { g in
      guard let own = g.noPooling, own.isFinite, let y = figure.y.limits else { return false }
      return !limits.contains(own.intercept) || !y.contains(own.slope)
    }
    #expect(figure.caption.contains("own estimates of \(outside) groups") == (outside > 0))
    let picked = try many(["7", "8"]).figure(in: .chinese)
    #expect(picked.panels[0].marks.compactMap { $0 as? LabelMark }.flatMap(\.texts) == ["7", "8"])
    #expect(try picked.layout().scene.texts.contains { $0.text == "突出显示" })
  }

  @Test("in a scatter plot the levels picked out alone have looks and keys, and lie over the others")
  func scatter() throws {
    var scatter = try SalaryFigures.fitted().fittedScatter()
    scatter.highlighted = ["english", "biology"]
    let figure = scatter.figure(in: .english)
    #expect(figure.categories.entries.map(\.name) == ["biology", "english"])
    #expect(figure.caption.contains("5 groups") && figure.caption.contains("not in the legend"))
    let names = figure.panels[0].marks.map { mark in
      (mark as? PointMark)?.legendKeys.first?.category ?? (mark as? LineMark)?.legendKeys.first?.category
        ?? ""
    }
    #expect(Set(names.prefix(6)) == [""])
    #expect(names.suffix(4) == ["biology", "english", "biology", "english"])
    #expect(throws: FigureKindError.self) {
      try ModelFigureKind.varyingBoth.figure(of: SalaryFigures.fit(), asking { $0.highlighted = ["nobody"] })
    }
  }

  @Test("descriptions name what is picked out, with its numbers")
  func described() throws {
    let plane = try many(["7"])
    let group = try #require(plane.drawn.first { $0.group == "7" })
    let words = FigureWords(.english)
    let slope = words.number(try #require(group.partialPooling).slope)
    #expect(plane.alternativeText(.english).contains("Highlighted: 7 from "))
    #expect(plane.alternativeText(.english).contains("slope \(slope)."))
    #expect(plane.alternativeText(.chinese).contains("突出显示：7 由"))
  }

  @Test("a group of few rows neither sets the axes nor the ellipses; what leaves the panels is counted")
  func outliers() throws {
    var (y, x, g) = ([Double](), [Double](), [String]())
    for j in 0..<45 {
      for i in 0..<6 {
        x.append(Double(i))
        y.append(Double(j % 7) + Double(i) * (1 + 0.1 * Double(j % 3)) + Double((i * 7 + j * 3) % 5) / 10)
        g.append("g\(j)")
      }
    }
    // Two rows of one group that say nothing but lie close together.
    x += [3, 3.01]
    y += [4, 9]
    g += ["odd", "odd"]
    let table = DataTable([Column("y", y), Column("x", x), Column("g", g)])
    let fitted = try FittedGroups(LinearMixedModel("y ~ x + (1 + x | g)", data: table).fit())
    let plane = fitted.poolingPlane(modelEllipses: false)
    let figure = plane.figure(in: .english)
    #expect(figure.caption.contains("Outside of the panel: the own estimate of 1 group."))
    #expect(figure.caption.contains("of the 91 estimates shown"))
    guard case .ellipses(let shape, _) = plane.background(of: plane.drawn) else {
      Issue.record("no ellipses")
      return
    }
    #expect(abs(shape.centreY) < 3)
    let panels = fitted.panels(only: ["odd", "g1"]).figure(in: .english)
    let limits = try #require(panels.y.limits)
    #expect(limits.upperBound < 40 && panels.caption.contains("1 group leaves its panel"))
  }

  @Test("a plane says which coefficient the model holds in common")
  func common() throws {
    let intercepts = try SalaryFigures.fitted("salary ~ experience + (1 | department)")
      .poolingPlane(modelEllipses: false).figure(in: .english)
    #expect(intercepts.caption.contains("The model has one slope for all groups"))
    #expect(!intercepts.caption.contains("one intercept"))
    let both = try SalaryFigures.fitted().poolingPlane(modelEllipses: false).figure(in: .english)
    #expect(!both.caption.contains("The model has one"))
  }
}
