import Foundation
import TestSupport
import Testing

@testable import MixedModels

@Suite("A sweep of simulated data sets")
struct SweepTests {
  /// What became of one case.
  enum Outcome: Sendable {
    /// The criterion falls without end: no optimum was found, or a local one, and lme4 stopped somewhere on the way.
    case unbounded
    case refused(String)
    /// The fit's criterion; at its θ and at lme4's by the other way of computing it.
    case fitted(criterion: Double, confirmed: Double, atRecorded: Double)
  }

  /// The fit; nil where the criterion falls without end, ten times lme4's effects being better.
  static func boundedFit(of design: SweptDesign, _ model: LinearMixedModel) throws -> LinearMixedModelFit? {
    let further = try model.criterion(at: design.theta.map { 10 * $0 }, method: design.method)
    // Further out than ten million times the residuals rounding decides which.
    let falls = further < design.criterion - 1 || design.theta.max()! > 1e7
    do {
      let fit = try model.fit(by: design.method)
      return fit.diagnostics.isUnbounded && falls ? nil : fit
    } catch {
      if case .unboundedCriterion = error, falls { return nil }
      throw error
    }
  }

  static func outcome(of design: SweptDesign) -> Outcome {
    do {
      let model = try design.model()
      guard let fit = try boundedFit(of: design, model) else { return .unbounded }
      return .fitted(
        criterion: fit.criterion, confirmed: try model.criterion(at: fit.theta, method: design.method),
        atRecorded: try model.criterion(at: design.theta, method: design.method))
    } catch {
      return .refused("\(error)")
    }
  }

  /// All cases, fitted side by side.
  static func outcomes() async -> [(design: SweptDesign, outcome: Outcome)] {
    await withTaskGroup(of: (Int, Outcome).self) { group in
      for (k, design) in SweptDesign.all.enumerated() {
        group.addTask { (k, outcome(of: design)) }
      }
      var found: [Int: Outcome] = [:]
      for await (k, outcome) in group { found[k] = outcome }
      return SweptDesign.all.enumerated().map { (design: $1, outcome: found[$0]!) }
    }
  }

  @Test("the data are those that R drew")
  func checksums() {
    #expect(SweptDesign.all.count >= 1000)
    for design in SweptDesign.all {
      let table = design.table()
      #expect(table.rowCount == design.integer("rows"), "case \(design.id)")
      for name in ["x", "y"] {
        let values = table[name]!.numbers!
        // R adds with more digits, and records 15 of them.
        let size = values.reduce(0) { $0 + abs($1) }
        expectClose(
          values.reduce(0, +), design.number("sum_\(name)"), absolute: 1e-13 * size,
          "case \(design.id): sum of \(name)")
      }
    }
  }

  @Test("no criterion above lme4's")
  func criteria() async {
    var (above, refused, unconfirmed, elsewhere) = ([String](), [String](), [String](), [String]())
    var (fitted, lower, unbounded) = (0, 0, 0)
    for (design, outcome) in await Self.outcomes() {
      let place = "case \(design.id), \(design.kind), \(design.formula) by \(design.method)"
      switch outcome {
      case .unbounded: unbounded += 1
      case .refused(let reason): refused.append("\(place): \(reason)")
      case .fitted(let criterion, let confirmed, let atRecorded):
        let size = max(1, abs(design.criterion))
        let text = "\(place): \(criterion), lme4 \(design.criterion), at lme4's θ \(atRecorded)"
        fitted += 1
        if !(criterion <= design.criterion + 1e-7 * size) { above.append(text) }
        // A lower value is one only if it comes out of θ again.
        if !(abs(confirmed - criterion) <= 1e-8 * size) { unconfirmed.append("\(text), again \(confirmed)") }
        if criterion < design.criterion - 1e-6 * size { lower += 1 }
        // Where lme4 ended at effects too large for cross-products, they may be too large here, too.
        let isOutOfReach = design.isRounded && atRecorded == .infinity
        if !isOutOfReach, !(abs(atRecorded - design.criterion) <= 1e-7 * size) { elsewhere.append(text) }
      }
    }
    #expect(above.isEmpty, "\(above.count) of \(fitted) above\n\(above.joined(separator: "\n"))")
    #expect(refused.isEmpty, "\(refused.count) refused\n\(refused.joined(separator: "\n"))")
    #expect(unconfirmed.isEmpty, "\(unconfirmed.count)\n\(unconfirmed.joined(separator: "\n"))")
    #expect(elsewhere.isEmpty, "\(elsewhere.count)\n\(elsewhere.joined(separator: "\n"))")
    // 63 lie more than 1e-6 below what lme4's optimizers find; QR decompositions in R gave the same values at these θ.
    #expect(lower < 80, "\(lower) of \(fitted) lower")
    #expect(unbounded <= 12, "\(unbounded) without a minimum")
  }
}
