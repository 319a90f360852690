/// Dense kernels for the small symmetric matrices of a mixed model (order up to a few dozen), on memory the caller owns. They allocate nothing.
///
/// Matrices are square, stored by columns without gaps: entry (i, j) at i + j·n.
package enum SmallKernels {
  /// Memory of the caller.
  package typealias Pointer = UnsafeMutablePointer<Double>

  /// Cholesky factor L (lower triangle, in place) of a symmetric matrix whose lower triangle is given.
  /// - Returns: false when a pivot is not positive; the contents are then undefined.
  @inlinable
  package static func cholesky(_ a: Pointer, _ n: Int) -> Bool {
    for j in 0..<n {
      var pivot = a[j + j * n]
      for k in 0..<j { pivot -= a[j + k * n] * a[j + k * n] }
      guard pivot > 0 else { return false }
      let root = pivot.squareRoot()
      a[j + j * n] = root
      var i = j + 1
      while i < n {
        var sum = a[i + j * n]
        for k in 0..<j { sum -= a[i + k * n] * a[j + k * n] }
        a[i + j * n] = sum / root
        i += 1
      }
    }
    return true
  }

  /// b ← L⁻¹b for a lower triangular L.
  @inlinable
  package static func solveLower(_ l: Pointer, _ n: Int, _ b: Pointer) {
    for i in 0..<n {
      var sum = b[i]
      for k in 0..<i { sum -= l[i + k * n] * b[k] }
      b[i] = sum / l[i + i * n]
    }
  }

  /// b ← L⁻ᵀb for a lower triangular L.
  @inlinable
  package static func solveLowerTransposed(_ l: Pointer, _ n: Int, _ b: Pointer) {
    var i = n - 1
    while i >= 0 {
      var sum = b[i]
      var k = i + 1
      while k < n {
        sum -= l[k + i * n] * b[k]
        k += 1
      }
      b[i] = sum / l[i + i * n]
      i -= 1
    }
  }

  /// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's cyclic rotations; small entries are computed to high relative accuracy.
  ///
  /// - Parameters:
  ///   - a: the matrix (both triangles); destroyed, its diagonal then holds the eigenvalues, unsorted.
  ///   - v: receives the eigenvectors as columns.
  package static func symmetricEigen(_ a: Pointer, _ n: Int, vectors v: Pointer) {
    for i in 0..<n * n { v[i] = 0 }
    for i in 0..<n { v[i + i * n] = 1 }
    for _ in 0..<60 {
      var off = 0.0
      var scale = 0.0
      for j in 0..<n {
        scale += a[j + j * n] * a[j + j * n]
        for i in 0..<j { off += a[i + j * n] * a[i + j * n] }
      }
      if off <= 1e-34 * scale || off == 0 { return }
      for q in 0..<n {
        for p in 0..<q where a[p + q * n] != 0 {
          let theta = (a[q + q * n] - a[p + p * n]) / (2 * a[p + q * n])
          let t = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let x = a[k + p * n]
            let y = a[k + q * n]
            a[k + p * n] = c * x - s * y
            a[k + q * n] = s * x + c * y
          }
          for k in 0..<n {
            let x = a[p + k * n]
            let y = a[q + k * n]
            a[p + k * n] = c * x - s * y
            a[q + k * n] = s * x + c * y
          }
          for k in 0..<n {
            let x = v[k + p * n]
            let y = v[k + q * n]
            v[k + p * n] = c * x - s * y
            v[k + q * n] = s * x + c * y
          }
        }
      }
    }
  }
}

/// Memory for one workspace: doubles that live as long as this object and are handed out in pieces.
package final class ScratchBlock {
  private let base: UnsafeMutablePointer<Double>
  private let capacity: Int
  private var used = 0

  /// A block of zeros.
  package init(count: Int) {
    capacity = max(count, 1)
    // The beginning is aligned for vectors of four.
    base = UnsafeMutableRawPointer.allocate(byteCount: capacity * 8, alignment: 32)
      .bindMemory(to: Double.self, capacity: capacity)
    base.initialize(repeating: 0, count: capacity)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The next piece of the block.
  package func take(_ count: Int) -> UnsafeMutablePointer<Double> {
    precondition(
      used + count <= capacity, "scratch block of \(capacity) is too small by \(used + count - capacity)")
    defer { used += count }
    return base + used
  }
}
