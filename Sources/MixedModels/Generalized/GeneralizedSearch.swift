import Glibc
import LinearAlgebra

/// Maximum likelihood for a generalized linear mixed model with one or several grouping factors: β and θ together by damped BFGS on the exact gradient.
///
/// θ is searched without bounds: the criterion is even in each column of Λ, so a variance of 0 is an ordinary stationary point. Because θ = 0 is also
/// stationary where the variance is not 0, every small θ is looked at from a larger one before it is believed; what is no worse at exactly 0 becomes 0. The
/// first Hessian is the criterion's own, or else half the sum of squares of the groups' gradients, which knows the scale of every parameter; the last one, the
/// criterion's own or by central differences of the gradient, serves for a final step of Newton's and for standard errors.
///
/// Searches start from the model without random effects and from moments of its scores, and again from other variances if the first ends on the
/// boundary or does not converge, or groups are few beside the elements of θ, where there may be several optima; further starts can be given. Predictors are orthogonalized inside and results mapped back, so their units do not matter.
final class GeneralizedSearch {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Decrement g'B⁻¹g after which a last step is taken; steps of Newton's follow where the Hessian is formed.
  static let tolerance = 1e-8
  /// The last step on the way to a mode, in standard deviations: during the search, where what is left is taken out of the value, and at
  /// its end.
  static let looseModes = 1e-4
  static let sharpModes = 1e-7
  /// Evaluations of one search.
  static let mostEvaluations = 400
  /// log θ of the negative binomial from which on it is Poisson's distribution to the last digits.
  static let poissonLimit = 20.0
  /// Rows up to which several effects get further starts: with few rows there may be several optima.
  static let fewRows = 1000
  /// Elements of θ beyond which the criterion is not asked: modes could not be told to enough digits.
  static let greatestTheta = 150.0
  /// A standard deviation on the scale of η that no data tell from a larger one.
  static let divergentDeviation = 50.0

  /// The criterion in search coordinates.
  let criterion: GeneralizedCriterion
  let coordinates: GeneralizedCoordinates
  private let given: GeneralizedData
  /// For each given row the row of the criterion's data, where rows with equal predictors are one.
  private let place: [Int]?
  private let optimizer: DampedBFGS
  let point, trial: Pointer
  private var isAtPoissonLimit = false
  private let block: ScratchBlock

  /// A search.
  /// - Parameters:
  ///   - nodeCount: nodes of one dimension of adaptive quadrature; 1 for Laplace's approximation.
  ///   - determinant: weights of the determinant.
  /// - Throws: `FitError` as `GeneralizedCriterion.make`.
  init(_ data: GeneralizedData, nodeCount: Int = 1, determinant: DeterminantWeights = .expected)
    throws(FitError)
  {
    given = data
    let distinct = DistinctRows(data)
    place = distinct?.place
    coordinates = GeneralizedCoordinates(distinct?.data ?? data)
    criterion = try GeneralizedCriterion.make(
      coordinates.data, nodeCount: nodeCount, determinant: determinant)
    let count = criterion.parameterCount
    optimizer = DampedBFGS(count: count)
    block = ScratchBlock(count: 2 * count)
    point = block.take(count)
    trial = block.take(count)
  }

  /// Searches and reports the best end.
  ///
  /// - Parameters:
  ///   - starts: β and θ of further starting points, in the coordinates of the given columns.
  ///   - standardErrors: whether to form the Hessian; without it there is no last step of Newton's either.
  func minimize(starts: [(beta: [Double], theta: [Double])] = [], standardErrors: Bool = true)
    -> GeneralizedSolution
  {
    criterion.evaluationCount = 0
    criterion.modeTolerance = GeneralizedSearch.looseModes
    let start = GeneralizedStart(criterion)
    let best = bestEnd(of: start, further: starts)
    let evaluations = criterion.evaluationCount
    for i in 0..<best.parameters.count { point[i] = best.parameters[i] }
    criterion.modeTolerance = GeneralizedSearch.sharpModes
    var covariance: (free: [Int], matrix: Matrix)?
    if standardErrors && best.value.isFinite {
      covariance = hessianInverse(polishing: start.separation == nil)
    }
    return solution(best, separation: start.separation, covariance, evaluations: evaluations)
  }

