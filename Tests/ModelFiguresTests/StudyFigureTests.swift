import Glibc
import Plotting
import Specifications
import Studies
import StudyResults
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Figures of studies")
struct StudyFigureTests {
  /// A small study that several tests draw.
  static func measured(
    grid: String = "{J: [3, 10], n: [2, 5, 20]}", scenarios: String = "", replicates: Int = 200,
    strategies: String = "",
    response: String = "{formula: \"y ~ 1 + (1 | school)\", beta: [1], sd: {school: tau, residual: 4}}",
    predictors: String = ""
  ) throws -> MeasuredStudy {
    let yaml = """
      study: small
      seed: 7
      replicates: \(replicates)
      design:
        parameters: {J: 4, n: 5, tau: 2}
        levels: {school: J, pupil: {per: school, size: n}}
        \(predictors)
        response: \(response)
      \(scenarios.isEmpty ? grid.isEmpty ? "" : "grid: \(grid)" : "scenarios: \(scenarios)")
      \(strategies)
      """
    let study = try StudySpecification(SpecificationNode(yaml: yaml, file: "study.yml")) {
      (file, at) throws(SpecificationError) in throw at.fault("no file")
    }
    let list = BlockList()
    let tasks = study.cells.flatMap { cell in
      ReplicateBlocks.of(study.replicates).map { StudyWork.Task(cell: cell, block: $0) }
    }
    _ = try StudyWork(study).run(tasks, threads: 2, into: list)
    return try MeasuredStudy(study, ResultTables(study, StudyStore(list.entries)))
  }

  /// Everything drawn that a figure of a study could be.
  static let grids = [
    "", "{J: [3, 10]}", "{n: [2, 5, 20, 40]}", "{J: [3, 10], n: [2, 5, 20]}",
    "{J: [3, 10], n: [2, 5], tau: [1, 4]}",
    "{J: [2, 3, 5, 10, 20, 30], n: [2, 3, 4, 5, 10], tau: [0.5, 1, 4]}",
    "{J: [3, 10], n: [2, 5], tau: [1, 4], response.sd.residual: [2, 4]}",
  ]

  @Test("every kind that suits a grid is legible in both languages, 16 and 8 cm wide", arguments: grids)
  func legible(grid: String) throws {
    let measured = try StudyFigureTests.measured(grid: grid, replicates: 100)
    let kinds = StudyFigureKind.suiting(measured)
    let count = measured.parameters.count
    #expect(kinds.contains(.surface) == (count > 1))
    #expect(kinds.contains(.weight) == (count > 0))
    for kind in [.shrinkage, .rmse, .coverage, .boundary] as [StudyFigureKind] {
      #expect(kinds.contains(kind))
    }
    for kind in kinds + [.measure] {
      let figure = try kind.figure(of: measured)
      for language in FigureLanguage.allCases {
        for width in [16.0, 8.0] {
          let setting = FigureSetting(language: language)
          let drawn = try resized(figure, width, setting)
          let layout = try drawn.layout()
          let pale = ColourScale.viridis.filter { $0.contrast(against: .white) < 3 }
          // Tiles have colours between those of the scale, and numbers on them in white or black.
          let faults = layout.faults(pale: pale).filter {
            kind != .surface || !($0.contains("pale") || $0.contains("area"))
          }
          #expect(faults.isEmpty, "\(kind.rawValue), \(language), \(width) cm, \(grid): \(faults)")
          #expect(!drawn.alternativeTitle.isEmpty && !drawn.alternativeText.isEmpty && !drawn.caption.isEmpty)
        }
      }
    }
  }

  private func resized(
    _ figure: some ModelFigure, _ width: Double, _ setting: FigureSetting
  ) throws -> Figure {
    try figure.resized(toWidth: Size.centimetres(width, 1).width, setting, measuring: FixedMeasurer()).figure(
      setting)
  }

