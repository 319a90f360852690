import Glibc
import LinearAlgebra

extension GroupwiseCriterion {
  /// Newton's steps on h(u) of the groups of a piece, all together, each from where it stands, until each group's step is below the tolerance.
  ///
  /// Steps use the observed information, or the expected one where that is not positive definite (cauchit). A step is halved after which h is lower; of
  /// log-concave densities, first, one after which h falls more steeply along the step than half as it rose before, which needs no densities.
  /// - Returns: false where h has no finite value.
  func findModes(_ piece: Piece) -> Bool {
    let q = effectCount
    let firstGroup = piece.groups.lowerBound
    let firstRow = piece.rows.lowerBound
    var count = piece.groups.count
    for g in 0..<count {
      active[g] = g
      halvings[g] = 0
      lastH[g] = -.infinity
    }
    let step = scratch[0]
    let matrix = scratch[1]
    let spare = model.isLogConcave ? nil : weight
    var passes = 0
    var bySlope = model.isLogConcave
    while count > 0 {
      passes += 1
      if passes > 200 {
        unfinishedModes += count
        return true
      }
      if bySlope && passes > GroupwiseCriterion.slopePasses {
        // These are not ordinary: from here on by h itself.
        bySlope = false
        for index in 0..<count { (lastH[active[index]], halvings[active[index]]) = (-.infinity, 0) }
      }
      // Rows of neighbouring groups together.
      var (low, high) = (-1, -1)
      for index in 0..<count {
        let j = firstGroup + active[index]
        let (from, to) = (start[j] - firstRow, start[j + 1] - firstRow)
        setPredictor(eta, group: j, at: modes + j * q, firstRow: firstRow)
        if from != high {
          fillSteps(low, high, firstRow, spare, bySlope)
          low = from
        }
        high = to
      }
      fillSteps(low, high, firstRow, spare, bySlope)

      var kept = 0
      for index in 0..<count {
        let g = active[index]
        let j = firstGroup + g
        let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
        let u = modes + j * q
        // g = Λ'Z's − u.
        projectScores(step, score + local, group: j)
        SmallMatrices.multiplyTransposed(lambda, step, q)
        for k in 0..<q { step[k] -= u[k] }
        // What must reach `lastH`: h, or its slope along the last step.
        let isFirst = lastH[g] == -.infinity
        var h = 0.0
        if bySlope {
          for k in 0..<q { h += step[k] * (isFirst ? 0 : u[k] - previous[k + g * q]) }
        } else {
          h = SmallMatrices.sum(logDensity + local, rows)
          for k in 0..<q { h -= 0.5 * u[k] * u[k] }
        }
        if !(h.isFinite && h >= lastH[g] - 1e-9 * (1 + abs(h))) {
          if !h.isFinite && isFirst {
            // Where the last evaluation ended is of no use.
            if (0..<q).allSatisfy({ u[$0] == 0 }) { return false }
            for k in 0..<q { u[k] = 0 }
          } else {
            halvings[g] += 1
            let last = previous + g * q
            if halvings[g] > 40 {
              // Rounding decides; where the step itself was not small no mode has been found.
              if (0..<q).contains(where: { abs(u[$0] - last[$0]) * 0x1p40 > 1e-4 }) { unfinishedModes += 1 }
              for k in 0..<q { u[k] = last[k] }
              continue
            }
            for k in 0..<q { u[k] = 0.5 * (u[k] + last[k]) }
            if bySlope { lastH[g] *= 0.5 }
          }
          active[kept] = g
          kept += 1
          continue
        }
        // K = I + Λ'Z'diag(wₒ)ZΛ.
        var tolerance = modeTolerance
        crossProducts(matrix, observed + local, group: j)
        if !factorInformation(matrix) {
          if spare != nil { crossProducts(matrix, weight + local, group: j) }
          guard spare != nil, factorInformation(matrix) else {
            unfinishedModes += 1
            continue
          }
          tolerance *= 1e-4
        }
        SmallKernels.solveLower(matrix, q, step)
        SmallKernels.solveLowerTransposed(matrix, q, step)
        var largest = 0.0
        for k in 0..<q { largest = max(largest, abs(step[k])) }
        guard largest.isFinite else { return false }
        let scale = largest > 5 ? 5 / largest : 1
        halvings[g] = 0
        // step'g is step'K·step.
        if bySlope { h = -0.5 * scale * slope(step, matrix) }
        lastH[g] = h
        for k in 0..<q {
          previous[k + g * q] = u[k]
          u[k] += scale * step[k]
        }
        if largest > tolerance {
          active[kept] = g
          kept += 1
        }
      }
      count = kept
    }
    return true
  }

