import Foundation
import LinearAlgebra
import Specifications
import TestSupport
import Testing

@testable import BayesianModels

/// The derivative of a function at 0 by central differences of order 8.
func derivative(step h: Double, _ f: (Double) -> Double) -> Double {
  let weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]
  return weights.indices.reduce(0) { sum, k in
    sum + weights[k] * (f(Double(k + 1) * h) - f(-Double(k + 1) * h)) / h
  }
}

@Suite("Priors and coordinates without bounds")
struct PriorTests {
  static let priors: [Prior] = [
    .flat, .normal(mean: 1, sd: 2), .studentT(degreesOfFreedom: 4, location: 1, scale: 2), .uniform(0.5, 7),
    .halfNormal(sd: 3), .halfT(degreesOfFreedom: 3, scale: 2), .halfCauchy(scale: 2), .exponential(rate: 0.7),
    .inverseGamma(shape: 2, scale: 3),
  ]

  @Test("slopes are derivatives of log densities", arguments: priors)
  func slopes(_ prior: Prior) {
    for x in [0.6, 1, 2.5, 6] {
      expectClose(
        prior.logDensity(x).slope, derivative(step: 0.01 * x) { prior.logDensity(x + $0).value },
        absolute: 1e-9, "\(x)")
    }
  }

  @Test("log densities are those of the formulas, up to a constant")
  func densities() {
    func ratio(_ prior: Prior, _ a: Double, _ b: Double) -> Double {
      exp(prior.logDensity(a).value - prior.logDensity(b).value)
    }
    expectClose(ratio(.normal(mean: 1, sd: 2), 3, 1), exp(-0.5), relative: 1e-14)
    expectClose(ratio(.halfCauchy(scale: 2), 2, 0), 0.5, relative: 1e-14)
    expectClose(ratio(.halfT(degreesOfFreedom: 3, scale: 1), 3, 0), pow(4, -2), relative: 1e-14)
    expectClose(ratio(.exponential(rate: 0.5), 3, 1), exp(-1), relative: 1e-14)
    // The density b^a/Γ(a)·v^(−a−1)·exp(−b/v) of v = x², times dv/dx = 2x.
    expectClose(
      ratio(.inverseGamma(shape: 2, scale: 3), 2, 1),
      pow(4, -3) * exp(-0.75) * 4 / (exp(-3) * 2), relative: 1e-13)
  }

  @Test("bounded parameters: slopes, their logarithms and the way back")
  func bounds() {
    for bounds in [(0.0, Double.infinity), (0, 1000), (-2, 3)] {
      let parameter = BoundedParameter((lower: bounds.0, upper: bounds.1))
      for z in [-9.0, -2, -0.1, 0.4, 3, 8] {
        let v = parameter.value(z)
        #expect(v.x > bounds.0 && v.x < bounds.1)
        expectClose(v.slope, derivative(step: 0.01) { parameter.value(z + $0).x }, relative: 1e-9, "\(z)")
        expectClose(v.logSlope, log(v.slope), absolute: 1e-11, "\(z)")
        expectClose(
          v.logSlopeSlope, derivative(step: 0.01) { parameter.value(z + $0).logSlope }, absolute: 1e-9)
        if abs(z) < 9 { expectClose(parameter.unbounded(v.x), z, absolute: 1e-8, "\(z)") }
      }
    }
  }

