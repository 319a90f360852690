import LinearAlgebra

extension LevelCompression {
  /// Shorter runs of rows of one level are added row by row.
  private static let leastRun = 16
  /// Longer runs are added in pieces, which stay in the cache.
  private static let longestRun = 2048

  /// One pass over all rows: for each level Σw, its first row, the sums and the products of what the rows differ from the first.
  /// - Returns: the number of rows of each level.
  func addProducts(to sums: Sums, stride: Int) -> [Int] {
    let k = columns.count
    var sizes = [Int](repeating: 0, count: levelCount)
    LevelCompression.withPointers(to: columns) { columns in
      codes.withUnsafeBufferPointer { codes in
        var i = 0
        while i < codes.count {
          let code = codes[i]
          var end = i + 1
          while end < codes.count, codes[end] == code, end - i < LevelCompression.longestRun { end += 1 }
          let own = sums + code * stride
          if sizes[code] == 0 { for a in 0..<k { own[1 + a] = columns[a][i] } }
          if let rowFactors {
            for row in i..<end {
              add(row, of: columns, weight: rowFactors[row] * rowFactors[row], to: own)
            }
          } else if end - i < LevelCompression.leastRun {
            for row in i..<end { add(row, of: columns, weight: 1, to: own) }
          } else {
            addRun(i, end - i, of: columns, to: own)
          }
          sizes[code] += end - i
          i = end
        }
      }
    }
    return sizes
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
    var a = 0
    while a < k {
      let x = columns[a] + start
      var b = 0
      while b + 1 < a {
        product[b] += LevelCompression.product(x, first[a], columns[b] + start, first[b], count)
        b += 1
      }
      // The column and the one before it in one pass.
      if a > 0 {
        let sums = LevelCompression.sums(x, first[a], columns[b] + start, first[b], count)
        totals[a] += sums.x
        product[a] += sums.xx
        product[b] += sums.xy
        if a == 1 {
          totals[b] += sums.y
          own[1 + 2 * k] += sums.yy
        }
      } else if k == 1 {
        let sums = LevelCompression.sums(x, first[a], x, first[a], count)
        totals[a] += sums.x
        product[a] += sums.xx
      }
      product += a + 1
      a += 1
    }
  }

  /// The sums of x − x₀ and y − y₀, their squares and products.
  private static func sums(
    _ x: Column, _ x0: Double, _ y: Column, _ y0: Double, _ count: Int
  ) -> (x: Double, y: Double, xx: Double, xy: Double, yy: Double) {
    let (shiftX, shiftY) = (Lanes(repeating: x0), Lanes(repeating: y0))
    var (sx, sy, xx, xy, yy) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var i = 0
    while i + 4 <= count {
      let (a, b) = (load(x + i) - shiftX, load(y + i) - shiftY)
      sx += a
      sy += b
      xx += a * a
      xy += a * b
      yy += b * b
      i += 4
    }
    var result = (x: sx.sum(), y: sy.sum(), xx: xx.sum(), xy: xy.sum(), yy: yy.sum())
    while i < count {
      let (a, b) = (x[i] - x0, y[i] - y0)
      result.x += a
      result.y += b
      result.xx += a * a
      result.xy += a * b
      result.yy += b * b
      i += 1
    }
    return result
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
    var wanted = [Bool](repeating: false, count: levelCount)
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
