import Distributions
import Estimates
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Fits from the moments of groups")
struct MomentFitTests {
  /// A data set drawn from a seed: its rows in scattered order, and their moments.
  struct Drawn {
    let model: MomentModel
    let groups: Int
    let table: DataTable
    let moments: GroupMoments
    let label: String

    /// - Parameter unbalanced: whether sizes, single rows among them, vary.
    init(_ model: MomentModel, seed: Int, unbalanced: Bool, groups: Int, rows most: Int) {
      var stream = KeyedStream(seed: UInt64(seed), scenario: 77)
      func pick(_ values: [Double]) -> Double { values[Int(stream.uniform() * Double(values.count))] }
      let (spread, steep, far) = (pick([0, 0.2, 1, 5]), pick([0, 0.02, 0.3, 1]), pick([0, 3, 100]))
      let correlation = pick([0, 0.5, 0.5, 1, -1])
      var (x, y, g): ([Double], [Double], [Int]) = ([], [], [])
      for j in 0..<groups {
        let (u, v) = (stream.normal(), stream.normal())
        let own = spread * u
        let slope =
          steep * (correlation * u + (1 - correlation * correlation).squareRoot() * v)
        let centre = 0.5 * stream.normal()
        let constant = unbalanced && stream.uniform() < 0.05
        for _ in 0..<(unbalanced ? 1 + Int(stream.uniform() * Double(most)) : most) {
          let value = far + (constant ? centre : centre + stream.normal())
          x.append(value)
          y.append(
            3 + 0.4 * value + own + (model == .varyingSlopes ? slope * (value - far) : 0) + stream.normal())
          g.append(j)
        }
      }
      let order = (0..<y.count).map { ($0, stream.uniform()) }.sorted { $0.1 < $1.1 }.map(\.0)
      (x, y, g) = (order.map { x[$0] }, order.map { y[$0] }, order.map { g[$0] })
      self.model = model
      self.groups = groups
      table = DataTable([Column("y", y), Column("x", x), Column("g", g.map(Double.init))])
      moments =
        model == .varyingMeans
        ? GroupMoments(y: y, codes: g, groupCount: groups)
        : GroupMoments(x: x, y: y, codes: g, groupCount: groups)
      label =
        "\(model) seed \(seed) J \(groups) \(unbalanced ? "unbalanced" : "balanced") σ \(spread) \(steep) ρ \(correlation) x \(far)"
    }

    func rows() throws -> LinearMixedModel {
      try LinearMixedModel(model.formula, data: table, roles: ColumnRoles(factors: ["g"]))
    }

    static func all(_ model: MomentModel, seeds: ClosedRange<Int>) -> [Drawn] {
      seeds.map { seed in
        let groups = [2, 3, 4, 5, 8, 10, 15, 16, 30, 60, 100][seed % 11]
        return Drawn(
          model, seed: seed, unbalanced: seed % 3 != 0, groups: groups, rows: [4, 6, 12, 30][seed / 11 % 4])
      }
    }
  }

