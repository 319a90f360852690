import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

/// Rows of pupils in classes in schools, crossed with judges, made by arithmetic: everything unbalanced, some judges never meet some schools.
func schoolTable(classes: Int = 14, judges: Int = 5, rows n: Int = 160) -> DataTable {
  var state: UInt64 = 88_172_645_463_325_252
  func uniform() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 9_007_199_254_740_992
  }
  let schools = max(2, classes / 4)
  let effect = (0..<classes).map { _ in 4 * uniform() - 2 }
  let slope = (0..<classes).map { _ in 0.6 * uniform() - 0.3 }
  let severity = (0..<judges).map { _ in 3 * uniform() }
  var (y, x, school, inner, judge): ([Double], [Double], [String], [String], [String]) = ([], [], [], [], [])
  for i in 0..<n {
    // Squares make some classes large and others small; each occurs.
    let c = i < classes ? i : Int(Double(classes) * uniform() * uniform())
    let j = i < judges ? i : Int(Double(judges) * uniform())
    let value = 3 * uniform() + Double(c % 3)
    x.append(value)
    school.append("s\(c % schools)")
    inner.append("c\(c)")
    judge.append("j\(j)")
    y.append(
      5 + 0.7 * value + effect[c] + slope[c] * value + 1.3 * Double(c % schools) + severity[j]
        + 2 * (uniform() + uniform() + uniform()))
  }
  return DataTable([
    Column("y", y), Column("x", x), Column("school", school), Column("class", inner), Column("judge", judge),
  ])
}

/// The criterion by its definition: V = I + ZΛΛ'Z' formed and factored. Slow, and nothing in common with the kernels.
func denseCriterion(
  _ model: LinearMixedModel, theta: [Double], method: EstimationMethod
) -> Double {
  let n = model.frame.response.count
  let p = model.fixedMatrix.columns
  let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
  let psi = lambda * lambda.transposed
  var v = Matrix.identity(n)
  for term in model.terms {
    let codes = model.factors[term.factor].codes
    for a in term.columns {
      for b in term.columns {
        for i in 0..<n {
          for k in 0..<n where codes[i] == codes[k] {
            v[i, k] += model.randomMatrix[i, a] * psi[a, b] * model.randomMatrix[k, b]
          }
        }
      }
    }
  }
  var factor = v.storage
  let (logV, qr, y) = factor.withUnsafeMutableBufferPointer { l -> (Double, PivotedQR, [Double]) in
    precondition(SmallKernels.cholesky(l.baseAddress!, n))
    var columns = model.fixedMatrix.storage + model.frame.responseBesideOffset
    columns.withUnsafeMutableBufferPointer { c in
      for k in 0...p { SmallKernels.solveLower(l.baseAddress!, n, c.baseAddress! + k * n) }
    }
    let x = Matrix(rows: n, columns: p, storage: Array(columns[..<(p * n)]))
    return (
      (0..<n).reduce(0) { $0 + 2 * log(l[$1 + $1 * n]) }, PivotedQR(x), Array(columns[(p * n)...])
    )
  }
  var effects = y
  qr.applyTransposedQ(to: &effects)
  let rss = effects[p...].reduce(0) { $0 + $1 * $1 }
  let m = Double(method == .reml ? n - p : n)
  return logV + m * (1 + log(2 * .pi * rss / m)) + (method == .reml ? 2 * qr.logAbsDeterminant : 0)
}

@Suite("The criterion of several grouping factors")
struct CrossedCriterionTests {
  /// Crossed, nested, three levels deep and crossed, correlated slopes on one factor, two terms of one factor; many levels behind the tail.
  static let cases: [(String, [[Double]])] = [
    ("y ~ x + (1 | class) + (1 | judge)", [[0, 0], [0.4, 0], [0, 1.3], [0.6, 0.9], [300, 20]]),
    ("y ~ x + (1 | school/class)", [[0.5, 0.8], [0, 0.4], [0.4, 0]]),
    ("y ~ x + (1 | school/class) + (1 | judge)", [[0.5, 0.3, 0.8], [0, 0, 0.4], [2, 0.1, 0.2]]),
    (
      "y ~ x + (1 + x | class) + (1 | judge)",
      [[0.5, 0.2, 0.3, 0.4], [0.5, -0.5, 0, 0.4], [0, 0, 0.2, 0], [0, 0, 0, 1]]
    ),
    (
      "y ~ 1 + (1 | class) + (0 + x | class) + (1 + x | judge)",
      [[0.5, 0.2, 0.9, -0.3, 0.1], [0, 1, 1, 1, 0]]
    ),
    (
      "y ~ x + (1 + x | class) + (1 + x | school) + (1 | judge)",
      [[0.5, 0.2, 0.3, 0.4, 0.1, 0.2, 0.7], [1, 1, 0, 0, 0, 0.5, 0]]
    ),
  ]