  /// What the criterion knows at β and θ, in the coordinates of the given columns: not an optimum, no Hessian.
  func solution(beta: [Double], theta: [Double]) -> GeneralizedSolution {
    let parameters = coordinates.searched(beta: beta, theta: theta)
    for i in parameters.indices { point[i] = parameters[i] }
    criterion.modeTolerance = GeneralizedSearch.sharpModes
    let here = Found(value: 0, parameters: parameters, end: .converged, decrement: 0, isSingular: false)
    return solution(here, separation: nil, nil, evaluations: 1)
  }

  /// The end of a search, at `point`.
  private func solution(
    _ best: Found, separation: [Double]?, _ covariance: (free: [Int], matrix: Matrix)?, evaluations: Int
  ) -> GeneralizedSolution {
    let p = criterion.fixedCount
    let posterior = GeneralizedPosterior(criterion)
    let value = criterion.evaluate(at: point, posterior: posterior)

    let q = criterion.effectCount
    let searched = Matrix(rows: q, columns: q, storage: (0..<q * q).map { criterion.lambda[$0] })
    let lambda = coordinates.lambda(searched)
    let status: GeneralizedSolution.Status
    if let direction = separation {
      status = .separated(direction: coordinates.direction(direction))
    } else if (0..<q).contains(where: { i in
      (0..<q).reduce(0) { $0 + searched[i, $1] * searched[i, $1] }.squareRoot()
        > GeneralizedSearch.divergentDeviation
    }) {
      status = .divergentVariance
    } else if best.end != .converged || !value.isFinite {
      status = .notConverged(decrement: best.decrement)
    } else {
      status = best.isSingular ? .boundary : .converged
    }
    let (effects, conditional) = factorEffects(searched, posterior)
    let rows = rowWeights(searched)
    return GeneralizedSolution(
      status: status, minus2LogLikelihood: value, beta: coordinates.beta((0..<p).map { point[$0] }),
      lambda: lambda, theta: RelativeCovarianceFactor.theta(of: lambda, blocks: criterion.blocks),
      dispersionParameter: criterion.model.family.dispersionParameter,
      isSingular: best.isSingular, modes: effects, conditionalCovariances: conditional,
      fixedCovariance: covariance.map { fixedPart($0.matrix) },
      parameterCovariance: covariance.flatMap {
        $0.free.count == criterion.parameterCount ? parameterCovariance($0.matrix) : nil
      },
      fixedCovarianceRX: GeneralizedSearch.inverse(
        Matrix(rows: p, columns: p, storage: posterior.information)
      ).map { GeneralizedCoordinates.unscaled($0, coordinates.fixedScale) },
      groupValues: posterior.values, linearPredictors: rows.predictors, weights: rows.expected,
      observedWeights: rows.observed, evaluations: evaluations)
  }

  /// Conditional modes and covariance matrices by factor, in the coordinates of the given columns.
  private func factorEffects(_ searched: Matrix, _ posterior: GeneralizedPosterior) -> ([Matrix], [[Matrix]])
  {
    var effects: [Matrix] = []
    var conditional: [[Matrix]] = []
    for (f, factor) in criterion.factors.enumerated() {
      let q = factor.columns.count
      let scale = coordinates.randomScale.part(factor.columns)
      let lambda = searched.part(factor.columns)
      var own = Matrix(rows: q, columns: factor.levelCount)
      for j in 0..<factor.levelCount {
        let place = criterion.modePlace(factor: f, level: j)
        let b = GeneralizedCoordinates.solveUpper(
          scale, lambda * (0..<q).map { criterion.modes[place + $0] })
        for k in 0..<q { own[k, j] = b[k] }
      }
      effects.append(own)
      conditional.append(
        (0..<factor.levelCount).map {
          GeneralizedCoordinates.unscaled(posterior.covariance(factor: f, level: $0, effects: q), scale)
        })
    }
    return (effects, conditional)
  }

