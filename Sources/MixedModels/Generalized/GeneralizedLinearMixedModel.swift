import LinearAlgebra
import ModelFormula
import Tables

/// A generalized linear mixed model: the specification, which never changes.
///
///     g(μ) = o + Xβ + Zb,   b_fj ~ N(0, Λ_fΛ_f') for level j of factor f,   y | b ~ the family with mean μ
///
/// with an offset o (0) where `ColumnRoles` or the formula name one. Binomial responses are successes among m trials: 0 and 1, a column of two levels
/// (the second is success), `cbind(successes, failures)`, or shares with m as weights. Weights multiply the log-likelihood of a row in all other cases.
///
/// Terms stand in the order of their numbers of levels, most first, as in lme4. A level for every row is allowed where the family has no free scale: its
/// effects are overdispersion.
///
/// - References: Breslow & Clayton (1993), doi:10.1080/01621459.1993.10594284; Pinheiro & Chao (2006), doi:10.1198/106186006X96962.
public struct GeneralizedLinearMixedModel: MixedModel {
  /// The formula.
  public let formula: ModelFormula
  /// Response and design matrices.
  public let frame: ModelFrame
  /// The distribution of the response given the random effects; θ and the shape in it are starts, for they are estimated.
  public let family: ResponseFamily
  /// The link.
  public let link: LinkFunction
  /// The columns of the fixed-effects matrix with aliased ones left out.
  public let fixedColumns: DesignColumns
  /// Names of the fixed effects that are estimated.
  public let fixedEffectNames: [String]
  /// Names of columns left out because the ones before them span them.
  public let droppedColumns: [String]
  /// The columns of all random-effects terms side by side.
  public let randomColumns: DesignColumns
  /// The random-effects terms, in order.
  public let terms: [RandomTerm]
  /// The grouping factors, in the order of their first terms.
  public let factors: [RandomFactor]

  /// Applies a formula with bars to data.
  /// - Parameters:
  ///   - link: the family's default if nil.
  ///   - levels: which levels of a binomial response are failure and success; found in the data if nil.
  /// - Throws: `FormulaError` for the formula and the columns; `GeneralizedFitError.link`; `FitError` for designs in which the model has no meaning: one group,
  ///   collinear random effects, a level a row where the family has a scale of its own.
  public init(
    _ formula: ModelFormula, data: DataTable, family: ResponseFamily, link: LinkFunction? = nil,
    roles: ColumnRoles = ColumnRoles(), levels: SuccessLevels? = nil
  ) throws {
    guard !formula.randomTerms.isEmpty else { throw FitError.noBar(formula: formula.source) }
    let link = link ?? family.defaultLink
    guard family.allowedLinks.contains(link) else {
      throw GeneralizedFitError.link(link, family: family.word, allowed: family.allowedLinks)
    }
    let frame = try ModelFrame(
      formula, data: data, roles: roles, response: family.responseKind(levels: levels))
    try self.init(frame: frame, family: family, link: link)
  }

  /// Applies formula text to data.
  /// - Throws: as `init(_:data:family:link:roles:levels:)` for a parsed formula.
  public init(
    _ formula: String, data: DataTable, family: ResponseFamily, link: LinkFunction? = nil,
    roles: ColumnRoles = ColumnRoles(), levels: SuccessLevels? = nil
  ) throws {
    try self.init(
      try ModelFormula(formula), data: data, family: family, link: link, roles: roles, levels: levels)
  }

  init(frame: ModelFrame, family: ResponseFamily, link: LinkFunction) throws(FitError) {
    for design in frame.random where design.grouping.levels.count < 2 {
      throw .oneGroup(factor: design.grouping.name, level: design.grouping.levels.first ?? "")
    }
    let layout = try RandomLayout(frame)
    let names = frame.fixedCoding.columnNames
    let qr = PivotedQR(frame.fixed)
    let kept = qr.pivot.prefix(qr.rank).sorted()
    formula = frame.formula
    self.frame = frame
    self.family = family
    self.link = link
    fixedColumns =
      kept.count == names.count ? frame.fixedColumns : frame.fixedColumns.selecting(columns: kept)
    fixedEffectNames = kept.map { names[$0] }
    droppedColumns = names.indices.filter { !kept.contains($0) }.map { names[$0] }
    randomColumns = layout.columns
    terms = layout.terms
    factors = layout.factors
    try checkIdentification()
  }

  /// Refuses effects of one term that stand for each other, and effects of rows beside a free scale.
  private func checkIdentification() throws(FitError) {
    let z = randomMatrix
    for term in terms where !term.columns.isEmpty {
      let columns = Matrix(
        rows: z.rows, columns: term.columns.count, storage: term.columns.flatMap { z.column($0) })
      let qr = PivotedQR(columns)
      if let spare = qr.pivot.dropFirst(qr.rank).min() {
        throw .collinearEffects(term: term.label, column: term.names[spare])
      }
      let factor = factors[term.factor]
      if family.hasDispersion, factor.levels.count >= z.rows {
        throw .notIdentified(
          factor: factor.name, groups: factor.levels.count, effects: term.columns.count, rows: z.rows,
          omitted: frame.omittedCount)
      }
    }
  }

  /// The factors with a level for every row: their effects are overdispersion.
  public var observationLevelFactors: [Int] {
    factors.indices.filter { factors[$0].levels.count == frame.response.count }
  }

  /// Successes, counts or positive numbers of the used rows.
  var numbers: [Double] {
    guard let successes = frame.binomial?.successes else { return frame.response }
    // A weighted row counts as so many of its kind.
    return frame.weights.map { zip(successes, $0).map(*) } ?? successes
  }
  /// Numbers of trials, or prior weights; nil where all are 1.
  var trials: [Double]? {
    guard let trials = frame.binomial?.trials else { return frame.weights }
    guard let weights = frame.weights else { return trials.allSatisfy { $0 == 1 } ? nil : trials }
    return zip(trials, weights).map(*)
  }

  /// The response with its distribution at an estimated θ or shape.
  func observedResponse(_ family: ResponseFamily) -> ObservedResponse {
    ObservedResponse(
      response: frame.response, weights: trials ?? [Double](repeating: 1, count: frame.response.count),
      family: family, link: link)
  }
}
