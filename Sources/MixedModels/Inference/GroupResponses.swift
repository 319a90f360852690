import Glibc
import LinearAlgebra
import ModelFormula
import Tables

/// What a generalized mixed model expects over one predictor in the levels of one grouping factor, or in every pair of levels of two crossed ones, beside what was
/// observed there; on the scale of the response.
///
/// Predictors that are constant within levels of a shown factor have the values of that level, all others are held as in `ReferenceGrid`. With the log link an
/// offset is taken off: expectations and observations are then rates. Random effects of factors that are not shown count as 0, except where panel and line
/// determine their level (`gender:region` with panels of regions and lines of genders).
public struct GroupResponses: Sendable {
  /// What the model expects in one panel of one line.
  public struct Curve: Sendable {
    /// The place of the line's value among `lineLevels`; 0 without lines.
    public let line: Int
    /// Values of the predictor; of a factor the places of its levels.
    public let places: [Double]
    /// Expectations at the random effects of the panel's levels.
    public let means: [Double]
    /// Their 95 % limits, θ held.
    public let lower, upper: [Double]
    /// Expectations with random effects of 0.
    public let population: [Double]
  }

  /// What was observed in some rows of one panel and one line.
  public struct Dot: Sendable {
    /// The place of the line's value.
    public let line: Int
    /// Mean of the predictor.
    public let place: Double
    /// Share of successes, rate, or mean.
    public let mean: Double
    /// Number of trials of a binomial response, else of rows.
    public let count: Double
  }

  /// One level, or one pair of levels.
  public struct Cell: Sendable {
    /// Places among the shown levels of each factor.
    public let levels: [Int]
    /// Number of rows of the data.
    public let rowCount: Int
    /// The least and the greatest value of the predictor in these rows; nil without rows.
    public let range: ClosedRange<Double>?
    /// The curves, one a line.
    public let curves: [Curve]
    /// The observations, or their means by bins of the predictor.
    public let dots: [Dot]
  }

  /// A shown grouping factor.
  public struct Factor: Sendable {
    /// Its name.
    public let name: String
    /// The levels that have panels.
    public let levels: [String]
    /// How many levels it has.
    public let levelCount: Int
  }

  /// One or two factors.
  public let factors: [Factor]
  /// The panels, the last factor's levels changing fastest.
  public let cells: [Cell]
  /// The predictor on the axis.
  public let predictor: String
  /// Its levels where it is a factor.
  public let predictorLevels: [String]?
  /// The predictor whose values have lines of their own; nil for one line a panel.
  public let line: String?
  /// Its values; one without a name where there is none.
  public let lineLevels: [String]
  /// Predictors held at one value in all panels.
  public let held: [ReferenceGrid.Held]
  /// Factors whose random effects are 0 in all panels.
  public let otherFactors: [String]
  /// Whether expectations are for an offset of 0: rates.
  public let isRate: Bool
  /// Into how many bins of the predictor observations are joined; nil where each row has a dot.
  public let binCount: Int?

  /// More levels of one factor than these are not all shown.
  public static let mostLevels = 24
  /// The same of each of two factors.
  public static let mostPairedLevels = 6
  /// More values of a predictor than these give no lines.
  public static let mostLines = 4
  private static let pointCount = 41

