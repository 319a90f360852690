import Distributions
import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

/// Fits of recorded data for figures of parameters.
private enum ParameterData {
  static func fit(
    _ formula: String, _ file: String, factors: Set<String> = [], by method: EstimationMethod = .ml
  ) throws
    -> LinearMixedModelFit
  {
    let table = try DataTable(csv: Reference.bytes("lmm/\(file).csv"), file: file)
    return try LinearMixedModel(formula, data: table, roles: ColumnRoles(factors: factors)).fit(by: method)
  }

  static func sleep(by method: EstimationMethod = .ml) throws -> LinearMixedModelFit {
    try fit("Reaction ~ Days + (Days | Subject)", "sleepstudy", factors: ["Subject"], by: method)
  }
  static func dyestuff() throws -> LinearMixedModelFit { try fit("Yield ~ 1 + (1 | Batch)", "dyestuff") }
  static func flat() throws -> LinearMixedModelFit { try fit("Yield ~ 1 + (1 | Batch)", "dyestuff2") }
  static func pastes() throws -> LinearMixedModelFit { try fit("strength ~ 1 + (1 | batch/cask)", "pastes") }
}

/// The area below a curve between two values.
private func area(_ x: [Double], _ y: [Double], _ low: Double, _ high: Double) -> Double {
  let part = DensityPanel.cut(x, y, to: (low, high))
  var sum = 0.0
  for k in part.x.indices.dropFirst() {
    sum += (part.x[k] - part.x[k - 1]) * (part.y[k - 1] + part.y[k]) / 2
  }
  return sum
}

@Suite("Names of parameters")
struct ParameterLabelTests {
  @Test("names are lme4's in the order of profiles, words say no more than tells them apart")
  func names() throws {
    for fit in [try ParameterData.sleep(), try ParameterData.pastes()] {
      let names: [String] = ParameterLabel.all(of: fit).map(\.name)
      let expected: [String] = try fit.profileIntervals().map(\.parameter)
      #expect(names == expected)
    }
    let sleep = ParameterLabel.all(of: try ParameterData.sleep())
    #expect(
      sleep.map { FigureWords(.english).parameter($0) } == [
        "SD of intercept", "Correlation", "SD of Days", "Residual SD", "Intercept", "Days",
      ])
    #expect(
      sleep.map { FigureWords(.chinese).parameter($0) } == [
        "截距的标准差", "相关系数", "Days 的标准差", "残差标准差", "截距", "Days",
      ])
    let pastes = ParameterLabel.all(of: try ParameterData.pastes())
    #expect(
      pastes.map { FigureWords(.english).parameter($0) } == [
        "SD of cask:batch", "SD of batch", "Residual SD", "Intercept",
      ])
    let response = FigureVariable(LocalizedText("Reaction"), unit: LocalizedText("ms"))
    var days = sleep[2]
    days.effects[0] = FigureVariable(
      LocalizedText("Days"), unit: LocalizedText("days"), per: LocalizedText("day"))
    #expect(FigureWords(.english).parameter(days, of: response) == "SD of Days (ms per day)")
    #expect(FigureWords(.english).parameter(sleep[0], of: response) == "SD of intercept (ms)")
    #expect(FigureWords(.english).parameter(sleep[1], of: response) == "Correlation")
    let three = try ParameterData.fit("score ~ 1 + (Machine | Worker)", "machines")
    #expect(
      FigureWords(.english).parameter(ParameterLabel.all(of: three)[1])
        == "Correlation of intercept and MachineB")
  }
}

@Suite("Densities of profiles")
struct ProfileDensityTests {
  @Test("splines: natural, and with a slope given at the start")
  func splines() {
    // By hand: the natural spline through (0, 0), (1, 1), (2, 0) has m₁ = −3.
    let natural = CubicSpline([0, 1, 2], [0, 1, 0])
    expectClose(natural.value(at: 0.5).value, 0.6875, absolute: 1e-14)
    expectClose(natural.value(at: 0).slope, 1.5, absolute: 1e-14)
    expectClose(natural.value(at: 1).slope, 0, absolute: 1e-14)
    let level = CubicSpline([0, 1, 2, 4], [0, 1, 0, 2], startSlope: 0.25)
    expectClose(level.value(at: 0).slope, 0.25, absolute: 1e-14)
    expectClose(level.value(at: 2).value, 0, absolute: 1e-14)
    // The second derivative is continuous.
    func bend(_ x: Double) -> Double {
      (level.value(at: x + 1e-5).slope - level.value(at: x - 1e-5).slope) / 2e-5
    }
    expectClose(bend(1 - 1e-4), bend(1 + 1e-4), absolute: 5e-3)
    #expect(CubicSpline([1, 3], [2, 6]).value(at: 2) == (4, 2))
  }

