import Foundation
import ModelFormula
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
    try LinearMixedModel(formula, data: try table(), roles: roles)
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
    "cake_interaction", "cake_sum", "cake_temp", "dyestuff2_ml", "dyestuff2_reml", "dyestuff_ml",
    "dyestuff_reml",
    "exam_full_ml", "exam_int", "exam_slope", "machines_int_ml", "machines_slope", "machines_zero",
    "orthodont_centred", "orthodont_dbar", "orthodont_interaction", "pastes_sample_only_ml", "sleep_dbar_ml",
    "sleep_dbar_reml", "sleep_factor_slope", "sleep_factor_zero", "sleep_group_interaction", "sleep_in",
    "sleep_int_ml", "sleep_int_reml", "sleep_log", "sleep_missing", "sleep_no_intercept", "sleep_null_ml",
    "sleep_offset", "sleep_offset_formula", "sleep_only_random_slope", "sleep_poly", "sleep_scaled",
    "sleep_slope_ml", "sleep_slope_reml",
    "sleep_square", "sleep_weights", "sleep_weights_ml", "sleep_zero_slope",
  ].map { id in
    let record = try! Reference.json("lmm/\(id).json")
    return ReferenceCase(file: "lmm", name: id, record: record, data: record["data"].string!)
  }

  /// Several grouping factors: nested, crossed, partially crossed, and two in records without what R computes slowly.
  static let crossed: [ReferenceCase] = [
    "cake_helmert_poly", "cake_rep_slash", "machines_nested", "machines_int_slash_ml", "machines_unbalanced",
    "pastes_nested_ml", "pastes_nested_slash", "pastes_sample", "penicillin_ml", "penicillin_reml",
    "insteval", "insteval_ml_nodept",
  ].map { id in
    let record = try! Reference.json("lmm/\(id).json")
    return ReferenceCase(file: "lmm", name: id, record: record, data: record["data"].string!)
  }

  /// The cases with the fields of the reference's `lmm/` and `slides/`.
  static let full = slides + literature + crossed
  static let all = salary + full
}

extension LinearMixedModel {
  /// The reduced data of a model with one grouping factor.
  var reduction: GroupReduction {
    guard case .single(let data) = reducedData else { preconditionFailure("several grouping factors") }
    return data
  }
}
