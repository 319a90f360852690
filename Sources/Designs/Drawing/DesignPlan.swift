import Distributions
import ModelFormula
import Tables

/// A checked design with everything that does not change from draw to draw.
final class DesignPlan: Sendable {
  let rows: RowPlan
  let predictors: [PlacedPredictor]
  /// The order in which predictors are drawn, derived ones left out.
  let drawOrder: [Int]
  let catalog: ColumnCatalog
  let equation: EquationPlan
  let beta: [Double]
  let effects: [RandomEffectsLaw]
  /// For each term L = diag(sd)·C, row by row.
  let lower: [[[Double]]]
  let family: DesignResponse.Family
  let spread: SpreadPlan
  /// Levels of autocorrelation: within, time.
  let serial: (within: Int, time: Int)?
  let missing: [MissingPlan]
  /// The survey that is drawn from the rows; nil where all rows are the data.
  let sample: SamplePlan?
  /// Units, groups and columns where nothing about them is drawn.
  let fixed: FixedParts?
  /// For each column of a level: as listed.
  let listedLevels: [Int]

  /// What is the same in every draw.
  struct FixedParts: Sendable {
    let units: DesignUnits
    let groups: [GroupPlan.Groups]
    let levelColumns: [Column]
    let serial: SerialOrder?
  }

  /// Checks and plans a design.
  /// - Throws: `DesignFault`.
  init(
    levels: [DesignLevel], predictors listed: [DesignPredictor], response: DesignResponse,
    missing rules: [MissingRule], sample law: SampleLaw? = nil
  ) throws(DesignFault) {
    let sketch = try DesignSketch(
      levels: levels, predictors: listed, rows: response.rows, formula: response.formula)
    rows = sketch.rows
    predictors = sketch.predictors
    catalog = sketch.catalog
    equation = sketch.equation
    let graph = rows.graph
    listedLevels = levels.map { graph.index(of: $0.name)! }
    let order = sketch.predictors.indices.filter { !sketch.predictors[$0].predictor.isDerived }
    let depth = sketch.predictors.map { placed -> Int in
      if case .level(let k) = placed.place { k } else { graph.levels.count }
    }
    drawOrder = order.sorted { (depth[$0], $0) < (depth[$1], $1) }
    beta = try equation.fixedEffects(response.beta)
    effects = response.effects
    lower = try DesignPlan.factors(of: response.effects, equation)
    family = response.family
    try DesignPlan.checkCorrelated(predictors, equation)
    var serial: (within: Int, time: Int)?
    switch response.family {
    case .gaussian(let law):
      spread = try SpreadPlan(law, catalog: catalog, rows: rows)
      serial = try SerialOrder.levels(of: law, rows)
    case .binomial(let trials, _):
      guard trials >= 1, trials <= 1_000_000_000 else {
        throw DesignFault(["response", "family", "binomial"], "\(trials) trials; 1 to 1e9 would work")
      }
      if catalog[DesignPlan.trialsColumn] != nil {
        throw DesignFault(
          ["response", "family"],
          "the column '\(DesignPlan.trialsColumn)' holds the number of trials, but a level or predictor has this name; another would work"
        )
      }
      spread = .constant(1)
    case .binary, .count: spread = .constant(1)
    }
    self.serial = serial
    missing = try MissingPlan.plans(rules, catalog: catalog, response: equation.responseName, rows: rows)
    sample = try DesignPlan.sample(law, sketch, listedLevels)
    if rows.isFixed {
      // Nothing is drawn, so any stream would do.
      var none = KeyedStream(seed: 0)
      let units = try DesignUnits(rows, from: &none)
      let order = try serial.map { levels throws(DesignFault) in
        try SerialOrder(units, within: levels.within, time: levels.time, graph: graph)
      }
      fixed = FixedParts(
        units: units, groups: sketch.equation.groups.map { $0.groups(units) },
        levelColumns: DesignPlan.levelColumns(listedLevels, units, graph), serial: order)
    } else {
      fixed = nil
    }
  }

  private static func sample(
    _ law: SampleLaw?, _ sketch: DesignSketch, _ listedLevels: [Int]
  ) throws(DesignFault) -> SamplePlan? {
    guard let law else { return nil }
    return try SamplePlan(
      law, catalog: sketch.catalog, rows: sketch.rows, predictors: sketch.predictors,
      listedLevels: listedLevels, equation: sketch.equation)
  }

  /// The column of a binomial response's trials.
  static let trialsColumn = "trials"

