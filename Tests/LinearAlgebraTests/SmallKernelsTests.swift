import TestSupport
import Testing

@testable import LinearAlgebra

@Suite("Small dense kernels")
struct SmallKernelsTests {
  @Test("Cholesky, and both triangular solves", arguments: [1, 2, 3, 6])
  func choleskySolves(_ n: Int) {
    var a = Matrix(rows: n, columns: n)
    for i in 0..<n { for j in 0..<n { a[i, j] = 1 / Double(i + j + 1) + (i == j ? 1 : 0) } }
    let b = (0..<n).map { Double($0) - 1.5 }
    var l = a.storage
    var x = b
    l.withUnsafeMutableBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        #expect(SmallKernels.cholesky(l.baseAddress!, n))
        SmallKernels.solveLower(l.baseAddress!, n, x.baseAddress!)
        SmallKernels.solveLowerTransposed(l.baseAddress!, n, x.baseAddress!)
      }
    }
    expectClose(a * x, b, absolute: 1e-13)
    var bad = [1.0, 2, 2, 1]
    bad.withUnsafeMutableBufferPointer { #expect(!SmallKernels.cholesky($0.baseAddress!, 2)) }
  }

  @Test("eigenvalues and eigenvectors rebuild the matrix", arguments: [1, 2, 3, 5])
  func eigen(_ n: Int) {
    var a = Matrix(rows: n, columns: n)
    for i in 0..<n { for j in 0..<n { a[i, j] = Double((i + 1) * (j + 1) % 7) - 2 } }
    let symmetric = a + a.transposed
    var work = symmetric.storage
    var v = [Double](repeating: 0, count: n * n)
    work.withUnsafeMutableBufferPointer { w in
      v.withUnsafeMutableBufferPointer {
        SmallKernels.symmetricEigen(w.baseAddress!, n, vectors: $0.baseAddress!)
      }
    }
    let vectors = Matrix(rows: n, columns: n, storage: v)
    var scaled = vectors
    for j in 0..<n { for i in 0..<n { scaled[i, j] *= work[j + j * n] } }
    let rebuilt = scaled * vectors.transposed
    expectClose(rebuilt.storage, symmetric.storage, absolute: 1e-12)
  }
}
