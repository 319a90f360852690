import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Separation is found, explained and not mistaken")
struct SeparationTests {
  private func fit(
    _ formula: String, _ columns: [Column], _ family: ResponseFamily = .binomial, _ link: LinkFunction? = nil
  ) throws -> GeneralizedLinearModelFit {
    try GeneralizedLinearModel(formula, data: DataTable(columns), family: family, link: link).fit()
  }

  @Test("complete, one cell, and touching rows: where R's glm stops", arguments: 0..<3)
  func againstR(_ k: Int) throws {
    let r = try Reference.json("glm/glm.json")["separated"][k]
    let fit = try fit("y ~ x", [Column("x", r["x"].doubles), Column("y", r["y"].doubles)])
    let separation = try #require(fit.separation)
    #expect(fit.iterationCount == r["iterations"].int)
    // Both stop on the way to infinity, where each step adds about 1 to η and R's 1 − μ has few digits left.
    expectClose(fit.deviance, r["deviance"].double, relative: 1e-3)
    expectClose(fit.coefficients[1], r["values"][1].double, relative: 1e-5)
    #expect(separation.isComplete == (k == 0))
    #expect(separation.rowCount == [8, 4, 6][k])
    #expect(separation.columns == ["x"] && separation.causes[0].signs == [[1], [-1], [1]][k])
    let cells = separation.causes[0].cells
    switch k {
    case 0: #expect(cells.map(\.greatest) == [[4], [8]] && cells.map(\.least) == [[1], [5]])
    case 1: #expect(cells.map(\.greatest) == [[1]] && cells.map(\.isSuccess) == [false])
    default: #expect(cells.map(\.greatest) == [[3], [7]] && cells.map(\.least) == [[1], [5]])
    }
  }

  @Test(
    "each level without a success is named, for every link",
    arguments: [LinkFunction.logit, .probit, .cloglog])
  func levels(_ link: LinkFunction) throws {
    let y = [0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1]
    let g = ["a", "a", "a", "b", "b", "b", "c", "c", "c", "d", "d", "d"]
    let e = try fit("y ~ g", [Column("y", y), Column("g", g)], .binomial, link)
    #expect(e.separation?.columns == ["gb"] && e.separation?.rowCount == 3)
    #expect(
      e.separation?.levels(of: "gb") == [FactorLevel(factor: "g", level: "b", levels: ["a", "b", "c", "d"])])
    let f = try fit("y ~ 0 + g", [Column("y", y), Column("g", g)], .binomial, link)
    #expect(f.separation?.columns == ["gb"] && f.separation?.rowCount == 3)
    let t = [0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    let h = try fit("y ~ 0 + g", [Column("y", t), Column("g", g)], .binomial, link)
    #expect(h.separation?.columns == ["gb", "gc", "gd"])
    #expect(h.separation?.causes.map(\.signs) == [[-1], [-1], [1]])
    #expect(h.separation?.rowCount == 9)
  }

  @Test("rows that no single column separates are told with the columns that separate them together")
  func together() throws {
    let x = (0..<40).map { Double($0 * 17 % 40) / 10 - 2 }
    let t = (0..<40).map { $0 % 2 }
    let y = zip(x, t).map { $0 > 0.5 && $1 == 0 ? 1 : 0 }
    let noise = (0..<40).map { Double($0 * 7 % 11) }
    let fit = try fit("y ~ w + x + t", [Column("w", noise), Column("x", x), Column("t", t), Column("y", y)])
    let found = try #require(fit.separation)
    #expect(found.isComplete && found.commonEnd == nil)
    #expect(found.causes.map(\.columns) == [["t"], ["x", "t"]])
    #expect(found.causes.map(\.signs) == [[-1], [1, -1]] && found.causes.map(\.rowCount) == [20, 40])
  }

  @Test("a combination of predictors, and a constant response")
  func combination() throws {
    // y is 1 above the line x + z = 3; neither alone separates.
    let x = [0, 1, 2, 3, 0, 1, 2, 3, 1.5, 4, -2], z = [0, 1, 2, 3, 4, 3, 0, -1, 0, -2, 4.0]
    let y = zip(x, z).map { $0 + $1 > 3 ? 1 : 0 }
    let noise = [0.3, -0.2, 0.8, 0.1, -0.9, 0.4, -0.5, 0.6, 0.2, -0.7, 0.5]
    let fit = try fit("y ~ x + z + w", [Column("x", x), Column("z", z), Column("w", noise), Column("y", y)])
    #expect(fit.separation?.causes.map(\.columns) == [["x", "z"]] && fit.separation?.isComplete == true)
    let constant = try self.fit("y ~ x", [Column("x", x), Column("y", x.map { _ in 1 })])
    #expect(constant.separation?.causes.map(\.columns) == [["(Intercept)"]])
    #expect(constant.separation?.commonEnd == true && fit.separation?.commonEnd == nil)
    #expect(constant.nullDeviance == 0)
  }

