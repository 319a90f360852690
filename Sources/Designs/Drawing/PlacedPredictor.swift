import Distributions
import ModelFormula
import Tables

/// A predictor with the level that it belongs to.
struct PlacedPredictor: Sendable {
  let predictor: DesignPredictor
  let place: ColumnPlace
  /// For each group part the level of its factor.
  let factors: [Int]
  /// The level by which it is averaged or centred.
  let by: Int?
  /// Arithmetic over other columns.
  let expression: FormulaExpression?
  /// For each of its joint columns a row of the correlations' Cholesky factor.
  let lower: [[Double]]
  /// What time is for a trend: the level of times, and its first point.
  let time: Int?

  /// Finds places and checks laws.
  /// - Parameter earlier: the predictors listed before, from which others can be derived.
  /// - Throws: `DesignFault`.
  init(
    _ predictor: DesignPredictor, rows: RowPlan, earlier: [PlacedPredictor]
  ) throws(DesignFault) {
    self.predictor = predictor
    let path = ["predictors", predictor.name]
    let graph = rows.graph
    let levelNames = graph.levels.map(\.name)
    func level(_ name: String, _ key: [String]) throws(DesignFault) -> Int {
      if let k = graph.index(of: name) { return k }
      throw DesignFault(
        path + key, "no level " + "'\(name)'; levels are \(levelNames.joined(separator: ", "))")
    }
    func other(_ name: String, _ key: String) throws(DesignFault) -> PlacedPredictor {
      if let found = earlier.first(where: { $0.predictor.columns.contains(name) }) { return found }
      let known = earlier.flatMap(\.predictor.columns)
      throw DesignFault(
        path + [key],
        "no predictor '\(name)' before this one; "
          + (known.isEmpty ? "list it first" : "there are \(known.joined(separator: ", "))"))
    }
    var by: Int?
    var expression: FormulaExpression?
    var lower: [[Double]] = []
    if predictor.isDerived {
      switch predictor.law {
      case .mean(let of, let name):
        _ = try PlacedPredictor.numeric(try other(of, "mean"), of, path + ["mean"])
        by = try level(name, ["by"])
        place = .level(by!)
      case .centered(let of, let name):
        let x = try PlacedPredictor.numeric(try other(of, "centered"), of, path + ["centered"])
        by = try level(name, ["by"])
        if case .level(let own) = x.place, !graph.isAbove(by!, own) {
          throw DesignFault(
            path + ["by"],
            "'\(name)' is not above '\(levelNames[own])', the level of \(of); a level above it would work")
        }
        place = x.place
      case .computed(let text):
        (expression, place) = try PlacedPredictor.computed(text, path, rows, earlier)
      default: preconditionFailure("\(predictor.law) is not derived")
      }
    } else {
      guard let name = predictor.level else { throw DesignFault(path, "'level' is missing") }
      if name == DesignPredictor.rowsLevel {
        place = rows.rowLevel.map { .level($0) } ?? .rows
      } else {
        place = .level(try level(name, ["level"]))
      }
      if case .jointNormal(_, _, _, let correlation) = predictor.law {
        lower = try CorrelationFactor.lower(correlation, at: path + ["corr"])
      }
    }
    self.by = by
    self.expression = expression
    self.lower = lower
    var factors: [Int] = []
    for part in predictor.groupParts {
      factors.append(try level(part.factor, [PlacedPredictor.key(of: part), part.factor]))
    }
    self.factors = factors
    time = try PlacedPredictor.time(of: predictor, place, graph, path)
    try checkLaw(path)
    try checkParts(path, graph)
  }

  /// What a part between groups was probably written under.
  static func key(of part: DesignPredictor.GroupPart) -> String {
    part.correlation == 0 ? "between" : "correlated"
  }

  /// The level of times at or above a predictor with a trend.
  private static func time(
    of predictor: DesignPredictor, _ place: ColumnPlace, _ graph: LevelGraph, _ path: [String]
  ) throws(DesignFault) -> Int? {
    if predictor.trend == 0 { return nil }
    let times = graph.levels.indices.filter { graph.levels[$0].times != nil }
    switch place {
    case .level(let k): if let found = times.first(where: { graph.isAbove($0, k) }) { return found }
    case .rows: if let found = times.first { return found }
    }
    throw DesignFault(
      path + ["trend"],
      "there is no time at or above the predictor's level; a level like year: {time: 1..10} would work")
  }

