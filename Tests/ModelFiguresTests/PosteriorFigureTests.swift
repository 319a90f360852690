import BayesianModels
import Foundation
import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

extension PosteriorParameters {
  /// The first parameter with other draws.
  func replacing(draws: [Double], chains: Int, divergent: [Int]) -> PosteriorParameters {
    let first = parameters[0]
    return PosteriorParameters(
      parameters: [
        Parameter(label: first.label, quantity: first.quantity, draws: draws, prior: first.prior)
      ],
      source: PosteriorSource(
        chainCount: chains, drawCount: draws.count / chains, divergenceCount: divergent.count,
        seed: source.seed, priorsName: source.priorsName), divergent: divergent, response: response,
      link: link)
  }
}

/// Few draws from posteriors of recorded data.
enum PosteriorData {
  static let sleep = try! sample(
    "Reaction ~ Days + (Days | Subject)", "lmm/sleepstudy.csv", factors: ["Subject"])
  static let women = try! sample(
    "use01 ~ age + urban + (1 | district)", "glmm/contraception.csv", factors: ["district"], family: .binomial
  )

  static func model(
    _ formula: String, _ file: String, factors: Set<String> = [], family: ResponseFamily? = nil
  ) throws -> BayesianMixedModel {
    let table = try DataTable(csv: Reference.bytes(file))
    let roles = ColumnRoles(factors: factors)
    let likelihood: BayesianMixedModel.Likelihood
    if let family {
      likelihood = .generalized(
        try GeneralizedLinearMixedModel(formula, data: table, family: family, roles: roles))
    } else {
      likelihood = .linear(try LinearMixedModel(formula, data: table, roles: roles))
    }
    return try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood))
  }

  static func sample(
    _ formula: String, _ file: String, factors: Set<String> = [], family: ResponseFamily? = nil,
    chains: Int = 2
  ) throws -> BayesianFit {
    try model(formula, file, factors: factors, family: family).sample(
      SamplingPlan(chains: chains, draws: 150, warmup: 150, seed: 3))
  }

  static func figure(
    _ kind: ModelFigureKind, of fit: BayesianFit = sleep, _ change: (inout FigureRequest) -> Void = { _ in }
  ) throws -> any ModelFigure {
    var request = FigureRequest()
    change(&request)
    return try kind.figure(of: fit, priorsName: "default", request)
  }

  static func error(
    _ kind: ModelFigureKind, of fit: BayesianFit = sleep, _ change: (inout FigureRequest) -> Void = { _ in }
  ) -> String {
    do {
      _ = try figure(kind, of: fit, change)
      return "no error"
    } catch { return "\(error)" }
  }
}

@Suite("Figures of posteriors")
struct PosteriorFigureTests {
  @Test(
    "every kind lays out at 16 and 8 cm in both languages, says where draws come from and describes itself",
    arguments: ModelFigureKind.allCases.filter(\.showsDraws))
  func layouts(_ kind: ModelFigureKind) throws {
    for fit in [PosteriorData.sleep, PosteriorData.women] {
      if kind == .posteriorPlane, fit.model.model.fixedEffectNames.count > 2 { continue }
      for levels in kind == .posteriorIntervals ? [false, true] : [false] {
        let whole = try PosteriorData.figure(kind, of: fit) { $0.showsLevels = levels }
        for language in FigureLanguage.allCases {
          for width in [16.0, 8] {
            let setting = FigureSetting(language: language)
            let resized = try whole.resized(
              toWidth: Size.centimetres(width, 1).width, setting, measuring: FixedMeasurer())
            let figure = resized.figure(setting)
            _ = try figure.layout(measuring: FixedMeasurer())
            let source =
              language == .english
              ? "2 chains of 150 draws, seed 3; priors: default." : "2 条链，各 150 次抽样，种子 3；先验：default。"
            #expect(figure.caption.contains(source), "\(kind) \(figure.caption)")
            #expect(!figure.alternativeTitle.isEmpty && figure.alternativeText.count > 40)
            #expect(!figure.alternativeText.contains("nan") && !figure.caption.contains("nan"))
          }
        }
        #expect(!whole.plottedData.rows.isEmpty && !whole.columnNames.isEmpty)
      }
    }
  }

