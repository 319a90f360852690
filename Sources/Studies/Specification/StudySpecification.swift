import Designs
import MixedModels
import Specifications
import Tables

/// A Monte Carlo study: a design, a grid of scenarios over its parameters, replicates, and the strategies that are compared on each replicate's data.
///
/// ```yaml
/// study: Shrinkage against J and n_j
/// seed: 1
/// replicates: 2000
/// design:
///   parameters: {J: 10, n: 10}
///   levels: {school: J, pupil: {per: school, size: n}}
///   response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: 2, residual: 4}}
/// grid: {J: [3, 10, 30], n: [2, 5, 20]}
/// strategies: [complete, none, reml, oracle]
/// ```
public struct StudySpecification: Sendable {
  /// What the study is called.
  public let title: String
  /// Seed of all random numbers.
  public let seed: UInt64
  /// Replicates of each cell.
  public let replicates: Int
  /// The design whose parameters the grid sets.
  public let design: DesignSpecification
  /// The strategies, in the order of results.
  public let strategies: [StudyStrategy]
  /// The formula that is fitted; nil for the design's own.
  public let formula: String?
  /// Level of intervals.
  public let level: Double
  /// How intervals of partially pooled fixed effects are made.
  public let intervals: IntervalMethod
  /// The axes of the grid in order; empty where scenarios are listed one by one.
  public let axes: [Axis]
  /// The cells in order: the grid's first axis varies slowest.
  public let cells: [StudyCell]
  /// The whole specification, the design in it.
  public let node: SpecificationNode

  /// One axis of the grid.
  public struct Axis: Sendable {
    /// The parameter's name or its path in the design.
    public let name: String
    /// Its values.
    public let values: [SpecificationNode]
  }

  /// Columns of result tables: no parameter of a grid can be called so.
  static let columnNames: Set = [
    "cell", "strategy", "estimand", "kind", "subset", "measure", "value", "mcse", "count", "total", "low",
    "high",
    "status", "rate", "identifier", "replicates", "wanted", "replicate", "reason",
  ]
  /// More cells than this are a slip.
  static let mostCells = 100_000
  /// Most replicates of a cell: their numbers are 32-bit counters.
  static let mostReplicates = 1_000_000_000

  /// Values of the cells as nodes, cell after cell.
  private let values: [[(name: String, node: SpecificationNode)]]

  /// Reads a study.
  /// - Parameters:
  ///   - node: the document.
  ///   - design: gives the document of a design that is named by its file.
  /// - Throws: `SpecificationError` with the place of the fault, also for a cell whose values the design refuses.
  public init(
    _ node: SpecificationNode,
    design load: (_ path: String, _ at: SpecificationNode) throws(SpecificationError) -> SpecificationNode
  ) throws(SpecificationError) {
    let fields = try node.fields([
      "study", "seed", "replicates", "design", "grid", "scenarios", "strategies", "formula", "level",
      "intervals",
    ])
    title = try fields["study"]?.text() ?? "study"
    seed = UInt64(try fields["seed"]?.integer(in: 0...Int.max) ?? 1)
    replicates = try fields.required("replicates").integer(in: 1...StudySpecification.mostReplicates)
    let written = try fields.required("design")
    var designNode = written
    if case .scalar = written.content { designNode = try load(try written.text(), written) }
    let design = try DesignSpecification(designNode)
    self.design = design
    strategies = try StudySpecification.readStrategies(fields["strategies"])
    formula = try fields["formula"]?.text()
    level = try fields["level"]?.number(in: 0.5...0.9999) ?? 0.95
    intervals = try fields["intervals"]?.choice() ?? .wald
    if let grid = fields["grid"], let scenarios = fields["scenarios"] {
      throw scenarios.fault("a study has grid or scenarios, not both (grid: line \(grid.place.line))")
    }
    if let grid = fields["grid"] {
      axes = try StudySpecification.readAxes(grid, of: design)
    } else {
      axes = []
    }
    let values: [[(name: String, node: SpecificationNode)]]
    if let scenarios = fields["scenarios"] {
      values = try StudySpecification.readScenarios(scenarios, of: design)
    } else {
      values = try StudySpecification.product(axes, at: fields["grid"] ?? node)
    }
    self.values = values
    let defaults = design.parameterNames.map { name in
      StudyCell.Setting(
        name: name, value: design.node[path: ["parameters", name]]?.canonicalText ?? "")
    }
    cells = values.enumerated().map { k, cell in
      StudyCell(
        number: k + 1, settings: cell.map { .init(name: $0.name, value: $0.node.canonicalText) },
        defaults: defaults)
    }
    self.node = node.setting(["design"], to: designNode) ?? node
    var seen: [String: Int] = [:]
    for cell in cells {
      if let first = seen.updateValue(cell.number, forKey: cell.identifier) {
        throw (fields["scenarios"] ?? fields["grid"] ?? node).fault(
          "scenario \(cell.number) repeats scenario \(first) (\(cell.label))")
      }
    }
  }

  /// The design of a cell.
  /// - Throws: `SpecificationError` at the value that the design refuses.
  public func design(of cell: StudyCell) throws(SpecificationError) -> DataDesign {
    var specification = design
    for (name, node) in values[cell.number - 1] {
      if design.parameterNames.contains(name) { continue }
      let path = name.split(separator: ".").map(String.init)
      guard let changed = specification.node.setting(path, to: node) else {
        throw node.fault("the design has no '\(name)'")
      }
      specification = try DesignSpecification(changed)
    }
    var numbers: [String: Double] = [:]
    for (name, node) in values[cell.number - 1] where design.parameterNames.contains(name) {
      numbers[name] = try node.number()
    }
    let found: DataDesign
    do { found = try specification.binding(numbers) } catch {
      throw SpecificationError(at: error.place, "\(error.message) (with \(cell.label))")
    }
    try checkMissing(found, specification.node, of: cell)
    return found
  }

