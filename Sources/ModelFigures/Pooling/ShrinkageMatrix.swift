import LinearAlgebra
import MixedModels
import Plotting

/// What pooling does to the coefficients of each group, two at a time: in the panels below the diagonal of a
/// matrix an arrow leads from a group's own estimates to those by partial pooling, for every pair of
/// coefficients that vary.
///
/// Ellipses hold 50 % and 90 % of the distribution of the pair that the fitted model estimates, a normal one
/// with the mean (μ_i, μ_k) of the fixed effects and the covariance Σ_ik: radius √χ²_p(2). Coefficients of
/// different terms, as `||` makes them, have the covariance 0.
///
/// Own estimates are least squares of a group's rows on all columns (`OwnEstimates`). What group-level
/// predictors add is taken off by their fixed effects, so that both estimates mean the coefficient with those
/// predictors at 0. Where a group's rows do not determine both coefficients of a pair, the group has partial
/// pooling alone.
public struct ShrinkageMatrix: ModelFigure {
  /// A group with its coefficients.
  public struct Group: Sendable, Equatable {
    /// The level of the grouping factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
    /// Number of rows.
    public let count: Int
    /// Estimates from its own rows, coefficient by coefficient; NaN where they do not determine one.
    public let own: [Double]
    /// Estimates by partial pooling.
    public let pooled: [Double]

    /// Whether its rows determine both coefficients of a pair.
    func has(_ i: Int, _ k: Int) -> Bool { own[i].isFinite && own[k].isFinite }
  }

  /// The groups, in the factor's order.
  public var groups: [Group]
  /// The coefficients, k of them.
  public var effects: [FigureVariable]
  /// The means of the groups' coefficients.
  public let means: [Double]
  /// Their fitted covariance over the groups (k×k).
  public let covariance: Matrix
  /// Whether the model holds some covariances at 0.
  public let hasSeparateTerms: Bool
  /// Group-level columns whose share is taken off the groups' own estimates.
  public var groupLevel: [FigureVariable]
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// The link on whose scale the coefficients of a generalized model are; nil for a linear one.
  public let link: LinkFunction?
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide, the higher the more panels there are.
  public var size: Size

  /// The shares of the distribution that the ellipses hold.
  public static let levels = [0.5, 0.9]

  /// Takes the coefficients that vary over the groups of a fit with one grouping factor.
  /// - Throws: `ModelFigureError.severalGroupingFactors`, `.oneVaryingCoefficient` or `.mixedCoding`.
  public init(_ fit: LinearMixedModelFit, highlighted: Set<String> = []) throws(ModelFigureError) {
    try self.init(of: fit, highlighted: highlighted)
  }

  /// The same of a generalized mixed model, on the scale of its link.
  /// - Throws: `ModelFigureError.severalGroupingFactors`, `.oneVaryingCoefficient` or `.mixedCoding`.
  public init(_ fit: GeneralizedLinearMixedModelFit, highlighted: Set<String> = [])
    throws(ModelFigureError)
  {
    try self.init(of: fit, highlighted: highlighted)
  }

  private init(of fit: some OwnRegressing, highlighted: Set<String>) throws(ModelFigureError) {
    let model = fit.model
    if model.factors.count > 1 {
      throw .severalGroupingFactors(model.factors.map(\.name), formula: model.formulaText)
    }
    var names: [String] = []
    for name in model.randomEffectNames where !names.contains(name) { names.append(name) }
    guard names.count > 1 else {
      throw .oneVaryingCoefficient(names[0], formula: model.formulaText)
    }
    try ModelFigureError.checkSharedColumns(model)
    let own = OwnEstimates(fit, names: names, columns: GroupLevelColumns(model))
    let (coefficients, sizes) = (fit.groupCoefficients, model.groupSizes)
    let places = names.map { fit.coefficientNames.firstIndex(of: $0)! }
    groups = model.groupLevels.indices.map { j in
      Group(
        name: model.groupLevels[j], label: .level(model.groupLevels[j]), count: sizes[j],
        own: Array(own.estimates.row(j)), pooled: places.map { coefficients[j, $0] })
    }
    effects = names.map { .column($0, of: model) }
    means = names.map { name in model.fixedEffectNames.firstIndex(of: name).map { fit.fixedEffects[$0] } ?? 0
    }
    var covariance = Matrix(rows: names.count, columns: names.count)
    for component in fit.varianceComponents {
      let into = component.names.map { names.firstIndex(of: $0)! }
      for (a, i) in into.enumerated() {
        for (b, k) in into.enumerated() { covariance[i, k] += component.covariance[a, b] }
      }
    }
    self.covariance = covariance
    hasSeparateTerms = fit.varianceComponents.count > 1
    groupLevel = own.borrowed.map { .column($0) }
    response = .column(model.frame.figureResponse)
    link = fit.effectLink
    grouping = .column(model.groupingFactor)
    self.highlighted = highlighted
    size = .centimetres(16, [12, 13.5, 15.5, 17][min(names.count, 5) - 2])
  }

  /// The ellipse's shape of a pair of coefficients.
  func shape(_ i: Int, _ k: Int) -> EllipseShape {
    EllipseShape(
      centreX: means[i], centreY: means[k], varianceX: max(0, covariance[i, i]),
      covariance: covariance[i, k], varianceY: max(0, covariance[k, k]))
  }

  /// What the axis of a coefficient shows.
  func range(_ e: Int) -> ShownRange? {
    let reach = EllipseShape.normalRadius(level: 0.9) * max(0, covariance[e, e]).squareRoot()
    return ShownRange(
      pooled: groups.map { $0.pooled[e] }, own: groups.map { $0.own[e] },
      keeping: [means[e] - reach, means[e] + reach])
  }

