/// Products of the small matrices of a level.
enum SmallMatrices {
  typealias Pointer = UnsafeMutablePointer<Double>

  @inline(__always)
  static func dot(_ a: Pointer, _ b: Pointer, _ n: Int) -> Double {
    var sum = 0.0
    for i in 0..<n { sum += a[i] * b[i] }
    return sum
  }

  /// The inner product of long vectors, several sums side by side.
  static func longDot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ n: Int) -> Double {
    typealias Lanes = SIMD4<Double>
    func load(_ x: UnsafePointer<Double>) -> Lanes { UnsafeRawPointer(x).loadUnaligned(as: Lanes.self) }
    var (s1, s2) = (Lanes.zero, Lanes.zero)
    var i = 0
    while i + 8 <= n {
      s1 += load(a + i) * load(b + i)
      s2 += load(a + i + 4) * load(b + i + 4)
      i += 8
    }
    var sum = (s1 + s2).sum()
    while i < n {
      sum += a[i] * b[i]
      i += 1
    }
    return sum
  }

  /// Σ v_i, several sums side by side.
  @inline(__always)
  static func sum(_ v: UnsafePointer<Double>, _ count: Int) -> Double {
    typealias Lanes = SIMD4<Double>
    var i = 0
    var total = 0.0
    if count >= 8 {
      var (first, second) = (Lanes.zero, Lanes.zero)
      while i + 8 <= count {
        first += UnsafeRawPointer(v + i).loadUnaligned(as: Lanes.self)
        second += UnsafeRawPointer(v + i + 4).loadUnaligned(as: Lanes.self)
        i += 8
      }
      total = (first + second).sum()
    }
    while i < count {
      total += v[i]
      i += 1
    }
    return total
  }

  /// Σ v_i a_i b_i.
  @inline(__always)
  static func weightedDot(
    _ v: UnsafePointer<Double>, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    typealias Lanes = SIMD4<Double>
    func load(_ x: UnsafePointer<Double>) -> Lanes { UnsafeRawPointer(x).loadUnaligned(as: Lanes.self) }
    var i = 0
    var lanes = Lanes.zero
    while i + 4 <= count {
      lanes += load(v + i) * load(a + i) * load(b + i)
      i += 4
    }
    var total = lanes.sum()
    while i < count {
      total += v[i] * a[i] * b[i]
      i += 1
    }
    return total
  }

  /// out ← Λ'AΛ for a lower triangular Λ and a full symmetric A (q×q).
  static func sandwich(_ out: Pointer, _ lambda: Pointer, _ a: Pointer, _ q: Int, scratch: Pointer) {
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in k..<q { sum += a[i + l * q] * lambda[l + k * q] }
        scratch[i + k * q] = sum
      }
    }
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in i..<q { sum += lambda[l + i * q] * scratch[l + k * q] }
        out[i + k * q] = sum
      }
    }
  }

  /// x ← Λ'x for a lower triangular Λ.
  @inline(__always)
  static func multiplyTransposed(_ lambda: Pointer, _ x: Pointer, _ q: Int) {
    for k in 0..<q {
      var sum = 0.0
      for l in k..<q { sum += lambda[l + k * q] * x[l] }
      x[k] = sum
    }
  }

  /// x ← Λx for a lower triangular Λ.
  @inline(__always)
  static func multiply(_ lambda: Pointer, _ x: Pointer, _ q: Int) {
    var k = q - 1
    while k >= 0 {
      var sum = 0.0
      for l in 0...k { sum += lambda[k + l * q] * x[l] }
      x[k] = sum
      k -= 1
    }
  }
}
