import TestSupport
import Testing

@testable import MixedModels

@Suite("Products of short rows")
struct RowProductsTests {
  /// Numbers of both signs that are all different.
  private static func numbers(_ count: Int, _ seed: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919 + seed * 104_729) % 1009) / 97 - 5 }
  }

  @Test("they are what sums written out are, at every width", arguments: 1...27)
  func products(_ width: Int) {
    let stride = width + 3
    for rows in [1, 2, 5, 11] {
      var v = Self.numbers(rows * width, 1)
      var s = Self.numbers(stride * width, 2)
      let before = s
      s.withUnsafeMutableBufferPointer { s in
        v.withUnsafeMutableBufferPointer { v in
          RowProducts.subtractSquare(
            s.baseAddress!, stride: stride, v.baseAddress!, rows: rows, width: width)
        }
      }
      for k in 0..<width {
        for l in 0..<stride {
          let place = l + k * stride
          // Above the diagonal and below the matrix nothing is touched.
          let sum =
            l < k || l >= width ? 0 : (0..<rows).reduce(0.0) { $0 + v[k + $1 * width] * v[l + $1 * width] }
          expectClose(s[place], before[place] - sum, absolute: 1e-11, "\(rows) rows, [\(l), \(k)]")
        }
      }
    }
    var s = Self.numbers(stride * width, 3)
    var f = Self.numbers(width, 4)
    var out = [Double](repeating: 0, count: width)
    s.withUnsafeMutableBufferPointer { s in
      f.withUnsafeMutableBufferPointer { f in
        out.withUnsafeMutableBufferPointer { out in
          RowProducts.multiplyNegative(
            out.baseAddress!, s.baseAddress!, stride: stride, f.baseAddress!, width: width)
        }
      }
    }
    for l in 0..<width {
      let sum = (0..<width).reduce(0.0) { $0 + f[$1] * s[l + $1 * stride] }
      expectClose(out[l], -sum, absolute: 1e-11, "[\(l)]")
    }
  }
}
