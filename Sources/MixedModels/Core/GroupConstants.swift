import LinearAlgebra

/// The constants per group that searches for an optimum read, in the coordinates of `GroupReduction`: R_j, z_j and W, design and response apart.
///
/// They are filled again for one data set after another: by `ResponseReduction` from rows, by `MomentReduction` from moments of the groups.
final class GroupConstants {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// J, q and p.
  let groupCount, effectCount, fixedCount: Int
  /// R_j (q×q), z_jx (q×p), group after group, and W_xx ((p+1)², its last row and column 0).
  let triangles, crossX, within: Pointer
  /// z_jy (q), group after group, and W_xy (p), of the response's least-squares residual scaled to length 1.
  let crossY, withinXY: Pointer
  /// W_yy of the same.
  var withinYY = 0.0
  private let block: ScratchBlock

  /// Room for constants, all 0.
  init(groups: Int, effects q: Int, fixed p: Int) {
    (groupCount, effectCount, fixedCount) = (groups, q, p)
    block = ScratchBlock(count: groups * (q * q + q * p + q) + (p + 1) * (p + 1) + p)
    triangles = block.take(groups * q * q)
    crossX = block.take(groups * q * p)
    within = block.take((p + 1) * (p + 1))
    crossY = block.take(groups * q)
    withinXY = block.take(p)
  }
}
