import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Levels of many rows, compressed")
struct LevelCompressionTests {
  /// What is unusual about a table of 12,000 rows in 60 levels.
  enum Trait: String, CaseIterable {
    case sorted, shuffled, year, unequal, constantInLevels, nearlyFitted, integers, outlyingFirstRows
  }

  /// y on x, u (close to a quadratic of x), z (of the level), t (a text), weights and an offset.
  static func table(_ trait: Trait) -> DataTable {
    var state: UInt64 = 88_172_645_463_325_252
    func uniform() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
    let levels = 60
    let n = 12_000
    let (effects, slopes) = ((0..<levels).map { _ in normal() }, (0..<levels).map { _ in 0.3 * normal() })
    let ofLevel = (0..<levels).map { _ in normal() }
    var (y, x, u, z, w, o) = ([Double](), [Double](), [Double](), [Double](), [Double](), [Double]())
    var (t, g) = ([String](), [Int]())
    for i in 0..<n {
      var j =
        trait == .sorted || trait == .outlyingFirstRows ? i * levels / n : Int(uniform() * Double(levels))
      // Levels of one, two and three rows, and very large ones.
      if trait == .unequal {
        j = i < 6 ? [0, 1, 1, 2, 2, 2][i] : 3 + Int(uniform() * uniform() * uniform() * Double(levels - 3))
      }
      var value = 10 * uniform() + ofLevel[j]
      if trait == .integers { value = value.rounded() }
      if trait == .constantInLevels, j % 3 == 0 { value = Double(j) }
      if trait == .outlyingFirstRows, i % (n / levels) == 0 { value = 1e5 }
      let noise = trait == .nearlyFitted ? 1e-7 : 1.0
      y.append(1 + value / 2 + effects[j] + slopes[j] * value + noise * normal())
      x.append(trait == .year ? 2000 + value : value)
      u.append(value * value / 10 + normal())
      z.append(ofLevel[j])
      w.append(0.5 + uniform())
      o.append(normal())
      t.append(["a", "b", "c"][Int(3 * uniform())])
      g.append(j)
    }
    if trait == .year { y = y.map { 1e6 + $0 } }
    if trait == .sorted { y[17] = .nan }
    let numbers = trait == .integers ? Column("x", x.map { Int($0) }) : Column("x", x)
    return DataTable([
      Column("y", y), numbers, Column("u", u), Column("z", z), Column("w", w), Column("o", o), Column("t", t),
      Column("g", g),
    ])
  }

  static let formulas = [
    "y ~ x + (1 + x | g)", "y ~ x + u + z + (1 + x | g)", "y ~ x + I(2 * x) + t + (1 | g)",
    "y ~ x * t + (1 + x + u | g)", "y ~ 0 + x + (0 + x | g)", "y ~ x + u + (1 + x || g)",
    "y ~ 0 + t + (1 | g)",
    "y ~ z + (1 + x | g) + (0 + u | g)", "y ~ 1 + (1 | g)",
  ]

