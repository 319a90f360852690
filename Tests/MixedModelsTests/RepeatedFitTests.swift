import Distributions
import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("One model, many responses")
struct RepeatedFitTests {
  /// The fit of a response made from nothing and by the workspace: the same optimum.
  private func compare(_ workspace: RepeatedFit, _ y: [Double], _ label: String) throws {
    try workspace.fit(y)
    let model = try LinearMixedModel(frame: workspace.model.frame.replacingResponse(by: y))
    let fit = try model.fit(by: workspace.method)
    expectClose(
      workspace.criterion, fit.criterion, absolute: 1e-9 * max(1, abs(fit.criterion)), "\(label) criterion")
    #expect(workspace.converged == fit.diagnostics.converged, "\(label)")
    // Where the criterion is flat at the optimum, and at its bound, its value is what is certain.
    guard !fit.diagnostics.isFlat, fit.diagnostics.unseenEffects.isEmpty else { return }
    #expect(workspace.isSingular == fit.diagnostics.isSingular, "\(label)")
    expectClose(workspace.sigma, fit.sigma, relative: 1e-8, "\(label) sigma")
    let errors = fit.fixedEffectStandardErrors
    for k in errors.indices {
      expectClose(
        workspace.fixedEffects[k], fit.fixedEffects[k], absolute: 1e-7 * errors[k], "\(label) effect \(k)")
    }
    guard !fit.diagnostics.isSingular else { return }
    expectClose(
      workspace.criterion, try model.criterion(at: workspace.theta, method: fit.method), relative: 1e-11)
  }

  @Test("the data's own response", arguments: ReferenceCase.all)
  func own(_ r: ReferenceCase) throws {
    let model = try r.model()
    let workspace = try RepeatedFit(model, by: r.method)
    try compare(workspace, model.frame.response, r.testDescription)
    expectClose(
      workspace.criterion, r.criterion, absolute: 1e-8 * max(1, abs(r.criterion)), "\(r) against lme4")
  }

  @Test("responses drawn from fits of all references", arguments: ReferenceCase.full)
  func drawn(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let workspace = try RepeatedFit(fit.model, by: r.method)
    var stream = KeyedStream(seed: 11)
    for (k, y) in fit.simulate(count: 4, from: &stream).enumerated() {
      try compare(workspace, y, "\(r) draw \(k)")
    }
  }

  @Test("designs of all kinds, boundaries among them", arguments: 1...60)
  func designs(_ seed: Int) throws {
    var stream = KeyedStream(seed: UInt64(seed))
    let groups = 3 + Int(stream.uniform() * 25)
    let most = 2 + Int(stream.uniform() * 12)
    let balanced = stream.uniform() < 0.3
    var (g, x, z): ([Double], [Double], [Double]) = ([], [], [])
    for j in 0..<groups {
      for i in 0..<(balanced ? most + 2 : 1 + Int(stream.uniform() * Double(most))) {
        g.append(Double(j))
        x.append(balanced && seed % 2 == 0 ? Double(i) : 20 + 3 * stream.normal())
        z.append(stream.normal())
      }
    }
    let n = g.count
    let order = seed % 3 == 0 ? (0..<n).map { ($0 * 7919) % n } : Array(0..<n)
    if Set(order).count == n { (g, x, z) = (order.map { g[$0] }, order.map { x[$0] }, order.map { z[$0] }) }
    let formulas = [
      "y ~ x + (1 | g)", "y ~ x + z + (1 | g)", "y ~ 1 + (0 + x | g)", "y ~ x + (1 + x | g)",
      "y ~ x + z + (1 + x | g)", "y ~ z + (1 + x | g)",
    ]
    func response() -> [Double] {
      let spread = [0, 0.2, 1, 5][Int(stream.uniform() * 4)]
      let steep = [0, 0.02, 0.3][Int(stream.uniform() * 3)]
      let b = (0..<groups).map { _ in spread * stream.normal() }
      let slopes = (0..<groups).map { _ in steep * stream.normal() }
      return (0..<n).map { i in
        3 + 0.4 * x[i] + b[Int(g[i])] + slopes[Int(g[i])] * x[i] + stream.normal()
      }
    }
    let table = DataTable([Column("y", response()), Column("x", x), Column("z", z), Column("g", g)])
    let weighted = table.appending(Column("w", (0..<n).map { 1 + Double($0 % 3) }))
    for (k, formula) in formulas.enumerated() {
      let roles = ColumnRoles(factors: ["g"], weights: (seed + k) % 4 == 0 ? "w" : nil)
      guard let model = try? LinearMixedModel(formula, data: weighted, roles: roles) else { continue }
      let method: EstimationMethod = (seed + k) % 2 == 0 ? .reml : .ml
      // Where nothing is left of the rows, the criterion has no sharp minimum.
      guard model.reduction.withinDegreesOfFreedom > 0,
        let workspace = try? RepeatedFit(model, by: method)
      else { continue }
      for draw in 0..<8 {
        try compare(workspace, response(), "seed \(seed) \(formula) \(method) draw \(draw)")
      }
    }
  }

