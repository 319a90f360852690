import LinearAlgebra

/// The QR factorizations of the groups' Z_j applied to U_j = [X_j y_j], all whitened.
struct GroupFactors {
  /// R_j by columns, group after group (J·q²), and the rank of each.
  let triangles: [Double]
  let ranks: [Int]
  /// z_j, the first q rows of Q_j'U_j, by columns, group after group (J·q·(p+1)).
  let projections: [Double]
  /// W = Σ (rest)'(rest) over the other rows ((p+1)²).
  let within: [Double]
  private let sizes: [Int]
  private let effects: Int
  private let columns: Int

  /// - Parameters:
  ///   - whiteZ: Z̃ (n×q); u: [X̃ ỹ] (n × `columns`).
  ///   - codes: the level of each row, 0..<groups.
  init(
    whiteZ: [Double], u: [Double], rows n: Int, effects q: Int, columns: Int, codes: [Int], groups: Int
  ) {
    // Written through pointers: this is most of what large models do before they are fitted.
    let (count, wide) = (groups * q * q, groups * q * columns)
    let block = ScratchBlock(count: count + wide + columns * columns)
    defer { withExtendedLifetime(block) {} }
    let (triangles, projections) = (block.take(count), block.take(wide))
    let within = block.take(columns * columns)
    var ranks = [Int](repeating: 0, count: groups)
    sizes = ranks.withUnsafeMutableBufferPointer { ranks in
      GroupFactors.forEachGroup(
        whiteZ: whiteZ, u: u, rows: n, effects: q, columns: columns, codes: codes, groups: groups
      ) { j, rows, a in
        let kept = min(q, rows)
        let (r, z) = (triangles + j * q * q, projections + j * q * columns)
        var trace = 0.0
        for k in 0..<q {
          for i in 0...min(k, kept - 1) {
            let entry = a[i + k * rows]
            r[i + k * q] = entry
            trace += entry * entry
          }
        }
        ranks[j] = GroupFactors.rank(ofTriangle: r, q: q, trace: trace)
        for k in 0..<columns {
          let x = a + (q + k) * rows
          for i in 0..<kept { z[i + k * q] = x[i] }
          for l in 0...k {
            let y = a + (q + l) * rows
            var sum = 0.0
            for i in kept..<max(rows, kept) { sum += x[i] * y[i] }
            within[l + k * columns] += sum
          }
        }
      }
    }
    for k in 0..<columns { for l in 0..<k { within[k + l * columns] = within[l + k * columns] } }
    self.triangles = Array(UnsafeBufferPointer(start: triangles, count: count))
    self.ranks = ranks
    self.projections = Array(UnsafeBufferPointer(start: projections, count: wide))
    self.within = Array(UnsafeBufferPointer(start: within, count: columns * columns))
    self.effects = q
    self.columns = columns
  }