  private func compare(
    _ fit: MomentFit, _ drawn: Drawn, _ method: EstimationMethod, _ betterCount: inout Int
  ) throws {
    let label = "\(drawn.label) \(method)"
    let status = fit.fit(method == .reml ? .reml : .ml)
    let expected: LinearMixedModelFit
    do { expected = try drawn.rows().fit(by: method) } catch {
      #expect(status == .unidentified, "\(label): \(error)")
      return
    }
    if expected.diagnostics.hasNoResiduals { return #expect(status == .unidentified, "\(label)") }
    #expect(status == .ok || status == .boundary, "\(label) \(status)")
    let tolerance = 1e-9 * max(1, abs(expected.criterion))
    #expect(fit.criterion <= expected.criterion + tolerance, "\(label) criterion")
    // A lower one is a better optimum, which a search on a grid finds now and then.
    if fit.criterion < expected.criterion - tolerance { return betterCount += 1 }
    // Where the criterion is flat, its value is what is certain. One difference between two groups is flat in their three variances.
    if expected.diagnostics.isFlat || drawn.groups == 2 && drawn.model == .varyingSlopes { return }
    #expect(fit.isSingular == expected.diagnostics.isSingular, "\(label)")
    #expect(fit.converged == expected.diagnostics.converged, "\(label)")
    let theta = [fit.theta.0, fit.theta.1, fit.theta.2]
    for (k, value) in expected.theta.enumerated() {
      expectClose(
        theta[k], value, relative: 1e-6, absolute: 1e-6 * max(1, expected.theta[0]), "\(label) θ\(k)")
    }
    expectClose(fit.sigma, expected.sigma, relative: 1e-7, "\(label) σ")
    let (fixed, errors) = (expected.fixedEffects, expected.fixedEffectStandardErrors)
    expectClose(fit.fixedEffects.0, fixed[0], absolute: 1e-6 * errors[0], "\(label) β0")
    expectClose(fit.fixedEffectErrors.0, errors[0], relative: 1e-6, "\(label) se β0")
    if fixed.count == 2 {
      expectClose(fit.fixedEffects.1, fixed[1], absolute: 1e-6 * errors[1], "\(label) β1")
      expectClose(fit.fixedEffectErrors.1, errors[1], relative: 1e-6, "\(label) se β1")
    }
  }

  @Test("the optimum of the rows, also by a wide search", arguments: MomentModel.allCases, [false, true])
  func optimum(_ model: MomentModel, _ isThorough: Bool) throws {
    var workspaces: [Int: MomentFit] = [:]
    var betterCount = 0
    for drawn in Drawn.all(model, seeds: 1...330) {
      let fit = workspaces[drawn.groups] ?? MomentFit(model, groupCount: drawn.groups)
      workspaces[drawn.groups] = fit
      fit.isThorough = isThorough
      fit.read(drawn.moments)
      for method in [EstimationMethod.reml, .ml] { try compare(fit, drawn, method, &betterCount) }
    }
    #expect(betterCount <= 3, "\(betterCount) of 660 are better than the fit of the rows")
  }

  /// Group estimands at the same θ, by the ways made for rows.
  @Test("coefficients, errors and weights of groups", arguments: MomentModel.allCases)
  func groups(_ model: MomentModel) throws {
    for drawn in Drawn.all(model, seeds: 1...120) {
      guard let expected = try? drawn.rows().fit() else { continue }
      let fit = MomentFit(model, groupCount: drawn.groups)
      fit.read(drawn.moments)
      fit.fit(.reml)
      if expected.diagnostics.isFlat { continue }
      let columns = (0..<model.varyingCount).map { k in
        expected.coefficientNames.firstIndex(of: ["(Intercept)", "x"][k])!
      }
      for j in 0..<drawn.groups {
        let level = try #require(expected.model.groupLevels.firstIndex(of: "\(j)"))
        let weights = expected.weights(ofLevel: level)
        for (k, column) in columns.enumerated() {
          let label = "\(drawn.label) group \(j) coefficient \(k)"
          let error = expected.groupCoefficientErrors[level, column]
          expectClose(
            fit.estimates(k)[j], expected.groupCoefficients[level, column], relative: 1e-9,
            absolute: 2e-6 * error, label)
          expectClose(fit.standardErrors(k)[j], error, relative: 3e-6, absolute: 1e-10, label + " se")
          expectClose(fit.weights(k)[j], weights[k], relative: 1e-5, absolute: 1e-6, label + " weight")
        }
      }
      let component = expected.varianceComponents[0]
      let sds = component.standardDeviations
      expectClose(fit.standardDeviations.0, sds[0], relative: 1e-5, absolute: 1e-6, drawn.label)
      if model == .varyingSlopes {
        expectClose(fit.standardDeviations.1, sds[1], relative: 1e-5, absolute: 1e-6, drawn.label)
        if min(sds[0], sds[1]) > 1e-3 {
          expectClose(fit.correlation, component.correlations[0, 1], absolute: 1e-5, drawn.label)
        }
      }
    }
  }

  @Test("least squares of all kinds", arguments: MomentModel.allCases)
  func leastSquares(_ model: MomentModel) throws {
    for drawn in Drawn.all(model, seeds: 1...120) {
      guard let rows = try? drawn.rows() else { continue }
      let fit = MomentFit(model, groupCount: drawn.groups)
      fit.read(drawn.moments)
      let complete = try LinearModel(
        ModelFormula(model == .varyingMeans ? "y ~ 1" : "y ~ x"), data: drawn.table
      ).fit()
      let none = GroupRegressions.noPooling(rows)
      let lsdv = GroupRegressions.lsdv(rows)
      for strategy in [PoolingMethod.complete, .none, .lsdv] {
        fit.fit(strategy)
        for j in 0..<drawn.groups {
          let level = try #require(rows.groupLevels.firstIndex(of: "\(j)"))
          for k in 0..<model.varyingCount {
            let label = "\(drawn.label) \(strategy) group \(j) coefficient \(k)"
            let (estimate, error): (Double, Double)
            switch strategy {
            case .complete: (estimate, error) = (complete.coefficients[k], complete.standardErrors[k])
            case .none: (estimate, error) = (none.estimates[level, k], none.errors[level, k])
            default: (estimate, error) = (lsdv.estimates[level, k], lsdv.errors[level, k])
            }
            expectClose(
              fit.estimates(k)[j], estimate, relative: 1e-9, absolute: 1e-9 * (error.isNaN ? 1 : error),
              label)
            expectClose(fit.standardErrors(k)[j], error, relative: 1e-9, label + " se")
          }
        }
        switch strategy {
        case .complete:
          #expect(fit.residualDegreesOfFreedom == Double(complete.residualDegreesOfFreedom))
          expectClose(fit.sigma, complete.sigma, relative: 1e-10, drawn.label)
        case .none: #expect(fit.undeterminedCount == none.determined.count { !$0 }, "\(drawn.label)")
        default:
          if model == .varyingIntercepts {
            expectClose(fit.fixedEffects.1, lsdv.estimates[0, 1], relative: 1e-9, drawn.label)
            expectClose(fit.fixedEffectErrors.1, lsdv.errors[0, 1], relative: 1e-9, drawn.label)
          }
        }
      }
    }
  }
}

extension MomentFitTests {
  @Test("known variances: the lecture's formula, and Henderson's equations", arguments: MomentModel.allCases)
  func known(_ model: MomentModel) throws {
    for drawn in Drawn.all(model, seeds: 1...90) {
      guard let rows = try? drawn.rows() else { continue }
      let fit = MomentFit(model, groupCount: drawn.groups)
      fit.read(drawn.moments)
      for known in [
        MomentFit.KnownVariances(constant: 1, slope: 0.4, correlation: 0.3, residual: 1.5),
        .init(constant: 0, residual: 2), .init(constant: 2, slope: 1, correlation: -1, residual: 0.5),
      ] {
        #expect(fit.fit(known: known) == .ok)
        let label = "\(drawn.label) \(known)"
        if model == .varyingMeans {
          let formula = PartialPoolingFormula(sigmaY: known.residual, sigmaAlpha: known.constant)
          let expected = try KnownVariancePooling(
            ModelFormula(model.formula), data: drawn.table, roles: ColumnRoles(factors: ["g"]), by: formula)
          for entry in expected.entries {
            let j = try #require(Int(entry.level))
            expectClose(fit.estimates(0)[j], entry.estimate, relative: 1e-12, label)
            expectClose(fit.standardErrors(0)[j], entry.standardError, relative: 1e-12, label)
            expectClose(fit.weights(0)[j], entry.weight ?? .nan, relative: 1e-12, label)
          }
          continue
        }
        let effects = try henderson(rows, model, known)
        let (coefficients, errors) = (effects.coefficients, effects.coefficientErrors)
        for j in 0..<drawn.groups {
          let level = try #require(rows.groupLevels.firstIndex(of: "\(j)"))
          for k in 0..<model.varyingCount {
            let column = try #require(effects.coefficientNames.firstIndex(of: ["(Intercept)", "x"][k]))
            expectClose(
              fit.estimates(k)[j], coefficients[level, column], absolute: 1e-9 * errors[level, column], label)
            // A constant at x = 0 far from the data is a difference of large numbers.
            expectClose(fit.standardErrors(k)[j], errors[level, column], relative: 1e-8, label)
          }
        }
      }
    }
  }

