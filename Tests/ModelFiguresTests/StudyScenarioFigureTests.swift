import Plotting
import Studies
import StudyResults
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Figures of scenarios and of cells without fits")
struct StudyScenarioFigureTests {
  private static let long = "[{J: 3, n: 20, tau: 1}, {J: 10, n: 5, tau: 1}, {J: 20, n: 5, tau: 4}]"

  private func faults(_ figure: any ModelFigure) throws -> [String] {
    var found: [String] = []
    for language in FigureLanguage.allCases {
      for width in [16.0, 8.0] {
        let drawn = try resized(figure, width, FigureSetting(language: language))
        let pale = ColourScale.viridis.filter { $0.contrast(against: .white) < 3 }
        found += try drawn.layout().faults(pale: pale)
      }
    }
    return found
  }

  private func resized(_ figure: some ModelFigure, _ width: Double, _ setting: FigureSetting) throws -> Figure
  {
    try figure.resized(toWidth: Size.centimetres(width, 1).width, setting, measuring: FixedMeasurer()).figure(
      setting)
  }

  @Test("scenarios that are no full grid have one place each, one panel, and a key")
  func scenarios() throws {
    let measured = try StudyFigureTests.measured(scenarios: Self.long, replicates: 40)
    for kind in [StudyFigureKind.shrinkage, .rmse, .coverage, .boundary, .measure] {
      let figure = try #require(try kind.figure(of: measured) as? StudyCurves)
      #expect(Set(figure.series.flatMap { $0.points.map(\.cell) }) == [0, 1, 2], "\(kind)")
      let drawn = figure.figure(in: .english)
      #expect(drawn.panels.count == 1 && drawn.x.title == "scenario", "\(drawn.x.title)")
      // Nothing joins scenarios, which have no order.
      #expect(!drawn.panels[0].marks.contains { $0 is LineMark })
      #expect(drawn.x.namedTicks.map(\.text) == ["1", "2", "3"])
      #expect(
        drawn.caption.contains("Scenarios: 1: J = 3, n = 20, tau = 1; 2: J = 10, n = 5, tau = 1; 3: J = 20"))
      #expect(figure.figure(in: .chinese).caption.contains("情景：1: J = 3"))
      #expect(drawn.alternativeText.contains("Scenarios: 1: J = 3, n = 20, tau = 1; 2:"))
      let faults = try faults(figure)
      #expect(faults.isEmpty, "\(kind): \(faults)")
    }
    #expect(!StudyFigureKind.suiting(measured).contains(.surface))
  }

  @Test(
    "a parameter that tells scenarios apart can be the axis; held values leave a grid; others are refused")
  func axes() throws {
    let measured = try StudyFigureTests.measured(scenarios: Self.long, replicates: 40)
    func curves(_ change: (inout StudyFigureRequest) -> Void) throws -> StudyCurves? {
      var request = StudyFigureRequest()
      change(&request)
      return try StudyFigureKind.rmse.figure(of: measured, request) as? StudyCurves
    }
    let byJ = try #require(try curves { $0.x = "J" })
    #expect(byJ.series.allSatisfy { $0.points.map(\.cell) == [0, 1, 2] })
    #expect(byJ.grid.axes[0].numbers == [3, 10, 20])
    let held = try #require(try curves { $0.held = [("n", "5"), ("tau", "4")] })
    #expect(held.x == nil && held.series.allSatisfy { $0.points.map(\.cell) == [2] })
    let two = try #require(try curves { $0.held = [("tau", "1")] })
    #expect(two.series.allSatisfy { $0.points.map(\.cell) == [0, 1] })
    #expect(two.figure(in: .english).caption.contains("At tau = 1."))
    #expect(throws: StudyFigureError.sameValue("n", scenarios: 3)) { try curves { $0.x = "n" } }
    #expect(throws: StudyFigureError.notFull("--panels n")) { try curves { $0.panels = "n" } }
    #expect(throws: StudyFigureError.noScenario("J = 3, n = 5")) {
      try curves { $0.held = [("J", "3"), ("n", "5")] }
    }
    #expect(throws: StudyFigureError.notFull("figure 'surface'")) {
      try StudyFigureKind.surface.figure(of: measured)
    }
  }

  @Test("no point where no fit is identified, and the text says so; a figure without a point is refused")
  func unidentified() throws {
    let measured = try StudyFigureTests.measured(
      grid: "{J: [3, 10], n: [1, 5]}", replicates: 40, strategies: "strategies: [none, reml]")
    #expect(measured.status(.unidentified, of: "reml", cell: 0)?.count == 40)
    let figure = try #require(try StudyFigureKind.boundary.figure(of: measured) as? StudyCurves)
    #expect(figure.series.map(\.index) == [1] && figure.series[0].points.count == 2)
    let drawn = figure.figure(in: .english)
    let note = "No point, because the model is not identified: partial pooling (REML) at n = 1."
    #expect(drawn.caption.contains(note) && drawn.alternativeText.contains(note))
    #expect(figure.figure(in: .chinese).caption.contains("模型不可识别，因而没有点：部分池化（REML），在 n = 1 处。"))
    var request = StudyFigureRequest()
    request.panels = "n"
    let panels = try StudyFigureKind.boundary.figure(of: measured, request).figure(in: .english)
    #expect(panels.panels.map(\.name) == ["n = 5"])
    request = StudyFigureRequest()
    request.held = [("n", "1")]
    #expect(
      throws: StudyFigureError.nothingThere(
        "the measure 'shrinkage'", estimand: "coef.school.(Intercept)", at: "n = 1")
    ) { try StudyFigureKind.shrinkage.figure(of: measured, request) }
    #expect(
      throws: StudyFigureError.nothingThere("the rate of the status 'boundary'", estimand: nil, at: "n = 1")
    ) {
      try StudyFigureKind.boundary.figure(of: measured, request)
    }
    // Identified fits keep their points.
    let all = try StudyFigureKind.boundary.figure(of: StudyFigureTests.measured(replicates: 20))
    #expect(try #require(all as? StudyCurves).gaps.isEmpty)
  }
}
