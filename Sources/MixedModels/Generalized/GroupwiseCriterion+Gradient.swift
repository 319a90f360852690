import Glibc
import LinearAlgebra

extension GroupwiseCriterion {
  /// −2 log L of a piece at its modes, its part of the gradient added.
  func add(_ piece: Piece, outer: Bool, posterior: GeneralizedPosterior?) -> Double {
    let q = effectCount
    let firstRow = piece.rows.lowerBound
    let rows = piece.rows.count
    for j in piece.groups { setPredictor(eta, group: j, at: modes + j * q, firstRow: firstRow) }
    model.fillAll(
      rows, eta: eta, y: y + firstRow, m: m + firstRow, logDensity: logDensity, score: score,
      observed: observed, weight: weight, slope: slope, weightIsObserved: determinant == .observed)
    if estimatesDispersion {
      model.fillDispersionChanges(
        rows, eta: eta, y: y + firstRow, m: m + firstRow, density: densityChange, score: scoreChange,
        weight: weightChange, weightIsObserved: determinant == .observed)
    }
    for (g, j) in piece.groups.enumerated() {
      guard factorGroup(g, j, firstRow) else { return .infinity }
    }
    if pointCount > 1 { integrate(piece) }
    var total = 0.0
    for (g, j) in piece.groups.enumerated() {
      let value = differentiate(g, j, firstRow)
      guard value.isFinite else { return .infinity }
      total += value
      if outer { addGroupGradient(g, j, firstRow) }
      if let posterior { record(posterior, g, j, firstRow, value) }
    }
    if !outer {
      for c in 0..<fixedCount {
        gradient[c] += SmallMatrices.longDot(rowGradient, x + (c * stride + firstRow), rows)
      }
    }
    return total
  }

  /// h(û) (`lastH`), Z's, Z'diag(w)Z, and the factors of H and K of a group.
  private func factorGroup(_ g: Int, _ j: Int, _ firstRow: Int) -> Bool {
    let q = effectCount
    let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
    let u = modes + j * q
    var h = SmallMatrices.sum(logDensity + local, rows)
    for k in 0..<q { h -= 0.5 * u[k] * u[k] }
    lastH[g] = h
    projectScores(zScore + g * q, score + local, group: j)
    let product = cross + g * q * q
    let l = factor + g * q * q
    crossProducts(product, weight + local, group: j)
    for i in 0..<q * q { l[i] = product[i] }
    guard factorInformation(l) else { return false }
    if model.isCanonical || determinant == .observed { return true }
    let other = otherFactor + g * q * q
    crossProducts(other, observed + local, group: j)
    if !factorInformation(other) {
      // No strict maximum of h: the expected information is the nearest thing with an inverse.
      for i in 0..<q * q { other[i] = l[i] }
    }
    return true
  }

