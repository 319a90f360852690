import LinearAlgebra
import Tables

/// What the effects of all levels of several factors and the predictors span together, row by row: asked where a fit leads to residuals of nothing,
/// of which cross-products say too little.
///
/// If y lies within, although the rows are more than the rank, the criterion falls without end as the effects grow; if the rank is that of all rows it
/// may fall, or level off with σ at 0.
final class RowSpan: Sendable {
  private let white: WhitenedDesign
  private let factors: [LevelCrossProducts.Factor]
  private let fixedCount: Int
  private let known = MadeOnce<(holdsResponse: Bool, holdsAll: Bool)>()

  /// The most operations that a factorization may take.
  private static let mostOperations = 1e9

  /// Nil for models too large to be factored row by row.
  init?(_ white: WhitenedDesign, factors: [LevelCrossProducts.Factor], fixedCount: Int) {
    let columns = factors.reduce(fixedCount) { $0 + $1.levelCount * $1.columns.count }
    let n = factors[0].codes.count
    guard Double(n) * Double(columns) * Double(min(n, columns)) <= RowSpan.mostOperations else { return nil }
    self.white = white
    self.factors = factors
    self.fixedCount = fixedCount
  }

  /// Whether y lies within.
  var holdsResponse: Bool { facts.holdsResponse }
  /// Whether every response does.
  var holdsAll: Bool { facts.holdsAll }

  private var facts: (holdsResponse: Bool, holdsAll: Bool) {
    known.value {
      let n = factors[0].codes.count
      let u = white.fixedAndResponse
      var storage = Array(u[..<(n * fixedCount)])
      for factor in factors {
        for column in factor.columns {
          let start = storage.count
          storage += repeatElement(0, count: n * factor.levelCount)
          for (i, code) in factor.codes.enumerated() {
            storage[start + i + code * n] = white.effects[i + column * n]
          }
        }
      }
      let qr = PivotedQR(Matrix(rows: n, columns: storage.count / n, storage: storage), tolerance: 1e-9)
      var left = Array(u[(n * fixedCount)...])
      qr.applyTransposedQ(to: &left)
      // y has length 1.
      return (left[qr.rank...].reduce(0) { $0 + $1 * $1 } <= 1e-22, qr.rank == n)
    }
  }
}
