import LinearAlgebra

/// The moments of one data set about its least-squares line: what every strategy starts from.
///
///     d_j = x̄_j − x̄      e_j = ȳ_j − ȳ − b·d_j      s_j = S_xy/S_xx − b
///
/// with b the slope of y on x over all rows, so that the residual sum of squares is Q = Σ RSS_j + Σ s_j²S_xx + Σ n_je_j²: a sum of squares, without
/// cancellation. Without a predictor in the model d_j, b and s_j are 0, and x explains nothing.
///
/// For `varyingSlopes` it writes A_j and b_j of `RandomCoefficientsSearch`, R_b = [r₁, r₁x̄; 0, r₂], r₁² = n/J, r₂² = S_xx(all)/J.
final class MomentReduction {
  typealias Lanes = SIMD4<Double>
  typealias Column = UnsafeMutablePointer<Lanes>

  let model: MomentModel
  let groupCount, vectors: Int
  /// n_j, S_xx and RSS_j of the moments; d_j, e_j, s_j and 1/S_xx, 0 where S_xx is.
  private(set) var counts, xSquares: Column
  let d, e, s, inverses: Column
  private(set) var moments: GroupMoments
  private let empty: GroupMoments

  /// n, x̄, ȳ, b, S_xx and S_xy of all rows, and Σ S_xx within groups.
  private(set) var rowCount = 0.0
  private(set) var xMean = 0.0
  private(set) var yMean = 0.0
  private(set) var slope = 0.0
  private(set) var xTotal = 0.0
  private(set) var xWithin = 0.0
  /// Σ s_jS_xx, Σ s_j²S_xx, Σ n_je_j².
  private(set) var crossWithin = 0.0
  private(set) var explainedWithin = 0.0
  private(set) var between = 0.0
  /// Σ RSS_j; without a predictor in the model Σ S_yy.
  private(set) var residualWithin = 0.0
  /// Q.
  var residualSquares: Double { residualWithin + explainedWithin + between }
  /// Whether all groups have one size.
  private(set) var isBalanced = false
  /// Σ rank of the groups' columns, and how many groups do not determine all effects.
  private(set) var ranks = 0
  private(set) var singularCount = 0
  /// Whether the fixed effects already fit every difference between the groups, so that REML sees no variance: Z̃_j'(I − P_X)Z̃_j vanishes.
  private(set) var isSpannedByFixed = false
  /// Whether the groups' A_j have eigenvalues between 1/5 and 5, their mean being I.
  private(set) var areAlike = false
  /// Another number for every other design, as the model sees it.
  private(set) var designVersion = 0
  private var sizesVersion = -1
  private var predictorVersion = -1
  private let block: ScratchBlock

  init(_ model: MomentModel, groupCount: Int) {
    self.model = model
    self.groupCount = groupCount
    vectors = (groupCount + 3) / 4
    empty = GroupMoments(groupCount: groupCount)
    moments = empty
    block = ScratchBlock(count: 16 * vectors)
    d = Self.lanes(block.take(4 * vectors))
    e = Self.lanes(block.take(4 * vectors))
    s = Self.lanes(block.take(4 * vectors))
    inverses = Self.lanes(block.take(4 * vectors))
    counts = Self.lanes(empty.counts)
    xSquares = Self.lanes(empty.xSquares)
  }

  @inline(__always)
  static func lanes(_ x: UnsafeMutablePointer<Double>) -> Column {
    UnsafeMutableRawPointer(x).assumingMemoryBound(to: Lanes.self)
  }

  var hasPredictor: Bool { model != .varyingMeans }
  /// n − Σ rank(R_j) − rank(W_xx).
  var withinDegreesOfFreedom: Int {
    Int(rowCount) - ranks - (model == .varyingIntercepts && xWithin > 1e-12 * xTotal ? 1 : 0)
  }

  /// Takes on a data set.
  func read(_ next: GroupMoments) {
    precondition(next.groupCount == groupCount, "\(next.groupCount) groups in place of \(groupCount)")
    let isOther = next !== moments
    let sizesChanged = isOther || next.sizesVersion != sizesVersion
    let predictorChanged = hasPredictor && (isOther || next.predictorVersion != predictorVersion)
    moments = next
    sizesVersion = next.sizesVersion
    predictorVersion = next.predictorVersion
    counts = Self.lanes(next.counts)
    xSquares = Self.lanes(next.xSquares)
    if sizesChanged { readSizes() }
    if hasPredictor, sizesChanged || predictorChanged { readPredictor() }
    if sizesChanged || predictorChanged {
      designVersion += 1
      if hasPredictor { isSpannedByFixed = model == .varyingIntercepts && shareBesideFixed <= 1e-10 }
    }
    if hasPredictor { readResponse() } else { readMeans() }
  }

