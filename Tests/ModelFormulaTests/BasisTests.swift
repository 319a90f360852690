import Foundation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import ModelFormula

@Suite("scale, poly, ns and contrasts against R")
struct BasisTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let record: JSON
    var testDescription: String { record["formula"].string! }
  }
  static let cases = try! Reference.json("format/bases.json")["cases"].array.map(Case.init)

  /// A record's formula applied to its training data.
  private func frame(_ record: JSON) throws -> ModelFrame {
    let train = try DataTable(csv: Reference.bytes("format/bases-train.csv"), file: "train")
    var contrasts: [String: Contrast] = [:]
    if !record["contrasts"].isArray {
      for (name, value) in record["contrasts"].object { contrasts[name] = Contrast(rawValue: value.string!)! }
    }
    return try ModelFrame(
      ModelFormula(record["formula"].string!), data: train,
      roles: ColumnRoles(factors: Set(record["factors"].strings), contrasts: contrasts))
  }

  /// Columns are sums of products of numbers up to the largest entry of their row; that far R and we may differ by rounding.
  private func expectEqual(_ found: Matrix, _ expected: [[Double]]) {
    #expect(found.rows == expected.count)
    for (i, row) in expected.enumerated() {
      let size = max(1, row.map(abs).max()!)
      expectClose(found.row(i), row, relative: 1e-12, absolute: 1e-12 * size, "row \(i)")
    }
  }

  @Test("columns on the training data, with R's names", arguments: cases)
  func training(_ recorded: Case) throws {
    let record = recorded.record
    let frame = try frame(record)
    #expect(frame.formula.text == record["formula"].string)
    #expect(frame.fixedCoding.columnNames == record["names"].strings)
    #expect(frame.omittedCount == 2)
    expectEqual(frame.fixed, record["train"].matrix)
  }

  @Test(
    "columns on new data, beyond the training data's range too",
    arguments: cases.filter { $0.record["new"].isArray })
  func newData(_ recorded: Case) throws {
    let record = recorded.record
    let new = try DataTable(csv: Reference.bytes("format/bases-new.csv"), file: "new")
    expectEqual(try frame(record).fixedCoding.matrix(for: new), record["new"].matrix)
  }

  @Test("scale remembers inside expressions too, where R's predict forgets")
  func inside() throws {
    let formula = try ModelFormula("y ~ x + scale(x) + I(scale(x)^2) + exp(-scale(x))")
    let frame = try ModelFrame(formula, data: table.with("x", [0.5, 1, 2, 3, 4, 5]))
    let x = try frame.fixedCoding.matrix(for: DataTable([Column("x", [2.0, 11])]))
    for i in 0..<2 {
      #expect(x[i, 3] == x[i, 2] * x[i, 2])
      #expect(x[i, 4] == exp(-x[i, 2]))
    }
    #expect(x[0, 2] == frame.fixed[2, 2])
  }

  @Test("all cases are there")
  func recorded() { #expect(Self.cases.count == 39) }

  @Test("contr.poly for 2 to 12 levels")
  func polynomialContrasts() throws {
    let recorded = try Reference.json("format/bases.json")["contr_poly"].array
    #expect(recorded.count == 11)
    for (i, matrix) in recorded.enumerated() {
      let found = Contrast.poly.matrix(levels: i + 2)
      // R's own columns are orthonormal to 1e-13 only up to a dozen levels: it factors powers of 1…k.
      for (j, row) in matrix.matrix.enumerated() {
        expectClose(found.row(j), row, absolute: 1e-12, "\(i + 2)")
      }
    }
  }

  @Test("polynomial contrasts stay orthonormal where powers would not")
  func manyLevels() {
    let matrix = Contrast.poly.matrix(levels: 60)
    let gram = matrix.transposed * matrix
    expectClose(gram.storage, Matrix.identity(59).storage, absolute: 1e-13)
    for j in 0..<59 { expectClose(matrix.column(j).reduce(0, +), 0, absolute: 1e-13) }
  }

  @Test("orthogonal polynomials do not depend on the unit or the origin of x")
  func rescaling() throws {
    let x = (0..<20).map { (i: Int) -> Double in Double((i * 7) % 20) + Double(i % 3) / 4 }
    let near = OrthogonalPolynomials(over: x, degree: 4).columns(at: x)
    // Multiples of ¼ are exact at 2³⁰.
    let far = x.map { 0x1p30 - 8 * $0 }
    let turned = OrthogonalPolynomials(over: far, degree: 4).columns(at: far)
    for j in 0..<4 {
      // x → a − bx turns odd degrees round.
      expectClose(turned[j], near[j].map { j % 2 == 0 ? -$0 : $0 }, absolute: 1e-13)
      #expect(near[j][x.firstIndex(of: x.max()!)!] > 0)
    }
  }

  @Test("a natural spline is smooth at its knots and straight outside them")
  func naturalSpline() throws {
    let x = (0..<40).map { (i: Int) -> Double in Double(i * i) / 40 }
    let spline = try #require(NaturalSpline(over: x, df: 5, hasIntercept: false))
    let h = 0.5
    let outside = spline.columns(at: [-3 * h, -2 * h, -h, 0, h])
    let end = x.last!
    let above = spline.columns(at: [end, end + h, end + 2 * h, end + 3 * h])
    for j in 0..<5 {
      for (column, start) in [(outside[j], 0), (outside[j], 1), (above[j], 0), (above[j], 1)] {
        let second = column[start] - 2 * column[start + 1] + column[start + 2]
        expectClose(second, 0, absolute: 1e-13)
      }
      #expect(abs(outside[j][2] - 2 * outside[j][3] + outside[j][4]) < 1)
    }
    #expect(spline.columns(at: [.nan]).allSatisfy { $0[0].isNaN })
  }

  private let table = DataTable([
    Column("y", [1.0, 3, 2, 5, 4, 6]), Column("x", [0, 1, 2, 0, 1, 2]),
    Column("c", [5.5, 5.5, 5.5, 5.5, 5.5, 5.5]),
    Column("w", [1, 1 + 1e-15, 7, 7, 7, 7]), Column("z", [1.0, 0, 3, 4, 5, 6]),
    Column("f", ["a", "b", "c", "a", "b", "c"]),
  ])

  @Test(
    "degenerate columns and wrong arguments are refused, and what would work is named",
    arguments: [
      ("y ~ scale(c)", "scale(c): c is 5.5 in all rows; leave the term out"),
      ("y ~ I(scale(c)^2)", "scale(c): c is 5.5 in all rows"),
      ("y ~ poly(x, 3)", "poly(x, 3): x has 3 distinct values; the degree may be at most 2"),
      ("y ~ poly(c, 1)", "c has 1 distinct value; leave the term out"),
      ("y ~ poly(w, 2)", "some values of w are almost equal; a smaller degree would work"),
      ("y ~ poly(x, 3, raw = TRUE)", "the degree may be at most 2"),
      ("y ~ ns(x, df = 3)", "ns(x, df = 3): x has 3 distinct values; df may be at most 2"),
      ("y ~ ns(c, df = 2)", "leave the term out"),
      ("y ~ ns(z, df = 1, intercept = TRUE)", "df = 2 would work"),
      ("y ~ poly(log(z), 2)", "poly(log(z), 2) is -Inf in data row 2"),
      ("y ~ poly(x, 1.5)", "a whole number from 1"), ("y ~ poly(x, 0)", "a whole number from 1"),
      ("y ~ poly(x, degree = f)", "degree = f is not supported"),
      ("y ~ ns(z, knots = c(2, 1000))", "z goes from"), ("y ~ ns(z, knots = c(2, f))", "numbers would work"),
      ("y ~ ns(z, knots = c(2, 2))", "each once"), ("y ~ scale(x, 1)", "TRUE or FALSE would work"),
      ("y ~ poly(x, 2, TRUE, 4)", "another argument"),
      ("y ~ poly(degree = 2)", "the argument 'x' is missing"),
      ("y ~ I(poly(x, 2)^2)", "poly(x, 2) inside an expression"), ("y ~ log(ns(x, 2))", "several columns"),
      ("poly(y, 2) ~ x", "poly(y, 2) inside an expression"), ("y ~ scale(f)", "a number is needed"),
      ("y ~ log(x, base = 2, 3)", "functions are:"), ("y ~ log(x, root = 2)", "x, base"),
      ("y ~ TRUE", "'TRUE'"), ("y ~ (x = z)", "'='"),
      ("y ~ x = z", "'='"),
    ])
  func refusals(_ formula: String, _ reason: String) throws {
    let error = #expect(throws: FormulaError.self) { try ModelFrame(ModelFormula(formula), data: table) }
    #expect(error.map { "\($0)".contains(reason) } == true, "\(error.map { "\($0)" } ?? "none")")
  }

  @Test(
    "as R deparses them",
    arguments: [
      ("y~ns(x,df=3)", "y ~ ns(x, df = 3)"), ("y ~ scale( x,scale=FALSE )", "y ~ scale(x, scale = FALSE)"),
      ("scale(y) ~ poly(x = z, 2)", "scale(y) ~ poly(x = z, 2)"),
      ("y ~ poly(x, 2, raw = T)", "y ~ poly(x, 2, raw = T)"),
    ])
  func deparsed(_ text: String, _ expected: String) throws {
    let formula = try ModelFormula(text)
    #expect(formula.text == expected)
    _ = try ModelFrame(formula, data: table.with("x", [0.5, 1, 2, 3, 4, 5]))
  }

  @Test("contrasts stand for columns that are factors")
  func contrastErrors() throws {
    let formula = try ModelFormula("y ~ x + f")
    #expect(throws: FormulaError.missingVariable("ff", available: table.columnNames)) {
      try ModelFrame(formula, data: table, roles: ColumnRoles(contrasts: ["ff": .sum]))
    }
    let error = #expect(throws: FormulaError.self) {
      try ModelFrame(formula, data: table, roles: ColumnRoles(contrasts: ["x": .sum]))
    }
    #expect("\(error!)".contains("contrasts are for factors, but column 'x' is integer"), "\(error!)")
    let named = try ModelFrame(
      ModelFormula("y ~ factor(x) + f"), data: table, roles: ColumnRoles(contrasts: ["x": .poly, "f": .sum]))
    #expect(named.fixedCoding.columnNames == ["(Intercept)", "factor(x).L", "factor(x).Q", "f1", "f2"])
  }
}

extension DataTable {
  /// The table with other numbers in a column.
  fileprivate func with(_ name: String, _ values: [Double]) -> DataTable {
    DataTable(columns.map { $0.name == name ? Column(name, values) : $0 })
  }
}
