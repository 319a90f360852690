import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Where the path to no pooling ends")
struct PoolingLimitTests {
  static let records = try! Reference.json("lmm/own_estimates.json")["limits"].array

  static func model(_ record: JSON) throws -> LinearMixedModel {
    let file = "lmm/\(record["data"].string!).csv"
    return try LinearMixedModel(
      record["formula"].string!, data: DataTable(csv: Reference.bytes(file), file: file),
      roles: ColumnRoles(
        factors: ["Worker"], weights: record["weights"].string, offset: record["offset"].string))
  }

  @Test(
    "group-level predictors, groups of one row, weights and factors: R's penalized least squares",
    arguments: 0..<6)
  func agreesWithR(_ number: Int) throws {
    let record = PoolingLimitTests.records[number]
    let model = try PoolingLimitTests.model(record)
    let q = model.randomEffectNames.count
    let limit = PoolingLimit(model, root: Matrix(rows: q, columns: q, storage: record["root"].doubles))
    let expected = record["coefficients"].doubles
    // R's come from finite penalties, extrapolated.
    let spread = expected.max()! - expected.min()!
    expectClose(limit.coefficients.storage, expected, absolute: 1e-8 * spread, "\(record["formula"])")
  }

  @Test("the path goes there: its points come nearer as 1/c²", arguments: [0, 1, 3, 4])
  func continuity(_ number: Int) throws {
    let model = try PoolingLimitTests.model(PoolingLimitTests.records[number])
    let fit = try model.fit()
    let middle = try PoolingPath(fit, scales: []).fittedScale
    let path = try PoolingPath(fit, scales: [30 * middle, 300 * middle, .infinity])
    let end = path.points[2].coefficients.storage
    let spread = end.max()! - end.min()!
    func distance(_ i: Int) -> Double {
      zip(path.points[i].coefficients.storage, end).map { abs($0 - $1) }.max()! / spread
    }
    // A hundredth; at 30 groups with rows close together are not quite on their way yet.
    #expect(distance(0) < 0.3 && distance(1) < 0.015 * distance(0) + 1e-6, "\(distance(0)) \(distance(1))")
  }

  @Test("a predictor far from zero changes nothing but where the intercept is")
  func shift() throws {
    let record = PoolingLimitTests.records[0]
    let data = try DataTable(csv: Reference.bytes("lmm/unbalanced.csv"), file: "unbalanced")
    let far = DataTable(
      data.columns.filter { $0.name != "x" }
        + [Column("x", data["x"]!.numbers!.map { $0 + 1e6 })])
    let root = Matrix(rows: 1, columns: 1, storage: [1])
    let (near, moved) = (
      PoolingLimit(try PoolingLimitTests.model(record), root: root).coefficients.column(0),
      PoolingLimit(try LinearMixedModel(record["formula"].string!, data: far), root: root).coefficients
        .column(0)
    )
    // All intercepts move by the same.
    for (a, b) in zip(near, moved) { expectClose(b - moved[0], a - near[0], absolute: 1e-6) }
  }
}