  @Test("equals its definition with dense matrices", arguments: cases)
  func dense(_ formula: String, _ thetas: [[Double]]) throws {
    let model = try LinearMixedModel(formula, data: schoolTable())
    for theta in thetas {
      for method in [EstimationMethod.reml, .ml] {
        expectClose(
          try model.criterion(at: theta, method: method),
          denseCriterion(model, theta: theta, method: method), relative: 1e-10, "\(method) \(theta)")
      }
    }
  }

  @Test("the gradient is the limit of differences, at singular Λ too", arguments: cases)
  func gradient(_ formula: String, _ thetas: [[Double]]) throws {
    // 40 classes and 30 judges: levels enough for the library's kernels.
    for table in [schoolTable(), schoolTable(classes: 40, judges: 110, rows: 900)] {
      let model = try LinearMixedModel(formula, data: table)
      for theta in thetas where theta.allSatisfy({ $0 < 100 }) {
        for method in [EstimationMethod.reml, .ml] {
          let gradient = try model.criterionGradient(at: theta, method: method)
          for k in theta.indices {
            let h = 2e-3
            func value(_ steps: Double) throws -> Double {
              var moved = theta
              moved[k] += steps * h
              return try model.criterion(at: moved, method: method)
            }
            let difference = try (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * h)
            expectClose(gradient[k], difference, relative: 1e-5, absolute: 1e-5, "\(method) \(theta) \(k)")
          }
        }
      }
    }
  }

