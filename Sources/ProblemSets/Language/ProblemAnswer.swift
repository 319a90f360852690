import Estimates
import Labs

/// What a problem asks, before its numbers are known.
public struct ProblemAnswer: Sendable {
  /// A number's rule of acceptance by where it comes from.
  public enum Kind: String, Sendable, CaseIterable {
    /// Worked out by a formula from printed numbers: 0.2 %.
    case formula
    /// Read off or computed from fixed effects: 0.5 %.
    case fixed
    /// Read off or computed from variances: 1 %.
    case variance
    /// A mean over simulations: three Monte Carlo standard errors.
    case monteCarlo = "monte-carlo"
    /// Sums of printed numbers: their last digit.
    case exact
    /// A whole number.
    case count
  }

  /// A mistake that leads to a number.
  struct Mistake: Sendable {
    let id: String
    let value: ValueExpression
    let credit: Double
    let feedback: [LabLanguage: TextTemplate]
    let location: LabLocation
  }

  /// A number that is asked.
  struct Number: Sendable {
    let value: ValueExpression
    let kind: Kind
    let digits: Int
    let isPercent: Bool
    /// The Monte Carlo standard error of a number of that kind.
    let error: ValueExpression?
    let mayBeZero: Bool
    let mistakes: [Mistake]
  }

  /// When an option is right.
  enum Rightness: Sendable {
    case fixed(Bool)
    case condition(ProblemCondition)
  }

  /// An option, or one for each of several words.
  struct Option: Sendable {
    let id: String
    let each: (name: String, words: [ProblemParameter.Word])?
    let text: [LabLanguage: TextTemplate]
    let right: Rightness
    let credit: Double?
    let feedback: [LabLanguage: TextTemplate]
    let location: LabLocation
  }

  /// What is asked.
  enum Content: Sendable {
    case number(Number)
    /// - Parameter shuffles: whether each variant has its own order.
    case choice([Option], isMultiple: Bool, shuffles: Bool)
    case essay
  }

  /// Unique within the problem.
  public let id: String
  /// The share of the points before all are made to sum to 1.
  let weight: Double
  let content: Content
  let location: LabLocation
}

/// When a number is right: |given − value| ≤ max(0.51 of the last digit asked for, a share of |value|).
struct ToleranceRule {
  let kind: ProblemAnswer.Kind
  let digits: Int

  /// One unit of the last digit asked for.
  var unit: Double { decimal(1, -digits) }

  /// Half the width of the accepted interval around a value.
  /// - Parameter error: the Monte Carlo standard error of a number of that kind.
  func tolerance(of value: Double, error: Double = 0) -> Double {
    let rounding = 0.51 * unit
    switch kind {
    case .formula: return max(rounding, 0.002 * abs(value))
    case .fixed: return max(rounding, 0.005 * abs(value))
    case .variance: return max(rounding, 0.01 * abs(value))
    case .monteCarlo: return max(rounding, 3 * error)
    case .exact: return rounding
    case .count: return 0
    }
  }
}

/// m·10ⁿ, correctly rounded for small n of either sign.
func decimal(_ mantissa: Double, _ exponent: Int) -> Double {
  var power = 1.0
  for _ in 0..<abs(exponent) { power *= 10 }
  return exponent < 0 ? mantissa / power : mantissa * power
}

/// A number rounded to decimals.
func rounded(_ value: Double, to digits: Int) -> Double {
  let scale = decimal(1, digits)
  let scaled = (value * scale).rounded(.toNearestOrEven)
  return scaled.isFinite ? scaled / scale : value
}