  /// Groups some of whose own estimates lie outside of what the axes show.
  var outside: [Group] {
    let limits = effects.indices.map { range($0)?.limits }
    return groups.filter { group in
      zip(limits, group.own).contains { limits, value in
        value.isFinite && limits.map { !$0.contains(value) } ?? false
      }
    }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let count = effects.count
    let axes = effects.indices.map { e in
      Axis(
        words.effect(effects[e], of: response), limits: range(e)?.limits, tickSpacing: count > 3 ? 32 : 40)
    }
    var panels: [Panel] = []
    for k in 1..<count {
      for i in 0..<(count - 1) {
        guard i < k else {
          panels.append(.blank)
          continue
        }
        var panel = Panel("", marks(i, k, language))
        panel.x = axes[i]
        panel.y = axes[k]
        panels.append(panel)
      }
    }
    var categories = PoolingStyle.scale(language, mean: true)
    categories.entries += [
      .init(
        "ellipse", label: words.fittedDistribution,
        style: CategoryStyle(ShrinkageMatrix.ellipseColour, lineScale: 1)),
      .init("highlighted", label: words.highlighted, style: PoolingStyle.pickedOut),
    ]
    var figure = Figure(size: size, x: Axis(""), y: Axis(""), categories: categories, panels: panels)
    figure.columns = count - 1
    figure.xSharing = .lines
    figure.ySharing = .lines
    figure.legend = count > 2 ? .emptyCell : .top
    let caption = words.shrinkageMatrixCaption(
      hasSeparateTerms: hasSeparateTerms, groupLevel: groupLevel.map { $0.name(language) },
      without: groups.count { !$0.own.allSatisfy(\.isFinite) }, outside: outside.count)
    figure.caption = words.sentences([caption] + (link.map { [words.linkScale($0, response)] } ?? []))
    figure.describe(
      as: "shrinkage-matrix", title: words.title(alternativeTitle(language)), text: alternativeText(language),
      in: language)
    return figure
  }

  private static let ellipseColour = Colour(hex: 0x737373)

  private func marks(_ i: Int, _ k: Int, _ language: FigureLanguage) -> [any Mark] {
    let isDense = groups.count > 40
    let shape = shape(i, k)
    var (areas, outlines): ([any Mark], [any Mark]) = ([], [])
    for level in ShrinkageMatrix.levels.sorted(by: >) {
      let curve = shape.vertices(radius: EllipseShape.normalRadius(level: level), segments: 102)
      if shape.form == .ellipse {
        areas.append(
          PolygonMark(x: curve.x, y: curve.y, fill: ShrinkageMatrix.ellipseColour.withAlpha(0.07)))
      }
      outlines.append(LineMark(x: curve.x, y: curve.y, .category("ellipse")))
    }
    // Many dots would hide the outlines.
    var marks = isDense ? areas : areas + outlines
    func arrows(_ picked: [Group], _ look: CategoryStyle, _ part: ArrowMark.Part) -> ArrowMark {
      let size = isDense ? 0.6 : 1.0
      return ArrowMark(
        startX: picked.map { $0.own[i] }, startY: picked.map { $0.own[k] },
        endX: picked.map { $0.pooled[i] }, endY: picked.map { $0.pooled[k] }, .fixed(look),
        headLength: 4.5 * size, trim: (start: 2.4 * size, end: 2.4 * size), part: part)
    }
    func points(_ picked: [[Double]], _ look: Appearance, size: Double) -> PointMark {
      PointMark(x: picked.map { $0[i] }, y: picked.map { $0[k] }, look, size: size)
    }
    let rest = groups.filter { !highlighted.contains($0.name) }
    let named = groups.filter { highlighted.contains($0.name) }
    let dark = CategoryStyle(Colour(hex: isDense ? 0x8C8C8C : 0x404040), lineScale: isDense ? 0.4 : 0.8)
    let size = isDense ? 0.45 : 0.75
    for (picked, look) in [(rest, dark), (named, PoolingStyle.pickedOut)] {
      let both = picked.filter { $0.has(i, k) }
      marks += [
        arrows(both, look, .apart), points(both.map(\.own), PoolingStyle.none.appearance, size: size),
      ]
    }
    marks.append(points(rest.map(\.pooled), PoolingStyle.partial.appearance, size: size))
    marks += isDense ? outlines : [arrows(rest.filter { $0.has(i, k) }, dark, .touching)]
    marks.append(points(named.map(\.pooled), .category("highlighted"), size: 0.9))
    marks.append(
      PointMark(x: [means[i]], y: [means[k]], .category("mean"), size: 1.2, rim: true))
    marks.append(
      LabelMark(
        named.map { $0.label(language) }, x: named.map { $0.pooled[i] }, y: named.map { $0.pooled[k] },
        clearance: 2.9, coversDots: true))
    return marks
  }

  /// The numbers, one row for each group and pair of coefficients.
  public var plottedData: PlottedData {
    var data = PlottedData([
      "x.coefficient", "y.coefficient", "group", "n", "x.none", "y.none", "x.partial", "y.partial",
    ])
    for k in effects.indices.dropFirst() {
      for i in 0..<k {
        for group in groups {
          data.append([
            .text(effects[i].column), .text(effects[k].column), .text(group.name),
            .number(Double(group.count)), .number(group.own[i]), .number(group.own[k]),
            .number(group.pooled[i]), .number(group.pooled[k]),
          ])
        }
      }
    }
    return data
  }
}