  @Test("counts of 0 in a whole level")
  func counts() throws {
    let columns = [
      Column("y", [0, 0, 0, 2, 1, 4, 0, 3, 5]), Column("g", ["a", "a", "a", "b", "b", "b", "c", "c", "c"]),
    ]
    for family in [ResponseFamily.poisson, .negativeBinomial(theta: 1)] {
      let fit = try fit("y ~ 0 + g", columns, family)
      #expect(fit.separation?.columns == ["ga"] && fit.separation?.rowCount == 3)
      let other = try self.fit("y ~ g", columns, family)
      // The constant runs away with level a; b and c follow it in the other direction.
      let cause = try #require(other.separation?.causes.first)
      #expect(cause.columns == ["gb", "gc"] && cause.signs == [1, 1] && cause.constantSign == -1)
      #expect(cause.cells.map(\.least) == [[0, 0]] && cause.rowCount == 3)
    }
  }

  /// Certificates: a direction that raises no row's distance from its end, or a finite point where the
  /// likelihood's slope is zero.
  @Test("small random data sets end with a certificate either way")
  func random() throws {
    var separated = 0
    for seed in 0..<400 as Range<UInt64> {
      var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
      func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) / 9007199254740992
      }
      let n = 6 + Int(uniform() * 25)
      let p = 1 + Int(uniform() * 4)
      let slope = uniform() * 6
      // Few different values make rows that touch the separating plane.
      let steps = 2 + (uniform() * 6).rounded()
      let xs = (0..<p).map { _ in (0..<n).map { _ in (uniform() * steps).rounded() } }
      let y = (0..<n).map { i in uniform() * steps + slope * (xs[0][i] - steps / 2) > steps / 2 ? 1 : 0 }
      let columns = xs.enumerated().map { Column("x\($0 + 1)", $1) } + [Column("y", y)]
      let formula = "y ~ " + (1...p).map { "x\($0)" }.joined(separator: " + ")
      let model = try GeneralizedLinearModel(formula, data: DataTable(columns), family: .binomial)
      let fit = try model.fit()
      let x = model.frame.fixed
      if let separation = fit.separation {
        separated += 1
        #expect(!separation.causes.isEmpty, "seed \(seed)")
        let kept = (0..<x.columns).filter { !fit.coefficients[$0].isNaN }
        let part = Matrix(rows: n, columns: kept.count, storage: kept.flatMap { x.column($0) })
        let ends = y.map { Int8($0 == 1 ? 1 : -1) }
        let direction = try #require(SeparatingDirection(part, ends: ends)).direction
        let sides = (part * direction).enumerated().map { Double(ends[$0]) * $1 }
        let largest = sides.max() ?? 0
        #expect(largest > 0 && sides.allSatisfy { $0 > -1e-7 * largest }, "seed \(seed)")
      } else {
        #expect(fit.converged, "seed \(seed)")
        for j in 0..<x.columns where !fit.coefficients[j].isNaN {
          let terms = fit.residuals(.response).enumerated().map { $1 * x[$0, j] }
          let size = terms.reduce(0) { $0 + abs($1) } + 1e-300
          // A slope that is zero only because all residuals vanish would be separation.
          #expect(abs(terms.reduce(0, +)) <= 1e-9 * size, "seed \(seed)")
        }
        #expect(fit.linearPredictors.allSatisfy { abs($0) < 40 }, "seed \(seed)")
      }
    }
    #expect(separated > 60 && separated < 340, "\(separated)")
  }

  @Test("a row among very many that runs away is found though R's rule stops early")
  func rare() throws {
    let n = 4000
    let x = (0..<n).map { Double($0 % 10) }
    let y = (0..<n).map { ($0 * 7919 % 100) < 30 ? 1 : 0 }
    let flag = (0..<n).map { $0 == 77 ? 1.0 : 0 }
    let fit = try fit("y ~ x + flag", [Column("x", x), Column("y", y), Column("flag", flag)])
    #expect(fit.separation?.columns == ["flag"] && fit.separation?.rowCount == 1)
  }
}