  @Test("two code paths, one answer", arguments: Trait.allCases, formulas)
  func paths(_ trait: Trait, _ formula: String) throws {
    let table = Self.table(trait)
    for roles in [ColumnRoles(), ColumnRoles(weights: "w", offset: "o")] {
      let frame = try ModelFrame(try ModelFormula(formula), data: table, roles: roles)
      let compressed = try LinearMixedModel(frame: frame)
      let plain = try LinearMixedModel(frame: frame, compresses: false)
      #expect(compressed.fixedEffectNames == plain.fixedEffectNames)
      let (a, b) = (compressed.reduction, plain.reduction)
      #expect(a.rowCount == b.rowCount)
      #expect(a.singularGroupCount == b.singularGroupCount)
      #expect(a.withinDegreesOfFreedom == b.withinDegreesOfFreedom)
      // The last digits that cross-products can lose: three.
      expectClose(a.design.responseScale, b.design.responseScale, relative: 1e-12)
      for method in [EstimationMethod.reml, .ml] {
        for size in [0.0, 0.3, 5] {
          let theta = RelativeCovarianceFactor.theta(
            of: .identity(plain.randomColumns.count) * size, blocks: plain.terms.map(\.columns))
          expectClose(
            try compressed.criterion(at: theta, method: method),
            try plain.criterion(at: theta, method: method),
            relative: 1e-11, "\(trait), θ = \(size)")
          for (x, y) in zip(
            try compressed.criterionGradient(at: theta, method: method),
            try plain.criterionGradient(at: theta, method: method))
          {
            expectClose(x, y, absolute: 1e-8 * max(1, abs(y)), "gradient, \(trait), θ = \(size)")
          }
        }
      }
      let (fit, other) = (try compressed.fit(), try plain.fit())
      expectClose(fit.criterion, other.criterion, relative: 1e-11)
      expectClose(fit.sigma, other.sigma, relative: 1e-9)
      for (k, error) in other.fixedEffectStandardErrors.enumerated() {
        expectClose(fit.fixedEffects[k], other.fixedEffects[k], absolute: 1e-7 * error)
        expectClose(fit.fixedEffectStandardErrors[k], error, relative: 1e-7)
      }
      let scale = other.sigma
      for (x, y) in zip(fit.fitted, other.fitted) { #expect(abs(x - y) < 1e-6 * scale) }
    }
  }

  @Test("the rows of each level have its cross-products, and are few")
  func products() throws {
    let frame = try ModelFrame(
      try ModelFormula("y ~ x + u + (1 + x | g)"), data: Self.table(.shuffled))
    let layout = try RandomLayout(frame)
    let all = ModelRows(frame, layout, compresses: false)
    let few = ModelRows(frame, layout)
    #expect(few.response.count == 60 * 4)
    #expect(few.observationCount == 12_000)
    let shifts = try #require(few.shifts)
    for j in [0, 17, 59] {
      let rows = all.codes[0].indices.filter { all.codes[0][$0] == j }
      let own = few.codes[0].indices.filter { few.codes[0][$0] == j }
      for a in 0..<3 {
        for b in 0..<3 {
          let expected = rows.reduce(0) { $0 + all.fixed[$1, a] * all.fixed[$1, b] }
          func column(_ k: Int, _ i: Int) -> Double { few.fixed[i, k] + shifts.fixed[k] * few.fixed[i, 0] }
          expectClose(own.reduce(0) { $0 + column(a, $1) * column(b, $1) }, expected, relative: 1e-12)
        }
      }
    }
  }

  @Test("a constant predictor is left out, with one factor and with two, compressed and not")
  func constant() throws {
    for n in [9_000, 12_000] {
      let rows = 0..<n
      let table = DataTable([
        Column("y", rows.map { Double($0 * 7919 % 1009) / 100 + Double($0 % 8) }),
        Column("c", [Double](repeating: 2000, count: n)), Column("x", rows.map { Double($0 * 37 % 101) }),
        Column("g", rows.map { $0 % 8 }), Column("h", rows.map { $0 * 31 % 30 }),
      ])
      for formula in ["y ~ c + (1 | g)", "y ~ c + x + (1 | g) + (1 | h)", "y ~ x + c + (1 + x | g)"] {
        #expect(try LinearMixedModel(formula, data: table).droppedColumns == ["c"], "\(formula), \(n) rows")
      }
    }
  }

  @Test("short tables, and levels of few rows, are reduced from their rows")
  func uncompressed() throws {
    let table = Self.table(.shuffled)
    let short = table.selecting(rows: Array(0..<9_000))
    let formula = try ModelFormula("y ~ x + (1 + x | g)")
    let frame = try ModelFrame(formula, data: short)
    #expect(ModelRows(frame, try RandomLayout(frame)).shifts == nil)
    let fine = DataTable([
      table["y"]!, table["x"]!, Column("g", (0..<table.rowCount).map { $0 / 8 }),
    ])
    let fineFrame = try ModelFrame(formula, data: fine)
    #expect(ModelRows(fineFrame, try RandomLayout(fineFrame)).shifts == nil)
  }
}
