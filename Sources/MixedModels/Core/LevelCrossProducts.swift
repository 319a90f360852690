import LinearAlgebra

/// The data of a model with several grouping factors, reduced to cross-products between levels: nothing after it touches an observation.
///
/// Factors are taken in the order of their numbers of levels. The `stages` are the factor with most levels, the next one within whose levels all of
/// its levels lie, and so on: levels of one stage never meet each other, whatever was eliminated before, so they go one by one without
/// filling anything. All other factors are the tail, with X and y behind them. Z'Z, Z'X and Z'y are kept for each level over the levels it meets.
///
/// Everything is in the coordinates of `WhitenedDesign`, where cross-products lose nothing to the scale of predictors.
/// Reference: Bates et al. (2015), doi:10.18637/jss.v067.i01.
final class LevelCrossProducts: Sendable {
  /// One grouping factor.
  struct Factor: Sendable {
    /// The columns of Z that vary over its levels.
    let columns: [Int]
    /// Number of levels.
    let levelCount: Int
    /// The level of each row.
    let codes: [Int]
    /// Whether all rows of any of its levels lie in one level of another factor.
    func isNested(in other: Factor) -> Bool {
      var around = [Int](repeating: -1, count: levelCount)
      for (own, outer) in zip(codes, other.codes) {
        if around[own] < 0 { around[own] = outer } else if around[own] != outer { return false }
      }
      return true
    }
  }

  /// A factor whose levels are eliminated one by one.
  struct Stage: Sendable {
    /// Which factor.
    let factor: Int
    let levelCount: Int
    /// Random effects a level (q).
    let width: Int
    /// Levels in an order in which those with the same ancestors stand together.
    let order: [Int]
    /// For each later stage, the level in which each level lies.
    let ancestors: [[Int]]
    /// Number of columns of all ancestors of a level.
    let ancestorWidth: Int
    /// Z_j'Z_j (q×q), level after level.
    let squares: [Double]
    /// Where each level's tail columns begin in `tailColumns`; one more than levels.
    let columnStart: [Int]
    /// The columns of the tail that a level meets, ascending, those of X and y last.
    let tailColumns: [Int32]
    /// Z_j'[Z_ancestors Z_tail X y] over those columns (q × width), level after level.
    let rows: [Double]

    /// Where a level's row begins in `rows`.
    func rowStart(_ j: Int) -> Int { width * (j * ancestorWidth + columnStart[j]) }
    /// Number of columns of a level's row, those of X and y included.
    func rowWidth(_ j: Int) -> Int { ancestorWidth + columnStart[j + 1] - columnStart[j] }
  }

  let rowCount: Int
  /// Number of random effects of all terms (q) and of fixed effects (p).
  let effectCount: Int
  let fixedCount: Int
  /// The columns of each random-effects term.
  let blocks: [Range<Int>]
  let design: WhitenedDesign.Coordinates
  let factors: [Factor]
  let stages: [Stage]
  /// The factors of the tail and where the columns of each begin.
  let tail: [(factor: Int, start: Int)]
  /// The tail's own cross-products: each factor over the ones behind it, X and y, like a stage without ancestors.
  let tailStages: [Stage]
  /// [X y]'[X y] ((p+1)²).
  let dense: [Double]
  /// The rows themselves where they are few.
  let rowSpan: RowSpan?
  /// Number of the tail's columns of levels.
  let tailLevelColumns: Int
  /// Columns of levels, X and y.
  var tailOrder: Int { tailLevelColumns + fixedCount + 1 }

