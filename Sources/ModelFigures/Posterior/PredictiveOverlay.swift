import BayesianModels
import Distributions
import MixedModels
import Plotting

/// Responses drawn from the posterior beside the observed ones: densities of numbers, frequencies of counts; of successes the densities of their shares in the levels of
/// a grouping factor.
///
/// Each replicate belongs to one draw of all parameters and of the groups' own effects, so that it has the same groups.
///
/// Reference: Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), Visualization in Bayesian workflow, doi:10.1111/rssa.12378.
public struct PredictiveOverlay: ModelFigure {
  /// What curves are of.
  public enum Form: Sendable, Equatable {
    /// Densities of the response.
    case densities
    /// The share of rows that have each count.
    case frequencies
    /// Densities of the shares of successes in the levels of a factor.
    case shares
  }

  /// What curves are of.
  public let form: Form
  /// Values of the response, ascending.
  public let places: [Double]
  /// The curve of the data.
  public let observed: [Double]
  /// A curve of each replicate.
  public let replicates: [[Double]]
  /// The response, and the factor whose levels are compared; the latter without a name where rows are.
  public var response, grouping: FigureVariable
  /// Mean and standard deviation of the numbers compared, of the data and of each replicate.
  public let moments: (observed: (mean: Double, sd: Double), replicates: [(mean: Double, sd: Double)])
  /// How the draws were made.
  public let source: PosteriorSource
  /// Canvas size.
  public var size: Size = .centimetres(16, 9)

  /// Replicates unless there are fewer draws.
  public static let replicateCount = 50
  /// Counts beyond this are shown by densities.
  private static let mostCounts = 60

  /// Draws replicates from a fit, always the same for one seed.
  /// - Throws: `FigureKindError.noReplicates` where all responses are equal, or successes have no factor whose levels could be compared.
  public init(_ fit: BayesianFit, priorsName: String) throws(FigureKindError) {
    let predictions = PosteriorPredictions(fit)
    let frame = fit.model.model.frame
    // Streams 0 and 1 of the seed are the sampler's.
    let drawn = PosteriorPlane.spread(PredictiveOverlay.replicateCount, of: predictions.drawCount).map {
      draw in
      var stream = KeyedStream(seed: fit.plan.seed, replicate: UInt32(draw), stream: 2)
      return predictions.replicate(draw: draw, from: &stream)
    }
    var samples = [frame.response] + drawn
    var name = ""
    var form = Form.densities
    var bounds: (low: Double?, high: Double?) = (nil, nil)
    if case .generalized(let model) = fit.model.likelihood {
      bounds.low = 0
      switch model.family {
      case .binomial:
        guard let factor = PredictiveOverlay.factor(of: model) else { throw .noReplicates(isBinomial: true) }
        let trials = frame.binomial?.trials ?? frame.response.map { _ in 1 }
        samples = samples.map { PredictiveOverlay.shares($0, trials, factor) }
        name = factor.name
        (form, bounds.high) = (.shares, 1)
      case .poisson, .negativeBinomial:
        if frame.response.max() ?? 0 <= Double(PredictiveOverlay.mostCounts) { form = .frequencies }
      case .gamma: break
      }
    }
    self.form = form
    let curves =
      form == .frequencies
      ? PredictiveOverlay.frequencies(samples) : PredictiveOverlay.densities(samples, bounds)
    guard let curves else { throw .noReplicates(isBinomial: form == .shares) }
    places = curves.places
    observed = curves.heights[0]
    replicates = Array(curves.heights.dropFirst())
    let all = samples.map(PredictiveOverlay.moments)
    moments = (all[0], Array(all.dropFirst()))
    response = .column(frame.figureResponse)
    grouping = .column(name)
    source = PosteriorSource(fit, priorsName: priorsName)
  }

  /// The factor with the fewest levels of those that have at least five.
  private static func factor(of model: GeneralizedLinearMixedModel) -> RandomFactor? {
    model.factors.filter { $0.levels.count >= 5 }.min { $0.levels.count < $1.levels.count }
  }

  /// The share of successes in each level.
  private static func shares(_ rows: [Double], _ trials: [Double], _ factor: RandomFactor) -> [Double] {
    var (sums, totals) = (factor.levels.map { _ in 0.0 }, factor.levels.map { _ in 0.0 })
    for (i, level) in factor.codes.enumerated() {
      sums[level] += rows[i] * trials[i]
      totals[level] += trials[i]
    }
    return zip(sums, totals).map(/)
  }

