import LinearAlgebra
import MixedModels
import Plotting

/// Group-level regression: the coefficients of the groups with one standard error to either side, against a
/// predictor u that is constant within groups, and the line that the model fits to them. One panel a
/// coefficient that varies.
///
/// For the coefficient of a column c in group j, with all columns at 0 but c and those that u belongs to,
///
///     α_j = β̂_c + b̂_jc + γ̂_c·u_j        line: β̂_c + γ̂_c·u
///
/// γ_c is the fixed effect of u·c: of u itself for the intercept, of the interaction x:u for the slope of x;
/// 0 without an interaction, the line then being level. With a = the fixed effects' weights in α_j (1 and
/// u_j),
///
///     SE(α_j)² = a'Var(β̂)a + Var(b̂_jc − b_jc) + 2·a'Cov(β̂, b̂_jc − b_jc)
///
/// by Henderson's joint covariance, θ held at its estimate. Rings show least squares of each group's own
/// rows, which know nothing of u.
///
/// Reference: Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models,
/// figures 12.6 and 13.2.
public struct GroupLevelRegression: ModelFigure {
  /// A group.
  public struct Group: Sendable, Equatable {
    /// The level of the grouping factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
    /// u_j.
    public let value: Double
  }

  /// One coefficient of every group.
  public struct Coefficient: Sendable {
    /// The column; `(Intercept)` for intercepts.
    public var variable: FigureVariable
    /// β̂_c, the height of the line at u = 0.
    public let intercept: Double
    /// γ̂_c; 0 if the model has no such interaction.
    public let slope: Double
    /// Whether the model has one.
    public let hasSlope: Bool
    /// α_j and their standard errors, in the order of the groups; errors are NaN where levels are too many to
    /// compute them.
    public let estimates, errors: [Double]
    /// Estimates from each group's own rows; NaN where they do not determine one, and in models of several
    /// grouping factors.
    public let own: [Double]
  }

  /// The groups, in the factor's order.
  public var groups: [Group]
  /// The coefficients that vary, each a panel.
  public var coefficients: [Coefficient]
  /// u.
  public var predictor: FigureVariable
  /// Other columns, at 0 in what is drawn.
  public var others: [FigureVariable]
  /// Those of them whose effects by the mixed model are taken off the groups' own estimates, as they are constant within groups.
  let borrowed: [String]
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// The link on whose scale the coefficients of a generalized model are; nil for a linear one.
  public let link: LinkFunction?
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 × 10 cm, for several panels 16 × 8 cm.
  public var size: Size

  /// Takes the coefficients that vary over a factor from a fit.
  /// - Parameters:
  ///   - factor: the place of the grouping factor.
  ///   - name: which column u is; nil for the first fixed effect that is constant within all groups and has no companions.
  /// - Throws: `ModelFigureError.noGroupPredictor`, `.notGroupPredictor`, `.mixedCoding` or, where other columns are functions of
  ///   the same predictor, so that no line is straight, `.severalColumns`.
  public init(
    _ fit: LinearMixedModelFit, factor: Int = 0, by name: String? = nil, highlighted: Set<String> = []
  ) throws(ModelFigureError) {
    try self.init(of: fit, factor: factor, by: name, highlighted: highlighted)
  }