  /// Sums over the nodes, for all groups of a piece: Σ e_k, Σ e_k h'_k, Σ e_k z_k(L⁻¹h'_k)', Σ e_k (Z's_k)u_k' and, by rows, Σ e_k s_k, with
  /// e_k = ω_k exp(h(u_k) + z_k'z_k/2 − h(û)).
  private func integrate(_ piece: Piece) {
    let q = effectCount
    let firstRow = piece.rows.lowerBound
    let rows = piece.rows.count
    for i in 0..<rows { meanScore[i] = 0 }
    if estimatesDispersion { for g in 0..<piece.groups.count { nodeDensityChange[g] = 0 } }
    for g in 0..<piece.groups.count {
      nodeSum[g] = 0
      for i in 0..<q { nodeMean[i + g * q] = 0 }
      for i in 0..<q * q {
        nodeProduct[i + g * q * q] = 0
        nodeOuter[i + g * q * q] = 0
      }
    }
    let at = scratch[0]
    let zs = scratch[1]
    let derivative = scratch[2]
    for k in 0..<pointCount {
      let node = points + k * q
      for (g, j) in piece.groups.enumerated() {
        placeNode(at, node, g, j)
        setPredictor(nodeEta, group: j, at: at, firstRow: firstRow)
      }
      // ℓ and s of the mode are not needed any more (`zScore` and `lastH` hold what is), but s is in the gradient of one node only.
      model.fillScores(
        rows, eta: nodeEta, y: y + firstRow, m: m + firstRow, logDensity: logDensity, score: score)
      if estimatesDispersion {
        model.fillDispersionChanges(
          rows, eta: nodeEta, y: y + firstRow, m: m + firstRow, density: densityChange, score: nodeSpare,
          weight: nodeSpare, weightIsObserved: false)
      }
      for (g, j) in piece.groups.enumerated() {
        let (local, count) = (start[j] - firstRow, start[j + 1] - start[j])
        placeNode(at, node, g, j)
        var h = SmallMatrices.sum(logDensity + local, count)
        for i in 0..<q { h -= 0.5 * at[i] * at[i] }
        let e = exp(pointLogs[k] + (h - lastH[g]))
        guard e > 0 else { continue }
        nodeSum[g] += e
        if estimatesDispersion { nodeDensityChange[g] += e * SmallMatrices.sum(densityChange + local, count) }
        let s = score + local
        let mean = meanScore + local
        for i in 0..<count { mean[i] += e * s[i] }
        projectScores(zs, s, group: j)
        let outer = nodeOuter + g * q * q
        for b in 0..<q { for a in 0..<q { outer[a + b * q] += e * zs[a] * at[b] } }
        SmallMatrices.multiplyTransposed(lambda, zs, q)
        for i in 0..<q {
          derivative[i] = zs[i] - at[i]
          nodeMean[i + g * q] += e * derivative[i]
        }
        SmallKernels.solveLower(factor + g * q * q, q, derivative)
        let product = nodeProduct + g * q * q
        for b in 0..<q { for a in b..<q { product[a + b * q] += e * node[a] * derivative[b] } }
      }
    }
  }

  /// û + L⁻ᵀz.
  @inline(__always)
  private func placeNode(_ at: Pointer, _ node: Pointer, _ g: Int, _ j: Int) {
    let q = effectCount
    for i in 0..<q { at[i] = node[i] }
    SmallKernels.solveLowerTransposed(factor + g * q * q, q, at)
    for i in 0..<q { at[i] += modes[i + j * q] }
  }

