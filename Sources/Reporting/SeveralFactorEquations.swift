import ModelFormula

/// The equations of a model with several grouping factors.
///
///     y_i ~ N(μ + βx_i + α_j[i] + γ_k[i], σ_y²),   α_j ~ N(0, σ_α²),   γ_k ~ N(0, σ_γ²)
///
/// All fixed effects stand in the equation of observations. What the levels of a factor add to the constant or to a slope has the
/// mean 0, or what predictors that are constant within these levels say. Such a predictor belongs to the factor with the fewest
/// levels among those over which the effect varies.
struct SeveralFactorEquations {
  private(set) var predictors: [String] = []
  private(set) var groupPredictors: [String] = []
  private(set) var coefficients: [ModelEquations.Coefficient] = []
  private(set) var blocks: [[Int]] = []

  /// - Throws: `ExplanationError.tooManyGroupingFactors`.
  init(
    _ formula: ModelFormula, _ effects: EffectColumns, factors: [GroupingFactor], _ columns: ColumnKinds
  ) throws(ExplanationError) {
    let isPredicted = columns.groupLevel.contains { !$0.isEmpty }
    let most = FactorLetters.count(withGroupPredictors: isPredicted)
    guard factors.count <= most else {
      throw .tooManyGroupingFactors(factors.map(\.text), most: most)
    }
    let terms = factors.map { factor in
      effects.random.filter { $0.factor == factor.text }
    }
    let coarsestFirst = factors.indices.sorted { columns.levelCounts[$0] < columns.levelCounts[$1] }
    var means: [[String: [Int]]] = factors.map { _ in [:] }
    if formula.fixed.hasIntercept { append("(Intercept)", .common) }
    for term in effects.fixed {
      var home: (factor: Int, slope: String, predictor: String)?
      for f in coarsestFirst where home == nil {
        let (ofGroup, slope) = term.split(by: columns.groupLevel[f])
        guard let ofGroup, terms[f].contains(where: { $0.effects.contains(slope) }) else { continue }
        home = (f, slope, ofGroup)
      }
      guard let home else {
        append(term.name, .common)
        continue
      }
      let place = groupPredictors.firstIndex(of: home.predictor) ?? groupPredictors.count
      if place == groupPredictors.count { groupPredictors.append(home.predictor) }
      if means[home.factor][home.slope]?.contains(place) == true { continue }
      means[home.factor][home.slope, default: []].append(place)
    }
    for f in factors.indices {
      for term in terms[f] {
        blocks.append([])
        for name in term.effects {
          blocks[blocks.count - 1].append(coefficients.count)
          let mean = ModelEquations.Mean(isEstimated: false, predictors: means[f][name] ?? [])
          append(name, .modelled(mean: mean), factor: f)
        }
      }
    }
  }

  private mutating func append(_ name: String, _ variation: ModelEquations.Variation, factor: Int? = nil) {
    var place: Int?
    if name != "(Intercept)" {
      place = predictors.firstIndex(of: name) ?? predictors.count
      if place == predictors.count { predictors.append(name) }
    }
    coefficients.append(
      ModelEquations.Coefficient(predictor: place, name: name, variation: variation, factor: factor))
  }
}

/// The letters of several grouping factors: of their effects, of the index of their levels, of the number of levels. The letters of generalized models are
/// none of them: λ, ν and θ of distributions, m of trials.
struct FactorLetters {
  private static let effects = [
    Formula(latex: "\\alpha", plain: "α"), Formula(latex: "\\gamma", plain: "γ"),
    Formula(latex: "\\delta", plain: "δ"), Formula(latex: "\\zeta", plain: "ζ"),
    Formula(latex: "\\eta", plain: "η"), Formula(latex: "\\kappa", plain: "κ"),
    Formula(latex: "\\xi", plain: "ξ"), Formula(latex: "\\tau", plain: "τ"),
  ]
  private static let indices = ["j", "k", "l", "h", "q", "r", "s", "t"]

  /// How many factors have letters: γ belongs to the equations of means where there are any.
  static func count(withGroupPredictors: Bool) -> Int { effects.count - (withGroupPredictors ? 1 : 0) }

  /// The letter of a factor's effects.
  static func effect(of factor: Int, withGroupPredictors: Bool) -> Formula {
    effects[withGroupPredictors && factor > 0 ? factor + 1 : factor]
  }

  /// The index of a factor's levels.
  static func index(of factor: Int) -> String { indices[factor] }
  /// The number of a factor's levels.
  static func last(of factor: Int) -> String { indices[factor].uppercased() }
}