  @Test("without fixed effects, with columns in another order, and rows of groups scattered")
  func shapes() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let rows = (0..<table.rowCount).map { ($0 * 77) % table.rowCount }
    for data in [table, table.selecting(rows: rows)] {
      for formula in [
        "Reaction ~ 0 + (1 | Subject)", "Reaction ~ 0 + (Days | Subject)",
        "Reaction ~ 0 + Days + (Days | Subject)",
        "Reaction ~ Days + (0 + Days + I(Days^0) | Subject)", "Reaction ~ Days + (Days || Subject)",
        "Reaction ~ poly(Days, 2) + (poly(Days, 2) | Subject)",
      ] {
        let model = try LinearMixedModel(formula, data: data, roles: ColumnRoles(factors: ["Subject"]))
        try compare(try RepeatedFit(model, by: .reml), model.frame.response, formula)
        try compare(try RepeatedFit(model, by: .ml), model.frame.response, formula)
      }
    }
  }

  @Test("a fit does not depend on those before it")
  func order() throws {
    for r in [ReferenceCase.full.first { $0.name == "sleep_slope_reml" }, ReferenceCase.slides.first] {
      let fit = try #require(try r?.fit())
      let workspace = try RepeatedFit(fit.model)
      var stream = KeyedStream(seed: 4)
      let draws = fit.simulate(count: 3, from: &stream)
      func results(_ y: [Double]) throws -> [Double] {
        try workspace.fit(y)
        return workspace.theta + workspace.fixedEffects + [workspace.sigma, workspace.criterion]
      }
      let first = try draws.map(results)
      #expect(try draws.reversed().map(results) == first.reversed())
    }
  }

  @Test("far from 0 and in any unit")
  func units() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    for formula in ["Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (1 | Subject)"] {
      let model = try LinearMixedModel(formula, data: table, roles: ColumnRoles(factors: ["Subject"]))
      let workspace = try RepeatedFit(model)
      let y = model.frame.response
      try workspace.fit(y)
      let (theta, criterion) = (workspace.theta, workspace.criterion)
      let freedom = Double(y.count - 2)
      for unit in [1e-170, 1e-9, 1e9, 1e170] {
        try workspace.fit(y.map { unit * $0 })
        expectClose(workspace.theta, theta, relative: 1e-9, absolute: 1e-10, "\(unit)")
        expectClose(workspace.criterion, criterion + 2 * freedom * log(unit), relative: 1e-10, "\(unit)")
      }
      // Eight digits are lost to the constant.
      try workspace.fit(y.map { $0 + 1e8 })
      expectClose(workspace.theta, theta, relative: 1e-6, absolute: 1e-6)
    }
  }

  @Test("a response that leaves nothing to fit")
  func degenerate() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    for formula in ["Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (1 | Subject)"] {
      let model = try LinearMixedModel(formula, data: table, roles: ColumnRoles(factors: ["Subject"]))
      let workspace = try RepeatedFit(model)
      let days = model.fixedMatrix.column(1)
      let nothing = FitError.noResidualVariation(response: "Reaction")
      #expect(throws: nothing) { try workspace.fit(days.map { 3 + 2 * $0 }) }
      #expect(throws: nothing) {
        try workspace.fit(zip(days, model.groupCodes).map { 3 + 2 * $0 + Double($1 % 5) })
      }
      #expect(throws: FitError.noOptimum) { try workspace.fit(days.map { _ in .nan }) }
      // And the workspace is as before.
      try compare(workspace, model.frame.response, formula)
    }
  }
}