  /// Reduces whitened data.
  /// - Parameters:
  ///   - white: Z̃, X̃ and ỹ.
  ///   - blocks: the columns of each term.
  ///   - factors: the grouping factors.
  ///   - mostStages: where the chain of nested factors ends at the latest.
  /// - Complexity: O(n(q + p)²).
  init(
    _ white: WhitenedDesign, blocks: [Range<Int>], factors: [Factor], fixedCount p: Int,
    mostStages: Int = .max
  ) {
    let n = factors[0].codes.count
    rowCount = n
    effectCount = blocks.last!.upperBound
    fixedCount = p
    self.blocks = blocks
    design = white.coordinates
    self.factors = factors
    rowSpan = RowSpan(white, factors: factors, fixedCount: p)

    let byLevels = factors.indices.sorted {
      (-factors[$0].levelCount, $0) < (-factors[$1].levelCount, $1)
    }
    var chain = [byLevels[0]]
    var others: [(factor: Int, start: Int)] = []
    var next = 0
    for f in byLevels.dropFirst() {
      if chain.count < mostStages, factors[chain.last!].isNested(in: factors[f]) {
        chain.append(f)
      } else {
        others.append((f, next))
        next += factors[f].levelCount * factors[f].columns.count
      }
    }
    tail = others
    tailLevelColumns = next
    let table = CrossTables(white: white, factors: factors, levelColumns: next, p: p, rows: n)
    dense = table.dense()
    stages = chain.indices.map { table.stage(chain[$0], within: Array(chain[($0 + 1)...]), over: others) }
    tailStages = others.indices.map {
      table.stage(others[$0].factor, within: [], over: Array(others[($0 + 1)...]))
    }
  }

  /// Floating-point operations of one exact value of the criterion.
  var operationCount: Double {
    let order = Double(tailOrder)
    return order * order * order / 3
      + stages.reduce(0) { sum, stage in
        (0..<stage.levelCount).reduce(sum) {
          $0 + Double(stage.width * stage.rowWidth($1) * stage.rowWidth($1))
        }
      }
  }

  /// Bytes of the dense matrices of one exact value.
  var exactBytes: Double { 3 * 8 * Double(tailOrder) * Double(tailOrder) }

  /// The stage of a factor, of the chain or the tail.
  private func stage(ofFactor f: Int) -> Stage { (stages + tailStages).first { $0.factor == f }! }

  /// Z_j'Z_j of a factor's level (q_f×q_f).
  func square(ofFactor f: Int, level j: Int) -> Matrix {
    let stage = stage(ofFactor: f)
    let q = stage.width
    return Matrix(rows: q, columns: q, storage: Array(stage.squares[j * q * q..<(j + 1) * q * q]))
  }

  /// Effects whose variance REML cannot see: Z_j'(I − P_X)Z_j vanishes in all levels.
  var effectsSpannedByFixed: [Int] {
    var spanned: [Int] = []
    for stage in stages + tailStages {
      let q = stage.width
      for (a, column) in factors[stage.factor].columns.enumerated() {
        var (own, left) = (0.0, 0.0)
        for j in 0..<stage.levelCount {
          let information = stage.squares[j * q * q + a * (q + 1)]
          own += information
          left += information
          let end = stage.rowStart(j) + q * (stage.rowWidth(j) - fixedCount - 1) + a
          for l in 0..<fixedCount { left -= stage.rows[end + l * q] * stage.rows[end + l * q] }
        }
        if left <= 1e-10 * own { spanned.append(column) }
      }
    }
    return spanned.sorted()
  }
}

/// What forming the cross-products needs in common.
private struct CrossTables {
  let white: WhitenedDesign
  let factors: [LevelCrossProducts.Factor]
  let levelColumns: Int
  let p: Int
  let rows: Int

  /// [X y]'[X y].
  func dense() -> [Double] {
    var result = [Double](repeating: 0, count: (p + 1) * (p + 1))
    white.fixedAndResponse.withUnsafeBufferPointer { u in
      guard let first = u.baseAddress else { return }
      for l in 0...p {
        for k in 0...l {
          let product = SmallMatrices.longDot(first + k * rows, first + l * rows, rows)
          (result[k + l * (p + 1)], result[l + k * (p + 1)]) = (product, product)
        }
      }
    }
    return result
  }