  @Test("standard deviations: slopes, their logarithms and the way back; odd around 0")
  func deviations() {
    for (support, unit) in [((0.0, Double.infinity), 0.7), ((0, 1000), 2), ((0, 3), 5), ((0.5, 9), 1)] {
      let coordinate = DeviationCoordinate(support, unit: unit)
      for u in [-6.0, -2, -0.1, 0.05, 0.4, 3, 7] {
        let v = coordinate.value(u)
        #expect(abs(v.x) < support.1 && (support.0 == 0 || v.x > support.0))
        expectClose(v.slope, derivative(step: 0.01) { coordinate.value(u + $0).x }, relative: 1e-8, "\(u)")
        expectClose(v.logSlope, log(v.slope), absolute: 1e-11, "\(u)")
        expectClose(
          v.logSlopeSlope, derivative(step: 0.01) { coordinate.value(u + $0).logSlope }, absolute: 1e-9)
        if support.0 == 0 {
          expectClose(coordinate.value(-u).x, -v.x, relative: 1e-15)
          if abs(v.x) < 0.99 * support.1 {
            expectClose(coordinate.unbounded(abs(v.x)), abs(u), absolute: 1e-8, "\(u)")
          }
        }
      }
      #expect(support.0 > 0 || coordinate.value(0).x == 0)
    }
  }

  @Test(
    "factors of correlation matrices: unit rows, gradient, density of the determinant", arguments: [2, 3, 4])
  func correlations(_ order: Int) {
    for shape in [1.0, 2.5] {
      let factor = CorrelationFactor(order: order, shape: shape)
      let start = (0..<factor.count).map { 0.7 * sin(Double($0) * 2.1 + 0.4) }
      var weights = [Double](repeating: 0, count: order * order)
      for i in weights.indices { weights[i] = cos(Double(i) * 1.7) }
      /// A linear function of L and the log density at z.
      func value(_ z: [Double]) -> (sum: Double, l: [Double], density: Double) {
        var z = z
        var l = [Double](repeating: 0, count: order * order)
        let density = z.withUnsafeMutableBufferPointer { z in
          l.withUnsafeMutableBufferPointer { factor.fill($0.baseAddress!, z.baseAddress!) }
        }
        return (zip(l, weights).reduce(0) { $0 + $1.0 * $1.1 } + density, l, density)
      }
      let (_, l, density) = value(start)
      var logDeterminant = 0.0
      for i in 0..<order {
        let row = (0..<order).reduce(0.0) { $0 + l[i + $1 * order] * l[i + $1 * order] }
        expectClose(row, 1, absolute: 1e-14)
        logDeterminant += 2 * log(l[i + i * order])
      }
      // Density of R, times |dR/dz| by differences.
      var jacobian = Matrix(rows: factor.count, columns: factor.count)
      func correlations(_ z: [Double]) -> [Double] {
        let l = value(z).l
        var out: [Double] = []
        for i in 0..<order {
          for j in 0..<i { out.append((0..<order).reduce(0) { $0 + l[i + $1 * order] * l[j + $1 * order] }) }
        }
        return out
      }
      for k in 0..<factor.count {
        for i in 0..<factor.count {
          jacobian[i, k] = derivative(step: 0.01) { step in
            var z = start
            z[k] += step
            return correlations(z)[i]
          }
        }
      }
      let other = start.map { 0.6 * $0 - 0.2 }
      var moved = Matrix(rows: factor.count, columns: factor.count)
      for k in 0..<factor.count {
        for i in 0..<factor.count {
          moved[i, k] = derivative(step: 0.01) { step in
            var z = other
            z[k] += step
            return correlations(z)[i]
          }
        }
      }
      let (_, l2, density2) = value(other)
      var logDeterminant2 = 0.0
      for i in 0..<order { logDeterminant2 += 2 * log(l2[i + i * order]) }
      let expected =
        (shape - 1) * (logDeterminant - logDeterminant2) + log(abs(Self.determinant(jacobian)))
        - log(abs(Self.determinant(moved)))
      expectClose(density - density2, expected, absolute: 1e-8, "order \(order), shape \(shape)")

      var gradient = [Double](repeating: 0, count: factor.count)
      var z = start
      gradient.withUnsafeMutableBufferPointer { gradient in
        z.withUnsafeMutableBufferPointer { z in
          weights.withUnsafeMutableBufferPointer {
            factor.addGradient(gradient.baseAddress!, z.baseAddress!, along: $0.baseAddress!)
          }
        }
      }
      for k in 0..<factor.count {
        let difference = derivative(step: 0.01) { step in
          var z = start
          z[k] += step
          return value(z).sum
        }
        expectClose(gradient[k], difference, absolute: 1e-9, "order \(order), [\(k)]")
      }
      let back = factor.unbounded(Matrix(rows: order, columns: order, storage: l))
      for k in start.indices { expectClose(back[k], start[k], absolute: 1e-10) }
    }
  }