  private static func numeric(
    _ placed: PlacedPredictor, _ name: String, _ path: [String]
  ) throws(DesignFault) -> PlacedPredictor {
    switch placed.predictor.law {
    case .categorical, .names:
      throw DesignFault(path, "'\(name)' has no numbers; a numeric predictor would work")
    default: return placed
    }
  }

  /// Reads arithmetic; its place is the lowest of its columns' places.
  private static func computed(
    _ text: String, _ path: [String], _ rows: RowPlan, _ earlier: [PlacedPredictor]
  ) throws(DesignFault) -> (FormulaExpression, ColumnPlace) {
    let tree: FormulaExpression
    do {
      tree = try ModelFormula("y ~ I(\(text))").fixed.terms.first?.factors.first ?? .number("0", at: 0)
    } catch {
      throw DesignFault(path + ["computed"], "'\(text)': \(error.inDesign)")
    }
    let graph = rows.graph
    var place = ColumnPlace.level(0)
    var first = true
    for name in tree.variables {
      let own: ColumnPlace
      if let found = earlier.first(where: { $0.predictor.columns.contains(name) }) {
        own = try numeric(found, name, path + ["computed"]).place
      } else if let k = graph.index(of: name), graph.levels[k].times != nil {
        own = .level(k)
      } else {
        let known = earlier.flatMap(\.predictor.columns)
        throw DesignFault(
          path + ["computed"],
          "no predictor '\(name)' before this one; "
            + (known.isEmpty ? "list it first" : "there are \(known.joined(separator: ", "))"))
      }
      if first { place = own } else { place = lower(place, own, rows) }
      first = false
    }
    if first {
      throw DesignFault(path + ["computed"], "'\(text)' names no predictor; a number is no predictor")
    }
    return (tree, place)
  }

  private static func lower(_ a: ColumnPlace, _ b: ColumnPlace, _ rows: RowPlan) -> ColumnPlace {
    guard case .level(let i) = a, case .level(let k) = b else { return .rows }
    if rows.graph.isAbove(i, k) { return b }
    if rows.graph.isAbove(k, i) { return a }
    return rows.rowLevel.map { .level($0) } ?? .rows
  }

  /// The share of variance within all groups.
  var withinShare: Double { max(0, predictor.groupParts.reduce(1) { $0 - $1.share }) }

  /// The kind of a column and values like those to be drawn.
  func example(column: Int, known: ColumnCatalog) -> (ColumnCatalog.Kind, [Double]) {
    /// Quantiles of the standard normal distribution at the middles of so many equal parts.
    func z() -> [Double] { (0..<101).map { NormalDistribution().quantile((Double($0) + 0.5) / 101) } }
    switch predictor.law {
    case .normal(let m, let s): return (.number, z().map { m + s * $0 })
    case .jointNormal(_, let means, let sds, _):
      // Columns that don't move together.
      return (.number, (0..<101).map { means[column] + sds[column] * z()[($0 * (2 * column + 1)) % 101] })
    case .uniform(let a, let b): return (.number, (0..<101).map { a + (b - a) * (Double($0) + 0.5) / 101 })
    case .lognormal(let m, let s): return (.number, z().map { Portable.exp(m + s * $0) })
    case .poisson(let m): return (.number, (0...10).map { (m / 5 * Double($0)).rounded() })
    case .binary: return (.number, [0, 1])
    case .categorical(let list): return (.names(list.map(\.name)), [])
    case .names(let list):
      var seen: Set<String> = []
      return (.names(list.filter { seen.insert($0).inserted }), [])
    case .numbers(let list): return (.number, list)
    case .none: return (.number, (0..<101).map { predictor.trend * Double($0) })
    case .mean(let of, _): return (.number, known[of]?.examples ?? [])
    case .centered(let of, _):
      let x = known[of]?.examples ?? []
      let mean = x.reduce(0, +) / Double(max(1, x.count))
      return (.number, x.map { $0 - mean })
    case .computed:
      let values = try? expression?.number(in: known.exampleTable, formula: "")
      return (.number, values ?? [0])
    }
  }
}