  /// η at the modes, w and wₒ, by rows in the given order.
  private func rowWeights(
    _ searched: Matrix
  ) -> (predictors: [Double], expected: [Double], observed: [Double]) {
    let (rows, n) = (criterion.rowCount, given.response.count)
    let room = ScratchBlock(count: rows + 4 + 7 * (n + 4) + criterion.modeCount)
    let predictors = room.take(rows + 4)
    let (eta, density, score) = (room.take(n + 4), room.take(n + 4), room.take(n + 4))
    let (expected, observed) = (room.take(n + 4), room.take(n + 4))
    let (y, m) = (room.take(n + 4), room.take(n + 4))
    let b = room.take(criterion.modeCount)
    for (f, factor) in criterion.factors.enumerated() {
      let lambda = searched.part(factor.columns)
      for j in 0..<factor.levelCount {
        let first = criterion.modePlace(factor: f, level: j)
        let own = lambda * factor.columns.indices.map { criterion.modes[first + $0] }
        for k in own.indices { b[first + k] = own[k] }
      }
    }
    criterion.setFixedPart(predictors, point, first: 0, count: rows)
    criterion.addEffects(b, to: predictors)
    var row = [Int](repeating: 0, count: rows)
    for (k, i) in criterion.order.enumerated() { row[i] = k }
    for i in 0..<n { eta[i] = predictors[row[place?[i] ?? i]] }
    for i in 0..<n + 4 { (y[i], m[i]) = i < n ? (given.response[i], given.trials?[i] ?? 1) : (1, 1) }
    criterion.model.fillCurvature(
      n, eta: eta, y: y, m: m, logDensity: density, score: score, observed: observed, expected: expected)
    func values(_ values: Pointer) -> [Double] { (0..<n).map { values[$0] } }
    return (values(eta), values(expected), values(observed))
  }

  // MARK: One search

  /// Where one search ended.
  struct Found {
    var value: Double
    var parameters: [Double]
    var end: DampedBFGS.End
    var decrement: Double
    var isSingular: Bool

    func isBetter(than other: Found) -> Bool { value < other.value - 1e-9 * max(1, abs(other.value)) }
  }

  func search(from start: [Double]) -> Found {
    let count = criterion.parameterCount
    let p = criterion.fixedCount
    for i in 0..<count { optimizer.point[i] = start[i] }
    var end = descend()
    if end == .stalled, optimizer.value.isFinite { end = descend() }
    // Small elements on the diagonal of Λ: the criterion from farther away.
    var escapes = 0
    criterion.forEachFree { index, place in
      guard optimizer.value.isFinite, escapes < 3, place % (criterion.effectCount + 1) == 0,
        abs(optimizer.point[p + index]) < 0.02
      else { return }
      for i in 0..<count { point[i] = optimizer.point[i] }
      let value = optimizer.value
      point[p + index] = 0.1
      let next = criterion.evaluate(at: point)
      if next < value - 1e-8 {
        escapes += 1
        for i in 0..<count { optimizer.point[i] = point[i] }
        end = descend()
      } else {
        criterion.restoreModes()
      }
    }
    if let limit = poissonEnd() { end = limit }
    var found = Found(
      value: optimizer.value, parameters: (0..<count).map { optimizer.point[$0] }, end: end,
      decrement: optimizer.decrement, isSingular: false)
    if found.value.isFinite { settleBoundary(&found) }
    return found
  }

  /// Counts that vary no more than Poisson's have their supremum where the negative binomial's θ is infinite, and on the way there the criterion falls ever
  /// more slowly: so θ is set at least to `poissonLimit` where that is no worse, and the others are searched again.
  private func poissonEnd() -> DampedBFGS.End? {
    guard criterion.estimatesDispersion, case .negativeBinomial = criterion.model.family,
      optimizer.value.isFinite
    else { return nil }
    let count = criterion.parameterCount
    guard optimizer.point[count - 1] > 2 else { return nil }
    for i in 0..<count { point[i] = optimizer.point[i] }
    point[count - 1] = max(point[count - 1], GeneralizedSearch.poissonLimit)
    guard criterion.evaluate(at: point) <= optimizer.value + 1e-7 else {
      criterion.restoreModes()
      return nil
    }
    for i in 0..<count { optimizer.point[i] = point[i] }
    isAtPoissonLimit = true
    defer { isAtPoissonLimit = false }
    return descend()
  }

