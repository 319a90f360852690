import LinearAlgebra

extension GeneralizedLinearMixedModel {
  /// How many levels of a term's factor bound their effects: those whose rows no effects of their own tell apart without error.
  ///
  /// Of any other level the likelihood does not fall as its effects run to infinity along some direction, so that it says nothing against standard deviations of any
  /// size.
  package func boundingLevelCount(of term: RandomTerm) -> Int {
    let factor = factors[term.factor]
    let ends = observedResponse(family).ends
    var rows = [[Int]](repeating: [], count: factor.levels.count)
    for (i, j) in factor.codes.enumerated() { rows[j].append(i) }
    let z = randomMatrix
    return rows.count { own in
      let part = Matrix(
        rows: own.count, columns: term.columns.count,
        storage: term.columns.flatMap { k in own.map { z[$0, k] } })
      return !own.isEmpty && SeparatingDirection(part, ends: own.map { ends[$0] }) == nil
    }
  }
}