  @Test("the Hessian is the limit of differences of the gradient", arguments: cases.map(\.0))
  func hessian(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: schoolTable())
    for method in [EstimationMethod.reml, .ml] {
      let criterion = model.reducedData.criterion(method)
      #expect(criterion.hasExactHessian)
      let (q, s) = (criterion.effectCount, criterion.directions.count)
      var psi = Matrix.identity(q) * 1.7
      for (a, b) in criterion.directions where a != b {
        psi[a, b] = 0.3
        psi[b, a] = 0.3
      }
      func gradient(at point: Matrix) -> [Double] {
        _ = point.storage.withPointer { criterion.evaluate(at: $0) }
        criterion.differentiate()
        return criterion.directions.map { (a, b) in (a == b ? 1 : 2) * criterion.gradient[a + b * q] }
      }
      _ = gradient(at: psi)
      let hessian = (0..<s * s).map { criterion.hessian[$0] }
      let scale = hessian.map(abs).max()!
      for (e, (a, b)) in criterion.directions.enumerated() {
        let h = 1e-3
        func moved(_ steps: Double) -> [Double] {
          var point = psi
          point[a, b] += steps * h
          if a != b { point[b, a] += steps * h }
          return gradient(at: point)
        }
        let (m2, m1, p1, p2) = (moved(-2), moved(-1), moved(1), moved(2))
        for f in 0..<s {
          let difference = (8 * (p1[f] - m1[f]) - (p2[f] - m2[f])) / (12 * h)
          expectClose(hessian[f + e * s], difference, absolute: 1e-6 * scale, "\(method) [\(f), \(e)]")
        }
      }
    }
  }

  @Test(
    "two code paths, one answer: one grouping factor by cross-products of levels",
    arguments: [
      "salary ~ experience + (1 + experience | department)", "salary ~ experience + (1 | department)",
    ])
  func onePath(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: try CriterionLawTests.salary("1"))
    let white = try WhitenedDesign(
      ModelRows(model.frame, try RandomLayout(model.frame)), blocks: model.terms.map(\.columns),
      blockNames: ["department"],
      effectNames: model.randomEffectNames, groupCounts: [model.groupLevels.count],
      qr: PivotedQR(model.fixedMatrix), interceptColumn: 0)
    let data = LevelCrossProducts(
      white, blocks: model.terms.map(\.columns),
      factors: [
        .init(columns: model.factors[0].columns, levelCount: model.groupLevels.count, codes: model.groupCodes)
      ], fixedCount: 2)
    for method in [EstimationMethod.reml, .ml] {
      let first = ProfiledCriterion(model.reduction, method: method)
      let second = CrossedCriterion(data, method: method)
      let (q, s) = (first.effectCount, first.directions.count)
      for size in [0.0, 0.5, 8] {
        let psi = (Matrix.identity(q) * size).storage
        let (a, b) = (psi.withPointer(first.evaluate(at:)), psi.withPointer(second.evaluate(at:)))
        expectClose(b, a, relative: 1e-11)
        first.differentiate()
        second.differentiate()
        let gradient = (0..<q * q).map { first.gradient[$0] }
        expectClose(
          (0..<q * q).map { second.gradient[$0] }, gradient, absolute: 1e-9 * gradient.map(abs).max()!)
        let hessian = (0..<s * s).map { first.hessian[$0] }
        expectClose(
          (0..<s * s).map { second.hessian[$0] }, hessian, absolute: 1e-9 * hessian.map(abs).max()!)
      }
    }
  }

  @Test("order of rows, names of levels and units change estimates by known maps", arguments: cases.map(\.0))
  func laws(_ formula: String) throws {
    let table = schoolTable()
    let fit = try LinearMixedModel(formula, data: table).fit()
    let n = table.rowCount
    let permuted = table.selecting(rows: (0..<n).map { ($0 * 57 + 11) % n })
    let other = try LinearMixedModel(formula, data: permuted).fit()
    expectClose(other.criterion, fit.criterion, relative: 1e-11, "permuted rows")
    expectClose(other.theta, fit.theta, absolute: 1e-6 * fit.theta.map(abs).max()!)
    func relabelled(_ column: String) -> Column {
      let values = table[column]!
      return Column(column, (0..<n).map { String(values.text($0)!.reversed()) + "é" })
    }
    let renamed = DataTable([
      table["y"]!, table["x"]!, relabelled("school"), relabelled("class"), relabelled("judge"),
    ])
    let third = try LinearMixedModel(formula, data: renamed).fit()
    expectClose(third.criterion, fit.criterion, relative: 1e-11, "relabelled levels")
    // y = 10⁶ + noise in other units; x a year where a slope varies together with its constant.
    let y = table["y"]!.numbers!.map { 1e6 + 40 * $0 }
    let shift = formula.contains("0 + x") ? 0.0 : 2000
    let x = table["x"]!.numbers!.map { shift + $0 }
    let moved = try LinearMixedModel(
      formula,
      data: DataTable([Column("y", y), Column("x", x), table["school"]!, table["class"]!, table["judge"]!])
    ).fit()
    let m = Double(n - fit.fixedEffects.count)
    expectClose(moved.criterion, fit.criterion + 2 * m * log(40), relative: 1e-9, "y in other units")
    expectClose(moved.sigma, 40 * fit.sigma, relative: 1e-6)
  }

  @Test("a factor that does not vary leaves the model without it")
  func zeroVariance() throws {
    // Judges by turns have nothing to do with y beyond noise.
    let table = schoolTable()
    let n = table.rowCount
    let turns = Column("turn", (0..<n).map { "t\($0 % 7)" })
    let data = DataTable(table.columns + [turns])
    let with = try LinearMixedModel("y ~ x + (1 | class) + (1 | turn)", data: data).fit()
    let without = try LinearMixedModel("y ~ x + (1 | class)", data: data).fit()
    if with.diagnostics.isSingular {
      expectClose(with.criterion, without.criterion, relative: 1e-10)
      #expect(with.theta[1] == 0 && with.diagnostics.boundaries.map(\.term) == ["turn"])
    } else {
      #expect(with.criterion < without.criterion)
    }
    let at = try LinearMixedModel("y ~ x + (1 | class) + (1 | turn)", data: data)
      .criterion(at: [without.theta[0], 0], method: .reml)
    expectClose(at, without.criterion, relative: 1e-11)
  }

  @Test(
    "rows that effects of all factors fit together are refused; as are levels like rows and single levels")
  func refused() throws {
    let table = schoolTable()
    let n = table.rowCount
    let ids = DataTable(
      table.columns + [Column("id", (0..<n).map { "i\($0)" }), Column("one", (0..<n).map { _ in "a" })])
    #expect(throws: FitError.self) { try LinearMixedModel("y ~ x + (1 | id) + (1 | judge)", data: ids) }
    #expect(throws: FitError.oneGroup(factor: "one", level: "a")) {
      try LinearMixedModel("y ~ x + (1 | class) + (1 | one)", data: ids)
    }
    let exact = DataTable([
      Column("y", (0..<24).map { Double($0 % 4) + 3 * Double($0 / 4) }),
      Column("a", (0..<24).map { "a\($0 % 4)" }), Column("b", (0..<24).map { "b\($0 / 4)" }),
    ])
    #expect(throws: FitError.unboundedCriterion(response: "y")) {
      try LinearMixedModel("y ~ 1 + (1 | a) + (1 | b)", data: exact).fit()
    }
  }
}
