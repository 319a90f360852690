import LinearAlgebra

/// The true groups of one grouping factor in one draw.
public struct GroupTruth: Sendable {
  /// The grouping factor.
  public let factor: String
  /// The names of the groups as the data's column has them, groups without rows included: numbers, times and
  /// combinations in rising order, named units as the design lists them.
  public let levels: [String]
  /// The number of rows of each group, missing values included.
  public let sizes: [Int]
  /// The names of all effects that vary over the factor, term after term.
  public let effectNames: [String]
  /// The random effects b_j (groups × effects).
  public let effects: Matrix
  /// β + b_j: the fixed effect of the same name (0 where there is none) and the random one, what R's `coef()`
  /// estimates.
  public let coefficients: Matrix
  /// The group's own line (groups × effects): β + b_j and what group-level predictors add to the coefficient.
  ///
  ///     y ~ x + u + x:u + (1 + x | g):    α_j = β₀ + β_u·u_j + b_0j    β_j = β_x + β_xu·u_j + b_1j
  ///
  /// It is what a regression within the group estimates. A fixed column acts on an effect if, less its parts
  /// that are constant within groups, it is that effect's column. NaN where such a predictor has no value for
  /// a group without rows.
  public let lines: Matrix
  /// The columns of the data that have one value a group by design: the factor's own, predictors of its level, of those above it, and means over it.
  public let heldColumns: [String]
}

/// Mean, SDs and correlations of the random effects that were drawn: the groups as a population of their own.
public struct RealisedEffects: Sendable, Equatable {
  /// The mean of each effect over the groups.
  public let means: [Double]
  /// The SD with divisor J − 1, what an estimate of Σ from these groups aims at; NaN for one group.
  public let sds: [Double]
  /// The SD with divisor J, that of the groups as a whole population.
  public let populationSDs: [Double]
  /// The correlations; NaN where an effect does not vary.
  public let correlations: [[Double]]

  /// - Parameter effects: groups × effects.
  init(_ effects: Matrix) {
    let count = Double(effects.rows)
    let columns = (0..<effects.columns).map { effects.column($0) }
    let means = columns.map { $0.reduce(0, +) / count }
    func product(_ i: Int, _ k: Int) -> Double {
      zip(columns[i], columns[k]).reduce(0) { $0 + ($1.0 - means[i]) * ($1.1 - means[k]) }
    }
    let squares = columns.indices.map { product($0, $0) }
    self.means = means
    sds = squares.map { count > 1 ? ($0 / (count - 1)).squareRoot() : .nan }
    populationSDs = squares.map { ($0 / count).squareRoot() }
    correlations = columns.indices.map { i in
      columns.indices.map { k in
        i == k
          ? (squares[i] > 0 ? 1 : .nan)
          : squares[i] > 0 && squares[k] > 0 ? product(i, k) / (squares[i] * squares[k]).squareRoot() : .nan
      }
    }
  }
}
