import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Search for generalized models with several grouping factors")
struct SeveralFactorSearchTests {
  @Test("agrees with lme4", arguments: GeneralizedCase.several)
  func reference(_ r: GeneralizedCase) throws {
    let data = try r.data()
    let fit = try GeneralizedSearch(data).minimize()
    // θ of these has no unique value.
    let isFull = r.name.hasSuffix("full")
    let isSingular = r.record["singular"].bool!
    #expect(fit.status == (isSingular ? .boundary : .converged))
    let allowed = 1e-7 * max(1, Double(data.response.count) / 1000)
    #expect(fit.minus2LogLikelihood <= r.objective + (isSingular ? 1e-6 : allowed))
    #expect(fit.minus2LogLikelihood >= r.objective - (isSingular ? 1e-4 : 2e-5))
    let tolerance = isFull ? 1e-3 : isSingular ? 1e-4 : 1e-5
    expectClose(
      fit.beta, r.record["fixef"]["values"].doubles, relative: tolerance, absolute: tolerance, "fixef")
    let predictors = r.record["linear10"].doubles
    expectClose(Array(fit.linearPredictors[..<predictors.count]), predictors, absolute: tolerance, "η")
    let fitted = fit.linearPredictors.map { data.model.link.mean(predictor: $0) }
    expectClose(fitted.reduce(0, +), r.record["fitted_sum"].double, relative: tolerance, "fitted")
    expectClose(
      fitted.reduce(0) { $0 + $1 * $1 }, r.record["fitted_sumsq"].double, relative: tolerance, "fitted²")
    let errors = try #require(fit.fixedCovariance).diagonal.map { $0.squareRoot() }
    if !isSingular {
      expectClose(
        errors, r.record["fixef"]["std_error_hessian_tight"].doubles, relative: 1e-4, "std_error")
      let rx = try #require(fit.fixedCovarianceRX).diagonal.map { $0.squareRoot() }
      expectClose(rx, r.record["fixef"]["std_error_rx"].doubles, relative: 1e-5, "RX standard errors")
    }
    if isFull { return }
    // By names: lme4 orders terms by numbers of levels.
    let groups = r.record["formula"].string!.split(separator: "|").dropFirst().map {
      $0.prefix { $0 != ")" }.filter { $0 != " " }
    }
    for term in r.record["varcorr"].array {
      let f = groups.firstIndex(of: term["group"].string!)!
      let columns = data.columnsOfFactor[f]
      let covariance = fit.lambda * fit.lambda.transposed
      for (a, row) in term["cov"].matrix.enumerated() {
        for (b, value) in row.enumerated() {
          let scale = row.map(abs).max()!
          expectClose(
            covariance[columns[a], columns[b]], value, relative: 2 * tolerance,
            absolute: 2 * tolerance * (isSingular ? 1 : scale), "\(term["group"])")
        }
      }
    }
    for term in r.record["ranef"].array {
      let f = groups.firstIndex(of: term["group"].string!)!
      for (j, (values, sds)) in zip(term["values"].matrix, term["cond_sd"].matrix).enumerated() {
        for k in values.indices {
          expectClose(fit.modes[f][k, j], values[k], absolute: 3 * tolerance, "mode \(j)")
          expectClose(
            fit.conditionalCovariances[f][j][k, k].squareRoot(), sds[k], relative: 3 * tolerance,
            absolute: isSingular ? 2e-3 : 1e-8, "sd \(j)")
        }
      }
    }
  }