  private func readSizes() {
    var sum = Lanes.zero
    for v in 0..<vectors { sum += counts[v] }
    rowCount = sum.sum()
    let n = moments.counts
    isBalanced = (0..<groupCount).allSatisfy { n[$0] == n[0] }
    ranks = (0..<groupCount).count { n[$0] > 0 }
  }

  private func readPredictor() {
    let means = Self.lanes(moments.xMeans)
    var (sum, within) = (Lanes.zero, Lanes.zero)
    for v in 0..<vectors {
      sum += counts[v] * means[v]
      within += xSquares[v]
    }
    xMean = sum.sum() / rowCount
    xWithin = within.sum()
    var total = Lanes.zero
    let one = Lanes(repeating: 1)
    for v in 0..<vectors {
      let empty = counts[v] .== 0
      let apart = (means[v] - xMean).replacing(with: 0, where: empty)
      d[v] = apart
      total += counts[v] * apart * apart
      inverses[v] = (one / xSquares[v]).replacing(with: 0, where: xSquares[v] .== 0)
    }
    xTotal = xWithin + total.sum()
    // x that is nothing but rounding beside its distance from 0 is constant.
    if !(xTotal > 1e-26 * rowCount * xMean * xMean) { xTotal = 0 }
  }

  /// What the fixed effects leave of the sum of squares of the constants' columns, as a share.
  private var shareBesideFixed: Double {
    guard xTotal > 0 else { return 1 }
    var left = Lanes.zero
    for v in 0..<vectors {
      left += counts[v] * (1 - counts[v] * (d[v] * d[v] * (1 / xTotal) + 1 / rowCount))
    }
    return left.sum() / rowCount
  }

  private func readMeans() {
    let means = Self.lanes(moments.yMeans)
    yMean = mean(means)
    var squares = Lanes.zero
    for v in 0..<vectors {
      let apart = (means[v] - yMean).replacing(with: 0, where: counts[v] .== 0)
      e[v] = apart
      squares += counts[v] * apart * apart
    }
    between = squares.sum()
    residualWithin = moments.totalResidualSquares
    let cross = Self.lanes(moments.crossProducts)
    var explained = Lanes.zero
    for v in 0..<vectors {
      let own = cross[v] * cross[v] / xSquares[v]
      explained += own.replacing(with: 0, where: xSquares[v] .== 0)
    }
    residualWithin += explained.sum()
  }

  private func mean(_ values: Column) -> Double {
    var sum = Lanes.zero
    for v in 0..<vectors { sum += counts[v] * values[v] }
    return sum.sum() / rowCount
  }

  private func readResponse() {
    let (means, cross) = (Self.lanes(moments.yMeans), Self.lanes(moments.crossProducts))
    yMean = mean(means)
    var sum = Lanes.zero
    for v in 0..<vectors {
      let apart = (means[v] - yMean).replacing(with: 0, where: counts[v] .== 0)
      e[v] = apart
      sum += counts[v] * d[v] * apart + cross[v]
    }
    slope = xTotal > 0 ? sum.sum() / xTotal : 0
    var (first, second, squares) = (Lanes.zero, Lanes.zero, Lanes.zero)
    for v in 0..<vectors {
      let left = e[v] - d[v] * slope
      e[v] = left
      squares += counts[v] * left * left
      let rest = cross[v] - xSquares[v] * slope
      let own = rest * inverses[v]
      s[v] = own
      first += rest
      second += own * rest
    }
    crossWithin = first.sum()
    explainedWithin = second.sum()
    between = squares.sum()
    residualWithin = moments.totalResidualSquares
  }

  /// r₁ and r₂.
  var scales: (Double, Double) {
    ((rowCount / Double(groupCount)).squareRoot(), (xTotal / Double(groupCount)).squareRoot())
  }

