import LinearAlgebra

/// The general optimizer for data sets given as `GroupConstants`, one after another, on memory of its own: it serves where no faster search does,
/// at the boundary of the covariance matrices above all. It allocates nothing but for a wide search.
final class GeneralSearch {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// The criterion of the constants that were read last.
  let workspace: ProfiledCriterion
  /// Ψ and its factor Λ at the last optimum (q×q); the workspace stands there.
  let psi, lambda: Pointer
  /// Effects whose variance turned out to be one that the method cannot see.
  private(set) var unseen: [Int] = []
  /// Whether the last criterion fell without end.
  var sawRunaway: Bool { optimizer.sawRunaway }
  /// Room for further starts (q×q each).
  var furtherStarts: Pointer { optimizer.furtherStarts }
  static let mostFurtherStarts = CovarianceOptimizer.mostFurtherStarts
  /// Evaluations in the last search.
  var evaluationCount: Int { optimizer.evaluationCount }

  private let optimizer: CovarianceOptimizer
  private let block: ScratchBlock

  /// A search for models of one shape.
  init(_ shape: GroupReduction, method: EstimationMethod) {
    let q = shape.effectCount
    workspace = ProfiledCriterion(shape, method: method)
    optimizer = CovarianceOptimizer(workspace)
    block = ScratchBlock(count: 2 * q * q)
    psi = block.take(q * q)
    lambda = block.take(q * q)
  }

  /// Reads the design's part of the constants.
  func readDesign(_ data: GroupConstants) {
    let (q, p) = (data.effectCount, data.fixedCount)
    for j in 0..<data.groupCount {
      for k in 0..<q * q { workspace.triangles[j, k] = data.triangles[j * q * q + k] }
      for k in 0..<q * p { workspace.projections[j, k] = data.crossX[j * q * p + k] }
    }
    for k in 0..<(p + 1) * (p + 1) { workspace.within[k] = data.within[k] }
  }

  /// Minimizes for the response that the constants hold; nil where no start leads to an optimum.
  /// - Parameters:
  ///   - spanned: effects whose variance the method may not see.
  ///   - further: how many further starts have been written to `furtherStarts`.
  func minimize(
    _ data: GroupConstants, spanned: [Int] = [], further: Int = 0
  ) -> CovarianceOptimizer.End? {
    let (q, p) = (data.effectCount, data.fixedCount)
    for j in 0..<data.groupCount {
      for i in 0..<q { workspace.projections[j, q * p + i] = data.crossY[j * q + i] }
    }
    for k in 0..<p {
      workspace.within[k + p * (p + 1)] = data.withinXY[k]
      workspace.within[p + k * (p + 1)] = data.withinXY[k]
    }
    workspace.within[p + p * (p + 1)] = data.withinYY
    optimizer.evaluationCount = 0
    optimizer.furtherCount = further
    unseen.removeAll(keepingCapacity: true)
    guard let end = optimizer.minimizeInPlace() else { return nil }
    for effect in spanned where optimizer.removeUnseen(effect: effect, at: end.value) {
      unseen.append(effect)
    }
    for k in 0..<q * q { psi[k] = optimizer.best[k] }
    for t in 0..<workspace.blocks.count where workspace.blocks[t].count == 1 {
      // A variance on its way to 0, alone in its term, is 0.
      let place = workspace.blocks[t].lowerBound * (q + 1)
      if psi[place] < 1e-14 { psi[place] = 0 }
    }
    RelativeCovarianceFactor.fillLowerFactor(lambda, of: psi, order: q)
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for k in 0...min(i, j) { sum += lambda[i + k * q] * lambda[j + k * q] }
        psi[i + j * q] = sum
      }
    }
    _ = workspace.evaluate(at: psi)
    return end
  }
}
