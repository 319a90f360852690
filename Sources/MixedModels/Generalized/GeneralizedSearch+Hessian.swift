import LinearAlgebra

extension GeneralizedSearch {
  /// 2 × the inverse Hessian of −2 log L over the free parameters at `point`, by the criterion's own second derivatives or central differences of
  /// the gradient; nil where it is not positive definite.
  ///
  /// Elements of Λ that are exactly 0 on the diagonal, with what stands below them if that is 0 too, are held. With `polishing`, steps of Newton's
  /// move `point` on where they do not raise the value.
  func hessianInverse(polishing: Bool) -> (free: [Int], matrix: Matrix)? {
    let p = criterion.fixedCount
    let q = criterion.effectCount
    var free = Array(0..<p)
    criterion.forEachFree { index, place in
      let (row, column) = (place % q, place / q)
      var isEmpty = true
      criterion.forEachFree { other, otherPlace in
        if otherPlace / q == column && point[p + other] != 0 { isEmpty = false }
      }
      let isHeld = row == column ? point[p + index] == 0 : isEmpty
      if !isHeld { free.append(p + index) }
    }
    let last = criterion.parameterCount - 1
    if criterion.estimatesDispersion, point[last] < GeneralizedSearch.poissonLimit { free.append(last) }
    var value = criterion.evaluate(at: point)
    var gradient = free.map { criterion.gradient[$0] }
    criterion.saveModes()
    guard let hessian = exact(free) ?? differences(free),
      let inverse = GeneralizedSearch.inverse(hessian)
    else { return nil }
    criterion.restoreModes()
    if polishing {
      // The same Hessian serves for all steps: each leaves a small part of the distance.
      for _ in 0..<4 {
        let step = inverse * gradient
        if zip(step, gradient).reduce(0, { $0 + $1.0 * $1.1 }) < 1e-13 { break }
        for i in 0..<criterion.parameterCount { trial[i] = point[i] }
        for (k, i) in free.enumerated() { trial[i] -= step[k] }
        let next = criterion.evaluate(at: trial)
        guard next <= value + 1e-12 * max(1, abs(value)) else { break }
        for i in 0..<criterion.parameterCount { point[i] = trial[i] }
        value = next
        gradient = free.map { criterion.gradient[$0] }
      }
    }
    return (free, inverse * 2)
  }

  /// The criterion's second derivatives in the free parameters.
  private func exact(_ free: [Int]) -> Matrix? {
    guard let all = criterion.secondDerivatives(at: point) else { return nil }
    return all.part(free)
  }

  /// The Hessian of the free parameters by differences; steps are a small part of a standard error with all other parameters held.
  private func differences(_ free: [Int]) -> Matrix? {
    let count = free.count
    let all = criterion.parameterCount
    var hessian = Matrix(rows: count, columns: count)
    for i in 0..<all { trial[i] = point[i] }
    // From the modes at the point one step leaves an error that is the same on both sides, to second order.
    criterion.modeTolerance = GeneralizedSearch.looseModes
    defer { criterion.modeTolerance = GeneralizedSearch.sharpModes }
    criterion.fillTangents()
    for (k, i) in free.enumerated() {
      let curvature = curvatureGuess(i)
      let step = 2e-4 / max(curvature / 2, 1e-12).squareRoot()
      criterion.placeModes(parameter: i, step: step)
      trial[i] = point[i] + step
      guard criterion.evaluate(at: trial).isFinite else { return nil }
      for (l, j) in free.enumerated() { hessian[l, k] = criterion.gradient[j] }
      criterion.placeModes(parameter: i, step: -step)
      trial[i] = point[i] - step
      guard criterion.evaluate(at: trial).isFinite else { return nil }
      for (l, j) in free.enumerated() { hessian[l, k] = (hessian[l, k] - criterion.gradient[j]) / (2 * step) }
      trial[i] = point[i]
    }
    for k in 0..<count {
      for l in 0..<k {
        let mean = 0.5 * (hessian[l, k] + hessian[k, l])
        hessian[l, k] = mean
        hessian[k, l] = mean
      }
    }
    return hessian
  }

  /// Covariance matrix of β in the coordinates of the given columns.
  func fixedPart(_ covariance: Matrix) -> Matrix {
    let p = criterion.fixedCount
    var part = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in 0..<p { part[i, j] = covariance[i, j] } }
    return GeneralizedCoordinates.unscaled(part, coordinates.fixedScale)
  }

  /// Covariance matrix of β, θ and an estimated dispersion's logarithm in the coordinates of the given columns: JCJ', with the derivatives J of θ by differences of the map.
  func parameterCovariance(_ covariance: Matrix) -> Matrix {
    let p = criterion.fixedCount
    let count = criterion.parameterCount
    var jacobian = Matrix(rows: count, columns: count)
    for j in 0..<p {
      let column = GeneralizedCoordinates.solveUpper(coordinates.fixedScale, (0..<p).map { $0 == j ? 1 : 0 })
      for i in 0..<p { jacobian[i, j] = column[i] }
    }
    let theta = (p..<p + criterion.thetaCount).map { point[$0] }
    if criterion.estimatesDispersion { jacobian[count - 1, count - 1] = 1 }
    func mapped(_ theta: [Double]) -> [Double] {
      RelativeCovarianceFactor.theta(
        of: coordinates.lambda(RelativeCovarianceFactor.matrix(theta: theta, blocks: criterion.blocks)),
        blocks: criterion.blocks)
    }
    for k in theta.indices {
      let step = 1e-5 * max(abs(theta[k]), 0.01)
      var (up, down) = (theta, theta)
      up[k] += step
      down[k] -= step
      for (i, difference) in zip(mapped(up), mapped(down)).map({ ($0 - $1) / (2 * step) }).enumerated() {
        jacobian[p + i, p + k] = difference
      }
    }
    return jacobian * covariance * jacobian.transposed
  }

  /// The inverse of a positive definite matrix; nil for others.
  static func inverse(_ a: Matrix) -> Matrix? {
    let n = a.rows
    // Scaled to a unit diagonal, so that units do not decide.
    let scale = a.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : .nan }
    guard scale.allSatisfy(\.isFinite) else { return nil }
    var factor = a.storage
    for j in 0..<n { for i in 0..<n { factor[i + j * n] *= scale[i] * scale[j] } }
    var result = Matrix.identity(n)
    let isPositive = factor.withUnsafeMutableBufferPointer { factor -> Bool in
      guard let l = factor.baseAddress else { return true }
      guard SmallKernels.cholesky(l, n), (0..<n).allSatisfy({ l[$0 * (n + 1)] > 1e-7 }) else { return false }
      result.storage.withUnsafeMutableBufferPointer { columns in
        for j in 0..<n {
          SmallKernels.solveLower(l, n, columns.baseAddress! + j * n)
          SmallKernels.solveLowerTransposed(l, n, columns.baseAddress! + j * n)
        }
      }
      return true
    }
    guard isPositive else { return nil }
    for j in 0..<n { for i in 0..<n { result[i, j] *= scale[i] * scale[j] } }
    return result
  }
}