  /// One factor over the ones it lies in, some of the tail, X and y.
  func stage(
    _ f: Int, within outer: [Int], over tail: [(factor: Int, start: Int)]
  ) -> LevelCrossProducts.Stage {
    let n = self.rows
    let factor = factors[f]
    let (levels, q) = (factor.levelCount, factor.columns.count)
    // Rows of a level side by side.
    var start = [Int](repeating: 0, count: levels + 1)
    for code in factor.codes { start[code + 1] += 1 }
    for j in 0..<levels { start[j + 1] += start[j] }
    var rowsInOrder = [Int](repeating: 0, count: n)
    var next = start
    for i in 0..<n {
      rowsInOrder[next[factor.codes[i]]] = i
      next[factor.codes[i]] += 1
    }
    let ancestors = outer.map { a in (0..<levels).map { factors[a].codes[rowsInOrder[start[$0]]] } }
    let ancestorColumns = outer.flatMap { factors[$0].columns }
    let ancestorWidth = ancestorColumns.count

    var squares = [Double](repeating: 0, count: levels * q * q)
    var rows: [Double] = []
    var tailColumns: [Int32] = []
    var columnStart = [0]
    var slot = [Int](repeating: -1, count: levelColumns)
    let dense = (0...p).map { Int32(levelColumns + $0) }
    // For each row its level's first column in each factor of the tail, and the columns of Z that meet there.
    let tailCount = tail.count
    var meets = [Int](repeating: 0, count: n * tailCount)
    for (t, (other, first)) in tail.enumerated() {
      let (codes, width) = (factors[other].codes, factors[other].columns.count)
      for i in 0..<n { meets[i * tailCount + t] = first + codes[i] * width }
    }
    let (own, tailEffects) = (factor.columns, tail.map { factors[$0.factor].columns })
    white.effects.withUnsafeBufferPointer { z in
      white.fixedAndResponse.withUnsafeBufferPointer { u in
        for j in 0..<levels {
          let members = rowsInOrder[start[j]..<start[j + 1]]
          // The columns met.
          var met: [Int32] = []
          for i in members {
            for t in 0..<tailCount {
              let column = meets[i * tailCount + t]
              if slot[column] < 0 {
                for k in 0..<tailEffects[t].count {
                  slot[column + k] = 0
                  met.append(Int32(column + k))
                }
              }
            }
          }
          met.sort()
          for (place, column) in met.enumerated() { slot[Int(column)] = ancestorWidth + place }
          let width = ancestorWidth + met.count + p + 1
          let base = rows.count
          rows += repeatElement(0, count: q * width)
          for i in members {
            for (a, column) in own.enumerated() {
              let value = z[i + column * n]
              if value == 0 { continue }
              for (b, other) in own.enumerated() {
                squares[j * q * q + a + b * q] += value * z[i + other * n]
              }
              for (k, other) in ancestorColumns.enumerated() {
                rows[base + a + k * q] += value * z[i + other * n]
              }
              for t in 0..<tailCount {
                let place = slot[meets[i * tailCount + t]]
                for (k, other) in tailEffects[t].enumerated() {
                  rows[base + a + (place + k) * q] += value * z[i + other * n]
                }
              }
              for k in 0...p { rows[base + a + (width - p - 1 + k) * q] += value * u[i + k * n] }
            }
          }
          for column in met { slot[Int(column)] = -1 }
          tailColumns += met + dense
          columnStart.append(tailColumns.count)
        }
      }
    }
    let order = (0..<levels).sorted { a, b in
      for ancestor in ancestors.reversed() where ancestor[a] != ancestor[b] {
        return ancestor[a] < ancestor[b]
      }
      return a < b
    }
    return LevelCrossProducts.Stage(
      factor: f, levelCount: levels, width: q, order: order, ancestors: ancestors,
      ancestorWidth: ancestorWidth, squares: squares, columnStart: columnStart, tailColumns: tailColumns,
      rows: rows)
  }
}
