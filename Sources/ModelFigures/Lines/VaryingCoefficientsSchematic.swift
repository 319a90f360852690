import Plotting

/// What may vary between groups, drawn without data: parallel lines (varying intercepts), a fan from one intercept (varying slopes), and
/// lines that have both of their own.
///
/// Five groups have one fixed pair (αⱼ, βⱼ) each. The third panel shows the pairs; the first two put the mean of the pairs in
/// the place of the coefficient that does not vary. A ring marks each intercept, where a line meets x = 0.
public struct VaryingCoefficientsSchematic: LineFigure {
  /// The illustrative groups; their pair is the line `partialPooling`.
  public var groups: [GroupFit]
  /// The response.
  public var response = FigureVariable("y")
  /// The predictor.
  public var predictor = FigureVariable("x")
  /// The grouping factor.
  public var grouping = FigureVariable(LocalizedText(english: "group", chinese: "组"))
  /// Canvas size.
  public var size: Size = .centimetres(16, 6.5)

  /// The schematic.
  public init() {
    let pairs = [(1.5, 5.6), (2.6, 1.2), (3.4, 2.9), (4.6, -1.6), (5.8, 1.9)]
    groups = pairs.enumerated().map { j, pair in
      GroupFit(
        "\(j + 1)", x: [], y: [], partialPooling: CoefficientLine(intercept: pair.0, slope: pair.1))
    }
  }

  /// The panels, in the order in which models take them up.
  enum Varying: String, CaseIterable {
    case intercepts, slopes, both
  }

  private var pairs: [CoefficientLine] { groups.compactMap(\.partialPooling) }

  /// The lines of a panel, group by group.
  func lines(_ varying: Varying) -> [CoefficientLine] {
    let count = Double(pairs.count)
    let mean = CoefficientLine(
      intercept: pairs.reduce(0) { $0 + $1.intercept } / count,
      slope: pairs.reduce(0) { $0 + $1.slope } / count)
    return pairs.map { pair in
      CoefficientLine(
        intercept: varying == .slopes ? mean.intercept : pair.intercept,
        slope: varying == .intercepts ? mean.slope : pair.slope)
    }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let styles = CategoricalScale(names: groups.map(\.group)).entries.map(\.style)
    let scale = CategoricalScale(
      zip(groups, styles).map {
        .init($0.group, label: words.group($0.label(language), of: grouping), style: $1)
      }
    )
    let panels = Varying.allCases.map { varying in
      let lines = lines(varying)
      var marks: [any Mark] = zip(groups, lines).map { group, line in
        LineMark(x: [0, 1], y: [line.at(0), line.at(1)], .category(group.group), width: 1.4)
      }
      let intercepts = varying == .slopes ? Array(lines.prefix(1)) : lines
      marks.append(
        PointMark(
          x: intercepts.map { _ in 0 }, y: intercepts.map(\.intercept),
          .fixed(CategoryStyle(Theme.referenceGrey, .hollowCircle)), size: 1.1))
      return Panel(words.varying(varying), marks)
    }
    var figure = Figure(
      size: size, x: Axis(predictor.title(language), expansion: 0.04, hasTicks: false),
      y: Axis(response.title(language), hasTicks: false), categories: scale, panels: panels)
    figure.columns = 3
    figure.describe(
      as: "varying-coefficients", title: alternativeTitle(language), text: alternativeText(language),
      in: language)
    return figure
  }

  /// The two ends of every line.
  public var plottedData: PlottedData {
    var data = PlottedData(["panel", "group", "x", "y"])
    for varying in Varying.allCases {
      for (group, line) in zip(groups, lines(varying)) {
        for x in [0.0, 1] {
          data.append([.text(varying.rawValue), .text(group.group), .number(x), .number(line.at(x))])
        }
      }
    }
    return data
  }

  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    language == .english
      ? "Schematic: varying intercepts, varying slopes, and both" : "示意图：变化的截距、变化的斜率，以及两者都变化"
  }

  /// What the lines of each panel do.
  func alternativeText(_ language: FigureLanguage) -> String {
    let x = predictor.name(language)
    let y = response.name(language)
    let count = groups.count
    return language == .english
      ? "Three panels without numbers, \(x) across and \(y) upwards, each with the lines of the same \(count) groups. Varying intercepts: "
        + "\(count) parallel lines that begin at different heights. Varying slopes: a fan of \(count) lines from one point at \(x) 0, "
        + "one of them falling. Varying intercepts and slopes: \(count) lines that begin at different heights and rise differently; "
        + "some cross, one falls."
      : "三个没有刻度的分面，横轴为\(words(x))，纵轴为\(words(y))，各画同样 \(count) 个组的直线。变化的截距：\(count) 条平行线，起点高低不同。"
        + "变化的斜率：\(count) 条直线从\(words(x)) 为 0 处的同一点呈扇形散开，其中一条下降。"
        + "截距与斜率都变化：\(count) 条直线起点高低不同，升降快慢也不同，有的相交，有一条下降。"
  }

  private func words(_ name: String) -> String { FigureWords(.chinese).spaced(name) }
}
