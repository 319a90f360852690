import Foundation
import Tables
import TestSupport
import Testing

@testable import MixedModels

/// A linear mixed model that lme4 fitted: one of the records under `Tests/Reference`.
struct ReferenceCase: CustomTestStringConvertible, Sendable {
  let file: String
  let name: String
  let record: JSON
  let data: String

  var testDescription: String { "\(file) \(name)" }
  var formula: String { record["formula"].string! }
  var method: EstimationMethod { record["REML"].bool == false ? .ml : .reml }
  /// The REML criterion or ML deviance at the optimum.
  var criterion: Double { record[record["objective"].isNull ? "REML_criterion" : "objective"].double }
  var isSingular: Bool { record["singular"].bool! }

  func table() throws -> DataTable { try DataTable(csv: Reference.bytes(data), file: data) }
  func model() throws -> LinearMixedModel {
    try LinearMixedModel(formula, data: try table(), factors: ["group"])
  }
  func fit() throws -> LinearMixedModelFit { try model().fit(by: method) }

  static let salarySeeds = [
    "seed_0", "seed_1", "seed_42", "seed_123", "seed_2023", "seed_892174303", "variant_a",
  ]

  /// m2–m8 of all salary data.
  static let salary: [ReferenceCase] = salarySeeds.flatMap { id -> [ReferenceCase] in
    let document = try! Reference.json("salary/\(id).json")
    return ["m2", "m3", "m4", "m5", "m6", "m7", "m8"].map {
      ReferenceCase(file: id, name: $0, record: document["lmer"][$0], data: "salary/\(id).csv")
    }
  }

  /// The lecture's linear models on data of its shape.
  static let slides: [ReferenceCase] = ["a", "b", "c"].flatMap { set in
    ["M0", "M1", "M2", "M3", "M3cross", "Mdbar", "Mslope"].map { model in
      ReferenceCase(
        file: "slides_\(set)", name: model, record: try! Reference.json("slides/slides_\(set)_\(model).json"),
        data: "slides/slides_\(set).csv")
    }
  }

  /// Models of the literature's data sets, ML among them.
  static let literature: [ReferenceCase] = [
    "cake_temp", "dyestuff2_reml", "dyestuff_ml", "dyestuff_reml", "machines_slope", "sleep_dbar_reml",
    "sleep_factor_slope", "sleep_int_reml", "sleep_no_intercept", "sleep_slope_ml", "sleep_slope_reml",
  ].map { id in
    let record = try! Reference.json("lmm/\(id).json")
    return ReferenceCase(file: "lmm", name: id, record: record, data: record["data"].string!)
  }

  /// The cases with the fields of the reference's `lmm/` and `slides/`.
  static let full = slides + literature
  static let all = salary + full
}