  @Test("the density is φ(ζ)·dζ/dx by differences of the deviance, and 95% lies in the shaded area")
  func density() throws {
    for fit in [try ParameterData.sleep(), try ParameterData.dyestuff(), try ParameterData.pastes()] {
      let plot = try ProfileDensity(fit)
      let normal = NormalDistribution()
      for (k, curve) in plot.curves.enumerated() {
        let most = curve.densities.max()!
        let width = curve.values.last! - curve.values[0]
        func zeta(_ x: Double) -> Double {
          fit.profileRise(ofParameter: k, at: x).squareRoot() * (x < curve.estimate ? -1 : 1)
        }
        for share in [0.1, 0.35, 0.6, 0.9] {
          let place = Int(share * Double(curve.values.count - 1))
          let (x, h) = (curve.values[place], 1e-3 * width)
          if x - h < curve.label.bounds.low { continue }
          let expected = normal.density(zeta(x)) * (zeta(x + h) - zeta(x - h)) / (2 * h)
          // At 3.54, where another standard deviation meets 0, the derivative has a kink that the spline rounds.
          expectClose(curve.densities[place], expected, absolute: 0.01 * most, "\(curve.label.name) \(x)")
        }
        let missing = curve.massBelow + curve.massAbove
        let tails = (curve.massBelow > 0 ? 0 : 1) + (curve.massAbove > 0 ? 0 : 1)
        let total = area(curve.values, curve.densities, curve.values[0], curve.values.last!)
        // Curves end at ζ = ±2.8 where no bound comes first: Φ(−2.8) = 0.002555.
        expectClose(total, 1 - missing - Double(tails) * 0.002555, absolute: 2e-3, "\(curve.label.name)")
        if curve.massBelow < 0.025 {
          expectClose(area(curve.values, curve.densities, curve.lower, curve.upper), 0.95, absolute: 2e-3)
        }
      }
    }
  }

  @Test("mass missing at a bound is that of ζ there, and the caption says so")
  func bound() throws {
    let fit = try ParameterData.dyestuff()
    let table = try DataTable(csv: Reference.bytes("lmm/dyestuff.csv"), file: "dyestuff")
    let linear = try LinearModel("Yield ~ 1", data: table).fit()
    let zeta = -(-2 * linear.logLikelihood - fit.criterion).squareRoot()
    let plot = try ProfileDensity(fit)
    let mass = NormalDistribution().cumulative(zeta)
    expectClose(plot.curves[0].massBelow, mass, absolute: 1e-6)
    #expect(plot.curves[0].values[0] == 0 && plot.curves[0].densities[0] == 0)
    let english = plot.figure(in: .english)
    #expect(
      english.caption.hasSuffix("SD of Batch: the profile ends at 0, and the area is 1.0% less than 1."))
    #expect(plot.figure(in: .chinese).caption.hasSuffix(" Batch 的标准差：轮廓止于 0，面积比 1 少 1.0%。"))
    #expect(english.alternativeText.contains("SD of Batch 37.26, from 12.20 to 84.06"))
    #expect(
      english.alternativeText.contains(
        "Most lopsided off the bounds: SD of Batch, whose interval reaches 1.867 times as far up as down."))
    // A fit at 0 has half of it.
    let flat = try ProfileDensity(ParameterData.flat())
    expectClose(flat.curves[0].massBelow, 0.5, absolute: 1e-6)
    #expect(flat.curves[0].estimate == 0 && flat.curves[0].lower == 0)
    expectClose(flat.curves[0].densities[0], flat.curves[0].densities.max()!, relative: 1e-3)
  }

  @Test("marks: the area within the interval, a bar and the estimate; scales of their own")
  func marks() throws {
    let figure = try ProfileDensity(ParameterData.sleep(by: .reml)).figure(in: .english)
    #expect(figure.panels.count == 6 && figure.columns == 3)
    let intervals = try ParameterData.sleep().profileIntervals()
    for (panel, interval) in zip(figure.panels, intervals) {
      let band = try #require(panel.marks.compactMap { $0 as? BandMark }.first)
      expectClose(band.x[0], interval.lower, relative: 1e-6)
      expectClose(band.x.last!, interval.upper, relative: 1e-6)
      let line = try #require(panel.marks.compactMap { $0 as? LineMark }.first)
      expectClose(line.y.max()!, 1, absolute: 1e-12)
      let bar = try #require(panel.marks.compactMap { $0 as? IntervalMark }.first { $0.direction == .level })
      #expect(bar.low[0] == band.x[0] && bar.high[0] == band.x.last!)
    }
    var narrow = try ProfileDensity(ParameterData.sleep())
    narrow.size.width = Size.centimetres(8, 1).width
    #expect(narrow.figure(in: .english).columns == 2)
    for language in FigureLanguage.allCases {
      #expect(throws: Never.self) { try narrow.figure(in: language).layout() }
    }
  }
}

