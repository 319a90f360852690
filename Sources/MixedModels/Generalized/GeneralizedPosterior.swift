import LinearAlgebra

/// What an evaluation knows about the levels: the conditional distribution of their effects, and the information on β.
final class GeneralizedPosterior {
  /// Blocks of ΛH⁻¹Λ' of each factor's levels (q_f×q_f), one after another.
  let covariances: [UnsafeMutablePointer<Double>]
  /// X'WX − X'WZΛH⁻¹Λ'Z'WX (p×p), by columns.
  var information: [Double]
  /// −2 log L of each group, without the constants of the density; empty where there are several grouping factors.
  var values: [Double]
  /// Room for Z'WX of a group (q×p).
  let projection: UnsafeMutablePointer<Double>
  private let block: ScratchBlock

  /// Memory for a criterion's levels.
  init(_ criterion: GeneralizedCriterion) {
    let (p, q) = (criterion.fixedCount, criterion.effectCount)
    let sizes = criterion.factors.map { $0.columns.count * $0.columns.count * $0.levelCount }
    information = [Double](repeating: 0, count: p * p)
    values =
      criterion.factors.count == 1
      ? [Double](repeating: 0, count: criterion.factors[0].levelCount) : []
    block = ScratchBlock(count: sizes.reduce(p * q, +))
    projection = block.take(p * q)
    var covariances: [UnsafeMutablePointer<Double>] = []
    for size in sizes { covariances.append(block.take(size)) }
    self.covariances = covariances
  }

  /// The conditional covariance matrix of a level (q_f×q_f).
  func covariance(factor f: Int, level j: Int, effects q: Int) -> Matrix {
    Matrix(rows: q, columns: q, storage: (0..<q * q).map { covariances[f][$0 + j * q * q] })
  }
}
