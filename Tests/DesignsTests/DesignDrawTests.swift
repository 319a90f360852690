import Distributions
import LinearAlgebra
import Specifications
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("Drawing designs: structure, order of the draws, same bits")
struct DesignDrawTests {
  static func draw(_ yaml: String, seed: UInt64 = 1) throws -> DrawnData {
    var stream = KeyedStream(seed: seed)
    return try DesignSpecificationTests.design(yaml).draw(from: &stream)
  }

  static func integers(_ table: DataTable, _ name: String) -> [Int] {
    table[name]!.numbers!.map { Int($0) }
  }

  @Test("nested units have numbers that no two share, rows in order")
  func nesting() throws {
    let table = try Self.draw(
      """
      levels: {a: 2, b: {per: a, size: [1, 2]}, c: {per: b, size: [2, 1, 3]}}
      response: {formula: "y ~ 1 + (1 | a)", beta: [0], sd: {a: 1, residual: 1}}
      """
    ).table
    #expect(table.columnNames == ["a", "b", "c", "y"])
    #expect(Self.integers(table, "a") == [1, 1, 2, 2, 2, 2])
    #expect(Self.integers(table, "b") == [1, 1, 2, 3, 3, 3])
    #expect(Self.integers(table, "c") == [1, 2, 3, 4, 5, 6])
  }

  @Test("crossed cells: all, the first level slowest; a fraction has its count; each sees as many")
  func crossing() throws {
    func table(_ level: String) throws -> DataTable {
      try Self.draw(
        """
        levels: {s: 6, i: [p, q, r, t]}
        predictors: {k: {level: rows, values: [0, 1]}}
        response: {formula: "y ~ k + (1 | s) + (1 | i)", level: \(level), beta: [0, 1], sd: {s: 1, i: 1, residual: 1}}
        """
      ).table
    }
    let all = try table("{cross: [s, i], per_cell: 2}")
    #expect(all.rowCount == 48)
    #expect(Self.integers(all, "s") == (0..<48).map { $0 / 8 + 1 })
    #expect((0..<8).map { all["i"]!.text($0)! } == ["p", "p", "q", "q", "r", "r", "t", "t"])
    #expect(all["k"]!.numbers! == (0..<48).map { Double($0 % 2) })
    // 0.3·24 = 7.2 cells, and 0.4375·24 = 10.5, which goes to the even 10.
    for (share, cells) in [("0.3", 7), ("0.4375", 10), ("1", 24)] {
      let part = try table("{cross: [s, i], fraction: \(share)}")
      #expect(part.rowCount == cells)
      let pairs = (0..<cells).map { part["s"]!.text($0)! + part["i"]!.text($0)! }
      #expect(Set(pairs).count == cells && pairs == pairs.sorted())
    }
    let seen = try table("{cross: [s, i], each: s, sees: 3}")
    #expect(seen["s"]!.factor.counts == [3, 3, 3, 3, 3, 3])
    let shown = try table("{cross: [s, i], each: i, sees: 2}")
    #expect(shown["i"]!.factor.counts == [2, 2, 2, 2])
    #expect(Self.integers(shown, "s") == Self.integers(shown, "s").sorted())
  }

  @Test("a unit that belongs to another passes on what that belongs to")
  func memberships() throws {
    let table = try Self.draw(
      """
      levels: {region: 3, team: {count: 5, belongs: {region: [1, 0, 1]}}, p: {count: 200, belongs: {team: uniform}}}
      predictors: {u: {level: region, normal: [0, 1]}}
      response: {formula: "y ~ u + (1 | team)", beta: [0, 1], sd: {team: 1, residual: 1}}
      """
    ).table
    let (team, region, u) = (
      Self.integers(table, "team"), Self.integers(table, "region"), table["u"]!.numbers!
    )
    #expect(Set(team) == [1, 2, 3, 4, 5] && !region.contains(2))
    for row in 0..<200 {
      let first = team.firstIndex(of: team[row])!
      #expect(region[row] == region[first] && u[row] == u[region.firstIndex(of: region[row])!])
    }
  }

