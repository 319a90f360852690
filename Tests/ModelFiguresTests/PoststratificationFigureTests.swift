import ModelFormula
import Plotting
import Poststratification
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Figures of MRP")
struct PoststratificationFigureTests {
  /// Province P01 is renamed in the census, so that nobody was asked there.
  private func estimates(truth: String? = "truth", draws: Int = 100) throws -> PoststratifiedEstimates {
    let survey = try DataTable(csv: Reference.bytes("slides/mrp_a.csv"), file: "survey")
    let cells = try DataTable(csv: Reference.bytes("slides/mrp_a_cells.csv"), file: "cells")
    let renamed = DataTable(
      cells.columns.map { column in
        column.name == "province"
          ? Column("province", (0..<48).map { $0 < 2 ? "P99" : column.text($0)! }) : column
      })
    let model = SurveyModel(try ModelFormula("y ~ gender * gdp + (1 | province)"), family: .binomial)
    return try Poststratification(model, by: ["province"], draws: draws, truth: truth)
      .estimates(survey: survey, census: Census(renamed))
  }

  @Test("areas on rows by MRP's estimate: raw means, intervals, truth")
  func areas() throws {
    let found = try estimates()
    let plot = AreaEstimatesPlot(found)
    let rows = found.tables[0].rows
    let sorted = plot.order.map { plot.areas[$0].estimate }
    #expect(sorted.map(\.estimate) == rows.map(\.estimate).sorted())
    let figure = plot.figure(in: .english)
    let marks = figure.panels[0].marks
    let bars = try #require(marks.compactMap { $0 as? IntervalMark }.first)
    #expect(bars.low == sorted.map(\.lower) && bars.high == sorted.map(\.upper))
    let points = marks.compactMap { $0 as? PointMark }
    // Nobody was asked in P99: one raw mean less.
    #expect(points.map(\.x.count) == [24, 23, 24])
    #expect(points[0].x == sorted.map { $0.truth! })
    #expect(figure.caption.contains("One group has no respondents."))
    #expect(figure.caption.contains("Bars: 95% intervals of MRP."))
    #expect(plot.figure(in: .chinese).alternativeText.hasPrefix("共 24 组"))
    #expect(plot.plottedData.rows.count == 24)
    let bare = AreaEstimatesPlot(try estimates(truth: nil, draws: 0)).figure(in: .english)
    #expect(!bare.caption.contains("intervals"))
    #expect(bare.panels[0].marks.compactMap { $0 as? PointMark }[0].x.isEmpty)
  }

  @Test("movements against respondents, told whether they help")
  func movement() throws {
    let found = try estimates()
    let plot = AreaMovementPlot(found)
    #expect(plot.areas.count == 23 && plot.unseenCount == 1)
    let figure = plot.figure(in: .english)
    let points = figure.panels[0].marks.compactMap { $0 as? PointMark }
    #expect(points.reduce(0) { $0 + $1.x.count } == 23 && points.count == 2)
    let nearer = plot.areas.filter {
      abs($0.estimate.estimate - $0.estimate.truth!) < abs($0.estimate.rawMean - $0.estimate.truth!)
    }
    #expect(points[0].y == nearer.map(\.estimate.movement))
    #expect(figure.caption.contains("One group without respondents has no raw mean and is not shown."))
    let plain = AreaMovementPlot(try estimates(truth: nil, draws: 0)).figure(in: .english)
    #expect(plain.panels[0].marks.compactMap { $0 as? PointMark }.count == 1)
  }

  @Test("areas and columns take other words")
  func labels() throws {
    var plot = AreaEstimatesPlot(try estimates())
    plot.rename("P05", to: LocalizedText(english: "Fifth", chinese: "第五省"))
    plot.rename("province", to: LocalizedText(english: "Province", chinese: "省份"))
    let text = plot.figure(in: .chinese)
    #expect(text.alternativeTitle == "各省份的估计：原始均值与 MRP")
    #expect(plot.areas.contains { $0.label(.english) == "Fifth" })
  }
}
