import Glibc
import LinearAlgebra
import ModelFormula

/// A long table with one grouping factor, its rows replaced level by level by as few as have the same cross-products.
///
/// With C_j the columns of level j that vary (of Z, X and y; weights multiply the rows), c̄_j their means, M_j their sums of squares and products around them
/// and LL' = M_j,
///
///     [1 C_j]'[1 C_j] = T_j'T_j,   T_j = [√n_j  √n_j c̄_j' ; 0  L']
///
/// so that k + 1 rows stand for n_j. Sums are taken around the level's first row, in one pass over the columns where they lie. A level in which a column is nearly a
/// combination of others, or its first row far from the rest, so that products would lose digits, gets its T_j by Householder's reflections from its rows;
/// one with k + 1 rows or fewer keeps them.
///
/// The means of all rows are taken out of the columns at last (`ModelRows.Shifts`), as exactly as from the rows themselves.
struct LevelCompression {
  typealias Lanes = SIMD4<Double>
  typealias Column = UnsafePointer<Double>
  typealias Sums = UnsafeMutablePointer<Double>

  /// Fewer observations are reduced from their rows.
  static let leastObservations = 10_000
  /// A pivot, as a share of its column's sum of squares, below which products have lost too many digits.
  private static let leastPivot = 1e-3

  let columns: [[Double]]
  let codes: [Int]
  let rowFactors: [Double]?
  let levelCount: Int
  /// The width of T_j.
  var width: Int { columns.count + 1 }

  /// Compresses the rows of a model with one grouping factor.
  /// - Returns: nil where not much would be gained: few observations, or few a level.
  static func rows(
    random: DesignColumns, blocks: [Range<Int>], fixed: DesignColumns, response: [Double],
    rowFactors: [Double]?, codes: [Int], groupCount: Int
  ) -> ModelRows? {
    let n = response.count
    guard n >= leastObservations else { return nil }
    // Columns that stand several times are one.
    var columns: [[Double]] = []
    func place(of entries: DesignColumns.Entries) -> Int? {
      guard case .varying(let values) = entries else { return nil }
      if let known = columns.firstIndex(where: { $0.sharesMemory(with: values) }) { return known }
      columns.append(values)
      return columns.count - 1
    }
    let (randomPlaces, fixedPlaces) = (random.entries.map(place), fixed.entries.map(place))
    columns.append(response)
    guard n >= 4 * groupCount * (columns.count + 1) else { return nil }
    let compression = LevelCompression(
      columns: columns, codes: codes, groupCount: groupCount, rowFactors: rowFactors)
    guard let (triangles, rowCodes, means) = compression.triangles() else { return nil }

    let length = rowCodes.count
    func matrix(_ places: [Int?], shifted: [Bool]) -> Matrix {
      var storage: [Double] = []
      storage.reserveCapacity(length * places.count)
      for (place, shifted) in zip(places, shifted) {
        let start = (place.map { $0 + 1 } ?? 0) * length
        if let place, !shifted {
          for i in 0..<length { storage.append(triangles[start + i] + means[place] * triangles[i]) }
        } else {
          storage += triangles[start..<start + length]
        }
      }
      return Matrix(rows: length, columns: places.count, storage: storage)
    }
    let fixedShifted = fixedPlaces.map { $0 != nil && fixedPlaces[0] == nil }
    let randomShifted = randomPlaces.indices.map { k in
      randomPlaces[k] != nil && randomPlaces[blocks.first { $0.contains(k) }!.lowerBound] == nil
    }
    func shifts(_ places: [Int?], _ shifted: [Bool]) -> [Double] {
      zip(places, shifted).map { $1 ? means[$0!] : 0 }
    }
    let hasConstant = !fixedPlaces.isEmpty && fixedPlaces[0] == nil
    return ModelRows(
      random: matrix(randomPlaces, shifted: randomShifted), fixed: matrix(fixedPlaces, shifted: fixedShifted),
      response: matrix([columns.count - 1], shifted: [hasConstant]).storage, codes: rowCodes,
      observationCount: n, logWeights: 2 * (rowFactors?.reduce(0) { $0 + log($1) } ?? 0),
      shifts: .init(
        random: shifts(randomPlaces, randomShifted), fixed: shifts(fixedPlaces, fixedShifted),
        response: hasConstant ? means[columns.count - 1] : 0))
  }

