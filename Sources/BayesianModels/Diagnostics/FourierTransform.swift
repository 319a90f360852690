import Glibc

/// The discrete Fourier transform of a fixed length, a power of two: radix 4, decimation in frequency
/// forwards and in time backwards.
///
/// Forwards takes numbers in their natural order and leaves the spectrum in the order of its butterflies;
/// backwards takes that order and gives back the natural one. What is done with the spectrum between the two
/// (for autocovariances: the squared modulus) does not ask for the order, so nothing is ever permuted.
///
///     X(k) = Σ_t x(t) exp(−2πi·kt/length)
///
/// Real and imaginary parts are separate arrays of vectors of four numbers: element t is lane t mod 4 of
/// vector t / 4.
///
/// - Reference: Cooley & Tukey (1965), doi:10.1090/S0025-5718-1965-0178586-1.
struct FourierTransform: Sendable {
  /// Four neighbouring numbers.
  typealias Lanes = SIMD4<Double>
  /// The memory of one part, real or imaginary: `length / 4` vectors.
  typealias Part = UnsafeMutablePointer<Lanes>

  /// Number of complex numbers; at least 16.
  let length: Int
  /// For every level of butterflies, widest first: exp(−2πi·j/n), and for radix 4 its square and its cube, as
  /// real and imaginary vectors.
  private let roots: [[Lanes]]

  /// The transform of the smallest length ≥ `minimum`.
  init(atLeast minimum: Int) {
    var length = 16
    while length < minimum { length *= 2 }
    self.length = length
    let quarter = length / 4
    // cos(2πk/length) in the first quadrant; everything else by symmetry.
    let cosines = (0...quarter).map { $0 == quarter ? 0 : cos(2 * Double.pi * Double($0) / Double(length)) }
    func root(_ k: Int) -> (re: Double, im: Double) {
      let rest = k % quarter
      let (c, s) = (cosines[rest], cosines[quarter - rest])
      switch k / quarter % 4 {
      case 0: return (c, -s)
      case 1: return (-s, -c)
      case 2: return (-c, s)
      default: return (s, c)
      }
    }
    func vectors(_ start: Int, power: Int, stride: Int) -> [Lanes] {
      let four = (start..<start + 4).map { root($0 * power * stride) }
      return [Lanes(four.map(\.re)), Lanes(four.map(\.im))]
    }
    var roots: [[Lanes]] = []
    var size = length
    if length.trailingZeroBitCount % 2 == 1 {
      roots.append(stride(from: 0, to: size / 2, by: 4).flatMap { vectors($0, power: 1, stride: 1) })
      size /= 2
    }
    while size > 4 {
      let step = length / size
      roots.append(
        stride(from: 0, to: size / 4, by: 4).flatMap { j in
          (1...3).flatMap { vectors(j, power: $0, stride: step) }
        })
      size /= 4
    }
    self.roots = roots
  }

  /// Replaces the numbers by their spectrum, in the order of the butterflies.
  func forwards(_ re: Part, _ im: Part) { forwards(re, im, length, level: 0) }

  /// Replaces a spectrum in the order of the butterflies by `length` times the numbers.
  func backwards(_ re: Part, _ im: Part) { backwards(re, im, length, level: 0) }

  // Depth first: as soon as a block fits the fast memory, all that remains of it happens there.
  private func forwards(_ re: Part, _ im: Part, _ size: Int, level: Int) {
    if size == 4 { return Self.smallest(re, im) }
    if size.trailingZeroBitCount % 2 == 1 {
      halve(re, im, size / 8)
      forwards(re, im, size / 2, level: level + 1)
      forwards(re + size / 8, im + size / 8, size / 2, level: level + 1)
      return
    }
    quarter(re, im, size / 16, roots[level])
    for part in 0..<4 {
      forwards(re + part * (size / 16), im + part * (size / 16), size / 4, level: level + 1)
    }
  }

  private func backwards(_ re: Part, _ im: Part, _ size: Int, level: Int) {
    if size == 4 { return Self.smallestBackwards(re, im) }
    if size.trailingZeroBitCount % 2 == 1 {
      backwards(re, im, size / 2, level: level + 1)
      backwards(re + size / 8, im + size / 8, size / 2, level: level + 1)
      double(re, im, size / 8)
      return
    }
    for part in 0..<4 {
      backwards(re + part * (size / 16), im + part * (size / 16), size / 4, level: level + 1)
    }
    unite(re, im, size / 16, roots[level])
  }

  /// One level of radix 2, forwards: `q` vectors in each half.
  private func halve(_ re: Part, _ im: Part, _ q: Int) {
    roots[0].withUnsafeBufferPointer { w in
      for j in 0..<q {
        let (r, i) = (re[j] - re[j + q], im[j] - im[j + q])
        re[j] += re[j + q]
        im[j] += im[j + q]
        let (c, s) = (w[2 * j], w[2 * j + 1])
        re[j + q] = r * c - i * s
        im[j + q] = r * s + i * c
      }
    }
  }

