import MixedModels
import Plotting

/// The pooling plane: each group's intercept and slope without pooling, and an arrow to where partial pooling moves them.
///
/// Ellipses behind show the distribution that the estimates are pulled into: estimated from the drawn points, or the
/// fitted model's own.
public struct PoolingPlane: LineFigure {
  /// What the ellipses are.
  public enum Ellipses: Equatable, Sendable {
    /// Normal curves of all points drawn, as R's `stat_ellipse(type = "norm")`.
    case data
    /// Curves of the fitted distribution of group coefficients: its mean and its covariance matrix.
    case model(centre: CoefficientLine, interceptVariance: Double, covariance: Double, slopeVariance: Double)
    /// No ellipses.
    case omitted
  }

  /// Groups with both lines; those that lack one are drawn with the other alone.
  public var groups: [GroupFit]
  /// The line of all data together.
  public var completePooling: CoefficientLine?
  /// Mean of the distribution of group coefficients (fixed effects), drawn as a diamond; nil to leave it out.
  public var partialPoolingMean: CoefficientLine?
  /// What the ellipses are.
  public var ellipses: Ellipses
  /// The response.
  public var response: FigureVariable
  /// The predictor.
  public var predictor: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// Whether the fitted covariance stands on the boundary, so that model ellipses are segments even if rounding left them a width.
  public var covarianceIsSingular = false
  /// The link on whose scale the lines are, of generalized models; nil for linear ones.
  public var link: LinkFunction?
  /// Probability levels of the ellipses.
  public var levels: [Double] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
  /// Levels picked out by colour, and of many groups those that alone are named.
  public var highlighted: Set<String> = []
  /// Canvas size.
  public var size: Size = .centimetres(16, 12)

  /// More groups than these are drawn finely, and not all named.
  static let mostNamed = 40
  /// Whether the groups are so many.
  var isDense: Bool { groups.count > PoolingPlane.mostNamed }

  /// A pooling plane.
  public init(
    groups: [GroupFit], completePooling: CoefficientLine?, partialPoolingMean: CoefficientLine? = nil,
    ellipses: Ellipses = .data, response: FigureVariable, predictor: FigureVariable, grouping: FigureVariable
  ) {
    self.groups = groups
    self.completePooling = completePooling
    self.partialPoolingMean = partialPoolingMean
    self.ellipses = ellipses
    self.response = response
    self.predictor = predictor
    self.grouping = grouping
  }

  /// What rounding may do to intercepts and slopes: an error of 1e-9 of the response turns the line about the middle of the data and
  /// is carried from there to x = 0.
  var rounding: (intercept: Double, slope: Double) {
    let (x0, x1) = dataRange(groups.flatMap(\.x)) ?? (0, 0)
    let height = groups.flatMap(\.y).filter(\.isFinite).reduce(0) { max($0, abs($1)) }
    let slope = x1 > x0 ? 1e-9 * height / (x1 - x0) : 0
    return (1e-9 * height + slope * max(abs(x0), abs(x1)), slope)
  }

  /// The groups with their lines as drawn: a coefficient in which all lines agree but for rounding is one number for all, so that no
  /// axis, arrow or ellipse shows rounding.
  var drawn: [GroupFit] {
    let lines = groups.flatMap { [$0.noPooling, $0.partialPooling] }.compactMap { $0 }.filter(\.isFinite)
    guard let first = lines.first else { return groups }
    func agree(_ coefficient: (CoefficientLine) -> Double, within slack: Double) -> Bool {
      lines.allSatisfy { abs(coefficient($0) - coefficient(first)) <= slack }
    }
    let (interceptSlack, slopeSlack) = rounding
    let sameIntercept = agree(\.intercept, within: interceptSlack)
    let sameSlope = agree(\.slope, within: slopeSlack)
    func settled(_ line: CoefficientLine?) -> CoefficientLine? {
      line.map {
        CoefficientLine(
          intercept: sameIntercept ? first.intercept : $0.intercept, slope: sameSlope ? first.slope : $0.slope
        )
      }
    }
    return groups.map { group in
      var group = group
      group.noPooling = settled(group.noPooling)
      group.partialPooling = settled(group.partialPooling)
      return group
    }
  }

  /// What is behind the points.
  enum Background {
    /// Nothing, by choice.
    case omitted
    /// Nothing, for the reason that the caption gives.
    case impossible(caption: (FigureWords) -> String)
    /// Curves of equal probability, with their radius at a level.
    case ellipses(EllipseShape, radius: (Double) -> Double)
    /// The segments that the curves collapse to.
    case segments(EllipseShape, radius: (Double) -> Double)
  }

