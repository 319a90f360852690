import LinearAlgebra

/// The exact second derivatives in β and θ of Laplace's −2 log L with one grouping factor.
///
/// They are the derivatives of `GroupwiseCriterion`'s gradient along each parameter, marked by dots, with the mode u moving too:
///
///     u̇ = K⁻¹[Λ̇'p − Λ'Z'(wₒη₀)]    η₀ = Xβ̇ + ZΛ̇u    η̇ = η₀ + ZΛu̇    ẇ = cη̇    ẇₒ = cₒη̇    ċ = dη̇    ṗ = −Z'(wₒη̇)
///     Ȧ = −AḢA    ṫ_i = z_i'(ΛAΛ')˙z_i    ȧ = K⁻¹[Λ̇'Z'(ct) + Λ'Z'(ċt + cṫ) − K̇a]    e = Λa
///     o_i = (d_i·t_i − cₒ_i·z_i'e + 2wₒ_i)η̇_i + c_i·ṫ_i − wₒ_i·z_i'ė
///     ∂/∂β = X'o    ∂/∂Λ = (Z'o)u' + (Z'r)u̇' + 2(Z'diag(w)ZΛA)˙ + ṗa' + pȧ' − 2pu̇'
///
/// A workspace for one task. A call costs one pass over the rows with functions and, for every parameter, a few sums over them.
final class GroupwiseHessian {
  typealias Pointer = UnsafeMutablePointer<Double>

  private let c: GroupwiseCriterion
  private let q, count: Int
  /// The second derivatives (count²): rows belong to the derivatives, columns to the directions; of β's only the lower triangle.
  private let sums: Pointer
  // Of a piece: rows. cₒ, d, dt, d·t − cₒ·z'e + 2wₒ, η̇, o and what they are made of.
  private let observedSlope, curvature, turned, kappa, move, out, product, quadratic: Pointer
  // Of a group: p, Z'r, a, e, Z'(ct), and their derivatives.
  private let p, zr, a, effect, weighted, uMove, pMove, aMove, effectMove, work: Pointer
  // Of a group: Z'diag(w)Z = M and with wₒ, L of H and of K, A, ΛAΛ', AΛ', MΛ, and their derivatives.
  private let m, mo, l, lo, inverse, spread, half, cross: Pointer
  private let mMove, moMove, hMove, inverseMove, spreadMove, spare, spare2: Pointer
  /// The free elements of Λ: row and column.
  private var free: [(row: Int, column: Int)] = []
  private let block: ScratchBlock

  init(_ criterion: GroupwiseCriterion) {
    c = criterion
    q = criterion.effectCount
    count = criterion.fixedCount + criterion.thetaCount
    let rows = (criterion.pieces.map(\.rows.count).max() ?? 0) + 8
    let square = q * q
    let block = ScratchBlock(count: count * count + 8 * rows + 10 * q + 15 * square)
    self.block = block
    sums = block.take(count * count)
    observedSlope = block.take(rows)
    curvature = block.take(rows)
    turned = block.take(rows)
    kappa = block.take(rows)
    move = block.take(rows)
    out = block.take(rows)
    product = block.take(rows)
    quadratic = block.take(rows)
    p = block.take(q)
    zr = block.take(q)
    a = block.take(q)
    effect = block.take(q)
    weighted = block.take(q)
    uMove = block.take(q)
    pMove = block.take(q)
    aMove = block.take(q)
    effectMove = block.take(q)
    work = block.take(q)
    m = block.take(square)
    mo = block.take(square)
    l = block.take(square)
    lo = block.take(square)
    inverse = block.take(square)
    spread = block.take(square)
    half = block.take(square)
    cross = block.take(square)
    mMove = block.take(square)
    moMove = block.take(square)
    hMove = block.take(square)
    inverseMove = block.take(square)
    spreadMove = block.take(square)
    spare = block.take(square)
    spare2 = block.take(square)
    criterion.forEachFree { _, place in
      free.append((place % criterion.effectCount, place / criterion.effectCount))
    }
  }

