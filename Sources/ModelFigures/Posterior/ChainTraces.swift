import BayesianModels
import Plotting

/// The draws of each parameter in the order in which the chains made them after their warmup, one line a chain, one panel a parameter. Triangles stand at divergent
/// draws.
///
/// Of long chains each run of successive draws is shown by its least and its greatest, so that nothing that stands out is lost.
public struct ChainTraces: ModelFigure {
  /// The parameters.
  public var parameters: PosteriorParameters
  /// R-hat of each; nil where it is not defined.
  public let rHats: [Double?]
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Takes the draws of parameters.
  public init(_ parameters: PosteriorParameters) {
    self.parameters = parameters
    rHats = parameters.rHats
    size = .forPanels(parameters.parameters.count)
  }

  /// Draws in a run of which two are shown; 1 where all are.
  var run: Int {
    let count = parameters.source.drawCount
    return count <= ChainTraces.mostPlaces
      ? 1 : (2 * count + ChainTraces.mostPlaces - 1) / ChainTraces.mostPlaces
  }
  private static let mostPlaces = 1200
  private static let pieceCount = 40

  /// Draws of a chain that are shown: places, from 1, and values.
  func line(_ parameter: Int, chain: Int) -> (x: [Double], y: [Double]) {
    let count = parameters.source.drawCount
    let draws = parameters.parameters[parameter].draws
    let first = chain * count
    if run == 1 { return ((1...count).map(Double.init), Array(draws[first..<first + count])) }
    var places: [Int] = []
    for start in stride(from: 0, to: count, by: run) {
      let own = first + start..<first + min(start + run, count)
      guard let least = own.min(by: { draws[$0] < draws[$1] }),
        let most = own.max(by: { draws[$0] < draws[$1] })
      else { continue }
      places += least == most ? [least] : [min(least, most), max(least, most)]
    }
    return (places.map { Double($0 - first + 1) }, places.map { draws[$0] })
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = parameters.parameters.indices.map { k in
      Panel(parameters.name(parameters.parameters[k], words), marks(k))
    }
    var scale = ChainTraces.scale(parameters.source.chainCount, words)
    scale.entries.append(
      .init("divergent", label: words.divergent, style: CategoryStyle(OkabeIto.black, .triangle)))
    var figure = Figure(
      size: size, x: Axis(words.iteration, expansion: 0.01, tickSpacing: 48, isWhole: true),
      y: Axis(words.parameterValue, tickSpacing: 26), categories: scale, panels: panels)
    figure.ySharing = .none
    figure.columns = size.columns(ofPanels: panels.count)
    figure.caption = words.sentences(
      [words.traces(run: run), words.worstRHat(parameters, rHats)].filter { !$0.isEmpty }
        + words.posteriorCaption(parameters))
    let name = parameters.response.name(language)
    figure.describe(
      as: "trace",
      title: words.either(
        "Traces of the chains of the model of \(name)", "\(words.inSentence(name).drop { $0 == " " })模型各链的轨迹"),
      text: alternativeText(words), in: language)
    return figure
  }

  /// The chains' looks: colours alone, for dashes would vanish among so many turns. Of more than five all are grey.
  static func scale(_ count: Int, _ words: FigureWords) -> CategoricalScale {
    CategoricalScale(
      (0..<count).map { c in
        let colour = count <= OkabeIto.strong.count ? OkabeIto.strong[c] : Theme.referenceGrey
        return .init(
          "chain \(c + 1)", label: words.chain(c + 1), style: CategoryStyle(colour, .circle, lineScale: 1))
      })
  }

  private func marks(_ k: Int) -> [any Mark] {
    let draws = parameters.parameters[k].draws
    let count = parameters.source.drawCount
    let hasKeys = parameters.source.chainCount <= OkabeIto.strong.count
    let chains = parameters.source.chainCount
    let lines = (0..<chains).map { line(k, chain: $0) }
    var marks: [any Mark] = []
    // Pieces along the way take turns on top, so that no chain hides the others.
    let longest = lines.map(\.x.count).max() ?? 0
    let length = max(2, (longest + ChainTraces.pieceCount - 1) / ChainTraces.pieceCount)
    for (turn, start) in stride(from: 0, to: longest, by: length).enumerated() {
      for c in (0..<chains).map({ ($0 + turn) % chains }) {
        let appearance: Appearance =
          hasKeys
          ? .category("chain \(c + 1)") : .fixed(CategoryStyle(Theme.referenceGrey.withAlpha(0.5)))
        let count = lines[c].x.count
        let piece = min(start, count)..<min(start + length + 1, count)
        marks.append(
          LineMark(x: Array(lines[c].x[piece]), y: Array(lines[c].y[piece]), appearance, width: 0.5))
      }
    }
    guard !parameters.divergent.isEmpty, let low = draws.min(), let high = draws.max(), low.isFinite,
      high.isFinite
    else { return marks }
    let foot = low - 0.07 * (high - low)
    marks.append(
      PointMark(
        x: parameters.divergent.map { Double($0 % count + 1) },
        y: parameters.divergent.map { _ in foot }, .category("divergent"), size: 0.8))
    return marks
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let source = parameters.source
    let pieces = parameters.parameters.indices.map { k -> String in
      let name = words.parameter(parameters.parameters[k].label)
      let draws = parameters.parameters[k].draws
      return name + " " + words.range(draws) + (rHats[k].map { words.parenthesis(words.rHat($0)) } ?? "")
    }
    return words.either(
      "\(pieces.count) panels, one for each parameter: the draws of \(source.chainCount) chains over \(source.drawCount) iterations after the warmup. Draws: ",
      "共 \(pieces.count) 个分面，每个参数一个：\(source.chainCount) 条链预热后 \(source.drawCount) 次迭代的抽样。抽样范围：")
      + pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
      + words.divergences(source, leading: true)
  }

  /// The numbers: the draws that lines join, with their chains and iterations.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "chain", "iteration", "value", "divergent"])
    let divergent = Set(parameters.divergent)
    for (k, parameter) in parameters.parameters.enumerated() {
      for c in 0..<parameters.source.chainCount {
        let (x, y) = line(k, chain: c)
        for (iteration, value) in zip(x, y) {
          let place = Int(iteration) - 1 + c * parameters.source.drawCount
          data.append([
            .text(parameter.label.name), .number(Double(c + 1)), .number(iteration), .number(value),
            .number(divergent.contains(place) ? 1 : 0),
          ])
        }
      }
    }
    return data
  }
}

extension PosteriorParameters {
  /// R-hat of each parameter; nil where it is not defined.
  var rHats: [Double?] {
    guard source.drawCount > 0 else { return parameters.map { _ in nil } }
    let layout = ChainLayout(chainCount: source.chainCount, drawCount: source.drawCount)
    return parameters.map { ChainDiagnostics(ChainDraws($0.draws, layout: layout)).rHat }
  }
}

extension ChainTraces {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<ChainTraces, FigureVariable>] {
    PosteriorParameters.variables(\.parameters, of: self)
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