  /// Hands over each group's rows of [Z̃ X̃ ỹ] after the reflections that make Z̃_j triangular, by columns; returns the groups' sizes.
  private static func forEachGroup(
    whiteZ: [Double], u: [Double], rows n: Int, effects q: Int, columns: Int, codes: [Int], groups: Int,
    _ body: (Int, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [Int] {
    // Rows of a group side by side.
    var start = [Int](repeating: 0, count: groups + 1)
    for code in codes { start[code + 1] += 1 }
    let sizes = Array(start.dropFirst())
    for j in 0..<groups { start[j + 1] += start[j] }
    var order = [Int](repeating: 0, count: n)
    var next = start
    for i in 0..<n {
      order[next[codes[i]]] = i
      next[codes[i]] += 1
    }
    let width = q + columns
    let most = sizes.max() ?? 0
    let scratch = ScratchBlock(count: most * width)
    defer { withExtendedLifetime(scratch) {} }
    let a = scratch.take(most * width)
    whiteZ.withUnsafeBufferPointer { whiteZ in
      u.withUnsafeBufferPointer { u in
        order.withUnsafeBufferPointer { order in
          for j in 0..<groups {
            let rows = sizes[j]
            let first = start[j]
            for k in 0..<width {
              let column = k < q ? whiteZ.baseAddress! + k * n : u.baseAddress! + (k - q) * n
              let target = a + k * rows
              for r in 0..<rows { target[r] = column[order[first + r]] }
            }
            for k in 0..<min(q, rows) { reflect(a, rows: rows, width: width, column: k) }
            body(j, rows, a)
          }
        }
      }
    }
    return sizes
  }

  /// The sum of squares that X̃ and the groups' effects leave of ỹ, from rows: sums of squares and products lose it where it is nothing beside them.
  func withinResidual(whiteZ: [Double], u: [Double], rows n: Int, codes: [Int]) -> Double {
    let (q, columns) = (effects, columns)
    var left: [[Double]] = [[Double]](repeating: [], count: columns)
    _ = GroupFactors.forEachGroup(
      whiteZ: whiteZ, u: u, rows: n, effects: q, columns: columns, codes: codes, groups: ranks.count
    ) { j, rows, a in
      let kept = min(q, rows)
      for k in 0..<columns { for i in kept..<max(rows, kept) { left[k].append(a[i + (q + k) * rows]) } }
      for (k, rest) in singularRest(j).enumerated() { left[k] += rest }
    }
    var y = left[columns - 1]
    // Columns of X̃ have length 1; what the effects leave of one that they span is rounding.
    let kept = (0..<columns - 1).filter { k in left[k].reduce(0) { $0 + $1 * $1 } > 1e-24 }
    let qr = PivotedQR(Matrix(rows: y.count, columns: kept.count, storage: kept.flatMap { left[$0] }))
    qr.applyTransposedQ(to: &y)
    return y[qr.rank...].reduce(0) { $0 + $1 * $1 }
  }

  /// What a singular R_j leaves of z_j, column by column; nothing of others.
  private func singularRest(_ j: Int) -> [[Double]] {
    let q = effects
    let kept = min(q, sizes[j])
    guard ranks[j] < kept else { return [] }
    var head = Matrix(rows: kept, columns: q)
    for k in 0..<q { for i in 0..<kept { head[i, k] = triangles[j * q * q + i + k * q] } }
    let span = PivotedQR(head, tolerance: 1e-6)
    return (0..<columns).map { k in
      var column = (0..<kept).map { projections[j * q * columns + $0 + k * q] }
      span.applyTransposedQ(to: &column)
      return Array(column[min(span.rank, kept)...])
    }
  }

  /// W with what singular R_j leave of z_j: all sums of squares within groups.
  var allWithinGroups: [Double] {
    let q = effects
    var squares = within
    for j in ranks.indices where ranks[j] < min(q, sizes[j]) {
      let rest = singularRest(j)
      for (k, a) in rest.enumerated() {
        for (l, b) in rest.enumerated() {
          squares[l + k * columns] += zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
    }
    return squares
  }

  /// One Householder step on the first columns of a group's block.
  static func reflect(_ a: UnsafeMutablePointer<Double>, rows: Int, width: Int, column k: Int) {
    let c = a + k * rows
    var squares = 0.0
    for i in k + 1..<max(rows, k + 1) { squares += c[i] * c[i] }
    // Nothing below the diagonal: already triangular.
    guard squares > 0 else { return }
    squares += c[k] * c[k]
    let norm = squares.squareRoot()
    let diagonal = c[k] > 0 ? -norm : norm
    let v0 = c[k] - diagonal
    let factor = 1 / (diagonal * v0)
    for l in k + 1..<width {
      let b = a + l * rows
      var dot = v0 * b[k]
      var i = k + 1
      while i < rows {
        dot += c[i] * b[i]
        i += 1
      }
      dot *= factor
      b[k] += dot * v0
      i = k + 1
      while i < rows {
        b[i] += dot * c[i]
        i += 1
      }
    }
    c[k] = diagonal
    var i = k + 1
    while i < rows {
      c[i] = 0
      i += 1
    }
  }

  /// Rank of a whitened R_j, by column-pivoted elimination of R_j'R_j against 1e-12 of its trace.
  private static func rank(ofTriangle r: UnsafePointer<Double>, q: Int, trace: Double) -> Int {
    if trace == 0 { return 0 }
    if q == 1 { return 1 }
    if q == 2 {
      // What the larger diagonal entry leaves of the other is det/larger.
      let (a, b, d) = (r[0], r[2], r[3])
      let larger = max(a * a, b * b + d * d)
      return (a * d) * (a * d) > 1e-12 * trace * larger ? 2 : 1
    }
    var gram = Matrix(rows: q, columns: q)
    for i in 0..<q {
      for j in 0..<q {
        var sum = 0.0
        for k in 0...min(i, j) { sum += r[k + i * q] * r[k + j * q] }
        gram[i, j] = sum
      }
    }
    var left = Array(0..<q)
    var rank = 0
    while let k = left.max(by: { gram[$0, $0] < gram[$1, $1] }), gram[k, k] > 1e-12 * trace {
      left.removeAll { $0 == k }
      rank += 1
      for i in left { for j in left { gram[i, j] -= gram[i, k] * gram[k, j] / gram[k, k] } }
    }
    return rank
  }
}
