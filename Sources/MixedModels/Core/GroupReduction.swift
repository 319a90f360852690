import Glibc
import LinearAlgebra

/// The data of a model with one grouping factor, reduced to constants per group: nothing after it touches an observation.
///
/// For group j the QR factorization of Z_j gives R_j (q×q) and z_j, the first q rows of Q'[X_j y_j]; the other rows of all groups together give
/// W = Σ (rest)'(rest). With Ψ = ΛΛ' and H_j = (I + R_jΨR_j')⁻¹,
///
///     log|V_j| = log|I + R_jΨR_j'|        U'V⁻¹U = W + Σ z_j'H_jz_j,  U = [X y]
///
/// sums of positive semidefinite matrices, without the cancellation of cross-products. A group with fewer rows than effects, or with constant x,
/// simply has a singular R_j.
///
/// Everything is kept in coordinates that make it free of scale: Z̃ = ZR_b⁻¹ with R_b'R_b = Z'Z/J term by term, X̃ = XR_x⁻¹ with R_x'R_x = X'X, and
/// y replaced by its least-squares residual, scaled to length 1. With prior weights w every row of Z, X and y is multiplied by √w first. So shifting or rescaling a predictor changes no number here but R_b,
/// R_x, the scale of y and the pooled β.
///
/// Reference: Lindstrom & Bates (1988), doi:10.1080/01621459.1988.10478693.
final class GroupReduction: Sendable {
  let rowCount: Int
  let groupCount: Int
  /// Number of random effects a group (q) and of fixed effects (p).
  let effectCount: Int
  let fixedCount: Int
  /// The columns of each random-effects term.
  let blocks: [Range<Int>]
  /// R_j by columns, group after group (J·q²).
  let triangles: [Double]
  /// z_j by columns, group after group (J·q·(p+1)).
  let projections: [Double]
  /// W by columns ((p+1)²).
  let within: [Double]
  /// W with what singular R_j leave of z_j: all sums of squares within groups ((p+1)²).
  private let withinGroups: [Double]
  /// What X̃ and the groups' effects leave of ỹ's sum of squares.
  private let withinResidual: Double
  /// What turns results back to the user's coordinates.
  let design: WhitenedDesign.Coordinates
  /// How many R_j do not have full rank: groups whose rows do not determine all effects.
  let singularGroupCount: Int
  /// Whether groups are fewer than `manyGroups` and some say five times as much as the mean group, or a fifth, of some combination of the effects: then the
  /// criterion often has several minima.
  let areFewAndUnlike: Bool
  static let manyGroups = 60
  /// n − Σ rank(R_j) − rank(W_xx): what is left to estimate the residual variance within groups.
  let withinDegreesOfFreedom: Int
  /// n − Σ rank(R_j) with one term alone, the least over the terms: at 0 the effects of a term fit every row.
  let leastTermRows: Int

  /// Reduces data.
  /// - Parameters:
  ///   - rows: Z, X of full rank, y, and the level of each row; observations, or fewer rows with their cross-products.
  ///   - blocks: which columns of Z belong to one term.
  ///   - qr: X, times the rows' factors, factored.
  ///   - interceptColumn: the column of X that is 1 everywhere, if there is one.
  /// - Throws: `FitError.collinearEffects` if a term's columns are linearly dependent over all rows.
  /// - Complexity: O(n(q + p)²).
  init(
    _ rows: ModelRows, blocks: [Range<Int>], blockNames: [String], effectNames: [String], qr: PivotedQR,
    interceptColumn: Int?, groupCount: Int
  ) throws(FitError) {
    let white = try WhitenedDesign(
      rows, blocks: blocks, blockNames: blockNames, effectNames: effectNames,
      groupCounts: [Int](repeating: groupCount, count: blocks.count), qr: qr, interceptColumn: interceptColumn
    )
    let n = rows.observationCount
    let (q, p) = (rows.random.columns, rows.fixed.columns)
    rowCount = n
    self.groupCount = groupCount
    effectCount = q
    fixedCount = p
    self.blocks = blocks
    design = white.coordinates
    let (whiteZ, u) = (white.effects, white.fixedAndResponse)

    let length = rows.response.count
    let factors = GroupFactors(
      whiteZ: whiteZ, u: u, rows: length, effects: q, columns: p + 1, codes: rows.codes[0], groups: groupCount
    )
    triangles = factors.triangles
    areFewAndUnlike =
      q > 1 && groupCount < GroupReduction.manyGroups
      && (0..<groupCount).contains { j in
        let triangle = Matrix(
          rows: q, columns: q, storage: Array(factors.triangles[j * q * q..<(j + 1) * q * q]))
        let values = (triangle.transposed * triangle).symmetricEigen.values
        return !(values.min()! > 0.2 && values.max()! < 5)
      }
    projections = factors.projections
    within = factors.within
    withinGroups = factors.allWithinGroups
    singularGroupCount = factors.ranks.count { $0 < q }
    let (rank, residual) = GroupReduction.withinRankAndResidual(withinGroups, p: p)
    withinResidual =
      residual < 1e-8 * withinGroups[p + p * (p + 1)]
      ? factors.withinResidual(whiteZ: whiteZ, u: u, rows: length, codes: rows.codes[0]) : residual
    withinDegreesOfFreedom = n - factors.ranks.reduce(0, +) - rank
    var leastRows = n - factors.ranks.reduce(0, +)
    if leastRows <= 0, blocks.count > 1 {
      leastRows = n
      for block in blocks {
        let own = GroupFactors(
          whiteZ: Array(whiteZ[block.lowerBound * length..<block.upperBound * length]), u: u, rows: length,
          effects: block.count, columns: p + 1, codes: rows.codes[0], groups: groupCount)
        leastRows = min(leastRows, n - own.ranks.reduce(0, +))
      }
    }
    leastTermRows = leastRows
  }

