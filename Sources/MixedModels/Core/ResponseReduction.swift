import LinearAlgebra

/// The part of a `GroupReduction` that depends on the response, made again for one response after another without allocating.
///
/// The design's part is kept: an orthonormal basis Q_j of each group's whitened Z̃_j = Q_jR_j, and what the bases leave of X̃, row by row. A new y
/// then costs O(n(q + p′)), p′ being the columns of X̃ that vary beyond the Z_j:
///
///     z_jy = Q_j'y,   r = y − Q_jz_jy,   β = Σ z_jx'z_jy + X_r'r,   z_jy ← z_jy − z_jxβ,   r ← r − X_rβ
///
/// so that y is replaced by its least-squares residual, as in `GroupReduction`. W_yy = |r|² comes from differences of sums of squares where they do not
/// cancel (less than two digits are lost), else from r row by row. Rows lie group by group, each
/// group filled up to whole vectors with zeros. A workspace for one task.
final class ResponseReduction {
  typealias Pointer = UnsafeMutablePointer<Double>
  private typealias Lanes = SIMD4<Double>

  /// What searches read: the design's part, and that of the last response.
  let constants: GroupConstants
  private let triangles, crossX, within, crossY, withinXY: Pointer
  /// β in the coordinates of X̃ (p) of the last response.
  let pooled: Pointer
  private var withinYY: Double {
    get { constants.withinYY }
    set { constants.withinYY = newValue }
  }
  /// The length of y's least-squares residual; z_jy, W_xy and W_yy are of the residual divided by it. 0 where X fits y exactly; NaN
  /// where numbers of y are none.
  private(set) var responseScale = 0.0
  /// What was taken out of y before, where X holds a constant.
  private(set) var mean = 0.0

  /// Whether the bases have been taken out of `residual`.
  private var bareRows = false
  private let rowCount, groupCount, q, p: Int
  private let centres: Bool
  /// Groups' first vectors, and one more; rows of each group.
  private let start: [Int]
  private let sizes: [Int]
  /// The row at each place; nil where rows lie group by group already.
  private let rows: [Int32]?
  /// Offset and √w by place; nil without.
  private let offsets, factors: [Double]?
  /// The columns of X̃ of which the bases leave something.
  private let live: [Int]
  private let vectors: UnsafeMutablePointer<Lanes>
  private let basis, left, residual: UnsafeMutablePointer<Lanes>
  private let width: Int
  /// W_xx⁺ (p×p).
  private let withinInverse: Pointer
  private let block: ScratchBlock

  /// Keeps the design of a model with one grouping factor.
  init(_ model: LinearMixedModel, _ data: GroupReduction) {
    let (n, q, p, groups) = (data.rowCount, data.effectCount, data.fixedCount, data.groupCount)
    (rowCount, groupCount, self.q, self.p) = (n, groups, q, p)
    centres = model.fixedEffectNames.contains("(Intercept)")
    let codes = model.groupCodes
    sizes = model.groupSizes
    var start = [0]
    for size in sizes { start.append(start.last! + (size + 3) / 4) }
    self.start = start
    let width = start.last!
    self.width = width
    var next = start.map { 4 * $0 }
    var place = [Int](repeating: 0, count: n)
    for i in 0..<n {
      place[i] = next[codes[i]]
      next[codes[i]] += 1
    }
    let inOrder = zip(codes, codes.dropFirst()).allSatisfy { $0 <= $1 }
    func byPlace(_ values: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: 4 * width)
      for i in 0..<n { result[place[i]] = values[i] }
      return result
    }
    var rows = [Int32](repeating: 0, count: 4 * width)
    for i in 0..<n { rows[place[i]] = Int32(i) }
    self.rows = inOrder ? nil : rows
    let roots = model.frame.rowFactors
    offsets = model.frame.offset.map(byPlace)
    factors = roots.map(byPlace)

    // Z̃ and X̃ as in the reduction.
    var white = model.randomMatrix.storage
    var triangle = Matrix(rows: q, columns: q)
    for term in data.blocks {
      _ = WhitenedDesign.orthonormalize(
        &white, rows: n, columns: term, rowFactors: roots, triangle: &triangle)
    }
    let rootJ = Double(groups).squareRoot()
    let x = PivotedQR(model.fixedMatrix, rowFactors: roots).orthonormalColumns
    vectors = .allocate(capacity: max(1, width * (q + p + 1)))
    vectors.initialize(repeating: .zero, count: max(1, width * (q + p + 1)))
    let flat = UnsafeMutableRawPointer(vectors).assumingMemoryBound(to: Double.self)
    let rowsWide = 4 * width
    for i in 0..<n {
      for k in 0..<q { flat[place[i] + k * rowsWide] = white[i + k * n] * rootJ }
      for k in 0..<p { flat[place[i] + (q + k) * rowsWide] = x[i + k * n] }
    }

