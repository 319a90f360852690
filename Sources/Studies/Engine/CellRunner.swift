import Designs
import Specifications

/// Chooses how the replicates of a cell are drawn and fitted.
enum CellRunner {
  /// A runner of a cell: from sufficient statistics where the design allows it, else from rows.
  /// - Throws: `SpecificationError` where design or formula are at fault.
  static func make(_ study: StudySpecification, _ cell: StudyCell) throws(SpecificationError)
    -> any ReplicateRunner
  {
    let design = try study.design(of: cell)
    if let runner = MomentRunner(study, cell, design) { return runner }
    return try RowRunner(study, cell, design)
  }
}

extension StudySpecification {
  /// The estimands of a cell, in the order of its sums.
  package func estimands(of cell: StudyCell) throws(SpecificationError) -> [Estimand] {
    try CellRunner.make(self, cell).layout.estimands
  }
}

/// The purposes of a replicate's random streams: none disturbs another.
enum StreamPurpose {
  /// The data.
  static let data: UInt32 = 0
  /// The group that is not in the data.
  static let newGroup: UInt32 = 1
  /// Sufficient statistics in place of rows: this one and the next ones of `MomentGenerator`.
  static let moments: UInt32 = 2
  /// The seed of draws from posteriors.
  static let posterior: UInt32 = 16
}
