import Distributions
import Glibc

/// The density of a response given linear predictors, for arrays of observations: log-density, score and information of each.
///
/// With η the linear predictor of an observation, y its successes or count and m its number of trials or its prior weight:
///
///     ℓ  = log f(y | η) less a constant            s  = dℓ/dη
///     w  = E(−d²ℓ/dη²), Fisher's information      c  = dw/dη
///     wₒ = −d²ℓ/dη², the observed one             cₒ = dwₒ/dη
///     d  = d²w/dη²                               dₒ = d²wₒ/dη²
///
/// Weights multiply the log-density (for binomial responses they are the trials). Arrays are worked on four numbers at a time: every array must have room for
/// three numbers more than `count`, and what those positions hold afterwards is of no meaning.
///
/// - Reference: McCullagh & Nelder (1989), *Generalized Linear Models*, 2nd ed., chapter 2; Green (1984), JRSS B 46, 149–192 (w against wₒ).
struct ObservationModel: Sendable {
  typealias Pointer = UnsafeMutablePointer<Double>
  typealias Lanes = VectorFunctions.Lanes

  /// The family.
  let family: ResponseFamily
  /// The link.
  let link: LinkFunction

  /// - Precondition: the family can have the link, and its parameter, if it has one, is positive and finite.
  init(_ family: ResponseFamily, link: LinkFunction) {
    precondition(family.allowedLinks.contains(link), "\(family.name) has no \(link.rawValue) link")
    if let parameter = family.dispersionParameter {
      precondition(parameter > 0 && parameter.isFinite, "\(family.name) with parameter \(parameter)")
    }
    self.family = family
    self.link = link
  }

  /// Whether wₒ = w.
  var isCanonical: Bool { family.isCanonical(link) }
  /// Whether wₒ ≥ 0 everywhere.
  var isLogConcave: Bool { link != .cauchit }

  /// Fills ℓ and s.
  func fillScores(
    _ count: Int, eta: Pointer, y: Pointer, m: Pointer, logDensity: Pointer, score: Pointer
  ) {
    run(count, eta, y, m) { i, v in
      ObservationModel.store(v.logDensity, logDensity + i)
      ObservationModel.store(v.score, score + i)
    }
  }

  /// Fills ℓ, s and wₒ, and w where it differs and is asked for.
  func fillCurvature(
    _ count: Int, eta: Pointer, y: Pointer, m: Pointer, logDensity: Pointer, score: Pointer,
    observed: Pointer, expected: Pointer? = nil
  ) {
    if let expected {
      run(count, eta, y, m) { i, v in
        ObservationModel.store(v.logDensity, logDensity + i)
        ObservationModel.store(v.score, score + i)
        ObservationModel.store(v.observed, observed + i)
        ObservationModel.store(v.expected, expected + i)
      }
    } else {
      run(count, eta, y, m) { i, v in
        ObservationModel.store(v.logDensity, logDensity + i)
        ObservationModel.store(v.score, score + i)
        ObservationModel.store(v.observed, observed + i)
      }
    }
  }

  /// Fills ℓ, s, wₒ, and the weight of the determinant with its slope: w and c, or wₒ and cₒ.
  func fillAll(
    _ count: Int, eta: Pointer, y: Pointer, m: Pointer, logDensity: Pointer, score: Pointer,
    observed: Pointer, weight: Pointer, slope: Pointer, weightIsObserved: Bool
  ) {
    if weightIsObserved {
      run(count, eta, y, m) { i, v in
        ObservationModel.store(v.logDensity, logDensity + i)
        ObservationModel.store(v.score, score + i)
        ObservationModel.store(v.observed, observed + i)
        ObservationModel.store(v.observed, weight + i)
        ObservationModel.store(v.observedSlope, slope + i)
      }
    } else {
      run(count, eta, y, m) { i, v in
        ObservationModel.store(v.logDensity, logDensity + i)
        ObservationModel.store(v.score, score + i)
        ObservationModel.store(v.observed, observed + i)
        ObservationModel.store(v.expected, weight + i)
        ObservationModel.store(v.expectedSlope, slope + i)
      }
    }
  }

  /// Fills s, wₒ, cₒ, and the weight of the determinant with two derivatives: w, c and d, or wₒ, cₒ and dₒ.
  func fillSlopes(
    _ count: Int, eta: Pointer, y: Pointer, m: Pointer, score: Pointer, observed: Pointer,
    observedSlope: Pointer, weight: Pointer, slope: Pointer, curvature: Pointer, weightIsObserved: Bool
  ) {
    run(count, eta, y, m) { i, v in
      ObservationModel.store(v.score, score + i)
      ObservationModel.store(v.observed, observed + i)
      ObservationModel.store(v.observedSlope, observedSlope + i)
      ObservationModel.store(weightIsObserved ? v.observed : v.expected, weight + i)
      ObservationModel.store(weightIsObserved ? v.observedSlope : v.expectedSlope, slope + i)
      ObservationModel.store(weightIsObserved ? v.observedCurvature : v.expectedCurvature, curvature + i)
    }
  }