  /// −2 log L of a group; `rowGradient` receives r − 2s̄ of its rows, and the derivative in Λ goes to `lambdaGradient`.
  private func differentiate(_ g: Int, _ j: Int, _ firstRow: Int) -> Double {
    let q = effectCount
    let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
    let u = modes + j * q
    let l = factor + g * q * q
    let a = scratch[0]
    let spread = scratch[1]
    let b = scratch[2]
    let zr = scratch[3]
    let work = scratch[4]
    let effect = scratch[5]
    var logDeterminant = 0.0
    for k in 0..<q { logDeterminant += log(l[k + k * q]) }
    var value = 2 * logDeterminant - 2 * lastH[g]
    fillInverse(inverse, factor: l)
    if pointCount > 1 {
      value -= 2 * log(nodeSum[g])
      correctInverse(g)
    }
    spreadByLambda(spread, inverse)
    var change = 0.0
    // c·t in the rows.
    let t = quadratic + local
    let c = slope + local
    if q == 1 && isConstant[0] {
      let variance = spread[0]
      if estimatesDispersion { change += variance * SmallMatrices.sum(weightChange + local, rows) }
      for i in 0..<rows { t[i] = c[i] * variance }
    } else {
      fillQuadraticForms(t, spread, group: j)
      if estimatesDispersion { change += SmallMatrices.longDot(weightChange + local, t, rows) }
      for i in 0..<rows { t[i] *= c[i] }
    }
    projectScores(b, t, group: j)
    SmallMatrices.multiplyTransposed(lambda, b, q)
    if pointCount > 1 { for k in 0..<q { b[k] -= 2 * nodeMean[k + g * q] / nodeSum[g] } }
    for k in 0..<q { a[k] = b[k] }
    let modeFactor = model.isCanonical || determinant == .observed ? l : otherFactor + g * q * q
    SmallKernels.solveLower(modeFactor, q, a)
    SmallKernels.solveLowerTransposed(modeFactor, q, a)
    // What is left of the way to the mode, K⁻¹h', changes the value by b'K⁻¹h' to first order, and h itself by ½h''K⁻¹h'.
    for i in 0..<q { work[i] = zScore[i + g * q] }
    SmallMatrices.multiplyTransposed(lambda, work, q)
    for i in 0..<q {
      work[i] -= u[i]
      value += a[i] * work[i]
    }
    if pointCount == 1 {
      SmallKernels.solveLower(modeFactor, q, work)
      var left = 0.0
      for i in 0..<q { left += work[i] * work[i] }
      // So far from the mode nothing is known.
      guard left < GroupwiseCriterion.mostLeft else { return .infinity }
      value -= left
    }

    // r, and with it the rows' gradient.
    for i in 0..<q { effect[i] = a[i] }
    SmallMatrices.multiply(lambda, effect, q)
    let wo = observed + local
    let r = rowGradient + local
    if q == 1 && isConstant[0] {
      let shift = effect[0]
      if estimatesDispersion { change += shift * SmallMatrices.sum(scoreChange + local, rows) }
      for i in 0..<rows { r[i] = t[i] - wo[i] * shift }
    } else {
      for i in 0..<rows { r[i] = 0 }
      for k in 0..<q {
        let column = z + (start[j] + k * stride)
        let shift = effect[k]
        for i in 0..<rows { r[i] += shift * column[i] }
      }
      if estimatesDispersion { change += SmallMatrices.longDot(scoreChange + local, r, rows) }
      for i in 0..<rows { r[i] = t[i] - wo[i] * r[i] }
    }
    projectScores(zr, r, group: j)
    if pointCount > 1 {
      let share = 2 / nodeSum[g]
      let s = meanScore + local
      for i in 0..<rows { r[i] -= share * s[i] }
    } else {
      let s = score + local
      for i in 0..<rows { r[i] -= 2 * s[i] }
    }

    if estimatesDispersion {
      change -=
        2
        * (pointCount > 1
          ? nodeDensityChange[g] / nodeSum[g] : SmallMatrices.sum(densityChange + local, rows))
      groupGradient[parameterCount - 1] = change
      gradient[parameterCount - 1] += change
    }

    // (Z'r)û' + 2Z'WZΛÃ + pa' − 2Σπ(Z's)u'.
    let target = groupLambda
    for c in 0..<q {
      for i in 0..<q { work[i] = inverse[i + c * q] }
      SmallMatrices.multiply(lambda, work, q)
      for i in 0..<q {
        var entry = 0.0
        for d in 0..<q { entry += cross[i + d * q + g * q * q] * work[d] }
        entry = 2 * entry + zr[i] * u[c] + zScore[i + g * q] * a[c]
        if pointCount > 1 {
          entry -= 2 * nodeOuter[i + c * q + g * q * q] / nodeSum[g]
        } else {
          entry -= 2 * zScore[i + g * q] * u[c]
        }
        target[i + c * q] = entry
        lambdaGradient[i + c * q] += entry
      }
    }
    return value
  }

  /// z_i'Sz_i of a group's rows, for a full S (q×q).
  func fillQuadraticForms(_ t: Pointer, _ s: Pointer, group j: Int) {
    let (q, rows) = (effectCount, start[j + 1] - start[j])
    for i in 0..<rows { t[i] = 0 }
    for k in 0..<q {
      let first = z + (start[j] + k * stride)
      for d in 0...k {
        let factor = d == k ? s[k + k * q] : s[k + d * q] + s[d + k * q]
        let second = z + (start[j] + d * stride)
        for i in 0..<rows { t[i] += factor * first[i] * second[i] }
      }
    }
  }

  /// ΛAΛ'.
  func spreadByLambda(_ out: Pointer, _ a: Pointer) {
    let q = effectCount
    let work = scratch[6]
    for c in 0..<q {
      for i in 0..<q { work[i] = a[i + c * q] }
      SmallMatrices.multiply(lambda, work, q)
      for i in 0..<q { out[i + c * q] = work[i] }
    }
    for i in 0..<q {
      for c in 0..<q { work[c] = out[i + c * q] }
      SmallMatrices.multiply(lambda, work, q)
      for c in 0..<q { out[i + c * q] = work[c] }
    }
  }

