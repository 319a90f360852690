import Distributions
import LinearAlgebra

/// Tests of all fixed effects of a fit, each by itself.
public struct FixedEffectTests: Sendable, Equatable {
  /// How the degrees of freedom are found.
  public let method: DegreesOfFreedomMethod
  /// Covariance of the fixed effects (p×p), in squared units of the response per unit of the columns; corrected under Kenward–Roger.
  public let covariance: Matrix
  /// One test a fixed effect, in the order of `LinearMixedModel.fixedEffectNames`.
  public let coefficients: [CoefficientTest]
}

/// A test of one fixed effect.
public struct CoefficientTest: Sendable, Equatable {
  /// The fixed effect.
  public let name: String
  /// Its estimate, in the unit of the response per unit of the column.
  public let estimate: Double
  /// Its standard error; from the corrected covariance under Kenward–Roger.
  public let standardError: Double
  /// Degrees of freedom of t; not positive or NaN where the data determine none.
  public let degreesOfFreedom: Double
  /// estimate/standardError.
  public var statistic: Double { estimate / standardError }
  /// The two-sided p value.
  public var pValue: Double {
    guard degreesOfFreedom > 0 else { return .nan }
    return StudentTDistribution(degreesOfFreedom: degreesOfFreedom).twoSided(statistic)
  }
}

/// An F test of a hypothesis Lβ = 0.
public struct FTest: Sendable, Equatable {
  /// The statistic.
  public let value: Double
  /// The Wald statistic over its rank, without Kenward and Roger's factor; the statistic itself under Satterthwaite.
  public let unscaled: Double
  /// The rank of L.
  public let numerator: Int
  /// The denominator's degrees of freedom; not positive or NaN where the data determine none.
  public let denominator: Double
  /// The p value.
  public var pValue: Double {
    guard denominator > 0 else { return .nan }
    return FDistribution(numerator: Double(numerator), denominator: denominator).cumulative(
      value, tail: .upper)
  }
}

extension LinearMixedModelFit {
  /// Tests of all fixed effects, each by itself.
  /// - Throws: `FitError.needsREML` for Kenward–Roger after a fit by ML.
  public func fixedEffectTests(_ method: DegreesOfFreedomMethod) throws(FitError) -> FixedEffectTests {
    let approximation = try approximation(method)
    let p = fixedEffects.count
    let tests = (0..<p).map { k in
      CoefficientTest(
        name: model.fixedEffectNames[k], estimate: fixedEffects[k],
        standardError: approximation.covariance[k, k].squareRoot(),
        degreesOfFreedom: approximation.degreesOfFreedom(of: (0..<p).map { $0 == k ? 1.0 : 0.0 }))
    }
    return FixedEffectTests(method: method, covariance: approximation.covariance, coefficients: tests)
  }

  /// The F test of Lβ = 0 for a hypothesis matrix L with linearly independent rows (rank × p).
  /// - Throws: `FitError.needsREML` for Kenward–Roger after a fit by ML.
  /// - Precondition: L has a column for each fixed effect.
  public func test(_ hypothesis: Matrix, _ method: DegreesOfFreedomMethod) throws(FitError) -> FTest {
    precondition(hypothesis.columns == fixedEffects.count, "\(hypothesis.columns) columns")
    return try approximation(method).test(hypothesis, of: fixedEffects)
  }

  func approximation(_ method: DegreesOfFreedomMethod) throws(FitError) -> any DenominatorApproximation {
    switch method {
    case .satterthwaite: return SatterthwaiteApproximation(self)
    case .kenwardRoger:
      guard self.method == .reml else { throw .needsREML }
      if model.factors.count > 1 {
        let levels = model.factors.reduce(0) { $0 + $1.levels.count * $1.columns.count }
        let most = 6000
        if levels > most { throw .tooManyLevels("Kenward and Roger's method", levels: levels, most: most) }
      }
      return KenwardRogerApproximation(self)
    }
  }
}
