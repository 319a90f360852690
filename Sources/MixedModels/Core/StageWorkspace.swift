import LinearAlgebra

/// Memory of one stage of the elimination.
final class StageWorkspace {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Which stage, factor, and how its levels stand to others.
  private(set) var index = 0
  let factor: Int
  let levelCount: Int
  let width: Int
  let order: [Int]
  let ancestors: [[Int]]
  let ancestorWidth: Int
  /// Where its levels begin in a vector over all.
  let offset: Int
  private let stage: LevelCrossProducts.Stage

  /// A_j and B_j of the data, and after the elimination of the stages before; the same memory in the first stage.
  let rawSquares, rawRows: Pointer
  let squares, rows: Pointer
  /// H_j (q×q).
  let posterior: Pointer
  /// N_jj (q×q) and N_jn over the columns a level meets (q × width), filled by `levelCovariances`.
  let covariance, covarianceRows: Pointer
  /// Scratch: three of q×q and more, one row.
  let small, small2, small3: Pointer
  let wide: Pointer
  /// The tail columns and the place in a vector over all of each column that a level meets.
  let tailColumns: UnsafeMutablePointer<Int32>
  let neighbours: UnsafeMutablePointer<Int32>
  /// The most columns that a level meets.
  let mostColumns: Int
  private let block: ScratchBlock
  private let starts: UnsafeMutablePointer<Int>

  init(_ stage: LevelCrossProducts.Stage, offset: Int, isFirst: Bool) {
    self.stage = stage
    factor = stage.factor
    levelCount = stage.levelCount
    width = stage.width
    order = stage.order
    ancestors = stage.ancestors
    ancestorWidth = stage.ancestorWidth
    self.offset = offset
    let q = stage.width
    mostColumns = (0..<stage.levelCount).map { stage.rowWidth($0) }.max() ?? 0
    let (own, all) = (stage.squares.count, stage.rows.count)
    block = ScratchBlock(
      count: (isFirst ? 1 : 2) * (own + all) + 2 * own + all + 5 * q * q + q * mostColumns)
    rawSquares = block.take(own)
    rawRows = block.take(all)
    squares = isFirst ? rawSquares : block.take(own)
    rows = isFirst ? rawRows : block.take(all)
    posterior = block.take(own)
    covariance = block.take(own)
    covarianceRows = block.take(all)
    small = block.take(2 * q * q)
    small2 = block.take(q * q)
    small3 = block.take(2 * q * q)
    wide = block.take(q * mostColumns)
    for (k, value) in stage.squares.enumerated() { rawSquares[k] = value }
    for (k, value) in stage.rows.enumerated() { rawRows[k] = value }
    tailColumns = .allocate(capacity: max(stage.tailColumns.count, 1))
    tailColumns.initialize(repeating: 0, count: max(stage.tailColumns.count, 1))
    for (k, column) in stage.tailColumns.enumerated() { tailColumns[k] = column }
    starts = .allocate(capacity: stage.columnStart.count)
    starts.initialize(repeating: 0, count: stage.columnStart.count)
    for (k, start) in stage.columnStart.enumerated() { starts[k] = start }
    let count = stage.tailColumns.count + stage.levelCount * stage.ancestorWidth
    neighbours = .allocate(capacity: max(count, 1))
    neighbours.initialize(repeating: 0, count: max(count, 1))
  }

  deinit {
    tailColumns.deallocate()
    starts.deallocate()
    neighbours.deallocate()
  }

  func fillNeighbours(tailOffset: Int, later: [StageWorkspace]) {
    for (place, stage) in later.enumerated() { stage.index = index + place + 1 }
    for j in 0..<levelCount {
      var next = neighbours + j * ancestorWidth + starts[j]
      for (stage, levels) in zip(later, ancestors) {
        for k in 0..<stage.width {
          next[0] = Int32(stage.offset + levels[j] * stage.width + k)
          next += 1
        }
      }
      for k in starts[j]..<starts[j + 1] {
        next[0] = Int32(tailOffset) + tailColumns[k]
        next += 1
      }
    }
  }

  func columnStart(_ j: Int) -> Int { starts[j] }
  func rowStart(_ j: Int) -> Int { width * (j * ancestorWidth + starts[j]) }
  func rowWidth(_ j: Int) -> Int { ancestorWidth + starts[j + 1] - starts[j] }
  /// The places in a vector over all of the columns that a level meets.
  func neighbours(of j: Int) -> UnsafeMutablePointer<Int32> { neighbours + j * ancestorWidth + starts[j] }

  /// Starts the elimination afresh.
  func restore() {
    for k in 0..<levelCount * width * width { squares[k] = rawSquares[k] }
    for k in 0..<rowStart(levelCount) { rows[k] = rawRows[k] }
  }
}
