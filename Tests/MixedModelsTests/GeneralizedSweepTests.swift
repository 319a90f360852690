import Distributions
import Glibc
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import MixedModels

/// One simulated data set of `Scripts/record-glmm-sweep.R`, drawn again, with what glmer's defaults made of it.
struct SweptGLMM: Sendable {
  let seed: Int32
  let model: ObservationModel
  let trials, response, x, f, offset: [Double]
  let codes: [Int]
  let groups: Int
  let structure: String
  /// glmer's own value; NaN where it stopped with an error.
  let objective: Double
  /// Its β and θ.
  let parameters: [Double]
  let sums: (n: Int, y: Double, m: Double)

  static let all: [SweptGLMM] = {
    let table = try! DataTable(csv: Reference.bytes("sweep/glmm.csv"))
    return (0..<table.rowCount).map { SweptGLMM(table, $0) }
  }()

  init(_ table: DataTable, _ row: Int) {
    func number(_ name: String) -> Double { table[name]!.numbers![row] }
    seed = Int32(number("seed"))
    let structures = table["structure"]!.factor
    structure = structures.levels[structures.codes[row]]
    objective = number("objective")
    sums = (Int(number("n")), number("sum_y"), number("sum_m"))
    parameters = ["beta1", "beta2", "beta3", "theta1", "theta2", "theta3"].map(number).filter { !$0.isNaN }

    var r = RStream(seed: seed)
    func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in r.uniform() } }
    func normals(_ count: Int) -> [Double] { (0..<count).map { _ in r.normal() } }
    let u = uniforms(14)
    let kind = Int(u[0] * 4)
    let link: LinkFunction = kind == 2 ? .log : kind == 3 ? [.probit, .cloglog][Int(u[1] * 2)] : .logit
    model = ObservationModel(kind == 2 ? .poisson : .binomial, link: link)
    groups = 3 + Int(u[2] * u[2] * 40)
    let most = [3.0, 6, 20][Int(u[3] * 3)]
    let sizes = uniforms(groups).map { 1 + Int($0 * most) }
    codes = sizes.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    let n = codes.count
    let constant = (u[4] - 0.5) * 7
    let scale = pow(10, Double(Int(u[5] * 9) - 4))
    let z = normals(n)
    x = z.map { $0 * scale }
    let indicator = (0..<n).map { _ in Double(r.binomial(size: 1, probability: 0.15)) }
    f = indicator
    let factor = u[8] < 0.3 ? 8.0 : 1
    offset = u[7] < 0.3 ? normals(n).map { $0 * factor } : [Double](repeating: 0, count: n)
    let deviation = [0, 0.3, 1, 2.5][Int(u[9] * 4)]
    let slope = structure == "intercept" ? 0 : deviation * 0.7
    let a = normals(groups).map { $0 * deviation }
    let b = normals(groups).map { $0 * slope }
    var means: [Double] = []
    for i in 0..<n {
      let fixed = constant + (u[11] * 2 - 1) * z[i] + 0.5 * f[i] + offset[i]
      let eta = fixed + a[codes[i]] + b[codes[i]] * z[i]
      means.append(link.mean(predictor: link == .log ? min(eta, 6) : eta))
    }
    let m = (0..<n).map { _ in
      kind == 1 ? 1 + Double(r.binomial(size: 9, probability: 0.4)) : 1
    }
    trials = m
    var y = (0..<n).map { i in
      kind == 2
        ? Double(r.poisson(mean: means[i])) : Double(r.binomial(size: Int(m[i]), probability: means[i]))
    }
    if u[12] < 0.12 { for i in 0..<n where indicator[i] == 1 { y[i] = kind == 2 ? 0 : m[i] } }
    if u[13] < 0.2 { for i in 0..<n where codes[i] == 0 { y[i] = 0 } }
    response = y
  }

  /// Whether the data are R's: R's distribution functions may round otherwise.
  var isR: Bool {
    response.count == sums.n && response.reduce(0, +) == sums.y
      && (model.family == .poisson ? Double(sums.n) : trials.reduce(0, +)) == sums.m
  }

  var table: DataTable {
    DataTable([
      Column("y", response), Column("misses", zip(trials, response).map(-)), Column("x", x), Column("f", f),
      Column("o", offset), Column("g", codes.map { "g\($0 + 100)" }),
    ])
  }

  var formula: String {
    let bars =
      ["intercept": "(1 | g)", "slope": "(1 + x | g)", "apart": "(1 | g) + (0 + x | g)"][structure]!
    let left = trials.contains { $0 > 1 } ? "cbind(y, misses)" : "y"
    return "\(left) ~ x + f + offset(o) + \(bars)"
  }
}

@Suite("A sweep of simulated generalized data sets")
struct GeneralizedSweepTests {
  /// Why a data set has no fit, in a word; nil where it has one.
  enum Outcome: Sendable {
    case refused(String)
    case explained(String)
    case fitted(GeneralizedLinearMixedModelFit)
  }

  static func outcome(_ swept: SweptGLMM) -> Outcome {
    do {
      let fit = try GeneralizedLinearMixedModel(
        swept.formula, data: swept.table, family: swept.model.family, link: swept.model.link
      ).fit()
      if fit.diagnostics.separation != nil { return .explained("separation") }
      if fit.diagnostics.hasDivergentVariance { return .explained("divergent variance") }
      if !fit.diagnostics.converged { return .explained("not converged") }
      return .fitted(fit)
    } catch { return .refused("\(error)") }
  }

  @Test("each ends in a fit at least as good as glmer's, or in an explanation")
  func sweep() async throws {
    let outcomes = await withTaskGroup(of: (Int, Outcome).self) { group in
      for (k, swept) in SweptGLMM.all.enumerated() { group.addTask { (k, Self.outcome(swept)) } }
      var found: [Int: Outcome] = [:]
      for await (k, outcome) in group { found[k] = outcome }
      return SweptGLMM.all.indices.map { found[$0]! }
    }
    #expect(SweptGLMM.all.count(where: \.isR) >= 600)
    var counts: [String: Int] = [:]
    for (swept, outcome) in zip(SweptGLMM.all, outcomes) where swept.isR {
      switch outcome {
      case .refused(let why):
        counts["refused", default: 0] += 1
        #expect(!why.isEmpty)
        // Constant predictors or one level: glmer, too, has no fit of the whole formula.
        #expect(swept.parameters.isEmpty, "\(swept.seed): \(why)")
      case .explained(let why): counts[why, default: 0] += 1
      case .fitted(let fit):
        counts["fitted", default: 0] += 1
        #expect(fit.criterion.isFinite && fit.fixedEffects.allSatisfy(\.isFinite), "\(swept.seed)")
        #expect(
          fit.theta.allSatisfy(\.isFinite) && fit.linearPredictors.allSatisfy(\.isFinite), "\(swept.seed)")
        guard fit.fixedEffects.count == 3, swept.parameters.count == 3 + fit.theta.count else { continue }
        let criterion = try GroupwiseCriterion(fit.model.kernelData)
        var point = swept.parameters
        let theirs = point.withUnsafeMutableBufferPointer { criterion.evaluate(at: $0.baseAddress!) }
        let allowed = 1e-6 + 1e-9 * abs(theirs)
        #expect(
          !(fit.criterion > theirs + allowed),
          "seed \(swept.seed) \(swept.structure) \(swept.model.link): \(fit.criterion) against \(theirs)")
      }
    }
    #expect(counts["fitted", default: 0] > 400, "\(counts)")
    #expect(counts["not converged", default: 0] == 0, "\(counts)")
  }
}
