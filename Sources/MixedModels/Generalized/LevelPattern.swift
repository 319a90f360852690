/// Which levels of several grouping factors meet in the rows, for eliminating the levels of one factor.
///
/// The `main` factor is the one with most levels; rows stand in the order of its levels, which never meet each other. All other factors form the
/// `tail`, one dense matrix. A vector over all effects has the main factor's levels first, then the tail's factors one after another, each with the effects
/// of one level side by side.
final class LevelPattern {
  typealias Indices = UnsafeMutablePointer<Int32>

  /// One grouping factor.
  struct Factor {
    /// Its place among the model's factors.
    let index: Int
    /// Its columns of Z.
    let columns: [Int]
    let levelCount: Int
    /// Where its effects begin in a vector over all.
    let start: Int
    /// Number of effects of a level.
    var width: Int { columns.count }
  }

  /// n.
  let rowCount: Int
  let main: Factor
  let tail: [Factor]
  /// Main, then the tail's.
  let allFactors: [Factor]
  /// Rows in the order of the main factor's levels, and where each level begins, one more than levels.
  let order: [Int]
  let rowStart: UnsafeMutablePointer<Int>
  /// Number of columns of the tail, and of all effects.
  let tailOrder, effectCount: Int
  /// Where the tail begins in a vector over all.
  var tailStart: Int { main.levelCount * main.width }
  /// For each factor of the tail (one after another, n each) the column in the tail at which the level of a row begins.
  let tailColumn: Indices
  /// The same as places in the list of columns that the row's main level meets.
  let place: Indices
  /// The columns of the tail that each main level meets, ascending, and where each level's begin, one more than levels.
  let columns: Indices
  let columnStart: UnsafeMutablePointer<Int>
  /// Whether a main level's columns are consecutive.
  let isConsecutive: UnsafeMutablePointer<Bool>
  /// The most columns that a main level meets.
  let mostColumns: Int
  /// For each column of the tail the factor of the tail to which it belongs.
  let factorOfColumn: Indices

  /// Whether every factor has one effect a level.
  let isScalar: Bool