  @Test("values in turn begin anew in each unit above; trends step with time")
  func turnsAndTrends() throws {
    let table = try Self.draw(
      """
      levels: {g: 2, y: {time: 2001..2003, per: g}}
      predictors:
        arm: {level: y, values: [a, b]}
        w: {level: g, values: [5, 7, 9]}
        t: {level: y, trend: 0.5}
        q: {computed: "t^2 + (y - 2000)"}
      response: {formula: "r ~ t + (1 | g)", beta: [0, 1], sd: {g: 1, residual: 1}}
      """
    ).table
    #expect((0..<6).map { table["arm"]!.text($0)! } == ["a", "b", "a", "a", "b", "a"])
    #expect(table["w"]!.numbers! == [5, 5, 5, 7, 7, 7])
    #expect(table["t"]!.numbers! == [0, 0.5, 1, 0, 0.5, 1])
    #expect(table["q"]!.numbers! == [1, 2.25, 4, 1, 2.25, 4])
    #expect(Self.integers(table, "y") == [2001, 2002, 2003, 2001, 2002, 2003])
  }

  @Test("the same seed gives the same bits, another seed others; a copy of the stream goes on alike")
  func sameBits() throws {
    for file in DesignSpecificationTests.files {
      let design = try DesignSpecificationTests.design(String(contentsOf: file, encoding: .utf8))
      func table(_ seed: UInt64) throws -> String {
        var stream = KeyedStream(seed: seed)
        return try design.draw(from: &stream).table.csv()
      }
      #expect(try table(3) == table(3), "\(file.lastPathComponent)")
      #expect(try table(3) != table(4), "\(file.lastPathComponent)")
    }
  }

  @Test("what is added later in the order of the draws leaves what came before")
  func laterParts() throws {
    let base = """
      levels: {g: 5, p: {per: g, size: {poisson: 4}}}
      predictors: {x: {level: p, normal: [0, 1]}PREDICTOR}
      response:
        formula: "y ~ x + (1 | g)"
        beta: [1, 2]
        sd: {g: 1, residual: 2}
      """
    func table(_ predictor: String = "", _ more: String = "") throws -> DataTable {
      try Self.draw(base.replacing("PREDICTOR", with: predictor) + more).table
    }
    let plain = try table()
    // Missing values are drawn last: the rest of y is as it was.
    let gaps = try table("", "\nmissing: {y: 0.5}")
    #expect(gaps["x"] == plain["x"])
    let (y, kept) = (plain["y"]!.numbers!, gaps["y"]!.numbers!)
    #expect(kept.contains { $0.isNaN } && zip(y, kept).allSatisfy { $1.isNaN || $0 == $1 })
    // Residuals are drawn after predictors and effects, whatever their distribution.
    let heavy = try table("", "\n  residual: {t: 5}")
    #expect(heavy["x"] == plain["x"] && heavy["y"] != plain["y"])
    // A later predictor of the same level.
    let wider = try table(", w: {level: p, normal: [0, 1]}")
    #expect(wider["x"] == plain["x"] && wider["p"] == plain["p"])
    // Scales are not drawn: a design of other SDs has the same deviates.
    let scaled = try DesignSpecificationTests.design(
      base.replacing("PREDICTOR", with: ""), ["response.sd.residual": 0, "response.sd.g": 0])
    var stream = KeyedStream(seed: 1)
    let exact = try scaled.draw(from: &stream).table
    #expect(exact["x"] == plain["x"])
    expectClose(exact["y"]!.numbers!, exact["x"]!.numbers!.map { 1 + 2 * $0 }, absolute: 1e-14)
  }

