import LinearAlgebra
import ModelFormula
import Tables

/// What is true of one data set drawn from a design: its parameters, and the groups that were drawn.
public struct DesignTruth: Sendable {
  let plan: DesignPlan
  let units: DesignUnits
  let groupDraws: [GroupPlan.Groups]
  /// For each term the effects, group after group.
  let termEffects: [[Double]]
  let values: [String: (values: UnitValues, place: ColumnPlace)]
  let fixedCoding: DesignCoding
  /// The variance of the residuals, its mean over the rows where rows differ; nil where the response has
  /// none.
  public let residualVariance: Double?
  private let missingRows: [Int]
  /// The population behind a sample; nil where all rows are the data.
  public let census: PopulationCensus?

  init(
    plan: DesignPlan, units: DesignUnits, groups: [GroupPlan.Groups], effects: [[Double]],
    values: [String: (values: UnitValues, place: ColumnPlace)], fixedCoding: DesignCoding,
    residualVariance: Double?, missingCounts: [Int], census: PopulationCensus? = nil
  ) {
    self.plan = plan
    self.units = units
    groupDraws = groups
    termEffects = effects
    self.values = values
    self.fixedCoding = fixedCoding
    self.residualVariance = residualVariance
    missingRows = missingCounts
    self.census = census
  }

  /// The truth of a sample of the rows.
  /// - Parameter table: the sample, missing values in it.
  func sampling(_ rows: [Int], _ table: DataTable, census: PopulationCensus) -> DesignTruth {
    DesignTruth(
      plan: plan, units: units.sampling(rows), groups: groupDraws.map { $0.sampling(rows) },
      effects: termEffects, values: values, fixedCoding: fixedCoding, residualVariance: residualVariance,
      missingCounts: plan.missing.map { rule in
        let column = table[rule.rule.column]!
        return (0..<table.rowCount).count { column.isMissing($0) }
      },
      census: census)
  }

  /// The number of rows.
  public var rowCount: Int { units.rowCount }

  /// A column with missing values, and how many rows lack one.
  public struct MissingCount: Sendable, Equatable {
    /// The column.
    public let column: String
    /// The mechanism.
    public let mechanism: MissingRule.Mechanism
    /// Rows without a value.
    public let rows: Int
  }

  /// The columns with rules of missing values.
  public var missingCounts: [MissingCount] {
    zip(plan.missing, missingRows).map { plan, rows in
      MissingCount(column: plan.rule.column, mechanism: plan.mechanism, rows: rows)
    }
  }

  /// The number of units of each level, as the design lists them.
  public var unitCounts: [(level: String, units: Int)] {
    plan.listedLevels.map { (plan.rows.graph.levels[$0].name, units.counts[$0]) }
  }

  /// The groups of every grouping factor, in the order of the formula.
  public var groups: [GroupTruth] { plan.equation.groups.indices.map { group($0) } }

  /// The groups of the grouping factor at a place in the order of the formula.
  public func group(_ place: Int) -> GroupTruth {
    let factor = plan.equation.groups[place]
    let drawn = groupDraws[place]
    var sizes = [Int](repeating: 0, count: drawn.count)
    for group in drawn.ofRow { sizes[group] += 1 }
    let terms = plan.equation.terms.indices.filter { plan.equation.terms[$0].group == place }
    let names = terms.flatMap { plan.equation.terms[$0].effectNames }
    var effects = Matrix(rows: drawn.count, columns: names.count)
    var column = 0
    for t in terms {
      let q = plan.equation.terms[t].effectNames.count
      for k in 0..<q {
        for j in 0..<drawn.count { effects[j, column] = termEffects[t][j * q + k] }
        column += 1
      }
    }
    var coefficients = effects
    for (k, name) in names.enumerated() {
      guard let fixed = plan.equation.fixedNames.firstIndex(of: name) else { continue }
      for j in 0..<drawn.count { coefficients[j, k] += plan.beta[fixed] }
    }
    let held = heldColumns(factor, drawn)
    return GroupTruth(
      factor: factor.text, levels: factor.labels(drawn, graph: plan.rows.graph), sizes: sizes,
      effectNames: names, effects: effects, coefficients: coefficients,
      lines: lines(held, drawn, terms, effects), heldColumns: held.columnNames)
  }

  /// β of what acts on each effect, times its group-level predictors, and the random effects.
  private func lines(
    _ table: DataTable, _ drawn: GroupPlan.Groups, _ terms: [Int], _ effects: Matrix
  ) -> Matrix {
    guard
      let factored = try? fixedCoding.factored(holding: Set(table.columnNames), on: table)
    else { preconditionFailure("the columns of \(plan.equation.formula.source) have been made before") }
    var lines = effects
    var column = 0
    for t in terms {
      for parts in plan.equation.terms[t].coding.partsOfColumns {
        let own = parts.sorted()
        for (k, product) in factored.enumerated() where product.rest == own {
          for j in 0..<drawn.count { lines[j, column] += plan.beta[k] * product.held[j] }
        }
        column += 1
      }
    }
    return lines
  }

  /// The columns that are constant within the groups, one row a group.
  private func heldColumns(_ factor: GroupPlan, _ drawn: GroupPlan.Groups) -> DataTable {
    let graph = plan.rows.graph
    var columns: [Column] = []
    for entry in plan.catalog.entries {
      guard case .level(let level) = entry.place else { continue }
      if entry.isLevel, let part = factor.parts.firstIndex(where: { $0.level == level && $0.times != nil }) {
        let first = graph.levels[level].times!.first
        columns.append(Column(entry.name, drawn.codes[part].map { first + $0 }))
        continue
      }
      guard let own = factor.units(of: level, drawn, units, graph: graph) else { continue }
      if let x = values[entry.name] {
        columns.append(x.values.column(entry.name, at: own))
      } else if let (first, last) = graph.levels[level].times {
        columns.append(Column(entry.name, own.map { first + $0 % (last - first + 1) }))
      } else if let names = graph.levels[level].names {
        columns.append(Column(entry.name, own.map { names[$0] }))
      } else {
        columns.append(Column(entry.name, own.map { $0 + 1 }))
      }
    }
    // A table needs a column to have rows.
    if columns.isEmpty { columns.append(Column("", [Int](repeating: 0, count: drawn.count))) }
    return DataTable(columns)
  }

  /// Mean, SDs and correlations of the drawn effects of a grouping factor.
  public func realised(_ group: GroupTruth) -> RealisedEffects { RealisedEffects(group.effects) }

  /// For each grouping factor with a random intercept its share of the variance that random intercepts and
  /// the residual make, unconditional on predictors (at 0 where slopes vary): σ²_f / (Σ σ² + σ²_y). Of a
  /// binary or binomial response σ²_y is that of the latent variable; nil for counts, and where there is no
  /// variance at all.
  public var intraclassCorrelations: [(factor: String, value: Double?)] {
    let residual: Double?
    switch plan.family {
    case .gaussian: residual = residualVariance
    case .binary(let link), .binomial(_, let link): residual = link.latentVariance
    case .count: residual = nil
    }
    let variances = plan.equation.groups.indices.map { place -> Double in
      var sum = 0.0
      for (term, law) in zip(plan.equation.terms, plan.effects) where term.group == place {
        if term.effectNames.first == "(Intercept)" { sum += law.sd[0] * law.sd[0] }
      }
      return sum
    }
    let total = residual.map { variances.reduce($0, +) }
    return zip(plan.equation.groups, variances).map { group, variance in
      (group.text, total.flatMap { $0 > 0 ? variance / $0 : nil })
    }
  }
}