  @Test("dots lie where the tables' numbers are, bars reach 1.96 errors to either side")
  func numbersInMarks() throws {
    let measured = try StudyFigureTests.measured()
    let figure = try StudyFigureKind.shrinkage.figure(of: measured)
    let specification = figure.figure(in: .english)
    let panel = specification.panels[0]
    let points = panel.marks.compactMap { $0 as? PointMark }
    let bars = panel.marks.compactMap { $0 as? IntervalMark }
    #expect(points.count == 3 && bars.count == 3)
    #expect(specification.x.isLogarithmic == false, "two values have no spacing")
    for (k, n) in ["2", "5", "20"].enumerated() {
      for (i, J) in ["3", "10"].enumerated() {
        let cell = measured.study.cells.firstIndex { $0.settings.map(\.value) == [J, n] }!
        let number = try #require(
          measured.measure(.shrinkage, of: "coef.school.(Intercept)", by: "reml", cell: cell))
        #expect(points[k].x[i] == Double(J) && points[k].y[i] == number.value)
        #expect(bars[k].low[i] == number.value - 1.96 * number.error)
        #expect(bars[k].high[i] == number.value + 1.96 * number.error)
      }
    }
    let row = figure.plottedData.rows[0]
    #expect(Array(row.prefix(3)) == [.text(""), .text("n = 2"), .text("3")])
  }

  @Test("the boundary curve is the F distribution's: at J = 3, n = 5 R's pf(1 / 2.25, 2, 12)")
  func boundary() throws {
    let measured = try StudyFigureTests.measured(replicates: 2000)
    let figure = try #require(try StudyFigureKind.boundary.figure(of: measured) as? StudyCurves)
    let line = figure.series[1]
    expectClose(line.points[0].theory, 0.34867973, relative: 1e-7)
    for point in figure.series.flatMap(\.points) {
      let error = (point.theory * (1 - point.theory) / 2000).squareRoot()
      // One of six beyond 4 errors by chance: 4·10⁻⁴.
      #expect(abs(point.number.value - point.theory) <= 4 * error + 1e-12)
    }
    #expect(figure.curves.count == 3)
    for curve in figure.curves {
      let own = figure.series[curve.line]
      expectClose(curve.y.first!, own.points.first!.theory, relative: 1e-12)
      expectClose(curve.y.last!, own.points.last!.theory, relative: 1e-12)
    }
    #expect(figure.figure(in: .english).caption.contains("exact, from the F distribution"))
    // With a predictor nothing is claimed.
    let slopes = try StudyFigureTests.measured(
      replicates: 20,
      response: "{formula: \"y ~ x + (1 | school)\", beta: [1, 1], sd: {school: tau, residual: 4}}",
      predictors: "predictors: {x: {level: pupil, normal: [0, 1]}}")
    let other = try #require(try StudyFigureKind.boundary.figure(of: slopes) as? StudyCurves)
    #expect(other.curves.isEmpty && other.series.allSatisfy { $0.points.allSatisfy(\.theory.isNaN) })
  }

  @Test("relative errors are roots of the ratios of squared errors, with delta-method errors")
  func relativeErrors() throws {
    let measured = try StudyFigureTests.measured(strategies: "strategies: [none, complete, reml]")
    let figure = try #require(try StudyFigureKind.rmse.figure(of: measured) as? StudyCurves)
    #expect(figure.quantity == .relativeError(estimand: "coef.school.(Intercept)", toNone: true))
    let line = try #require(figure.series.first { figure.name($0, .english) == "partial pooling (REML)" })
    let ratio = try #require(
      measured.measure(.mseVersusNone, of: "coef.school.(Intercept)", by: "reml", cell: line.points[0].cell))
    expectClose(line.points[0].number.value, ratio.value.squareRoot(), relative: 1e-15)
    expectClose(line.points[0].number.error, ratio.error / (2 * ratio.value.squareRoot()), relative: 1e-15)
    // Without no pooling: relative to complete pooling; without both: the error itself.
    let complete = try StudyFigureTests.measured(strategies: "strategies: [complete, reml]")
    let second = try #require(try StudyFigureKind.rmse.figure(of: complete) as? StudyCurves)
    #expect(second.quantity == .relativeError(estimand: "coef.school.(Intercept)", toNone: false))
    let alone = try StudyFigureTests.measured(strategies: "strategies: [reml, ml]")
    let third = try #require(try StudyFigureKind.rmse.figure(of: alone) as? StudyCurves)
    #expect(third.quantity == .measure(.rmse, estimand: "coef.school.(Intercept)"))
  }

  @Test("weights stand against n/(n + σ²/τ²)")
  func weights() throws {
    let measured = try StudyFigureTests.measured()
    let figure = try #require(try StudyFigureKind.weight.figure(of: measured) as? WeightAgainstTheory)
    #expect(figure.points.count == 6)
    for point in figure.points {
      let n = Double(measured.study.cells[point.cell].settings[1].value)!
      expectClose(point.theory, n / (n + 4), relative: 1e-12)
    }
  }

  @Test("requests choose axis, lines, panels and held values; what does not exist is named")
  func requests() throws {
    let measured = try StudyFigureTests.measured(
      grid: "{J: [3, 10], n: [2, 5], tau: [1, 4]}", replicates: 20)
    var request = StudyFigureRequest()
    request.x = "n"
    request.lines = "strategy"
    request.panels = "tau"
    request.held = [("J", "10")]
    request.measure = .bias
    request.estimand = "residual.sd"
    request.strategies = ["reml", "ml"]
    let figure = try #require(
      try StudyFigureKind.measure.figure(of: measured, request) as? StudyCurves)
    #expect(figure.series.count == 4 && figure.held == [0: 1])
    #expect(figure.figure(in: .english).panels.map(\.name) == ["tau = 1", "tau = 4"])
    #expect(figure.figure(in: .english).caption.contains("At J = 10."))
    func fault(_ change: (inout StudyFigureRequest) -> Void) -> StudyFigureError? {
      var request = StudyFigureRequest()
      change(&request)
      do {
        _ = try StudyFigureKind.shrinkage.figure(of: measured, request)
        return nil
      } catch { return error }
    }
    #expect(fault { $0.x = "k" } == .noParameter("k", available: ["J", "n", "tau"]))
    #expect(
      fault {
        $0.x = "J"; $0.lines = "J"
      } == .parameterTwice("J"))
    #expect(fault { $0.held = [("J", "4")] } == .noValue("4", parameter: "J", available: ["3", "10"]))
    #expect(fault { $0.strategies = ["bayes"] }?.description.contains("no strategy 'bayes'") == true)
    #expect(
      fault { $0.estimand = "residual.sd" }?.description.contains("no strategy has the measure 'shrinkage'")
        == true)
    let none = try StudyFigureTests.measured(grid: "{J: [3, 10]}", replicates: 20)
    #expect(throws: StudyFigureError.needsParameters(kind: "surface", count: 2, found: ["J"])) {
      try StudyFigureKind.surface.figure(of: none)
    }
  }

  @Test("words for parameters and strategies stand in the figure, the study's names in its numbers")
  func labels() throws {
    var figure = try #require(
      try StudyFigureKind.rmse.figure(of: StudyFigureTests.measured(replicates: 20)) as? StudyCurves)
    figure.rename("J", to: LocalizedText(english: "schools", chinese: "学校数"))
    figure.rename("oracle", to: LocalizedText(english: "the truth", chinese: "真值"))
    let chinese = figure.figure(in: .chinese)
    #expect(chinese.x.title == "学校数")
    #expect(chinese.categories.entries.contains { $0.label == "真值" })
    #expect(figure.plottedData.rows.contains { $0[1] == .text("oracle") })
  }

  @Test("partial results are said in caption and description")
  func partial() throws {
    let full = try StudyFigureTests.measured(replicates: 200)
    let study = full.study
    let list = BlockList()
    let tasks = study.cells.map { StudyWork.Task(cell: $0, block: ReplicateBlocks.of(200)[0]) }
    _ = try StudyWork(study).run(tasks, threads: 1, into: list)
    let part = try MeasuredStudy(study, ResultTables(study, StudyStore(list.entries)))
    #expect(full.isComplete && !part.isComplete)
    let figure = try StudyFigureKind.shrinkage.figure(of: part).figure(in: .english)
    #expect(figure.caption.contains("PARTIAL RESULTS") && figure.alternativeText.contains("PARTIAL RESULTS"))
  }
}