  /// The columns of levels: numbers from 1, names, or points in time.
  static func levelColumns(_ listed: [Int], _ units: DesignUnits, _ graph: LevelGraph) -> [Column] {
    listed.map { k in
      let level = graph.levels[k]
      let own = units.ofRow[k]
      switch level.units {
      case .named(let names): return Column(level.name, .text(own.map { names[$0] }))
      case .times(let first, let last, _):
        let steps = last - first + 1
        return Column(level.name, .integer(own.map { first + $0 % steps }))
      case .counted, .nested: return Column(level.name, .integer(own.map { $0 + 1 }))
      }
    }
  }

  private static func factors(
    of laws: [RandomEffectsLaw], _ equation: EquationPlan
  ) throws(DesignFault) -> [[[Double]]] {
    guard laws.count == equation.terms.count else {
      let labels = equation.terms.map(\.label)
      throw DesignFault(
        ["response", "sd"],
        "distributions of \(laws.count) random-effects terms; the formula has \(labels.count)"
          + (labels.isEmpty ? "" : ": \(labels.joined(separator: ", "))"))
    }
    var factors: [[[Double]]] = []
    for (law, term) in zip(laws, equation.terms) {
      let path = ["response", "sd", term.label]
      guard law.sd.count == term.effectNames.count else {
        throw DesignFault(
          path,
          "\(law.sd.count) standard deviations for \(term.effectNames.count) effects; one for each of \(term.effectNames.joined(separator: ", ")) would work"
        )
      }
      for (i, sd) in law.sd.enumerated() where !(sd >= 0 && sd.isFinite) {
        throw DesignFault(
          path + (law.sd.count > 1 ? [String(i + 1)] : []),
          "standard deviation \(shortestText(sd)); 0 or more would work")
      }
      let own = ["response", "corr", term.label]
      guard law.correlation.count == law.sd.count else {
        throw DesignFault(
          own,
          "correlations of \(law.correlation.count) effects; the term has \(law.sd.count): \(term.effectNames.joined(separator: ", "))"
        )
      }
      let c = try CorrelationFactor.lower(law.correlation, at: own)
      if term.isUncorrelated {
        for (i, row) in law.correlation.enumerated()
        where row.enumerated().contains(where: { $0 != i && $1 != 0 }) {
          throw DesignFault(
            own, "correlated effects of a term with ||; a single bar, or no correlations, would work")
        }
      }
      if case .studentT(let df) = law.shape, !(df > 2 && df.isFinite) {
        throw DesignFault(
          ["response", "effects"],
          "\(shortestText(df)) degrees of freedom have no variance; above 2 would work")
      }
      factors.append(zip(c, law.sd).map { row, sd in row.map { sd * $0 } })
    }
    return factors
  }

  /// Refuses predictors correlated with intercepts that are not random.
  private static func checkCorrelated(
    _ predictors: [PlacedPredictor], _ equation: EquationPlan
  ) throws(DesignFault) {
    for placed in predictors {
      for part in placed.predictor.groupParts
      where part.correlation != 0 && intercept(of: part.factor, equation) == nil {
        let varying = equation.terms.filter { $0.effectNames.contains("(Intercept)") }
          .map { equation.groups[$0.group].text }
        throw DesignFault(
          ["predictors", placed.predictor.name, "correlated", part.factor],
          "the formula has no intercept that varies over '\(part.factor)'"
            + (varying.isEmpty
              ? "; (1 | \(part.factor)) would give one"
              : "; there are those of \(varying.joined(separator: ", "))"))
      }
    }
  }

  /// The term whose first effect is the random intercept of a factor.
  static func intercept(of factor: String, _ equation: EquationPlan) -> Int? {
    equation.terms.firstIndex {
      equation.groups[$0.group].text == factor && $0.effectNames.first == "(Intercept)"
    }
  }
}

/// The part of a design that does not hold its numbers: rows, columns and the equation's terms.
struct DesignSketch: Sendable {
  let rows: RowPlan
  let predictors: [PlacedPredictor]
  let catalog: ColumnCatalog
  let equation: EquationPlan

  /// - Throws: `DesignFault`.
  init(
    levels: [DesignLevel], predictors listed: [DesignPredictor], rows asked: DesignResponse.Rows?,
    formula: String
  ) throws(DesignFault) {
    rows = try RowPlan(try LevelGraph(levels), rows: asked)
    var placed: [PlacedPredictor] = []
    for predictor in listed {
      placed.append(try PlacedPredictor(predictor, rows: rows, earlier: placed))
    }
    predictors = placed
    catalog = try ColumnCatalog(levels: levels, rows: rows, predictors: placed)
    equation = try EquationPlan(formula, catalog: catalog, rows: rows)
  }
}
