import Glibc
import LinearAlgebra

extension SeveralFactorCriterion {
  /// −2 log L at the modes without the constant, the derivatives in β and the dispersion added to `gradient`, those in Λ to `lambdaGradients`.
  func differentiate(_ posterior: GeneralizedPosterior?) -> Double {
    let n = rowCount
    setPredictors()
    let weightIsObserved = determinant == .observed
    model.fillAll(
      n, eta: eta, y: y, m: m, logDensity: logDensity, score: score, observed: observed, weight: weight,
      slope: slope, weightIsObserved: weightIsObserved)
    if estimatesDispersion {
      model.fillDispersionChanges(
        n, eta: eta, y: y, m: m, density: densityChange, score: scoreChange, weight: weightChange,
        weightIsObserved: weightIsObserved)
    }
    let h = SmallMatrices.sum(logDensity, n) - 0.5 * SmallMatrices.longDot(modes, modes, modeCount)
    information.build(weight, z: z, stride: stride)
    guard h.isFinite, information.factor(lambdas) else { return .infinity }
    modeFactor = information
    if let observedInformation {
      observedInformation.build(observed, z: z, stride: stride)
      // Without a strict maximum of h the expected information is the nearest thing with an inverse.
      if observedInformation.factor(lambdas) { modeFactor = observedInformation }
    }
    information.invert()
    for i in 0..<n { quadratic[i] = 0 }
    if pattern.isScalar { addScalarSpread() } else { addSpread() }
    var change = estimatesDispersion ? SmallMatrices.longDot(weightChange, quadratic, n) : 0
    for i in 0..<n { quadratic[i] *= slope[i] }

    // a = K⁻¹Λ'Z'(c·t); h' = Λ'Z's − u, of which only rounding is left at the mode.
    let (a, left) = (response, step)
    project(quadratic, to: a)
    pattern.multiplyTransposed(lambdas, a)
    modeFactor.solve(a)
    project(score, to: zScore)
    for i in 0..<modeCount { left[i] = zScore[i] }
    pattern.multiplyTransposed(lambdas, left)
    for i in 0..<modeCount { left[i] -= modes[i] }
    // What is left of the way to the mode, K⁻¹h', changes the determinant by a'h' to first order, and −2h by −h''K⁻¹h'.
    var value = information.logDeterminant - 2 * h + SmallMatrices.longDot(a, left, modeCount)
    modeFactor.solveLower(left)
    let rest = SmallMatrices.longDot(left, left, modeCount)
    // So far from the mode nothing is known.
    guard rest < GroupwiseCriterion.mostLeft * Double(max(pattern.main.levelCount, 1)) else {
      return .infinity
    }
    value -= rest

    // r, and with it the gradient.
    for i in 0..<modeCount { effects[i] = a[i] }
    pattern.multiply(lambdas, effects)
    for i in 0..<n { spread[i] = 0 }
    addEffects(effects, to: spread)
    if estimatesDispersion {
      change += SmallMatrices.longDot(scoreChange, spread, n) - 2 * SmallMatrices.sum(densityChange, n)
      gradient[parameterCount - 1] += change
    }
    for i in 0..<n { quadratic[i] -= observed[i] * spread[i] }
    project(quadratic, to: effects)
    addModeGradient(zr: effects, a: a)
    for i in 0..<n { quadratic[i] -= 2 * score[i] }
    for c in 0..<fixedCount { gradient[c] = SmallMatrices.longDot(quadratic, x + c * stride, n) }
    if let posterior { record(posterior) }
    return value
  }

  /// Adds Σ_j [ (Z_fj'r)u_fj' + p_fj(a_fj − 2u_fj)' ] to the derivatives in Λ.
  private func addModeGradient(zr: Pointer, a: Pointer) {
    for (f, factor) in pattern.allFactors.enumerated() {
      let (q, target) = (factor.width, lambdaGradients[f])
      for j in 0..<factor.levelCount {
        let start = factor.start + j * q
        for c in 0..<q {
          let (u, own) = (modes[start + c], a[start + c] - 2 * modes[start + c])
          for i in 0..<q { target[i + c * q] += zr[start + i] * u + zScore[start + i] * own }
        }
      }
    }
  }