  /// The symmetric matrix over β and θ at the point and the modes of the criterion's last evaluation; nil where K has no inverse.
  /// - Precondition: Laplace's approximation without an estimated dispersion parameter.
  func matrix(at parameters: Pointer) -> Matrix? {
    precondition(c.pointCount == 1 && !c.estimatesDispersion, "second derivatives of Laplace's approximation")
    let fixed = c.fixedCount
    for i in 0..<count * count { sums[i] = 0 }
    for piece in c.pieces {
      let (firstRow, rows) = (piece.rows.lowerBound, piece.rows.count)
      c.setFixedPart(c.fixedPart, parameters, first: firstRow, count: rows)
      for j in piece.groups { c.setPredictor(c.eta, group: j, at: c.modes + j * q, firstRow: firstRow) }
      c.model.fillSlopes(
        rows, eta: c.eta, y: c.y + firstRow, m: c.m + firstRow, score: c.score, observed: c.observed,
        observedSlope: observedSlope, weight: c.weight, slope: c.slope, curvature: curvature,
        weightIsObserved: c.determinant == .observed)
      for j in piece.groups {
        guard prepare(j, firstRow) else { return nil }
        for k in 0..<count { add(direction: k, j, firstRow) }
      }
    }
    var result = Matrix(rows: count, columns: count)
    for k in 0..<count {
      for i in k..<count {
        let (lower, upper) = (sums[i + k * count], sums[k + i * count])
        // Only directions of β have both.
        let value = k < fixed ? lower : 0.5 * (lower + upper)
        guard value.isFinite else { return nil }
        result[i, k] = value
        result[k, i] = value
      }
    }
    return result
  }

  /// What does not depend on the direction.
  private func prepare(_ j: Int, _ firstRow: Int) -> Bool {
    let (local, rows) = (c.start[j] - firstRow, c.start[j + 1] - c.start[j])
    let (wo, slope) = (c.observed + local, c.slope + local)
    c.projectScores(p, c.score + local, group: j)
    c.crossProducts(m, c.weight + local, group: j)
    for i in 0..<q * q { l[i] = m[i] }
    guard c.factorInformation(l) else { return false }
    if agree {
      for i in 0..<q * q { (mo[i], lo[i]) = (m[i], l[i]) }
    } else {
      c.crossProducts(mo, wo, group: j)
      for i in 0..<q * q { lo[i] = mo[i] }
      guard c.factorInformation(lo) else { return false }
    }
    c.fillInverse(inverse, factor: l)
    c.spreadByLambda(spread, inverse)
    // AΛ' is the transpose of ΛA.
    for k in 0..<q {
      for i in 0..<q { work[i] = inverse[i + k * q] }
      SmallMatrices.multiply(c.lambda, work, q)
      for i in 0..<q { half[k + i * q] = work[i] }
    }
    multiply(cross, m, c.lambda)

    c.fillQuadraticForms(quadratic, spread, group: j)
    for i in 0..<rows {
      turned[i] = curvature[local + i] * quadratic[i]
      quadratic[i] *= slope[i]
    }
    c.projectScores(weighted, quadratic, group: j)
    for k in 0..<q { a[k] = weighted[k] }
    SmallMatrices.multiplyTransposed(c.lambda, a, q)
    solveObserved(a)
    for k in 0..<q { effect[k] = a[k] }
    SmallMatrices.multiply(c.lambda, effect, q)
    fillEffects(product, effect, j)
    for i in 0..<rows {
      quadratic[i] -= wo[i] * product[i]
      kappa[i] = turned[i] - observedSlope[local + i] * product[i] + 2 * wo[i]
    }
    c.projectScores(zr, quadratic, group: j)
    return true
  }