  /// Writes A_j and |A_j| of `varyingSlopes`, and finds out what kind of design it is.
  func writeDesign(_ search: RandomCoefficientsSearch) {
    let (r1, r2) = scales
    let (i1, i2) = (1 / r1, 1 / r2)
    var (greatest, least) = (Lanes(repeating: 1), Lanes(repeating: 1))
    var (singular, spanned) = (Lanes.zero, Lanes.zero)
    let share = 1 / Double(groupCount)
    let one = Lanes(repeating: 1)
    for v in 0..<vectors {
      let n = counts[v]
      let far = d[v] * i2
      let x = n * (i1 * i1)
      let y = n * far * i1
      let own = xSquares[v] * (i2 * i2)
      let z = own + n * far * far
      let determinant = x * own
      search.a1[v] = x
      search.a2[v] = y
      search.a3[v] = z
      search.determinant[v] = determinant
      spanned += (x * x + 2 * y * y + z * z) * share
      let half = (x - z) * 0.5
      let most = (x + z) * 0.5 + (half * half + y * y).squareRoot()
      let empty = n .== 0
      greatest = pointwiseMax(greatest, most)
      least = pointwiseMin(least, (determinant / most).replacing(with: 1, where: empty))
      let isSingular = (determinant .<= 1e-12 * (x + z) * pointwiseMax(x, z)) .& .!empty
      singular += Lanes.zero.replacing(with: one, where: isSingular)
    }
    // Σ A_j = J·I.
    isSpannedByFixed = 2 * Double(groupCount) - spanned.sum() <= 1e-10 * Double(groupCount)
    areAlike = greatest.max() < 5 && least.min() > 0.2
    singularCount = Int(singular.sum())
    ranks = (0..<groupCount).count { moments.counts[$0] > 0 } * 2 - singularCount
  }

  /// Writes b_j of `varyingSlopes`, y being divided by `length`: of groups whose rows lie at one x the shortest b_j that fits them.
  func writeResponse(_ search: RandomCoefficientsSearch, length: Double) {
    let (r1, r2) = scales
    let scale = 1 / length
    search.withinYY = residualWithin * scale * scale
    for v in 0..<vectors {
      let own = s[v] * scale
      let mean = e[v] * scale
      let here = d[v]
      let isSingular = xSquares[v] .== 0
      let far = here * (1 / r2)
      let whole = mean / (far * far + 1 / (r1 * r1))
      search.b1[v] = ((mean - own * here) * r1).replacing(with: whole * (1 / r1), where: isSingular)
      search.b2[v] = (own * r2).replacing(with: whole * far, where: isSingular)
    }
  }

  /// Writes the design's part of the constants.
  func writeDesign(_ target: GroupConstants) {
    let (n, squares) = (moments.counts, moments.xSquares)
    let (r1, r2) = scales
    let places = UnsafeMutableRawPointer(d).assumingMemoryBound(to: Double.self)
    let share = 1 / Double(groupCount).squareRoot()
    for k in 0..<(target.fixedCount + 1) * (target.fixedCount + 1) { target.within[k] = 0 }
    for j in 0..<groupCount {
      let root = n[j].squareRoot()
      switch model {
      case .varyingMeans:
        target.triangles[j] = root / r1
        target.crossX[j] = root / r1 * share
      case .varyingIntercepts:
        target.triangles[j] = root / r1
        target.crossX[2 * j] = root / r1 * share
        target.crossX[2 * j + 1] = root * places[j] / r2 * share
      case .varyingSlopes:
        let (r, x) = (target.triangles + 4 * j, target.crossX + 4 * j)
        (r[0], r[1], r[2], r[3]) = (root / r1, 0, root * places[j] / r2, squares[j].squareRoot() / r2)
        for k in 0..<4 { x[k] = r[k] * share }
      }
    }
    if model == .varyingIntercepts { target.within[1 + 3] = xWithin / xTotal }
  }

  /// Writes the response's part of the constants, y being divided by `length`.
  func writeResponse(_ target: GroupConstants, length: Double) {
    let (n, squares) = (moments.counts, moments.xSquares)
    let means = UnsafeMutableRawPointer(e).assumingMemoryBound(to: Double.self)
    let own = UnsafeMutableRawPointer(s).assumingMemoryBound(to: Double.self)
    let scale = 1 / length
    if model == .varyingSlopes {
      for j in 0..<groupCount {
        target.crossY[2 * j] = n[j].squareRoot() * means[j] * scale
        target.crossY[2 * j + 1] = squares[j].squareRoot() * own[j] * scale
      }
      target.withinYY = residualWithin * scale * scale
      return
    }
    for j in 0..<groupCount { target.crossY[j] = n[j].squareRoot() * means[j] * scale }
    for k in 0..<target.fixedCount { target.withinXY[k] = 0 }
    if model == .varyingIntercepts { target.withinXY[1] = crossWithin / xTotal.squareRoot() * scale }
    target.withinYY = (residualWithin + explainedWithin) * scale * scale
  }
}