  /// One run of BFGS from the optimizer's point with a Hessian from the groups' gradients there.
  private func descend() -> DampedBFGS.End {
    let count = criterion.parameterCount
    let p = criterion.fixedCount
    criterion.clearModes()
    let isExact = criterion.hasSecondDerivatives
    var value = criterion.evaluate(at: optimizer.point, outer: !isExact)
    if !value.isFinite {
      // Nothing is known there; without fixed effects and with small random ones there is a value if there is one at all.
      for i in 0..<p + criterion.thetaCount { optimizer.point[i] = i < p ? 0 : 0.1 * optimizer.point[i] }
      criterion.clearModes()
      value = criterion.evaluate(at: optimizer.point, outer: !isExact)
    }
    if !isExact || !fillExactHessian() {
      if isExact { value = criterion.evaluate(at: optimizer.point, outer: true) }
      fillFirstHessian()
    }
    for i in 0..<count { optimizer.gradient[i] = criterion.gradient[i] }
    if isAtPoissonLimit {
      // θ is held: no slope, and no connection with the others.
      optimizer.gradient[count - 1] = 0
      for i in 0..<count - 1 {
        optimizer.hessian[i + (count - 1) * count] = 0
        optimizer.hessian[count - 1 + i * count] = 0
      }
      optimizer.hessian[count * count - 1] = 1
    }
    criterion.saveModes()
    return optimizer.minimize(
      from: value, tolerance: GeneralizedSearch.tolerance, mostEvaluations: GeneralizedSearch.mostEvaluations,
      evaluate: { point, gradient in
        for i in p..<p + criterion.thetaCount where abs(point[i]) > GeneralizedSearch.greatestTheta {
          return .infinity
        }
        let value = criterion.evaluate(at: point)
        for i in 0..<count { gradient[i] = criterion.gradient[i] }
        if isAtPoissonLimit { gradient[count - 1] = 0 }
        return value
      }, accepted: criterion.saveModes, rejected: criterion.restoreModes)
  }

  /// The criterion's own second derivatives, where they are positive definite.
  private func fillExactHessian() -> Bool {
    guard let exact = criterion.secondDerivatives(at: optimizer.point),
      GeneralizedSearch.inverse(exact) != nil
    else { return false }
    for i in exact.storage.indices { optimizer.hessian[i] = exact.storage[i] }
    return true
  }

  /// ½Σg_jg_j'; where groups are few beside the parameters, mixed with the information on β and θ by itself, and where they are not independent that alone.
  private func fillFirstHessian() {
    let (p, q) = (criterion.fixedCount, criterion.effectCount)
    let count = criterion.parameterCount
    let hessian = optimizer.hessian
    var share = 1.0
    if criterion.hasOuterProduct {
      share = min(1, 2 * Double(count) / Double(criterion.factors[0].levelCount))
    }
    let mixes = share > 0.2
    for b in 0..<count {
      for a in 0..<count {
        let value = criterion.hasOuterProduct ? 0.5 * criterion.outerProduct[a + b * count] : 0
        hessian[a + b * count] = (mixes ? 1 - share : 1) * value
      }
    }
    let curvature = criterion.estimatesDispersion ? criterion.dispersionCurvature : 0
    if mixes {
      let posterior = GeneralizedPosterior(criterion)
      _ = criterion.evaluate(at: optimizer.point, posterior: posterior)
      for b in 0..<p {
        for a in 0..<p { hessian[a + b * count] += share * 2 * posterior.information[a + b * p] }
      }
      // 4Σ(1 − A_ii)²/λ_i² for the diagonal, half of it beside it, with A_ii read from ΛAΛ' of a diagonal start.
      var information = [Double](repeating: 0, count: q)
      for (f, factor) in criterion.factors.enumerated() {
        let size = factor.columns.count
        for (k, i) in factor.columns.enumerated() {
          let variance = (0..<q).reduce(0.0) {
            $0 + criterion.lambda[i + $1 * q] * criterion.lambda[i + $1 * q]
          }
          guard variance > 0 else { continue }
          for j in 0..<factor.levelCount {
            let own = posterior.covariances[f][k * (size + 1) + j * size * size]
            let known = 1 - min(1, own / variance)
            information[i] += 4 * known * known / variance
          }
        }
      }
      criterion.forEachFree { index, place in
        let (row, column) = (place % q, place / q)
        hessian[(p + index) * (count + 1)] += share * (row == column ? 1 : 0.5) * information[row]
      }
    }
    if mixes && criterion.estimatesDispersion { hessian[count * count - 1] += share * curvature }
    var largest = 0.0
    for i in 0..<count { largest = max(largest, hessian[i * (count + 1)]) }
    for i in 0..<count {
      hessian[i * (count + 1)] = 1.0001 * hessian[i * (count + 1)] + 1e-10 * largest
    }
  }

