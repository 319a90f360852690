import TestSupport
import Testing

@testable import LinearAlgebra

@Suite("QR with limited pivoting")
struct PivotedQRTests {
  @Test("normal equations hold, and (X'X)⁻¹ is its inverse")
  func normalEquations() {
    let x = Matrix([[1, 2, 5], [1, 3, 1], [1, 5, 0], [1, 7, 2], [1, 11, -3]])
    let y = [1.0, 4, 2, 8, 5]
    let qr = PivotedQR(x)
    #expect(qr.rank == 3)
    var effects = y
    qr.applyTransposedQ(to: &effects)
    let b = qr.coefficients(fromEffects: effects)
    let left = x.transposed * (x * b)
    expectClose(left, x.transposed * y, relative: 1e-12)
    let product = (x.transposed * x) * qr.inverseGram
    for i in 0..<3 { for j in 0..<3 { expectClose(product[i, j], i == j ? 1 : 0, absolute: 1e-12) } }
    // Q is orthogonal: Q(Q'y) = y.
    qr.applyQ(to: &effects)
    expectClose(effects, y, absolute: 1e-13)
  }

  @Test("the column that others span is aliased, wherever it stands")
  func aliased() {
    // Column 1 is twice column 0, column 3 is column 0 + column 2.
    let x = Matrix([[1, 2, 3, 4], [1, 2, 5, 6], [1, 2, -1, 0], [1, 2, 2, 3], [1, 2, 9, 10]])
    let qr = PivotedQR(x)
    #expect(qr.rank == 2)
    #expect(qr.pivot.prefix(2) == [0, 2])
    var effects = [1.0, 2, 3, 4, 5]
    qr.applyTransposedQ(to: &effects)
    let b = qr.coefficients(fromEffects: effects)
    #expect(b[1].isNaN && b[3].isNaN && b[0].isFinite && b[2].isFinite)
  }

  @Test("fewer rows than columns, a zero column, a single row")
  func degenerate() {
    #expect(PivotedQR(Matrix([[1, 2, 3]])).rank == 1)
    #expect(PivotedQR(Matrix([[0, 1], [0, 2], [0, 4]])).rank == 1)
    #expect(PivotedQR(Matrix([[0, 1], [0, 2], [0, 4]])).pivot == [1, 0])
  }

  @Test(
    "a column that is constant up to rounding is aliased behind a constant, and so is a multiple of any constant column"
  )
  func roundedConstants() {
    let n = 40
    let rounded = (0..<n).map { [0.2, 0.2.nextUp, 0.2.nextDown][$0 % 3] }
    let x = (0..<n).map { Double($0 % 7) }
    let ones = [Double](repeating: 1, count: n)
    let qr = PivotedQR(Matrix(rows: n, columns: 3, storage: ones + x + rounded))
    #expect(qr.rank == 2 && qr.pivot == [0, 1, 2])
    let half = 0.5.squareRoot()
    #expect(PivotedQR(Matrix([[half, -half], [half, -half.nextUp]])).rank == 1)
    // However many rows there are: sums of many equal numbers round.
    for count in [9_999, 60_000] {
      let many = [Double](repeating: 1, count: count)
      for value in [2000, 0.1, 5] {
        let constant = PivotedQR(
          Matrix(rows: count, columns: 2, storage: many + [Double](repeating: value, count: count)))
        #expect(constant.rank == 1, "\(value), \(count) rows")
      }
    }
    // A spread of ten digits below the mean counts.
    let fine = (0..<n).map { 2000 + 1e-7 * Double($0 % 5) }
    #expect(PivotedQR(Matrix(rows: n, columns: 2, storage: ones + fine)).rank == 2)
  }

  @Test(
    "a coefficient is determined if it has no share in an aliased column; null vectors sum columns to nothing"
  )
  func determined() {
    // Columns 0 and 2 make up column 3; column 4 is empty, so that the coefficients of the others do not depend on it.
    let x = Matrix([
      [1, 2, 3, 4, 0], [1, 7, 5, 6, 0], [1, 2, -1, 0, 0], [1, 1, 2, 3, 0], [1, -4, 9, 10, 0],
    ])
    let qr = PivotedQR(x)
    #expect(qr.rank == 3 && qr.determined == [false, true, false, false, false])
    let product = x * qr.nullVectors
    #expect(product.columns == 2 && product.storage.allSatisfy { abs($0) < 1e-13 })
    #expect(PivotedQR(Matrix([[1, 2], [1, 3]])).determined == [true, true])
    // One row: only what stands alone in it.
    #expect(PivotedQR(Matrix([[0, 3, 0]])).determined == [false, true, false])
    #expect(PivotedQR(Matrix([[1, 3, 0]])).determined == [false, false, false])
  }
}
