/// Products of many short rows that stand one behind another, in vectors of four numbers: what the elimination of levels spends its time on.
///
/// Sums run over rows, or columns, in ascending order whatever the width, so bits do not depend on the processor.
enum RowProducts {
  typealias Pointer = UnsafeMutablePointer<Double>
  private typealias Lanes = SIMD4<Double>

  @inline(__always)
  private static func load(_ x: UnsafePointer<Double>) -> Lanes {
    UnsafeRawPointer(x).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  private static func store(_ x: Lanes, _ place: Pointer) {
    UnsafeMutableRawPointer(place).storeBytes(of: x, as: Lanes.self)
  }

  /// S ← S − V'V (lower triangle).
  /// - Parameters:
  ///   - s: width×width by columns, `stride` apart.
  ///   - v: `rows` rows of `width` numbers.
  static func subtractSquare(_ s: Pointer, stride: Int, _ v: Pointer, rows: Int, width: Int) {
    var k = 0
    // Four columns by eight rows of S at a time; what a block has above the diagonal is left out.
    while k + 4 <= width {
      var l = k
      while l + 8 <= width {
        var (a0, a1, a2, a3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (b0, b1, b2, b3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var row = v
        for _ in 0..<rows {
          let (first, second) = (load(row + l), load(row + l + 4))
          let (f0, f1, f2, f3) = (row[k], row[k + 1], row[k + 2], row[k + 3])
          a0 += f0 * first
          b0 += f0 * second
          a1 += f1 * first
          b1 += f1 * second
          a2 += f2 * first
          b2 += f2 * second
          a3 += f3 * first
          b3 += f3 * second
          row += width
        }
        if l == k {
          for i in 0..<4 { s[l + i + k * stride] -= a0[i] }
          for i in 1..<4 { s[l + i + (k + 1) * stride] -= a1[i] }
          for i in 2..<4 { s[l + i + (k + 2) * stride] -= a2[i] }
          s[l + 3 + (k + 3) * stride] -= a3[3]
        } else {
          subtract(a0, s + (l + k * stride))
          subtract(a1, s + (l + (k + 1) * stride))
          subtract(a2, s + (l + (k + 2) * stride))
          subtract(a3, s + (l + (k + 3) * stride))
        }
        subtract(b0, s + (l + 4 + k * stride))
        subtract(b1, s + (l + 4 + (k + 1) * stride))
        subtract(b2, s + (l + 4 + (k + 2) * stride))
        subtract(b3, s + (l + 4 + (k + 3) * stride))
        l += 8
      }
      subtractRest(s, stride, v, rows, width, columns: k..<k + 4, from: l)
      k += 4
    }
    subtractRest(s, stride, v, rows, width, columns: k..<width, from: k)
  }

  @inline(__always)
  private static func subtract(_ x: Lanes, _ place: Pointer) { store(load(place) - x, place) }

  /// Entries of some columns from a row of S on, one by one.
  private static func subtractRest(
    _ s: Pointer, _ stride: Int, _ v: Pointer, _ rows: Int, _ width: Int, columns: Range<Int>, from first: Int
  ) {
    for k in columns {
      for l in max(first, k)..<max(width, k) {
        var sum = 0.0
        for r in 0..<rows { sum += v[k + r * width] * v[l + r * width] }
        s[l + k * stride] -= sum
      }
    }
  }

  /// out ← −Sf for a full symmetric S.
  /// - Parameter s: width×width by columns, `stride` apart.
  static func multiplyNegative(_ out: Pointer, _ s: Pointer, stride: Int, _ f: Pointer, width: Int) {
    var l = 0
    while l + 8 <= width {
      var (first, second) = (Lanes.zero, Lanes.zero)
      var column = s + l
      for k in 0..<width {
        first -= f[k] * load(column)
        second -= f[k] * load(column + 4)
        column += stride
      }
      store(first, out + l)
      store(second, out + l + 4)
      l += 8
    }
    while l < width {
      var sum = 0.0
      for k in 0..<width { sum -= f[k] * s[l + k * stride] }
      out[l] = sum
      l += 1
    }
  }
}