  /// Sets combinations of effects with next to no variance to exactly none, where that is no worse.
  private func settleBoundary(_ found: inout Found) {
    let p = criterion.fixedCount
    let count = criterion.parameterCount
    for range in criterion.blocks {
      let lambda = RelativeCovarianceFactor.matrix(
        theta: Array(found.parameters[p..<p + criterion.thetaCount]), blocks: criterion.blocks)
      let size = range.count
      var part = Matrix(rows: size, columns: size)
      for j in 0..<size {
        for i in 0..<size { part[i, j] = lambda[range.lowerBound + i, range.lowerBound + j] }
      }
      let (values, vectors) = (part * part.transposed).symmetricEigen
      guard values.contains(where: { $0 < 1e-4 }) else { continue }
      var root = vectors
      for k in 0..<size {
        let deviation = values[k] < 1e-4 ? 0 : values[k].squareRoot()
        for i in 0..<size { root[i, k] *= deviation }
      }
      let settled = RelativeCovarianceFactor.lowerTriangularized(root)
      var changed = lambda
      for j in 0..<size {
        for i in 0..<size { changed[range.lowerBound + i, range.lowerBound + j] = settled[i, j] }
      }
      let theta = RelativeCovarianceFactor.theta(of: changed, blocks: criterion.blocks)
      for i in 0..<count { point[i] = found.parameters[i] }
      for i in theta.indices { point[p + i] = theta[i] }
      let value = criterion.evaluate(at: point)
      if value <= found.value + 1e-8 + 1e-11 * abs(found.value) {
        found.value = value
        found.parameters = (0..<count).map { point[$0] }
        found.isSingular = true
      }
    }
  }

  /// The curvature in a parameter as the search knows it.
  func curvatureGuess(_ parameter: Int) -> Double {
    optimizer.hessian[parameter * (criterion.parameterCount + 1)]
  }

  /// A starting point.
  func parameters(_ start: GeneralizedStart, theta: [Double]) -> [Double] {
    start.beta + theta + dispersionStart(start)
  }

  func dispersionStart(_ start: GeneralizedStart) -> [Double] {
    criterion.estimatesDispersion ? [log(start.dispersionParameter ?? 1)] : []
  }

  /// θ of independent effects.
  func theta(deviations: [Double]) -> [Double] {
    var theta = [Double](repeating: 0, count: criterion.thetaCount)
    let q = criterion.effectCount
    criterion.forEachFree { index, place in
      if place % (q + 1) == 0 { theta[index] = deviations[place / (q + 1)] }
    }
    return theta
  }
}

extension Matrix {
  /// The rows and columns of a list of indices.
  func part(_ indices: [Int]) -> Matrix {
    var result = Matrix(rows: indices.count, columns: indices.count)
    for (b, j) in indices.enumerated() { for (a, i) in indices.enumerated() { result[a, b] = self[i, j] } }
    return result
  }
}
