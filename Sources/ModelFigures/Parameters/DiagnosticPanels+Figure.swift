import Distributions
import Glibc
import Plotting

extension DiagnosticPanels {
  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let along = fitted.indices.sorted { (fitted[$0], $0) < (fitted[$1], $1) }
    let sizes = residuals.map { abs($0).squareRoot() }
    let shown = thinned(along, keeping: farthest(residuals))
    let fittedAxis = Axis(words.fittedValue(response), tickSpacing: 40)
    let normal = Axis(words.normalQuantile, tickSpacing: 40)
    func height(_ title: String) -> Axis { Axis(title, tickSpacing: 34) }
    var panels = [
      Panel(
        words.residualsByFitted, [RuleMark(.y(0))] + scatter(along, residuals, shown), x: fittedAxis,
        y: height(words.standardizedResidual)),
      Panel(
        words.sizesByFitted, scatter(along, sizes, shown), x: fittedAxis,
        y: height(words.rootOfResidual)),
      Panel(
        words.residualQuantiles, quantiles(residuals, unit: 1), x: normal,
        y: height(words.standardizedResidual)),
    ]
    if let influence {
      panels.append(
        Panel(
          words.influence, marks(influence), x: Axis(words.leverage, tickSpacing: 40),
          y: height(words.cooksDistance)))
    }
    if let predictive {
      panels.append(
        Panel(
          words.predictiveCheck, predictive.marks, x: Axis(response.title(language), tickSpacing: 40),
          y: height(words.density)))
    }
    for own in effects {
      let squares = own.modes.reduce(0) { $0 + $1 * $1 } / Double(max(own.modes.count, 1))
      panels.append(
        Panel(
          words.effect(own.effect, by: own.grouping), quantiles(own.modes, unit: squares.squareRoot()),
          x: normal, y: height(words.modeTitle(own.effect, of: response))))
    }
    // On a narrow page titles beside the axes would leave no room for the panels.
    let isNarrow = size.width < ModelFigureSizes.narrow
    if isNarrow {
      for i in panels.indices.prefix(panels.count - effects.count) {
        panels[i].name = panels[i].y?.title ?? ""
      }
      for i in panels.indices { panels[i].y?.title = "" }
    }
    var figure = Figure(
      size: size, x: Axis("", tickSpacing: 40), y: Axis("", tickSpacing: 34), panels: panels)
    (figure.xSharing, figure.ySharing) = (.none, .none)
    figure.columns = 2
    figure.caption = words.diagnostics(
      drawn: shown.count, of: fitted.count, hasInfluence: influence != nil,
      draws: predictive?.drawn.count,
      still: effects.filter(\.isStill).map { words.effect($0.effect, by: $0.grouping) },
      hasHeadings: isNarrow)
    figure.describe(
      as: "diagnostics",
      title: words.either(
        "Diagnostics of the model of \(response.name(language))",
        "\(words.inSentence(response.name(language)).drop { $0 == " " })模型的诊断图"),
      text: alternativeText(words), in: language)
    return figure
  }

  /// The places of the largest sizes of some values.
  private func farthest(_ values: [Double]) -> Set<Int> {
    let order = values.indices.sorted { (abs(values[$1]), $0) < (abs(values[$0]), $1) }
    return Set(order.prefix(DiagnosticPanels.extremes))
  }

  /// Every k-th place of many, and those at both ends and those to be kept in any case.
  private func thinned(_ places: [Int], keeping kept: Set<Int>) -> [Int] {
    guard places.count > DiagnosticPanels.mostDots else { return places }
    var drawn = kept.union([places[0], places[places.count - 1]])
    let others = places.filter { !drawn.contains($0) }
    let room = DiagnosticPanels.mostDots - drawn.count
    for k in 0..<room { drawn.insert(others[k * (others.count - 1) / (room - 1)]) }
    return places.filter { drawn.contains($0) }
  }

  private func dotSize(_ count: Int) -> Double { count > 500 ? 0.45 : count > 100 ? 0.65 : 0.85 }

  /// Dots over fitted values, and the means of slices.
  private func scatter(_ along: [Int], _ values: [Double], _ shown: [Int]) -> [any Mark] {
    let grey = Appearance.fixed(CategoryStyle(Theme.referenceGrey, .hollowCircle))
    var marks: [any Mark] = [
      PointMark(
        x: shown.map { fitted[$0] }, y: shown.map { values[$0] }, grey, size: dotSize(shown.count))
    ]
    let slices = min(20, along.count / 15)
    if slices >= 3 {
      let means = (0..<slices).map { s -> (Double, Double) in
        let own = along[s * along.count / slices..<(s + 1) * along.count / slices]
        let n = Double(own.count)
        return (own.reduce(0) { $0 + fitted[$1] } / n, own.reduce(0) { $0 + values[$1] } / n)
      }
      marks.append(
        LineMark(x: means.map(\.0), y: means.map(\.1), .fixed(CategoryStyle(OkabeIto.vermillion)), width: 1.8)
      )
    }
    return marks
  }

  /// Sorted values against normal quantiles, and the line on which normal values with this standard deviation lie.
  private func quantiles(_ values: [Double], unit: Double) -> [any Mark] {
    let sorted = values.sorted()
    let normal = NormalDistribution()
    let places = sorted.indices.map { normal.quantile((Double($0) + 0.5) / Double(sorted.count)) }
    let ends = DiagnosticPanels.extremes / 2
    let kept = Set(sorted.indices.prefix(ends)).union(sorted.indices.suffix(ends))
    let shown = thinned(Array(sorted.indices), keeping: kept)
    let (first, last) = (places.first ?? 0, places.last ?? 0)
    return [
      LineMark(
        x: [first, last], y: [unit * first, unit * last], .fixed(CategoryStyle(Theme.referenceGrey)), width: 1
      ),
      PointMark(
        x: shown.map { places[$0] }, y: shown.map { sorted[$0] }, .fixed(CategoryStyle(OkabeIto.blue)),
        size: dotSize(shown.count)),
    ]
  }

  /// The rows with the largest distances, largest first.
  private func mostInfluential(_ influence: Influence) -> [Int] {
    let distances = influence.distances
    return distances.indices.filter { distances[$0].isFinite }
      .sorted { (distances[$1], $0) < (distances[$0], $1) }
  }

  /// Distances over leverages, the rows with the largest distances named.
  private func marks(_ influence: Influence) -> [any Mark] {
    let order = mostInfluential(influence)
    let along = order.sorted { (influence.leverages[$0], $0) < (influence.leverages[$1], $1) }
    let shown = thinned(along, keeping: Set(order.prefix(DiagnosticPanels.extremes)))
    let named = order.prefix(DiagnosticPanels.namedRows).filter { influence.distances[$0] > 0 }
    func x(_ rows: [Int]) -> [Double] { rows.map { influence.leverages[$0] } }
    func y(_ rows: [Int]) -> [Double] { rows.map { influence.distances[$0] } }
    return [
      PointMark(
        x: x(shown), y: y(shown), .fixed(CategoryStyle(OkabeIto.blue)), size: dotSize(shown.count)),
      LabelMark(named.map { "\($0 + 1)" }, x: x(named), y: y(named)),
    ]
  }

  /// Counts, the largest residual and distance, and the range of effects.
  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    guard let far = residuals.indices.max(by: { abs(residuals[$0]) < abs(residuals[$1]) }) else { return "" }
    let beyond = residuals.count { abs($0) > 3 }
    let (n, value) = (residuals.count, number(residuals[far]))
    var text = words.either(
      "\(n) residuals in units of the residual standard deviation, against fitted values, the root of their size against fitted values, and against "
        + "normal quantiles. The largest in size is \(value), of row \(far + 1) of those used; \(beyond) lie beyond 3.",
      "\(n) 个以残差标准差 σ 为单位的残差：对拟合值、其绝对值的平方根对拟合值、对正态分位数。绝对值最大的是 \(value)（所用数据的第 \(far + 1) 行）；\(beyond) 个超过 3。"
    )
    if let influence, let most = mostInfluential(influence).first {
      let (distance, leverage) = (number(influence.distances[most]), number(influence.leverages[most]))
      text += words.either(
        " Cook's distance against leverage: the largest is \(distance), of row \(most + 1) with leverage \(leverage).",
        "库克距离对杠杆值：最大的是 \(distance)（第 \(most + 1) 行，杠杆值 \(leverage)）。")
    }
    if let predictive {
      let (own, range) = (
        words.number(predictive.observedDeviation), words.range(predictive.drawnDeviations)
      )
      text += words.either(
        " Standard deviation of the responses: observed \(own), in \(predictive.drawn.count) draws from the model \(range).",
        "响应的标准差：观测值 \(own)，由模型得到的 \(predictive.drawn.count) 次模拟\(range)。")
    }
    for own in effects {
      let name = words.effect(own.effect, by: own.grouping)
      let range = words.range(own.modes)
      text += words.either(
        " \(name): \(own.modes.count) effects, \(range).", "\(name)：\(own.modes.count) 个效应，\(range)。")
    }
    return text
  }
}

extension DiagnosticPanels.Effects {
  /// Whether none differs from 0.
  var isStill: Bool { modes.allSatisfy { $0 == 0 } }
}