  /// - Parameters:
  ///   - predictor: on the axis; nil for the first numeric one that varies within groups and has more than three values, else the first.
  ///   - line: the predictor whose values have lines; nil for the first other one with few values.
  ///   - grouping: the one factor that is shown; nil for the two with the fewest levels if both have few and are crossed, else for the one with the fewest.
  /// - Throws: `ReferenceGridError`, `GroupResponsesError`, `PredictionError`.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, over predictor: String? = nil, lines line: String? = nil,
    grouping: String? = nil
  ) throws {
    let model = fit.model
    let frame = model.frame
    let choice = PanelFactors(model)
    let shown = try choice.shown(grouping)
    let variables = choice.variables
    let known = Set(shown.flatMap { variables[$0] })
    let roles = PanelPredictors(frame, factors: shown.map { model.factors[$0] }, variables: known)
    let axis = try roles.axis(predictor, formula: frame.formula)
    let lines = try roles.lines(line, beside: axis)
    // A panel and a line together may determine the level of another factor.
    let determined = known.union(lines.map { [$0.column] } ?? [])
    let included = model.factors.indices.filter { determined.isSuperset(of: variables[$0]) }
    otherFactors = model.factors.indices.filter { !included.contains($0) }.map { model.factors[$0].name }
    self.predictor = axis
    self.line = lines?.column
    let lineNames = lines?.levels ?? [""]
    lineLevels = lineNames
    let data = frame.data.selecting(rows: frame.usedRows)

    let most = shown.count == 2 ? GroupResponses.mostPairedLevels : GroupResponses.mostLevels
    let levels = shown.map { PanelFactors.spread(model.factors[$0].levels.count, most) }
    factors = zip(shown, levels).map { f, levels in
      let factor = model.factors[f]
      return Factor(
        name: factor.name, levels: levels.map { factor.levels[$0] }, levelCount: factor.levels.count)
    }
    // Pairs of levels, the last factor's changing fastest.
    let places =
      levels.count == 2
      ? levels[0].indices.flatMap { a in levels[1].indices.map { [a, $0] } } : levels[0].indices.map { [$0] }

    let column = data[axis]!
    let isFactor = ReferenceGrid.isFactor(axis, in: frame)
    let axisLevels = isFactor ? column.factor.levels : nil
    predictorLevels = axisLevels
    let x = isFactor ? column.factor.codes.map(Double.init) : column.numbers ?? []
    let axisPlaces: [Double]
    if let names = axisLevels {
      axisPlaces = names.indices.map(Double.init)
    } else {
      let (low, high) = (x.min()!, x.max()!)
      guard low < high else { throw ReferenceGridError.constant(axis, value: low) }
      let last = GroupResponses.pointCount - 1
      axisPlaces = (0...last).map { $0 == last ? high : low + (high - low) * Double($0) / Double(last) }
    }

    // All panels and lines in one table.
    let firstRows = shown.map { f in
      model.factors[f].levels.indices.map { level in model.factors[f].codes.firstIndex(of: level)! }
    }
    var source: [String: [Int]] = [:]
    for other in data.columns {
      source[other.name] = places.flatMap { cell -> [Int] in
        (0..<lineNames.count).flatMap { l -> [Int] in
          let row: Int
          if other.name == lines?.column {
            row = lines!.rows[l]
          } else if let f = roles.factor(of: other.name) {
            row = firstRows[f][levels[f][cell[f]]]
          } else {
            row = 0
          }
          return [Int](repeating: row, count: axisPlaces.count)
        }
      }
    }
    var held: [ReferenceGrid.Held] = []
    let rowCount = places.count * lineNames.count * axisPlaces.count
    let columns = data.columns.map { other -> Column in
      if other.name == axis {
        if let names = axisLevels {
          let rows = names.indices.map { column.factor.codes.firstIndex(of: $0)! }
          return other.selecting(rows: (0..<rowCount).map { rows[$0 % rows.count] })
        }
        return Column(axis, (0..<rowCount).map { axisPlaces[$0 % axisPlaces.count] })
      }
      if other.name == lines?.column || roles.factor(of: other.name) != nil {
        return other.selecting(rows: source[other.name]!)
      }
      let (own, value) = ReferenceGrid.holding(other, in: frame, rows: rowCount)
      if let value, roles.names.contains(other.name) {
        held.append(ReferenceGrid.Held(column: other.name, value: value))
      }
      return own
    }
    self.held = held
    let table = DataTable(columns, name: data.name)
    let intervals = try fit.confidenceIntervals(
      for: table, random: .factors(Set(included.map { model.factors[$0].name })), scale: .link,
      allowingNewLevels: true)
    let population = try fit.predict(for: table, random: .none, scale: .link)
    isRate = fit.link == .log && frame.offset != nil
    let offset = isRate ? try frame.offset(for: table) : nil
    func mean(_ eta: [Double], _ i: Int) -> Double { fit.link.mean(predictor: eta[i] - (offset?[i] ?? 0)) }

    // Observations.
    let lineCodes = lines?.codes ?? [Int](repeating: 0, count: x.count)
    let observed = ObservedMeans(
      fit, x: x, isFactor: isFactor, lines: lineCodes,
      rowsPerLine: Double(x.count) / Double(max(1, places.count * lineNames.count)), isRate: isRate)
    binCount = observed.binCount
    let codes = shown.map { model.factors[$0].codes }
    cells = places.enumerated().map { c, cell in
      let rows = x.indices.filter { i in
        cell.indices.allSatisfy { codes[$0][i] == levels[$0][cell[$0]] }
      }
      let curves = lineNames.indices.map { l -> Curve in
        let start = (c * lineNames.count + l) * axisPlaces.count
        let own = start..<start + axisPlaces.count
        return Curve(
          line: l, places: axisPlaces, means: own.map { mean(intervals.means, $0) },
          lower: own.map { mean(intervals.lower, $0) }, upper: own.map { mean(intervals.upper, $0) },
          population: own.map { mean(population, $0) })
      }
      let own = rows.map { x[$0] }
      return Cell(
        levels: cell, rowCount: rows.count, range: own.min().map { $0...own.max()! }, curves: curves,
        dots: observed.dots(rows))
    }
  }
}

/// Why observed and expected responses cannot be set side by side.
public enum GroupResponsesError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The column whose values should have lines is no predictor, or has too many values.
  case noLines(String, available: [String])

  /// What was found and what would work.
  public var description: String {
    switch self {
    case .noLines(let name, let available):
      "'\(name)' gives no lines: lines are for a predictor of two to \(GroupResponses.mostLines) values that varies within groups and is not on the axis; "
        + (available.isEmpty ? "this model has none" : "what is: \(available.joined(separator: ", "))")
    }
  }
}