  /// What identifies results of this study: a hash of all that a replicate depends on. Grid and number of replicates are not in it, so that both can
  /// grow and keep what is there.
  public var hash: String {
    Digest.hex(
      [
        "multilevel-lab study 1", String(seed), design.node.canonicalText, formula ?? "", shortestText(level),
        intervals.rawValue,
      ] + strategies.map(\.identity))
  }

  private static func readStrategies(
    _ node: SpecificationNode?
  ) throws(SpecificationError) -> [StudyStrategy] {
    guard let node else {
      // A posterior takes a thousand times as long as any other: it is there where it is asked for.
      return PoolingMethod.allCases.filter { $0 != .bayes }.map { StudyStrategy($0) }
    }
    var strategies: [StudyStrategy] = []
    func add(_ strategy: StudyStrategy, _ at: SpecificationNode) throws(SpecificationError) {
      if strategies.contains(where: { $0.name == strategy.name }) {
        throw at.fault("two strategies are called '\(strategy.name)'")
      }
      strategies.append(strategy)
    }
    func named(_ entry: SpecificationNode.Entry, in list: SpecificationNode) throws(SpecificationError) {
      let (name, node) = (entry.key, entry.value)
      if let fault = StudyStrategy.fault(ofName: name) {
        throw SpecificationError(at: entry.keyPlace, "\(list.path): \(fault)")
      }
      let fields = try node.fields(["method", "formula"] + StudyPosterior.fields)
      let method: PoolingMethod
      if let written = fields["method"] {
        method = try written.choice()
      } else if let same = PoolingMethod(rawValue: name) {
        method = same
      } else {
        throw node.fault(
          "'method' is missing; there are \(PoolingMethod.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      let formula = fields["formula"]
      if method != .bayes, let own = StudyPosterior.fields.first(where: { fields[$0] != nil }) {
        throw (fields[own] ?? node).fault(
          "this belongs to the method bayes, not to \(method.rawValue)")
      }
      let posterior = method == .bayes ? try StudyPosterior(fields) : nil
      try add(
        StudyStrategy(
          method, name: name, formula: try formula?.text(), posterior: posterior, at: formula),
        node)
    }
    if case .mapping(let entries) = node.content {
      for entry in entries { try named(entry, in: node) }
    } else {
      for item in try node.items() {
        if case .mapping(let entries) = item.content {
          for entry in entries { try named(entry, in: item) }
        } else {
          try add(StudyStrategy(try item.choice(of: PoolingMethod.self)), item)
        }
      }
    }
    if strategies.isEmpty { throw node.fault("no strategy; at least one belongs here") }
    return strategies
  }

  private static func check(
    _ name: String, at place: SpecificationPlace, path: String, of design: DesignSpecification
  ) throws(SpecificationError) {
    if StudySpecification.columnNames.contains(name) {
      throw SpecificationError(
        at: place,
        "\(path): '\(name)' is a column of the result tables; another name for the parameter would work")
    }
    if design.parameterNames.contains(name) { return }
    if design.node[path: name.split(separator: ".").map(String.init)] != nil { return }
    let known = design.parameterNames
    throw SpecificationError(
      at: place,
      "\(path): "
        + (known.isEmpty
          ? "the design has neither a parameter nor a path '\(name)'; name numbers under design: parameters:, or write a path such as levels.school"
          : SpecificationNode.unknown(name, allowed: known)
            + ", or a path into the design such as response.sd.residual"))
  }

  private static func readAxes(
    _ grid: SpecificationNode, of design: DesignSpecification
  ) throws(SpecificationError) -> [Axis] {
    var axes: [Axis] = []
    for entry in try grid.entries() {
      try check(entry.key, at: entry.keyPlace, path: grid.path, of: design)
      let values = try entry.value.items()
      if values.isEmpty { throw entry.value.fault("no values; at least one belongs here") }
      axes.append(Axis(name: entry.key, values: values))
    }
    return axes
  }

  private static func readScenarios(
    _ list: SpecificationNode, of design: DesignSpecification
  ) throws(SpecificationError) -> [[(name: String, node: SpecificationNode)]] {
    var cells: [[(name: String, node: SpecificationNode)]] = []
    for item in try list.items() {
      var cell: [(name: String, node: SpecificationNode)] = []
      for entry in try item.entries() {
        try check(entry.key, at: entry.keyPlace, path: item.path, of: design)
        cell.append((entry.key, entry.value))
      }
      if let first = cells.first, first.map(\.name) != cell.map(\.name) {
        throw item.fault(
          "sets \(cell.map(\.name).joined(separator: ", ")); every scenario sets the same as the first: \(first.map(\.name).joined(separator: ", "))"
        )
      }
      cells.append(cell)
    }
    if cells.isEmpty { throw list.fault("no scenario; at least one belongs here") }
    if cells.count > mostCells { throw list.fault("\(cells.count) scenarios; up to \(mostCells) would work") }
    return cells
  }

  private static func product(
    _ axes: [Axis], at node: SpecificationNode
  ) throws(SpecificationError) -> [[(name: String, node: SpecificationNode)]] {
    var cells: [[(name: String, node: SpecificationNode)]] = [[]]
    for axis in axes {
      if cells.count * axis.values.count > mostCells {
        throw node.fault("more than \(mostCells) cells; fewer values would work")
      }
      cells = cells.flatMap { cell in axis.values.map { cell + [(axis.name, $0)] } }
    }
    return cells
  }
}