  private static func moments(_ values: [Double]) -> (mean: Double, sd: Double) {
    let n = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / max(n - 1, 1)).squareRoot())
  }

  /// The share of values that are 0, 1, 2, … as far as any value of the data, or 995 in 1,000 of the replicates', go.
  private static func frequencies(_ samples: [[Double]]) -> (places: [Double], heights: [[Double]])? {
    let others = samples.dropFirst().flatMap { $0 }.sorted()
    let most = max(samples[0].max() ?? 0, others.isEmpty ? 0 : sampleQuantile(others, 0.995).rounded())
    let last = min(Int(most), 2 * mostCounts)
    guard last > 0 else { return nil }
    return (
      (0...last).map(Double.init),
      samples.map { sample in
        var counts = [Double](repeating: 0, count: last + 1)
        for value in sample where value <= Double(last) { counts[Int(value.rounded())] += 1 }
        return counts.map { $0 / Double(sample.count) }
      }
    )
  }

  /// Kernel densities on one grid; a replicate whose values are all equal has none.
  private static func densities(
    _ samples: [[Double]], _ bounds: (low: Double?, high: Double?)
  ) -> (places: [Double], heights: [[Double]])? {
    let densities = samples.map { sample -> KernelDensity? in
      let sorted = PredictiveCheck.selection(sample.filter(\.isFinite).sorted())
      guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
      let bandwidth = KernelDensity.silvermanBandwidth(sorted)
      return bandwidth > 0
        ? KernelDensity(sorted, bandwidth: bandwidth, low: bounds.low, high: bounds.high) : nil
    }
    guard let own = densities.first ?? nil else { return nil }
    // One replicate with a far value must not squeeze the rest.
    let lows = densities.compactMap { $0?.support.lowerBound }.sorted()
    let highs = densities.compactMap { $0?.support.upperBound }.sorted()
    let low = min(own.support.lowerBound, sampleQuantile(lows, 0.05))
    let high = max(own.support.upperBound, sampleQuantile(highs, 0.95))
    let places = (0..<161).map { low + (high - low) * Double($0) / 160 }
    return (
      places,
      densities.map { density in places.map { density?.value(at: $0) ?? .nan } }
    )
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var marks: [any Mark] = replicates.map {
      LineMark(x: places, y: $0, .category("replicate"), width: 1)
    }
    marks.append(LineMark(x: places, y: observed, .category("observed")))
    if form == .frequencies {
      marks.append(PointMark(x: places, y: observed, .category("observed"), size: 0.9))
    }
    let categories = CategoricalScale([
      .init("observed", label: words.observedData, style: CategoryStyle(OkabeIto.blue, lineScale: 2.2)),
      .init(
        "replicate", label: words.replicatesOf(replicates.count),
        style: CategoryStyle(Colour(hex: 0x8C8C8C).withAlpha(0.7), lineScale: 0.5)),
    ])
    let highest = (replicates + [observed]).flatMap { $0 }.filter(\.isFinite).max() ?? 1
    var figure = Figure(
      size: size,
      x: Axis(
        title(words), limits: form == .shares ? shareLimits : nil, expansion: 0.02,
        isWhole: form == .frequencies),
      y: Axis(
        form == .frequencies ? words.shareOfRows : words.density, limits: 0...1.06 * highest,
        hasTicks: form == .frequencies), categories: categories, panels: [Panel("", marks)])
    figure.caption = words.sentences(
      [words.predictiveOverlay(form), words.posteriorSource(source)])
    let name = response.name(language)
    figure.describe(
      as: "predictive",
      title: words.either(
        "Observed \(name) and replicates from the posterior",
        "\(words.inSentence(name).drop { $0 == " " })的观测值与由后验生成的重复数据"), text: alternativeText(words),
      in: language)
    return figure
  }

  private var shareLimits: ClosedRange<Double>? {
    guard let first = places.first, let last = places.last, first < last else { return nil }
    return first...last
  }

  private func title(_ words: FigureWords) -> String {
    form == .shares
      ? words.shareByLevel(response, grouping) : response.title(words.language)
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    let (means, sds) = (moments.replicates.map(\.mean), moments.replicates.map(\.sd))
    let text = words.either(
      "\(replicates.count) thin grey curves of replicated data and one bold curve of the observed. Mean of the data \(number(moments.observed.mean)), of replicates \(words.range(means)); standard deviation \(number(moments.observed.sd)), of replicates \(words.range(sds)).",
      "\(replicates.count) 条灰色细线为重复数据，一条粗线为观测数据。观测均值 \(number(moments.observed.mean))，重复数据的均值\(words.range(means))；标准差 \(number(moments.observed.sd))，重复数据的标准差\(words.range(sds))。"
    )
    return text + words.divergences(source, leading: true)
  }

  /// The numbers, one row for each point of each curve; replicate 0 is the data.
  public var plottedData: PlottedData {
    var data = PlottedData(["replicate", "value", form == .frequencies ? "share" : "density"])
    for (r, heights) in ([observed] + replicates).enumerated() {
      for (place, height) in zip(places, heights) {
        data.append([.number(Double(r)), .number(place), .number(height)])
      }
    }
    return data
  }
}

extension PredictiveOverlay {
  /// The response and the factor.
  public var variables: [WritableKeyPath<PredictiveOverlay, FigureVariable>] { [\.response, \.grouping] }
}