  /// The general code for rows at the given variances.
  private func henderson(
    _ rows: LinearMixedModel, _ model: MomentModel, _ known: MomentFit.KnownVariances
  ) throws -> FactorEffects {
    let q = model.varyingCount
    let ratio = known.constant / known.residual
    var lambda = Matrix(rows: q, columns: q)
    lambda[0, 0] = ratio
    if q == 2 {
      let slope = known.slope / known.residual
      lambda[1, 0] = known.correlation * slope
      lambda[1, 1] = (1 - known.correlation * known.correlation).squareRoot() * slope
    }
    let design = rows.reducedData.design
    let scaled = design.effectScale * lambda
    let psi = scaled * scaled.transposed
    let workspace = ProfiledCriterion(rows.reduction, method: .reml)
    _ = psi.storage.withPointer { workspace.evaluate(at: $0) }
    // σ² is known, too: what is profiled is the data's scale.
    let unit = known.residual / (workspace.sigmaSquared.squareRoot() * design.responseScale)
    let white = RelativeCovarianceFactor.lowerFactor(of: psi.storage, order: q)
    let unscale = design.fixedScale.upperInverse
    let posteriors = GroupPosteriors(
      workspace, lambda: Matrix(rows: q, columns: q, storage: white), unscaleFixed: unscale)
    var upper = Matrix(rows: 2, columns: 2)
    for j in 0..<2 { for i in j..<2 { upper[j, i] = workspace.fixedFactor[i + 2 * j] } }
    let half = unscale * upper.upperInverse
    return FactorEffects(
      rows.factors[0], of: rows, posteriors: Scaled(base: posteriors, unit: unit * unit),
      fixedEffects: rows.fixedEffects(in: workspace),
      fixedCovariance: half * half.transposed * (known.residual * known.residual))
  }

  /// Posteriors whose variances are in another unit.
  private struct Scaled: FactorPosteriors {
    let base: GroupPosteriors
    let unit: Double
    var modes: Matrix { base.modes }
    var conditionalStandardDeviations: Matrix { base.conditionalStandardDeviations * unit.squareRoot() }
    func conditionalCovariance(of j: Int) -> Matrix { base.conditionalCovariance(of: j) * unit }
    func predictionCovariance(of j: Int) -> Matrix { base.predictionCovariance(of: j) * unit }
    func crossCovariance(of j: Int) -> Matrix { base.crossCovariance(of: j) * unit }
    func jointWeights(of j: Int) -> Matrix { base.jointWeights(of: j) }
    func weights(of j: Int) -> [Double] { base.weights(of: j) }
  }
}