  /// A = (LL')⁻¹.
  func fillInverse(_ out: Pointer, factor l: Pointer) {
    let q = effectCount
    for c in 0..<q {
      let column = out + c * q
      for i in 0..<q { column[i] = i == c ? 1 : 0 }
      SmallKernels.solveLower(l, q, column)
      SmallKernels.solveLowerTransposed(l, q, column)
    }
  }

  /// Ã = A + 2L⁻ᵀ T L⁻¹.
  private func correctInverse(_ g: Int) {
    let q = effectCount
    let l = factor + g * q * q
    let n = nodeProduct + g * q * q
    let t = scratch[0]
    // N's lower triangle with half its diagonal, made symmetric: entries ½N, and the diagonal's half.
    for b in 0..<q {
      for a in b..<q {
        let value = 0.5 * n[a + b * q] / nodeSum[g]
        t[a + b * q] = value
        t[b + a * q] = value
      }
    }
    // L⁻ᵀT, then its transpose, again L⁻ᵀ: the result is symmetric.
    for c in 0..<q { SmallKernels.solveLowerTransposed(l, q, t + c * q) }
    for b in 0..<q {
      for a in 0..<b {
        let swap = t[a + b * q]
        t[a + b * q] = t[b + a * q]
        t[b + a * q] = swap
      }
    }
    for c in 0..<q { SmallKernels.solveLowerTransposed(l, q, t + c * q) }
    for i in 0..<q * q { inverse[i] += 2 * t[i] }
  }

  /// Adds a group's gradient to `gradient`, and its square to `outerProduct`.
  private func addGroupGradient(_ g: Int, _ j: Int, _ firstRow: Int) {
    let p = fixedCount
    let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
    for c in 0..<p {
      groupGradient[c] = SmallMatrices.longDot(rowGradient + local, x + (c * stride + start[j]), rows)
    }
    forEachFree { index, place in groupGradient[p + index] = groupLambda[place] }
    let count = parameterCount
    for b in 0..<count {
      let factor = groupGradient[b]
      // The dispersion's part is there already.
      if b < fixedCount + thetaCount { gradient[b] += factor }
      for a in 0..<count { outerProduct[a + b * count] += factor * groupGradient[a] }
    }
  }

  /// A group's part of what is reported beside the value.
  private func record(_ posterior: GeneralizedPosterior, _ g: Int, _ j: Int, _ firstRow: Int, _ value: Double)
  {
    let (p, q) = (fixedCount, effectCount)
    let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
    posterior.values[j] = value
    // Columns of ΛL⁻ᵀ: ΛH⁻¹Λ' is their product, and L⁻¹Λ'Z'WX the projection of X.
    fillInverse(inverse, factor: factor + g * q * q)
    let covariance = scratch[1]
    spreadByLambda(covariance, inverse)
    for i in 0..<q * q { posterior.covariances[0][i + j * q * q] = covariance[i] }
    let w = weight + local
    let projection = posterior.projection
    let first = z + start[j]
    for c in 0..<p {
      let column = x + (c * stride + start[j])
      for k in 0..<q {
        projection[k + c * q] =
          isConstant[k]
          ? SmallMatrices.longDot(w, column, rows)
          : SmallMatrices.weightedDot(w, first + k * stride, column, rows)
      }
    }
    let solved = scratch[2]
    for d in 0..<p {
      for k in 0..<q {
        solved[k] = 0
        for l in 0..<q { solved[k] += covariance[k + l * q] * projection[l + d * q] }
      }
      for c in d..<p {
        var value = SmallMatrices.weightedDot(
          w, x + (c * stride + start[j]), x + (d * stride + start[j]), rows)
        for k in 0..<q { value -= projection[k + c * q] * solved[k] }
        posterior.information[c + d * p] += value
        if c != d { posterior.information[d + c * p] += value }
      }
    }
  }
}
