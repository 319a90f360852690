/// A sparse matrix C by rows: what the rows of a term's levels tell of the effects of other terms. Row j·q + k is the effect k of level j; columns are all effects.
struct EffectCouplings: Sendable {
  /// Where the numbers of each row begin and the last one's end; empty where the matrix has none.
  private var starts: [Int] = []
  private var columns: [Int] = []
  private var values: [Double] = []

  /// No couplings.
  init() {}

  /// - Parameter rows: the numbers of each row, by column.
  init(_ rows: [[(column: Int, value: Double)]]) {
    guard rows.contains(where: { !$0.isEmpty }) else { return }
    starts = [0]
    for row in rows {
      columns += row.map(\.column)
      values += row.map(\.value)
      starts.append(columns.count)
    }
  }

  /// Cb of a row.
  @inline(__always)
  func product(_ row: Int, _ effects: UnsafePointer<Double>) -> Double {
    guard !starts.isEmpty else { return 0 }
    var sum = 0.0
    for m in starts[row]..<starts[row + 1] { sum += values[m] * effects[columns[m]] }
    return sum
  }

  /// Takes C's row, times a factor, from numbers of all effects.
  @inline(__always)
  func subtract(_ factor: Double, _ row: Int, from effects: UnsafeMutablePointer<Double>) {
    guard !starts.isEmpty else { return }
    for m in starts[row]..<starts[row + 1] { effects[columns[m]] -= values[m] * factor }
  }
}
