import MixedModels
import Plotting
import Tables
import TestSupport

@testable import ModelFigures

/// The recorded salary data and what the figures need of their fits.
enum SalaryFigures {
  static let reference = try! Reference.json("salary/seed_892174303.json")

  static func table() throws -> DataTable {
    try DataTable(csv: Reference.bytes("salary/seed_892174303.csv"), file: "salary.csv")
  }

  static func fit(_ formula: String = "salary ~ experience + (1 + experience | department)") throws
    -> LinearMixedModelFit
  {
    try LinearMixedModel(formula, data: table()).fit(by: .reml)
  }

  static func effects() throws -> RandomEffectIntervals { RandomEffectIntervals(try fit()) }

  static func fitted(_ formula: String = "salary ~ experience + (1 + experience | department)") throws
    -> FittedGroups
  {
    try FittedGroups(LinearMixedModel(formula, data: table()).fit(by: .reml))
  }

  /// Every kind of figure of the chapter.
  static func all() throws -> [any ModelFigure] {
    let both = try fitted()
    return [
      both.poolingPlane(modelEllipses: false), both.poolingPlane(modelEllipses: true),
      both.completePoolingScatter(),
      both.fittedScatter(), both.panels(),
      try fitted("salary ~ experience + (1 | department)").fittedScatter(),
      try fitted("salary ~ experience + (0 + experience | department)").fittedScatter(),
      Caterpillar(try effects(), heights: .rows), Caterpillar(try effects(), heights: .quantiles),
      CoefficientPlot(try fit()), try ShrinkageBySize(fit()), try Dumbbell(fit()),
      try ProfilePlot(fit()), DiagnosticPanels(try fit()),
    ]
  }
}

/// Text widths without fonts: ideographs as wide as the size, everything else 0.56 of it, bold a tenth more.
struct FixedMeasurer: TextMeasuring {
  func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 1 : 0.56) } * font.size * (font.bold ? 1.1 : 1)
  }
}

extension Figure {
  func layout() throws(FigureError) -> FigureLayout { try layout(measuring: FixedMeasurer()) }
}