  @Test("parameters: the default, by addresses and their beginnings, and errors that say what exists")
  func parameters() throws {
    let fit = PosteriorData.sleep
    let all = try PosteriorParameters(fit, priorsName: "default")
    #expect(
      all.parameters.map(\.label.name) == [
        "fixed.\"(Intercept)\"", "fixed.Days", "random.Subject.\"(Intercept)\".sd", "random.Subject.Days.sd",
        "random.Subject.\"(Intercept)\".Days.corr", "sigma",
      ])
    #expect(
      all.parameters.map { FigureWords(.english).parameter($0.label) } == [
        "Intercept", "Days", "SD of intercept", "SD of Days", "Correlation", "Residual SD",
      ])
    let some = try PosteriorParameters(
      fit, priorsName: "default",
      named: ["sigma", "fixed.(Intercept)", "mode.Subject.308", "coef.Subject.308.Days"])
    #expect(
      some.parameters.map { FigureWords(.chinese).parameter($0.label) } == [
        "残差标准差", "截距", "308 的截距", "308 的 Days", "308 的 Days",
      ])
    let mode = some.parameters[3].draws
    let coefficient = some.parameters[4].draws
    expectClose(
      zip(coefficient, mode).map(-), Array(fit.values(of: 1)), absolute: 1e-10)
    #expect(
      PosteriorData.error(.trace) { $0.parameters = ["Days"] }
        == "the model has no parameter 'Days'; it has "
        + all.parameters.map(\.label.name).joined(separator: ", ")
        + ", mode.Subject.LEVEL.EFFECT, coef.Subject.LEVEL.EFFECT")
    #expect(
      PosteriorData.error(.trace) { $0.parameters = ["mode"] }.hasPrefix(
        "panels of 36 parameters are not legible, up to 12 are; choose some with --parameter NAME: fixed."))
    #expect(PosteriorData.error(.posteriorPairs) { $0.parameters = ["sigma"] }.contains("a pair takes two"))
  }

  @Test("densities: areas are 1, those of standard deviations end at 0, priors are on the same scale")
  func densities() throws {
    let figure = try #require(try PosteriorData.figure(.posteriorDensities) as? PosteriorDensities)
    for (parameter, curve) in zip(figure.parameters.parameters, figure.curves) {
      let step = curve.values[1] - curve.values[0]
      let area = zip(curve.densities, curve.densities.dropFirst()).reduce(0) { $0 + step * ($1.0 + $1.1) / 2 }
      // A thousandth at either end and the kernels' tails are left out.
      expectClose(area, 1, absolute: 0.02, parameter.label.name)
      let bounds = parameter.label.bounds
      #expect(curve.values[0] >= bounds.low && curve.values.last! <= bounds.high)
      for (x, density) in zip(curve.values, curve.priorDensities) {
        expectClose(density, parameter.prior.density(at: x)!, relative: 1e-14)
      }
    }
    // By hand: of the correlation LKJ(2) of two effects, 3/4·(1 − r²).
    let r = figure.curves[4]
    expectClose(r.priorDensities[100], 0.75 * (1 - r.values[100] * r.values[100]), relative: 1e-12)
    let drawn = figure.figure(in: .english)
    #expect(drawn.panels.count == 6 && drawn.categories.entries.map(\.label) == ["posterior", "prior"])
    // Both curves of a panel are divided by one number.
    let lines = drawn.panels[1].marks.compactMap { $0 as? LineMark }
    expectClose(
      lines[1].y[120] / lines[0].y[120],
      figure.curves[1].priorDensities[120] / figure.curves[1].densities[120],
      relative: 1e-12)
  }

  @Test("a density near its bound keeps its mass and is level there; equal draws have none")
  func bounds() {
    let draws = (0..<2000).map { abs(Double($0) / 1000 - 1) }.sorted()
    let (x, density) = PosteriorDensities.curve(draws, (0, .infinity))
    #expect(x[0] == 0)
    // Half of a uniform distribution on (−1, 1): the density is 1, at its bound too.
    expectClose(density[0], 1, absolute: 0.01)
    #expect(PosteriorDensities.curve([1, 1, 1], (0, .infinity)).x.isEmpty)
  }

  @Test("intervals are quantiles; rows in one unit share a panel, levels are sorted")
  func intervals() throws {
    let figure = try #require(try PosteriorData.figure(.posteriorIntervals) as? PosteriorIntervals)
    #expect(figure.blocks == [[0], [1, 3], [2, 5], [4]])
    let sorted = PosteriorData.sleep.values(of: 1).sorted()
    // R's type 7 of 300 numbers: 0.05·299 = 14.95.
    expectClose(figure.intervals[1].lower90, sorted[14] + 0.95 * (sorted[15] - sorted[14]), relative: 1e-13)
    expectClose(figure.intervals[1].median, (sorted[149] + sorted[150]) / 2, relative: 1e-13)
    #expect(
      try #require(
        try PosteriorData.figure(.posteriorIntervals, of: PosteriorData.women) as? PosteriorIntervals
      ).blocks == [[0, 2, 3], [1]])
    let levels = try #require(
      try PosteriorData.figure(.posteriorIntervals) {
        $0.showsLevels = true
        $0.highlighted = ["308"]
      } as? LevelPosteriors)
    let order = levels.order.map { levels.effects[0].intervals[$0].median }
    #expect(order == order.sorted() && order.count == 18)
    let own = try #require(PosteriorData.sleep.coefficients.first { $0.quantity.level == "308" })
    expectClose(
      levels.effects[0].intervals[0].median, CentralIntervals(sorted: own.draws.sorted()).median,
      relative: 1e-13)
    #expect(
      PosteriorData.error(.posteriorIntervals) {
        $0.showsLevels = true
        $0.grouping = "Days"
      } == "the model has no grouping factor 'Days'; it has Subject")
  }

  @Test("traces: a line a chain in the draws' order; of long chains extremes stay")
  func traces() throws {
    let figure = try #require(try PosteriorData.figure(.trace) as? ChainTraces)
    let fit = PosteriorData.sleep
    #expect(figure.run == 1)
    #expect(figure.line(1, chain: 1).y == Array(fit.values(of: 1).suffix(150)))
    #expect(figure.line(1, chain: 1).x.last == 150)
    var long = try PosteriorParameters(fit, priorsName: "default", named: ["sigma"])
    let draws = (0..<20_000).map { k in k == 12_345 ? 99 : sin(Double(k)) }
    long = long.replacing(draws: draws, chains: 2, divergent: [3, 12_000])
    let thinned = ChainTraces(long)
    let (x, y) = thinned.line(0, chain: 1)
    #expect(x.count <= 1200 && y.max() == 99 && x[y.firstIndex(of: 99)!] == 2346)
    #expect(zip(x, x.dropFirst()).allSatisfy { $0 < $1 })
    let drawn = thinned.figure(in: .english)
    let marks = try #require(drawn.panels[0].marks.compactMap { $0 as? PointMark }.first)
    #expect(marks.x == [4, 2001])
    #expect(drawn.caption.contains("of each \(thinned.run) successive draws the least and the greatest"))
    #expect(drawn.caption.contains("2 draws diverged"))
    #expect(thinned.figure(in: .chinese).caption.contains("2 次抽样发散"))
  }

  @Test("ranks: each chain's counts sum to its draws, ties are shared, the band is hypergeometric")
  func ranks() throws {
    let figure = try #require(try PosteriorData.figure(.rank) as? ChainRanks)
    #expect(figure.edges.count == 21 && figure.edges.last == 300)
    for own in figure.counts {
      for counts in own { expectClose(counts.reduce(0, +), 150, absolute: 1e-9) }
      for b in 0..<20 { expectClose(own[0][b] + own[1][b], 15, absolute: 1e-9) }
    }
    #expect(ChainRanks.counts([1, 2, 5, 6, 3, 4, 7, 8], chains: 2, edges: [0, 4, 8]) == [[2, 2], [2, 2]])
    #expect(ChainRanks.counts([1, 1, 1, 1], chains: 2, edges: [0, 2, 4]) == [[1, 1], [1, 1]])
    #expect(ChainRanks.counts([1, 2, 3, 4], chains: 2, edges: [0, 2, 4]) == [[2, 0], [0, 2]])
    // C(4, k)·C(4, 4 − k)/70 = 1/70, 16/70, 36/70, …: 1/70 = 0.0143 lies below 1.
    #expect(ChainRanks.band(total: 8, chain: 4, interval: 4, tail: 0.02) == (1, 3))
    #expect(ChainRanks.band(total: 8, chain: 4, interval: 4, tail: 0.01) == (0, 4))
    let single = try PosteriorData.sample("Yield ~ 1 + (1 | Batch)", "lmm/dyestuff.csv", chains: 1)
    #expect(
      PosteriorData.error(.rank, of: single)
        == "ranks compare chains, and there is one; --chains 2 or more would work")
  }

  @Test("the plane's dots are posterior means, ellipses hold about half of the draws")
  func plane() throws {
    let figure = try #require(try PosteriorData.figure(.posteriorPlane) as? PosteriorPlane)
    #expect(figure.clouds.count == 18 && figure.levelNames.count == 18)
    let cloud = figure.clouds[3]
    expectClose(
      figure.plane.groups[3].partialPooling!.slope, cloud.slopes.reduce(0, +) / 300, relative: 1e-12)
    let shape = try #require(EllipseShape(x: cloud.intercepts, y: cloud.slopes))
    let inside = zip(cloud.intercepts, cloud.slopes).count { a, b in
      let u = (a - shape.centreX) / shape.u11
      let v = (b - shape.centreY - u * shape.u12) / shape.u22
      return u * u + v * v <= 2 * log(2)
    }
    // 300 draws of a nearly normal distribution: 4 standard errors of a share of a half are 0.12.
    expectClose(Double(inside) / 300, 0.5, absolute: 0.12)
    let drawn = figure.figure(in: .english)
    #expect(drawn.categories.entries.contains { $0.label == "posterior mean" })
    #expect(drawn.slug == "posterior-plane" && drawn.alternativeTitle.contains("with their posterior"))
    #expect(
      PosteriorData.error(.posteriorPlane) { $0.highlighted = ["999"] }.hasPrefix(
        "'Subject' has no level '999'"))
  }

  @Test("replicates: densities of numbers, frequencies of counts, shares of successes by levels")
  func predictive() throws {
    let numbers = try #require(try PosteriorData.figure(.predictive) as? PredictiveOverlay)
    #expect(numbers.form == .densities && numbers.replicates.count == 50)
    let step = numbers.places[1] - numbers.places[0]
    expectClose(numbers.observed.reduce(0, +) * step, 1, absolute: 0.01)
    // The same seed draws the same.
    let again = try #require(try PosteriorData.figure(.predictive) as? PredictiveOverlay)
    #expect(again.replicates == numbers.replicates)
    // Posterior draws know the mean of 180 rows: none of 50 replicates is off by a tenth.
    expectClose(
      numbers.moments.replicates.map(\.mean).reduce(0, +) / 50, numbers.moments.observed.mean, relative: 0.02)
    let shares = try #require(
      try PosteriorData.figure(.predictive, of: PosteriorData.women) as? PredictiveOverlay)
    #expect(shares.form == .shares && shares.grouping.column == "district")
    #expect(shares.places[0] >= 0 && shares.places.last! <= 1)
    let counts = try PosteriorData.sample(
      "TICKS ~ YEAR + (1 | BROOD)", "glmm/grouseticks.csv", factors: ["YEAR", "BROOD"], family: .poisson)
    // Counts up to 85 are too many for a frequency each.
    #expect(
      try #require(try PosteriorData.figure(.predictive, of: counts) as? PredictiveOverlay).form == .densities
    )
    let few = try PosteriorData.sample(
      "incidence ~ period + (1 | herd)", "glmm/cbpp.csv", factors: ["period", "herd"], family: .poisson)
    let frequencies = try #require(try PosteriorData.figure(.predictive, of: few) as? PredictiveOverlay)
    #expect(frequencies.form == .frequencies)
    let y = few.model.model.frame.response
    expectClose(frequencies.observed[2], Double(y.count { $0 == 2 }) / Double(y.count), relative: 1e-12)
    #expect(frequencies.figure(in: .english).x.isWhole)
  }

  @Test("pairs: correlations, a matrix of panels, and a list on a narrow page")
  func pairs() throws {
    let figure = try #require(try PosteriorData.figure(.posteriorPairs) as? PosteriorPairs)
    #expect(
      figure.correlations[2][2].rounded() == 1 && figure.correlations[0][1] == figure.correlations[1][0])
    #expect(PosteriorPairs.correlation([1, 2, 3], [2, 4, 6]) == 1)
    #expect(PosteriorPairs.correlation([1, 2, 3], [1, 1, 1]).isNaN)
    let wide = figure.figure(in: .english)
    #expect(wide.panels.count == 36 && wide.columns == 6)
    #expect(
      wide.panels[1].marks.contains { $0 is TextMark } && wide.panels[6].marks.contains { $0 is PointMark })
    let narrow = try figure.resized(
      toWidth: Size.centimetres(8, 1).width, FigureSetting(language: .english), measuring: FixedMeasurer())
    let list = narrow.figure(in: .english)
    #expect(list.panels.count == 15 && list.panels[0].name == "Days")
  }

  @Test("effects by τ: lines from one value, named at their ends, with the density below")
  func effectsByTau() throws {
    let model = try PosteriorData.model("Yield ~ 1 + (1 | Batch)", "lmm/dyestuff.csv")
    var request = FigureRequest()
    request.highlighted = ["C"]
    let figure = try #require(
      try ModelFigureKind.effectsByTau.figure(of: model, priorsName: "default", request) as? EffectsBySpread)
    let first = figure.levels.map { $0.means[0] }
    for value in first { expectClose(value, first[0], relative: 1e-9) }
    #expect(figure.levels[2].means.last! > figure.levels[2].means[0] + 10)
    for language in FigureLanguage.allCases {
      for width in [16.0, 8] {
        let setting = FigureSetting(language: language)
        let drawn = try figure.resized(
          toWidth: Size.centimetres(width, 1).width, setting, measuring: FixedMeasurer())
        _ = try drawn.figure(setting).layout(measuring: FixedMeasurer())
      }
    }
    #expect(
      figure.figure(in: .english).caption.contains("the residual standard deviation numerically."))
    #expect(figure.figure(in: .chinese).caption.contains("残差标准差数值积分。"))
    #expect(
      PosteriorData.error(.effectsByTau).hasPrefix(
        "figure 'effects-by-tau' is for linear models with one grouping factor whose intercept alone varies"))
  }

  @Test("kinds of fits without priors say that they are no posterior")
  func otherFits() throws {
    let fit = try LinearMixedModel(
      "Yield ~ 1 + (1 | Batch)", data: DataTable(csv: Reference.bytes("lmm/dyestuff.csv"))
    ).fit()
    #expect(throws: FigureKindError.needsPosterior(kind: "trace")) {
      try ModelFigureKind.trace.figure(of: fit)
    }
    #expect(PosteriorData.error(.caterpillar) == "figure 'caterpillar' shows no draws of a posterior")
  }
}