  @Test("all levels of a factor count, drawn or not; poly and scale learn from the draw")
  func codings() throws {
    let design = try DesignSpecificationTests.design(
      """
      levels: {g: 3, p: {per: g, size: 2}}
      predictors: {z: {level: p, categorical: {a: 0.98, b: 0.01, c: 0.01}}, x: {level: p, normal: [10, 3]}}
      response: {formula: "y ~ z + scale(x) + poly(x, 2) + (1 | g)", beta: [1, 2, 3, 4, 5, 6], sd: {g: 0, residual: 0}}
      """)
    #expect(
      design.fixedEffectNames == ["(Intercept)", "zb", "zc", "scale(x)", "poly(x, 2)1", "poly(x, 2)2"])
    for seed in 1...20 as ClosedRange<UInt64> {
      var stream = KeyedStream(seed: seed)
      let table = try design.draw(from: &stream).table
      let (x, y) = (table["x"]!.numbers!, table["y"]!.numbers!)
      let shift = (0..<6).map { row in ["a": 0.0, "b": 2, "c": 3][table["z"]!.text(row)!]! }
      // Columns other than the constant have mean 0 in each draw.
      expectClose(
        zip(y, shift).reduce(0) { $0 + $1.0 - $1.1 } / 6, 1, absolute: 1e-13, "seed \(seed)")
      let mean = x.reduce(0, +) / 6
      let sd = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5).squareRoot()
      // Orthonormal columns: their squares add to 1.
      let rest = (0..<6).map { y[$0] - shift[$0] - 1 - 4 * (x[$0] - mean) / sd }
      expectClose(rest.reduce(0) { $0 + $1 * $1 }, 61, relative: 1e-12, "seed \(seed)")
    }
  }

  @Test("the shape of one factor, and designs that do not have it")
  func oneFactor() throws {
    func shape(_ levels: String, _ predictors: String, _ formula: String, _ beta: String, _ more: String)
      throws -> OneFactorShape?
    {
      try DesignSpecificationTests.design(
        "levels: \(levels)\npredictors: \(predictors)\nresponse: {formula: \"\(formula)\", beta: \(beta), \(more)}"
      ).oneFactorShape
    }
    let levels = "{g: 8, p: {per: g, size: {poisson: 5, min: 2}}}"
    let x = "{x: {level: p, normal: [1, 2]}}"
    let sizes = GroupSizeLaw.poisson(mean: 5, least: 2, most: nil)
    #expect(
      try shape(levels, "{}", "y ~ 1 + (1 | g)", "[3]", "sd: {g: 2, residual: 4}")
        == OneFactorShape(
          factor: "g", response: "y", groupCount: 8, sizes: sizes, predictor: nil, hasVaryingSlope: false,
          beta: [3], sd: [2], correlation: 0, residualSD: 4))
    let predictor = OneFactorShape.Predictor(name: "x", mean: 1, sd: 2)
    #expect(
      try shape(levels, x, "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2, residual: 4}")
        == OneFactorShape(
          factor: "g", response: "y", groupCount: 8, sizes: sizes, predictor: predictor,
          hasVaryingSlope: false,
          beta: [3, 1], sd: [2], correlation: 0, residualSD: 4))
    #expect(
      try shape(
        levels, x, "y ~ 1 + x + (1 + x | g)", "[3, 1]", "sd: {g: [2, 0], residual: 4}, corr: {g: 0.5}")
        == OneFactorShape(
          factor: "g", response: "y", groupCount: 8, sizes: sizes, predictor: predictor,
          hasVaryingSlope: true,
          beta: [3, 1], sd: [2, 0], correlation: 0.5, residualSD: 4))
    let others: [(String, String, String, String, String)] = [
      (levels, x, "y ~ x + (0 + x | g)", "[3, 1]", "sd: {g: 2, residual: 4}"),
      (levels, x, "y ~ x + (1 + x || g)", "[3, 1]", "sd: {g: 2, g.1: 1, residual: 4}"),
      (levels, x, "y ~ 1 + (1 | g)", "[3]", "sd: {g: 2, residual: 4}"),
      (levels, x, "y ~ 1 + (1 + x | g)", "[3]", "sd: {g: [2, 1], residual: 4}"),
      (levels, x, "y ~ 0 + x + (1 | g)", "[3]", "sd: {g: 2, residual: 4}"),
      (levels, x, "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2, residual: 4}, effects: {t: 5}"),
      (levels, x, "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2, residual: 4}, residual: {t: 5}"),
      (levels, x, "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2}, family: binary"),
      (levels, x, "y ~ x + (1 | p)", "[3, 1]", "sd: {p: 2, residual: 4}"),
      (levels, "{x: {level: g, normal: [0, 1]}}", "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2, residual: 4}"),
      (levels, "{x: {level: p, uniform: [0, 1]}}", "y ~ x + (1 | g)", "[3, 1]", "sd: {g: 2, residual: 4}"),
      (
        levels, "{x: {level: p, normal: [0, 1], correlated: {g: 0.5}}}", "y ~ x + (1 | g)", "[3, 1]",
        "sd: {g: 2, residual: 4}"
      ),
      (
        "{h: 2, g: {per: h, size: 4}, p: {per: g, size: 3}}", "{}", "y ~ 1 + (1 | g)", "[3]",
        "sd: {g: 2, residual: 4}"
      ),
    ]
    for (levels, predictors, formula, beta, more) in others {
      #expect(try shape(levels, predictors, formula, beta, more) == nil, "\(formula), \(more)")
    }
  }
}
