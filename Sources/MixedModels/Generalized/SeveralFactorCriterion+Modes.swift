import Glibc
import LinearAlgebra

extension SeveralFactorCriterion {
  /// Newton's steps on h(u) from where the modes stand, until what is left is below the tolerance.
  ///
  /// Steps use the observed information, or the expected one where that is not positive definite (cauchit). After a small step the factor is used
  /// again: what is left then shrinks by that step's size instead of its square. Steps are judged and halved as those of `GroupwiseCriterion`.
  /// - Returns: false where h has no finite value or no mode was found.
  func findModes() -> Bool {
    let n = rowCount
    let spare = model.isLogConcave ? nil : weight
    var lastH = -Double.infinity
    // The way from where the factor was made, and the last step.
    var (distance, largest) = (Double.infinity, Double.infinity)
    var (halvings, usesExpected) = (0, false)
    let enough = modeTolerance * modeTolerance
    // g = Λ'Z's − u.
    let rise = response
    for pass in 0..<200 {
      let bySlope = model.isLogConcave && pass < GroupwiseCriterion.slopePasses
      if pass == GroupwiseCriterion.slopePasses { (lastH, halvings) = (-.infinity, 0) }
      setPredictors()
      if bySlope {
        model.fillSteps(n, eta: eta, y: y, m: m, score: score, observed: observed)
      } else {
        model.fillCurvature(
          n, eta: eta, y: y, m: m, logDensity: logDensity, score: score, observed: observed, expected: spare)
      }
      project(score, to: rise)
      pattern.multiplyTransposed(lambdas, rise)
      for i in 0..<modeCount { rise[i] -= modes[i] }
      var h: Double
      if bySlope {
        h = SmallMatrices.longDot(rise, modes, modeCount)
        h = lastH == -.infinity ? 0 * h : h - SmallMatrices.longDot(rise, previous, modeCount)
      } else {
        h = SmallMatrices.sum(logDensity, n) - 0.5 * SmallMatrices.longDot(modes, modes, modeCount)
      }
      if !(h.isFinite && h >= lastH - 1e-9 * (1 + abs(h))) {
        if lastH == -.infinity {
          // Where the last evaluation ended is of no use.
          if (0..<modeCount).allSatisfy({ modes[$0] == 0 }) { return false }
          for i in 0..<modeCount { modes[i] = 0 }
          continue
        }
        halvings += 1
        if halvings > 40 {
          // Rounding decides; where the step itself was not small no mode has been found.
          for i in 0..<modeCount { modes[i] = previous[i] }
          if largest > 1e-4 { unfinishedModes = 1 }
          return largest <= 1e-4
        }
        for i in 0..<modeCount { modes[i] = 0.5 * (modes[i] + previous[i]) }
        if bySlope { lastH *= 0.5 }
        distance = .infinity
        continue
      }
      // Two more steps by the old factor would not be enough.
      if usesExpected || !(largest * distance * distance * distance <= enough) {
        information.build(observed, z: z, stride: stride)
        usesExpected = !information.factor(lambdas)
        if usesExpected {
          guard let spare else { return false }
          information.build(spare, z: z, stride: stride)
          guard information.factor(lambdas) else { return false }
        }
        distance = 0
      }
      for i in 0..<modeCount { step[i] = rise[i] }
      information.solve(step)
      largest = 0
      for i in 0..<modeCount { largest = max(largest, abs(step[i])) }
      guard largest.isFinite else { return false }
      let scale = largest > 5 ? 5 / largest : 1
      for i in 0..<modeCount {
        previous[i] = modes[i]
        modes[i] += scale * step[i]
      }
      lastH = bySlope ? -0.5 * scale * SmallMatrices.longDot(rise, step, modeCount) : h
      halvings = 0
      distance += largest
      // Newton's step leaves its square, a step by an old factor its product with the way from there; Fisher's scoring gains little at a time.
      if usesExpected ? largest <= 1e-4 * modeTolerance : largest * distance <= enough { return true }
    }
    unfinishedModes = 1
    return false
  }

  /// η at the modes; Λu stays in `effects`.
  func setPredictors() {
    for i in 0..<modeCount { effects[i] = modes[i] }
    pattern.multiply(lambdas, effects)
    for i in 0..<rowCount { eta[i] = fixedPart[i] }
    addEffects(effects, to: eta)
  }

  // MARK: Tangents

  /// Moves the modes of the last evaluation along their tangent to new parameters, unless that is far.
  func predictModes(_ parameters: Pointer) {
    // dη without the movement of the modes, and Z's for Λ's change.
    for i in 0..<rowCount { spread[i] = 0 }
    for c in 0..<fixedCount {
      let factor = parameters[c] - lastParameters[c]
      let column = x + c * stride
      for i in 0..<rowCount { spread[i] += factor * column[i] }
    }
    for i in 0..<modeCount { effects[i] = modes[i] }
    for (f, factor) in pattern.allFactors.enumerated() {
      for i in 0..<factor.width * factor.width { lambdaChanges[f][i] = lambdas[f][i] - lastLambdas[f][i] }
    }
    pattern.multiply(lambdaChanges, effects)
    addEffects(effects, to: spread)
    let dispersion =
      estimatesDispersion ? parameters[parameterCount - 1] - lastParameters[parameterCount - 1] : 0
    solveTangent(step, lambdas: lastLambdas, changes: lambdaChanges, dispersion: dispersion)
    var largest = 0.0
    for i in 0..<modeCount { largest = max(largest, abs(step[i])) }
    guard largest < 2 else { return }
    for i in 0..<modeCount { modes[i] += step[i] }
  }

  /// dû/dp of one parameter at the last evaluation.
  func fillTangent(_ out: Pointer, parameter: Int) {
    for (f, factor) in pattern.allFactors.enumerated() {
      for i in 0..<factor.width * factor.width { lambdaChanges[f][i] = 0 }
      forEachFree { index, place in
        guard fixedCount + index == parameter else { return }
        let (row, column) = (place % effectCount, place / effectCount)
        guard let a = factor.columns.firstIndex(of: row), let b = factor.columns.firstIndex(of: column)
        else { return }
        lambdaChanges[f][a + b * factor.width] = 1
      }
    }
    for i in 0..<rowCount { spread[i] = parameter < fixedCount ? x[i + parameter * stride] : 0 }
    for i in 0..<modeCount { effects[i] = modes[i] }
    pattern.multiply(lambdaChanges, effects)
    addEffects(effects, to: spread)
    let isDispersion = estimatesDispersion && parameter == parameterCount - 1
    solveTangent(out, lambdas: lambdas, changes: lambdaChanges, dispersion: isDispersion ? 1 : 0)
  }

  /// out ← K⁻¹[Λ'Z'(∂s/∂φ·dφ − wₒ·dη) + dΛ'Z's] with dη in `spread`: how the modes of the last evaluation move.
  private func solveTangent(_ out: Pointer, lambdas: [Pointer], changes: [Pointer], dispersion: Double) {
    for i in 0..<rowCount { spread[i] *= -observed[i] }
    if dispersion != 0 { for i in 0..<rowCount { spread[i] += dispersion * scoreChange[i] } }
    project(spread, to: out)
    pattern.multiplyTransposed(lambdas, out)
    for i in 0..<modeCount { effects[i] = zScore[i] }
    pattern.multiplyTransposed(changes, effects)
    for i in 0..<modeCount { out[i] += effects[i] }
    modeFactor.solve(out)
  }
}
