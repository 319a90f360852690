import LinearAlgebra

extension CrossedCriterion: IntegrableCriterion {
  var design: WhitenedDesign.Coordinates { data.design }
  var rowCount: Int { data.rowCount }
  var factorShapes: [(columns: [Int], levelCount: Int)] { data.factors.map { ($0.columns, $0.levelCount) } }

  /// By back-substitution through the factor of the elimination, the tail first, then the stages from the last to the first:
  ///
  ///     u_tail = L⁻ᵀ(L_y − L_xβ + σz),   b_tail = Λu_tail;   b_j = H_j(B_jy − B_jxβ − B_jb) + σT_j'z,   H_j = T_j'T_j
  ///
  /// with b of the levels behind level j. Nothing is divided by Λ.
  func drawEffects(psi: Pointer, fixed: Pointer, sigma: Double, into out: Pointer, normal: () -> Double) {
    let (order, levels, p) = (data.tailOrder, data.tailLevelColumns, fixedCount)
    for i in 0..<tailOffset { vector[i] = 0 }
    let x = vector + tailOffset
    for c in 0..<levels {
      let column = tailFactor + c * order
      var sum = column[order - 1]
      for k in 0..<p { sum -= column[levels + k] * fixed[k] }
      x[c] = sum + sigma * normal()
    }
    backSubstitute(x, count: levels)
    for k in 0..<p { x[levels + k] = fixed[k] }
    x[order - 1] = -1
    finish(vector) { stage, j, own in
      var determinant = 1.0
      guard fillRoot(of: j, in: stage, &determinant) else { preconditionFailure("evaluated before") }
      let (q, t, z) = (stage.width, stage.small2, stage.small)
      for i in 0..<q { z[i] = sigma * normal() }
      for k in 0..<q { for i in 0..<q { own[k] += t[i + k * q] * z[i] } }
    }
    var target = out
    for (f, factor) in data.factors.enumerated() {
      let count = factor.levelCount * factor.columns.count
      target.update(from: vector + place(ofFactor: f, level: 0), count: count)
      target += count
    }
  }
}