  /// Fills s and wₒ.
  func fillSteps(_ count: Int, eta: Pointer, y: Pointer, m: Pointer, score: Pointer, observed: Pointer) {
    run(count, eta, y, m) { i, v in
      ObservationModel.store(v.score, score + i)
      ObservationModel.store(v.observed, observed + i)
    }
  }

  /// Fills ∂ℓ/∂φ, ∂s/∂φ and the derivative of the determinant's weight, with φ the logarithm of the negative binomial's θ or of the shape.
  ///
  /// ℓ's constant has a part of its own that depends on φ.
  func fillDispersionChanges(
    _ count: Int, eta: Pointer, y: Pointer, m: Pointer, density: Pointer, score: Pointer, weight: Pointer,
    weightIsObserved: Bool
  ) {
    switch family {
    case .binomial, .poisson: preconditionFailure("\(family.name) has no dispersion parameter")
    case .negativeBinomial(let theta):
      let logTheta = log(theta)
      for i in 0..<count {
        let shifted = eta[i] - logTheta
        let e = exp(-abs(shifted))
        let (p, q) = shifted < 0 ? (e / (1 + e), 1 / (1 + e)) : (1 / (1 + e), e / (1 + e))
        let logQ = -max(shifted, 0) - log1p(e)
        density[i] = m[i] * (theta * (logQ + p) - y[i] * q)
        score[i] = m[i] * p * (y[i] * q - theta * p)
        weight[i] = m[i] * (weightIsObserved ? p * q * (theta - (y[i] + theta) * (q - p)) : theta * p * p)
      }
    case .gamma(let shape):
      for i in 0..<count {
        let a = m[i] * shape
        let ratio = y[i] * exp(-eta[i])
        density[i] = -a * (ratio + eta[i])
        score[i] = a * (ratio - 1)
        weight[i] = weightIsObserved ? a * ratio : a
      }
    }
  }

  /// What ℓ leaves out of the log-density of an observation: log C(m, y), −log y!, or terms of lgamma, θ and the shape.
  ///
  /// With it −2 Σ(ℓ + constant) is R's −2 logLik of a `glm` with known θ or shape.
  func logConstant(_ y: Double, _ m: Double) -> Double {
    /// log Γ(a + 1), also at 0.
    func factorial(_ a: Double) -> Double { a == 0 || a == 1 ? 0 : logFactorial(a) }
    switch family {
    case .binomial: return factorial(m) - factorial(y) - factorial(m - y)
    case .poisson: return -m * factorial(y)
    case .negativeBinomial(let theta):
      return m * (logGammaRise(theta, by: y) - factorial(y))
    case .gamma(let a):
      return m * (a * log(a) + (a - 1) * log(y) - factorial(a) + log(a))
    }
  }

  @inline(__always)
  private static func store(_ x: Lanes, _ place: Pointer) {
    UnsafeMutableRawPointer(place).storeBytes(of: x, as: Lanes.self)
  }

  @inline(__always)
  private func run(
    _ count: Int, _ eta: Pointer, _ y: Pointer, _ m: Pointer, _ store: (Int, ObservationValues) -> Void
  ) {
    switch (family, link) {
    case (.binomial, .probit): loop(BinomialProbit(), count, eta, y, m, store)
    case (.binomial, .cloglog): loop(BinomialCloglog(), count, eta, y, m, store)
    case (.binomial, .cauchit): loop(BinomialCauchit(), count, eta, y, m, store)
    case (.binomial, _): loop(BinomialLogit(), count, eta, y, m, store)
    case (.poisson, _): loop(PoissonLog(), count, eta, y, m, store)
    case (.negativeBinomial(let theta), _):
      loop(NegativeBinomialLog(theta: theta, logTheta: log(theta)), count, eta, y, m, store)
    case (.gamma(let shape), _): loop(GammaLog(shape: shape), count, eta, y, m, store)
    }
  }

  @inline(__always)
  private func loop<Kernel: ObservationKernel>(
    _ kernel: Kernel, _ count: Int, _ eta: Pointer, _ y: Pointer, _ m: Pointer,
    _ store: (Int, ObservationValues) -> Void
  ) {
    func load(_ x: Pointer, _ i: Int) -> Lanes { UnsafeRawPointer(x + i).loadUnaligned(as: Lanes.self) }
    var i = 0
    while i < count {
      store(i, kernel.values(load(eta, i), load(y, i), load(m, i)))
      i += Lanes.scalarCount
    }
  }
}