  /// s and wₒ of rows, and ℓ where needed; w where `spare` is there.
  private func fillSteps(_ low: Int, _ high: Int, _ firstRow: Int, _ spare: Pointer?, _ bySlope: Bool) {
    guard low >= 0, high > low else { return }
    let (count, first) = (high - low, firstRow + low)
    if bySlope {
      model.fillSteps(
        count, eta: eta + low, y: y + first, m: m + first, score: score + low, observed: observed + low)
    } else {
      model.fillCurvature(
        count, eta: eta + low, y: y + first, m: m + first, logDensity: logDensity + low, score: score + low,
        observed: observed + low, expected: spare.map { $0 + low })
    }
  }

  /// x'LL'x.
  private func slope(_ x: Pointer, _ l: Pointer) -> Double {
    let q = effectCount
    var total = 0.0
    for k in 0..<q {
      var sum = 0.0
      for i in k..<q { sum += l[i + k * q] * x[i] }
      total += sum * sum
    }
    return total
  }

  /// η of a group's rows at u: the fixed part plus Z(Λu).
  func setPredictor(_ eta: Pointer, group j: Int, at u: Pointer, firstRow: Int) {
    let q = effectCount
    let (local, rows) = (start[j] - firstRow, start[j + 1] - start[j])
    let effects = scratch[7]
    for k in 0..<q { effects[k] = u[k] }
    SmallMatrices.multiply(lambda, effects, q)
    let fixed = fixedPart + local
    let target = eta + local
    let b = effects[0]
    if isConstant[0] {
      for i in 0..<rows { target[i] = fixed[i] + b }
    } else {
      let column = z + start[j]
      for i in 0..<rows { target[i] = fixed[i] + b * column[i] }
    }
    var k = 1
    while k < q {
      let b = effects[k]
      let column = z + (start[j] + k * stride)
      for i in 0..<rows { target[i] += b * column[i] }
      k += 1
    }
  }

  /// The lower Cholesky factor of I + Λ'MΛ in place of M (full, symmetric).
  func factorInformation(_ matrix: Pointer) -> Bool {
    let q = effectCount
    if q == 1 {
      let value = 1 + lambda[0] * lambda[0] * matrix[0]
      matrix[0] = value.squareRoot()
      return value > 0 && value.isFinite
    }
    SmallMatrices.sandwich(scratch[2], lambda, matrix, q, scratch: scratch[3])
    for i in 0..<q * q { matrix[i] = scratch[2][i] }
    for k in 0..<q { matrix[k + k * q] += 1 }
    return SmallKernels.cholesky(matrix, q)
  }

  /// Z'v for a group's rows.
  @inline(__always)
  func projectScores(_ out: Pointer, _ v: Pointer, group j: Int) {
    let rows = start[j + 1] - start[j]
    for k in 0..<effectCount {
      out[k] =
        isConstant[k]
        ? SmallMatrices.sum(v, rows) : SmallMatrices.longDot(v, z + (start[j] + k * stride), rows)
    }
  }

  /// Z'diag(v)Z for a group's rows (full).
  @inline(__always)
  func crossProducts(_ out: Pointer, _ v: Pointer, group j: Int) {
    let q = effectCount
    let rows = start[j + 1] - start[j]
    let first = z + start[j]
    for k in 0..<q {
      for l in 0...k {
        let value: Double
        if isConstant[l] {
          value =
            isConstant[k] ? SmallMatrices.sum(v, rows) : SmallMatrices.longDot(v, first + k * stride, rows)
        } else if isConstant[k] {
          value = SmallMatrices.longDot(v, first + l * stride, rows)
        } else {
          value = SmallMatrices.weightedDot(v, first + k * stride, first + l * stride, rows)
        }
        out[k + l * q] = value
        out[l + k * q] = value
      }
    }
  }
}