@Suite("Pairs of parameters")
struct ProfilePairsTests {
  @Test("a triangle of panels with five contours, two traces and the estimate each")
  func triangle() throws {
    let plot = try ProfilePairs(ParameterData.sleep(by: .reml))
    let figure = plot.figure(in: .english)
    #expect(
      plot.pairs.count == 15 && figure.panels.count == 25 && figure.panels.count(where: \.isBlank) == 10)
    let layout = try figure.layout()
    let canvas = Rectangle(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
    #expect(layout.panels.filter { $0.area.width > 0 }.allSatisfy { canvas.contains($0.area) })
    let texts = layout.scene.texts.map(\.text)
    for name in ["Correlation", "SD of Days", "Residual SD", "Intercept"] {
      #expect(texts.count { $0 == name } == 2, "\(name) stands under a column and beside a row")
    }
    // sd of the intercept with sd of the slope: the 95% region reaches as far as the profiles at √χ²₂ = 2.448.
    let pair = try #require(plot.pairs.first { $0.first == 0 && $0.second == 2 })
    #expect(pair.contours.map(\.isClosed) == [true, true, true, true, true])
    let region = pair.contours[3]
    expectClose(region.height, 2.447746830680816, absolute: 1e-12)
    let level = 2 * NormalDistribution().cumulative(region.height) - 1
    let reach = try ParameterData.sleep().profileIntervals(level: level)
    expectClose(region.pieces[0].map(\.first).min()!, reach[0].lower, relative: 2e-3)
    expectClose(region.pieces[0].map(\.first).max()!, reach[0].upper, relative: 2e-3)
    expectClose(region.pieces[0].map(\.second).min()!, reach[2].lower, relative: 2e-3)
    expectClose(region.pieces[0].map(\.second).max()!, reach[2].upper, relative: 2e-3)
    // Traces cross at the estimate.
    for pair in plot.pairs {
      let (i, j) = (pair.first, pair.second)
      #expect(
        zip(plot.traces[i][i], plot.traces[i][j]).contains {
          $0 == plot.estimates[i] && $1 == plot.estimates[j]
        })
      #expect(
        zip(plot.traces[j][i], plot.traces[j][j]).contains {
          $0 == plot.estimates[i] && $1 == plot.estimates[j]
        })
    }
    #expect(
      figure.alternativeText.hasSuffix("In 5 of 15 panels a region goes on to the bound of a parameter."))
    #expect(
      figure.alternativeText.contains(
        "Most closely tied are SD of intercept and Correlation, with a correlation of −0.26"))
  }

  @Test("near the estimate the correlation of two fixed effects is that of their estimates")
  func correlation() throws {
    let fit = try ParameterData.sleep()
    let covariance = fit.fixedEffectCovariance
    let expected = covariance[0, 1] / (covariance[0, 0] * covariance[1, 1]).squareRoot()
    let plot = try ProfilePairs(fit, parameters: ["Days", "(Intercept)"])
    #expect(plot.labels.map(\.name) == ["(Intercept)", "Days"])
    // The step is ζ = 1/8, over which the covariance parameters follow.
    expectClose(plot.pairs[0].correlation, expected, absolute: 2e-3)
    #expect(plot.figure(in: .chinese).panels.count == 1)
  }

  @Test("numbers of contours and traces are in the CSV, with level and line")
  func data() throws {
    let plot = try ProfilePairs(ParameterData.dyestuff())
    let table = plot.plottedData.table
    #expect(table.columns.map(\.name) == ["first", "second", "line", "level", "piece", "x", "y"])
    let points = plot.pairs.reduce(0) { sum, pair in
      sum + pair.contours.reduce(0) { $0 + $1.pieces.reduce(0) { $0 + $1.count } }
    }
    let traces = plot.pairs.reduce(0) {
      $0 + plot.traces[$1.first][0].count + plot.traces[$1.second][0].count
    }
    #expect(table.rowCount == points + traces)
    #expect(
      plot.figure(in: .english).caption.contains("A region whose contour is open goes on to the bound."))
  }

  @Test("refusals say what would work")
  func refusals() throws {
    func refusal(_ fit: LinearMixedModelFit, _ names: [String]? = nil) -> String {
      do throws(FigureKindError) {
        _ = try ProfilePairs(fit, parameters: names)
        return ""
      } catch { return error.description }
    }
    let flat = try ParameterData.flat()
    #expect(
      refusal(flat).hasPrefix(
        "the fit by maximum likelihood is singular: a variance is 0"))
    #expect(refusal(flat).contains("the profile of each parameter by itself works"))
    let machines = try ParameterData.fit("score ~ Machine + (Machine | Worker)", "machines")
    #expect(
      refusal(machines).hasPrefix(
        "pairs of 10 parameters are not legible, up to 8 are; choose some with --parameter NAME: sd_"))
    #expect(
      refusal(machines, ["sigma", "sigmas"]).hasPrefix("the model has no parameter 'sigmas'; it has sd_"))
    #expect(refusal(machines, ["sigma"]).hasPrefix("a pair takes two parameters; choose two or more of sd_"))
    #expect(refusal(machines, ["sigma", "MachineB", "cor_MachineC.MachineB|Worker"]) == "")
  }
}

