import TestSupport
import Testing

@testable import LinearAlgebra

@Suite("Dense kernels")
struct DenseKernelsTests {
  /// Below and above the order from which the library works, and without it.
  @Test("factor, solution and inverse", arguments: [1, 2, 7, 95, 96, 200], [true, false])
  func factorization(_ n: Int, usesLibrary: Bool) {
    DenseKernels.$usesLibrary.withValue(usesLibrary) { factorization(n) }
  }

  private func factorization(_ n: Int) {
    var a = Matrix(rows: n, columns: n)
    for j in 0..<n { for i in 0..<n { a[i, j] = 1 / Double(i + j + 1) + (i == j ? 1 + Double(i % 3) : 0) } }
    var l = a.storage
    var lower = Matrix(rows: n, columns: n)
    var inverse = Matrix(rows: n, columns: n)
    var solved = a.storage
    l.withUnsafeMutableBufferPointer { l in
      #expect(DenseKernels.cholesky(l.baseAddress!, n))
      for j in 0..<n { for i in j..<n { lower[i, j] = l[i + j * n] } }
      solved.withUnsafeMutableBufferPointer {
        DenseKernels.solveLower(l.baseAddress!, n, stride: n, $0.baseAddress!, columns: n)
      }
      DenseKernels.inverse(ofFactor: l.baseAddress!, n, stride: n)
      for j in 0..<n {
        for i in j..<n {
          inverse[i, j] = l[i + j * n]
          inverse[j, i] = l[i + j * n]
        }
      }
    }
    expectClose((lower * lower.transposed).storage, a.storage, absolute: 1e-12)
    // L⁻¹A = L'.
    expectClose(solved, lower.transposed.storage, absolute: 1e-12)
    expectClose((a * inverse).storage, Matrix.identity(n).storage, absolute: 1e-10)
  }

  @Test("a matrix that is not positive definite is refused", arguments: [3, 120])
  func indefinite(_ n: Int) {
    var a = Matrix.identity(n)
    a[n - 1, n - 1] = -1
    #expect(!a.storage.withUnsafeMutableBufferPointer { DenseKernels.cholesky($0.baseAddress!, n) })
  }
}