  /// The pattern of a model's rows.
  /// - Complexity: O(n·factors) and a sort of what each level meets.
  init(_ data: GeneralizedData) {
    let n = data.response.count
    rowCount = n
    let columnsOfFactor = data.columnsOfFactor
    let ranks = data.factors.indices.sorted {
      (-data.factors[$0].levelCount, $0) < (-data.factors[$1].levelCount, $1)
    }
    let first = ranks[0]
    main = Factor(
      index: first, columns: columnsOfFactor[first], levelCount: data.factors[first].levelCount, start: 0)
    isScalar = columnsOfFactor.allSatisfy { $0.count == 1 }
    var tail: [Factor] = []
    let tailStart = main.levelCount * main.width
    var next = tailStart
    for f in ranks.dropFirst() {
      let factor = Factor(
        index: f, columns: columnsOfFactor[f], levelCount: data.factors[f].levelCount, start: next)
      tail.append(factor)
      next += factor.levelCount * factor.width
    }
    self.tail = tail
    allFactors = [main] + tail
    effectCount = next
    tailOrder = next - tailStart
    let levels = main.levelCount
    let starts: [Int]
    (order, starts) = LevelPattern.order(data.factors[first].codes, levels: levels)
    rowStart = .allocate(capacity: levels + 1)
    rowStart.initialize(from: starts, count: levels + 1)
    tailColumn = .allocate(capacity: max(n * tail.count, 1))
    tailColumn.initialize(repeating: 0, count: max(n * tail.count, 1))
    place = .allocate(capacity: max(n * tail.count, 1))
    place.initialize(repeating: 0, count: max(n * tail.count, 1))
    factorOfColumn = .allocate(capacity: max(tailOrder, 1))
    factorOfColumn.initialize(repeating: 0, count: max(tailOrder, 1))
    for (t, factor) in tail.enumerated() {
      let own = data.factors[factor.index].codes
      for (row, i) in order.enumerated() {
        tailColumn[row + t * n] = Int32(factor.start - tailStart + own[i] * factor.width)
      }
      for k in 0..<factor.levelCount * factor.width {
        factorOfColumn[factor.start - tailStart + k] = Int32(t)
      }
    }

    columnStart = .allocate(capacity: levels + 1)
    columnStart.initialize(repeating: 0, count: levels + 1)
    isConsecutive = .allocate(capacity: max(levels, 1))
    isConsecutive.initialize(repeating: true, count: max(levels, 1))
    var met: [Int32] = []
    var local = [Int32](repeating: -1, count: tailOrder)
    var most = 0
    for j in 0..<levels {
      var heads: [Int32] = []
      for t in tail.indices {
        for row in starts[j]..<starts[j + 1] {
          let column = tailColumn[row + t * n]
          if local[Int(column)] < 0 {
            local[Int(column)] = 0
            heads.append(column)
          }
        }
      }
      heads.sort()
      let from = met.count
      for head in heads {
        local[Int(head)] = Int32(met.count - from)
        for k in 0..<tail[Int(factorOfColumn[Int(head)])].width { met.append(head + Int32(k)) }
      }
      for t in tail.indices {
        for row in starts[j]..<starts[j + 1] {
          place[row + t * n] = local[Int(tailColumn[row + t * n])]
        }
      }
      for head in heads { local[Int(head)] = -1 }
      columnStart[j + 1] = met.count
      most = max(most, met.count - from)
      if let low = met[from...].first, let high = met.last {
        isConsecutive[j] = Int(high - low) == met.count - from - 1
      }
    }
    mostColumns = most
    columns = .allocate(capacity: max(met.count, 1))
    columns.initialize(repeating: 0, count: max(met.count, 1))
    for (k, column) in met.enumerated() { columns[k] = column }
  }

  deinit {
    rowStart.deallocate()
    tailColumn.deallocate()
    place.deallocate()
    factorOfColumn.deallocate()
    columnStart.deallocate()
    isConsecutive.deallocate()
    columns.deallocate()
  }

  /// Rows in the order of their levels, and where each level begins, one more than levels.
  static func order(_ codes: [Int], levels: Int) -> (order: [Int], starts: [Int]) {
    var starts = [Int](repeating: 0, count: levels + 1)
    for code in codes { starts[code + 1] += 1 }
    for j in 0..<levels { starts[j + 1] += starts[j] }
    var next = starts
    var order = [Int](repeating: 0, count: codes.count)
    for (i, code) in codes.enumerated() {
      order[next[code]] = i
      next[code] += 1
    }
    return (order, starts)
  }

  /// Number of columns that a main level meets.
  @inline(__always)
  func width(_ j: Int) -> Int { columnStart[j + 1] - columnStart[j] }

  /// Floating-point operations of one factorization, about.
  var operationCount: Double {
    let order = Double(tailOrder)
    return (0..<main.levelCount).reduce(order * order * order / 3) {
      $0 + Double(main.width * width($1) * width($1))
    }
  }

  /// Where the effects of a level of one of the model's factors begin in a vector over all.
  func start(factor f: Int, level j: Int) -> Int {
    let factor = f == main.index ? main : tail.first { $0.index == f }!
    return factor.start + j * factor.width
  }

  /// The number of the tail's columns of a model.
  static func tailOrder(_ data: GeneralizedData) -> Int {
    let widths = data.columnsOfFactor.map(\.count)
    let sizes = data.factors.indices.map { widths[$0] * data.factors[$0].levelCount }
    let first = data.factors.indices.max {
      (data.factors[$0].levelCount, -$0) < (data.factors[$1].levelCount, -$1)
    }
    return sizes.reduce(0, +) - (first.map { sizes[$0] } ?? 0)
  }
}
