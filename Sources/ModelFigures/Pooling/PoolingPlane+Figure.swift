import Plotting

extension PoolingPlane {
  /// Outlines that lie over the dots of many groups, which would hide them.
  private func outlines(_ background: Background) -> [any Mark] {
    guard isDense, case .ellipses(let shape, let radius) = background else { return [] }
    return PoolingPlane.denseLevels.map { level in
      let curve = shape.vertices(radius: radius(level), segments: 102)
      return LineMark(x: curve.x, y: curve.y, .fixed(CategoryStyle(Colour(hex: 0x262626))), width: 1)
    }
  }

  /// The levels of the ellipses of many groups.
  static let denseLevels = [0.9, 0.5]

  private func marks(_ background: Background) -> [any Mark] {
    let grey = Colour(hex: 0x737373)
    func isLabelled(_ level: Double) -> Bool { Int((level * 10).rounded()) % 2 == 1 }
    var marks: [any Mark] = []
    switch background {
    case .omitted, .impossible: break
    case .ellipses(let shape, let radius) where isDense:
      for level in PoolingPlane.denseLevels {
        let curve = shape.vertices(radius: radius(level), segments: 102)
        marks.append(PolygonMark(x: curve.x, y: curve.y, fill: grey.withAlpha(0.1)))
      }
    case .ellipses(let shape, let radius):
      // Largest first, so that the darkness of overlapping fills grows towards the centre.
      for level in levels.sorted(by: >) {
        // Twice R's 51 segments: every other corner is one of R's, and no corner is seen at print size.
        let curve = shape.vertices(radius: radius(level), segments: 102)
        let outline = Stroke(grey.withAlpha(isLabelled(level) ? 0.55 : 0.25), width: 0.4)
        marks.append(
          PolygonMark(x: curve.x, y: curve.y, fill: grey.withAlpha(PoolingPlane.fillOpacity), stroke: outline)
        )
      }
      // Levels on ellipses that are hardly wider than a line could not be told apart; the caption names them.
      let isNarrow = shape.u22 < 0.15 * (shape.u12 * shape.u12 + shape.u22 * shape.u22).squareRoot()
      let labelled = isNarrow ? [] : levels.filter(isLabelled)
      marks.append(
        ContourLabelMark(
          labelled.map { NumberFormat.text($0 * 100, decimals: 0) + "%" },
          contours: labelled.map { shape.vertices(radius: radius($0), segments: 48) },
          colour: PoolingPlane.levelColour))
    case .segments(let shape, let radius):
      for level in levels.sorted(by: >) {
        let r = radius(level)
        let (dx, dy) = shape.u11 > 0 ? (r * shape.u11, r * shape.u12) : (0, r * shape.u22)
        marks.append(
          PolygonMark(
            x: [shape.centreX - dx, shape.centreX + dx], y: [shape.centreY - dy, shape.centreY + dy],
            stroke: Stroke(grey.withAlpha(0.4), width: 1.5)))
      }
    }
    return marks
  }

  /// Opacity of each ellipse's grey.
  static let fillOpacity = 0.04
  /// Colour of the levels; contrast 4.9 on the grey where all nine ellipses overlap.
  static let levelColour = Colour(hex: 0x545454)

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let groups = drawn
    let background = background(of: groups)
    var marks = marks(background)

    let both = groups.filter { $0.noPooling?.isFinite == true && $0.partialPooling?.isFinite == true }
    func arrows(_ part: ArrowMark.Part) -> ArrowMark {
      ArrowMark(
        startX: both.map { $0.noPooling!.intercept }, startY: both.map { $0.noPooling!.slope },
        endX: both.map { $0.partialPooling!.intercept }, endY: both.map { $0.partialPooling!.slope },
        .fixed(
          isDense
            ? CategoryStyle(Colour(hex: 0x8C8C8C), lineScale: 0.4)
            : CategoryStyle(part == .apart ? Colour(hex: 0x404040) : .black)), headLength: isDense ? 2.7 : 5,
        trim: isDense ? (start: 1.4, end: 1.4) : (start: 3, end: 3), part: part)
    }
    marks.append(arrows(.apart))
    var centres: [any Mark] = []
    if let line = completePooling, line.isFinite {
      centres.append(
        PointMark(
          x: [line.intercept], y: [line.slope], PoolingStyle.complete.appearance, size: 1.9, rim: true))
    }
    if let line = partialPoolingMean, line.isFinite {
      centres.append(
        PointMark(x: [line.intercept], y: [line.slope], .category("mean"), size: 1.1, rim: true))
    }
    if !isDense { marks += centres }
    for (lines, style) in [
      (groups.map(\.noPooling), PoolingStyle.none), (groups.map(\.partialPooling), .partial),
    ] {
      let lines = lines.compactMap { $0 }.filter(\.isFinite)
      marks.append(
        PointMark(
          x: lines.map(\.intercept), y: lines.map(\.slope), style.appearance, size: isDense ? 0.45 : 1))
    }
    marks += isDense ? outlines(background) + centres : [arrows(.touching)]
    let picked = both.filter { highlighted.contains($0.group) }
    marks.append(
      ArrowMark(
        startX: picked.map { $0.noPooling!.intercept }, startY: picked.map { $0.noPooling!.slope },
        endX: picked.map { $0.partialPooling!.intercept }, endY: picked.map { $0.partialPooling!.slope },
        .fixed(PoolingStyle.pickedOut), headLength: 5, trim: (start: 3, end: 3)))
    let pooled = groups.filter { highlighted.contains($0.group) }.compactMap(\.partialPooling)
      .filter(\.isFinite)
    marks.append(
      PointMark(x: pooled.map(\.intercept), y: pooled.map(\.slope), .category("highlighted"), size: 1.1))
    let (across, up) = (range(groups, \.intercept)?.limits, range(groups, \.slope)?.limits)
    func isShown(_ line: CoefficientLine) -> Bool {
      line.isFinite && across?.contains(line.intercept) != false && up?.contains(line.slope) != false
    }
    let named = self.named(groups).compactMap { group in
      [group.noPooling, group.partialPooling].compactMap { $0 }.first(where: isShown).map {
        (group.label(language), $0)
      }
    }
    marks.append(
      LabelMark(
        named.map(\.0), x: named.map(\.1.intercept), y: named.map(\.1.slope), clearance: 2.9,
        coversDots: isDense))

    var figure = Figure(
      size: size,
      x: Axis(
        words.interceptTitle(linkedResponse, predictor), limits: across,
        expansion: 0.12, tickSpacing: 56),
      y: Axis(words.slopeTitle(linkedResponse, predictor), limits: up, expansion: 0.12),
      categories: PoolingStyle.scale(language, mean: true), panels: [Panel("", marks)])
    figure.categories.entries.append(
      .init("highlighted", label: words.highlighted, style: PoolingStyle.pickedOut))
    let text = caption(background, of: groups, words)
    figure.caption = words.sentences([text] + (link.map { [words.linkScale($0, response)] } ?? []))
    figure.describe(
      as: "pooling-plane", title: words.title(alternativeTitle(language)), text: alternativeText(language),
      in: language)
    return figure
  }

  /// The response as the axes call it: of generalized models what the link makes of it.
  private var linkedResponse: FigureVariable {
    guard let link else { return response }
    var variable = response
    variable.name = LocalizedText(
      english: FigureWords(.english).linked(response, link),
      chinese: FigureWords(.chinese).linked(response, link))
    variable.unit = LocalizedText("")
    return variable
  }
}
