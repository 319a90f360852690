import Distributions
import Tables

/// What a laboratory's surveys say of three ways to estimate areas.
public struct LaboratoryResult: Sendable {
  /// The laboratory.
  public let laboratory: MRPLaboratory
  /// Replicates that could not be fitted, and what the first of them said.
  public let failures: (count: Int, first: String?)
  /// For everyone (`by` empty) and each column: the groups, then all of them together.
  public let tables: [Table]

  /// The ways.
  public enum Method: String, Sendable, CaseIterable {
    /// The mean of the survey's rows.
    case raw
    /// The survey's means of cells, weighted by the census.
    case noPooling = "no pooling"
    /// The model's means of cells, weighted by the census.
    case mrp = "MRP"
  }

  /// The groups of one column.
  public struct Table: Sendable {
    /// The column.
    public let by: String
    /// Group after group.
    public let groups: [Group]
    /// All groups together, each with equal weight: for each method in the order of `Method.allCases`.
    public let together: [Performance]
  }

  /// One group.
  public struct Group: Sendable {
    /// Its name.
    public let level: String
    /// The mean of its true mean over replicates.
    public let truth: Double
    /// The mean number of its rows in surveys.
    public let sampleCount: Double
    /// For each method in the order of `Method.allCases`.
    public let performances: [Performance]
  }

  /// Bias, root mean square error and coverage with their Monte Carlo standard errors; NaN where there is nothing to count.
  public struct Performance: Sendable, Equatable {
    /// The share of replicates (of groups in replicates) with an estimate.
    public let available: Double
    /// Mean of estimate − truth; for groups together the mean of the groups' |bias|, without an error of its own.
    public let bias, biasError: Double
    /// √ of the mean square of estimate − truth.
    public let rootMeanSquareError, rootMeanSquareErrorError: Double
    /// How often the interval holds the truth, of those with an interval.
    public let coverage, coverageError: Double
    /// Mean length of the intervals.
    public let length: Double
  }

  init(_ laboratory: MRPLaboratory, _ outcomes: [Result<[AreaTable], any Error>]) {
    self.laboratory = laboratory
    var surveys: [[AreaTable]] = []
    var failed = 0
    var message: String?
    for outcome in outcomes {
      switch outcome {
      case .success(let tables): surveys.append(tables)
      case .failure(let error):
        failed += 1
        if message == nil { message = "\(error)" }
      }
    }
    failures = (failed, message)
    let z = NormalDistribution().quantile((1 + laboratory.poststratification.level) / 2)
    tables = surveys[0].indices.map { t in
      // Levels may differ between populations; those of all, in the order of the first that has each.
      var levels: [String] = []
      var place: [String: Int] = [:]
      for survey in surveys {
        for row in survey[t].rows where place[row.level] == nil {
          place[row.level] = levels.count
          levels.append(row.level)
        }
      }
      var rows = levels.map { _ in [AreaEstimate?](repeating: nil, count: surveys.count) }
      for (r, survey) in surveys.enumerated() {
        for row in survey[t].rows { rows[place[row.level]!][r] = row }
      }
      let groups = levels.indices.map { g -> Group in
        let known = rows[g].compactMap { $0 }
        return Group(
          level: levels[g], truth: mean(known.map { $0.truth! }),
          sampleCount: mean(known.map { Double($0.sampleCount ?? 0) }),
          performances: Method.allCases.map { LaboratoryResult.performance($0, [rows[g]], z) })
      }
      let together = Method.allCases.enumerated().map { m, method in
        LaboratoryResult.performance(
          method, rows, z, bias: mean(groups.map { abs($0.performances[m].bias) }.filter(\.isFinite)))
      }
      return Table(by: surveys[0][t].by, groups: groups, together: together)
    }
  }

  /// One method's performance over groups (rows) and replicates: replicates are what is independent, so errors come from
  /// the spread of their means over groups.
  private static func performance(
    _ method: Method, _ rows: [[AreaEstimate?]], _ z: Double, bias meanBias: Double? = nil
  ) -> Performance {
    let replicates = rows[0].count
    var (errors, squares, held, lengths) = ([Double](), [Double](), [Double](), [Double]())
    var (known, possible) = (0, 0)
    for r in 0..<replicates {
      var (own, ownHeld) = ([Double](), [Double]())
      for group in rows {
        guard let row = group[r], let truth = row.truth else { continue }
        possible += 1
        let (estimate, low, high) = interval(method, row, z)
        guard estimate.isFinite else { continue }
        known += 1
        own.append(estimate - truth)
        if low.isFinite, high.isFinite {
          ownHeld.append(low <= truth && truth <= high ? 1 : 0)
          lengths.append(high - low)
        }
      }
      if !own.isEmpty {
        errors.append(mean(own))
        squares.append(mean(own.map { $0 * $0 }))
      }
      if !ownHeld.isEmpty { held.append(mean(ownHeld)) }
    }
    let square = mean(squares)
    let root = square.squareRoot()
    return Performance(
      available: Double(known) / Double(max(1, possible)), bias: meanBias ?? mean(errors),
      biasError: meanBias == nil ? error(errors) : .nan, rootMeanSquareError: root,
      rootMeanSquareErrorError: root > 0 ? error(squares) / (2 * root) : .nan, coverage: mean(held),
      coverageError: error(held), length: mean(lengths))
  }

  /// An estimate with its limits: normal ones, of MRP the quantiles of its draws.
  private static func interval(
    _ method: Method, _ row: AreaEstimate, _ z: Double
  ) -> (estimate: Double, low: Double, high: Double) {
    switch method {
    case .raw: (row.rawMean, row.rawMean - z * row.rawStandardError, row.rawMean + z * row.rawStandardError)
    case .noPooling:
      (
        row.cellwiseMean, row.cellwiseMean - z * row.cellwiseStandardError,
        row.cellwiseMean + z * row.cellwiseStandardError
      )
    case .mrp: (row.estimate, row.lower, row.upper)
    }
  }
}

/// NaN for none.
private func mean(_ x: [Double]) -> Double { x.isEmpty ? .nan : x.reduce(0, +) / Double(x.count) }

/// The standard error of a mean; NaN for fewer than two.
private func error(_ x: [Double]) -> Double {
  guard x.count > 1 else { return .nan }
  let m = mean(x)
  let squares = x.reduce(0) { $0 + ($1 - m) * ($1 - m) }
  return (squares / Double(x.count - 1) / Double(x.count)).squareRoot()
}
