/// Dense kernels for large symmetric matrices (order in the hundreds and thousands), on memory the caller owns.
///
/// Matrices are stored by columns without gaps; only the lower triangle is read and written. From `libraryOrder` on the work is OpenBLAS's, where it is
/// installed; below, and without it, loops along columns do it.
package enum DenseKernels {
  /// Memory of the caller.
  package typealias Pointer = UnsafeMutablePointer<Double>

  /// The order from which calling the library pays.
  private static let libraryOrder = 96

  /// Whether the library may be called. Its kernels are the processor's, and so are the last bits of what it gives: studies do without.
  @TaskLocal package static var usesLibrary = true

  private static func library(for n: Int) -> OpenBLAS? {
    n < libraryOrder || !usesLibrary ? nil : OpenBLAS.shared
  }

  /// Cholesky factor L (lower triangle, in place).
  /// - Returns: false when a pivot is not positive; the contents are then undefined.
  package static func cholesky(_ a: Pointer, _ n: Int) -> Bool {
    if let library = library(for: n) { return library.cholesky(a, n) }
    for j in 0..<n {
      let column = a + j * n
      for k in 0..<j {
        let other = a + k * n
        let factor = other[j]
        if factor == 0 { continue }
        for i in j..<n { column[i] -= factor * other[i] }
      }
      guard column[j] > 0 else { return false }
      let root = column[j].squareRoot()
      column[j] = root
      let inverse = 1 / root
      for i in j + 1..<max(n, j + 1) { column[i] *= inverse }
    }
    return true
  }

  /// B ← L⁻¹B for the leading n×n block of a lower triangular L stored with `stride` rows; B has `columns` columns and the same stride.
  package static func solveLower(_ l: Pointer, _ n: Int, stride: Int, _ b: Pointer, columns: Int) {
    if let library = library(for: n) { return library.solveLower(l, n, stride: stride, b, columns: columns) }
    for c in 0..<columns {
      let x = b + c * stride
      for j in 0..<n {
        let own = l + j * stride
        let value = x[j] / own[j]
        x[j] = value
        if value == 0 { continue }
        for i in j + 1..<max(n, j + 1) { x[i] -= value * own[i] }
      }
    }
  }

  /// The inverse of LL' (lower triangle) in place of L, the leading n×n block of a matrix stored with `stride` rows.
  package static func inverse(ofFactor l: Pointer, _ n: Int, stride: Int) {
    if let library = library(for: n) { return library.inverse(ofFactor: l, n, stride: stride) }
    // L⁻¹ in place, column by column from the last.
    for j in (0..<n).reversed() {
      let column = l + j * stride
      let inverse = 1 / column[j]
      // x = −L₂₂⁻¹l/l_jj with L₂₂⁻¹ already in place, from the bottom up.
      for i in (j + 1..<max(n, j + 1)).reversed() {
        var sum = 0.0
        for k in j + 1...i { sum += l[i + k * stride] * column[k] }
        column[i] = -sum * inverse
      }
      column[j] = inverse
    }
    // L⁻ᵀL⁻¹: entry (i, j), i ≥ j, is the product of columns i and j below i.
    for j in 0..<n {
      let column = l + j * stride
      for i in j..<n {
        let other = l + i * stride
        var sum = 0.0
        for k in i..<n { sum += other[k] * column[k] }
        column[i] = sum
      }
    }
  }
}