  @Test("independent starts find nothing better", arguments: GeneralizedCase.several.dropFirst(2))
  func starts(_ r: GeneralizedCase) throws {
    let data = try r.data()
    let fit = try GeneralizedSearch(data).minimize(standardErrors: false)
    let count = data.thetaCount
    for seed in 1...6 {
      var numbers = TestNumbers(seed: UInt64(seed))
      let theta = (0..<count).map { _ in 2 * numbers.normal() * numbers.uniform() }
      let other = try GeneralizedSearch(data).minimize(starts: [(fit.beta, theta)], standardErrors: false)
      #expect(
        fit.minus2LogLikelihood <= other.minus2LogLikelihood + 1e-6,
        "\(r.name) \(seed): \(fit.minus2LogLikelihood - other.minus2LogLikelihood)")
    }
  }

  static let models: [(String, String, ResponseFamily)] = [
    ("nbinom_nested", "TICKS ~ YEAR + h + (1 | BROOD) + (1 | LOCATION)", .negativeBinomial(theta: 1)),
    ("gamma_crossed", "mass ~ x + (1 + x | g) + (1 | block)", .gamma(shape: 1)),
    ("probit_crossed", "many ~ x + (1 | g) + (0 + x | g) + (1 | block)", .binomial),
  ]

  @Test("agrees with glmmTMB, by the observed determinant", arguments: models)
  func tmb(_ name: String, _ formula: String, _ family: ResponseFamily) throws {
    let record = try Reference.json("glmm/tmb.json")[name]
    let file = name == "nbinom_nested" ? "grouseticks" : "sim_poisson"
    var table = try DataTable(csv: Reference.bytes("glmm/\(file).csv"), file: file)
    if file == "sim_poisson" {
      let (expo, x, y) = (table["expo"]!.numbers!, table["x"]!.numbers!, table["y"]!.numbers!)
      let block = y.indices.map { (($0 + 1) * 7) % 11 }
      table = table.appending(
        Column(
          "mass",
          .real(
            y.indices.map {
              let size = expo[$0] * exp(0.3 * x[$0]) * (1 + y[$0])
              return size * (1 + Double(block[$0] + 1) / 11)
            })))
      table = table.appending(
        Column("many", .real(y.indices.map { y[$0] > Double(1 + (block[$0] + 1) % 3) ? 1 : 0 })))
      table = table.appending(Column("block", block.map { "b\($0)" }))
    }
    let frame = try ModelFrame(
      ModelFormula(formula), data: table, roles: ColumnRoles(factors: file == "grouseticks" ? ["YEAR"] : []))
    var data = GeneralizedData(
      frame, ObservationModel(family, link: family == .binomial ? .probit : .log))
    data.estimatesDispersion = family.hasDispersion
    let fit = try GeneralizedSearch(data, determinant: .observed).minimize()
    #expect(fit.status == .converged)
    expectClose(fit.minus2LogLikelihood, record["minus2loglik"][0].double, absolute: 1e-7)
    let parameters = record["parameters"].doubles
    let names = record["names"].strings
    func part(_ name: String) -> [Double] {
      parameters.indices.filter { names[$0] == name }.map { parameters[$0] }
    }
    expectClose(fit.beta, part("beta"), relative: 1e-5, absolute: 1e-6)
    let errors = try #require(fit.parameterCovariance).diagonal.map { $0.squareRoot() }
    let recorded = record["std_error"].doubles
    expectClose(Array(errors[..<fit.beta.count]), Array(recorded[..<fit.beta.count]), relative: 1e-4)
    // Logarithms of standard deviations, term by term; a correlation's coordinate behind those of its term.
    let deviations = (0..<data.random.columns).map { log(GeneralizedSearchTests.deviation(fit, $0)) }
    let logs = name == "gamma_crossed" ? [0, 1, 3].map { part("theta")[$0] } : part("theta")
    expectClose(deviations, logs, relative: 1e-5, absolute: 1e-6)
    if let dispersion = part("betad").first {
      expectClose(log(try #require(fit.dispersionParameter)), dispersion, absolute: 1e-5)
      expectClose(errors.last!, recorded[fit.beta.count], relative: 1e-4)
    }
  }

  @Test("units and origins of predictors do not matter", arguments: observationModels)
  func units(_ model: ObservationModel) throws {
    let data = GeneralizedData.crossed(
      model, seed: 21, levels: [14, 11], widths: [[2], [1, 1]], rows: 240)
    let fit = try GeneralizedSearch(data).minimize()
    var scaled = data
    let (unit, origin) = (1e6, 2000.0)
    for i in 0..<240 {
      scaled.fixed[i, 1] = unit * data.fixed[i, 1] + origin * unit
      scaled.fixed[i, 2] = 1e-6 * data.fixed[i, 2]
      scaled.random[i, 1] = scaled.fixed[i, 1]
    }
    let other = try GeneralizedSearch(scaled).minimize()
    #expect(other.status == fit.status)
    expectClose(other.minus2LogLikelihood, fit.minus2LogLikelihood, relative: 1e-10)
    expectClose(other.beta[1] * unit, fit.beta[1], relative: 1e-6)
    expectClose(other.beta[2] / 1e6, fit.beta[2], relative: 1e-6)
    expectClose(other.linearPredictors, fit.linearPredictors, absolute: 1e-5)
    if let a = fit.fixedCovariance, let b = other.fixedCovariance {
      expectClose(b[1, 1] * unit * unit, a[1, 1], relative: 1e-5)
      expectClose(b[2, 2] * 1e-12, a[2, 2], relative: 1e-5)
    }
  }

  @Test("awkward data end in a finite optimum or with a reason", arguments: observationModels)
  func sweep(_ model: ObservationModel) throws {
    for seed in 200..<230 {
      var numbers = TestNumbers(seed: UInt64(seed))
      let rows = 25 + Int(numbers.uniform() * 100)
      // Few levels, one level, a level for each row, levels without rows, nested ones; rare events; offsets that are far off.
      let shapes: [([Int], [[Int]])] = [
        ([8, 4], [[1], [1]]), ([rows, 5], [[1], [1]]), ([12, 6, 2], [[1], [1], [1]]),
        ([5, 5], [[2], [1]]), ([40, 30], [[1], [1]]), ([9, 3], [[1, 1], [2]]),
      ]
      let (levels, widths) = shapes[seed % 6]
      var data = GeneralizedData.crossed(
        model, seed: UInt64(seed), levels: levels, widths: widths, rows: rows, isNested: seed % 4 == 1,
        deviation: numbers.uniform() * 2)
      if seed % 6 == 1 { data.factors[0].codes = Array(0..<rows) }
      let shift = [0.0, 0, -4, 300, -300][seed % 5]
      data.offset = data.offset!.map { $0 + shift }
      if seed % 7 == 0 {
        for i in 0..<rows where data.fixed[i, 1] > 0 {
          data.response[i] = model.family == .gamma(shape: 3) ? 1 : 0
        }
      }
      let fit = try GeneralizedSearch(data).minimize()
      #expect(fit.minus2LogLikelihood.isFinite, "seed \(seed)")
      let numbersOfFit = fit.beta + fit.theta + fit.modes.flatMap(\.storage) + fit.linearPredictors
      #expect(numbersOfFit.allSatisfy { $0.isFinite }, "seed \(seed)")
      if case .notConverged(let decrement) = fit.status {
        Issue.record("seed \(seed): decrement \(decrement)")
      }
      guard fit.status == .converged || fit.status == .boundary else { continue }
      let diagonal = RelativeCovarianceFactor.theta(
        of: Matrix.identity(data.random.columns), blocks: data.blocks)
      let others = try GeneralizedSearch(data).minimize(
        starts: [
          (fit.beta.map { 0.5 * $0 }, diagonal.map { 0.5 * $0 }), (fit.beta, diagonal.map { 2 * $0 }),
          (fit.beta.map { 0.5 * $0 }, fit.theta.map { 0.5 * $0 + 0.1 }),
        ], standardErrors: false)
      #expect(
        fit.minus2LogLikelihood <= others.minus2LogLikelihood + 1e-6, "seed \(seed): another start is better")
    }
  }
}