    constants = GroupConstants(groups: groups, effects: q, fixed: p)
    (triangles, crossX, within) = (constants.triangles, constants.crossX, constants.within)
    (crossY, withinXY) = (constants.crossY, constants.withinXY)
    block = ScratchBlock(count: p + p * p)
    pooled = block.take(p)
    withinInverse = block.take(p * p)
    // Gram–Schmidt twice over within each group; a column of which nothing but rounding is left is no direction.
    for j in 0..<groups {
      let first = 4 * start[j]
      let range = first..<first + sizes[j]
      func dot(_ a: Int, _ b: Int) -> Double {
        range.reduce(0) { $0 + flat[$1 + a * rowsWide] * flat[$1 + b * rowsWide] }
      }
      for k in 0..<q + p {
        let before = dot(k, k)
        for _ in 0..<2 {
          for l in 0..<min(k, q) {
            let along = dot(l, k)
            if k < q {
              triangles[j * q * q + l + k * q] += along
            } else {
              crossX[j * q * p + l + (k - q) * q] += along
            }
            for i in range { flat[i + k * rowsWide] -= along * flat[i + l * rowsWide] }
          }
        }
        let after = dot(k, k)
        if after <= 1e-26 * before || k < q && after == 0 {
          for i in range { flat[i + k * rowsWide] = 0 }
        } else if k < q {
          let length = after.squareRoot()
          triangles[j * q * q + k + k * q] = length
          for i in range { flat[i + k * rowsWide] /= length }
        }
      }
    }
    // What is left of X̃ moves together.
    var live: [Int] = []
    for k in 0..<p {
      let column = flat + (q + k) * rowsWide
      if (0..<rowsWide).reduce(0.0, { $0 + column[$1] * column[$1] }) > 1e-26 {
        for i in 0..<rowsWide { flat[i + (q + live.count) * rowsWide] = column[i] }
        live.append(k)
      }
    }
    self.live = live
    basis = vectors
    left = vectors + q * width
    residual = vectors + (q + p) * width
    for (a, k) in live.enumerated() {
      for (b, l) in live.enumerated() {
        let (u, v) = (flat + (q + a) * rowsWide, flat + (q + b) * rowsWide)
        within[k + l * (p + 1)] = (0..<rowsWide).reduce(0.0) { $0 + u[$1] * v[$1] }
      }
    }
    let scratch = ScratchBlock(count: 2 * p * p)
    let (values, turned) = (scratch.take(p * p), scratch.take(p * p))
    for k in 0..<p { for l in 0..<p { values[k + l * p] = within[k + l * (p + 1)] } }
    SmallKernels.symmetricEigen(values, p, vectors: turned)
    for e in 0..<p where values[e + e * p] > 1e-12 {
      for k in 0..<p {
        for l in 0..<p {
          withinInverse[k + l * p] += turned[k + e * p] * turned[l + e * p] / values[e + e * p]
        }
      }
    }
    withExtendedLifetime(scratch) {}
  }

  deinit { vectors.deallocate() }

  /// Reduces a response (n numbers, none of them NaN).
  func reduce(_ response: UnsafePointer<Double>) {
    mean = centres ? meanBesideOffset(response) : 0
    var unit = 1.0
    var squares = pass(response, unit: 1)
    if !(squares > 1e-200 && squares < 1e200) {
      // Squares overflow or vanish.
      var largest = 0.0
      for i in 0..<rowCount { largest = max(largest, abs(response[i] - mean)) }
      if largest > 0, largest.isFinite {
        unit = largest
        squares = pass(response, unit: 1 / unit)
      }
    }
    finish(unit: unit)
  }

  private func meanBesideOffset(_ response: UnsafePointer<Double>) -> Double {
    var (a, b, c, d) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var i = 0
    while i + 16 <= rowCount {
      a += Self.load(response + i)
      b += Self.load(response + i + 4)
      c += Self.load(response + i + 8)
      d += Self.load(response + i + 12)
      i += 16
    }
    var sum = ((a + b) + (c + d)).sum()
    while i < rowCount {
      sum += response[i]
      i += 1
    }
    if let offsets { for o in offsets { sum -= o } }
    return sum / Double(rowCount)
  }

  @inline(__always)
  private static func load(_ p: UnsafePointer<Double>) -> Lanes {
    UnsafeRawPointer(p).loadUnaligned(as: Lanes.self)
  }

  /// Fills z_jy, W_xy and W_yy of y itself; returns y's sum of squares.
  private func pass(_ response: UnsafePointer<Double>, unit: Double) -> Double {
    let keeps = !live.isEmpty
    let plain = rows == nil && offsets == nil && factors == nil && unit == 1 && !keeps
    var all = Lanes.zero
    var between = 0.0
    let second = basis + (q > 1 ? width : 0)
    start.withUnsafeBufferPointer { start in
      sizes.withUnsafeBufferPointer { sizes in
        var row = 0
        for j in 0..<groupCount {
          let (first, last) = (start[j], start[j + 1])
          let z = crossY + j * q
          // Sums of a group's own, so that those of several groups overlap in time.
          var (t, u, w) = (Lanes.zero, Lanes.zero, Lanes.zero)
          if plain, q <= 2 {
            let size = sizes[j]
            let whole = size / 4
            for i in 0..<whole {
              let v = Self.load(response + row + 4 * i) - mean
              t += basis[first + i] * v
              u += second[first + i] * v
              w += v * v
            }
            if whole < last - first {
              var v = Lanes.zero
              for i in 0..<size & 3 { v[i] = response[row + 4 * whole + i] - mean }
              t += basis[last - 1] * v
              u += second[last - 1] * v
              w += v * v
            }
          } else {
            fill(response, group: j, from: first, size: sizes[j], row: row, unit: unit)
            for i in first..<last {
              let v = residual[i]
              t += basis[i] * v
              u += second[i] * v
              w += v * v
            }
          }
          row += sizes[j]
          all += w
          z[0] = t.sum()
          between += z[0] * z[0]
          if q > 1 {
            z[1] = u.sum()
            between += z[1] * z[1]
          }
          for k in 2..<max(q, 2) {
            let column = basis + k * width
            var t = Lanes.zero
            for i in first..<last { t += column[i] * residual[i] }
            z[k] = t.sum()
            between += z[k] * z[k]
          }
        }
      }
    }
    let total = all.sum()
    withinYY = total - between
    bareRows = withinYY <= 0.02 * total
    if bareRows { subtractBetween(response, unit: unit) }
    for k in 0..<p { withinXY[k] = 0 }
    for a in 0..<live.count {
      let column = left + a * width
      var (t, u) = (Lanes.zero, Lanes.zero)
      var i = 0
      while i + 2 <= width {
        t += column[i] * residual[i]
        u += column[i + 1] * residual[i + 1]
        i += 2
      }
      if i < width { t += column[i] * residual[i] }
      withinXY[live[a]] = (t + u).sum()
    }
    return total
  }

  /// Row by row what the bases leave of y, and its sum of squares, where the difference of sums would cancel.
  private func subtractBetween(_ response: UnsafePointer<Double>, unit: Double) {
    var row = 0
    var rest = Lanes.zero
    for j in 0..<groupCount {
      fill(response, group: j, from: start[j], size: sizes[j], row: row, unit: unit)
      row += sizes[j]
      let z = crossY + j * q
      for i in start[j]..<start[j + 1] {
        var r = residual[i]
        for k in 0..<q { r -= basis[i + k * width] * z[k] }
        residual[i] = r
        rest += r * r
      }
    }
    withinYY = rest.sum()
  }

  /// Copies a group's part of y, centred, weighted and in the unit chosen.
  @inline(__always)
  private func fill(
    _ response: UnsafePointer<Double>, group j: Int, from first: Int, size: Int, row: Int, unit: Double
  ) {
    let flat = UnsafeMutableRawPointer(residual + first).assumingMemoryBound(to: Double.self)
    if size & 3 != 0 { residual[first + size / 4] = .zero }
    if let rows {
      rows.withUnsafeBufferPointer { rows in
        for i in 0..<size { flat[i] = response[Int(rows[4 * first + i])] - mean }
      }
    } else {
      var i = 0
      var place = first
      while i + 4 <= size {
        residual[place] = Self.load(response + row + i) - mean
        i += 4
        place += 1
      }
      while i < size {
        flat[i] = response[row + i] - mean
        i += 1
      }
    }
    if let offsets { for i in 0..<size { flat[i] -= offsets[4 * first + i] } }
    if let factors { for i in 0..<size { flat[i] *= factors[4 * first + i] } }
    if unit != 1 { for i in 0..<size { flat[i] *= unit } }
  }

  /// From y to its least-squares residual of length 1.
  private func finish(unit: Double) {
    let order = p + 1
    for k in 0..<p { pooled[k] = withinXY[k] }
    var total = withinYY
    if q == 2, p == 2 {
      var (a, b) = (pooled[0], pooled[1])
      for j in 0..<groupCount {
        let (x, y) = (crossX + 4 * j, crossY + 2 * j)
        a += x[0] * y[0] + x[1] * y[1]
        b += x[2] * y[0] + x[3] * y[1]
        total += y[0] * y[0] + y[1] * y[1]
      }
      (pooled[0], pooled[1]) = (a, b)
    } else {
      for j in 0..<groupCount {
        let (x, y) = (crossX + j * q * p, crossY + j * q)
        for k in 0..<p { for i in 0..<q { pooled[k] += x[i + k * q] * y[i] } }
        for i in 0..<q { total += y[i] * y[i] }
      }
    }
    var reduced = withinYY
    for k in live {
      var sum = 0.0
      for l in live { sum += within[k + l * order] * pooled[l] }
      reduced += pooled[k] * (sum - 2 * withinXY[k])
      withinXY[k] -= sum
    }
    if !live.isEmpty {
      if reduced < 0.01 * withinYY {
        // Not from a difference that cancels. Where the bases were not taken out of the rows, they take their part now.
        var squares = Lanes.zero
        for j in 0..<groupCount {
          let y = crossY + j * q
          for i in start[j]..<start[j + 1] {
            var r = residual[i]
            if !bareRows { for k in 0..<q { r -= basis[i + k * width] * y[k] } }
            for a in 0..<live.count { r -= left[i + a * width] * pooled[live[a]] }
            squares += r * r
          }
        }
        reduced = squares.sum()
      }
      withinYY = reduced
    }
    var length = withinYY
    if q == 2, p == 2 {
      let (a, b) = (pooled[0], pooled[1])
      for j in 0..<groupCount {
        let (x, y) = (crossX + 4 * j, crossY + 2 * j)
        y[0] -= x[0] * a + x[2] * b
        y[1] -= x[1] * a + x[3] * b
        length += y[0] * y[0] + y[1] * y[1]
      }
    } else {
      for j in 0..<groupCount {
        let (x, y) = (crossX + j * q * p, crossY + j * q)
        for i in 0..<q {
          var value = y[i]
          for k in 0..<p { value -= x[i + k * q] * pooled[k] }
          y[i] = value
          length += value * value
        }
      }
    }
    // A residual that is nothing but rounding beside y counts as none.
    let root = length.squareRoot()
    let own = mean / unit
    responseScale = root > 1e-13 * (total + Double(rowCount) * own * own).squareRoot() ? root * unit : 0
    if !root.isFinite { responseScale = .nan }
    guard responseScale > 0 else { return }
    let factor = 1 / root
    for i in 0..<groupCount * q { crossY[i] *= factor }
    for k in 0..<p {
      withinXY[k] *= factor
      pooled[k] *= unit
    }
    withinYY *= factor * factor
  }

  /// Whether within groups y is fitted without residual: its Schur complement in W is nothing beside its sum of squares, 1.
  var fitsExactlyWithinGroups: Bool {
    var left = withinYY
    for k in 0..<p {
      for l in 0..<p { left -= withinXY[k] * withinInverse[k + l * p] * withinXY[l] }
    }
    if left > 1e-8 * withinYY, withinYY > 1e-20 { return false }
    // Now with care.
    let order = p + 1
    var w = Matrix(rows: order, columns: order)
    for k in 0..<p {
      for l in 0..<p { w[k, l] = within[k + l * order] }
      w[k, p] = withinXY[k]
      w[p, k] = withinXY[k]
    }
    w[p, p] = withinYY
    return GroupReduction.withinRankAndResidual(w.storage, p: p).1 <= 1e-24
  }
}