  /// Adds a group's derivatives along one parameter.
  private func add(direction k: Int, _ j: Int, _ firstRow: Int) {
    let fixed = c.fixedCount
    let (local, rows) = (c.start[j] - firstRow, c.start[j + 1] - c.start[j])
    let (w, wo, slope) = (c.slope + local, c.observed + local, observedSlope + local)
    let u = c.modes + j * q
    let element = k < fixed ? nil : free[k - fixed]

    // η̇, by way of u̇.
    if let element {
      let column = c.z + (c.start[j] + element.row * c.stride)
      let factor = u[element.column]
      for i in 0..<rows { move[i] = factor * column[i] }
    } else {
      let column = c.x + (c.start[j] + k * c.stride)
      for i in 0..<rows { move[i] = column[i] }
    }
    for i in 0..<rows { product[i] = -wo[i] * move[i] }
    c.projectScores(uMove, product, group: j)
    SmallMatrices.multiplyTransposed(c.lambda, uMove, q)
    if let element { uMove[element.column] += p[element.row] }
    solveObserved(uMove)
    for i in 0..<q { work[i] = uMove[i] }
    SmallMatrices.multiply(c.lambda, work, q)
    addEffects(move, work, j)

    for i in 0..<rows { product[i] = -wo[i] * move[i] }
    c.projectScores(pMove, product, group: j)
    for i in 0..<rows { product[i] = w[i] * move[i] }
    c.crossProducts(mMove, product, group: j)
    fillInformationMove(hMove, mMove, cross, element)
    // Ȧ = −AḢA.
    multiply(spare, hMove, inverse)
    multiply(inverseMove, inverse, spare)
    for i in 0..<q * q { inverseMove[i] = -inverseMove[i] }
    c.spreadByLambda(spreadMove, inverseMove)
    if let element {
      for i in 0..<q {
        spreadMove[element.row + i * q] += half[element.column + i * q]
        spreadMove[i + element.row * q] += half[element.column + i * q]
      }
    }
    c.fillQuadraticForms(quadratic, spreadMove, group: j)
    for i in 0..<rows {
      quadratic[i] *= w[i]
      out[i] = kappa[i] * move[i] + quadratic[i]
      quadratic[i] += turned[i] * move[i]
    }

    // ȧ and ė.
    c.projectScores(aMove, quadratic, group: j)
    SmallMatrices.multiplyTransposed(c.lambda, aMove, q)
    if let element { aMove[element.column] += weighted[element.row] }
    if !agree {
      for i in 0..<rows { product[i] = slope[i] * move[i] }
      c.crossProducts(moMove, product, group: j)
      multiply(spare2, mo, c.lambda)
      fillInformationMove(hMove, moMove, spare2, element)
    }
    for d in 0..<q { for i in 0..<q { aMove[i] -= hMove[i + d * q] * a[d] } }
    solveObserved(aMove)
    for i in 0..<q { effectMove[i] = aMove[i] }
    SmallMatrices.multiply(c.lambda, effectMove, q)
    if let element { effectMove[element.row] += a[element.column] }
    fillEffects(product, effectMove, j)
    for i in 0..<rows { out[i] -= wo[i] * product[i] }

    if k < fixed {
      for d in k..<fixed {
        sums[d + k * count] += SmallMatrices.longDot(out, c.x + (c.start[j] + d * c.stride), rows)
      }
    }
    // (MΛA)˙ = ṀΛA + MΛȦ + MΛ̇A.
    multiply(spare, mMove, c.lambda)
    multiply(spare2, spare, inverse)
    multiply(spare, cross, inverseMove)
    c.projectScores(work, out, group: j)
    for (index, place) in free.enumerated() {
      let (row, column) = (place.row, place.column)
      var entry = 2 * (spare2[row + column * q] + spare[row + column * q])
      if let element { entry += 2 * m[row + element.row * q] * inverse[element.column + column * q] }
      entry += work[row] * u[column] + zr[row] * uMove[column]
      entry += pMove[row] * a[column] + p[row] * (aMove[column] - 2 * uMove[column])
      sums[fixed + index + k * count] += entry
    }
  }

  /// Whether H and K are the same.
  private var agree: Bool { c.model.isCanonical || c.determinant == .observed }

  /// (I + Λ'MΛ)˙ from Ṁ, MΛ and the element of Λ that moves.
  private func fillInformationMove(
    _ out: Pointer, _ mMove: Pointer, _ cross: Pointer, _ element: (row: Int, column: Int)?
  ) {
    SmallMatrices.sandwich(out, c.lambda, mMove, q, scratch: spare)
    guard let element else { return }
    for i in 0..<q {
      out[element.column + i * q] += cross[element.row + i * q]
      out[i + element.column * q] += cross[element.row + i * q]
    }
  }

  /// x ← K⁻¹x.
  private func solveObserved(_ x: Pointer) {
    SmallKernels.solveLower(lo, q, x)
    SmallKernels.solveLowerTransposed(lo, q, x)
  }

  /// out ← AB (q×q).
  private func multiply(_ out: Pointer, _ a: Pointer, _ b: Pointer) {
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for d in 0..<q { sum += a[i + d * q] * b[d + k * q] }
        out[i + k * q] = sum
      }
    }
  }

  /// Zb of a group's rows.
  private func fillEffects(_ rows: Pointer, _ b: Pointer, _ j: Int) {
    for i in 0..<c.start[j + 1] - c.start[j] { rows[i] = 0 }
    addEffects(rows, b, j)
  }

  private func addEffects(_ rows: Pointer, _ b: Pointer, _ j: Int) {
    let number = c.start[j + 1] - c.start[j]
    for k in 0..<q {
      let factor = b[k]
      if c.isConstant[k] {
        for i in 0..<number { rows[i] += factor }
      } else {
        let column = c.z + (c.start[j] + k * c.stride)
        for i in 0..<number { rows[i] += factor * column[i] }
      }
    }
  }
}