  @Test("texts of priors are read and written", arguments: priors)
  func texts(_ prior: Prior) throws {
    #expect(try Prior(parsing: prior.description) == prior)
    #expect(try Prior(parsing: prior.description.replacingOccurrences(of: "_", with: "-")) == prior)
  }

  @Test("faults of texts say what would work")
  func faults() {
    func fault(_ text: String) -> String {
      do {
        _ = try Prior(parsing: text)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(fault("gaussian(0, 1)").contains("normal(mean, sd)"))
    #expect(fault("normal(0)").contains("normal(mean, sd)"))
    #expect(fault("normal(0, x)") == "'x' in 'normal(0, x)' is no number")
    #expect(fault("half_t(3, -1)").contains("scales are positive"))
    #expect(fault("uniform(2, 1)").contains("bounds in order"))
    #expect(fault("normal(0, 1").contains("is no prior"))
  }

  @Test("a file's priors stand where it names them")
  func file() throws {
    let model = try CollapsedPosteriorTests.model("Reaction ~ Days + (Days | Subject)")
    func read(_ yaml: String) throws -> ModelPriors {
      try ModelPriors(SpecificationNode(yaml: yaml, file: "p.yml"), for: .linear(model))
    }
    let weak = ModelPriors.weaklyInformative(.linear(model))
    #expect(try read("start: default") == weak)
    let priors = try read(
      "start: slides-sd\nfixed: {Days: 'normal(1, 20)'}\nsd: {Subject.Days: 'half_t(3, 10)', others: half_normal(50)}\ncorrelation: lkj(2.5)\nsigma: exponential(0.1)\n"
    )
    #expect(
      priors
        == ModelPriors(
          fixedEffects: [.normal(mean: 0, sd: 1000), .normal(mean: 1, sd: 20)],
          deviations: [.halfNormal(sd: 50), .halfT(degreesOfFreedom: 3, scale: 10)],
          sigma: .exponential(rate: 0.1), correlationShapes: [2.5]))
    #expect(try read("sd: uniform(-5, 10)\nsigma: uniform(1, 9)").deviations[0] == .uniform(0, 10))
    #expect(try read("sd: exponential(1)").deviations == [.exponential(rate: 1), .exponential(rate: 1)])
    func fault(_ yaml: String) -> String {
      do {
        _ = try read(yaml)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(fault("fixed:\n  Days: half_t(3, 1)").hasPrefix("p.yml:2:9: fixed.Days: "))
    #expect(fault("sd: uniform(-9, -1)").hasPrefix("p.yml:1:5: "))
    #expect(
      fault("fixed: {Day: flat}").contains("p.yml:1:9") && fault("fixed: {Day: flat}").contains("'Days'"))
    #expect(fault("sd:\n  Days: normal(0)").contains("p.yml:2:9"))
    #expect(fault("correlation: normal(0, 1)").contains("lkj(2)"))
    #expect(fault("sigmas: flat").contains("sigma"))
  }

  /// By Gauss's elimination.
  private static func determinant(_ a: Matrix) -> Double {
    var a = a
    var product = 1.0
    for k in 0..<a.rows {
      product *= a[k, k]
      for i in k + 1..<max(a.rows, k + 1) {
        let factor = a[i, k] / a[k, k]
        for j in k..<a.rows { a[i, j] -= factor * a[k, j] }
      }
    }
    return product
  }
}