  private init(columns: [[Double]], codes: [Int], groupCount: Int, rowFactors: [Double]?) {
    self.columns = columns
    self.codes = codes
    self.rowFactors = rowFactors
    levelCount = groupCount
  }

  /// T_j of all levels, one below the other, by columns, the means of all rows taken out; the level of each row; the means.
  private func triangles() -> (storage: [Double], codes: [Int], means: [Double])? {
    let k = columns.count
    let stride = 1 + 2 * k + k * (k + 1) / 2
    let block = ScratchBlock(count: levelCount * stride)
    defer { withExtendedLifetime(block) {} }
    let sums = block.take(levelCount * stride)
    let sizes = addProducts(to: sums, stride: stride)

    var means = [Double](repeating: 0, count: k)
    var total = 0.0
    for j in sizes.indices {
      let own = sums + j * stride
      total += own[0]
      for a in 0..<k { means[a] += own[0] * own[1 + a] + own[1 + k + a] }
    }
    for a in 0..<k { means[a] /= total }

    var kept = [Int](repeating: width, count: sizes.count)
    var delicate: [Int] = []
    for j in sizes.indices {
      if sizes[j] <= width {
        kept[j] = sizes[j]
        delicate.append(j)
      } else if !factor(sums + j * stride, means) {
        delicate.append(j)
      }
    }
    if delicate.reduce(0, { $0 + sizes[$1] }) > codes.count / 2 { return nil }

    let length = kept.reduce(0, +)
    var storage = [Double](repeating: 0, count: length * width)
    var rowCodes: [Int] = []
    rowCodes.reserveCapacity(length)
    let rowsOfDelicate = rows(of: delicate)
    var next = 0
    storage.withUnsafeMutableBufferPointer { storage in
      for j in sizes.indices {
        if let rows = rowsOfDelicate[j] {
          reflect(rows, means, into: storage.baseAddress! + next, length: length)
        } else {
          let own = sums + j * stride
          storage[next] = own[0].squareRoot()
          for a in 0..<k {
            storage[next + (a + 1) * length] = own[1 + a]
            for b in 0...a {
              storage[next + b + 1 + (a + 1) * length] = own[1 + 2 * k + a * (a + 1) / 2 + b]
            }
          }
        }
        for _ in 0..<kept[j] { rowCodes.append(j) }
        next += kept[j]
      }
    }
    return (storage, rowCodes, means)
  }

  /// Turns the sums of a level into T_j: means into √n(c̄ − mean), products into L. False where digits would be lost.
  private func factor(_ own: Sums, _ means: [Double]) -> Bool {
    let k = columns.count
    let products = own + 1 + 2 * k
    for a in 0..<k {
      let row = products + a * (a + 1) / 2
      let raw = row[a]
      for b in 0...a { row[b] -= own[1 + k + a] * own[1 + k + b] / own[0] }
      let squares = row[a]
      if squares < LevelCompression.leastPivot * raw { return false }
      for b in 0...a {
        var sum = row[b]
        let other = products + b * (b + 1) / 2
        for c in 0..<b { sum -= row[c] * other[c] }
        if a == b {
          if squares > 0, !(sum >= LevelCompression.leastPivot * squares) { return false }
          row[a] = squares > 0 ? sum.squareRoot() : 0
        } else {
          row[b] = other[b] > 0 ? sum / other[b] : 0
        }
      }
    }
    let root = own[0].squareRoot()
    for a in 0..<k { own[1 + a] = root * (own[1 + a] - means[a] + own[1 + k + a] / own[0]) }
    return true
  }
}
