import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Rows with equal predictors are one")
struct DistinctRowsTests {
  /// Few values of every predictor, so that many rows are equal.
  static func coarse(_ model: ObservationModel, levels: [Int], widths: [[Int]], weights: Bool)
    -> GeneralizedData
  {
    var data = GeneralizedData.crossed(model, seed: 12, levels: levels, widths: widths, rows: 600)
    for i in 0..<600 {
      for c in 1..<3 { data.fixed[i, c] = data.fixed[i, c] > 0 ? 1 : c == 1 ? -1 : 0 }
      for c in 0..<data.random.columns { data.random[i, c] = data.random[i, c] > 0 ? 1 : 0.5 }
      data.offset![i] = data.offset![i] > 0 ? 0.2 : 0
    }
    if !weights && model.family != .binomial { data.trials = nil }
    if weights && model.family != .binomial { data.trials = (0..<600).map { 0.5 + Double($0 % 3) } }
    return data
  }

  @Test("value, gradient and fit stay what they were", arguments: observationModels)
  func sums(_ model: ObservationModel) throws {
    for weights in [false, true] {
      for (levels, widths) in [([6], [[2]]), ([6, 4], [[1], [1]])] {
        let data = DistinctRowsTests.coarse(model, levels: levels, widths: widths, weights: weights)
        let distinct = try #require(DistinctRows(data))
        #expect(distinct.data.response.count < 400)
        for (i, k) in distinct.place.enumerated() {
          #expect(data.fixed.row(i) == distinct.data.fixed.row(k))
          #expect(data.random.row(i) == distinct.data.random.row(k))
          #expect(data.offset![i] == distinct.data.offset![k])
          for (a, b) in zip(data.factors, distinct.data.factors) { #expect(a.codes[i] == b.codes[k]) }
        }
        let theta = data.blocks.flatMap { $0.count == 2 ? [0.7, 0.2, 0.4] : [0.6] }
        let parameters = [-0.3, 0.6, 0.4] + theta
        for nodes in levels.count == 1 ? [1, 4] : [1] {
          let plain = try GeneralizedCriterion.make(data, nodeCount: nodes)
          let summed = try GeneralizedCriterion.make(distinct.data, nodeCount: nodes)
          for criterion in [plain, summed] { criterion.modeTolerance = 1e-8 }
          let (a, b) = (plain.at(parameters), summed.at(parameters))
          expectClose(b.value, a.value, relative: 1e-12)
          expectClose(b.gradient, a.gradient, relative: 1e-9, absolute: 1e-8)
        }
        let fit = try GeneralizedSearch(data).minimize(standardErrors: false)
        let criterion = try GeneralizedCriterion.make(data)
        let point = fit.beta + fit.theta
        expectClose(criterion.at(point).value, fit.minus2LogLikelihood, relative: 1e-11)
        #expect(fit.linearPredictors.count == 600 && fit.weights.count == 600)
        let fixed = data.fixed * fit.beta
        for i in stride(from: 0, to: 600, by: 37) {
          var eta = fixed[i] + data.offset![i]
          for (f, columns) in data.columnsOfFactor.enumerated() {
            for (k, c) in columns.enumerated() {
              eta += data.random[i, c] * fit.modes[f][k, data.factors[f].codes[i]]
            }
          }
          expectClose(fit.linearPredictors[i], eta, absolute: 1e-10)
        }
      }
    }
  }

  @Test("where rows differ, or a dispersion is estimated, nothing is summed")
  func different() {
    let model = ObservationModel(.negativeBinomial(theta: 2), link: .log)
    var data = DistinctRowsTests.coarse(model, levels: [6, 4], widths: [[1], [1]], weights: false)
    #expect(DistinctRows(data) != nil)
    data.estimatesDispersion = true
    #expect(DistinctRows(data) == nil)
    #expect(
      DistinctRows(GeneralizedData.crossed(model, seed: 2, levels: [6, 4], widths: [[1], [1]])) == nil)
  }
}