  /// The same of a generalized mixed model, on the scale of its link.
  /// - Throws: as of a linear one.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, factor: Int = 0, by name: String? = nil,
    highlighted: Set<String> = []
  ) throws(ModelFigureError) {
    try self.init(of: fit, factor: factor, by: name, highlighted: highlighted)
  }

  private init(
    of fit: some OwnRegressing, factor: Int, by name: String?, highlighted: Set<String>
  ) throws(ModelFigureError) {
    let model = fit.model
    try ModelFigureError.checkSharedColumns(model, factor: factor)
    let effects = fit.randomEffects[factor]
    let columns = GroupLevelColumns(model, factor: factor)
    let candidates = columns.entries(over: FigureWords.constant)
    guard let some = candidates.first else {
      throw .noGroupPredictor(grouping: effects.factor.name, formula: model.formulaText)
    }
    var chosen = candidates.first { columns.companions(of: $0, in: model).isEmpty } ?? some
    if let name {
      guard let named = candidates.first(where: { $0.name == name }) else {
        throw .notGroupPredictor(name, grouping: effects.factor.name, available: candidates.map(\.name))
      }
      chosen = named
    }
    let companions = columns.companions(of: chosen, in: model)
    guard companions.isEmpty else {
      throw .severalColumns([chosen.name] + companions, formula: model.formulaText)
    }
    let u = chosen.values
    let levels = effects.factor.levels
    groups = levels.indices.map {
      Group(name: levels[$0], label: .level(levels[$0]), value: u[$0])
    }
    var varying: [String] = []
    for name in effects.factor.effectNames where !varying.contains(name) { varying.append(name) }
    // The column u·c of each coefficient: u itself, or an interaction.
    let slopes = varying.map { name -> GroupLevelColumns.Entry? in
      if name == FigureWords.constant { return chosen }
      return columns.entries(over: name).first { entry in
        zip(entry.values, u).allSatisfy { $0.isNaN || abs($0 - $1) <= 1e-9 * max(abs($0), abs($1)) }
      }
    }
    let drawn = slopes.compactMap { $0?.name } + [chosen.name]
    let own =
      model.factors.count == 1
      ? OwnEstimates(fit, names: varying, columns: columns, keeping: Set(drawn)) : nil
    borrowed = own?.borrowed ?? []
    let knowsErrors = !effects.coefficientErrors.storage.allSatisfy(\.isNaN)
    let covariances = levels.indices.map { j in
      knowsErrors ? (effects.predictionCovariance(ofLevel: j), effects.crossCovariance(ofLevel: j)) : nil
    }
    let modes = effects.modes
    coefficients = varying.indices.map { c in
      let terms = effects.factor.effectNames.indices.filter { effects.factor.effectNames[$0] == varying[c] }
      let base = model.fixedEffectNames.firstIndex(of: varying[c])
      let (intercept, slope) = (
        base.map { fit.fixedEffects[$0] } ?? 0, slopes[c].map { fit.fixedEffects[$0.place] } ?? 0
      )
      let estimates = levels.indices.map { j in
        terms.reduce(intercept + slope * u[j]) { $0 + modes[j, $1] }
      }
      let errors = levels.indices.map { j -> Double in
        guard let (mode, cross) = covariances[j] else { return .nan }
        var weights: [(place: Int, value: Double)] = base.map { [($0, 1)] } ?? []
        if let entry = slopes[c] { weights.append((entry.place, u[j])) }
        var sum = 0.0
        for a in terms { for b in terms { sum += mode[a, b] } }
        for (i, x) in weights {
          for (k, y) in weights { sum += x * fit.fixedEffectCovariance[i, k] * y }
          for a in terms { sum += 2 * x * cross[i, a] }
        }
        return max(0, sum).squareRoot()
      }
      return Coefficient(
        variable: .column(varying[c], of: model), intercept: intercept, slope: slope,
        hasSlope: slopes[c] != nil,
        estimates: estimates, errors: errors,
        own: own.map { $0.estimates.column(c) } ?? [Double](repeating: .nan, count: levels.count))
    }
    predictor = .column(chosen.name)
    others = model.fixedEffectNames.filter { $0 != FigureWords.constant && !drawn.contains($0) }
      .map { .column($0) }
    response = .column(model.frame.figureResponse)
    link = fit.effectLink
    grouping = .column(effects.factor.name)
    self.highlighted = highlighted
    size = coefficients.count == 1 ? .centimetres(16, 10) : .centimetres(16, 8.5)
  }

  /// Number of groups whose rows do not determine all of their coefficients; 0 in models of several factors, which have no own estimates.
  private var undeterminedCount: Int {
    guard coefficients.contains(where: { $0.own.contains(where: \.isFinite) }) else { return 0 }
    return groups.indices.count { j in coefficients.contains { $0.own[j].isNaN } }
  }

  /// Whether u has so few values that groups of one value stand side by side.
  var isSpread: Bool {
    let distinct = Set(groups.map(\.value)).count
    return distinct <= 10 && 2 * distinct <= groups.count
  }

  /// Where each group stands on the axis of u.
  var places: [Double] {
    let values = groups.map(\.value)
    guard isSpread else { return values }
    let distinct = Set(values).sorted()
    let gap = zip(distinct, distinct.dropFirst()).map { $1 - $0 }.min() ?? 1
    return spread(values, over: 0.4 * gap)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let ranges = coefficients.map { c in
      ShownRange(
        keeping: zip(c.estimates, c.errors).flatMap { $1.isNaN ? [$0] : [$0 - $1, $0 + $1] },
        admitting: c.own)
    }
    let isSingle = coefficients.count == 1
    let panels = zip(coefficients, ranges).map { coefficient, range in
      let title = words.effect(coefficient.variable, of: response)
      var panel = Panel(isSingle ? "" : title, marks(coefficient, language))
      panel.y = Axis("", limits: range?.limits, tickSpacing: 34)
      return panel
    }
    var categories = PoolingStyle.scale(language)
    categories.entries += [
      .init("line", label: words.groupLevelLine, style: CategoryStyle(OkabeIto.black, lineScale: 1.4)),
      .init("highlighted", label: words.highlighted, style: PoolingStyle.pickedOut),
    ]
    var figure = Figure(
      size: size,
      x: Axis(predictor.title(language), tickSpacing: 52, isWhole: areWhole(groups.map(\.value))),
      y: Axis(
        isSingle
          ? words.groupTitle(words.effect(coefficients[0].variable, of: response), grouping) : words.estimate),
      categories: categories, panels: panels)
    figure.ySharing = .none
    figure.columns = size.width < ModelFigureSizes.narrow ? 1 : min(3, coefficients.count)
    let caption = words.groupLevelCaption(
      others: others.map { $0.name(language) },
      borrowed: others.filter { borrowed.contains($0.column) }.map { $0.name(language) }, isSpread: isSpread,
      level: coefficients.filter { !$0.hasSlope }.map { words.effectInSentence($0.variable, definite: true) },
      undetermined: undeterminedCount,
      outside: ranges.reduce(0) { $0 + ($1?.outside ?? 0) })
    figure.caption = words.sentences([caption] + (link.map { [words.linkScale($0, response)] } ?? []))
    figure.describe(
      as: "group-regression", title: words.title(alternativeTitle(language)), text: alternativeText(language),
      in: language)
    return figure
  }

  private func marks(_ coefficient: Coefficient, _ language: FigureLanguage) -> [any Mark] {
    let places = places
    let isDense = groups.count > 80
    let named = groups.indices.filter { highlighted.contains(groups[$0].name) }
    let rest = groups.indices.filter { !highlighted.contains(groups[$0].name) }
    let (estimates, errors) = (coefficient.estimates, coefficient.errors)
    func bars(_ picked: [Int], _ look: Appearance, width: Double) -> IntervalMark {
      let known = picked.filter { errors[$0].isFinite }
      return IntervalMark(
        low: known.map { estimates[$0] - errors[$0] }, high: known.map { estimates[$0] + errors[$0] },
        at: known.map { places[$0] }, look, direction: .upright, width: width)
    }
    func points(_ picked: [Int], _ values: [Double], _ look: Appearance, size: Double) -> PointMark {
      let known = picked.filter { values[$0].isFinite }
      return PointMark(x: known.map { places[$0] }, y: known.map { values[$0] }, look, size: size)
    }
    var marks: [any Mark] = [
      points(
        Array(groups.indices), coefficient.own, PoolingStyle.none.appearance, size: isDense ? 0.45 : 0.6),
      bars(
        rest, .fixed(CategoryStyle(isDense ? Colour(hex: 0x8C8C8C) : OkabeIto.blue)),
        width: isDense ? 0.6 : 1),
    ]
    var line: [any Mark] = []
    if let (low, high) = dataRange(groups.map(\.value)) {
      line = [
        LineMark(
          x: [low, high],
          y: [low, high].map { coefficient.intercept + coefficient.slope * $0 }, .category("line"))
      ]
    }
    let dots = points(rest, estimates, PoolingStyle.partial.appearance, size: isDense ? 0.5 : 0.85)
    // Many dots would hide the line.
    marks += isDense ? [dots] + line : line + [dots]
    marks.append(bars(named, .category("highlighted"), width: 1))
    marks.append(points(named, estimates, .category("highlighted"), size: 1))
    marks.append(
      LabelMark(
        named.map { groups[$0].label(language) }, x: named.map { places[$0] }, y: named.map { estimates[$0] },
        clearance: 2.9))
    return marks
  }

  /// The numbers, one row for each group and coefficient.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "coefficient", "u", "partial", "partial.se", "none", "line"])
    for c in coefficients {
      for (j, group) in groups.enumerated() {
        data.append([
          .text(group.name), .text(c.variable.column), .number(group.value), .number(c.estimates[j]),
          .number(c.errors[j]), .number(c.own[j]), .number(c.intercept + c.slope * group.value),
        ])
      }
    }
    return data
  }
}
