import Specifications

@testable import Studies

/// Studies that several tests run.
enum StudyExamples {
  static func study(_ yaml: String) throws -> StudySpecification {
    try StudySpecification(SpecificationNode(yaml: yaml, file: "study.yml")) {
      (file, at) throws(SpecificationError) in
      throw at.fault("no file '\(file)' here")
    }
  }

  /// A one-way design, every strategy.
  static func oneWay(_ grid: String, replicates: Int, seed: Int = 1, strategies: String = "") throws
    -> StudySpecification
  {
    try study(
      """
      study: one-way
      seed: \(seed)
      replicates: \(replicates)
      design:
        parameters: {J: 10, n: 10, sigma_a: 2, sigma_y: 4}
        levels: {group: J, unit: {per: group, size: n}}
        response: {formula: "y ~ 1 + (1 | group)", beta: [1], sd: {group: sigma_a, residual: sigma_y}}
      grid: \(grid)
      \(strategies)
      """)
  }

  /// Slopes that vary.
  static func slopes(replicates: Int, size: String = "10") throws -> StudySpecification {
    try study(
      """
      replicates: \(replicates)
      design:
        levels: {g: 8, i: {per: g, size: \(size)}}
        predictors: {x: {level: i, normal: [1, 2]}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [3, -1], sd: {g: [2, 1], residual: 3}, corr: {g: -0.4}}
      """)
  }

  /// Intercepts vary, one slope for all; sizes differ.
  static func intercepts(replicates: Int) throws -> StudySpecification {
    try study(
      """
      replicates: \(replicates)
      design:
        levels: {g: 8, i: {per: g, size: [2, 5, 9, 4]}}
        predictors: {x: {level: i, normal: [1, 2]}}
        response: {formula: "y ~ x + (1 | g)", beta: [3, -1], sd: {g: 2, residual: 3}}
      """)
  }

  /// All blocks of a study in memory.
  static func run(_ study: StudySpecification, threads: Int = 2) throws -> StudyStore {
    StudyStore(try entries(study, threads: threads))
  }

  /// The same as a list.
  static func entries(_ study: StudySpecification, threads: Int = 2) throws -> [Segment.Entry] {
    let list = BlockList()
    let tasks = study.cells.flatMap { cell in
      ReplicateBlocks.of(study.replicates).map { StudyWork.Task(cell: cell, block: $0) }
    }
    _ = try StudyWork(study).run(tasks, threads: threads, into: list)
    return list.entries
  }
}

extension StudyStore {
  /// A measure by names.
  func measure(
    _ measure: Measure, _ strategy: String, _ estimand: String, cell: Int, of study: StudySpecification,
    subset: BlockSums.Subset = .all
  ) throws -> MeasuredValue? {
    let own = study.cells[cell - 1]
    guard let sums = try results(of: own, replicates: study.replicates).sums,
      let s = study.strategies.firstIndex(where: { $0.name == strategy })
    else { return nil }
    let estimands = try study.estimands(of: own)
    guard let e = estimands.firstIndex(where: { $0.address == estimand }) else { return nil }
    return sums.measure(measure, strategy: s, estimand: e, kind: estimands[e].kind, subset: subset)
  }
}
