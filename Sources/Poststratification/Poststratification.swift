import BayesianModels
import Distributions
import MixedModels
import ModelFormula
import Reporting
import Tables

/// Multilevel regression and poststratification: a model of the survey's responses by kinds of people, and a census that says how
/// many people of each kind there are.
///
///     θ_a = Σ_{c ∈ a} N_c μ_c / Σ_{c ∈ a} N_c
///
/// Intervals come from draws of all effects from their joint distribution given the variances, or of a posterior, where variances are drawn too; each draw
/// goes through the whole sum.
///
/// - References: Gelman & Little (1997), *Survey Methodology* 23, 127–135; Park, Gelman & Bafumi (2004), doi:10.1093/pan/mph024.
public struct Poststratification: Sendable {
  /// The model of the responses.
  public let model: SurveyModel
  /// The columns whose groups are estimated; `a:b` for crossings.
  public let by: [String]
  /// Draws of the effects; 0 for no intervals.
  public let draws: Int
  /// Their seed.
  public let seed: UInt64
  /// The level of the intervals, between 0 and 1.
  public let level: Double
  /// The census' column of true cell means; nil for none.
  public let truth: String?

  /// - Precondition: `draws` is not negative, the level between 0 and 1.
  public init(
    _ model: SurveyModel, by: [String] = [], draws: Int = 4000, seed: UInt64 = 1, level: Double = 0.95,
    truth: String? = nil
  ) {
    precondition(draws >= 0 && level > 0 && level < 1, "\(draws) draws, level \(level)")
    self.model = model
    self.by = by
    self.draws = draws
    self.seed = seed
    self.level = level
    self.truth = truth
  }

  /// Fits the model to a survey and poststratifies it by a census.
  /// - Parameter tables: predictors of areas that the survey lacks, joined by the columns in common.
  /// - Throws: `PoststratificationError`, `FormulaError`, `FitError`, `GeneralizedFitError`.
  public func estimates(
    survey: DataTable, census: Census, joining tables: [DataTable] = []
  ) throws -> PoststratifiedEstimates {
    var people = survey
    for table in tables { people = try people.joining(table) }
    return try estimates(of: try model.fit(people), survey: people, census: census)
  }

  /// Poststratifies the posterior of a model: each draw goes through the whole sum.
  /// - Parameters:
  ///   - fit: the model fitted to the survey.
  ///   - posterior: draws of `fit.likelihood` with some priors; `draws` and `seed` are of no meaning then.
  /// - Throws: as `estimates(survey:census:joining:)`.
  public func estimates(
    of fit: SurveyFit, posterior: BayesianReport, survey: DataTable, census: Census
  ) throws -> PoststratifiedEstimates {
    try estimates(of: fit, survey: survey, census: census, replicate: 0, posterior: posterior)
  }

  /// Poststratifies a fit to a survey.
  /// - Throws: as `estimates(survey:census:joining:)`.
  public func estimates(
    of fit: SurveyFit, survey: DataTable, census: Census
  ) throws -> PoststratifiedEstimates {
    try estimates(of: fit, survey: survey, census: census, replicate: 0)
  }

