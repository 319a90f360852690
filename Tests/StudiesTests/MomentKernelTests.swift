import Distributions
import MixedModels
import TestSupport
import Testing

@testable import Studies

@Suite("The inner loop of a study")
struct MomentKernelTests {
  private func numbers(_ kernel: MomentKernel) -> [Double] {
    let fit = kernel.result
    var all = [fit.criterion, fit.sigma, fit.theta.0, fit.theta.1, fit.theta.2, fit.fixedEffects.0]
    for k in 0..<fit.model.varyingCount {
      all += kernel.estimates(k)
      all += kernel.standardErrors(k)
      all += kernel.weights(k)
      all += kernel.truths(k)
    }
    return all + fit.degreesOfFreedom
  }

  @Test("numbers do not depend on strategies, replicates and fits before", arguments: MomentModel.allCases)
  func independence(_ model: MomentModel) {
    let variances = MomentFit.KnownVariances(constant: 1, slope: 0.3, correlation: 0.5, residual: 1)
    for (d, design) in MomentDesigns.all(variances: variances).enumerated()
    where design.hasPredictor || model == .varyingMeans {
      let kernel = MomentKernel(design, model: model, seed: 1, scenario: UInt32(d))
      let strategies: [PoolingMethod] = [.complete, .none, .lsdv, .reml, .ml, .oracle]
      for replicate: UInt32 in 0..<6 {
        kernel.draw(replicate)
        for strategy in strategies {
          let status = kernel.fit(strategy)
          let found = numbers(kernel)
          let fresh = MomentKernel(design, model: model, seed: 1, scenario: UInt32(d))
          fresh.draw(replicate)
          #expect(fresh.fit(strategy) == status)
          let expected = numbers(fresh)
          let same = zip(found, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
          #expect(same, "\(model) design \(d) replicate \(replicate) \(strategy)")
        }
      }
    }
  }

  @Test("standard deviations of 0 and perfect correlations are fitted or refused, never an error")
  func extremes() {
    let variances: [MomentFit.KnownVariances] = [
      .init(constant: 0, residual: 1), .init(constant: 1, slope: 1, correlation: 1, residual: 1),
      .init(constant: 1, slope: 1, correlation: -1, residual: 0.01),
      .init(constant: 1, slope: 0.4, correlation: 0.2, residual: 0), .init(constant: 0, residual: 0),
    ]
    for known in variances {
      for (d, design) in MomentDesigns.all(variances: known).enumerated() {
        for model in MomentModel.allCases where design.hasPredictor || model == .varyingMeans {
          let kernel = MomentKernel(design, model: model, seed: 2, scenario: UInt32(d))
          for replicate: UInt32 in 0..<40 {
            kernel.draw(replicate)
            for strategy in PoolingMethod.allCases where strategy != .bayes {
              let status = kernel.fit(strategy)
              let label = "\(known) design \(d) \(model) replicate \(replicate) \(strategy)"
              #expect(status != .error, "\(label)")
              if case .normal(_, 0) = design.predictor, model != .varyingMeans, strategy == .reml {
                #expect(status == .unidentified, "\(label)")
              }
              guard status == .ok || status == .boundary else { continue }
              let mayMiss =
                strategy == .none || strategy == .lsdv
                || strategy == .oracle && kernel.result.undeterminedCount > 0
              #expect(strategy != .oracle || known.residual == 0 || !mayMiss, "\(label)")
              for k in 0..<model.varyingCount {
                for j in 0..<kernel.groupCount {
                  if !mayMiss {
                    #expect(kernel.estimates(k)[j].isFinite, "\(label) \(j)")
                    #expect(kernel.standardErrors(k)[j] >= 0, "\(label) \(j)")
                  }
                  let weight = kernel.weights(k)[j]
                  #expect(weight >= 0 && weight <= 1, "\(label) \(j): \(weight)")
                }
              }
            }
          }
        }
      }
    }
  }

  @Test("without residuals every own regression is the truth, and the closed form follows it")
  func exact() {
    let design = MomentDesign(
      sizes: .fixed([3, 4, 5, 6]), predictor: .normal(mean: 5, standardDeviation: 1), fixedEffects: (1, 2),
      variances: .init(constant: 1, slope: 0.5, correlation: 0.3, residual: 0))
    let kernel = MomentKernel(design, model: .varyingSlopes, seed: 3, scenario: 0)
    for replicate: UInt32 in 0..<20 {
      kernel.draw(replicate)
      #expect(kernel.fit(.reml) == .unidentified)
      for strategy in [PoolingMethod.none, .lsdv, .oracle] {
        kernel.fit(strategy)
        for k in 0..<2 {
          for j in 0..<4 {
            expectClose(kernel.estimates(k)[j], kernel.truths(k)[j], absolute: 1e-11, "\(strategy)")
          }
        }
      }
    }
  }

  @Test("drawn group sizes are those of the replicate")
  func drawnSizes() {
    let design = MomentDesign(
      sizes: MomentDesigns.sizes[2], fixedEffects: (0, 0), variances: .init(constant: 1, residual: 1))
    let kernel = MomentKernel(design, model: .varyingMeans, seed: 4, scenario: 0)
    var seen: Set<[Double]> = []
    for replicate: UInt32 in 0..<30 {
      kernel.draw(replicate)
      let counts = (0..<9).map { kernel.generator.moments.counts[$0] }
      #expect(counts.allSatisfy { $0 >= 1 && $0 <= 9 })
      seen.insert(counts)
      let rows = MomentRows(kernel.generator, replicate: replicate)
      #expect((0..<9).map { j in Double(rows.codes.count { $0 == j }) } == counts)
    }
    #expect(seen.count > 25)
  }
}
