import MixedModels
import Plotting
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
}
