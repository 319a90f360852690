import MixedModels
import Tables
import TestSupport

/// Data and records of Scripts/record-group-figures.R.
enum GroupFigureReference {
  static let record = try! Reference.json("lmm/group_figures.json")

  static func fit(_ formula: String, _ file: String, group: String, by method: EstimationMethod = .reml)
    throws
    -> LinearMixedModelFit
  {
    let data = try DataTable(csv: Reference.bytes(file), file: file)
    return try LinearMixedModel(formula, data: data, roles: .init(factors: [group])).fit(by: method)
  }

  /// Table of n rows in `levels` groups, the response a fixed jumble about a + b·x.
  static func jumble(rows: Int, levels: Int, x: (Int) -> Double) -> DataTable {
    let numbers = (0..<rows).map { Double($0 * 7919 % 97) / 97 - 0.5 }
    let group = (0..<rows).map { $0 % levels }
    return DataTable([
      Column("y", (0..<rows).map { 2 + x($0) + Double(group[$0] * 37 % 11) / 5 + numbers[$0] }),
      Column("x", (0..<rows).map(x)), Column("u", group.map { Double($0 % 2) }),
      Column("g", group.map { "g\($0)" }),
    ])
  }
}
