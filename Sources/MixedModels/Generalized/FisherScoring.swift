import Glibc
import LinearAlgebra

/// Coefficients of a generalized linear model by iterated weighted least squares, Fisher's scoring: each step
/// is a QR decomposition of √W·X.
///
///     W = m·(dμ/dη)² / V(μ),   z = η + (y − μ)·dη/dμ
///
/// The first steps are those of R's `glm`, from the same start, so that its count of iterations can be told;
/// the iteration then goes on, with observed weights, until the step is rounding. A step that raises the
/// deviance is halved.
///
/// - Reference: McCullagh & Nelder (1989), *Generalized Linear Models*, 2nd ed., section 2.5.
struct FisherScoring {
  /// Columns none of which is a sum of the others (n×p).
  let x: Matrix
  /// The response, and what its distribution says of it.
  let observation: ObservedResponse
  let offset: [Double]?
  var response: [Double] { observation.response }
  var weights: [Double] { observation.weights }
  var family: ResponseFamily { observation.family }
  var link: LinkFunction { observation.link }

  /// β.
  private(set) var coefficients: [Double]
  /// η, the offset included.
  private(set) var predictor: [Double] = []
  /// The deviance at β.
  private(set) var deviance = Double.infinity
  /// After how many steps R's rule stops: the deviance moved by less than 10⁻⁸ of it; never more than 25
  /// where it stops late.
  private(set) var iterationCount = 0
  /// Whether the iteration went on until steps were rounding.
  private(set) var converged = false
  /// Set where the likelihood has no maximum; β is then where R's rule stops.
  private(set) var separation: Separation?

  /// R's limit of iterations.
  private static let limitOfR = 25

  init(
    x: Matrix, response: [Double], weights: [Double], offset: [Double]?, family: ResponseFamily,
    link: LinkFunction
  ) {
    self.x = x
    observation = ObservedResponse(response: response, weights: weights, family: family, link: link)
    self.offset = offset
    coefficients = [Double](repeating: 0, count: x.columns)
  }

  /// Runs the iteration.
  /// - Parameters:
  ///   - names: the columns, for words about separation.
  ///   - start: coefficients to begin with; from the response itself, as R does, if nil.
  /// - Throws: `GeneralizedFitError.noFiniteStart` if the deviance is finite nowhere on the way.
  mutating func run(names: [String], start: [Double]? = nil) throws(GeneralizedFitError) {
    if x.columns == 0 {
      predictor = linearPredictor([])
      deviance = deviance(at: predictor)
      converged = true
      return
    }
    var old: Double
    if let start {
      coefficients = start
      predictor = linearPredictor(start)
      deviance = deviance(at: predictor)
      old = deviance
    } else {
      predictor = response.indices.map { link.predictor(mean: startingMean($0)) }
      old = deviance(at: predictor)
      let first = step(from: predictor)
      let values = (0..<x.rows).map { i in
        first.roots[i] * (predictor[i] - (offset?[i] ?? 0) + first.residuals[i])
      }
      try accept(first.solve(values))
    }
    iterationCount = start == nil ? 1 : 0
    var isCounted = start == nil && stopsInR(1, old)
    var counted = isCounted ? (coefficients, predictor, deviance) : nil
    var isSearched = false
    var lastSize = Double.infinity
    var floorCount = 0
    for iteration in (iterationCount + 1)...400 {
      if isCounted, !isSearched, mayBeSeparated {
        isSearched = true
        if findSeparation(names) { return }
      }
      let next = step(from: predictor, observed: isCounted && !family.isCanonical(link))
      let values = (0..<x.rows).map { next.roots[$0] * next.residuals[$0] }
      let (change, size) = next.solve(values)
      old = deviance
      let moved = take(change)
      defer { lastSize = size }
      if !isCounted {
        iterationCount = iteration
        isCounted = stopsInR(iteration, old)
        if isCounted { counted = (coefficients, predictor, deviance) }
        continue
      }
      // What is left behind a step of linear convergence; quadratic convergence leaves less.
      let ratio = size / lastSize
      let rest = ratio < 1 ? size * ratio / (1 - ratio) : size
      floorCount = size < 1e-6 && ratio > 0.8 ? floorCount + 1 : 0
      if !moved || rest < 1e-12 || floorCount == 3 {
        converged = size < 1e-6
        break
      }
    }
    // Where one row among very many runs away, R's rule stops before it shows.
    if !isSearched, mayBeSeparated || !converged, findSeparation(names), let counted {
      (coefficients, predictor, deviance) = counted
    }
  }

  /// Whether R's rule stops at the present coefficients.
  private func stopsInR(_ iteration: Int, _ old: Double) -> Bool {
    abs(deviance - old) / (abs(deviance) + 0.1) < 1e-8 || iteration == FisherScoring.limitOfR
  }

  /// Looks for separation; where it is found the iteration has come as far as it can.
  private mutating func findSeparation(_ names: [String]) -> Bool {
    separation = Separation(x, names: names, ends: observation.ends)
    if separation != nil { converged = true }
    return separation != nil
  }