  /// One level of radix 2, backwards.
  private func double(_ re: Part, _ im: Part, _ q: Int) {
    roots[0].withUnsafeBufferPointer { w in
      for j in 0..<q {
        let (c, s) = (w[2 * j], w[2 * j + 1])
        let r = re[j + q] * c + im[j + q] * s
        let i = im[j + q] * c - re[j + q] * s
        re[j + q] = re[j] - r
        im[j + q] = im[j] - i
        re[j] += r
        im[j] += i
      }
    }
  }

  /// One level of radix 4, forwards: `q` vectors in each quarter.
  private func quarter(_ re: Part, _ im: Part, _ q: Int, _ roots: [Lanes]) {
    roots.withUnsafeBufferPointer { w in
      for j in 0..<q {
        let (evenRe, evenIm) = (re[j] + re[j + 2 * q], im[j] + im[j + 2 * q])
        let (gapRe, gapIm) = (re[j] - re[j + 2 * q], im[j] - im[j + 2 * q])
        let (oddRe, oddIm) = (re[j + q] + re[j + 3 * q], im[j + q] + im[j + 3 * q])
        let (turnRe, turnIm) = (im[j + q] - im[j + 3 * q], re[j + 3 * q] - re[j + q])
        re[j] = evenRe + oddRe
        im[j] = evenIm + oddIm
        let (r1, i1) = (gapRe + turnRe, gapIm + turnIm)
        let (r2, i2) = (evenRe - oddRe, evenIm - oddIm)
        let (r3, i3) = (gapRe - turnRe, gapIm - turnIm)
        let k = 6 * j
        re[j + q] = r1 * w[k] - i1 * w[k + 1]
        im[j + q] = r1 * w[k + 1] + i1 * w[k]
        re[j + 2 * q] = r2 * w[k + 2] - i2 * w[k + 3]
        im[j + 2 * q] = r2 * w[k + 3] + i2 * w[k + 2]
        re[j + 3 * q] = r3 * w[k + 4] - i3 * w[k + 5]
        im[j + 3 * q] = r3 * w[k + 5] + i3 * w[k + 4]
      }
    }
  }

  /// One level of radix 4, backwards.
  private func unite(_ re: Part, _ im: Part, _ q: Int, _ roots: [Lanes]) {
    roots.withUnsafeBufferPointer { w in
      for j in 0..<q {
        let k = 6 * j
        let r1 = re[j + q] * w[k] + im[j + q] * w[k + 1]
        let i1 = im[j + q] * w[k] - re[j + q] * w[k + 1]
        let r2 = re[j + 2 * q] * w[k + 2] + im[j + 2 * q] * w[k + 3]
        let i2 = im[j + 2 * q] * w[k + 2] - re[j + 2 * q] * w[k + 3]
        let r3 = re[j + 3 * q] * w[k + 4] + im[j + 3 * q] * w[k + 5]
        let i3 = im[j + 3 * q] * w[k + 4] - re[j + 3 * q] * w[k + 5]
        let (evenRe, evenIm) = (re[j] + r2, im[j] + i2)
        let (gapRe, gapIm) = (re[j] - r2, im[j] - i2)
        let (oddRe, oddIm) = (r1 + r3, i1 + i3)
        let (turnRe, turnIm) = (i3 - i1, r1 - r3)
        re[j] = evenRe + oddRe
        im[j] = evenIm + oddIm
        re[j + q] = gapRe + turnRe
        im[j + q] = gapIm + turnIm
        re[j + 2 * q] = evenRe - oddRe
        im[j + 2 * q] = evenIm - oddIm
        re[j + 3 * q] = gapRe - turnRe
        im[j + 3 * q] = gapIm - turnIm
      }
    }
  }

  /// The transform of four numbers, the lanes of one vector.
  private static func smallest(_ re: Part, _ im: Part) {
    let (r, i) = (re.pointee, im.pointee)
    let (evenRe, evenIm, gapRe, gapIm) = (r[0] + r[2], i[0] + i[2], r[0] - r[2], i[0] - i[2])
    let (oddRe, oddIm, turnRe, turnIm) = (r[1] + r[3], i[1] + i[3], i[1] - i[3], r[3] - r[1])
    re.pointee = Lanes(evenRe + oddRe, gapRe + turnRe, evenRe - oddRe, gapRe - turnRe)
    im.pointee = Lanes(evenIm + oddIm, gapIm + turnIm, evenIm - oddIm, gapIm - turnIm)
  }

  /// The transform of four numbers backwards.
  private static func smallestBackwards(_ re: Part, _ im: Part) {
    let (r, i) = (re.pointee, im.pointee)
    let (evenRe, evenIm, gapRe, gapIm) = (r[0] + r[2], i[0] + i[2], r[0] - r[2], i[0] - i[2])
    let (oddRe, oddIm, turnRe, turnIm) = (r[1] + r[3], i[1] + i[3], i[3] - i[1], r[1] - r[3])
    re.pointee = Lanes(evenRe + oddRe, gapRe + turnRe, evenRe - oddRe, gapRe - turnRe)
    im.pointee = Lanes(evenIm + oddIm, gapIm + turnIm, evenIm - oddIm, gapIm - turnIm)
  }
}
