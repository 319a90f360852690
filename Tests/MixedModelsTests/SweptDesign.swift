import Distributions
import Foundation
import ModelFormula
import Tables
import TestSupport

@testable import MixedModels

/// One case of the sweep: a simulated data set, drawn again from its seed, and the lowest criterion that lme4's optimizers find on it.
///
/// The numbers are drawn as `generate` in `Scripts/record-sweep.R` draws them: sizes, then predictors, then effects, then residuals.
struct SweptDesign: Sendable {
  /// The row of `Tests/Reference/sweep/sweep.csv`, by column.
  let record: [String: String]

  var id: Int { Int(record["id"]!)! }
  var kind: String { record["kind"]! }
  var formula: String { record["formula"]! }
  var method: EstimationMethod { record["method"] == "ML" ? .ml : .reml }
  /// The lowest criterion that lme4 reports; where its arithmetic is not up to the data, what QR decompositions in R say of the same θ.
  var criterion: Double { isRounded ? number("by_qr") : number("criterion") }
  /// Whether lme4's own value is off, as in models of a year or of effects a million times the residuals.
  var isRounded: Bool {
    abs(number("criterion") - number("by_qr")) > 1e-9 * max(1, abs(number("by_qr")))
  }
  var isSingular: Bool { record["singular"] == "1" }
  var theta: [Double] { record["theta"]!.split(separator: " ").map { Double($0)! } }

  func number(_ column: String) -> Double { Double(record[column]!)! }
  func integer(_ column: String) -> Int { Int(record[column]!)! }

  static let all: [SweptDesign] = {
    let lines = try! Reference.text("sweep/sweep.csv").split(separator: "\n").map {
      $0.split(separator: ",").map(String.init)
    }
    return lines.dropFirst().map {
      SweptDesign(record: Dictionary(uniqueKeysWithValues: zip(lines[0], $0)))
    }
  }()

  func model() throws -> LinearMixedModel {
    let roles = ColumnRoles(weights: record["weighted"] == "1" ? "weight" : nil)
    return try LinearMixedModel(formula, data: table(), roles: roles)
  }

  /// Level numbers of each row, from 0: factors a, b (within a where nested), c (within b where nested); k and m count b within a and c within b.
  private struct Rows {
    var a: [Int] = []
    var b: [Int] = []
    var k: [Int] = []
    var c: [Int] = []
    var m: [Int] = []

    mutating func append(_ count: Int, a: Int, b: Int = 0, k: Int = 0, c: Int = 0, m: Int = 0) {
      self.a += [Int](repeating: a, count: count)
      self.b += [Int](repeating: b, count: count)
      self.k += [Int](repeating: k, count: count)
      self.c += [Int](repeating: c, count: count)
      self.m += [Int](repeating: m, count: count)
    }
  }

  /// The data set.
  func table() -> DataTable {
    var stream = RStream(seed: Int32(id))
    let layout = record["layout"]!
    let skewed = record["skewed"] == "1"
    let (levelsA, levelsB, levelsC) = (integer("levels_a"), integer("levels_b"), integer("levels_c"))
    let (least, most) = (integer("least"), integer("most"))
    func uniform() -> Double {
      let u = stream.uniform()
      return skewed ? u * u * u : u
    }
    func size() -> Int { least + Int(Double(most - least + 1) * uniform()) }

    var rows = Rows()
    var (countB, countC) = (1, 1)
    switch layout {
    case "single":
      for i in 0..<levelsA { rows.append(size(), a: i) }
    case "nested", "nested3":
      (countB, countC) = (0, 0)
      for i in 0..<levelsA {
        for j in 0..<1 + Int(Double(levelsB) * stream.uniform()) {
          for l in 0..<(levelsC == 0 ? 1 : 1 + Int(Double(levelsC) * stream.uniform())) {
            rows.append(size(), a: i, b: countB, k: j, c: countC, m: l)
            countC += 1
          }
          countB += 1
        }
      }
    default:
      countB = levelsB
      countC = max(1, levelsC)
      if layout == "crossed" {
        for i in 0..<levelsA { for j in 0..<levelsB { rows.append(size(), a: i, b: j) } }
      } else {
        let width = (levelsB + 1) / 2
        for _ in 0..<most {
          let i = Int(Double(levelsA) * uniform())
          rows.append(1, a: i, b: (i * levelsB / levelsA + Int(Double(width) * stream.uniform())) % levelsB)
        }
      }
      rows.c = rows.a.map { _ in Int(Double(countC) * stream.uniform()) }
    }

    let n = rows.a.count
    func normals(_ count: Int) -> [Double] { (0..<count).map { _ in stream.normal() } }
    var u = normals(n)
    let w = normals(n)
    let f = (0..<n).map { _ in (3 * stream.uniform()).rounded(.down) }
    let weight = (0..<n).map { _ in 0.5 + stream.uniform() }
    let z = normals(levelsA)
    if record["x_kind"] == "time" {
      var seen = [Int](repeating: 0, count: levelsA)
      for i in 0..<n {
        u[i] = Double(seen[rows.a[i]])
        seen[rows.a[i]] += 1
      }
    }
    if record["x_kind"] == "binary" { u = u.map { $0 > 0.5 ? 1 : 0 } }
    let (offset, scale) = (number("x_offset"), number("x_scale"))
    let x = u.map { offset + scale * $0 }

    let ofA = normals(3 * levelsA)
    let ofB = normals(2 * countB)
    let ofC = normals(countC)
    let (corA, corB) = (number("cor_a"), number("cor_b"))
    let restA = (1 - corA * corA).squareRoot()
    let restB = (1 - corB * corB).squareRoot()
    let (sdA1, sdA2, sdA3) = (number("sd_a1"), number("sd_a2"), number("sd_a3"))
    let (sdB1, sdB2, sdC, sigma) = (number("sd_b1"), number("sd_b2"), number("sd_c"), number("sigma"))
    // One sum after the other, in R's order.
    let y = (0..<n).map { (i: Int) -> Double in
      let (a, b) = (rows.a[i], rows.b[i])
      var sum = 1 + 0.5 * u[i]
      sum += 0.3 * z[a]
      sum += 0.4 * f[i]
      sum += sdA1 * ofA[3 * a]
      sum += (sdA2 * (corA * ofA[3 * a] + restA * ofA[3 * a + 1])) * u[i]
      sum += (sdA3 * (corA * ofA[3 * a] + restA * ofA[3 * a + 2])) * w[i]
      sum += sdB1 * ofB[2 * b]
      sum += (sdB2 * (corB * ofB[2 * b] + restB * ofB[2 * b + 1])) * u[i]
      sum += sdC * ofC[rows.c[i]]
      return sum + sigma * stream.normal()
    }
    func factor(_ name: String, _ codes: [Int]) -> Column {
      Column(name, codes.map { name + String(1000 + $0) })
    }
    return DataTable([
      Column("y", y), Column("x", x), Column("w", w), Column("z", rows.a.map { z[$0] }),
      factor("f", f.map { Int($0) }), Column("weight", weight), factor("a", rows.a), factor("b", rows.b),
      factor("k", rows.k), factor("c", rows.c), factor("m", rows.m),
    ])
  }
}