@Suite("Bootstrap distributions")
struct BootstrapDistributionsTests {
  @Test(
    "densities, intervals and shares at bounds are those of the replicates, whatever the number of threads")
  func distributions() throws {
    let fit = try ParameterData.flat()
    let bootstrap = ParametricBootstrap(fit, count: 300, seed: 7)
    let plot = try BootstrapDistributions(bootstrap, of: fit, seed: 7)
    let zeros = bootstrap.replicates.map { $0[0] }.count { $0 < 1e-6 }
    // Half of such replicates, and more, have no variance between groups.
    #expect(zeros > 120 && zeros < 220)
    expectClose(plot.distributions[0].shareAtLower, Double(zeros) / 300, absolute: 1e-12)
    let intervals = try bootstrap.intervals()
    for (own, interval) in zip(plot.distributions, intervals) {
      #expect(own.lower == interval.lower && own.upper == interval.upper && own.estimate == interval.estimate)
      expectClose(area(own.values, own.densities, own.values[0], own.values.last!), 1, absolute: 2e-3)
    }
    #expect(plot.distributions[0].values[0] == 0)
    let again = try BootstrapDistributions(fit, count: 300, seed: 7, threads: 2)
    #expect(again.distributions == plot.distributions)
    #expect(again.plottedData.csv == plot.plottedData.csv)
    #expect(try BootstrapDistributions(fit, count: 300, seed: 8).distributions != plot.distributions)
    let inside = bootstrap.replicates.map { $0[1] }.sorted()
    let density = KernelDensity(inside, low: 0)
    let middle = plot.distributions[1].values.count / 2
    expectClose(
      plot.distributions[1].densities[middle], density.value(at: plot.distributions[1].values[middle]),
      relative: 1e-12)
  }

  @Test(
    "a share at a bound is a bar as high as it, named in heading and description; caption states seed and number"
  )
  func atoms() throws {
    let plot = try BootstrapDistributions(try ParameterData.flat(), count: 200, seed: 3)
    let share = plot.distributions[0].shareAtLower
    let figure = plot.figure(in: .english)
    let bars = figure.panels[0].marks.compactMap { $0 as? IntervalMark }.filter {
      $0.direction == .upright && $0.at == [0]
    }
    #expect(bars.contains { $0.high == [share] && $0.low == [0] })
    let percent = FigureWords(.english).percent(share)
    #expect(figure.panels[0].name == "SD of Batch: \(percent) at 0")
    #expect(figure.alternativeText.contains("SD of Batch: \(percent) of the replicates at 0."))
    #expect(figure.caption.hasPrefix("Parametric bootstrap: 200 replicates, seed 3."))
    #expect(plot.figure(in: .chinese).caption.hasPrefix("参数自助法：200 次重复，种子 3。"))
    #expect(plot.plottedData.table.columns.map(\.name) == ["parameter", "value", "density", "share"])
    let sleep = try BootstrapDistributions(try ParameterData.sleep(), count: 60)
    #expect(
      sleep.distributions.map(\.label.name) == ParameterLabel.all(of: try ParameterData.sleep()).map(\.name))
    #expect(sleep.seed == 1)
    for language in FigureLanguage.allCases {
      #expect(throws: Never.self) { try sleep.figure(in: language).layout() }
    }
  }

  @Test("shares in words")
  func percent() {
    let words = FigureWords(.english)
    #expect(
      [0.5, 0.012, 0.0004, 0.23456, 1, 0].map(words.percent) == [
        "50%", "1.2%", "under 0.1%", "23%", "100%", "0%",
      ])
    #expect(FigureWords(.chinese).percent(0.0004) == "不足 0.1%")
  }
}
