import Glibc
import Plotting

/// Histograms of each chain's ranks among the draws of all chains, one outline a chain, one panel a parameter: of chains that agree every interval of ranks has about
/// as many draws of each.
///
/// The band holds all counts of all chains in one panel with a probability of at least 95% where draws are independent (hypergeometric counts, Bonferroni's inequality).
///
/// Reference: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Rank-normalization, folding, and localization, doi:10.1214/20-BA1221.
public struct ChainRanks: ModelFigure {
  /// The parameters.
  public var parameters: PosteriorParameters
  /// The first rank of each interval, from 0, and behind them the number of all draws.
  public let edges: [Int]
  /// Counts of each parameter, chain by chain and interval by interval; ties share the intervals they lie in.
  public let counts: [[[Double]]]
  /// The band's ends.
  public let band: (low: Double, high: Double)
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Ranks the draws of parameters.
  /// - Throws: `FigureKindError.needsChains` for a single chain, whose ranks say nothing.
  public init(_ parameters: PosteriorParameters) throws(FigureKindError) {
    let source = parameters.source
    if source.chainCount < 2 { throw .needsChains }
    self.parameters = parameters
    let total = source.chainCount * source.drawCount
    let bins = min(20, max(1, source.drawCount / 5))
    let edges = (0...bins).map { $0 * total / bins }
    self.edges = edges
    counts = parameters.parameters.map {
      ChainRanks.counts($0.draws, chains: source.chainCount, edges: edges)
    }
    // Intervals that differ by one rank have nearly the same limits.
    band = ChainRanks.band(
      total: total, chain: source.drawCount, interval: total / bins,
      tail: 0.025 / Double(bins * source.chainCount))
    size = .forPanels(parameters.parameters.count)
  }

  /// How many draws of each chain have ranks in each interval; draws that are equal share their ranks evenly.
  static func counts(_ draws: [Double], chains: Int, edges: [Int]) -> [[Double]] {
    let count = draws.count / chains
    let order = draws.indices.sorted { (draws[$0], $0) < (draws[$1], $1) }
    var result = [[Double]](
      repeating: [Double](repeating: 0, count: edges.count - 1), count: chains)
    func bin(_ rank: Int) -> Int { (edges.firstIndex { $0 > rank } ?? edges.count - 1) - 1 }
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, draws[order[end]] == draws[order[start]] { end += 1 }
      let own = order[start..<end]
      if end - start == 1 {
        result[own[start] / count][bin(start)] += 1
      } else {
        let share = 1 / Double(end - start)
        for rank in start..<end { for place in own { result[place / count][bin(rank)] += share } }
      }
      start = end
    }
    return result
  }

  /// Counts of one chain in one interval between which all but `tail` lies at either end: with N draws in all, n of them the chain's and m in the interval,
  ///
  ///     P(k) = C(m, k)·C(N − m, n − k)/C(N, n)
  static func band(total: Int, chain: Int, interval: Int, tail: Double) -> (low: Double, high: Double) {
    func logChoose(_ a: Int, _ b: Int) -> Double {
      lgamma(Double(a + 1)) - lgamma(Double(b + 1)) - lgamma(Double(a - b + 1))
    }
    let (least, most) = (max(0, chain - (total - interval)), min(chain, interval))
    let all = logChoose(total, chain)
    let masses = (least...most).map { k in
      exp(logChoose(interval, k) + logChoose(total - interval, chain - k) - all)
    }
    func limit(_ masses: [Double]) -> Int {
      var sum = 0.0
      for (k, mass) in masses.enumerated() {
        sum += mass
        if sum > tail { return k }
      }
      return masses.count - 1
    }
    return (Double(least + limit(masses)), Double(most - limit(masses.reversed())))
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = parameters.parameters.indices.map { k in
      Panel(parameters.name(parameters.parameters[k], words), marks(k))
    }
    let all = counts.flatMap { $0.flatMap { $0 } }
    let room = 0.3 * (band.high - band.low)
    let lowest = max(0, min(band.low, all.min() ?? 0) - room)
    let highest = max(band.high, all.max() ?? 0) + room
    var figure = Figure(
      size: size,
      x: Axis(words.rank, limits: 0...Double(edges[edges.count - 1]), tickSpacing: 44),
      y: Axis(words.drawsOfInterval, limits: lowest...highest, tickSpacing: 26),
      categories: ChainTraces.scale(parameters.source.chainCount, words), panels: panels)
    figure.columns = size.columns(ofPanels: panels.count)
    let outside = outsideCount
    figure.caption = words.sentences(
      [words.ranks(bins: edges.count - 1), outside > 0 ? words.outsideBand(outside) : ""].filter {
        !$0.isEmpty
      }
        + words.posteriorCaption(parameters))
    let name = parameters.response.name(language)
    figure.describe(
      as: "rank",
      title: words.either(
        "Ranks of the chains of the model of \(name)", "\(words.inSentence(name).drop { $0 == " " })模型各链的秩"),
      text: alternativeText(words), in: language)
    return figure
  }

  /// Parameters with a count outside of the band.
  var outsideCount: Int {
    counts.count { $0.contains { $0.contains { $0 < band.low || $0 > band.high } } }
  }

  private func marks(_ k: Int) -> [any Mark] {
    let last = Double(edges[edges.count - 1])
    let middle = last / Double((edges.count - 1) * parameters.source.chainCount)
    let grey = Appearance.fixed(CategoryStyle(Theme.referenceGrey))
    var marks: [any Mark] = [
      BandMark(
        x: [0, last], low: [band.low, band.low], high: [band.high, band.high], grey, opacity: 0.16,
        hasEdges: false),
      RuleMark(.y(middle)),
    ]
    let hasKeys = parameters.source.chainCount <= OkabeIto.strong.count
    for (c, own) in counts[k].enumerated() {
      var (x, y): ([Double], [Double]) = ([], [])
      for (b, count) in own.enumerated() {
        x += [Double(edges[b]), Double(edges[b + 1])]
        y += [count, count]
      }
      let appearance: Appearance =
        hasKeys ? .category("chain \(c + 1)") : .fixed(CategoryStyle(Theme.referenceGrey.withAlpha(0.6)))
      marks.append(LineMark(x: x, y: y, appearance))
    }
    return marks
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let source = parameters.source
    let pieces = parameters.parameters.indices.map { k in
      words.parameter(parameters.parameters[k].label) + " " + words.range(counts[k].flatMap { $0 })
    }
    let (low, high) = (words.number(band.low), words.number(band.high))
    return words.either(
      "\(pieces.count) panels, one for each parameter: histograms of the ranks of \(source.chainCount) chains in \(edges.count - 1) intervals, with a band from \(low) to \(high). Counts: ",
      "共 \(pieces.count) 个分面，每个参数一个：\(source.chainCount) 条链的秩在 \(edges.count - 1) 个区间内的直方图，带子从 \(low) 到 \(high)。频数："
    ) + pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
      + words.divergences(source, leading: true)
  }

  /// The numbers, one row for each chain and interval.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "chain", "from", "to", "count", "low", "high"])
    for (parameter, own) in zip(parameters.parameters, counts) {
      for (c, counts) in own.enumerated() {
        for (b, count) in counts.enumerated() {
          data.append([
            .text(parameter.label.name), .number(Double(c + 1)), .number(Double(edges[b] + 1)),
            .number(Double(edges[b + 1])), .number(count), .number(band.low), .number(band.high),
          ])
        }
      }
    }
    return data
  }
}

extension ChainRanks {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<ChainRanks, FigureVariable>] {
    PosteriorParameters.variables(\.parameters, of: self)
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
