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

  static func effects() throws -> LevelIntervals { LevelIntervals(effectsOf: try fit()) }

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
      try ProfilePlot(fit()), DiagnosticPanels(try fit()), try PoolingDial(fit()),
      try MarginalEffectPlot(fit()), DesignSketch(SamplingDesign(try fit().model.frame)),
      try FourModels(fit()),
      try ShrinkageMatrix(fit()), Caterpillar(LevelIntervals(coefficientsOf: try fit()), heights: .rows),
      try ProfileDensity(fit()), try ProfilePairs(fit()),
      try BootstrapDistributions(try fit(), count: 200),
    ]
  }
}

/// A request with some wishes.
func asking(_ wishes: (inout FigureRequest) -> Void) -> FigureRequest {
  var request = FigureRequest()
  wishes(&request)
  return request
}