  /// t into `quadratic` and 2Σ w_i z_fi(z_i'ΛH⁻¹)_f into the derivatives in Λ where every factor has one effect: by pairs of factors.
  private func addScalarSpread() {
    let (n, m) = (rowCount, pattern.tailOrder)
    let own = z + pattern.main.columns[0] * stride
    let theta = lambdas[0][0]
    for j in 0..<pattern.main.levelCount {
      let c = information.inverseMain[j]
      let factor = theta * theta * c
      var sum = 0.0
      for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
        let square = own[i] * own[i]
        quadratic[i] += factor * square
        sum += weight[i] * square
      }
      lambdaGradients[0][0] += 2 * theta * c * sum
    }
    for (t, tail) in pattern.tail.enumerated() {
      let other = z + tail.columns[0] * stride
      let otherTheta = lambdas[t + 1][0]
      let (place, column) = (pattern.place + t * n, pattern.tailColumn + t * n)
      var product = 2 * theta * otherTheta
      var sum = 0.0
      for j in 0..<pattern.main.levelCount {
        let row = information.inverseRows + information.rowsStart(j)
        for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
          let share = row[Int(place[i])] * own[i] * other[i]
          quadratic[i] += product * share
          sum += weight[i] * share
        }
      }
      lambdaGradients[0][0] += 2 * otherTheta * sum
      lambdaGradients[t + 1][0] += 2 * theta * sum
      for (s, before) in pattern.tail[...t].enumerated() {
        let third = z + before.columns[0] * stride
        let left = pattern.tailColumn + s * n
        let leftTheta = lambdas[s + 1][0]
        product = (s == t ? 1 : 2) * leftTheta * otherTheta
        sum = 0
        for i in 0..<n {
          let share = information.inverseTail[Int(column[i]) + Int(left[i]) * m] * third[i] * other[i]
          quadratic[i] += product * share
          sum += weight[i] * share
        }
        lambdaGradients[t + 1][0] += 2 * leftTheta * sum
        if s < t { lambdaGradients[s + 1][0] += 2 * otherTheta * sum }
      }
    }
  }

  /// The same in general: e_f = Λ_f'z_f and v_f = Σ_g C_fg e_g of each row, t = Σ e_f'v_f.
  private func addSpread() {
    let (n, m, q) = (rowCount, pattern.tailOrder, pattern.main.width)
    for j in 0..<pattern.main.levelCount {
      let width = pattern.width(j)
      let own = information.inverseMain + j * q * q
      let rows = information.inverseRows + information.rowsStart(j)
      for i in pattern.rowStart[j]..<pattern.rowStart[j + 1] {
        fillScaled(0, pattern.main, i)
        for a in 0..<q {
          along[0][a] = 0
          for b in 0..<q { along[0][a] += own[a + b * q] * scaled[0][b] }
        }
        for (t, tail) in pattern.tail.enumerated() {
          fillScaled(t + 1, tail, i)
          let (e, v) = (scaled[t + 1], along[t + 1])
          let block = rows + Int(pattern.place[i + t * n])
          for b in 0..<tail.width {
            v[b] = 0
            for a in 0..<q {
              along[0][a] += block[a * width + b] * e[b]
              v[b] += block[a * width + b] * scaled[0][a]
            }
          }
          let c = Int(pattern.tailColumn[i + t * n])
          for (s, before) in pattern.tail[..<t].enumerated() {
            let corner = information.inverseTail + (c + Int(pattern.tailColumn[i + s * n]) * m)
            for d in 0..<before.width {
              for b in 0..<tail.width {
                v[b] += corner[b + d * m] * scaled[s + 1][d]
                along[s + 1][d] += corner[b + d * m] * e[b]
              }
            }
          }
          let corner = information.inverseTail + (c + c * m)
          for d in 0..<tail.width {
            for b in 0..<tail.width { v[b] += corner[max(b, d) + min(b, d) * m] * e[d] }
          }
        }
        var sum = 0.0
        for f in 0...pattern.tail.count {
          let factor = f == 0 ? pattern.main : pattern.tail[f - 1]
          let target = lambdaGradients[f]
          for b in 0..<factor.width {
            let v = along[f][b]
            sum += scaled[f][b] * v
            let share = 2 * weight[i] * v
            for a in 0..<factor.width {
              target[a + b * factor.width] += share * z[i + factor.columns[a] * stride]
            }
          }
        }
        quadratic[i] = sum
      }
    }
  }

  /// e_f = Λ_f'z_f of a row.
  @inline(__always)
  private func fillScaled(_ f: Int, _ factor: LevelPattern.Factor, _ i: Int) {
    let e = scaled[f]
    for k in 0..<factor.width { e[k] = z[i + factor.columns[k] * stride] }
    SmallMatrices.multiplyTransposed(lambdas[f], e, factor.width)
  }

  /// What is reported beside the value: ΛH⁻¹Λ' of each level, and X'WX − X'WZΛH⁻¹Λ'Z'WX.
  private func record(_ posterior: GeneralizedPosterior) {
    let (n, p) = (rowCount, fixedCount)
    for (f, factor) in pattern.allFactors.enumerated() {
      let q = factor.width
      let out = posterior.covariances[factor.index]
      let work = Matrix(rows: q, columns: q, storage: (0..<q * q).map { lambdas[f][$0] })
      for j in 0..<factor.levelCount {
        let block = information.inverseBlock(factor: factor.index, level: j)
        let covariance = work * block * work.transposed
        for i in 0..<q * q { out[i + j * q * q] = covariance.storage[i] }
      }
    }
    let room = ScratchBlock(count: p * modeCount)
    let projections = room.take(p * modeCount)
    for c in 0..<p {
      let column = x + c * stride
      for i in 0..<n { spread[i] = weight[i] * column[i] }
      let own = projections + c * modeCount
      project(spread, to: own)
      pattern.multiplyTransposed(lambdas, own)
      information.solveLower(own)
      for d in 0...c {
        let value =
          SmallMatrices.longDot(spread, x + d * stride, n)
          - SmallMatrices.longDot(own, projections + d * modeCount, modeCount)
        posterior.information[c + d * p] = value
        posterior.information[d + c * p] = value
      }
    }
  }
}
