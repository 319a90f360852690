import Distributions
import MixedModels
import Plotting

/// The parametric bootstrap distribution of every parameter, one panel a parameter: a kernel density with its maximum 1, the percentile interval and the
/// estimate. Replicates at a bound, a standard deviation of 0 or a correlation of ±1, are no part of the density: a bar shows their share.
///
/// Reference: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 6 and 13; the figure is MixedModelsMakie's `ridgeplot`, with a scale a parameter.
public struct BootstrapDistributions: ModelFigure {
  /// The distribution of one parameter.
  public struct Distribution: Sendable, Equatable {
    /// The parameter.
    public var label: ParameterLabel
    /// The estimate of the fit.
    public let estimate: Double
    /// The percentile interval; NaN without replicates.
    public let lower, upper: Double
    /// Values, ascending, and the density of replicates inside the bounds there, in units of one over the parameter's; none if fewer than two of them differ.
    public let values, densities: [Double]
    /// The kernels' standard deviation; NaN without a density.
    public let bandwidth: Double
    /// The shares of replicates at the lower and at the upper bound.
    public let shareAtLower, shareAtUpper: Double
    /// How many replicates leave a correlation without a value, since a standard deviation is 0.
    public let undefinedCount: Int
  }

  /// Standard deviations and correlations first, then σ, then the fixed effects.
  public var distributions: [Distribution]
  /// The number of replicates drawn, and how many of them could not be fitted.
  public let replicateCount, failureCount: Int
  /// The seed of the draws.
  public let seed: UInt64
  /// Probability of the intervals.
  public let level: Double
  /// The response, which gives units their words.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// The number of replicates unless another is asked for.
  public static let defaultReplicates = 1000
  /// The seed unless another is asked for.
  public static let defaultSeed: UInt64 = 1

  /// Draws and fits replicates.
  /// - Parameters:
  ///   - count: their number.
  ///   - seed: of the draws.
  ///   - threads: how many work at once; the numbers do not depend on it.
  /// - Throws: `FitError.tooFewReplicates`.
  public init(
    _ fit: LinearMixedModelFit, count: Int = defaultReplicates, seed: UInt64 = defaultSeed, threads: Int = 1,
    level: Double = 0.95
  ) throws(FitError) {
    try self.init(
      ParametricBootstrap(fit, count: count, seed: seed, threads: threads), of: fit, seed: seed, level: level)
  }

  /// Shows replicates that were drawn with a seed.
  /// - Throws: `FitError.tooFewReplicates`.
  public init(
    _ bootstrap: ParametricBootstrap, of fit: LinearMixedModelFit, seed: UInt64, level: Double = 0.95
  ) throws(FitError) {
    let intervals = try bootstrap.intervals(level: level)
    let total = Double(max(1, bootstrap.replicates.count))
    let standings = fit.parameterStandings
    distributions = ParameterLabel.all(of: fit).enumerated().map { k, label in
      let parted = bootstrap.distribution(of: k)
      let defined = total - Double(parted.undefined)
      let bounds = label.bounds
      let inside = parted.inside.sorted()
      let bandwidth = inside.isEmpty ? 0 : KernelDensity.silvermanBandwidth(inside)
      var curve: (x: [Double], density: [Double]) = ([], [])
      if bandwidth > 0 {
        curve = KernelDensity(
          inside, bandwidth: bandwidth, low: bounds.low.isFinite ? bounds.low : nil,
          high: bounds.high.isFinite ? bounds.high : nil
        ).curve()
      }
      return Distribution(
        label: label, estimate: standings[k].cleaned(bootstrap.estimates[k]), lower: intervals[k].lower,
        upper: intervals[k].upper,
        values: curve.x, densities: curve.density, bandwidth: bandwidth > 0 ? bandwidth : .nan,
        shareAtLower: defined > 0 ? Double(parted.atLower) / defined : 0,
        shareAtUpper: defined > 0 ? Double(parted.atUpper) / defined : 0, undefinedCount: parted.undefined)
    }
    replicateCount = bootstrap.replicates.count + bootstrap.failureCount
    failureCount = bootstrap.failureCount
    self.seed = seed
    self.level = level
    response = .column(fit.model.frame.responseBesideOffsetText)
    size = .forPanels(distributions.count)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = distributions.map { own in
      let atoms = own.atoms
      let name = words.parameter(own.label, of: response)
      return DensityPanel(
        name: words.withShares(name, atoms), x: own.values,
        density: own.densities, interval: (own.lower, own.upper), estimate: own.estimate, atoms: atoms
      ).panel()
    }
    var figure = Figure(densities: panels, size: size, words: words)
    figure.caption =
      words.bootstrap(count: replicateCount, seed: seed, level: level, hasAtoms: hasAtoms) + remarks(words)
    let name = response.name(language)
    figure.describe(
      as: "bootstrap",
      title: words.either(
        "Bootstrap distributions of the parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型各参数的自助分布"), text: alternativeText(words), in: language)
    return figure
  }

  private var hasAtoms: Bool { distributions.contains { !$0.atoms.isEmpty } }

  /// What failed and what has no value.
  private func remarks(_ words: FigureWords) -> String {
    var text = failureCount > 0 ? words.failedReplicates(failureCount) : ""
    if let most = distributions.map(\.undefinedCount).max(), most > 0 {
      text += words.undefinedCorrelations(most)
    }
    return text
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    var text = words.either(
      "\(distributions.count) panels, one for each parameter: the density of \(replicateCount) bootstrap replicates, without those at a bound. Estimates with \(number(100 * level))% percentile intervals: ",
      "共 \(distributions.count) 个分面，每个参数一个：\(replicateCount) 次自助重复（不含边界上者）的密度。估计值及 \(number(100 * level))% 百分位区间："
    )
    let pieces = distributions.map { own in
      let name = words.parameter(own.label)
      return words.either(
        "\(name) \(words.estimated(own.estimate)), from \(number(own.lower)) to \(number(own.upper))",
        "\(name) \(words.estimated(own.estimate))，从 \(number(own.lower)) 到 \(number(own.upper))")
    }
    text += pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
    for own in distributions {
      for atom in own.atoms {
        text += words.shareAtBound(words.parameter(own.label), atom.share, at: atom.value)
      }
    }
    return text + remarks(words)
  }

  /// The numbers, one row for each point of each density, then one for each share at a bound.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "value", "density", "share"])
    for own in distributions {
      for (value, density) in zip(own.values, own.densities) {
        data.append([.text(own.label.name), .number(value), .number(density), .number(.nan)])
      }
      for atom in own.atoms {
        data.append([.text(own.label.name), .number(atom.value), .number(.nan), .number(atom.share)])
      }
    }
    return data
  }
}

extension BootstrapDistributions.Distribution {
  /// The bounds at which replicates stand, and their shares.
  var atoms: [(value: Double, share: Double)] {
    [(label.bounds.low, shareAtLower), (label.bounds.high, shareAtUpper)].filter { $0.1 > 0 }
  }
}

extension BootstrapDistributions {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<BootstrapDistributions, FigureVariable>] {
    [\.response]
      + distributions.indices.flatMap { k in
        distributions[k].label.effects.indices.map { \.distributions[k].label.effects[$0] }
          + [\.distributions[k].label.grouping]
      }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
