import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Boundary test")
struct BoundaryTestTests {
  private func boundaries(_ theta: [Double], _ formula: String, scale: Double = 1) throws -> [FitDiagnostics
    .Boundary]
  {
    let table = try CriterionLawTests.salary("1")
    let x = table["experience"]!.numbers!.map { $0 * scale }
    let data = DataTable([table["salary"]!, table["department"]!, table["raises"]!, Column("experience", x)])
    let model = try LinearMixedModel(formula, data: data)
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
    return BoundaryTest.boundaries(of: lambda, in: model, lengths: BoundaryTest.lengths(of: model))
  }

  static let slope = "salary ~ experience + (1 + experience | department)"

  @Test("names the effect without variance, and the sign of a perfect correlation")
  func kinds() throws {
    #expect(try boundaries([4, -0.03, 0.13], Self.slope).isEmpty)
    #expect(try boundaries([0, 0, 1], Self.slope).map(\.effects) == [["(Intercept)"]])
    #expect(try boundaries([1, 0, 0], Self.slope).map(\.effects) == [["experience"]])
    #expect(try boundaries([1, 0.5, 0], Self.slope).map(\.kind) == [.perfectCorrelation(1)])
    #expect(try boundaries([1, -0.5, 1e-7], Self.slope).map(\.kind) == [.perfectCorrelation(-1)])
    #expect(try boundaries([0, 0, 0], Self.slope).count == 2)
    let three = "salary ~ experience + (1 + experience + raises | department)"
    #expect(
      try boundaries([1, 0.3, 0.002, 0.4, 0.001, 0], three).map(\.kind) == [.combination(dimensions: 2)])
  }

  @Test("units of a predictor do not matter")
  func units() throws {
    for scale in [1e-6, 1, 1e6] {
      #expect(try boundaries([4, -0.03 / scale, 0.13 / scale], Self.slope, scale: scale).isEmpty)
      #expect(try boundaries([4, -0.03 / scale, 1e-6 / scale], Self.slope, scale: scale).count == 1)
    }
  }
}
