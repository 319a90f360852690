import LinearAlgebra

extension LevelCompression {
  /// Shorter runs of rows of one level are added row by row.
  private static let leastRun = 16
  /// Longer runs are added in pieces, which stay in the cache.
  private static let longestRun = 2048

  /// One pass over all rows: for each level Σw, its first row, the sums and the products of what the rows differ from the first.
  func addProducts(to sums: Sums, stride: Int) {
    let k = columns.count
    LevelCompression.withPointers(to: columns) { columns in
      codes.withUnsafeBufferPointer { codes in
        var i = 0
        while i < codes.count {
          let code = codes[i]
          var end = i + 1
          while end < codes.count, codes[end] == code, end - i < LevelCompression.longestRun { end += 1 }
          let own = sums + code * stride
          if own[0] == 0 { for a in 0..<k { own[1 + a] = columns[a][i] } }
          if let rowFactors {
            for row in i..<end {
              add(row, of: columns, weight: rowFactors[row] * rowFactors[row], to: own)
            }
          } else if end - i < LevelCompression.leastRun {
            for row in i..<end { add(row, of: columns, weight: 1, to: own) }
          } else {
            addRun(i, end - i, of: columns, to: own)
          }
          i = end
        }
      }
    }
  }

  private func add(_ row: Int, of columns: [Column], weight: Double, to own: Sums) {
    let k = columns.count
    own[0] += weight
    let (first, totals) = (own + 1, own + 1 + k)
    var product = own + 1 + 2 * k
    for a in 0..<k {
      let x = weight * (columns[a][row] - first[a])
      totals[a] += x
      for b in 0...a { product[b] += x * (columns[b][row] - first[b]) }
      product += a + 1
    }
  }

  /// Adds a run of rows of one level, column by column.
  private func addRun(_ start: Int, _ count: Int, of columns: [Column], to own: Sums) {
    let k = columns.count
    own[0] += Double(count)
    let (first, totals) = (own + 1, own + 1 + k)
    var product = own + 1 + 2 * k
    for a in 0..<k {
      let x = columns[a] + start
      var b = 0
      while b < a {
        let y = columns[b] + start
        product[b] += LevelCompression.product(x, first[a], y, first[b], count)
        b += 1
      }
      let (sum, squares) = LevelCompression.sumAndSquares(x, first[a], count)
      totals[a] += sum
      product[a] += squares
      product += a + 1
    }
  }

  /// Σ(x − x₀) and Σ(x − x₀)².
  private static func sumAndSquares(_ x: Column, _ x0: Double, _ count: Int) -> (Double, Double) {
    let shift = Lanes(repeating: x0)
    var (s1, s2, q1, q2) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var i = 0
    while i + 8 <= count {
      let (a, b) = (load(x + i) - shift, load(x + i + 4) - shift)
      s1 += a
      s2 += b
      q1 += a * a
      q2 += b * b
      i += 8
    }
    var (sum, squares) = ((s1 + s2).sum(), (q1 + q2).sum())
    while i < count {
      let a = x[i] - x0
      sum += a
      squares += a * a
      i += 1
    }
    return (sum, squares)
  }

  /// Σ(x − x₀)(y − y₀).
  private static func product(_ x: Column, _ x0: Double, _ y: Column, _ y0: Double, _ count: Int) -> Double {
    let (shiftX, shiftY) = (Lanes(repeating: x0), Lanes(repeating: y0))
    var (s1, s2) = (Lanes.zero, Lanes.zero)
    var i = 0
    while i + 8 <= count {
      s1 += (load(x + i) - shiftX) * (load(y + i) - shiftY)
      s2 += (load(x + i + 4) - shiftX) * (load(y + i + 4) - shiftY)
      i += 8
    }
    var sum = (s1 + s2).sum()
    while i < count {
      sum += (x[i] - x0) * (y[i] - y0)
      i += 1
    }
    return sum
  }

  private static func load(_ x: Column) -> Lanes { UnsafeRawPointer(x).loadUnaligned(as: Lanes.self) }

  /// The rows of some levels.
  func rows(of levels: [Int]) -> [Int: [Int]] {
    guard !levels.isEmpty else { return [:] }
    var lists: [Int: [Int]] = [:]
    var wanted = [Bool](repeating: false, count: sizes.count)
    for j in levels {
      wanted[j] = true
      lists[j] = []
    }
    for (row, code) in codes.enumerated() where wanted[code] { lists[code]!.append(row) }
    return lists
  }

  /// T_j from the rows of a level, by Householder's reflections; the rows themselves where they are as few.
  /// - Parameter target: entry (i, a) of T_j goes to i + a·length.
  func reflect(_ rows: [Int], _ means: [Double], into target: Sums, length: Int) {
    let count = rows.count
    let block = ScratchBlock(count: count * width)
    defer { withExtendedLifetime(block) {} }
    let a = block.take(count * width)
    for (i, row) in rows.enumerated() {
      let factor = rowFactors?[row] ?? 1
      a[i] = factor
      for c in columns.indices { a[i + (c + 1) * count] = factor * (columns[c][row] - means[c]) }
    }
    if count > width {
      for c in 0..<width { GroupFactors.reflect(a, rows: count, width: width, column: c) }
    }
    for c in 0..<width {
      for i in 0..<min(count, width) { target[i + c * length] = a[i + c * count] }
    }
  }

  /// Lends the entries of all columns.
  private static func withPointers<R>(to columns: [[Double]], _ body: ([Column]) -> R) -> R {
    func lend(_ pointers: [Column]) -> R {
      if pointers.count == columns.count { return body(pointers) }
      return columns[pointers.count].withUnsafeBufferPointer { lend(pointers + [$0.baseAddress!]) }
    }
    return lend([])
  }
}