  /// - Parameter replicate: of several surveys by one seed, which one; each has its own draws.
  func estimates(
    of fit: SurveyFit, survey: DataTable, census: Census, replicate: UInt32,
    posterior: BayesianReport? = nil
  ) throws -> PoststratifiedEstimates {
    let people = survey.addingCrossings(model.cellColumns.map(\.name))
    let whole = try census.preparing(model.cellColumns)
    // Cells without people need no values.
    let (census, peopled) = whole.peopled
    let trueMeans = try truth.map { name throws(PoststratificationError) in
      try self.trueMeans(name, whole)
    }.map { means in peopled.map { means[$0] } }
    let effects = FittedEffects(fit)
    let cells: CellRows
    do throws(FormulaError) { cells = try CellRows(effects, census.cells) } catch {
      throw PoststratificationError.cells("\(error)")
    }
    var eta = [Double](repeating: 0, count: cells.count)
    cells.predictors(effects.beta, effects.factors.map { $0.modes.transposed.storage }, into: &eta)
    var means = eta.map(effects.mean)

    var groups = [AreaGroups(whole: census, survey: people)]
    for name in by {
      groups.append(try AreaGroups(name, census: whole, survey: people).selecting(cells: peopled))
    }
    let used = fit.frame.usedRows
    let rows = try CellRows(effects, fit.frame.data.selecting(rows: used))
    var sample = SurveyMeans(fit.frame, fitted: rows, effects)
    var drawn = DrawnMeans(groups, of: cells, census: census, mean: effects.mean)
    if let posterior {
      var source = PosteriorEffects(posterior.fit, newLevels: cells.factors.map(\.newLevels.count))
      drawn.take(posterior.fit.drawCount * posterior.fit.chainCount, from: &source, rows: rows)
      (means, sample.fitted) = (drawn.cellMeans, drawn.rowMeans)
    } else if draws > 0 {
      var source = HeldVarianceEffects(
        try JointEffects(effects, rows: rows), newLevels: cells.factors.map(\.newLevels.count),
        from: KeyedStream(seed: seed, replicate: replicate, stream: StreamPurpose.effects))
      drawn.take(draws, from: &source, rows: nil)
    }
    let coverage = SurveyCoverage(
      model, census: census, survey: people, usedRows: used, effects: effects, cells: cells,
      truth: truth)
    let cellOfRow = AreaGroups.cells(coverage.cellColumns, census: census, survey: people)
    var tables = groups.enumerated().map { g, group in
      AreaTable(
        by: group.name,
        rows: sample.rows(
          of: group.telling(by: cellOfRow), usedRows: used, cells: cellOfRow, census: census, means: means,
          truth: trueMeans, draws: drawn.count > 0 ? drawn.groupMeans[g] : nil,
          level: posterior?.level ?? level))
    }
    let overall = tables.removeFirst().rows[0]
    var cellMeans = [Double](repeating: .nan, count: whole.counts.count)
    for (cell, mean) in zip(peopled, means) { cellMeans[cell] = mean }
    return PoststratifiedEstimates(
      overall: overall, tables: tables, cellMeans: cellMeans, census: whole, coverage: coverage, fit: fit,
      model: model, drawCount: drawn.count, seed: posterior?.fit.plan.seed ?? seed,
      level: posterior?.level ?? level, redundantTerms: RedundantTerm.all(in: fit.frame),
      posterior: posterior)
  }

  private func trueMeans(_ name: String, _ census: Census) throws(PoststratificationError) -> [Double] {
    guard let column = census.cells[name] else {
      throw .missingColumn(name, role: "the cells' true means", available: census.cells.columnNames)
    }
    guard let numbers = column.numbers else {
      throw .truth(column: name, row: 1, found: column.text(0) ?? "missing")
    }
    for (row, x) in numbers.enumerated() where census.counts[row] > 0 && !x.isFinite {
      throw .truth(column: name, row: row + 1, found: column.text(row) ?? "missing")
    }
    return numbers
  }
}

/// The purposes of random streams of one seed: none disturbs another.
enum StreamPurpose {
  /// The population.
  static let population: UInt32 = 0
  /// The survey.
  static let survey: UInt32 = 1
  /// Effects behind intervals.
  static let effects: UInt32 = 2
  /// Effects of levels that a posterior has not seen; its chains have 0 and 1.
  static let newLevels: UInt32 = 3
}

extension AreaGroups {
  /// The cells as groups.
  static func cells(_ columns: [String], census: Census, survey: DataTable) -> (ofCell: [Int], ofRow: [Int]) {
    let own = columns.map { census.cells[$0]! }
    var place: [String: Int] = [:]
    let ofCell = (0..<census.cells.rowCount).map { row -> Int in
      guard let key = DataTable.key(own, row) else { return -1 }
      let k = place[key] ?? place.count
      place[key] = k
      return k
    }
    let people = columns.map { survey[$0]! }
    let ofRow = (0..<survey.rowCount).map { row in DataTable.key(people, row).flatMap { place[$0] } ?? -1 }
    return (ofCell, ofRow)
  }
}
