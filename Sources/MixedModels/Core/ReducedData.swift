import LinearAlgebra

/// The data of a model, reduced once: to triangular factors a group where there is one grouping factor, to cross-products of levels where there are several.
enum ReducedData: Sendable {
  case single(GroupReduction)
  case several(LevelCrossProducts)
  /// Several factors for which no exact factorization is sensible.
  case iterative(LevelCrossProducts)

  /// The operations of one exact value from which on conjugate gradients take its place.
  static let mostOperations = 1e11

  /// Reduces data.
  /// - Parameter exact: whether an exact factorization is made however long it takes.
  /// - Throws: `FitError.collinearEffects` if a term's columns are linearly dependent over all rows.
  init(
    _ rows: ModelRows, terms: [RandomTerm], factors: [RandomFactor],
    qr: PivotedQR, interceptColumn: Int?, exact: Bool = false
  ) throws(FitError) {
    let p = rows.fixed.columns
    let blocks = terms.map(\.columns)
    if factors.count == 1 {
      self = .single(
        try GroupReduction(
          rows, blocks: blocks, blockNames: terms.map(\.label), effectNames: terms.flatMap(\.names), qr: qr,
          interceptColumn: interceptColumn, groupCount: factors[0].levels.count))
      return
    }
    let white = try WhitenedDesign(
      rows, blocks: blocks, blockNames: terms.map(\.label), effectNames: terms.flatMap(\.names),
      groupCounts: terms.map { factors[$0.factor].levels.count }, qr: qr, interceptColumn: interceptColumn)
    let levels = zip(factors, rows.codes).map {
      LevelCrossProducts.Factor(columns: $0.columns, levelCount: $0.levels.count, codes: $1)
    }
    let data = LevelCrossProducts(white, blocks: blocks, factors: levels, fixedCount: p)
    if exact || data.operationCount <= ReducedData.mostOperations {
      self = .several(data)
    } else {
      self = .iterative(
        data.stages.count == 1
          ? data
          : LevelCrossProducts(white, blocks: blocks, factors: levels, fixedCount: p, mostStages: 1))
    }
  }

  /// A workspace for the criterion.
  func criterion(_ method: EstimationMethod) -> CovarianceCriterion {
    switch self {
    case .single(let data): ProfiledCriterion(data, method: method)
    case .several(let data): CrossedCriterion(data, method: method)
    case .iterative(let data): IterativeCriterion(data, method: method)
    }
  }

  /// What turns results back to the user's coordinates.
  var design: WhitenedDesign.Coordinates {
    switch self {
    case .single(let data): data.design
    case .several(let data), .iterative(let data): data.design
    }
  }

  /// Effects whose variance REML cannot see, because the fixed effects already hold a coefficient of their own for each level.
  var effectsSpannedByFixed: [Int] {
    switch self {
    case .single(let data): data.effectsSpannedByFixed
    case .several(let data), .iterative(let data): data.effectsSpannedByFixed
    }
  }
}