  /// The background of groups as drawn.
  func background(of groups: [GroupFit]) -> Background {
    let (across, up) = (range(groups, \.intercept)?.limits, range(groups, \.slope)?.limits)
    // Those that the axes leave out are no part of the ellipses of what is shown.
    let points = groups.flatMap { [$0.noPooling, $0.partialPooling] }.compactMap { $0 }.filter {
      $0.isFinite && across?.contains($0.intercept) != false && up?.contains($0.slope) != false
    }
    switch ellipses {
    case .omitted: return .omitted
    case .data:
      guard points.count >= 4, let shape = EllipseShape(x: points.map(\.intercept), y: points.map(\.slope))
      else { return .impossible { $0.noEllipses } }
      let radius = { EllipseShape.sampleRadius(level: $0, count: points.count) }
      switch shape.form {
      case .ellipse: return .ellipses(shape, radius: radius)
      case .segment: return .segments(shape, radius: radius)
      case .point: return .impossible { $0.noSpread }
      }
    case .model(let centre, let interceptVariance, let covariance, let slopeVariance):
      let shape = EllipseShape(
        centreX: centre.intercept, centreY: centre.slope, varianceX: interceptVariance,
        covariance: covariance, varianceY: slopeVariance)
      // An extent below a thousandth of the points' own is none on paper.
      func isNone(_ extent: Double, among values: [Double]) -> Bool {
        let (low, high) = dataRange(values) ?? (0, 0)
        return extent <= 1e-3 * (high - low)
      }
      if shape.form == .point
        || (isNone(shape.u11, among: points.map(\.intercept))
          && isNone(max(abs(shape.u12), shape.u22), among: points.map(\.slope)))
      {
        return .impossible { $0.noVariance }
      }
      return shape.form == .segment || covarianceIsSingular
        ? .segments(shape, radius: EllipseShape.normalRadius)
        : .ellipses(shape, radius: EllipseShape.normalRadius)
    }
  }

  /// The caption: what the ellipses are, or why there are none.
  func caption(_ background: Background, of groups: [GroupFit], _ words: FigureWords) -> String {
    let none = groups.count { $0.noPooling?.isFinite == true }
    let partial = groups.count { $0.partialPooling?.isFinite == true }
    let kind =
      ellipses == .data
      ? words.dataEllipses(none + partial - outside(groups), withNone: none > 0, isDense: isDense)
      : words.modelEllipses(isDense: isDense)
    let text =
      switch background {
      case .omitted: ""
      case .impossible(let caption): caption(words)
      case .ellipses: kind
      case .segments: kind + words.collapsed
      }
    var sentences = [text]
    if isDense {
      sentences += words.manyInPlane(
        named: highlighted.isEmpty ? farthest(groups).count : nil, outside: outside(groups))
    }
    for (coefficient, isIntercept) in [(\CoefficientLine.intercept, true), (\.slope, false)]
    where isCommon(coefficient, groups) {
      sentences.append(words.heldInCommon(intercept: isIntercept))
    }
    return words.sentences(sentences.filter { !$0.isEmpty })
  }

  /// Whether partial pooling gives all groups one value of a coefficient of which each has its own without pooling.
  private func isCommon(_ coefficient: KeyPath<CoefficientLine, Double>, _ groups: [GroupFit]) -> Bool {
    func differ(_ lines: [CoefficientLine?]) -> Bool {
      let values = lines.compactMap { $0 }.filter(\.isFinite).map { $0[keyPath: coefficient] }
      guard let (low, high) = dataRange(values) else { return false }
      return high - low > 1e-9 * max(abs(low), abs(high))
    }
    return groups.count > 1 && groups.contains { $0.partialPooling?.isFinite == true }
      && !differ(groups.map(\.partialPooling)) && differ(groups.map(\.noPooling))
  }

  /// What the axes of many groups show: estimates of groups with hardly any rows can lie anywhere.
  func range(_ groups: [GroupFit], _ coefficient: (CoefficientLine) -> Double) -> ShownRange? {
    guard isDense else { return nil }
    func values(_ lines: [CoefficientLine?]) -> [Double] {
      lines.compactMap { $0 }.filter(\.isFinite).map(coefficient)
    }
    let picked = groups.filter { highlighted.contains($0.group) }.map(\.noPooling)
    return ShownRange(
      keeping: values(groups.map(\.partialPooling) + picked), admitting: values(groups.map(\.noPooling)))
  }

  /// The number of groups whose own estimates lie outside of the panel.
  private func outside(_ groups: [GroupFit]) -> Int {
    let (across, up) = (range(groups, \.intercept)?.limits, range(groups, \.slope)?.limits)
    return groups.count { group in
      guard let own = group.noPooling, own.isFinite, let across, let up else { return false }
      return !across.contains(own.intercept) || !up.contains(own.slope)
    }
  }

  /// The groups with names: all; of many those picked out, or the five that move farthest.
  func named(_ groups: [GroupFit]) -> [GroupFit] {
    if !isDense { return groups }
    return highlighted.isEmpty ? farthest(groups) : groups.filter { highlighted.contains($0.group) }
  }

  /// The numbers: one row for each point, with its strategy.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "strategy", "n", "intercept", "slope"])
    for group in groups {
      for (strategy, line) in [("none", group.noPooling), ("partial", group.partialPooling)] {
        guard let line else { continue }
        data.append([
          .text(group.group), .text(strategy), .number(Double(group.x.count)), .number(line.intercept),
          .number(line.slope),
        ])
      }
    }
    if let line = completePooling {
      let n = groups.reduce(0) { $0 + $1.x.count }
      data.append([
        .text(""), .text("complete"), .number(Double(n)), .number(line.intercept), .number(line.slope),
      ])
    }
    if let line = partialPoolingMean {
      data.append([
        .text(""), .text("partial mean"), .number(.nan), .number(line.intercept), .number(line.slope),
      ])
    }
    return data
  }
}