  /// The same data with other fixed effects, whose z_j and W (with the response's) are given, for evaluations under ML.
  init(_ other: GroupReduction, fixedCount p: Int, projections: [Double], within: [Double]) {
    rowCount = other.rowCount
    groupCount = other.groupCount
    effectCount = other.effectCount
    fixedCount = p
    blocks = other.blocks
    triangles = other.triangles
    self.projections = projections
    self.within = within
    withinGroups = within
    withinResidual = other.withinResidual
    design = WhitenedDesign.Coordinates(
      effectScale: other.design.effectScale, fixedScale: .identity(p), logFixedGram: 0,
      logWeights: other.design.logWeights, pooledCoefficients: [Double](repeating: 0, count: p),
      responseScale: other.design.responseScale, inflations: other.design.inflations)
    singularGroupCount = other.singularGroupCount
    areFewAndUnlike = other.areFewAndUnlike
    withinDegreesOfFreedom = other.withinDegreesOfFreedom
    leastTermRows = other.leastTermRows
  }

  /// A model's shape without data, for workspaces whose constants are filled in later: one term, scales of 1.
  init(shapeWithGroups groups: Int, effects q: Int, fixed p: Int) {
    rowCount = p + 1
    groupCount = groups
    effectCount = q
    fixedCount = p
    blocks = [0..<q]
    triangles = [Double](repeating: 0, count: groups * q * q)
    projections = [Double](repeating: 0, count: groups * q * (p + 1))
    within = [Double](repeating: 0, count: (p + 1) * (p + 1))
    withinGroups = within
    withinResidual = 0
    design = WhitenedDesign.Coordinates(
      effectScale: .identity(q), fixedScale: .identity(p), logFixedGram: 0, logWeights: 0,
      pooledCoefficients: [Double](repeating: 0, count: p), responseScale: 1,
      inflations: [Double](repeating: 1, count: q))
    singularGroupCount = 0
    areFewAndUnlike = false
    withinDegreesOfFreedom = 0
    leastTermRows = 0
  }

  /// Whether the criterion has no minimum, because within groups y is fitted without residual although the effects do not span all rows.
  var isDegenerate: Bool {
    // Where effects and X together span all rows, every y is fitted within groups: that says nothing of this one.
    !spansAllRows && withinDegreesOfFreedom > 0 && fitsExactlyWithinGroups || design.responseScale == 0
  }

  /// Whether independent terms together span all rows.
  var spansAllRows: Bool {
    blocks.count > 1 && withinDegreesOfFreedom <= 0
  }

  /// Whether within groups y is fitted without residual: its Schur complement in W is nothing beside its sum of squares.
  private var fitsExactlyWithinGroups: Bool {
    let p = fixedCount
    var total = within[p + p * (p + 1)]
    for j in 0..<groupCount {
      for i in 0..<effectCount {
        let value = projections[j * effectCount * (p + 1) + i + p * effectCount]
        total += value * value
      }
    }
    return design.responseScale == 0 || withinResidual <= 1e-24 * total
  }

  /// Effects whose variance REML cannot see, because the fixed effects already hold a coefficient of their own for each level: Z_j'(I − P_X)Z_j vanishes.
  var effectsSpannedByFixed: [Int] {
    let q = effectCount
    let p = fixedCount
    return triangles.withUnsafeBufferPointer { triangles in
      projections.withUnsafeBufferPointer { projections in
        (0..<q).filter { k in
          var own = 0.0
          var left = 0.0
          for j in 0..<groupCount {
            let r = triangles.baseAddress! + j * q * q + k * q
            let z = projections.baseAddress! + j * q * (p + 1)
            var information = 0.0
            for i in 0..<q { information += r[i] * r[i] }
            // The column's products with X̃, whose columns have length 1: (R_j'z_j)_k.
            var spanned = 0.0
            for l in 0..<p {
              var sum = 0.0
              for i in 0..<q { sum += r[i] * z[i + l * q] }
              spanned += sum * sum
            }
            own += information
            left += information - spanned
          }
          return left <= 1e-10 * own
        }
      }
    }
  }

  /// Rank of W's fixed-effects block and what it leaves of y's sum of squares.
  static func withinRankAndResidual(_ within: [Double], p: Int) -> (Int, Double) {
    let order = p + 1
    var w = Matrix(rows: order, columns: order, storage: within)
    var left = Array(0..<p)
    var rank = 0
    // X̃ has columns of length 1, so 1e-12 is a share of a column's own sum of squares.
    while let k = left.max(by: { w[$0, $0] < w[$1, $1] }), w[k, k] > 1e-12 {
      left.removeAll { $0 == k }
      rank += 1
      let rest = left + [p]
      for i in rest { for j in rest { w[i, j] -= w[i, k] * w[k, j] / w[k, k] } }
    }
    return (rank, w[p, p])
  }
}