  /// η for coefficients.
  func linearPredictor(_ coefficients: [Double]) -> [Double] {
    var eta = offset ?? [Double](repeating: 0, count: x.rows)
    for j in 0..<x.columns where coefficients[j] != 0 {
      for i in 0..<x.rows { eta[i] += coefficients[j] * x[i, j] }
    }
    return eta
  }

  /// √W and the working residuals (y − μ)·dη/dμ at η, with the decomposition of √W·X.
  struct Step {
    let roots: [Double]
    let residuals: [Double]
    let qr: PivotedQR

    /// The least-squares solution of √W·X·b = values, and its length in standard errors.
    func solve(_ values: [Double]) -> (solution: [Double], size: Double) {
      var effects = values
      qr.applyTransposedQ(to: &effects)
      let size = effects[..<qr.rank].reduce(0) { $0 + $1 * $1 }.squareRoot()
      return (qr.coefficients(fromEffects: effects).map { $0.isNaN ? 0 : $0 }, size)
    }
  }

  /// - Parameter observed: whether weights are the observed ones where those are positive, and the step
  ///   Newton's.
  func step(from eta: [Double], observed: Bool = false) -> Step {
    var roots = [Double](repeating: 0, count: eta.count)
    var residuals = roots
    let newton = observed ? curvature(at: eta) : nil
    for i in eta.indices {
      let derivative = link.meanDerivative(predictor: eta[i])
      let weight = weights[i] * derivative * derivative / observation.variance(eta[i])
      // Where the mean no longer moves a row says nothing.
      guard derivative > 0, weight > 0, weight.isFinite else { continue }
      roots[i] = weight.squareRoot()
      residuals[i] = observation.responseResidual(i, eta[i]) / derivative
      guard let newton else { continue }
      let own = newton.observed[i]
      if own > 1e-8 * weight, own.isFinite {
        roots[i] = own.squareRoot()
        residuals[i] = newton.score[i] / own
      }
    }
    return Step(roots: roots, residuals: residuals, qr: PivotedQR(x, rowFactors: roots, tolerance: 1e-11))
  }

  /// Scores and observed weights at η; with them steps are Newton's, which end quadratically where Fisher's
  /// are slow or run to and fro, as with counts far above their means in a negative binomial model.
  private func curvature(at eta: [Double]) -> (logDensity: [Double], score: [Double], observed: [Double]) {
    var (unit, numbers) = (family, response)
    if case .gamma = family { unit = .gamma(shape: 1) }
    if case .binomial = family { numbers = zip(response, weights).map(*) }
    return ObservationModel(unit, link: link).curvature(eta: eta, y: numbers, m: weights)
  }

  private func deviance(at eta: [Double]) -> Double {
    var sum = 0.0
    for i in eta.indices { sum += observation.unitDeviance(i, eta[i]) }
    return sum.isNaN ? .infinity : sum
  }

  /// The mean with which R begins: the response, away from the ends of its range.
  private func startingMean(_ i: Int) -> Double {
    let (y, m) = (response[i], weights[i])
    switch family {
    case .binomial: return (m * y + 0.5) / (m + 1)
    case .poisson: return y + 0.1
    case .negativeBinomial: return y == 0 ? 1.0 / 6 : y
    case .gamma: return y
    }
  }

  /// Takes the first coefficients, or where their deviance is infinite some by which every η is as near to
  /// that of the mean response as the columns allow.
  private mutating func accept(_ first: (solution: [Double], size: Double)) throws(GeneralizedFitError) {
    var candidates = [first.solution]
    for k in 0..<2 {
      coefficients = candidates[k]
      predictor = linearPredictor(coefficients)
      deviance = deviance(at: predictor)
      if deviance < .infinity { return }
      if k == 0 {
        let total = weights.reduce(0, +)
        let mean = zip(weights, response).reduce(0) { $0 + $1.0 * $1.1 } / total
        let level = link.predictor(mean: mean)
        let qr = PivotedQR(x)
        var effects = (0..<x.rows).map { level - (offset?[$0] ?? 0) }
        qr.applyTransposedQ(to: &effects)
        candidates.append(qr.coefficients(fromEffects: effects).map { $0.isNaN ? 0 : $0 })
      }
    }
    throw .noFiniteStart
  }

  /// Moves the coefficients, by half the way and less where the deviance would rise; false if no part of the
  /// way lowers it.
  private mutating func take(_ change: [Double]) -> Bool {
    var share = 1.0
    let allowed = deviance + 1e-10 * (abs(deviance) + 0.1)
    for _ in 0..<40 {
      let trial = zip(coefficients, change).map { $0 + share * $1 }
      let eta = linearPredictor(trial)
      let value = deviance(at: eta)
      if value <= allowed {
        (coefficients, predictor, deviance) = (trial, eta, value)
        return true
      }
      share /= 2
    }
    return false
  }

  /// Whether some row at an end of the range is fitted close to it, as separation must.
  private var mayBeSeparated: Bool {
    zip(observation.ends, predictor).contains { end, eta in
      end < 0 && link.mean(predictor: eta) < 1e-4 || end > 0 && link.complement(predictor: eta) < 1e-4
    }
  }
}
